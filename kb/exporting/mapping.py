"""A plan’s mapping as a document: what each source says, and how the plan stands to it, under the plan’s sections."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING

from kb.exporting import wording
from kb.exporting.lines import Cell, Line, Look, Run, Table, cell, paragraphs, text
from kb.words import gettext, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kb.exporting.wording import Meaning, Point

# Shares of the page’s width: reference, key points, relevance, then what else is wanted.
WIDTHS = {0: (25, 45, 30), 1: (21, 37, 24, 18), 2: (19, 33, 20, 14, 14), 3: (17, 29, 18, 12, 12, 12)}


class Extra(StrEnum):
    """What may stand beside the three columns."""

    PRIORITIES = "priorities"
    ACTIONS = "actions"
    NOTES = "notes"


@dataclass(frozen=True)
class Said:
    """A source with what it says and what that means, each with its ref."""

    ref: str
    title: str
    link: str
    publisher: str
    published: str
    language: str
    points: Sequence[tuple[str, Point]]
    meanings: Sequence[tuple[str, Meaning]]


@dataclass(frozen=True)
class Row:
    """A row of the mapping; one without a ref is a source that the plan’s mapping does not name yet."""

    ref: str
    section: str
    sources: Sequence[Said]
    response_type: str = ""
    text: str = ""
    beside: dict[Extra, Sequence[str]] = field(default_factory=dict)

    @property
    def is_gap(self) -> bool:
        return not self.response_type and not self.text.strip()


def parts(rows: Iterable[Row], extras: Sequence[Extra] = ()) -> list[Line | Table]:
    """The document’s parts: how many rows and gaps, then a heading and a table for each section."""
    found = list(rows)
    made: list[Line | Table] = [text(line, Look.TEXT) for line in _summary(found)]
    for section, of_section in groupby(found, key=lambda row: row.section):
        made.append(text(section, Look.HEADING))
        made.append(_table(section, list(of_section), extras))
    return made


def headings(extras: Sequence[Extra] = ()) -> list[str]:
    """What stands over the columns."""
    names = {
        Extra.PRIORITIES: gettext("Priorities"),
        Extra.ACTIONS: gettext("Actions"),
        Extra.NOTES: gettext("Notes"),
    }
    return [
        gettext("Reference"),
        gettext("Key reference points"),
        gettext("Relevance"),
        *(names[extra] for extra in extras),
    ]


def _summary(rows: Sequence[Row]) -> list[str]:
    if not rows:
        return [gettext("No source in it can be shown to you.")]
    sources = len({source.ref for row in rows for source in row.sources})
    told = ngettext("%(num)s row", "%(num)s rows", len(rows))
    named = ngettext("%(num)s source", "%(num)s sources", sources)
    lines = [gettext("%(rows)s that name %(sources)s.", rows=told, sources=named)]
    gaps = sum(row.is_gap for row in rows)
    if gaps:
        words = ngettext(
            "In %(num)s row the cell under Relevance is empty and framed by dashes: the plan has no answer yet.",
            "In %(num)s rows the cell under Relevance is empty and framed by dashes: the plan has no answer yet.",
            gaps,
        )
        lines.append(words)
    return lines


def _table(section: str, rows: Sequence[Row], extras: Sequence[Extra]) -> Table:
    about = ngettext(
        "%(num)s row: what each source says, and how the plan stands to it. An empty cell under Relevance is a gap.",
        "%(num)s rows: what each source says, and how the plan stands to it. An empty cell under Relevance is a gap.",
        len(rows),
    )
    cells = [[*_three(row), *(_listed(row.beside.get(extra, ())) for extra in extras)] for row in rows]
    return Table(section, about, headings(extras), WIDTHS[len(extras)], cells)


def _three(row: Row) -> tuple[Cell, Cell, Cell]:
    return _reference(row), _points(row), Cell(is_gap=True) if row.is_gap else Cell(_relevance(row))


def _reference(row: Row) -> Cell:
    lines: list[Line] = []
    of_row = (("response", row.ref),) if row.ref else ()
    for place, source in enumerate(row.sources):
        title = Run(source.title, is_bold=True, address=source.link, language=source.language)
        lines.append(Line((title,), marks=(*(of_row if place == 0 else ()), ("source", source.ref))))
        if about := wording.DOT.join(filter(None, (source.publisher, source.published))):
            lines.append(text(about, Look.QUIET))
    return Cell(tuple(lines))


def _points(row: Row) -> Cell:
    """What the sources say and what that means; of several that say something each is named."""
    lines: list[Line] = []
    speaking = [source for source in row.sources if source.points or source.meanings]
    for source in speaking:
        if len(speaking) > 1 or len(row.sources) > 1:
            lines.append(text(source.title, Look.LABEL, language=source.language))
        for ref, point in source.points:
            lines.append(_bullet(("key_point", ref), point.text, wording.point_tail(point), source.language))
        if source.meanings:
            lines.append(text(wording.workforce_heading(), Look.LABEL))
        for ref, meaning in source.meanings:
            lines.append(_bullet(("implication", ref), meaning.text, wording.meaning_tail(meaning), source.language))
    return Cell(tuple(lines))


def _bullet(mark: tuple[str, str], words: str, tail: str, language: str) -> Line:
    runs = (Run(words, language=language), *((Run(f" {tail}", is_quiet=True),) if tail else ()))
    return Line(runs, Look.BULLET, (mark,))


def _relevance(row: Row) -> tuple[Line, ...]:
    stance = wording.stance(row.response_type)
    first, *others = paragraphs(row.text) or (Line(),)
    return (Line((*((Run(stance, is_bold=True),) if stance else ()), *first.runs)), *others)


def _listed(entries: Sequence[str]) -> Cell:
    """One entry as it is, several as a list."""
    if len(entries) == 1:
        return cell(entries[0])
    return Cell(tuple(text(entry, Look.BULLET) for entry in entries))
