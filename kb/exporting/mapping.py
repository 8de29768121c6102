"""A plan’s mapping as a document: what each source says, and how the plan stands to it, under the plan’s sections."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING

from kb.exporting import heights, wording
from kb.exporting.lines import Cell, Line, Look, Run, Table, cell, paragraphs, text
from kb.words import gettext, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kb.exporting.wording import Meaning, Point

# Shares of the page’s width; reference, key points and relevance give way to what else is wanted.
REFERENCE, POINTS, RELEVANCE = 24, 46, 30
# A row that is much higher than this, in points, stands as several: else its reference is lost over the page, which
# holds two of them.
HIGHEST_PART = 205
PAGE = 740
_IN_BRACKETS = re.compile(r"(?s)(.+)( \([^()]*\))")


class Extra(StrEnum):
    """What may stand beside the three columns."""

    PRIORITIES = "priorities"
    ACTIONS = "actions"
    NOTES = "notes"


EXTRA_WIDTHS = {Extra.PRIORITIES: 18, Extra.ACTIONS: 31, Extra.NOTES: 22}


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


@dataclass(frozen=True)
class Entry:
    """A line of what a source says, with the labels over it: the name of the source, and that it is what that means."""

    source: Said
    name: tuple[Line, ...]
    heading: tuple[Line, ...]
    line: Line


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
            "In %(num)s row the cell under Relevance is empty and shaded: the plan has no answer yet.",
            "In %(num)s rows the cell under Relevance is empty and shaded: the plan has no answer yet.",
            gaps,
        )
        lines.append(words)
    return lines


def _table(section: str, rows: Sequence[Row], extras: Sequence[Extra]) -> Table:
    about = ngettext(
        "%(num)s row: what each source says, and how the plan stands to it. A shaded cell under Relevance is a gap.",
        "%(num)s rows: what each source says, and how the plan stands to it. A shaded cell under Relevance is a gap.",
        len(rows),
    )
    widths = [REFERENCE, POINTS, RELEVANCE, *(EXTRA_WIDTHS[extra] for extra in extras)]
    cells = [cells for row in rows for cells in _parted(row, extras, [PAGE * each / sum(widths) for each in widths])]
    return Table(section, about, headings(extras), widths, cells)


def _parted(row: Row, extras: Sequence[Extra], widths: Sequence[float]) -> Iterator[list[Cell]]:
    """The row as it is, or a high one in parts, of which each names again the source that goes on in it."""
    beside = [_listed(extra, row.beside.get(extra, ())) for extra in extras]
    relevance = Cell(is_gap=True) if row.is_gap else Cell(_relevance(row))
    points = _in_parts(_entries(row), widths[1])
    others = [_lines_in_parts(cell, width) for cell, width in zip(beside, widths[3:], strict=True)]
    speaking = row.sources[0]
    for place in range(max(len(points), *(len(parts) for parts in others), 1)):
        said = points[place] if place < len(points) else []
        speaking = said[0].source if said else speaking
        reference = _reference(row) if place == 0 else _continued(speaking)
        listed = [parts[place] if place < len(parts) else Cell() for parts in others]
        told = Cell(_with_labels(said, named=None if place == 0 else speaking))
        yield [reference, told, relevance if place == 0 else Cell(is_gap=row.is_gap), *listed]


def _in_parts(entries: Sequence[Entry], width: float) -> list[list[Entry]]:
    """The entries part by part; a last one that is short goes with the one before."""
    parts: list[list[Entry]] = [[]]
    for entry in entries:
        if parts[-1] and _height([*parts[-1], entry], width) > HIGHEST_PART:
            parts.append([])
        parts[-1].append(entry)
    if len(parts) > 1 and _height(parts[-1], width) < HIGHEST_PART / 4:
        last = parts.pop()
        parts[-1] += last
    return parts


def _height(entries: Sequence[Entry], width: float) -> float:
    return heights.of_cell(Cell(_with_labels(entries)), width)


def _lines_in_parts(cell: Cell, width: float) -> list[Cell]:
    parts: list[list[Line]] = [[]]
    for line in cell.lines:
        if parts[-1] and heights.of_cell(Cell((*parts[-1], line)), width) > HIGHEST_PART:
            parts.append([])
        parts[-1].append(line)
    return [Cell(tuple(lines)) for lines in parts]


def _continued(source: Said) -> Cell:
    """The reference of a further part of a row, with the mark of the source that goes on in it, but not the row’s."""
    told = gettext("%(title)s (continued)", title=source.title)
    return Cell((Line((Run(told, is_quiet=True, language=source.language),), marks=(("source", source.ref),)),))


def _reference(row: Row) -> Cell:
    lines: list[Line] = []
    of_row = (("response", row.ref),) if row.ref else ()
    for place, source in enumerate(row.sources):
        title = Run(source.title, is_bold=True, address=source.link, language=source.language)
        lines.append(Line((title,), marks=(*(of_row if place == 0 else ()), ("source", source.ref))))
        if about := wording.DOT.join(filter(None, (source.publisher, source.published))):
            lines.append(text(about, Look.QUIET))
    return Cell(tuple(lines))


def _entries(row: Row) -> list[Entry]:
    """What the sources say and what that means; of several that say something each is named."""
    found: list[Entry] = []
    for source in row.sources:
        name = (text(source.title, Look.LABEL, language=source.language),) if len(row.sources) > 1 else ()
        for ref, point in source.points:
            line = _bullet(("key_point", ref), point.text, wording.point_tail(point), source.language)
            found.append(Entry(source, name, (), line))
        heading = (text(wording.workforce_heading(), Look.LABEL),)
        for ref, meaning in source.meanings:
            line = _bullet(("implication", ref), meaning.text, wording.meaning_tail(meaning), source.language)
            found.append(Entry(source, name, heading, line))
    return found


def _with_labels(entries: Sequence[Entry], named: Said | None = None) -> tuple[Line, ...]:
    """The lines of the entries, each under those of its labels that do not stand above it already.

    `named` is the source that stands beside them as the one that goes on.
    """
    lines: list[Line] = []
    source, is_headed = named, False
    for entry in entries:
        if entry.source is not source:
            lines += entry.name
            source, is_headed = entry.source, False
        if entry.heading and not is_headed:
            lines += entry.heading
            is_headed = True
        lines.append(entry.line)
    return tuple(lines)


def _bullet(mark: tuple[str, str], words: str, tail: str, language: str) -> Line:
    runs = (Run(words, language=language), *((Run(f" {tail}", is_quiet=True, is_small=True),) if tail else ()))
    return Line(runs, Look.BULLET, (mark,))


def _relevance(row: Row) -> tuple[Line, ...]:
    stance = wording.stance(row.response_type)
    first, *others = paragraphs(row.text) or (Line(),)
    return (Line((*((Run(stance, is_bold=True),) if stance else ()), *first.runs)), *others)


def _listed(extra: Extra, entries: Sequence[str]) -> Cell:
    """One entry as it is, several as a list; who does an action and by when is quieter than what it is."""
    if len(entries) == 1 and extra != Extra.ACTIONS:
        return cell(entries[0])
    look = Look.BULLET if len(entries) > 1 else Look.TEXT
    return Cell(tuple(Line(_runs(extra, entry), look) for entry in entries))


def _runs(extra: Extra, entry: str) -> tuple[Run, ...]:
    found = _IN_BRACKETS.fullmatch(entry) if extra == Extra.ACTIONS else None
    return (Run(found[1]), Run(found[2], is_quiet=True, is_small=True)) if found else (Run(entry),)
