"""The pairs of actions that are likely the same and that nobody has decided about, as one reader sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from actions.models import Action
from graph import snapshot
from graph.network import of_kind
from graph.reach import sources_behind
from graph.same import alike
from kb.models.record import Record
from kb.permissions import visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from graph.network import Node, Seen
    from graph.same.alike import Pair
    from graph.snapshot import Snapshot
    from kb.permissions import Person

_held: WeakKeyDictionary[Snapshot, dict[Seen, tuple[Pair, ...]]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two actions: its plan, and the post that owns it or nothing."""

    action: Node
    plan: str
    owner: str


@dataclass(frozen=True, slots=True)
class Offered:
    """Two actions that are likely the same, the words that both titles have, and what stands behind both."""

    one: Side
    other: Side
    words: tuple[str, ...]
    ground: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Details:
    """What tells an action from one with nearly its title: its words, its dates, and what it rests on."""

    text: str
    timescale: str
    starts_on: date | None
    due_on: date | None
    is_open: bool
    priorities: tuple[Node, ...]
    sources: tuple[Node, ...]


def find(held: Snapshot, person: Person, plan_id: int | None) -> list[Pair]:
    """The pairs that wait for somebody to decide, of which one is in the plan, the nearest first."""
    seen = held.seen_by(person)
    by_reader = _held.setdefault(held, {})
    if seen not in by_reader:
        if len(by_reader) >= snapshot.MOST_READERS:
            by_reader.clear()
        by_reader[seen] = alike.likely(held.network, seen, held.closed)
    of_plan = held.network.of_plan(plan_id) if plan_id is not None else None
    return [
        pair
        for pair in by_reader[seen]
        if (pair.one, pair.other) not in held.decided
        and (of_plan is None or not of_plan.isdisjoint((pair.one, pair.other)))
    ]


def list_offered(session: Session, person: Person, plan_id: int | None = None) -> list[Offered]:
    """The pairs with what tells the two apart: their plans and owners."""
    held = snapshot.current(session)
    return _told(session, held, find(held, person, plan_id), person)


def compare(session: Session, person: Person, one: Record, other: Record) -> Offered:
    """Two actions side by side, whether they are offered or not; of readable actions."""
    held = snapshot.current(session)
    first, second = sorted((one.id, other.id))
    words, ground = alike.in_common(held.network, first, second, held.seen_by(person))
    return _told(session, held, [alike.Pair(first, second, 0, words, ground)], person)[0]


def details(session: Session, person: Person, actions: Iterable[Record]) -> dict[int, Details]:
    """What is read of each of two actions before somebody says that they are the same."""
    held = snapshot.current(session)
    network, live = held.network, held.seen_by(person).living
    ids = [action.id for action in actions]
    behind = sources_behind(network, ids, live)
    found = session.scalars(select(Action).where(Action.id.in_(ids), visible_to(person)))

    def named(near: Iterable[int]) -> tuple[Node, ...]:
        return tuple(sorted((network.nodes[id] for id in near), key=lambda node: (node.title, node.id)))

    return {
        action.id: Details(
            action.description,
            action.timescale,
            action.starts_on,
            action.due_on,
            action.is_open,
            named(id for id in of_kind(network, network.before[action.id], "priority") if id in live),
            named(behind[action.id]),
        )
        for action in found
    }


def _told(session: Session, held: Snapshot, pairs: Sequence[Pair], person: Person) -> list[Offered]:
    nodes = held.network.nodes
    sides = _sides(session, held, {id for pair in pairs for id in (pair.one, pair.other)}, person)
    return [
        Offered(sides[pair.one], sides[pair.other], pair.words, tuple(nodes[id] for id in pair.ground))
        for pair in pairs
    ]


def _sides(session: Session, held: Snapshot, ids: Iterable[int], person: Person) -> dict[int, Side]:
    plan, owner = aliased(Record), aliased(Record)
    query = (
        select(Action.id, plan.title.label("plan"), owner.title.label("owner"))
        .outerjoin(plan, and_(plan.id == Action.plan_id, visible_to(person, plan)))
        .outerjoin(owner, and_(owner.id == Action.owner_id, visible_to(person, owner)))
        .where(Action.id.in_(ids), visible_to(person, Action))
    )
    return {row.id: Side(held.network.nodes[row.id], row.plan or "", row.owner or "") for row in session.execute(query)}
