"""Making, confirming and retiring links; what may be joined is the table in `kb.models.link`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import joinedload

from kb import history, link_owners
from kb.db import now
from kb.errors import Invalid, NotFound
from kb.models.link import ALLOWED, ORDERED_TYPES, Link, LinkState, LinkType
from kb.models.record import Kind, Record, Visibility
from kb.permissions import SYSTEM, Capability, may_see, visible_to
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kb.permissions import Person

# Unlike the one of migrations; any number does.
ORDER_LOCK = 7283402
# A chain of more records than this is told without its middle.
MOST_NAMED = 6
PHRASES: dict[LinkType, str] = {
    LinkType.CALLS_FOR: "calls for",
    LinkType.ANSWERED_BY: "is answered by",
    LinkType.DELIVERED_BY: "is delivered by",
    LinkType.MEASURED_BY: "is measured by",
    LinkType.SUPERSEDES: "supersedes",
    LinkType.AMENDS: "amends",
    LinkType.IMPLEMENTS: "implements",
    LinkType.REVIEWS: "reviews",
    LinkType.DRAWS_ON: "draws on",
    LinkType.DEPENDS_ON: "depends on",
    LinkType.SAME_AS: "is the same as",
}


def told(start: Record, kind: LinkType, end: Record) -> str:
    """A link as the history of its start tells it; whoever may read that need not be allowed to see a draft's title."""
    is_secret = end.visibility == Visibility.DRAFT and start.visibility != Visibility.DRAFT
    return f"{PHRASES[kind]} {gettext('a draft')}" if is_secret else f"{PHRASES[kind]} “{end.title}”"


def make(session: Session, start: Record, kind: LinkType, end: Record, *, reason: str, by: Person) -> Link:
    """Join two records.

    Raises Invalid when the kinds do not join, the link is there already, or it would close a circle.
    """
    require_editing(start, by)
    check(session, start, kind, end, by)
    link = Link(
        type=kind,
        start=start,
        from_id=start.id,
        from_kind=start.kind,
        end=end,
        to_id=end.id,
        to_kind=end.kind,
        reason=reason.strip(),
        made_by_id=by.user_id,
    )
    session.add(link)
    history.note(session, start, "link", None, told(start, kind, end), reason=reason, by=by)
    return link


def retire(session: Session, link_id: int, *, reason: str, by: Person) -> Link:
    """Let a link count no longer; it stays on record with the reason."""
    link = get(session, link_id, person=by)
    require_settling(session, link, by)
    settle(link, LinkState.RETIRED)
    words = told(link.start, LinkType(link.type), link.end)
    history.note(session, link.start, "link", words, None, reason=reason, by=by)
    return link


def confirm(session: Session, link_id: int, *, reason: str, by: Person) -> Link:
    """Say that a link still holds, or holds again; Invalid where that would close a circle."""
    link = get(session, link_id, person=by)
    require_settling(session, link, by)
    if link.state == LinkState.RETIRED:
        # Others may have been made since that lead the other way.
        refuse_circle(session, link.start, LinkType(link.type), link.end, by)
    settle(link, LinkState.CURRENT)
    link.confirmed_at = now()
    words = told(link.start, LinkType(link.type), link.end)
    history.note(session, link.start, "link", words, words, reason=reason, by=by)
    return link


def doubt(session: Session, link: Link, *, because: str, by: Person) -> None:
    """Let a current link wait for a person, since what it rests on changed; one with both its records."""
    if link.state != LinkState.CURRENT:
        return
    link.state, link.suspect_since, link.suspect_because = LinkState.SUSPECT, now(), because
    words = told(link.start, LinkType(link.type), link.end)
    history.note(session, link.start, "link", words, gettext("%(link)s, suspect", link=words), reason=because, by=by)


def settle(link: Link, state: LinkState) -> None:
    """Give a link its state; what made it suspect is settled with it."""
    link.state, link.suspect_since, link.suspect_because = state, None, ""


def get(session: Session, link_id: int, *, person: Person) -> Link:
    """The link with both its records, or NotFound, also where the person may not see one of them."""
    query = select(Link).where(Link.id == link_id, *_both_visible(person))
    link = session.scalars(query.options(joinedload(Link.start), joinedload(Link.end))).one_or_none()
    if link is None:
        raise NotFound("link", str(link_id))
    return link


def list_of(session: Session, record_id: int, *, person: Person) -> Sequence[Link]:
    """The links that start or end at a record, retired ones too, with both their records, if both may be seen."""
    query = (
        select(Link)
        .where(or_(Link.from_id == record_id, Link.to_id == record_id), *_both_visible(person))
        .options(joinedload(Link.start), joinedload(Link.end))
        .order_by(Link.type, Link.id)
    )
    return session.scalars(query).all()


def may_edit(record: Record, by: Person) -> bool:
    """Whether the person may change the links that start at this record."""
    capability = Capability.EDIT_SHARED if record.plan_id is None else Capability.EDIT_PLAN
    return by.may(capability, plan_id=record.plan_id)


