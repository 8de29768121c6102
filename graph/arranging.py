"""Where boxes stand: their order within columns so that few joins cross, and heights that keep joins level."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
Columns = list[list[K]]
Near = Mapping[K, Sequence[K]]

SWEEPS = 8


def arrange(
    columns: Columns[K], links: Iterable[tuple[K, K]], heights: Mapping[K, float], space: float
) -> dict[K, float]:
    """The middle of each box, counted downwards from 0 at the top of the highest one.

    Links join neighbouring columns, left to right. Within a column boxes keep at least the space between them.
    """
    before, after = defaultdict(list), defaultdict(list)
    for left, right in links:
        after[left].append(right)
        before[right].append(left)
    middles = _level(_fewest_crossings(columns, before, after), before, after, heights, space)
    top = min((middle - heights[key] / 2 for key, middle in middles.items()), default=0.0)
    return {key: middle - top for key, middle in middles.items()}


def crossings(columns: Columns[K], after: Near[K]) -> int:
    """How many pairs of joins cross, column by column."""
    total = 0
    for left, right in pairwise(columns):
        place = {key: number for number, key in enumerate(right)}
        passed: list[int] = []
        for key in left:
            ends = sorted(place[end] for end in after.get(key, ()))
            total += sum(len(passed) - bisect_right(passed, end) for end in ends)
            for end in ends:
                insort(passed, end)
    return total


def _fewest_crossings(columns: Columns[K], before: Near[K], after: Near[K]) -> Columns[K]:
    best, fewest = columns, crossings(columns, after)
    current = [list(column) for column in columns]
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        walk = range(1, len(current)) if forward else range(len(current) - 2, -1, -1)
        for at in walk:
            fixed = {key: number for number, key in enumerate(current[at - 1 if forward else at + 1])}
            current[at] = _by_barycentre(current[at], fixed, before if forward else after)
        if (number := crossings(current, after)) < fewest:
            best, fewest = [list(column) for column in current], number
        if not fewest:
            break
    return best


def _by_barycentre(column: list[K], fixed: Mapping[K, int], near: Near[K]) -> list[K]:
    """Order by the mean place of neighbours; one without neighbours stays beside the one it follows."""
    means: dict[K, float] = {}
    last = -1.0
    for key in column:
        places = [fixed[other] for other in near.get(key, ()) if other in fixed]
        last = means[key] = sum(places) / len(places) if places else last
    return sorted(column, key=means.__getitem__)


def _level(
    columns: Columns[K], before: Near[K], after: Near[K], heights: Mapping[K, float], space: float
) -> dict[K, float]:
    """Draw each box towards its neighbours' heights: from the left, from the right, then from both until they settle.

    A neighbour with few joins draws more than one with many, so that lines between two boxes come out level.
    """
    joined = {key: len(before.get(key, ())) + len(after.get(key, ())) for column in columns for key in column}
    middles: dict[K, float] = {}
    for column in columns:
        middles.update(_spread(column, dict.fromkeys(column, 0.0), heights, space))
    for sides in ((before,), (after,), *[(before, after)] * SWEEPS):
        for column in reversed(columns) if sides[0] is after else columns:
            wanted = {}
            for key in column:
                near = [other for side in sides for other in side.get(key, ())]
                weight = sum(1 / joined[other] for other in near)
                wanted[key] = sum(middles[other] / joined[other] for other in near) / weight if near else middles[key]
            middles.update(_spread(column, wanted, heights, space))
    return middles


def _spread(column: Sequence[K], wanted: Mapping[K, float], heights: Mapping[K, float], space: float) -> dict[K, float]:
    """The places nearest to the wanted ones (least squares) that keep the order and the space between boxes."""
    offsets, offset = [], 0.0
    for at, key in enumerate(column):
        offset += (heights[column[at - 1]] + heights[key]) / 2 + space if at else 0.0
        offsets.append(offset)
    blocks: list[tuple[float, int]] = []  # runs of touching boxes: the sum of what they want, and how many they are
    for key, offset in zip(column, offsets, strict=True):
        total, size = wanted[key] - offset, 1
        while blocks and blocks[-1][0] / blocks[-1][1] >= total / size:
            more, others = blocks.pop()
            total, size = total + more, size + others
        blocks.append((total, size))
    starts = [total / size for total, size in blocks for _ in range(size)]
    return {key: start + offset for key, start, offset in zip(column, starts, offsets, strict=True)}
