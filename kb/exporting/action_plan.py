"""A plan’s actions in the nine columns of a joint workforce plan’s matrix, for Word and for Excel."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from kb.exporting.lines import Cell, Line, Look, Run, Table, cell, paragraphs, text
from kb.spreadsheets import Column, Sheet
from kb.words import gettext, ngettext, spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

# Shares of the page’s width, in the order of the columns; one that says nothing is as wide as its heading needs.
WIDTHS = (23, 11, 13, 14, 12, 12, 12, 15, 12)
NARROWEST = (23, 11, 13, 14, 9, 11, 10, 15, 9)
SHEET_WIDTHS = (32, 18, 19, 21, 18, 18, 19, 19, 19)
SHEET_NARROWEST = (32, 18, 19, 21, 10, 11, 12, 17, 10)


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
    plan_ref: str = ""
    standing: tuple[int, str] = (0, "")  # by its dates, as lists of actions name it, with its place among such
    state: str = ""  # that and what its owner says, as its row tells it
    is_late: bool = False
    is_post_empty: bool = False

    @property
    def priority(self) -> str:
        return self.priorities[0] if self.priorities else gettext("No priority")

    @property
    def by_when(self) -> list[str]:
        """The timescale as the document states it, and the due date."""
        due = gettext("Due %(day)s", day=spoken(self.due_on)) if self.due_on else ""
        return [line for line in (self.timescale, due) if line]

    @property
    def state_told(self) -> str:
        """How it stands, as the last line under its timescale; whoever brings the file in again is not asked for it."""
        return gettext("State: %(state)s", state=self.state) if self.state else ""

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
    made: list[Line | Table] = [text(line) for line in _summary(found)]
    widths = _widths(found, WIDTHS, NARROWEST)
    plans = list(dict.fromkeys(deed.plan for deed in found))
    for plan in plans:
        if len(plans) > 1:
            made.append(text(plan, Look.HEADING))
        of_plan = [deed for deed in found if deed.plan == plan]
        for priority, of_priority in groupby(of_plan, key=lambda deed: deed.priority):
            made.append(text(priority, Look.SUBHEADING if len(plans) > 1 else Look.HEADING))
            made.append(_table(priority, list(of_priority), widths))
    return made


def sheet(deeds: Iterable[Deed]) -> Sheet[Deed]:
    """The same matrix for Excel, with the plan and the ref of each action behind it; one plan is not printed."""
    found, names = list(deeds), headings()
    widths = _widths(found, SHEET_WIDTHS, SHEET_NARROWEST)
    columns: list[Column[Deed]] = [
        Column(names[0], lambda deed: "\n".join(filter(None, (deed.title, deed.description))), width=widths[0]),
        Column(names[1], lambda deed: "; ".join(deed.priorities), width=widths[1]),
        Column(names[2], lambda deed: "\n".join(filter(None, (*deed.by_when, deed.state_told))), width=widths[2]),
        Column(names[3], lambda deed: "\n".join(deed.who), width=widths[3]),
        Column(names[4], lambda deed: deed.support, width=widths[4]),
        Column(names[5], lambda deed: deed.resources, width=widths[5]),
        Column(names[6], lambda deed: "\n".join(deed.measures), width=widths[6]),
        Column(names[7], lambda deed: deed.recommendation, width=widths[7]),
        Column(names[8], lambda deed: deed.fit, width=widths[8]),
        Column(gettext("Plan"), lambda deed: deed.plan, width=18),
        Column(gettext("Ref"), lambda deed: deed.ref, width=14),
    ]
    printed = len(names) + (len({deed.plan for deed in found}) > 1)
    return Sheet(gettext("Action plan"), columns, found, printed=printed, is_read_whole=True)


def _summary(deeds: Sequence[Deed]) -> list[str]:
    """How many there are, how they stand, and what is missing, each thing told by itself."""
    lines = [ngettext("%(num)s action.", "%(num)s actions.", len(deeds))]
    standing = Counter(deed.standing for deed in deeds if deed.standing[1])
    if standing:
        told = "; ".join(f"{name.lower()} {number}" for (_, name), number in sorted(standing.items()))
        lines.append(gettext("How they stand: %(told)s.", told=told))
    if ownerless := sum(not deed.responsible for deed in deeds):
        words = ngettext("%(num)s names nobody responsible.", "%(num)s name nobody responsible.", ownerless)
        lines.append(words)
    if empty := sum(deed.is_post_empty for deed in deeds):
        words = ngettext(
            "%(num)s names a post that nobody holds today.", "%(num)s name a post that nobody holds today.", empty
        )
        lines.append(words)
    if unmeasured := sum(not deed.measures for deed in deeds):
        words = ngettext("%(num)s has no measure of success.", "%(num)s have no measure of success.", unmeasured)
        lines.append(words)
    return lines


def _widths(deeds: Sequence[Deed], widths: Sequence[int], narrowest: Sequence[int]) -> list[int]:
    """One for all tables of the document, so that their columns stand below each other."""
    says = (
        *(True, True, True, True),
        *(any(deed.support for deed in deeds), any(deed.resources for deed in deeds)),
        *(any(deed.measures for deed in deeds), any(deed.recommendation for deed in deeds)),
        any(deed.fit for deed in deeds),
    )
    return [wide if is_said else narrow for wide, narrow, is_said in zip(widths, narrowest, says, strict=True)]


def _table(priority: str, deeds: Sequence[Deed], widths: Sequence[int]) -> Table:
    about = ngettext("%(num)s action under this priority.", "%(num)s actions under this priority.", len(deeds))
    return Table(priority, about, headings(), widths, [_cells(deed) for deed in deeds])


def _cells(deed: Deed) -> list[Cell]:
    of_plan = (("plan", deed.plan_ref),) if deed.plan_ref else ()
    title = Line((Run(deed.title, is_bold=True, address=deed.address),), marks=(*of_plan, ("action", deed.ref)))
    state = (Line((Run(deed.state_told, is_bold=deed.is_late, is_quiet=not deed.is_late),)),) if deed.state else ()
    return [
        Cell((title, *paragraphs(deed.description))),
        _listed(deed.priorities),
        Cell((*_listed(deed.by_when).lines, *state)),
        _listed(deed.who),
        cell(deed.support),
        cell(deed.resources),
        _listed(deed.measures),
        cell(deed.recommendation),
        cell(deed.fit),
    ]


def _listed(entries: Sequence[str]) -> Cell:
    return Cell(tuple(line for entry in entries for line in paragraphs(entry)))
