"""What all kinds of rows of spreadsheets share: they stand under headings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING

from kb.importing.fields import Shape, guessed_day
from kb.importing.kinds import cells, headings
from kb.importing.proposals import Mendable
from kb.permissions import Capability
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kb.importing.fields import Field, Values
    from kb.importing.grid import Book, Table
    from kb.importing.kinds.named import Names
    from kb.importing.proposals import Columns, Context, FileRow

REF, TITLE = "ref", "title"
# The sheet that our files begin with, and the hidden one of a template that holds what its cells offer.
ABOUT, LISTS = "About", "Lists"
# What each of them says first in a template.
FOR, CHOICES = "For", "Choices"


class Headed(ABC):
    """One kind of rows, and the headings that they stand under."""

    name: str
    needs_plan = False
    # What a person must be allowed in the plan of a row.
    right = Capability.EDIT_PLAN
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

    def titles_in(self, values: Values, match: str) -> frozenset[str]:
        """Nothing: each row is about a record of its own."""
        return frozenset()

    def new_titles(self, differences: Iterable[Sequence[str]]) -> list[str]:
        """None that another row may mean."""
        return []

    def mendable(self, context: Context, values: Values, match: str) -> Mendable:
        """All fields: a row of a sheet changes whatever it says otherwise."""
        return Mendable(self.fields_of(values))

    def recognise(self, table: Table) -> dict[str, str]:
        """The columns of a table that has all that this kind needs, and something besides."""
        if _is_ours(table):
            return {}
        row = headings.heading_row(table, self.fields())
        found = headings.named_by(row, self.fields()) if row is not None else {}
        read = set(found.values()) - {one.key for one in self.fields() if one.is_told}
        return found if self.needed <= read and len(read) > 1 else {}

    def rows(self, book: Book, columns: Columns) -> Iterator[FileRow]:
        """The rows of a file under these columns; a date that is not stated whole is marked as guessed."""
        days = [one for one in self.fields() if one.shape in (Shape.DAY, Shape.STATED)]
        for place, given in columns.items():
            for row in headings.rows_below(book.tables[int(place)], given, self.fields()):
                values = self.spread(row.values)
                read_as = [(one, words) for one in days if (words := guessed_day(one, values.get(one.key, "")))]
                notes = tuple(_read_as(one, values[one.key], words) for one, words in read_as)
                yield replace(row, values=values, guessed=tuple(one.key for one, _ in read_as), notes=notes)

    def spread(self, values: dict[str, str]) -> dict[str, str]:
        """The values of a row, where one cell may hold several; most kinds have none such."""
        return values

    def left_out(self, book: Book, columns: Columns) -> list[str]:
        """The tables and columns whose headings it does not know, but for sheets that our own files carry besides."""
        own, said = own_sheets(book), []
        for place, table in enumerate(book.tables):
            given = columns.get(str(place))
            unread = headings.unread(table, given, self.fields()) if given else []
            if unread:
                names = ", ".join(f"“{one}”" for one in unread)
                said.append(gettext("%(table)s: these columns are not read: %(names)s", table=table.name, names=names))
            elif not given and table.name not in own:
                said.append(gettext("“%(table)s” is not read: its headings are none that we know", table=table.name))
        return said


def own_sheets(book: Book) -> frozenset[str]:
    """The sheets of a file that our lists and templates carry beside their rows."""
    return frozenset(table.name for table in book.tables if table.name == gettext(ABOUT) or _is_ours(table))


def _is_ours(table: Table) -> bool:
    """Whether it is a sheet that a template carries beside its rows, by what it says first."""
    first = table.rows[0].cells[0].text if table.rows and table.rows[0].cells else ""
    return (table.name, first) in {(gettext(ABOUT), gettext(FOR)), (gettext(LISTS), gettext(CHOICES))}


def _read_as(one: Field, text: str, words: str) -> str:
    return gettext("%(field)s: “%(text)s” is read as %(day)s.", field=one.label, text=text.strip(), day=words)
