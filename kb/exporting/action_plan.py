"""A plan’s actions in the nine columns of a joint workforce plan’s matrix, for Word and for Excel."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from kb.exporting.lines import Cell, Line, Look, Run, Table, cell, paragraphs, text
from kb.spreadsheets import Column, Sheet
from kb.words import gettext, ngettext, spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

# Shares of the page’s width, in the order of the columns.
WIDTHS = (16, 12, 9, 11, 11, 10, 11, 13, 10)


@dataclass(frozen=True)
class Deed:
    """An action as the matrix has it; the first of its priorities is the one that it stands under."""

    ref: str
    title: str
    description: str
    address: str
    plan: str
    priorities: Sequence[str]
    timescale: str
    due_on: date | None
    responsible: str
    contributors: Sequence[str]
    support: str
    resources: str
    measures: Sequence[str]
    recommendation: str
    fit: str

    @property
    def priority(self) -> str:
        return self.priorities[0] if self.priorities else gettext("No priority")

    @property
    def by_when(self) -> list[str]:
        """The timescale as the document states it, and the due date."""
        due = gettext("Due %(day)s", day=spoken(self.due_on)) if self.due_on else ""
        return [line for line in (self.timescale, due) if line]

    @property
    def who(self) -> list[str]:
        """The post that is responsible, and the organisations that help it."""
        helpers = gettext("With %(who)s", who="; ".join(self.contributors)) if self.contributors else ""
        return [line for line in (self.responsible, helpers) if line]


def headings() -> list[str]:
    """The nine columns."""
    return [
        gettext("Action"),
        gettext("Priority"),
        gettext("Timescale"),
        gettext("Who is responsible"),
        gettext("Support needed"),
        gettext("Resources required"),
        gettext("Measures of success"),
        gettext("Recommendation"),
        gettext("Fit with the plan"),
    ]


def parts(deeds: Iterable[Deed]) -> list[Line | Table]:
    """The document’s parts: a heading and a table for each priority, under their plans where there are several."""
    found = list(deeds)
    if not found:
        return [text(gettext("No action in it can be shown to you."))]
    made: list[Line | Table] = [text(_summary(found))]
    plans = list(dict.fromkeys(deed.plan for deed in found))
    for plan in plans:
        if len(plans) > 1:
            made.append(text(plan, Look.HEADING))
        of_plan = [deed for deed in found if deed.plan == plan]
        for priority, of_priority in groupby(of_plan, key=lambda deed: deed.priority):
            made.append(text(priority, Look.SUBHEADING if len(plans) > 1 else Look.HEADING))
            made.append(_table(priority, list(of_priority)))
    return made


def sheet(deeds: Iterable[Deed]) -> Sheet[Deed]:
    """The same matrix for Excel, with the ref of each action behind it."""
    names = headings()
    columns: list[Column[Deed]] = [
        Column(names[0], lambda deed: "\n".join(filter(None, (deed.title, deed.description))), width=50),
        Column(names[1], lambda deed: "; ".join(deed.priorities), width=40),
        Column(names[2], lambda deed: "\n".join(deed.by_when), width=24),
        Column(names[3], lambda deed: "\n".join(deed.who), width=30),
        Column(names[4], lambda deed: deed.support, width=40),
        Column(names[5], lambda deed: deed.resources, width=40),
        Column(names[6], lambda deed: "\n".join(deed.measures), width=40),
        Column(names[7], lambda deed: deed.recommendation, width=40),
        Column(names[8], lambda deed: deed.fit, width=40),
        Column(gettext("Plan"), lambda deed: deed.plan, width=30),
        Column(gettext("Ref"), lambda deed: deed.ref, width=20),
    ]
    return Sheet(gettext("Action plan"), columns, deeds)


def _summary(deeds: Sequence[Deed]) -> str:
    told = ngettext("%(num)s action.", "%(num)s actions.", len(deeds))
    lacking = sum(1 for deed in deeds if not deed.responsible or not deed.measures)
    if not lacking:
        return told
    words = ngettext(
        "%(num)s names nobody responsible or no measure of success yet.",
        "%(num)s name nobody responsible or no measure of success yet.",
        lacking,
    )
    return f"{told} {words}"


def _table(priority: str, deeds: Sequence[Deed]) -> Table:
    about = ngettext("%(num)s action under this priority.", "%(num)s actions under this priority.", len(deeds))
    return Table(priority, about, headings(), WIDTHS, [_cells(deed) for deed in deeds])


def _cells(deed: Deed) -> list[Cell]:
    title = Line((Run(deed.title, is_bold=True, address=deed.address),), marks=(("action", deed.ref),))
    return [
        Cell((title, *paragraphs(deed.description))),
        _listed(deed.priorities),
        _listed(deed.by_when),
        _listed(deed.who),
        cell(deed.support),
        cell(deed.resources),
        _listed(deed.measures),
        cell(deed.recommendation),
        cell(deed.fit),
    ]


def _listed(entries: Sequence[str]) -> Cell:
    return Cell(tuple(line for entry in entries for line in paragraphs(entry)))
