"""What stands one link away from a record, whether it is in the same thread or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph import snapshot
from graph.threads.thread import Thread
from kb.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy.orm import Session

    from graph.network import Edge, Node
    from kb.models.record import Record
    from kb.permissions import Person


@dataclass(frozen=True)
class Nearby:
    """A record with its neighbours, and every link that these have, wherever it leads."""

    near: Thread
    edges: tuple[Edge, ...]
    nodes: Mapping[int, Node]  # both ends of all those links


def nearby(session: Session, record: Record, person: Person) -> Nearby:
    """The records that directly support this one or rest on it, as far as the person may see them."""
    held = snapshot.current(session)
    network, seen = held.network, held.seen_by(person)
    if record.id not in seen:
        raise NotFound(record.kind.replace("_", " "), record.ref)
    above, below = seen & set(network.before[record.id]), seen & set(network.after[record.id])
    ids = {record.id} | above | below
    pairs = {(each, after) for each in ids for after in network.after[each] if after in seen}
    pairs |= {(before, each) for each in ids for before in network.before[each] if before in seen}
    edges = tuple(network.edge(*pair) for pair in sorted(pairs))
    among = tuple(edge for edge in edges if edge.source in ids and edge.target in ids)
    nodes = tuple(network.nodes[id] for id in sorted(ids))
    near = Thread(record.id, nodes, among, (), frozenset(above), frozenset(below))
    return Nearby(near, edges, {id: network.nodes[id] for pair in pairs for id in pair})


def count(session: Session, person: Person, ids: Collection[int]) -> dict[int, int]:
    """For each of the records how many links of the thread it has, wherever they lead."""
    held = snapshot.current(session)
    seen, before, after = held.seen_by(person), held.network.before, held.network.after
    return {id: len(seen & {*before[id], *after[id]}) for id in ids}
