"""A map too large to read becomes a summary: records with the same place in it share one box that counts them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable
from itertools import chain

from graph.network import Node
from graph.thread import Thread

Group = tuple[Node, ...]
FOLDED_FIRST = frozenset({"implication", "response", "action"})


def groups(thread: Thread, most: int) -> list[Group]:
    """The records of a thread, one to a group, or folded as little as brings the boxes down to the most allowed.

    First implications, responses and actions fold where they meet the same priorities; then sources and indicators
    fold into one box each; then all but the priorities; at last these too. The record asked about stays by itself.
    """
    place = _places(thread)
    ways: tuple[Callable[[Node], Hashable], ...] = (
        lambda node: node.id,
        lambda node: place[node.id] if node.kind in FOLDED_FIRST else node.id,
        lambda node: node.id if node.kind == "priority" else place[node.id] if node.kind in FOLDED_FIRST else node.kind,
        lambda node: node.id if node.kind == "priority" else node.kind,
        lambda node: node.kind,
    )
    folded: list[Group] = []
    for way in ways:
        folded = _grouped(thread, way)
        if len(folded) <= most:
            break
    return folded


def _places(thread: Thread) -> dict[int, Hashable]:
    priorities = {node.id for node in thread.nodes if node.kind == "priority"}
    met = defaultdict(set)
    for edge in thread.edges:
        if edge.target in priorities:
            met[edge.source].add(edge.target)
        if edge.source in priorities:
            met[edge.target].add(edge.source)
    return {node.id: (node.kind, frozenset(met[node.id])) for node in thread.nodes}


def _grouped(thread: Thread, way: Callable[[Node], Hashable]) -> list[Group]:
    missing: dict[int, tuple[str, ...]] = {}
    for stop in thread.stops:
        missing[stop.id] = (*missing.get(stop.id, ()), stop.missing)
    found: dict[Hashable, list[Node]] = defaultdict(list)
    for node in thread.nodes:
        alone = node.id == thread.id
        found["focus" if alone else (way(node), missing.get(node.id))].append(node)
    return [tuple(group) for group in found.values()]


def spread_of(folded: list[Group]) -> dict[int, int]:
    """For each record the number of the group that holds it."""
    return dict(chain.from_iterable(((node.id, number) for node in group) for number, group in enumerate(folded)))
