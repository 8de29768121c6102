"""Making, confirming and retiring links; what may be joined is the table in `kb.models.link`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from kb import history, link_order, link_owners, link_words
from kb.db import now
from kb.errors import Invalid, NotFound
from kb.models.link import ALLOWED, SUPPORT_TYPES, Link, LinkState, LinkType
from kb.models.record import Kind, Record
from kb.permissions import SYSTEM, Capability, may_see
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kb.permissions import Person

# Why a link holds is a sentence or two: it stands beside the link wherever that is shown.
LONGEST_REASON = 1_000
PHRASES = link_words.PHRASES
told = link_words.told
hold_order = link_order.hold_order


def make(session: Session, start: Record, kind: LinkType, end: Record, *, reason: str, by: Person) -> Link:
    """Join two records.

    Raises Invalid when the kinds do not join, the link is there already, it would close a circle or contradict another
    link, or the reason is too long.
    """
    require_editing(start, by)
    if not may_take_on(start, kind, end, by):
        require_editing(end, by)
    reason = checked_reason(reason)
    check(session, start, kind, end, by)
    link = Link(
        type=kind,
        start=start,
        from_id=start.id,
        from_kind=start.kind,
        end=end,
        to_id=end.id,
        to_kind=end.kind,
        reason=reason,
        made_by_id=by.user_id,
    )
    session.add(link)
    history.note(session, start, "link", None, told(start, kind, end), reason=reason, by=by)
    return link


def checked_reason(reason: str) -> str:
    """Why a link holds, without spaces around it; Invalid where it is too long to stand beside the link."""
    reason = reason.strip()
    if len(reason) > LONGEST_REASON:
        raise Invalid("reason", gettext("Use at most %(most)s characters", most=f"{LONGEST_REASON:,}"))
    return reason


def retire(session: Session, link_id: int, *, reason: str, by: Person) -> Link:
    """Let a link count no longer; it stays on record with the reason."""
    link = get(session, link_id, person=by)
    require_settling(session, link, by)
    reason = checked_reason(reason)
    settle(link, LinkState.RETIRED)
    words = told(link.start, LinkType(link.type), link.end)
    history.note(session, link.start, "link", words, None, reason=reason, by=by)
    return link


def confirm(session: Session, link_id: int, *, reason: str, by: Person) -> Link:
    """Say that a link still holds, or holds again; Invalid where others stand against it now."""
    link = get(session, link_id, person=by)
    require_settling(session, link, by)
    reason = checked_reason(reason)
    if link.state == LinkState.RETIRED:
        # Others may have been made since that lead the other way.
        link_order.refuse(session, link.start, LinkType(link.type), link.end, by)
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


def are_of_two_plans(one: Record, other: Record) -> bool:
    """Whether two records belong to different plans; what all plans share belongs to none."""
    return one.plan_id is not None and other.plan_id is not None and one.plan_id != other.plan_id


def may_take_on(start: Record, kind: LinkType, end: Record, by: Person) -> bool:
    """Whether the person may give the end of a link the duty that comes with it.

    To deliver, answer, measure or be called for is for the leads of the plan that has to do it. To wait for another
    plan's action binds only the one that waits.
    """
    return by is SYSTEM or kind not in SUPPORT_TYPES or not are_of_two_plans(start, end) or may_edit(end, by)


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
    """Raise Invalid where two records may not be joined so, with what stands against it; nothing is changed."""
    if start is end:
        raise Invalid("to", gettext("A record cannot be linked to itself"))
    if (Kind(start.kind), Kind(end.kind)) not in ALLOWED[kind]:
        raise Invalid(
            "to",
            gettext(
                "“%(phrase)s” cannot join %(start)s to %(end)s; choose another kind of record or another link",
                phrase=PHRASES[kind],
                start=link_words.article(start.kind),
                end=link_words.article(end.kind),
            ),
        )
    if _is_there(session, start, kind, end):
        raise Invalid(
            "to",
            gettext(
                "“%(start)s” %(phrase)s “%(end)s”",
                start=start.title,
                phrase=link_words.with_adverb("already", PHRASES[kind]),
                end=end.title,
            ),
        )
    link_order.refuse(session, start, kind, end, by)


def _is_there(session: Session, start: Record, kind: LinkType, end: Record) -> bool:
    """Whether two records are joined so already; nothing joins one that waits to be saved."""
    if start.id is None or end.id is None:
        return False
    joined = and_(Link.from_id == start.id, Link.to_id == end.id)
    if kind == LinkType.SAME_AS:  # which says the same both ways
        joined = or_(joined, and_(Link.from_id == end.id, Link.to_id == start.id))
    return session.scalar(select(Link.id).where(Link.type == kind, joined).limit(1)) is not None
