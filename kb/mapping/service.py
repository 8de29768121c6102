"""Mapping a source: its key points, what they mean, what that calls for and how a plan answers, saved as one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from kb import history, records
from kb.errors import Conflict
from kb.mapping import changes as changing
from kb.mapping import response as answering
from kb.mapping.rows import ImplicationRow, LinkRow, Mapping, PointRow, ResponseRow
from kb.models.history import Change
from kb.models.link import Link, LinkState, LinkType
from kb.models.organisation import Post, StaffGroup
from kb.models.plan import Response, ResponseSource
from kb.models.record import Kind, Record
from kb.models.source import Implication, Source
from kb.permissions import Capability, Person, visible_to
from kb.planning import plans
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from kb.models.plan import Plan, Priority

# The line on the source's own history that every save of its mapping leaves.
MAPPED = "mapping"


@dataclass(frozen=True)
class Offered:
    """What the page lets choose from, by ref."""

    priorities: dict[str, Priority]
    actions: dict[str, Record]
    posts: dict[str, Post]
    staff_groups: dict[str, StaffGroup]


@dataclass(frozen=True)
class Stand:
    """A source's mapping as it stands now; `version` counts every change of anything in it."""

    source: Source
    plan: Plan | None
    response: Response | None
    links: dict[int, list[Link]]
    offered: Offered
    version: int
    saved_by: str

    def links_of(self, record: Record | None, kind: LinkType) -> list[Link]:
        """The links of one type from a record to what the page offers, retired ones too."""
        within = self.offered.actions if kind == LinkType.ANSWERED_BY else self.offered.priorities
        ids = {one.id for one in within.values()}
        found = self.links.get(record.id, []) if record is not None else []
        return [link for link in found if link.type == kind and link.to_id in ids]


def get(session: Session, ref: str, plan: Plan | None, *, person: Person) -> Stand:
    """The mapping of a source for one plan, or NotFound."""
    implications = selectinload(Source.implications)
    options = [
        selectinload(Source.key_points),
        implications.selectinload(Implication.key_points),
        implications.selectinload(Implication.staff_groups),
    ]
    source = records.get(session, Source, ref, person=person, options=options)
    response = _response(session, source, plan, person)
    links = _links(session, [one.id for one in (*source.implications, response) if one is not None])
    version, saved_by = _version(session, source, response)
    return Stand(source, plan, response, links, _offered(session, plan, person), version, saved_by)


def as_rows(stand: Stand) -> Mapping:
    """What the page shows before anybody typed."""
    numbers = {point.id: number for number, point in enumerate(stand.source.key_points)}
    points = tuple(
        PointRow(
            number=numbers[point.id],
            ref=point.ref,
            text=point.title,
            kind=point.point_kind,
            place=point.place,
            promised_by=point.promised_by,
            promised_for=point.promised_for,
            measured_by=point.measured_by,
            site=point.site,
            aspect=point.aspect,
        )
        for point in stand.source.key_points
    )
    implications = []
    for number, implication in enumerate(stand.source.implications):
        called = _held(stand.links_of(implication, LinkType.CALLS_FOR))
        implications.append(
            ImplicationRow(
                number=number,
                ref=implication.ref,
                text=implication.title,
                kind=implication.implication_kind,
                horizon=implication.horizon or "",
                cites=tuple(sorted(numbers[point.id] for point in implication.key_points if point.id in numbers)),
                staff_groups=tuple(group.ref for group in implication.staff_groups),
                priorities=tuple(link.end.ref for link in called),
                reason=changing.common_reason(called),
            )
        )
    return Mapping(points, tuple(implications), _response_row(stand))


