"""Collecting the rows of a mapping document, as far as a person may see them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from actions.models import Action
from kb import labels
from kb.exporting import wording
from kb.exporting.mapping import Extra, Row, Said
from kb.models.link import Link, LinkState, LinkType
from kb.models.plan import Plan, Priority, Response, ResponseSource
from kb.models.source import Source
from kb.permissions import Person, visible_to
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy.orm import Session
    from sqlalchemy.orm.strategy_options import _AbstractLoad

    from kb.models.source import KeyPoint

BATCH = 500
Beside = dict[int, list[str]]


def of_plan(
    session: Session, plan: Plan, *, person: Person, section: str = "", extras: Collection[Extra] = ()
) -> list[Row]:
    """The rows of a plan’s mapping, or of one section of it, in the plan’s order."""
    query = select(Response).where(Response.plan_id == plan.id, visible_to(person))
    if section:
        query = query.where(Response.section == section)
    found = session.scalars(query.options(_sources(person)).order_by(Response.position, Response.id)).all()
    return _rows(session, found, (), plan, person=person, extras=extras)


def of_sources(
    session: Session,
    ids: Sequence[int],
    plan: Plan | None,
    *,
    person: Person,
    extras: Collection[Extra] = (),
    notes: Mapping[int, str] | None = None,
) -> list[Row]:
    """The rows of a plan’s mapping that name any of these sources; those that no row names stand last, as given."""
    plan_id = plan.id if plan else None
    responses: dict[int, Response] = {}
    named: set[int] = set()
    unnamed: dict[int, Source] = {}
    for some in _batches(ids):
        naming = select(ResponseSource.response_id).where(ResponseSource.source_id.in_(some))
        query = select(Response).where(Response.id.in_(naming), Response.plan_id == plan_id, visible_to(person))
        for response in session.scalars(query.options(_sources(person))):
            responses[response.id] = response
            named |= {source.id for source in response.sources}
        others = select(Source).where(Source.id.in_([id for id in some if id not in named]), visible_to(person))
        unnamed |= {source.id: source for source in session.scalars(others.options(*_read(person)))}
    in_order = sorted(responses.values(), key=lambda one: (one.position, one.id))
    without = [unnamed[id] for id in ids if id in unnamed and id not in named]
    return _rows(session, in_order, without, plan, person=person, extras=extras, notes=notes or {})


def _rows(
    session: Session,
    responses: Sequence[Response],
    without: Sequence[Source],
    plan: Plan | None,
    *,
    person: Person,
    extras: Collection[Extra],
    notes: Mapping[int, str] | None = None,
) -> list[Row]:
    """A row for each response with a source that the person may see, by sections, then one for each other source."""
    priorities = _priorities(session, plan, person) if plan and Extra.PRIORITIES in extras else {}
    actions = _actions(session, plan, person) if plan and Extra.ACTIONS in extras else {}

    def beside(sources: Sequence[Source], response: Response | None) -> dict[Extra, Sequence[str]]:
        starts = [*([response.id] if response else []), *(source.id for source in sources)]
        starts += [implication.id for source in sources for implication in source.implications]
        return {
            Extra.PRIORITIES: _each_once(priorities, starts),
            Extra.ACTIONS: _each_once(actions, starts),
            Extra.NOTES: [note for source in sources if (note := (notes or {}).get(source.id, ""))],
        }

    first: dict[str, int] = {}
    for place, response in enumerate(responses):
        first.setdefault(response.section, place)
    rows = [
        Row(
            ref=response.ref,
            section=labels.readable(response.section) or gettext("Mapping"),
            sources=[_said(source) for source in response.sources],
            response_type=response.response_type or "",
            text=response.text,
            beside=beside(response.sources, response),
        )
        for response in sorted(responses, key=lambda response: first[response.section])
        if response.sources
    ]
    unmapped = gettext("Not in the mapping yet") if plan else gettext("Sources")
    return [*rows, *(Row("", unmapped, [_said(source)], beside=beside([source], None)) for source in without)]


def _sources(person: Person) -> _AbstractLoad:
    return selectinload(Response.sources.and_(visible_to(person))).options(*_read(person))


def _read(person: Person) -> tuple[_AbstractLoad, ...]:
    """What a row says of a source."""
    return (
        selectinload(Source.publishers),
        selectinload(Source.key_points.and_(visible_to(person))),
        selectinload(Source.implications.and_(visible_to(person))),
    )


def _said(source: Source) -> Said:
    publisher = "; ".join(publisher.title for publisher in source.publishers) or source.publisher_as_stated
    points = [(point.ref, point_of(point)) for point in source.key_points]
    meanings = [
        (one.ref, wording.Meaning(one.title, one.implication_kind, one.horizon or "")) for one in source.implications
    ]
    day = wording.dated(source.published)
    return Said(source.ref, source.title, source.link, publisher, day, source.language, points, meanings)


def point_of(point: KeyPoint) -> wording.Point:
    """A key point as documents write it."""
    return wording.Point(
        text=point.title,
        kind=point.point_kind,
        promised_by=point.promised_by,
        promised_for=point.promised_for,
        measured_by=point.measured_by,
        place=point.place,
        site=point.site,
        aspect=point.aspect,
    )


def _priorities(session: Session, plan: Plan, person: Person) -> Beside:
    """The plan’s priorities that records call for, by the ids of those."""
    query = (
        select(Link.from_id, Priority.title)
        .join(Priority, Priority.id == Link.to_id)
        .where(Link.type == LinkType.CALLS_FOR, Link.state != LinkState.RETIRED)
        .where(Priority.plan_id == plan.id, visible_to(person))
        .order_by(Priority.set_id, Priority.position)
    )
    found: Beside = defaultdict(list)
    for start, title in session.execute(query):
        found[start].append(title)
    return found


def _actions(session: Session, plan: Plan, person: Person) -> Beside:
    """The plan’s actions that answer rows, by the ids of those: with who does them, and by when."""
    query = (
        select(Link.from_id, Action)
        .join(Action, Action.id == Link.to_id)
        .where(Link.type == LinkType.ANSWERED_BY, Link.state != LinkState.RETIRED)
        .where(Action.plan_id == plan.id, visible_to(person))
        .options(joinedload(Action.owner))
        .order_by(Action.position, Action.id)
    )
    found: Beside = defaultdict(list)
    for start, action in session.execute(query):
        owner = action.owner.title if action.owner else gettext("no owner")
        due = gettext("due %(day)s", day=spoken(action.due_on)) if action.due_on else action.timescale
        found[start].append(f"{action.title} ({'; '.join(filter(None, (owner, due)))})")
    return found


def _each_once(found: Mapping[int, Sequence[str]], starts: Sequence[int]) -> list[str]:
    return list(dict.fromkeys(told for start in starts for told in found.get(start, ())))


def _batches(ids: Sequence[int]) -> list[list[int]]:
    return [list(ids[start : start + BATCH]) for start in range(0, len(ids), BATCH)]
