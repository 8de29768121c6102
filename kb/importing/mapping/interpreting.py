"""From the tables of a document to the rows that it proposes; nothing is looked up and nothing is written."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

from kb.importing.mapping.cells import Cover, covers, is_bare
from kb.importing.mapping.drafts import Draft
from kb.importing.mapping.headings import (
    Columns,
    category,
    going_on,
    header_of,
    is_heading_like,
    order_of,
    recognise,
    section_of,
    short_title,
    words_of,
)
from kb.importing.mapping.rows import DRIVER, Interpretation, Skipped, place_of
from kb.importing.mapping.words import NO_VOCABULARY, NOTES, Role, Vocabulary
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kb.importing.grid import Book, Row, Table
    from kb.importing.mapping.rows import MappingRow, SourceGuess


def interpret(
    book: Book, columns: Mapping[str, Mapping[str, str]] | None = None, vocabulary: Vocabulary = NO_VOCABULARY
) -> Interpretation:
    """What the mapping tables of a document propose, and which of its rows head others or say nothing.

    `columns` is what a person has said of tables, by their place in the document counted from 0: the role of each
    column by its place. Tables that it leaves out are recognised by their headings, or go on from the one before.
    """
    reading = _Reading()
    for at, table in enumerate(book.tables):
        reading.take(table, dict((columns or {}).get(str(at), {})))
    rows = [draft.finished(vocabulary) for draft in reading.drafts]
    return Interpretation(_with_years(rows), tuple(reading.headings), tuple(reading.skipped))


def _with_years(rows: Sequence[MappingRow]) -> tuple[MappingRow, ...]:
    """The rows, where titles that their years alone told apart have these again."""
    years: dict[str, set[int | None]] = defaultdict(set)
    for source in chain.from_iterable(row.sources for row in rows):
        years[source.title.casefold()].add(source.year)

    def told_apart(source: SourceGuess) -> SourceGuess:
        is_one_of_several = source.named and source.published and len(years[source.title.casefold()] - {None}) > 1
        return replace(source, title=f"{source.title} ({source.published})") if is_one_of_several else source

    return tuple(replace(row, sources=tuple(map(told_apart, row.sources))) for row in rows)


@dataclass(slots=True)
class _Reading:
    """How far a document has been read: the columns and the section that stand, and what came of it so far.

    `current` is the row that one without a reference goes on with; a new section ends it.
    """

    prose: str = ""
    section: str = ""
    category: str = DRIVER
    columns: Columns = field(default_factory=dict)
    order: tuple[str, ...] = ()
    known: set[tuple[str, ...]] = field(default_factory=set)
    current: Draft | None = None
    drafts: list[Draft] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    def take(self, table: Table, given: Columns) -> None:
        """Read one table, under the columns that a person gave it, else its own, else those of the one before."""
        if table.section != self.prose:
            self._enter(table.section)
            self.prose = table.section
        columns = given or recognise(table) or going_on(self.order, table)
        header = header_of(table)
        if header is None and given and table.rows and is_heading_like(table.rows[0]):
            header = 0
        if Role.REFERENCE not in columns.values():
            self._leave(table)
            return
        # What somebody gave no meaning is left out; only cells beyond the last heading are taken with the last.
        width = len(table.rows[header].cells) if header is not None else 0
        self.columns = {str(at): Role.IGNORED for at in range(width)} | columns
        if header is not None:
            self.known.add(words_of(table.rows[header]))
            self.order = order_of(columns, table.rows[header])
        for at, row in enumerate(table.rows):
            self._row(table, row, is_above=header is not None and at < header)

    def _leave(self, table: Table) -> None:
        """Pass over a table that names no documents; one of a single short line is a heading in a frame."""
        title = section_of(table.rows[0]) if len(table.rows) == 1 else ""
        if title:
            self._enter(title)
            self.headings.append(place_of(table.name, table.rows[0].number))
        elif table.rows:
            why = gettext("None of its columns is recognised as the one that names documents")
            self.skipped.append(Skipped(table.name, len(table.rows), why))

    def _row(self, table: Table, row: Row, *, is_above: bool) -> None:
        place = place_of(table.name, row.number)
        if words_of(row) in self.known:
            self.headings.append(place)
        elif all(is_bare(cell) and not cell.is_continued for cell in row.cells):
            self.skipped.append(Skipped(place, 1, gettext("The row is empty")))
        elif title := section_of(row) or self._section_beside(row):
            self._enter(title)
            self.headings.append(place)
        elif table.is_sheet and _is_note(row):
            self.skipped.append(Skipped(place, 1, gettext("The row is a note on the table")))
        elif is_above:
            self.skipped.append(Skipped(place, 1, gettext("The row stands above the headings")))
        else:
            self._content(place, row, is_sheet=table.is_sheet)

    def _section_beside(self, row: Row) -> str:
        """The heading that a row is whose only words stand before the documents, where other rows have their number."""
        own = list(zip(self._roles(row), row.cells, covers(row), strict=True))
        first = next((at for at, (role, _, _) in enumerate(own) if role == Role.REFERENCE), len(own))
        filled = [at for at, (_, cell, _) in enumerate(own) if not is_bare(cell)]
        if len(filled) != 1 or filled[0] >= first:
            return ""
        role, cell, cover = own[filled[0]]
        is_words = role == Role.IGNORED and cover is Cover.NOT and re.search(r"[^\W\d_]{2}", cell.text)
        return short_title(cell) if is_words else ""

    def _content(self, place: str, row: Row, *, is_sheet: bool) -> None:
        """Begin a row with its own reference, or go on with the one before.

        In a sheet one goes on only where its reference is a merged cell.
        """
        cells = list(zip(self._roles(row), row.cells, covers(row), strict=True))
        references = [(cell, cover) for role, cell, cover in cells if role == Role.REFERENCE]
        is_new = any(cover is Cover.NOT and not is_bare(cell) for cell, cover in references)
        if is_sheet and not is_new and not any(cover is Cover.ABOVE for _, cover in references):
            if not any(role not in ("", Role.IGNORED) and not is_bare(cell) for role, cell, _ in cells):
                self.skipped.append(Skipped(place, 1, gettext("No column that is read says anything")))
                return
            is_new = True
        if is_new:
            self.current = Draft(self.section, self.category)
            self.drafts.append(self.current)
        if self.current is None:
            self.skipped.append(Skipped(place, 1, gettext("The row names no document, and none stands before it")))
            return
        self.current.places.append(place)
        self.current.add(cells, is_new=is_new)

    def _roles(self, row: Row) -> list[str]:
        """What each cell of a row holds; nothing for those beyond the last heading."""
        return [self.columns.get(str(at), "") for at in range(len(row.cells))]

    def _enter(self, section: str) -> None:
        self.section = section
        self.category = category(section, self.category)
        self.current = None


def _is_note(row: Row) -> bool:
    """Whether all that a row says begins as a remark on the table does."""
    filled = [cell.text.strip().lower() for cell in row.cells if not is_bare(cell)]
    return len(filled) == 1 and filled[0].startswith(NOTES) and len(filled[0].split()) > 1