def save(session: Session, ref: str, plan: Plan | None, given: Mapping, *, version: int, by: Person) -> bool:
    """Save all that was filled in, or nothing; whether anything changed.

    Rows that were not sent stay as they are: only those that say so are removed. Raises Conflict when anything in the
    mapping changed since it was opened, and Invalid with the field of the form that cannot stand.
    """
    by.require(Capability.EDIT_SHARED)
    if given.response is not None:
        by.require(Capability.EDIT_PLAN, plan_id=plan.id if plan else -1)
    stand = get(session, ref, plan, person=by)
    if version != stand.version:
        raise Conflict(
            gettext("“%(title)s” was mapped while you were writing.", title=stand.source.title),
            theirs={},
            saved_by=stand.saved_by,
            version=stand.version,
        )
    changes = changing.Changes(session, stand, by)
    changing.save_rows(changes, given)
    if given.response is not None and plan is not None:
        answering.save(changes, plan, given.response)
    if not changes.number:
        return False
    # The source moves on with every part of it, so that two saves at the same moment cannot both stand.
    history.note(session, stand.source, MAPPED, None, changes.in_words(), by=by)
    session.flush()
    return True


def _response_row(stand: Stand) -> ResponseRow | None:
    response = stand.response
    if stand.plan is None:
        return None
    if response is None:
        return ResponseRow()

    def rows(kind: LinkType, name: str) -> tuple[LinkRow, ...]:
        held = _held(stand.links_of(response, kind))
        return tuple(LinkRow(f"{name}-{n}", link.end.ref, link.reason) for n, link in enumerate(held))

    return ResponseRow(
        type=response.response_type or "",
        text=response.text,
        owner=response.owner.ref if response.owner else "",
        review_by=response.review_by,
        actions=rows(LinkType.ANSWERED_BY, "response_actions"),
        priorities=rows(LinkType.CALLS_FOR, "response_priorities"),
    )


def _held(links: list[Link]) -> list[Link]:
    return [link for link in links if link.state != LinkState.RETIRED]


def _response(session: Session, source: Source, plan: Plan | None, person: Person) -> Response | None:
    if plan is None:
        return None
    query = (
        select(Response)
        .join(ResponseSource, ResponseSource.response_id == Response.id)
        .where(ResponseSource.source_id == source.id, Response.plan_id == plan.id, visible_to(person))
        .options(selectinload(Response.sources), joinedload(Response.owner))
        .order_by(Response.position, Response.id)
        .limit(1)
    )
    return session.scalars(query).first()


def _links(session: Session, starts: Sequence[int]) -> dict[int, list[Link]]:
    types = (LinkType.CALLS_FOR, LinkType.ANSWERED_BY)
    query = (
        select(Link)
        .where(Link.from_id.in_(starts), Link.type.in_(types))
        .options(joinedload(Link.end))
        .order_by(Link.id)
    )
    found: dict[int, list[Link]] = defaultdict(list)
    for link in session.scalars(query):
        found[link.from_id].append(link)
    return dict(found)


def _version(session: Session, source: Source, response: Response | None) -> tuple[int, str]:
    """The number of the last change to anything that the page shows, and who made it.

    Changes of the source's own facts are left out: they are not on the page, and do not make its text stale.
    """
    parts = [one.id for one in (*source.key_points, *source.implications, response) if one is not None]
    on_page = or_(Change.record_id.in_(parts), and_(Change.record_id == source.id, Change.field == MAPPED))
    last = session.scalar(select(func.max(Change.id)).where(on_page))
    if last is None:
        return 0, ""
    change = session.get_one(Change, last, options=[joinedload(Change.person)])
    return last, change.person.name if change.person else ""


def _offered(session: Session, plan: Plan | None, person: Person) -> Offered:
    posts = session.scalars(
        select(Post).where(visible_to(person)).options(joinedload(Post.organisation)).order_by(Post.title)
    )
    groups = records.list_all(session, StaffGroup, person=person)
    sets = plans.list_sets(session, person=person, plan=plan) if plan is not None else []
    actions: Sequence[Record] = ()
    if plan is not None:
        of_plan = (Record.kind == Kind.ACTION, Record.plan_id == plan.id, visible_to(person))
        actions = session.scalars(select(Record).where(*of_plan).order_by(Record.title)).all()
    return Offered(
        priorities={priority.ref: priority for one in sets for priority in one.priorities},
        actions={action.ref: action for action in actions},
        posts={post.ref: post for post in posts},
        staff_groups={group.ref: group for group in groups},
    )
