"""What people said of two actions that are likely the same: that they are, or that they are two after all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from kb import history, links
from kb.errors import Invalid, NotAllowed, NotFound
from kb.models.link import DismissedPair, Link, LinkState, LinkType
from kb.models.record import Kind, Record, Visibility
from kb.models.user import User
from kb.permissions import SYSTEM, may_see, visible_to
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from kb.permissions import Person

NOT_THE_SAME = "not_the_same"


@dataclass(frozen=True, slots=True)
class Dismissed:
    """A pair that somebody dismissed, with both actions and the name of who did."""

    pair: DismissedPair
    one: Record
    other: Record
    by: str | None


def decided(session: Session) -> set[tuple[int, int]]:
    """The pairs of actions, the older first, that a link joins in whatever way or joined once, or that were dismissed.

    Whoever linked them, or retired the link, knows them for one or for two.
    """
    joined = select(Link.from_id, Link.to_id).where(Link.from_kind == Kind.ACTION, Link.to_kind == Kind.ACTION)
    dismissed = select(DismissedPair.from_id, DismissedPair.to_id).where(DismissedPair.type == LinkType.SAME_AS)
    return {(min(one, other), max(one, other)) for one, other in session.execute(joined.union_all(dismissed))}


def may_decide(one: Record, other: Record, by: Person) -> bool:
    """Whether the person may change one of the plans."""
    return by is SYSTEM or links.may_edit(one, by) or links.may_edit(other, by)


def require_deciding(one: Record, other: Record, by: Person) -> None:
    """Raise NotAllowed unless the person may change one of the plans."""
    if not may_decide(one, other, by):
        raise NotAllowed(gettext("Only those who may change one of the two plans can decide this."))


def confirm(session: Session, one: Record, other: Record, *, reason: str, by: Person) -> Link:
    """Say that two actions are the same: a link joins them. Invalid where somebody has decided otherwise meanwhile."""
    _open(session, one, other, by)
    start, end = (one, other) if by is SYSTEM or links.may_edit(one, by) else (other, one)
    link = links.make(session, start, LinkType.SAME_AS, end, reason=reason, by=by)
    session.flush()
    return link


def dismiss(session: Session, one: Record, other: Record, *, reason: str, by: Person) -> DismissedPair:
    """Say that two actions are not the same: they are not offered again. Invalid where that is decided already."""
    _open(session, one, other, by)
    first, second = sorted((one.id, other.id))
    reason = reason.strip()
    pair = DismissedPair(type=LinkType.SAME_AS, from_id=first, to_id=second, reason=reason, person_id=by.user_id)
    session.add(pair)
    for record, twin in _editable(one, other, by):
        history.note(session, record, NOT_THE_SAME, None, _name(record, twin), reason=reason, by=by)
    session.flush()
    return pair


def list_dismissed(session: Session, *, person: Person, plan_id: int | None = None) -> Sequence[Dismissed]:
    """The dismissed pairs of a plan that the person may see, the newest first, with both actions and who said so."""
    one, other = aliased(Record), aliased(Record)
    query = (
        select(DismissedPair, one, other, User.name.label("by"))
        .join(one, one.id == DismissedPair.from_id)
        .join(other, other.id == DismissedPair.to_id)
        .outerjoin(User, User.id == DismissedPair.person_id)
        .where(DismissedPair.type == LinkType.SAME_AS)
        .where(may_see(person, DismissedPair.from_id), may_see(person, DismissedPair.to_id))
        .order_by(DismissedPair.at.desc(), DismissedPair.id.desc())
    )
    if plan_id is not None:
        query = query.where(or_(one.plan_id == plan_id, other.plan_id == plan_id))
    return [Dismissed(*row) for row in session.execute(query)]


def offer_again(session: Session, pair_id: int, *, by: Person) -> tuple[Record, Record]:
    """Let a dismissed pair be offered again; gives both actions."""
    pair = session.get(DismissedPair, pair_id)
    found = {} if pair is None else _both(session, pair, by)
    if pair is None or pair.type != LinkType.SAME_AS or len(found) < 2:
        raise NotFound("pair", str(pair_id))
    one, other = found[pair.from_id], found[pair.to_id]
    require_deciding(one, other, by)
    session.delete(pair)
    for record, twin in _editable(one, other, by):
        history.note(session, record, NOT_THE_SAME, _name(record, twin), None, by=by)
    session.flush()
    return one, other


def _both(session: Session, pair: DismissedPair, by: Person) -> dict[int, Record]:
    query = select(Record).where(Record.id.in_((pair.from_id, pair.to_id)), visible_to(by))
    return {record.id: record for record in session.scalars(query)}


def _editable(one: Record, other: Record, by: Person) -> list[tuple[Record, Record]]:
    """Those of the two that the person may change, each with the other one."""
    return [(a, b) for a, b in ((one, other), (other, one)) if by is SYSTEM or links.may_edit(a, by)]


def _name(record: Record, twin: Record) -> str:
    """The other action as the history of this one names it, whose readers may not see a draft's title."""
    is_secret = twin.visibility == Visibility.DRAFT and record.visibility != Visibility.DRAFT
    return gettext("a draft") if is_secret else twin.title


def _open(session: Session, one: Record, other: Record, by: Person) -> None:
    """Raise Invalid unless nobody has decided about these two; whoever decides at the same moment waits."""
    require_deciding(one, other, by)
    if one.id == other.id:
        raise Invalid("reason", gettext("This is one action, not two"))
    links.hold_order(session)
    ends = or_(
        and_(Link.from_id == one.id, Link.to_id == other.id), and_(Link.from_id == other.id, Link.to_id == one.id)
    )
    if session.scalar(select(Link.id).where(Link.type == LinkType.SAME_AS, Link.state != LinkState.RETIRED, ends)):
        raise Invalid("reason", gettext("Somebody has said already that they are the same"))
    pair = (DismissedPair.from_id.in_((one.id, other.id)), DismissedPair.to_id.in_((one.id, other.id)))
    if session.scalar(select(DismissedPair.id).where(DismissedPair.type == LinkType.SAME_AS, *pair)):
        raise Invalid("reason", gettext("Somebody has said already that these are two different actions"))
