"""What organisations contribute to that other owners' posts answer for, and who else contributes to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from actions.models import Action, Closure, action_contributor
from graph.impact.told import Helped, Named
from kb.models.organisation import Organisation, Post
from kb.permissions import visible_to

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlalchemy.orm import Session

    from kb.models.plan import Plan
    from kb.permissions import Person


def list_helped(
    session: Session, bodies: Collection[int], posts: Collection[int], plan: Plan | None, person: Person
) -> tuple[tuple[Helped, ...], frozenset[int]]:
    """The open actions that these bodies contribute to without owning them by one of their posts, and all ids in them.

    Those that nobody else contributes to come first, then what is due first.
    """
    contributed = select(action_contributor.c.action_id).where(action_contributor.c.organisation_id.in_(list(bodies)))
    owner = aliased(Post, flat=True)
    query = (
        select(Action.id, Action.kind, Action.ref, Action.title, Action.due_on, Action.owner_id)
        .where(Action.id.in_(contributed), Action.closure == Closure.OPEN, visible_to(person))
        .where(or_(Action.owner_id.is_(None), Action.owner_id.not_in(list(posts))))
    )
    if plan is not None:
        query = query.where(Action.plan_id == plan.id)
    rows = session.execute(query).all()
    others = _others(session, [row.id for row in rows], bodies, person)
    seen = select(owner.id, owner.kind, owner.ref, owner.title)
    seen = seen.where(owner.id.in_({row.owner_id for row in rows} - {None}), visible_to(person, owner))
    owners = {row.id: Named(row.kind, row.ref, row.title) for row in session.execute(seen)}
    helped = [
        Helped(
            Named(row.kind, row.ref, row.title),
            owners.get(row.owner_id),
            tuple(named for _, named in others.get(row.id, ())),
            row.due_on,
        )
        for row in rows
    ]
    helped.sort(key=lambda one: (bool(one.others), one.due is None, str(one.due), one.record.title))
    ids = {*(row.id for row in rows), *owners, *(id for each in others.values() for id, _ in each)}
    return tuple(helped), frozenset(ids)


def _others(
    session: Session, actions: Iterable[int], bodies: Collection[int], person: Person
) -> dict[int, list[tuple[int, Named]]]:
    """The other organisations that contribute to each action, by title, with their ids."""
    table = action_contributor.c
    query = (
        select(table.action_id, Organisation.id, Organisation.kind, Organisation.ref, Organisation.title)
        .join(Organisation, Organisation.id == table.organisation_id)
        .where(table.action_id.in_(list(actions)), Organisation.id.not_in(list(bodies)), visible_to(person))
        .order_by(Organisation.title, Organisation.id)
    )
    found: dict[int, list[tuple[int, Named]]] = {}
    for row in session.execute(query):
        found.setdefault(row.action_id, []).append((row.id, Named(row.kind, row.ref, row.title)))
    return found
