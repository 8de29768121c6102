"""Plans and their priorities: lists, one with what it rests on, and editing a priority."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from kb import history, records
from kb.errors import Invalid
from kb.models.link import Link, LinkState, LinkType
from kb.models.plan import Plan, Priority, PrioritySet, Response, ResponseSource
from kb.models.record import Record
from kb.models.source import Source
from kb.permissions import Capability, Person, visible_to
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Support:
    """A record that calls for a priority, and why."""

    record: Record
    link: Link


@dataclass(frozen=True)
class Listed:
    """A set with its priorities in order."""

    set: PrioritySet
    priorities: list[Priority]


def list_plans(session: Session, *, person: Person) -> Sequence[Plan]:
    """All plans that the person may see, by title."""
    return session.scalars(select(Plan).where(visible_to(person)).order_by(Plan.title)).all()


def chosen(session: Session, ref: str | None, *, person: Person) -> Plan | None:
    """The plan that an address names, else the first of the person's own, else the first there is."""
    return choose(list_plans(session, person=person), ref, person=person)


def choose(plans: Sequence[Plan], ref: str | None, *, person: Person) -> Plan | None:
    """As `chosen`, among plans that are at hand."""
    named = [plan for plan in plans if plan.ref == ref]
    own = [plan for plan in plans if plan.id in person.roles]
    return next(iter([*named, *own, *plans]), None)


def get(session: Session, ref: str, *, person: Person) -> Plan:
    """One plan, or NotFound."""
    return records.get(session, Plan, ref, person=person)


def list_sets(session: Session, *, person: Person, plan: Plan | None = None) -> list[Listed]:
    """The plans' sets of priorities, in order, each with the priorities that the person may see."""
    query = (
        select(PrioritySet, Priority)
        .join(Priority, Priority.set_id == PrioritySet.id)
        .where(PrioritySet.plan_id.is_not(None), visible_to(person))
        .order_by(PrioritySet.plan_id, PrioritySet.position, PrioritySet.id, Priority.position)
    )
    if plan is not None:
        query = query.where(PrioritySet.plan_id == plan.id)
    listed: dict[int, Listed] = {}
    for one, priority in session.execute(query):
        listed.setdefault(one.id, Listed(one, [])).priorities.append(priority)
    return list(listed.values())


def get_priority(session: Session, ref: str, *, person: Person) -> Priority:
    """One priority with its set and themes, or NotFound."""
    options = [joinedload(Priority.set), selectinload(Priority.themes)]
    return records.get(session, Priority, ref, person=person, options=options)


def supports_of(session: Session, priority: Priority, *, person: Person) -> list[Support]:
    """What calls for a priority, law before strategy before research by the source that it comes from."""
    start = aliased(Record, flat=True)
    query = (
        select(Link, start)
        .join(start, start.id == Link.from_id)
        .where(Link.to_id == priority.id, Link.type == LinkType.CALLS_FOR, Link.state != LinkState.RETIRED)
        .order_by(start.kind, start.title)
    )
    rows = session.execute(query).all()
    seen = records.list_by_ids(session, [record.id for _, record in rows], person=person)
    return [Support(record, link) for link, record in rows if record.id in seen]


def actions_of(session: Session, priority: Priority) -> list[Link]:
    """The links to the actions that deliver a priority."""
    query = select(Link).where(
        Link.from_id == priority.id, Link.type == LinkType.DELIVERED_BY, Link.state != LinkState.RETIRED
    )
    return list(session.scalars(query.order_by(Link.id)))


def edit_priority(
    session: Session, ref: str, *, title: str, summary: str, version: int, reason: str, by: Person
) -> Priority:
    """Reword a priority; the words before stay in its history."""
    priority = get_priority(session, ref, person=by)
    by.require(Capability.EDIT_PLAN, plan_id=priority.plan_id)
    records.check_version(priority, version, theirs={"title": priority.title, "summary": priority.summary})
    if not title.strip():
        raise Invalid("title", gettext("Give the priority a title"))
    priority.title, priority.summary = title.strip(), summary.strip()
    history.note_changes(session, priority, by=by, reason=reason)
    return priority


def reviews_due(session: Session, plan: Plan, *, person: Person, until: date) -> list[tuple[Response, Source]]:
    """Responses to be looked at again by a day, the most overdue first, with the first source of their row."""
    source = aliased(Source, flat=True)  # both are records: one of them needs another name
    query = (
        select(Response, source)
        .join(ResponseSource, (ResponseSource.response_id == Response.id) & (ResponseSource.position <= 1))
        .join(source, source.id == ResponseSource.source_id)
        .where(Response.plan_id == plan.id, Response.review_by.is_not(None), Response.review_by <= until)
        .where(visible_to(person))
        .order_by(Response.review_by, Response.id)
    )
    return [(response, first) for response, first in session.execute(query)]


def suspect_links(session: Session, *, person: Person, limit: int = 50) -> list[Link]:
    """Links that wait for a person to confirm or retire them, with both their records."""
    visible = select(Record.id).where(visible_to(person))
    query = (
        select(Link)
        .where(Link.state == LinkState.SUSPECT, Link.from_id.in_(visible), Link.to_id.in_(visible))
        .options(joinedload(Link.start), joinedload(Link.end))
        .order_by(Link.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def count_mapped(session: Session, plan: Plan, *, person: Person) -> int:
    """How many sources stand in a row of the plan's mapping."""
    query = (
        select(func.count(ResponseSource.source_id.distinct()))
        .join(Response, Response.id == ResponseSource.response_id)
        .where(Response.plan_id == plan.id, visible_to(person))
    )
    return session.scalar(query) or 0


def over_without_successor(session: Session, plan: Plan, *, person: Person, today: date) -> Source | None:
    """A source of the plan's mapping that is over with nothing recorded in its place: the one that ended last."""
    succeeded = select(Link.to_id).where(Link.type == LinkType.SUPERSEDES, Link.state != LinkState.RETIRED)
    mapped = (
        select(ResponseSource.source_id)
        .join(Response, Response.id == ResponseSource.response_id)
        .where(Response.plan_id == plan.id, Response.text != "")
    )
    over = or_(Source.status.in_(("ended", "superseded", "withdrawn")), Source.ends_on < today)
    query = (
        select(Source)
        .where(over, Source.category == "driver", Source.id.in_(mapped), Source.id.not_in(succeeded))
        .where(visible_to(person))
        .order_by(Source.ends_on.is_(None), Source.ends_on.desc(), Source.id)
        .limit(1)
    )
    return session.scalars(query).first()
