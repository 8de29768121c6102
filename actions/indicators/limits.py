"""The mean of a row of readings and the limits within which it usually varies (an XmR chart)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import isclose
from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# Three standard deviations as XmR charts estimate them from moving ranges, rounded as NHSRplotthedots rounds 3/1.128.
LIMIT = 2.66
NEAR = LIMIT * 2 / 3
# A moving range from this many means upwards is an outlier (the upper limit of an mR chart).
OUTLIER = 3.267
ERROR = 1e-9


@dataclass(frozen=True, slots=True)
class Limits:
    """Mean, process limits and the near limits at two thirds of the way to them, in the unit of the readings."""

    mean: float
    lower: float
    upper: float
    near_lower: float
    near_upper: float

    def side(self, value: float) -> int:
        """1 above the mean, -1 below it, 0 on it."""
        return compare(value, self.mean)

    def outside(self, value: float) -> int:
        """1 above the upper limit, -1 below the lower one, 0 within them; a value on a limit is within."""
        return (compare(value, self.upper) > 0) - (compare(value, self.lower) < 0)

    def beyond_near(self, value: float) -> int:
        """1 above the upper near limit, -1 below the lower one, also outside the limits; else 0."""
        return (compare(value, self.near_upper) > 0) - (compare(value, self.near_lower) < 0)


def limits(values: Sequence[float], *, screens: bool = False) -> Limits:
    """Limits of a row of readings, oldest first; at least one.

    Mean plus and minus 2.66 mean moving ranges, as “Making Data Count” (NHS England) and NHSRplotthedots 0.2 compute
    them. `screens` leaves out moving ranges that are outliers, once, as NHSRplotthedots does by default. A row whose
    moving ranges are all nought has limits on its mean, screened or not: R gives none there.
    """
    mean = fmean(values)
    ranges = [abs(after - before) for before, after in pairwise(values)]
    usual = fmean(ranges) if ranges else 0.0
    if screens:
        kept = [each for each in ranges if each < OUTLIER * usual]
        usual = fmean(kept) if kept else usual
    return Limits(
        mean=mean,
        lower=mean - LIMIT * usual,
        upper=mean + LIMIT * usual,
        near_lower=mean - NEAR * usual,
        near_upper=mean + NEAR * usual,
    )


def compare(value: float, with_: float) -> int:
    """1 above, -1 below, 0 where they differ by no more than sums of decimals err."""
    if isclose(value, with_, rel_tol=ERROR, abs_tol=ERROR):
        return 0
    return 1 if value > with_ else -1
