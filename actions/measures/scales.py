"""The round numbers that stand beside a plot."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

TICKS = 5


def scale(values: Sequence[float]) -> tuple[float, ...]:
    """Round numbers from below the least value to above the greatest; from nought where that costs little room."""
    low, high = min(values), max(values)
    if low >= 0 and low <= (high - low) * 2:
        low = 0.0
    room = high - low or abs(high) or 1.0
    step = 10 ** math.floor(math.log10(room / TICKS))
    step *= next(factor for factor in (1, 2, 2.5, 5, 10) if room / (step * factor) <= TICKS)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    if first == last:
        last += 1
    return tuple(round(number * step, 9) for number in range(first, last + 1))
