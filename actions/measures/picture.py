"""The two pictures of an indicator's line: one for wide pages and one drawn for a phone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from actions.measures.chart import Lines, draw
from actions.measures.chart_parts import Chart
from actions.measures.planned import by_period

if TYPE_CHECKING:
    from actions.measures.service import Detail
    from actions.measures.standing import Standing


@dataclass(frozen=True)
class Picture:
    """The same line at two widths."""

    wide: Chart
    narrow: Chart


def picture_of(found: Detail, stands: Standing) -> Picture | None:
    """The line of the readings with its limits, beside what was planned; None where there is nothing to join."""
    indicator = found.indicator
    read = [(reading.ends_on, reading.value) for reading in reversed(found.readings)]
    planned = by_period(indicator).line
    lines = Lines(
        target=indicator.target,
        baseline=indicator.baseline,
        median=stands.run.median if stands.run else None,
        process=stands.process,
        events=found.done,
        missing=found.missing,
    )
    wide, narrow = (draw(read, planned, lines, is_narrow=is_narrow) for is_narrow in (False, True))
    return Picture(wide, narrow) if wide is not None and narrow is not None else None
