"""The matrix of coverage as files: as it is shown for Excel, cell by cell for CSV; and the ways behind a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.coverage import words as coverage_words
from kb import downloads, labels
from kb.spreadsheets import Column, Kind, Sheet
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from graph.coverage import service as covering
    from graph.coverage.service import By, Coverage
    from graph.threads.thread import Path
    from kb.spreadsheets import Cell

Line = dict[int | str, "Cell"]
FIRST, SIZE, ALL, GAP = "first", "size", "all", "gap"


def matrix(found: Coverage, by: By) -> Sheet[Line]:
    """Rows and columns as on the page, all of them, with the totals and what is missing in words."""
    words = coverage_words.of(by)
    sized = [Column(gettext("Sources"), _held(SIZE), Kind.NUMBER)] if any(row.size for row in found.rows) else []
    return Sheet(
        gettext("Coverage"),
        [
            Column(words.row, _held(FIRST), width=44),
            *sized,
            Column(words.of_rows, _held(ALL), Kind.NUMBER),
            *(Column(column.title, _held(column.id), Kind.NUMBER, width=18) for column in found.columns),
            Column(gettext("Missing"), _held(GAP), width=20),
        ],
        _lines(found, words),
    )


def _held(key: int | str) -> Callable[[Line], Cell]:
    return lambda line: line.get(key)


def _lines(found: Coverage, words: coverage_words.Words) -> Iterator[Line]:
    for row in found.rows:
        yield {
            FIRST: row.title,
            SIZE: row.size,
            **{column.id: found.count(row, column) for column in found.columns},
            ALL: found.matrix.of_rows.get(row.id, 0),
            GAP: words.row_gap if row.is_gap else "",
        }
    of_columns = found.matrix.of_columns
    yield {
        FIRST: words.of_columns,
        **{column.id: of_columns.get(column.id, 0) for column in found.columns},
        ALL: found.matrix.total,
    }
    if found.column_gaps:
        gaps: Line = {column.id: words.column_gap for column in found.columns if column.is_gap}
        yield {FIRST: gettext("Missing"), **gaps}


def cells(found: Coverage, by: By) -> Sheet[tuple[covering.Row, covering.Column, int]]:
    """One line for each cell, those that count nothing too."""
    return Sheet(
        gettext("Cells"),
        [
            Column(gettext("%(row)s ref", row=coverage_words.of(by).row), lambda cell: cell[0].ref, width=24),
            Column(coverage_words.of(by).row, lambda cell: cell[0].title, width=44),
            Column(gettext("Priority ref"), lambda cell: cell[1].ref, width=24),
            Column(gettext("Priority"), lambda cell: cell[1].title, width=44),
            Column(gettext("Set of priorities"), lambda cell: cell[1].set_title, width=30),
            Column(gettext("Count"), lambda cell: cell[2], Kind.NUMBER),
        ],
        ((row, column, found.count(row, column)) for row in found.rows for column in found.columns),
    )


def ways(listed: list[Path]) -> Sheet[Path]:
    """The ways that a cell counts: where each begins, what it leads through, where it ends, and why."""
    return Sheet(
        gettext("Ways"),
        [
            Column(gettext("From ref"), lambda way: way.nodes[0].ref, width=24),
            Column(gettext("From"), lambda way: way.nodes[0].title, width=50),
            Column(gettext("Through"), lambda way: "\n".join(node.title for node in way.nodes[1:-1]), width=50),
            Column(gettext("To ref"), lambda way: way.nodes[-1].ref, width=24),
            Column(gettext("To"), lambda way: way.nodes[-1].title, width=50),
            Column(
                gettext("Reason"), lambda way: "\n".join(edge.reason for edge in way.edges if edge.reason), width=50
            ),
            Column(gettext("State"), _state, width=12),
            downloads.page_of(lambda way: way.nodes[0]),
        ],
        listed,
    )


def _state(way: Path) -> str:
    return labels.readable("suspect" if any(edge.is_suspect for edge in way.edges) else "current")
