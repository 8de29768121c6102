"""What a file holds, whatever its format: tables of rows of cells, each with its place for people."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as text: paragraphs are lines, a day is 2026-09-30, a number is as short as it can be.

    `links` are the addresses behind words of the cell, each with those words, in order. `bullets` are the places of
    those lines, counted from 0, that stand in a bulleted or numbered list; their marks are not part of the text.
    `is_continued` marks a cell that a merged one above or to the left of it covers; its text is that one's. `marks`
    are the marks of our records that lines bear which we once wrote, each with the place of its line.
    """

    text: str = ""
    links: tuple[tuple[str, str], ...] = ()
    bullets: tuple[int, ...] = ()
    is_continued: bool = False
    marks: tuple[tuple[int, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.text.strip())


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as the program that made the file counts it, from 1, and its cells."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet, or one table of a Word document; `section` is the last heading or line of prose before it.

    In a sheet each row is one of its own; a row of a document may go on with the one above.
    """

    name: str
    rows: tuple[Row, ...]
    section: str = ""
    is_sheet: bool = False


@dataclass(frozen=True, slots=True)
class Book:
    """A whole file; `notes` tell people what had to be guessed or was left out in reading it."""

    tables: tuple[Table, ...]
    notes: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """The book as plain values, for another process or a database to keep."""
        return {
            "notes": list(self.notes),
            "tables": [
                {
                    "name": table.name,
                    "section": table.section,
                    "is_sheet": table.is_sheet,
                    "rows": [[row.number, [_cell_as_json(cell) for cell in row.cells]] for row in table.rows],
                }
                for table in self.tables
            ],
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Book:
        """The book that `as_json` told."""
        return cls(
            tuple(
                Table(
                    table["name"],
                    tuple(Row(number, tuple(map(_cell_from_json, cells))) for number, cells in table["rows"]),
                    table["section"],
                    # Files that were kept before do not say it.
                    table.get("is_sheet", False),
                )
                for table in given["tables"]
            ),
            tuple(given["notes"]),
        )


def _cell_as_json(cell: Cell) -> str | list[Any]:
    """Most cells are text and nothing else."""
    if not (cell.links or cell.bullets or cell.is_continued or cell.marks):
        return cell.text
    pairs = [[list(pair) for pair in pairs] for pairs in (cell.links, cell.marks)]
    return [cell.text, pairs[0], list(cell.bullets), cell.is_continued, pairs[1]]


def _cell_from_json(given: str | list[Any]) -> Cell:
    if isinstance(given, str):
        return Cell(given)
    text, links, bullets, is_continued, marks = given
    return Cell(
        text,
        tuple((words, address) for words, address in links),
        tuple(bullets),
        is_continued,
        tuple((place, mark) for place, mark in marks),
    )
