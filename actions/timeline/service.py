"""A timeline's actions with their milestones and what they wait for, in a number of statements that does not grow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, false, func, literal, not_, select, union_all
from sqlalchemy.orm import selectinload

from actions import dependencies, service
from actions.models import Action, Closure
from actions.timeline import axis
from actions.timeline.choosing import is_late, within
from kb.models.organisation import Post
from kb.models.plan import Plan, Priority
from kb.models.record import Theme, record_theme
from kb.permissions import Capability, visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

    from actions.dependencies import Awaited
    from actions.service import Listed
    from actions.timeline.axis import Span
    from actions.timeline.choosing import Chosen, Wanted
    from kb.permissions import Person

ALL = "all"
UNDATED_SHOWN = 12


@dataclass(frozen=True)
class Choices:
    """What the filters offer: ref and title of each; `plan` is the chosen one, None for all of them."""

    plans: list[tuple[str, str]]
    priorities: list[tuple[str, str]]
    owners: list[tuple[str, str]]
    themes: list[tuple[str, str]]
    plan: Plan | None
    titles: dict[int, str]  # of plans and priorities, by id


@dataclass(frozen=True)
class Counted:
    """The actions of one group: how many are shown on all pages, and how many of them are late."""

    shown: int = 0
    late: int = 0


@dataclass(frozen=True)
class Totals:
    """How many actions fit the filters, and where they stand."""

    groups: dict[int | None, Counted]
    shown: int
    late: int
    outside: int
    undated: int
    span: Span


@dataclass(frozen=True)
class Entry:
    """An action on the timeline, with its milestones loaded."""

    listed: Listed
    group_id: int | None
    waits_for: tuple[Awaited, ...]

    @property
    def action(self) -> Action:
        return self.listed.action


@dataclass(frozen=True)
class Timeline:
    """One page of a timeline."""

    entries: list[Entry]
    titles: dict[int | None, str]  # of the groups
    next_due: Action | None
    undated: list[Listed]


def offered(session: Session, wanted: Wanted, person: Person) -> tuple[Wanted, Choices]:
    """What may be chosen, and the wish with its plan filled in; two statements, three for a priority without a plan.

    Without a plan it is that of the priority, else the person's own, else the first; `all` and a plan that nobody
    knows stay as they are.
    """
    plans = session.scalars(select(Plan).where(visible_to(person)).order_by(Plan.title, Plan.id)).all()
    plan = _plan(plans, wanted.plan, _plan_of(session, wanted, person), person)
    ref = wanted.plan or (plan.ref if plan else "")
    rows = session.execute(_choices(person, plan)).all()
    plan_id = plan.id if plan else None
    found: dict[str, dict[str, str]] = {"priority": {}, "owner": {}, "theme": {}}
    for row in rows:
        if plan_id in (None, row.plan_id):
            found[row.what][row.ref] = row.title
    choices = Choices(
        plans=[(one.ref, one.title) for one in plans],
        priorities=list(found["priority"].items()),
        owners=list(found["owner"].items()),
        themes=list(found["theme"].items()),
        plan=plan,
        titles={one.id: one.title for one in plans} | {row.id: row.title for row in rows if row.what == "priority"},
    )
    return replace(wanted, plan="" if ref == ALL else ref), choices


def _plan_of(session: Session, wanted: Wanted, person: Person) -> int | None:
    """The plan of the priority, where that says which plan is meant."""
    if wanted.plan or not wanted.priority:
        return None
    return session.scalar(select(Priority.plan_id).where(Priority.ref == wanted.priority, visible_to(person)))


def _plan(plans: Sequence[Plan], ref: str, of_priority: int | None, person: Person) -> Plan | None:
    if ref:
        return next((plan for plan in plans if plan.ref == ref), None)
    own = [plan for plan in plans if plan.id in person.roles]
    named = [plan for plan in plans if plan.id == of_priority]
    return next(iter([*named, *own, *plans]), None)


def _choices(person: Person, plan: Plan | None) -> Any:
    """Priorities of all plans, which groups are named by, and owners and themes of visible actions of one or of all."""
    seen = [visible_to(person)] + ([Action.plan_id == plan.id] if plan else [])
    owned = (
        select(Action.owner_id.label("post_id"), Action.plan_id)
        .where(*seen, Action.owner_id.is_not(None))
        .distinct()
        .subquery()
    )
    filed = (
        select(record_theme.c.theme_id, Action.plan_id)
        .join(Action, Action.id == record_theme.c.record_id)
        .where(*seen)
        .distinct()
        .subquery()
    )
    place = Priority.position.label("place")
    rows = union_all(
        select(
            literal("priority").label("what"), Priority.id, Priority.ref, Priority.title, Priority.plan_id, place
        ).where(Priority.plan_id.is_not(None), visible_to(person)),
        select(literal("owner"), Post.id, Post.ref, Post.title, owned.c.plan_id, literal(0)).join(
            owned, owned.c.post_id == Post.id
        ),
        select(literal("theme"), Theme.id, Theme.ref, Theme.title, filed.c.plan_id, literal(0)).join(
            filed, filed.c.theme_id == Theme.id
        ),
    ).subquery()
    return select(rows).order_by(rows.c.place, rows.c.title, rows.c.ref)


def totals(session: Session, chosen: Chosen, today: date) -> Totals:
    """How many fit, by group; one statement, and one more where the span is all dates there are."""
    wanted, person = chosen.wanted, chosen.person
    span = _whole(session, chosen, today) if wanted.is_whole else wanted.span or axis.usual_span(today)
    shown, undated = within(span, person, today), Action.due_on.is_(None)
    query = chosen.query(
        chosen.group.label("group_id"),
        _number(shown),
        _number(and_(shown, is_late(today))),
        _number(and_(Action.due_on.is_not(None), not_(func.coalesce(shown, false())))),
        _number(undated),
    ).group_by(chosen.group)
    rows = session.execute(query).all()
    return Totals(
        groups={row[0]: Counted(row[1], row[2]) for row in rows},
        shown=sum(row[1] for row in rows),
        late=sum(row[2] for row in rows),
        outside=sum(row[3] for row in rows),
        undated=sum(row[4] for row in rows),
        span=span,
    )


def _number(fits: Any) -> Any:
    return func.sum(case((fits, 1), else_=0))


def _whole(session: Session, chosen: Chosen, today: date) -> Span:
    columns = [Action.starts_on, Action.baseline_due_on, Action.due_on]
    if chosen.person.may(Capability.READ_UPDATES):
        columns.append(Action.forecast_on)
    ends = [end for column in columns for end in (func.min(column), func.max(column))]
    row = session.execute(chosen.query(*ends, with_groups=False).where(Action.due_on.is_not(None))).one()
    return axis.whole_span([day for day in row if day is not None], today)


def page(
    session: Session,
    chosen: Chosen,
    choices: Choices,
    span: Span,
    today: date,
    *,
    offset: int = 0,
    limit: int,
    undated: int = UNDATED_SHOWN,
) -> Timeline:
    """Some of the actions within the span, with the next one due and some without a date."""
    found, titles = entries(session, chosen, choices, span, today, offset=offset, limit=limit)
    person = chosen.person
    without = (
        chosen.query(Action.id, with_groups=False)
        .where(Action.due_on.is_(None))
        .order_by(Action.position, Action.id)
        .limit(undated)
    )
    first = (
        chosen.query(Action.id, with_groups=False)
        .where(Action.due_on >= today, Action.closure == Closure.OPEN, within(span, person, today))
        .order_by(Action.due_on, Action.position, Action.id)
        .limit(1)
    )
    ids = session.scalars(union_all(*(select(query.subquery().c.id) for query in (without, first)))).all()
    others = service.list_by_ids(session, ids, person, today)
    return Timeline(
        entries=found,
        titles=titles,
        next_due=next((others[id].action for id in ids if id in others and others[id].action.due_on), None),
        undated=[others[id] for id in ids if id in others and others[id].action.due_on is None],
    )


def entries(
    session: Session,
    chosen: Chosen,
    choices: Choices,
    span: Span,
    today: date,
    *,
    offset: int,
    limit: int,
    is_dated: bool = True,
) -> tuple[list[Entry], dict[int | None, str]]:
    """Actions within the span, or those without a date: group after group, by due date; and the groups' names."""
    person = chosen.person
    order = (*chosen.order, Action.due_on, Action.starts_on.is_(None), Action.starts_on, Action.position, Action.id)
    fits = within(span, person, today) if is_dated else Action.due_on.is_(None)
    query = chosen.query(Action.id, chosen.group).where(fits).order_by(*order).offset(offset).limit(limit)
    places = [(row[0], row[1]) for row in session.execute(query)]
    found = _found(session, [id for id, _ in places], person, today)
    awaited = dependencies.awaited(session, [one.action for one in found.values()], today, person)
    held = [Entry(found[id], group, tuple(awaited.get(id, ()))) for id, group in places if id in found]
    return held, _titles(chosen.wanted, choices, held)


def _found(session: Session, ids: Sequence[int], person: Person, today: date) -> dict[int, Listed]:
    if not ids:
        return {}
    query = service.select_listed(person).where(Action.id.in_(ids)).options(selectinload(Action.milestones))
    return {one.action.id: one for one in service.listed(session, query, today)}


def _titles(wanted: Wanted, choices: Choices, entries: Iterable[Entry]) -> dict[int | None, str]:
    """The names of the groups of these entries; what has no group has no name here."""
    if wanted.by != "organisation":
        return {entry.group_id: choices.titles.get(entry.group_id or 0, "") for entry in entries}
    owners = [entry.listed.action.owner for entry in entries]
    return {owner.organisation_id: owner.organisation.title for owner in owners if owner}
