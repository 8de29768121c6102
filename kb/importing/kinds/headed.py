"""What all kinds of rows of spreadsheets share: they stand under headings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from kb.importing.kinds import cells, headings
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kb.importing.fields import Field, Values
    from kb.importing.grid import Book, Table
    from kb.importing.kinds.named import Names
    from kb.importing.proposals import Columns, Context, FileRow

REF, TITLE = "ref", "title"


class Headed(ABC):
    """One kind of rows, and the headings that they stand under."""

    name: str
    needs_plan = False
    # The columns without which a table is none of this kind.
    needed: frozenset[str] = frozenset({TITLE})

    @abstractmethod
    def title(self) -> str:
        """What the rows are, for people."""

    @abstractmethod
    def fields(self) -> Sequence[Field]:
        """The columns that its files may have."""

    @abstractmethod
    def names(self, context: Context) -> Mapping[str, Names]:
        """By field the records that its cells name."""

    def fields_of(self, values: Values) -> Sequence[Field]:
        """All that a new record may have; of one that is named by its Ref, the columns that the file has.

        What the file does not have stays as it is, and an empty field there would take it away.
        """
        has_ref = bool(cells.clean(values.get(REF, "")))
        return [one for one in self.fields() if not one.is_told and (one.key in values or not has_ref)]

    def recognise(self, table: Table) -> dict[str, str]:
        """The columns of a table that has all that this kind needs, and something besides."""
        row = headings.heading_row(table, self.fields())
        found = headings.named_by(row, self.fields()) if row is not None else {}
        read = set(found.values()) - {one.key for one in self.fields() if one.is_told}
        return found if self.needed <= read and len(read) > 1 else {}

    def rows(self, book: Book, columns: Columns) -> Iterator[FileRow]:
        """The rows of a file under these columns."""
        for place, given in columns.items():
            yield from headings.rows_below(book.tables[int(place)], given, self.fields())

    def left_out(self, book: Book, columns: Columns) -> list[str]:
        """The tables whose headings it does not know, but for the sheet that our own files begin with."""
        names = [table.name for place, table in enumerate(book.tables) if str(place) not in columns]
        return [
            gettext("“%(table)s” is not read: its headings are none that we know", table=name)
            for name in names
            if name != gettext("About")
        ]
