"""What rests on a source by its links, and what becomes of these when the source ends with nothing in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import or_, select, union_all
from sqlalchemy.orm import aliased, joinedload

from actions.models import Action, Closure
from kb import links, records
from kb.models.link import SUPPORT_TYPES, Link, LinkState, LinkType
from kb.models.plan import Priority, PrioritySet, ResponseSource
from kb.models.record import Kind, Record, Visibility
from kb.models.source import GONE_STATUSES, OVER_STATUSES, Implication, Source, SourceStatus
from kb.permissions import SYSTEM, visible_to
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kb.permissions import Person


def list_support(session: Session, source: Source, *, person: Person) -> list[Link]:
    """The links by which priorities and actions rest on a source: its own, its implications’, its responses’."""
    return _list(session, person, _starts_at(source), Link.state != LinkState.RETIRED)


def list_carrying(session: Session, source: Source, *, person: Person) -> list[Link]:
    """The links that would wait for a person if the source ended: the current ones that still carry something open.

    A priority of a plan is open; what the source puts first itself counts only for the open actions that deliver it.
    """
    sets = select(PrioritySet.__table__.c.id).where(PrioritySet.__table__.c.source_id == source.id)
    own = select(Priority.__table__.c.id).where(Priority.__table__.c.set_id.in_(sets))
    is_current = Link.state == LinkState.CURRENT
    return _list(session, person, or_(_starts_at(source), Link.from_id.in_(own)), is_current, _carries_open())


def doubt(session: Session, source: Source, *, by: Person) -> None:
    """Let what rests on a source that is over now wait for a person; whoever changed its status calls this."""
    if source.status not in OVER_STATUSES:
        return
    because = _told(source, has_successor=_has_successor(session, source))
    for link in list_carrying(session, source, person=SYSTEM):
        links.doubt(session, link, because=because, by=by)


def named(record: Record) -> str:
    """A title for reasons that others may read, who may not know of a draft."""
    return gettext("a draft") if record.visibility == Visibility.DRAFT else record.title


def quoted(record: Record) -> str:
    """The same inside a sentence: “The strategy”, or a draft."""
    return named(record) if record.visibility == Visibility.DRAFT else f"“{record.title}”"


def _told(source: Source, *, has_successor: bool) -> str:
    title = quoted(source)
    match source.status:
        case SourceStatus.ENDED:
            over, alone = gettext("%(title)s has ended"), gettext("%(title)s has ended with nothing in its place")
        case SourceStatus.WITHDRAWN:
            over = gettext("%(title)s was withdrawn")
            alone = gettext("%(title)s was withdrawn with nothing in its place")
        case _:
            over = gettext("%(title)s was superseded")
            alone = gettext("%(title)s was superseded, and it is not recorded by what")
    return (over if has_successor else alone) % {"title": title}


def _has_successor(session: Session, source: Source) -> bool:
    successor = select(Link.id).where(
        Link.type == LinkType.SUPERSEDES, Link.to_id == source.id, Link.state != LinkState.RETIRED
    )
    return session.scalar(successor.limit(1)) is not None


def _starts_at(source: Source) -> ColumnElement[bool]:
    implications = select(Implication.id).where(Implication.source_id == source.id).correlate(None)
    responses = select(ResponseSource.response_id).where(ResponseSource.source_id == source.id)
    return or_(Link.from_id == source.id, Link.from_id.in_(implications), Link.from_id.in_(responses))


def _carries_open() -> ColumnElement[bool]:
    onward = aliased(Link)
    record = aliased(Record, flat=True)
    open_actions = select(Action.id).where(Action.closure == Closure.OPEN).correlate(None)
    of_plans = select(record.id).where(record.kind == Kind.PRIORITY, record.plan_id.is_not(None))
    delivered = select(onward.from_id).where(
        onward.type == LinkType.DELIVERED_BY, onward.state != LinkState.RETIRED, onward.to_id.in_(open_actions)
    )
    return or_(Link.to_id.in_(open_actions), Link.to_id.in_(of_plans), Link.to_id.in_(delivered))


def _list(session: Session, person: Person, *which: ColumnElement[bool]) -> list[Link]:
    """The support links that fit and of which the person may see both records, those of one record together."""
    query = (
        select(Link)
        .where(Link.type.in_(SUPPORT_TYPES), *which)
        .options(joinedload(Link.start), joinedload(Link.end))
        .order_by(Link.from_kind.desc(), Link.from_id, Link.id)
    )
    found = session.scalars(query).all()
    ends = {id for link in found for id in (link.from_id, link.to_id)}
    seen = records.list_by_ids(session, ends, person=person)
    return [link for link in found if link.from_id in seen and link.to_id in seen]


class Gone(NamedTuple):
    """A source that was superseded or withdrawn, so that no link that rests on it alone supports anything."""

    ref: str
    title: str
    status: str
    kind: str = Kind.SOURCE


def gone_behind(session: Session, some: Collection[Link], *, person: Person) -> dict[int, Gone]:
    """By the ids of these links, the source behind each that counts no longer, unless another behind it does."""
    starts = {link.from_id for link in some}
    if not starts:
        return {}
    implication, answered = Implication.__table__.c, ResponseSource.__table__.c
    priority, of = Priority.__table__.c, PrioritySet.__table__.c
    pairs = union_all(
        select(Source.__table__.c.id.label("start_id"), Source.__table__.c.id.label("source_id")),
        select(implication.id, implication.source_id),
        select(answered.response_id, answered.source_id),
        select(priority.id, of.source_id).join(PrioritySet.__table__, of.id == priority.set_id),
    ).cte("behind")
    query = (
        select(pairs.c.start_id, Source.ref, Source.title, Source.status)
        .join(Source, Source.id == pairs.c.source_id)
        .where(pairs.c.start_id.in_(starts), visible_to(person))
        .order_by(Source.id)
    )
    behind: dict[int, list[Gone]] = {}
    for start_id, *rest in session.execute(query):
        behind.setdefault(start_id, []).append(Gone(*rest))
    gone = {id: each[0] for id, each in behind.items() if all(one.status in GONE_STATUSES for one in each)}
    return {link.id: gone[link.from_id] for link in some if link.from_id in gone}
