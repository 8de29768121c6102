"""Finding the row of headings in a table, the fields that they name, and the rows below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.importing.fields import Shape, plain
from kb.importing.mapping.heading_words import held_by, plain_heading
from kb.importing.proposals import FileRow
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kb.importing.fields import Field
    from kb.importing.grid import Cell, Row, Table

# Titles and notes stand above the headings, but not whole pages of them.
FIRST_ROWS = 20
LONGEST_HEADING = 200
# Beside the fields of a row: the marks that its cells bear where we wrote them.
MARKS = "marks"


def heading_row(table: Table, fields: Sequence[Field]) -> Row | None:
    """The row that names the most fields, else the first that is no title over the table; None for an empty table.

    A title may be a word that names a field, and so may one cell of any row below the headings.
    """
    first = [row for row in table.rows[:FIRST_ROWS] if any(row.cells)]
    named = {row.number: len(named_by(row, fields)) for row in first}
    return max(first, key=lambda row: (not _is_title(row), named[row.number] > 1 and named[row.number]), default=None)


def _is_title(row: Row) -> bool:
    """Whether one cell, which others may continue, is all that a row says."""
    return sum(bool(cell) and not cell.is_continued for cell in row.cells) < 2


def named_by(row: Row, fields: Sequence[Field]) -> dict[str, str]:
    """The fields that the cells of a row name, by the places of the cells; of two that name one field, the first.

    Words that are like those of a field name it where no cell has its very words, and any that say what it holds
    where no cell has such.
    """
    holding = {one.holds: one.key for one in fields if one.holds}
    found: dict[str, str] = {}
    headed = [
        (str(place), cell.text)
        for place, cell in enumerate(row.cells)
        if cell and not cell.is_continued and len(cell.text) <= LONGEST_HEADING
    ]
    for names, told in (
        (_named(fields, plain), plain),
        (_named(fields, plain_heading), plain_heading),
        (holding, held_by),
    ):
        for place, text in headed if names else ():
            key = names.get(told(text), "")
            if key and place not in found and key not in found.values():
                found[place] = key
    return found


def _named(fields: Sequence[Field], in_short: Callable[[str], str]) -> dict[str, str]:
    """The fields by the words that name them; what a field is called comes before what others are called besides."""
    found: dict[str, str] = {}
    for one in fields:
        found |= {in_short(name): one.key for name in (one.key.replace("_", " "), one.label)}
    for one in fields:
        for name in one.also:
            found.setdefault(in_short(name), one.key)
    found.pop("", None)
    return found


def unread(table: Table, columns: Mapping[str, str], fields: Sequence[Field]) -> list[str]:
    """The headings of the columns that nothing is read from, in their order."""
    heading = heading_row(table, fields)
    cells = enumerate(heading.cells if heading is not None else ())
    return [" ".join(cell.text.split()) for at, cell in cells if cell and str(at) not in columns]


def rows_below(table: Table, columns: Mapping[str, str], fields: Sequence[Field]) -> Iterator[FileRow]:
    """The rows under the headings, without empty ones, headings that stand again, and titles across the table."""
    heading = heading_row(table, fields)
    if heading is None:
        return
    read = {int(place): key for place, key in columns.items()}
    links = {one.key for one in fields if one.shape == Shape.LINK}
    told = {one.key for one in fields if one.is_told}
    for row in table.rows:
        if row.number <= heading.number or not _says_something(row, read) or _is_again(row, heading):
            continue
        values = {
            key: _text(row.cells[place] if place < len(row.cells) else None, is_link=key in links)
            for place, key in sorted(read.items())
            if key not in told
        }
        if marks := dict.fromkeys(mark for cell in row.cells for _, mark in cell.marks):
            values[MARKS] = " ".join(marks)
        place = gettext("%(table)s, row %(number)s", table=table.name, number=row.number)
        yield FileRow(place, values)


def _says_something(row: Row, read: Mapping[int, str]) -> bool:
    """Whether a cell of a column that is read is filled, other than by one title across all of them."""
    filled = [cell for place, cell in enumerate(row.cells) if cell and place in read]
    is_across = len(filled) > 1 and all(cell.is_continued for cell in filled[1:])
    return bool(filled) and not (is_across and len({cell.text for cell in filled}) == 1)


def _is_again(row: Row, heading: Row) -> bool:
    """Whether the row repeats the headings, as tables that were put together do."""
    said = [
        (plain(cell.text), plain(above.text)) for cell, above in zip(row.cells, heading.cells, strict=False) if cell
    ]
    return len(said) > 1 and all(one == other for one, other in said)


def _text(cell: Cell | None, *, is_link: bool) -> str:
    """What a cell says; where an address is wanted, the one behind its words."""
    if cell is None:
        return ""
    if is_link and cell.links and "://" not in cell.text:
        return cell.links[0][1]
    return cell.text
