"""Where boxes stand: their order within columns so that few joins cross, and heights that keep joins level."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TypeVar

from kb.spacing import spaced

K = TypeVar("K", bound=Hashable)
Columns = list[list[K]]
Near = Mapping[K, Sequence[K]]

SWEEPS, PASSES = 6, 5
IDLE = 3  # so many sweeps that undo nothing are enough


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
    middles = _level(fewest_crossings(columns, before, after), before, after, heights, space)
    top = min((middle - heights[key] / 2 for key, middle in middles.items()), default=0.0)
    return {key: middle - top for key, middle in middles.items()}


def crossings(columns: Columns[K], after: Near[K]) -> int:
    """How many pairs of joins cross, column by column."""
    total = 0
    for left, right in pairwise(columns):
        place = {key: number for number, key in enumerate(right)}
        passed: list[int] = []
        for key in left:
            for end in sorted(map(place.__getitem__, after.get(key, ()))):
                at = bisect_right(passed, end)
                total += len(passed) - at
                passed.insert(at, end)
    return total


def fewest_crossings(columns: Columns[K], before: Near[K], after: Near[K]) -> Columns[K]:
    """The best of the given order and of those that sweeps come to, from the left and from the right, from a walk."""
    found = [(crossings(columns, after), columns)]
    walked = _walked(columns, before, after)
    for first in (0, 1):
        if found[-1][0]:
            found.append(swept(walked, before, after, first))
    return _swapped(min(found, key=lambda each: each[0])[1], before, after)


def _walked(columns: Columns[K], before: Near[K], after: Near[K]) -> Columns[K]:
    """The boxes of each column in the order in which a walk comes past: what hangs together stands together."""
    column_of = {key: number for number, column in enumerate(columns) for key in column}
    walked: Columns[K] = [[] for _ in columns]
    seen: set[K] = set()
    for start in column_of:
        ahead = [start]
        while ahead:
            key = ahead.pop()
            if key not in seen:
                seen.add(key)
                walked[column_of[key]].append(key)
                near = [*before.get(key, ()), *after.get(key, ())]
                near.sort(key=lambda other: len(before.get(other, ())) + len(after.get(other, ())), reverse=True)
                ahead += near  # those with fewest joins come next
    return walked


def swept(columns: Columns[K], before: Near[K], after: Near[K], first: int = 0) -> tuple[int, Columns[K]]:
    """The best order that sweeps come to which put boxes at the mean place of their neighbours, and its crossings."""
    best, fewest = columns, crossings(columns, after)
    current = [list(column) for column in columns]
    idle = 0
    for sweep in range(first, SWEEPS + first):
        forward = sweep % 2 == 0
        walk = range(1, len(current)) if forward else range(len(current) - 2, -1, -1)
        for at in walk:
            fixed = {key: number for number, key in enumerate(current[at - 1 if forward else at + 1])}
            current[at] = _by_barycentre(current[at], fixed, before if forward else after)
        idle += 1
        if (number := crossings(current, after)) < fewest:
            best, fewest, idle = [list(column) for column in current], number, 0
        if not fewest or idle == IDLE:
            break
    return fewest, best


def _swapped(columns: Columns[K], before: Near[K], after: Near[K]) -> Columns[K]:
    """Neighbours in a column change places as long as that undoes crossings."""
    columns = [list(column) for column in columns]
    place = {key: number for column in columns for number, key in enumerate(column)}
    for _ in range(PASSES):
        is_better = False
        for column in columns:
            ends = {
                key: [sorted(map(place.__getitem__, near.get(key, ()))) for near in (before, after)] for key in column
            }
            for at in range(len(column) - 1):
                upper, lower = column[at], column[at + 1]
                if _crossed(ends[upper], ends[lower]) > _crossed(ends[lower], ends[upper]):
                    column[at], column[at + 1] = lower, upper
                    is_better = True
            place.update((key, number) for number, key in enumerate(column))
        if not is_better:
            break
    return columns


def _crossed(upper: list[list[int]], lower: list[list[int]]) -> int:
    """How often the joins of two neighbours cross, on both sides, the first standing above the second."""
    number = 0
    for over, under in zip(upper, lower, strict=True):
        if over and under and under[0] < over[-1]:
            number += sum([bisect_left(under, end) for end in over])
    return number


def _by_barycentre(column: list[K], fixed: Mapping[K, int], near: Near[K]) -> list[K]:
    """Order by the mean place of neighbours; one without neighbours stays beside the one it follows."""
    means: dict[K, float] = {}
    last = -1.0
    for key in column:
        if others := near.get(key):
            last = sum(map(fixed.__getitem__, others)) / len(others)
        means[key] = last
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
    """The places nearest to the wanted ones that keep the order and the space between boxes."""
    gaps = [(heights[above] + heights[below]) / 2 + space for above, below in pairwise(column)]
    return dict(zip(column, spaced([wanted[key] for key in column], gaps), strict=True))
