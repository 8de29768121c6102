"""Open actions that no live source supports any more, at any distance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph import snapshot
from graph.gaps.in_links import find
from graph.network import living

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from graph.network import Node
    from kb.models.plan import Plan
    from kb.permissions import Person


def actions(session: Session, person: Person, plan: Plan | None) -> list[Node]:
    """Those of one plan or of all that the person may see, by their titles.

    They are the open ones of the gap list “action without a source”; nothing but actions is looked at for it.
    """
    held = snapshot.current(session)
    network, live = held.network, living(held.network, held.seen_by(person))
    among = network.of_kind("action") - held.closed
    ids = find(network, live, plan.id if plan else None, among)["action-without-source"]
    return sorted((network.nodes[id] for id in ids), key=lambda node: (node.title, node.id))
