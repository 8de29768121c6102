"""How high words stand on paper, by estimate: enough to tell what fits on a page before anybody lays it out."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from kb.exporting.lines import Look

if TYPE_CHECKING:
    from kb.exporting.lines import Cell, Line

# Of the usual text in a table, in points.
LETTER, LINE, BETWEEN, BULLET, SIDES = 4.65, 12.0, 2.5, 10.0, 9.0
SMALL = 0.8  # of a usual letter


def of_line(line: Line, width: float) -> float:
    """A paragraph in a cell of this width, in points."""
    across = max(1.0, (width - SIDES - (BULLET if line.look == Look.BULLET else 0)) / LETTER)
    lines = [0.0]
    for run in line.runs:
        first, *others = run.text.split("\n")
        share = SMALL if run.is_small else 1
        lines[-1] += share * len(first)
        lines += [share * len(other) for other in others]
    return LINE * sum(max(1, ceil(letters / across)) for letters in lines) + BETWEEN


def of_cell(cell: Cell, width: float) -> float:
    """All paragraphs of a cell."""
    return sum(of_line(line, width) for line in cell.lines)
