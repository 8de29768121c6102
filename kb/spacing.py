"""Keeping what stands in a row apart, as near as can be to where each would like to stand."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def spaced(wanted: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """The places nearest to the wanted ones (least squares) that keep their order and the gaps between neighbours.

    `gaps` has one number for each two neighbours. Isotonic regression by pooling neighbours that would touch.
    """
    offsets = list(accumulate(gaps, initial=0.0))
    blocks: list[tuple[float, int]] = []  # runs that touch: the sum of what they want, and how many they are
    for place, offset in zip(wanted, offsets, strict=False):
        total, size = place - offset, 1
        while blocks and blocks[-1][0] / blocks[-1][1] >= total / size:
            more, others = blocks.pop()
            total, size = total + more, size + others
        blocks.append((total, size))
    starts = [total / size for total, size in blocks for _ in range(size)]
    return [start + offset for start, offset in zip(starts, offsets, strict=False)]
