"""Collecting actions for the matrix, as far as a person may see what stands beside them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import select

from actions import brief
from actions.indicator_models import Indicator
from actions.schedule import State, schedule_words
from kb.exporting.action_plan import Deed
from kb.models.link import Link, LinkState, LinkType
from kb.models.organisation import PostHolding
from kb.models.record import Kind
from kb.permissions import Capability, Person, visible_to
from kb.planning import plans

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from actions.models import Action
    from actions.service import Listed


def deeds(
    session: Session,
    found: Iterable[Sequence[Listed]],
    address: Callable[[Action], str],
    state: Callable[[Listed], str],
    *,
    person: Person,
    today: date,
) -> list[Deed]:
    """These actions, by plan and by the order of its priorities; without a priority last, else in their own order.

    `state` tells how an action stands, in words.
    """
    order = [priority.title for one in plans.list_sets(session, person=person) for priority in one.priorities]
    rank = {title: place for place, title in reversed(list(enumerate(order)))}
    indicators = _indicators(session, person)
    standing = {state: (place, name) for place, (state, name) in enumerate(schedule_words().items())}
    made: list[Deed] = []
    for batch in found:
        ids = [one.action.id for one in batch]
        priorities = brief.priorities_of(session, ids, person=person)
        contributors = brief.contributors_of(session, ids, person=person)
        owners = {one.action.owner_id for one in batch if one.action.owner_id is not None}
        empty = _empty(session, owners, today) if person.may(Capability.READ_UPDATES) else frozenset()
        for one in batch:
            action = one.action
            named = sorted(priorities.get(action.id, []), key=lambda title: rank.get(title, len(rank)))
            measure = [action.measure] if action.measure else []
            deed = Deed(
                ref=action.ref,
                title=action.title,
                description=action.description,
                address=address(action),
                plan=one.plan.title,
                priorities=named,
                timescale=action.timescale,
                due_on=action.due_on,
                responsible=action.owner.title if action.owner else "",
                contributors=contributors.get(action.id, []),
                support=action.support_needed,
                resources=action.resources,
                measures=[*measure, *indicators.get(action.id, [])],
                recommendation=action.recommendation,
                fit=action.plan_fit,
                plan_ref=one.plan.ref,
                standing=standing[one.schedule.state],
                state=state(one),
                is_late=one.schedule.state == State.OVERDUE,
                is_post_empty=action.owner_id in empty,
            )
            made.append(deed)
    last = len(rank)
    return sorted(made, key=lambda deed: (deed.plan, rank.get(deed.priority, last) if deed.priorities else last + 1))


def _empty(session: Session, posts: Collection[int], today: date) -> frozenset[int]:
    """Those of the posts that nobody holds today; a deputy does not hold it."""
    query = select(PostHolding.post_id).where(
        PostHolding.post_id.in_(posts), PostHolding.holds_on(today), ~PostHolding.is_deputy
    )
    return frozenset(posts) - frozenset(session.scalars(query))


def _indicators(session: Session, person: Person) -> dict[int, list[str]]:
    """The titles of the indicators that measure actions, by the ids of those."""
    query = (
        select(Link.from_id, Indicator.title)
        .join(Indicator, Indicator.id == Link.to_id)
        .where(Link.type == LinkType.MEASURED_BY, Link.from_kind == Kind.ACTION, Link.state != LinkState.RETIRED)
        .where(visible_to(person))
        .order_by(Indicator.position, Indicator.id)
    )
    titles: dict[int, list[str]] = defaultdict(list)
    for action_id, title in session.execute(query):
        titles[action_id].append(title)
    return titles
