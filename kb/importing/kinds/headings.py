"""Finding the row of headings in a table, the fields that they name, and the rows below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.importing.fields import Shape, field_of, plain
from kb.importing.proposals import FileRow
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kb.importing.fields import Field
    from kb.importing.grid import Cell, Row, Table

# Titles and notes stand above the headings, but not whole pages of them.
FIRST_ROWS = 20


def heading_row(table: Table, fields: Sequence[Field]) -> Row | None:
    """The row that names the most fields, else the first that is not empty; None for an empty table."""
    first = [row for row in table.rows[:FIRST_ROWS] if any(row.cells)]
    return max(first, key=lambda row: len(named_by(row, fields)), default=None)


def named_by(row: Row, fields: Sequence[Field]) -> dict[str, str]:
    """The fields that the cells of a row name, by the places of the cells; of two that name one field, the first."""
    found: dict[str, str] = {}
    for place, cell in enumerate(row.cells):
        key = field_of(cell.text, fields) if cell and not cell.is_continued else ""
        if key and key not in found.values():
            found[str(place)] = key
    return found


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
