"""What was read against what was planned: on plan, short of it by no more than is tolerated, or short."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import fsum
from typing import TYPE_CHECKING

from actions.indicators.limits import compare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from actions.indicators.variation import Better

# One part of anything is no sum.
FEWEST_PARTS = 2


class Track(StrEnum):
    """Where a reading stands beside what was planned for its day."""

    ON_PLAN = "on-plan"
    WITHIN = "within"  # short, by no more than is tolerated
    SHORT = "short"
    NEITHER = "neither"  # no better side is set, so there is a difference and no more


@dataclass(frozen=True, slots=True)
class Against:
    """One reading beside its plan; `short_by` is how far it lies on the worse side, nought where it does not."""

    planned: float
    actual: float
    track: Track
    short_by: float

    @property
    def difference(self) -> float:
        """Read less planned."""
        return self.actual - self.planned

    @property
    def share(self) -> float | None:
        """By how many per cent of the plan it is short; None where nought was planned."""
        return self.short_by / abs(self.planned) * 100 if self.planned else None


def against(planned: float, actual: float, better: Better, tolerance: float = 0.0) -> Against:
    """Hold a reading against its plan; `tolerance` is in per cent of what was planned."""
    if better == "none":
        return Against(planned, actual, Track.NEITHER, 0.0)
    short = planned - actual if better == "higher" else actual - planned
    if compare(short, 0.0) <= 0:
        return Against(planned, actual, Track.ON_PLAN, 0.0)
    is_tolerated = compare(short, abs(planned) * tolerance / 100) <= 0
    return Against(planned, actual, Track.WITHIN if is_tolerated else Track.SHORT, short)


def sum_of(parts: Sequence[float | None]) -> float | None:
    """What the parts come to, without those that nobody stated; None for fewer than two parts."""
    stated = [part for part in parts if part is not None]
    return fsum(stated) if stated and len(parts) >= FEWEST_PARTS else None
