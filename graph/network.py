"""Who rests on whom: one immutable network of records and the links between them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple, TypeVar

import networkx as nx

#: Kinds from policy to measure. Support runs strictly from a lower column to a higher one, so it has no circles.
COLUMNS: Mapping[str, int] = {"source": 0, "implication": 1, "response": 1, "priority": 2, "action": 3, "indicator": 4}
OWNS = "owns"
#: Links that say something about two records but justify neither.
RELATIONS = frozenset({"supersedes", "amends", "implements", "reviews", "draws-on", "depends-on", "same-as"})
SUSPECT, RETIRED = "suspect", "retired"

K = TypeVar("K")
#: Which records the reader may see: their ids, a test of one id, or None for all.
Keep = Collection[int] | Callable[[int], bool] | None


class Node(NamedTuple):
    """One record. It is live unless it was superseded, withdrawn or stopped; one that is not supports nothing."""

    id: int
    kind: str
    ref: str
    title: str
    plan_id: int | None = None
    is_live: bool = True
    response_type: str | None = None
    is_empty: bool = False  # a response with neither text nor type


class Edge(NamedTuple):
    """One link from what supports to what is supported, or one relation."""

    source: int
    target: int
    type: str
    reason: str | None = None
    state: str = "current"

    @property
    def is_suspect(self) -> bool:
        return self.state == SUSPECT


class Seen(frozenset[int]):
    """What a reader may see of a network, with the living among it: worked out once for many answers."""

    living: frozenset[int]


@dataclass(frozen=True, eq=False)
class Network:
    """Records, the support between them, and apart from that their other relations. It never changes."""

    nodes: Mapping[int, Node]
    support: Any  # a frozen networkx.DiGraph; networkx has no types
    after: Mapping[int, tuple[int, ...]]  # what each record directly supports
    before: Mapping[int, tuple[int, ...]]  # what each record directly rests on
    relations: tuple[Edge, ...]
    by_kind: Mapping[str, frozenset[int]]
    by_plan: Mapping[int | None, frozenset[int]]  # what all plans share is under None

    def of_plan(self, plan_id: int | None) -> frozenset[int]:
        """The records of one plan."""
        return self.by_plan.get(plan_id, frozenset())

    def of_kind(self, kind: str) -> frozenset[int]:
        """The records of one kind."""
        return self.by_kind.get(kind, frozenset())

    def edge(self, source: int, target: int) -> Edge:
        """The support link between two records."""
        found: Edge = self.support.edges[source, target]["edge"]
        return found


def build(nodes: Iterable[Node], edges: Iterable[Edge]) -> Network:
    """Put records and links together; links that are retired, or lead to a record that is not there, are left out.

    A support link that does not lead forward from policy to measure is a fault in the caller's table of pairs, and
    is refused here, since every answer below relies on there being no circle.
    """
    known = {node.id: node for node in nodes}
    column_of = {id: COLUMNS[node.kind] for id, node in known.items()}
    support: dict[tuple[int, int], Edge] = {}
    relations = []
    for edge in edges:
        ends = source, target = edge.source, edge.target
        if edge.state == RETIRED or source not in column_of or target not in column_of:
            continue
        if edge.type in RELATIONS:
            relations.append(edge)
            continue
        if column_of[source] >= column_of[target]:
            raise ValueError(f"{known[source].ref} {edge.type} {known[target].ref} does not lead forward")
        twin = support.get(ends)
        if twin is None or twin.is_suspect:  # of two links between the same records the sound one speaks
            support[ends] = edge
    graph = nx.DiGraph()
    graph.add_nodes_from(known)
    graph.add_edges_from((source, target, {"edge": edge}) for (source, target), edge in support.items())
    return Network(
        nodes=known,
        support=nx.freeze(graph),
        # Answers ask for the neighbours of thousands of records, and the graph would make each list anew.
        after={id: tuple(near) for id, near in graph.adjacency()},
        before={id: tuple(near) for id, near in graph.pred.items()},
        relations=tuple(relations),
        by_kind=_grouped(known, lambda node: node.kind),
        by_plan=_grouped(known, lambda node: node.plan_id),
    )


def _grouped(nodes: Mapping[int, Node], key: Callable[[Node], K]) -> dict[K, frozenset[int]]:
    found: dict[K, list[int]] = {}
    for id, node in nodes.items():
        found.setdefault(key(node), []).append(id)
    return {each: frozenset(ids) for each, ids in found.items()}


def see(network: Network, ids: Collection[int]) -> Seen:
    """Those of the ids that are in the network, for a reader who may see them."""
    seen = Seen(network.nodes.keys() & ids)
    seen.living = frozenset(_living(network, seen))
    return seen


def visible(network: Network, keep: Keep) -> Set[int]:
    """The ids that the reader may see. Every answer is computed among these alone, so that no count leaks."""
    if isinstance(keep, Seen):
        return keep
    if keep is None:
        return network.nodes.keys()
    if callable(keep):
        return {id for id in network.nodes if keep(id)}
    return network.nodes.keys() & set(keep)


def living(network: Network, keep: Keep) -> Set[int]:
    """The visible records that can support or be supported."""
    return keep.living if isinstance(keep, Seen) else _living(network, visible(network, keep))


def _living(network: Network, ids: Iterable[int]) -> set[int]:
    return {id for id in ids if network.nodes[id].is_live}


def reached(network: Network, starts: Iterable[int], among: Set[int], *, back: bool = False) -> set[int]:
    """All records that a thread leads to from any of the starts (or, back, that lead to them), starts included."""
    near = network.before if back else network.after
    last = among & set(starts)
    seen = set(last)
    while last:  # as often as there are columns, since no thread turns back
        last = (among & set(chain.from_iterable(map(near.__getitem__, last)))) - seen
        seen |= last
    return seen


def leading(network: Network, ids: Set[int], goals: Set[int], among: Set[int], *, back: bool = False) -> set[int]:
    """Those of the ids from which a thread leads to one of the goals; a goal itself is one of them."""
    within = reached(network, ids, among, back=back)
    return reached(network, within & goals, within, back=not back) & ids


def of_kind(network: Network, ids: Iterable[int], *kinds: str) -> Iterator[int]:
    """Those of the ids whose record is of one of the kinds."""
    return (id for id in ids if network.nodes[id].kind in kinds)


def related(network: Network, id: int, *, keep: Keep = None) -> list[Edge]:
    """The relations of one record that are not support, in both directions."""
    seen = visible(network, keep)
    return [
        edge for edge in network.relations if id in (edge.source, edge.target) and {edge.source, edge.target} <= seen
    ]


class Circle(NamedTuple):
    """The records that links of one type lead through, each to the next and the last to the first."""

    type: str
    nodes: tuple[Node, ...]


def circles(network: Network, types: Collection[str]) -> Iterator[Circle]:
    """A shortest circle of each knot among relations that should have a first: nothing here makes one, imports may."""
    for type_ in sorted(types):
        links = nx.DiGraph((edge.source, edge.target) for edge in network.relations if edge.type == type_)
        knots = [ids for ids in nx.strongly_connected_components(links) if len(ids) > 1]
        for ids in sorted(knots, key=min):
            start, knot = min(ids), links.subgraph(ids)
            ways = (nx.shortest_path(knot, after, start) for after in sorted(knot.successors(start)))
            yield Circle(type_, tuple(network.nodes[id] for id in (start, *min(ways, key=len)[:-1])))
