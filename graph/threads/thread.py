"""The thread of one record: what it rests on, what rests on it, where it stops, and why it is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import pairwise

from graph.gaps.in_links import find, measured
from graph.network import COLUMNS, Edge, Keep, Network, Node, leading, living, of_kind, reached, visible

_MISSING = {
    "implication-without-priority": "priority",
    "priority-without-action": "action",
    "response-without-action": "action",
    "empty-response": "response",
    "action-without-indicator": "indicator",
}


@dataclass(frozen=True)
class Stop:
    """A place where the thread stops: the last record that is there, and the kind that should follow or precede."""

    id: int
    missing: str


@dataclass(frozen=True)
class Thread:
    """One record with all that it rests on (above) and all that rests on it (below), from source to measure."""

    id: int
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    stops: tuple[Stop, ...]
    above: frozenset[int]
    below: frozenset[int]

    @property
    def focus(self) -> Node:
        return next(node for node in self.nodes if node.id == self.id)

    @property
    def suspects(self) -> tuple[Edge, ...]:
        return tuple(edge for edge in self.edges if edge.is_suspect)


@dataclass(frozen=True)
class Path:
    """One way from a source down to a record: each record on it and the links between, so one link fewer."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    @property
    def source(self) -> Node:
        return self.nodes[0]


def thread(network: Network, id: int, *, keep: Keep = None) -> Thread:
    """Follow one record up to every source and down to every measure; KeyError when the reader may not see it."""
    seen = visible(network, keep)
    if id not in seen:
        raise KeyError(id)
    above = reached(network, [id], seen, back=True)
    below = reached(network, [id], seen)
    whole = above | below
    nodes = sorted((network.nodes[each] for each in whole), key=lambda node: (COLUMNS[node.kind], node.id))
    edges = tuple(network.edge(node.id, after) for node in nodes for after in network.after[node.id] if after in whole)
    stops = tuple(_stops(network, whole, living(network, keep)))
    return Thread(id, tuple(nodes), edges, stops, frozenset(above - {id}), frozenset(below - {id}))


def _stops(network: Network, whole: Set[int], live: Set[int]) -> Iterator[Stop]:
    """Downward, the last records with nothing further; upward, the first ones with no source behind them.

    A response whose priority has no action is a gap in the lists, but its thread stops at the priority.
    """
    ends = find(network, live, among=whole)
    actions = set(of_kind(network, whole & live, "action"))
    ends["action-without-indicator"] = actions - measured(network, actions, live)
    unfinished = set().union(*(ends[kind] for kind in _MISSING))
    for kind, missing in _MISSING.items():
        for id in sorted(ends[kind]):
            if unfinished.isdisjoint(network.after[id]) or missing == "response":
                yield Stop(id, missing)
    owned = (id for id in whole & live if network.nodes[id].plan_id is not None)
    candidates = set(of_kind(network, owned, "priority", "action"))
    unsupported = candidates - leading(network, candidates, network.of_kind("source"), live, back=True)
    for id in sorted(unsupported):
        if unsupported.isdisjoint(network.before[id]):
            yield Stop(id, "source")


def why(network: Network, id: int, *, keep: Keep = None) -> list[Path]:
    """Why a record is there: for each source behind it the shortest way down, shortest first.

    Of equally short ways the one with fewest suspect links, then fewest without a reason, is told.
    """
    seen = visible(network, keep)
    if id not in seen:
        raise KeyError(id)
    next_down: dict[int, int] = {}
    doubts = {id: (0, 0)}  # suspect links, then links without a reason, on the way down from here
    level = [id]
    while level:
        steps = [(_doubt(network, up, down, doubts), up, down) for down in level for up in network.before[down]]
        level = []
        for doubt, up, down in sorted(steps):
            if up in seen and up not in next_down:
                next_down[up], doubts[up] = down, doubt
                level.append(up)
    paths = [_path_down(network, source, next_down) for source in of_kind(network, next_down, "source")]
    return sorted(paths, key=lambda path: (len(path.nodes), path.source.title))


def _doubt(network: Network, up: int, down: int, doubts: Mapping[int, tuple[int, int]]) -> tuple[int, int]:
    edge, (suspects, unreasoned) = network.edge(up, down), doubts[down]
    return suspects + edge.is_suspect, unreasoned + (edge.reason is None)


def _path_down(network: Network, source: int, next_down: dict[int, int]) -> Path:
    ids = [source]
    while ids[-1] in next_down:
        ids.append(next_down[ids[-1]])
    edges = tuple(network.edge(up, down) for up, down in pairwise(ids))
    return Path(tuple(network.nodes[id] for id in ids), edges)
