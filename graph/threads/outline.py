"""A thread as a nested list: what stands under what, each record told once and pointed to after that."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from graph.network import Edge, Node
from graph.threads.thread import Thread


@dataclass(frozen=True)
class Item:
    """One record in the list, with what follows it."""

    node: Node
    edge: Edge | None  # the link from the record above it; none where a thread begins
    missing: tuple[str, ...]  # kinds for want of which the thread stops here
    children: tuple[Item, ...]
    above: tuple[tuple[Node, Edge], ...]  # what also follows, but was told further up


def outline(thread: Thread) -> tuple[Item, ...]:
    """The thread's records from each one that rests on nothing, in the order of the thread."""
    nodes = {node.id: node for node in thread.nodes}
    after: dict[int, list[Edge]] = defaultdict(list)
    missing: dict[int, tuple[str, ...]] = {}
    for edge in thread.edges:
        after[edge.source].append(edge)
    for stop in thread.stops:
        missing[stop.id] = (*missing.get(stop.id, ()), stop.missing)
    told: set[int] = set()

    def item(id: int, edge: Edge | None) -> Item:
        told.add(id)
        children, above = [], []
        for next_edge in after[id]:
            if next_edge.target in told:
                above.append((nodes[next_edge.target], next_edge))
            else:
                children.append(item(next_edge.target, next_edge))
        return Item(nodes[id], edge, missing.get(id, ()), tuple(children), tuple(above))

    begun = {edge.target for edge in thread.edges}
    return tuple(item(id, None) for id in nodes if id not in begun)
