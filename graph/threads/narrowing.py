"""A thread narrowed to the ways that pass certain records."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import replace

from graph.network import COLUMNS, Network
from graph.threads.thread import Thread

Near = Mapping[int, Iterable[int]]


def narrow(network: Network, thread: Thread, groups: Collection[Set[int]]) -> Thread:
    """Only the ways from or to the thread's record that pass a record of each of the groups.

    A side of the record on which a group has nobody is not narrowed by that group: what rests on sources that pass is
    kept whole, and so is what actions that pass rest on. The record itself always stays and passes for nobody, as it
    lies on every way; it stays alone where no way passes.
    """
    sides = ((thread.above, network.before, network.after), (thread.below, network.after, network.before))
    kept = {thread.id}
    if all(group & (thread.above | thread.below) for group in groups):
        ways = [_on_ways(network, thread.id, side, groups, out, back) for side, out, back in sides]
        passed = [way for way, (side, *_) in zip(ways, sides, strict=True) if any(group & side for group in groups)]
        if any(passed) or not groups:
            kept |= ways[0] | ways[1]
    return replace(
        thread,
        nodes=tuple(node for node in thread.nodes if node.id in kept),
        edges=tuple(edge for edge in thread.edges if edge.source in kept and edge.target in kept),
        stops=tuple(stop for stop in thread.stops if stop.id in kept),
        above=thread.above & kept,
        below=thread.below & kept,
    )


def _on_ways(
    network: Network, start: int, side: frozenset[int], groups: Iterable[Set[int]], outward: Near, inward: Near
) -> frozenset[int]:
    """The records of one side that lie on a way from the start which passes all the groups that the side has."""
    there = [group for group in groups if group & side]
    if not there:
        return side
    passes = {id: sum(1 << bit for bit, group in enumerate(there) if id in group) for id in side}
    order = sorted(side, key=lambda id: COLUMNS[network.nodes[id].kind], reverse=outward is network.before)
    first = _passed(order, passes, inward, {start: frozenset((0,))})
    rest = _passed(order[::-1], passes, outward, {})
    every = (1 << len(there)) - 1
    return frozenset(id for id in side if any(a | b == every for a in first[id] for b in rest[id]))


def _passed(
    order: Sequence[int], passes: Mapping[int, int], near: Near, known: dict[int, frozenset[int]]
) -> dict[int, frozenset[int]]:
    """For each record which groups, as bits, the ways that end in it may have passed; what is nearer comes first."""
    begun = not known  # ways may begin anywhere where no start is given
    for id in order:
        before = {mask for other in near[id] if other in known for mask in known[other]}
        if begun:
            before.add(0)
        known[id] = frozenset(mask | passes[id] for mask in before)
    return known
