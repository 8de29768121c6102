"""Finding actions: lists by what they are and how they stand, and one by its ref."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVarTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from actions import brief, filters, in_sql
from actions.models import Action, Closure
from actions.schedule import Schedule, State
from kb import records
from kb.models.organisation import Post
from kb.models.plan import Plan, Priority
from kb.models.record import Record, Theme, record_theme
from kb.permissions import Person, visible_to

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from actions.filters import Filters

Row = TypeVarTuple("Row")
BATCH = 1_000


@dataclass(frozen=True)
class Listed:
    """An action in a list, with its plan and its schedule worked out."""

    action: Action
    plan: Plan
    schedule: Schedule


@dataclass(frozen=True)
class Choices:
    """What the filters of the list offer: ref and title of each."""

    plans: list[tuple[str, str]]
    owners: list[tuple[str, str]]
    priorities: list[tuple[str, str]]
    themes: list[tuple[str, str]]


def count(session: Session, person: Person, wanted: Filters, today: date) -> int:
    """How many actions fit."""
    fitting = filters.criteria(session, wanted, person, today)
    return session.scalar(seen_by(person, select(func.count(Action.id))).where(*fitting)) or 0


def list_actions(
    session: Session, person: Person, wanted: Filters, today: date, *, offset: int = 0, limit: int = 25
) -> list[Listed]:
    """One page of the actions that fit, with owners and plans."""
    fitting, order = filters.criteria(session, wanted, person, today), filters.order(wanted.sort, today)
    # Only the few that are shown are joined with owners and read whole; the many are sorted by what sorting needs.
    page = seen_by(person, select(Action.id)).where(*fitting).order_by(*order).offset(offset).limit(limit)
    return listed(session, select_listed(person).where(Action.id.in_(page.correlate(None))).order_by(*order), today)


def stream_actions(session: Session, person: Person, wanted: Filters, today: date) -> Iterator[list[Listed]]:
    """Every action that fits, in batches, whose rows are read as they are used; owners come once for each batch."""
    plans = {plan.id: plan for plan in session.scalars(select(Plan))}
    owner = selectinload(Action.owner).joinedload(Post.organisation)
    query = seen_by(person, select(Action)).where(*filters.criteria(session, wanted, person, today)).options(owner)
    found = session.scalars(query.order_by(*filters.order(wanted.sort, today)).execution_options(yield_per=BATCH))
    for batch in found.partitions():
        of_plans = [(action, plans[action.plan_id or 0]) for action in batch]
        yield [Listed(action, plan, schedule_for(action, plan, today)) for action, plan in of_plans]


def list_by_ids(session: Session, ids: Collection[int], person: Person, today: date) -> dict[int, Listed]:
    """These actions, as far as the person may see them."""
    found = listed(session, select_listed(person).where(Action.id.in_(list(ids))), today) if ids else []
    return {one.action.id: one for one in found}


def counts_by_schedule(session: Session, person: Person, wanted: Filters, today: date) -> dict[str, int]:
    """How many actions stand in each state, among those that fit all other filters."""
    fitting = filters.criteria(session, wanted.without("schedule"), person, today)
    state = in_sql.state(session, today).label("state")
    states = seen_by(person, select(state)).where(*fitting).subquery()
    rows = session.execute(select(states.c.state, func.count().label("number")).group_by(states.c.state)).all()
    return {**dict.fromkeys((state.value for state in State), 0), **{row.state: row.number for row in rows}}


def count_open_by_owner(session: Session, person: Person, post_ids: Sequence[int]) -> dict[int, int]:
    """How many open actions each of these posts owns; those that own none are left out."""
    query = select(Action.owner_id, func.count()).where(
        Action.owner_id.in_(post_ids), Action.closure == Closure.OPEN, visible_to(person)
    )
    return {post_id: number for post_id, number in session.execute(query.group_by(Action.owner_id)) if post_id}


def seen_by(person: Person, query: Select[*Row]) -> Select[*Row]:
    """A query over actions and their plans, kept to what the person may see."""
    return query.select_from(Action).join(in_sql.PLAN, in_sql.PLAN.id == Action.plan_id).where(visible_to(person))


def select_listed(person: Person) -> Select[Action, Plan]:
    """The query of a list of actions with plan and owner; whoever calls narrows and orders it."""
    owner = joinedload(Action.owner).joinedload(Post.organisation)
    return seen_by(person, select(Action, in_sql.PLAN)).options(owner)


def listed(session: Session, query: Select[Action, Plan], today: date) -> list[Listed]:
    """The rows of such a query with their schedules."""
    rows = session.execute(query).all()
    return [Listed(action, plan, schedule_for(action, plan, today)) for action, plan in rows]


def schedule_for(action: Action, plan: Plan, today: date) -> Schedule:
    """How the action stands by its dates and by the silence that its plan allows."""
    return brief.schedule_for(action, plan.stale_after_days, today)


def schedule_now(session: Session, action: Action, today: date) -> Schedule:
    """The schedule of an action whose plan is not at hand."""
    return schedule_for(action, session.get_one(Plan, action.plan_id), today)


def choices(session: Session, person: Person) -> Choices:
    """The plans, owners, priorities and themes that visible actions have; four statements."""

    def named(model: type[Record], query: Select[*tuple[Any, ...]]) -> list[tuple[str, str]]:
        return [(ref, title) for ref, title in session.execute(query.order_by(model.title, model.ref))]

    # Of each owner and theme one visible action is looked for, and not all of them.
    action = _action()
    seen = select(action.id).where(visible_to(person, action))
    filed = seen.join(record_theme, record_theme.c.record_id == action.id).where(record_theme.c.theme_id == Theme.id)
    return Choices(
        plans=named(Plan, select(Plan.ref, Plan.title).where(visible_to(person))),
        owners=named(Post, select(Post.ref, Post.title).where(seen.where(action.owner_id == Post.id).exists())),
        priorities=named(
            Priority,
            select(Priority.ref, Priority.title).where(Priority.plan_id.is_not(None), visible_to(person)),
        ),
        themes=named(Theme, select(Theme.ref, Theme.title).where(filed.exists())),
    )


@cache
def _action() -> type[Action]:
    """An action beside what it is named by, since both keep a part of themselves in the table of records."""
    return aliased(Action, flat=True)


def get(session: Session, ref: str, person: Person) -> Action:
    """One action with its owner, sponsor, contributors, milestones and themes, or NotFound."""
    options = [
        joinedload(Action.owner).joinedload(Post.organisation),
        joinedload(Action.sponsor).joinedload(Post.organisation),
        selectinload(Action.contributors),
        selectinload(Action.milestones),
        selectinload(Action.themes),
    ]
    return records.get(session, Action, ref, person=person, options=options)
