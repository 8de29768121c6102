"""Plans and their priorities: lists, one with what it rests on, and editing a priority."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from kb import records
from kb.models.link import Link, LinkState, LinkType
from kb.models.plan import Plan, Priority, PrioritySet, ResponseSource
from kb.models.record import Kind, Record
from kb.models.source import Category, Implication, Source
from kb.permissions import Person, visible_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Support:
    """A record that calls for a priority, why, and the source that it is read in."""

    record: Record
    link: Link
    source: Source | None


@dataclass(frozen=True)
class Listed:
    """A set with its priorities in order."""

    set: PrioritySet
    priorities: list[Priority]


def list_plans(session: Session, *, person: Person) -> Sequence[Plan]:
    """All plans that the person may see, by title."""
    return session.scalars(select(Plan).where(visible_to(person)).order_by(Plan.title)).all()


def has_demonstration(session: Session, *, person: Person) -> bool:
    """Whether any plan that the person may see is there to show how the service works."""
    query = select(Plan.id).where(Plan.is_demonstration, visible_to(person)).limit(1)
    return session.scalar(query) is not None


def plan_of(session: Session, record: Record, *, person: Person) -> Record | None:
    """The plan that a record belongs to; None for what all plans share."""
    return records.list_by_ids(session, [record.plan_id], person=person).get(record.plan_id) if record.plan_id else None


def source_of(session: Session, priority: Priority, *, person: Person) -> Record | None:
    """The source that sets a priority itself; None for a plan's, and where the person may not see the source."""
    id = priority.set.source_id
    return records.list_by_ids(session, [id], person=person).get(id) if id else None


def count_records(session: Session, *, person: Person) -> dict[int, dict[str, int]]:
    """How many records of each kind belong to each plan, as far as the person may see them."""
    of_plans = select(Record.plan_id, Record.kind, func.count()).where(Record.plan_id.is_not(None), visible_to(person))
    counts: dict[int, dict[str, int]] = {}
    for plan_id, kind, number in session.execute(of_plans.group_by(Record.plan_id, Record.kind)):
        counts.setdefault(plan_id or 0, {})[kind] = number
    return counts


def chosen(session: Session, ref: str | None, *, person: Person) -> Plan | None:
    """The plan that an address names, else the first of the person's own, else the first there is."""
    return choose(list_plans(session, person=person), ref, person=person)


def choose(plans: Sequence[Plan], ref: str | None, *, person: Person) -> Plan | None:
    """As `chosen`, among plans that are at hand."""
    named = [plan for plan in plans if plan.ref == ref]
    own = [plan for plan in plans if plan.id in person.roles]
    return next(iter([*named, *own, *plans]), None)


def get(session: Session, ref: str, *, person: Person) -> Plan:
    """One plan with the source that publishes it, or NotFound."""
    return records.get(session, Plan, ref, person=person, options=[selectinload(Plan.source)])


def list_sets(session: Session, *, person: Person, plan: Plan | None = None) -> list[Listed]:
    """The plans' sets of priorities, in order, each with the priorities that the person may see."""
    of = aliased(PrioritySet, flat=True)
    query = (
        select(Priority)
        .join(of, Priority.set_id == of.id)
        .options(contains_eager(Priority.set.of_type(of)))
        .where(Priority.plan_id.is_not(None), visible_to(person))
        .order_by(Priority.plan_id, of.position, of.id, Priority.position)
    )
    if plan is not None:
        query = query.where(Priority.plan_id == plan.id)
    listed: dict[int, Listed] = {}
    for priority in session.scalars(query):
        listed.setdefault(priority.set_id, Listed(priority.set, [])).priorities.append(priority)
    return list(listed.values())


def get_priority(session: Session, ref: str, *, person: Person) -> Priority:
    """One priority with its set and themes, or NotFound."""
    options = [joinedload(Priority.set), selectinload(Priority.themes)]
    return records.get(session, Priority, ref, person=person, options=options)


def supports_of(session: Session, priority: Priority, *, person: Person) -> list[Support]:
    """What calls for a priority: law before other drivers before research, and by source within these."""
    query = (
        select(Link)
        .where(Link.to_id == priority.id, Link.type == LinkType.CALLS_FOR, Link.state != LinkState.RETIRED)
        .order_by(Link.id)
    )
    links = session.scalars(query).all()
    seen = records.list_by_ids(session, [link.from_id for link in links], person=person)
    sources = _sources_behind(session, list(seen.values()), person)
    found = [
        Support(seen[link.from_id], link, sources.get(link.from_id))
        for link in links
        if link.from_id in seen and (link.from_id in sources or seen[link.from_id].kind != Kind.IMPLICATION)
    ]
    return sorted(found, key=_law_first)


def _sources_behind(session: Session, starts: Sequence[Record], person: Person) -> dict[int, Source]:
    """For each source itself, for an implication its source, for a response the first source of its row."""
    of_kind = {kind: [start.id for start in starts if start.kind == kind] for kind in Kind}
    pairs = [(id, id) for id in of_kind[Kind.SOURCE]]
    if of_kind[Kind.IMPLICATION]:
        read_in = select(Implication.id, Implication.source_id).where(Implication.id.in_(of_kind[Kind.IMPLICATION]))
        pairs += [(id, source_id) for id, source_id in session.execute(read_in)]
    if of_kind[Kind.RESPONSE]:
        rows = select(ResponseSource.response_id, ResponseSource.source_id).order_by(ResponseSource.position.desc())
        in_rows = rows.where(ResponseSource.response_id.in_(of_kind[Kind.RESPONSE]))
        pairs += [(id, source_id) for id, source_id in session.execute(in_rows)]
    query = select(Source).where(Source.id.in_({source_id for _, source_id in pairs}), visible_to(person))
    sources = {source.id: source for source in session.scalars(query)}
    return {id: sources[source_id] for id, source_id in pairs if source_id in sources}


def _law_first(support: Support) -> tuple[int, str, str, str]:
    source = support.source
    if source is None:
        return (3, "", support.record.kind, support.record.title)
    weight = 0 if source.is_statutory else 1 if source.category == Category.DRIVER else 2
    return (weight, source.title, support.record.kind, support.record.title)


def actions_of(session: Session, priority: Priority) -> list[Link]:
    """The links to the actions that deliver a priority."""
    query = select(Link).where(
        Link.from_id == priority.id, Link.type == LinkType.DELIVERED_BY, Link.state != LinkState.RETIRED
    )
    return list(session.scalars(query.order_by(Link.id)))
