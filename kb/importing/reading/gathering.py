"""Gathers the rows that a parser finds into a book, within the limits, and the notes for whoever reviews it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.errors import Unreadable
from kb.importing.grid import Book, Cell, Row, Table
from kb.importing.reading.limits import LONGEST_CELL, MOST_CELLS, MOST_COLUMNS, MOST_ROWS, MOST_TABLES
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

PLACES_TOLD = 5
LONGEST_TOLD = 100
WEB = ("http://", "https://")
EMPTY = Cell()


class Gathering:
    """A book in the making. Cells at the end of a row and rows at the end of a table that are empty are left out."""

    def __init__(self, *, is_sheets: bool = False) -> None:
        self._is_sheets = is_sheets
        self._tables: list[Table] = []
        self._notes: dict[str, None] = {}
        self._name = ""
        self._section = ""
        self._rows: list[Row] = []
        self._cells = 0

    def begin(self, name: str, section: str = "") -> None:
        """Start a table; the one before it ends."""
        self._end_table()
        if len(self._tables) == MOST_TABLES:
            raise Unreadable(
                gettext(
                    "This file has more than %(most)s tables or sheets. Split it into several files.", most=MOST_TABLES
                )
            )
        self._name, self._section = name, section

    def add(self, number: int, cells: Sequence[Cell]) -> None:
        """Add one row to the table that was begun."""
        used = len(cells)
        while used and not (cells[used - 1].text or cells[used - 1].is_continued):
            used -= 1
        self._check(number, cells[:used])
        self._rows.append(Row(number, tuple(cells[:used])))

    def note(self, message: str) -> None:
        """Tell whoever reviews the import; the same note is told once."""
        self._notes[message] = None

    def note_links(self, addresses: Sequence[str]) -> None:
        """Tell of links that do not lead to the web."""
        if addresses:
            self.note(
                gettext(
                    "Links that do not begin with http were left out: %(links)s",
                    links=some([address[:LONGEST_TOLD] for address in dict.fromkeys(addresses)]),
                )
            )

    def book(self) -> Book:
        """Everything that was gathered."""
        self._end_table()
        if not self._tables:
            raise Unreadable(
                gettext("There is no table with anything in it in this file. Check that it is the right file.")
            )
        return Book(tuple(self._tables), tuple(self._notes))

    def _check(self, number: int, cells: Sequence[Cell]) -> None:
        check_extent(self._name, rows=number if cells else 0, columns=len(cells))
        self._cells += sum(1 for cell in cells if cell.text)
        check_cells(self._cells)
        for column, cell in enumerate(cells, 1):
            if len(cell.text) > LONGEST_CELL:
                raise Unreadable(
                    gettext(
                        "The text in cell %(cell)s of “%(table)s” is longer than %(most)s characters. "
                        "Shorten it or spread it over several cells.",
                        cell=place(number, column),
                        table=self._name,
                        most=f"{LONGEST_CELL:,}",
                    )
                )

    def _end_table(self) -> None:
        while self._rows and not any(self._rows[-1].cells):
            self._rows.pop()
        if self._rows:
            self._tables.append(Table(self._name, tuple(self._rows), self._section, self._is_sheets))
        self._rows = []


def check_extent(table: str, *, rows: int, columns: int) -> None:
    """Refuse a table that goes further down or to the right than is read."""
    if rows > MOST_ROWS:
        raise Unreadable(
            gettext(
                "“%(table)s” has something in row %(row)s; at most %(most)s rows are read. "
                "Split it into several files, or delete what stands below.",
                table=table,
                row=f"{rows:,}",
                most=f"{MOST_ROWS:,}",
            )
        )
    if columns > MOST_COLUMNS:
        raise Unreadable(
            gettext(
                "“%(table)s” has something in column %(column)s; at most %(most)s columns are read. "
                "Delete the columns that are not needed.",
                table=table,
                column=letters(columns),
                most=MOST_COLUMNS,
            )
        )


def check_cells(cells: int) -> None:
    """Refuse a file with more filled cells than are read."""
    if cells > MOST_CELLS:
        raise Unreadable(
            gettext(
                "This file has more than %(most)s filled cells. Split it into several files.", most=f"{MOST_CELLS:,}"
            )
        )


def letters(column: int) -> str:
    """The name of a column, counted from 1, in a spreadsheet: 28 is AB."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def place(row: int, column: int) -> str:
    """The name of a cell, counted from 1, in a spreadsheet: B3."""
    return f"{letters(column)}{row}"


def some(places: Sequence[str]) -> str:
    """The first few of these, for a note."""
    told = ", ".join(places[:PLACES_TOLD])
    left = len(places) - PLACES_TOLD
    return gettext("%(places)s and %(number)s more", places=told, number=f"{left:,}") if left > 0 else told


def leads_to_the_web(address: str) -> bool:
    """Whether a browser would open this address as a page."""
    return address.lower().startswith(WEB)
