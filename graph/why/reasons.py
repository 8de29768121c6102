"""The sources behind an action or a priority, parted by how they lead there: straight, or through a priority."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph import service, snapshot

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from graph.service import Step, Why
    from graph.snapshot import Snapshot
    from kb.permissions import Person


@dataclass(frozen=True)
class Through:
    """A priority that an action delivers, why, and the way to it from every source behind it."""

    priority: Step
    ways: list[Why]


@dataclass(frozen=True)
class Reasons:
    """What leads straight to a record, and what leads there through each priority; a source may be in several.

    `behind` has each source once, with the way that is told first.
    """

    straight: list[Why]
    through: list[Through]
    behind: list[Why]


def find(session: Session, record_id: int, person: Person) -> Reasons:
    """Every source behind a record that the person may see."""
    behind = service.why(session, record_id, person)
    held = snapshot.current(session)
    seen = held.seen_by(person)
    if record_id not in seen:
        return Reasons([], [], [])
    delivered = sorted(
        seen & held.network.of_kind("priority") & set(held.network.before[record_id]),
        key=lambda id: (held.network.nodes[id].title, id),
    )
    through = [_through(held, id, record_id, session, person) for id in delivered]
    return Reasons([way for way in behind if way.is_straight], [one for one in through if one.ways], behind)


def _through(held: Snapshot, id: int, delivering: int, session: Session, person: Person) -> Through:
    link, node = held.network.edge(id, delivering), held.network.nodes[id]
    step = service.Step(node.kind, node.ref, node.title, link.reason or "", link.is_suspect)
    return Through(step, service.why(session, id, person))