def require_editing(record: Record, by: Person) -> None:
    """Raise NotAllowed unless the person may change this record's links."""
    if by is SYSTEM:
        return
    capability = Capability.EDIT_SHARED if record.plan_id is None else Capability.EDIT_PLAN
    by.require(capability, plan_id=record.plan_id)


def may_settle(link: Link, by: Person, owners: Iterable[int]) -> bool:
    """Whether the person may confirm or retire a link on which hangs what these posts own.

    Whoever may change it may; so may the owners, while it is suspect.
    """
    if may_edit(link.start, by):
        return True
    plan_id = link.start.plan_id
    return link.state == LinkState.SUSPECT and any(
        by.may(Capability.SETTLE_LINK, plan_id=plan_id, owner_id=post_id) for post_id in owners
    )


def require_settling(session: Session, link: Link, by: Person) -> None:
    """Raise NotAllowed unless the person may confirm or retire this link."""
    if not may_settle(link, by, link_owners.owners_of(session, [link.id]).get(link.id, ())):
        require_editing(link.start, by)


def _both_visible(person: Person) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return may_see(person, Link.from_id), may_see(person, Link.to_id)


def check(session: Session, start: Record, kind: LinkType, end: Record, by: Person) -> None:
    """Raise Invalid where two records may not be joined so, with the circle that it would close; nothing is changed."""
    if start is end:
        raise Invalid("to", gettext("A record cannot be linked to itself"))
    if (Kind(start.kind), Kind(end.kind)) not in ALLOWED[kind]:
        raise Invalid(
            "to",
            gettext(
                "“%(phrase)s” cannot join %(start)s to %(end)s; choose another kind of record or another link",
                phrase=PHRASES[kind],
                start=_article(start.kind),
                end=_article(end.kind),
            ),
        )
    if _is_there(session, start, kind, end):
        raise Invalid(
            "to",
            gettext("“%(start)s” already %(phrase)s “%(end)s”", start=start.title, phrase=PHRASES[kind], end=end.title),
        )
    refuse_circle(session, start, kind, end, by)


def _is_there(session: Session, start: Record, kind: LinkType, end: Record) -> bool:
    """Whether two records are joined so already; nothing joins one that waits to be saved."""
    if start.id is None or end.id is None:
        return False
    joined = and_(Link.from_id == start.id, Link.to_id == end.id)
    if kind == LinkType.SAME_AS:  # which says the same both ways
        joined = or_(joined, and_(Link.from_id == end.id, Link.to_id == start.id))
    return session.scalar(select(Link.id).where(Link.type == kind, joined).limit(1)) is not None


def hold_order(session: Session) -> None:
    """Let nobody else put records before others until this transaction ends: of two links only both close a circle.

    Rows to lock would have to be all of the chain, which grows meanwhile. On SQLite whoever writes is alone.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(ORDER_LOCK)))


def refuse_circle(session: Session, start: Record, kind: LinkType, end: Record, by: Person) -> None:
    if kind in ORDERED_TYPES:
        hold_order(session)
    chain = _chain(session, kind, end.id, start.id) if kind in ORDERED_TYPES else []
    if chain:
        told = {"start": start.title, "chain": _chain_told(session, kind, chain, by)}
        if kind == LinkType.DEPENDS_ON:
            words = gettext("This would close a circle: “%(start)s” would wait for itself, since %(chain)s", **told)
        else:
            words = gettext("This would close a circle: “%(start)s” would lead back to itself, since %(chain)s", **told)
        raise Invalid("to", words)


def _chain(session: Session, kind: LinkType, start: int, target: int) -> list[int]:
    """The records on the shortest way of links of one type from one record to another; none where there is no way."""
    came_from: dict[int, int] = {start: start}
    edge = {start}
    while edge and target not in came_from:
        query = select(Link.from_id, Link.to_id).where(
            Link.type == kind, Link.from_id.in_(edge), Link.state != LinkState.RETIRED
        )
        edge = set()
        for from_id, to_id in session.execute(query.order_by(Link.id)):
            if to_id not in came_from:
                came_from[to_id] = from_id
                edge.add(to_id)
    if target not in came_from:
        return []
    way = [target]
    while way[-1] != start:
        way.append(came_from[way[-1]])
    return way[::-1]


def _chain_told(session: Session, kind: LinkType, ids: list[int], by: Person) -> str:
    """A chain of links in words; what the person may not see is not named, and a long chain loses its middle."""
    seen = select(Record.id, Record.title).where(Record.id.in_(ids), visible_to(by))
    titles = {id: f"“{title}”" for id, title in session.execute(seen)}
    names = [titles.get(id, gettext("a record that you may not see")) for id in ids]
    if len(names) > MOST_NAMED:
        names = [*names[: MOST_NAMED - 2], gettext("others"), names[-1]]
    phrase = PHRASES[kind]
    told = gettext(", which %(phrase)s ", phrase=phrase).join(names[1:])
    return gettext("%(first)s %(phrase)s %(rest)s", first=names[0], phrase=phrase, rest=told)


def _article(kind: str) -> str:
    word = kind.replace("_", " ")
    return f"an {word}" if word[0] in "aeio" else f"a {word}"
