"""Coverage: how much of one kind stands behind each of another, cell by cell, and the ways that a cell counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from operator import or_

from graph.network import COLUMNS, Keep, Network, living, reached
from graph.reach import gather
from graph.threads.thread import Path


@dataclass(frozen=True)
class Matrix:
    """Counts by row and column; a cell that is not there counts nothing.

    The totals are not always sums: what stands in two rows is counted once below them.
    """

    cells: Mapping[int, Mapping[int, int]]
    of_rows: Mapping[int, int]
    of_columns: Mapping[int, int]
    total: int

    def turned(self) -> Matrix:
        """The same with rows and columns in each other's place."""
        cells: dict[int, dict[int, int]] = {}
        for row, counts in self.cells.items():
            for column, number in counts.items():
                cells.setdefault(column, {})[row] = number
        return Matrix(cells, self.of_columns, self.of_rows, self.total)


def of_groups(
    network: Network, groups: Mapping[int, Collection[int]], columns: Collection[int], *, keep: Keep = None
) -> Matrix:
    """How many live members of each group have a thread to each column, at any distance.

    A member of two groups counts in both rows, and once in the totals.
    """
    live = living(network, keep)
    members = live & set[int]().union(*groups.values())
    bits = {id: 1 << place for place, id in enumerate(members)}
    behind = _bits_behind(network, live & set(columns), bits, live)
    marks = {row: sum(bits[id] for id in members & set(group)) for row, group in groups.items()}
    cells = {
        row: {column: number for column, mask in behind.items() if (number := (mask & mark).bit_count())}
        for row, mark in marks.items()
    }
    reaching = reduce(or_, behind.values(), 0)
    return Matrix(
        {row: counts for row, counts in cells.items() if counts},
        {row: number for row, mark in marks.items() if (number := (reaching & mark).bit_count())},
        {column: mask.bit_count() for column, mask in behind.items() if mask},
        reaching.bit_count(),
    )


def _bits_behind(network: Network, ids: Set[int], bits: Mapping[int, int], live: Set[int]) -> dict[int, int]:
    within = reached(network, ids, live, back=True)
    masks = gather(sorted(within, key=lambda id: COLUMNS[network.nodes[id].kind]), bits, network.before)
    return {id: masks[id] for id in ids}


def of_ways(network: Network, rows: Collection[int], columns: Collection[int], *, keep: Keep = None) -> Matrix:
    """How many live ways lead from each row to each column; two that part anywhere are two."""
    live = living(network, keep)
    starts, ends = live & set(rows), live & set(columns)
    within = reached(network, starts, live) & reached(network, ends, live, back=True)
    ways: dict[int, Counter[int]] = {}
    for id in sorted(within, key=lambda id: COLUMNS[network.nodes[id].kind]):
        ways[id] = Counter({id: 1} if id in starts else {})
        for before in network.before[id]:
            ways[id].update(ways.get(before, ()))
    by_column = {end: ways[end] for end in ends & within}
    of_columns = {column: counts.total() for column, counts in by_column.items()}
    of_rows: Counter[int] = Counter()
    for counts in by_column.values():
        of_rows.update(counts)
    return Matrix(by_column, of_columns, of_rows, sum(of_columns.values())).turned()


def ways(network: Network, starts: Collection[int], ends: Sequence[int], *, keep: Keep = None) -> list[Path]:
    """Each live way from one of the starts to one of the ends, in the order of the ends."""
    live = living(network, keep)
    first = live & set(starts)
    ahead = reached(network, first, live)
    found = [ids for end in ends if end in ahead for ids in _back(network, end, first, ahead)]
    return [
        Path(
            tuple(network.nodes[id] for id in ids),
            tuple(network.edge(up, down) for up, down in pairwise(ids)),
        )
        for ids in found
    ]


def _back(network: Network, id: int, starts: Set[int], ahead: Set[int]) -> Iterator[tuple[int, ...]]:
    if id in starts:
        yield (id,)
    for before in network.before[id]:
        if before in ahead:
            for way in _back(network, before, starts, ahead):
                yield (*way, id)
