"""Lays the rows of a Word table over its columns, which Word keeps as a grid that drags and merges have cut up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, islice, pairwise
from typing import TYPE_CHECKING

from kb.errors import Unreadable
from kb.importing.grid import Cell
from kb.importing.reading.gathering import EMPTY
from kb.importing.reading.limits import MOST_COLUMNS
from kb.importing.reading.word_styles import W, value
from kb.words import gettext

if TYPE_CHECKING:
    from lxml.etree import _Element

    from kb.importing.reading.word_text import Writing

HOLDERS = frozenset(f"{W}{name}" for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo"))
# A quarter of an inch; no column with words in it is as narrow.
HAIRS_BREADTH = 360
WIDEST_SPAN = 5 * MOST_COLUMNS


@dataclass
class _Piece:
    """One cell as Word keeps it: where it starts on the grid, how far it goes, and whether it goes on from above."""

    start: int
    end: int
    cell: Cell
    goes_on: bool = False


def rows_of(table: _Element, writing: Writing) -> list[list[Cell]]:
    """The rows of cells; those that a merged one covers hold its text, too."""
    rows = [_pieces(row, writing) for row in _rows(table, writing)]
    _straighten(rows, _positions(table))
    columns = sorted({piece.start for row in rows for piece in row})
    if len(columns) > MOST_COLUMNS:
        raise Unreadable(
            gettext("A table in this document has more than %(most)s columns. Split it.", most=MOST_COLUMNS)
        )
    laid: list[list[Cell]] = []
    for row in rows:
        laid.append(_laid(row, columns, laid[-1] if laid else []))
    return laid


def _children(element: _Element, tag: str) -> Iterator[_Element]:
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag in HOLDERS:
            yield from _children(child, tag)


def _rows(table: _Element, writing: Writing) -> Iterator[_Element]:
    for row in _children(table, f"{W}tr"):
        if row.find(f"{W}trPr/{W}del") is not None:
            writing.left_out["deletions"] += 1
        else:
            yield row


def _pieces(row: _Element, writing: Writing) -> list[_Piece]:
    start = _whole(value(row.find(f"{W}trPr/{W}gridBefore")), 0)
    pieces: list[_Piece] = []
    for cell in _children(row, f"{W}tc"):
        properties = cell.find(f"{W}tcPr")
        span, merged, merged_along, deleted = 1, None, None, None
        if properties is not None:
            span = max(1, _whole(value(properties.find(f"{W}gridSpan")), 1))
            merged, merged_along = properties.find(f"{W}vMerge"), properties.find(f"{W}hMerge")
            deleted = properties.find(f"{W}cellDel")
        if deleted is not None:
            writing.left_out["deletions"] += 1
            continue
        if pieces and merged_along is not None and value(merged_along) != "restart":
            pieces[-1].end += span
        else:
            goes_on = merged is not None and value(merged) != "restart"
            pieces.append(_Piece(start, start + span, writing.cell(_paragraphs(cell)), goes_on))
        start += span
    return pieces


def _paragraphs(cell: _Element) -> Iterator[_Element]:
    """Its paragraphs, with those of tables inside it."""
    for child in cell:
        if child.tag == f"{W}p":
            yield child
        elif child.tag in HOLDERS or child.tag in (f"{W}tbl", f"{W}tr", f"{W}tc"):
            yield from _paragraphs(child)


def _whole(text: str, otherwise: int) -> int:
    return min(int(text), WIDEST_SPAN) if text.isascii() and text.isdigit() and len(text) < 9 else otherwise


def _positions(table: _Element) -> list[int]:
    """Where each column of the grid starts, in twentieths of a point."""
    widths = (_whole(column.get(f"{W}w", ""), 0) for column in table.iterfind(f"{W}tblGrid/{W}gridCol"))
    return list(accumulate(islice(widths, WIDEST_SPAN), initial=0))


def _straighten(rows: list[list[_Piece]], positions: list[int]) -> None:
    """Rows with as many cells as most rows have their cells in the same columns, wherever their borders were dragged.

    Else a border that is a hair's breadth off in one row would make a column of its own. In other rows, borders count
    as the same when they are close.
    """
    counts = Counter(len(row) for row in rows if row)
    if not counts:
        return
    usual = max(counts, key=lambda count: (counts[count], count))
    alike = [row for row in rows if len(row) == usual]
    starts = [Counter(row[place].start for row in alike).most_common(1)[0][0] for place in range(usual)]
    if any(one >= next_one for one, next_one in pairwise(starts)):
        return
    ends = [*starts[1:], Counter(row[-1].end for row in alike).most_common(1)[0][0]]
    for row in rows:
        if len(row) != usual:
            _snap(row, ends, positions)
    for row in alike:
        for piece, start, end in zip(row, starts, ends, strict=True):
            piece.start, piece.end = start, end


def _snap(row: list[_Piece], edges: list[int], positions: list[int]) -> None:
    before = 0
    for place, piece in enumerate(row):
        if place and (edge := _near(piece.start, edges, positions)) > before:
            piece.start = edge
            row[place - 1].end = edge
        before = piece.start


def _near(at: int, edges: list[int], positions: list[int]) -> int:
    if at >= len(positions):
        return at
    close = [edge for edge in edges if edge < len(positions) and abs(positions[edge] - positions[at]) <= HAIRS_BREADTH]
    return min(close, key=lambda edge: abs(positions[edge] - positions[at]), default=at)


def _laid(row: list[_Piece], columns: list[int], above: list[Cell]) -> list[Cell]:
    cells: list[Cell] = []
    for piece in row:
        covered = [place for place, column in enumerate(columns) if piece.start <= column < piece.end]
        first = covered[0]
        cells.extend([EMPTY] * (first - len(cells)))
        cell = piece.cell
        if piece.goes_on and first < len(above) and not cell.text:
            cell = replace(above[first], is_continued=True)
        cells.append(cell)
        cells.extend([replace(cell, is_continued=True)] * (len(covered) - 1))
    return cells
