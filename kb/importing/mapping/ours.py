"""Rows of a mapping document that this service wrote: each line that stands for a record bears its mark still."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kb import dates
from kb.exporting import wording
from kb.importing.grid import Book
from kb.importing.mapping.headings import recognise
from kb.importing.mapping.rows import place_of
from kb.importing.mapping.words import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.importing.grid import Cell, Row, Table


@dataclass
class MarkedSource:
    """A source with what is written under it; lines keep their tails, and marks are by the words of the line."""

    title: str
    marks: tuple[str, ...]
    link: str = ""
    publisher: str = ""
    published: str = ""
    points: list[str] = field(default_factory=list)
    meanings: list[str] = field(default_factory=list)
    line_marks: dict[str, str] = field(default_factory=dict)


@dataclass
class MarkedRow:
    """One row; `answer` is None where the document has no place for one. `left_out` are lines that nobody can place."""

    place: str
    section: str
    sources: list[MarkedSource]
    response_type: str = ""
    answer: str = ""
    left_out: list[str] = field(default_factory=list)


def rows_of(book: Book) -> Iterator[MarkedRow]:
    """The rows whose reference bears a mark, in their order; one that stands in parts comes as one."""
    for table in book.tables:
        columns = {role: int(at) for at, role in recognise(table).items()}
        found: MarkedRow | None = None
        names: set[str] = set()
        for row in filter(_is_marked, table.rows):
            reference = _cell(row, columns, Role.REFERENCE)
            own = {mark for _, mark in reference.marks} if reference is not None else set()
            if found is not None and own and own <= names:
                _go_on(found, row, columns)
                continue
            if found is not None:
                yield found
            found, names = _read(table, row, columns), own
        if found is not None:
            yield found


def without_marked(book: Book) -> Book:
    """The document without those rows: what somebody added to it, under the headings that stand over it."""
    tables = (replace(one, rows=tuple(row for row in one.rows if not _is_marked(row))) for one in book.tables)
    return replace(book, tables=tuple(tables))


def _is_marked(row: Row) -> bool:
    return any(cell.marks for cell in row.cells)


def _cell(row: Row, columns: dict[str, int], role: Role) -> Cell | None:
    at = columns.get(role)
    return row.cells[at] if at is not None and at < len(row.cells) else None


def _read(table: Table, row: Row, columns: dict[str, int]) -> MarkedRow:
    found = MarkedRow(place_of(table.name, row.number), table.section, [])
    reference, answer = _cell(row, columns, Role.REFERENCE), _cell(row, columns, Role.RELEVANCE)
    if reference is not None:
        _read_sources(found, reference)
    _read_said(found, row, columns)
    if answer is not None:
        found.response_type, found.answer = wording.read_stance(answer.text.strip())
    return found


def _go_on(found: MarkedRow, row: Row, columns: dict[str, int]) -> None:
    """Read a further part, whose reference says only of which row it is one."""
    reference, answer = _cell(row, columns, Role.REFERENCE), _cell(row, columns, Role.RELEVANCE)
    goes_on = None
    if reference is not None:
        marks = _marks(reference)
        own = {mark for _, mark in reference.marks}
        goes_on = next((source for source in found.sources if own & set(source.marks)), None)
        found.left_out += [line for at, line in enumerate(reference.text.split("\n")) if line and at not in marks]
    _read_said(found, row, columns, goes_on)
    if answer is not None and answer:
        found.answer = "\n".join(filter(None, (found.answer, answer.text.strip())))


def _read_said(found: MarkedRow, row: Row, columns: dict[str, int], goes_on: MarkedSource | None = None) -> None:
    said = _cell(row, columns, Role.KEY_POINTS)
    if said is not None and found.sources:
        _read_lines(found, said, goes_on or found.sources[0])


def _read_sources(found: MarkedRow, cell: Cell) -> None:
    """A line with marks is a title, and the one below it says who published it and when."""
    marks = _marks(cell)
    links = dict(cell.links)
    for place, line in enumerate(cell.text.split("\n")):
        if place in marks or not found.sources:
            found.sources.append(MarkedSource(line, tuple(marks.get(place, ())), links.get(line, "")))
        elif line and not (found.sources[-1].publisher or found.sources[-1].published):
            _read_about(found.sources[-1], line)
        elif line:
            found.left_out.append(line)


def _read_about(source: MarkedSource, line: str) -> None:
    publisher, _, published = line.rpartition(wording.DOT)
    try:
        dates.parse(published)
    except ValueError:
        publisher, published = line, ""
    source.publisher, source.published = publisher, published


def _read_lines(found: MarkedRow, cell: Cell, source: MarkedSource) -> None:
    """Points and what they mean, under the title of their source where the row has several; `source` has the first."""
    marks = _marks(cell)
    named = {source.title: source for source in found.sources}
    is_meaning = False
    for place, line in enumerate(cell.text.split("\n")):
        is_label = place not in marks and place not in cell.bullets
        if is_label and line in named:
            source, is_meaning = named[line], False
        elif is_label and line == wording.workforce_heading():
            is_meaning = True
        elif line:
            (source.meanings if is_meaning else source.points).append(line)
            if place in marks:
                source.line_marks[line] = marks[place][0]


def _marks(cell: Cell) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for place, mark in cell.marks:
        found[place].append(mark)
    return found
