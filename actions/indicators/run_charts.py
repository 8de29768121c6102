"""Readings that limits would mislead about: why they do not fit, and the run chart that stands in their place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise, takewhile
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Unfit(StrEnum):
    """Why limits would mislead, so that a run chart stands in their place."""

    SELDOM = "seldom"  # read once a year or less often
    FLAT = "flat"  # most readings repeat the one before


# An XmR chart needs ranges to work with: where more than half of them are nought its limits flag ordinary readings.
FLAT_SHARE = 0.5
RUN_ON_RUN_CHART = 6


def unfit(values: Sequence[float], frequency: str) -> Unfit | None:
    """Why an XmR chart does not fit these readings, if it does not."""
    if frequency in ("yearly", "once"):
        return Unfit.SELDOM
    ranges = [before == after for before, after in pairwise(values)]
    return Unfit.FLAT if ranges and sum(ranges) / len(ranges) > FLAT_SHARE else None


@dataclass(frozen=True, slots=True)
class Run:
    """A run chart: the median, and how many of the last readings lie on one side of it, in a row.

    Readings on the median are passed over. Six or more are a shift (Perla, Provost and Murray, BMJ Quality and Safety
    2011;20:46-51).
    """

    median: float
    side: int
    length: int

    @property
    def is_shift(self) -> bool:
        return self.length >= RUN_ON_RUN_CHART


def run(values: Sequence[float]) -> Run:
    """The run chart of a row of readings, oldest first and at least one."""
    middle = median(values)
    sides = [side for value in values if (side := (value > middle) - (value < middle))]
    return Run(middle, sides[-1] if sides else 0, in_a_row(sides))


def in_a_row(sides: Sequence[int]) -> int:
    """How many of the last sides are the same as the very last one."""
    return sum(1 for _ in takewhile(lambda side: side == sides[-1], reversed(sides)))
