"""What may not hold at once: circles of what comes before what, and links that contradict one that stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select

from kb.errors import Invalid
from kb.link_words import PHRASES
from kb.models.link import ORDERED_TYPES, Link, LinkState, LinkType
from kb.models.record import Record
from kb.permissions import visible_to
from kb.words import gettext

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.permissions import Person

# Unlike the one of migrations; any number does.
ORDER_LOCK = 7283402
# A chain of more records than this is told without its middle.
MOST_NAMED = 6
# What took the place of a source came after it, so the source rests on it in none of these ways.
RESTS_ON = frozenset({LinkType.AMENDS, LinkType.IMPLEMENTS, LinkType.DRAWS_ON})


def hold_order(session: Session) -> None:
    """Let nobody else put records before others until this transaction ends: of two links only both close a circle.

    Rows to lock would have to be all of the chain, which grows meanwhile. On SQLite whoever writes is alone.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(ORDER_LOCK)))


def refuse(session: Session, start: Record, kind: LinkType, end: Record, by: Person) -> None:
    """Raise Invalid where a link would close a circle or contradict one that stands, which the message names."""
    if kind not in ORDERED_TYPES and kind != LinkType.SAME_AS:
        return
    hold_order(session)
    if start.id is None or end.id is None:  # nothing is linked to what waits to be saved
        return
    if kind == LinkType.SAME_AS:
        _refuse_the_same(session, start, end, by)
        return
    chain = _chain(session, kind, end.id, start.id)
    if chain:
        told = {"start": start.title, "chain": _chain_told(session, kind, chain, by)}
        if kind == LinkType.DEPENDS_ON:
            words = gettext("This would close a circle: “%(start)s” would wait for itself, since %(chain)s", **told)
        else:
            words = gettext("This would close a circle: “%(start)s” would lead back to itself, since %(chain)s", **told)
        raise Invalid("to", words)
    _refuse_replaced(session, start, kind, end)
    _refuse_of_the_same(session, start, kind, end, by)


def _refuse_the_same(session: Session, one: Record, other: Record, by: Person) -> None:
    """Two of which one comes before the other, directly or through others, are not the same."""
    before = select(Link.type).where(Link.type.in_(ORDERED_TYPES), Link.state != LinkState.RETIRED)
    before = before.where(Link.from_id.in_((one.id, other.id))).distinct().order_by(Link.type)
    for kind in map(LinkType, session.scalars(before).all()):
        chain = _chain(session, kind, one.id, other.id) or _chain(session, kind, other.id, one.id)
        if chain:
            words = gettext(
                "They cannot be the same, since %(chain)s. If that no longer holds, retire it first",
                chain=_chain_told(session, kind, chain, by),
            )
            raise Invalid("to", words)


def _refuse_replaced(session: Session, start: Record, kind: LinkType, end: Record) -> None:
    """A source that another superseded does not rest on that other."""
    against = RESTS_ON if kind == LinkType.SUPERSEDES else {LinkType.SUPERSEDES} if kind in RESTS_ON else frozenset()
    query = select(Link.type).where(
        Link.from_id == end.id, Link.to_id == start.id, Link.type.in_(against), Link.state != LinkState.RETIRED
    )
    standing = session.scalars(query.order_by(Link.id).limit(1)).first() if against else None
    if standing is not None:
        words = gettext(
            "This contradicts a link that stands: “%(end)s” %(phrase)s “%(start)s”. "
            "If that no longer holds, retire it first",
            start=start.title,
            end=end.title,
            phrase=PHRASES[LinkType(standing)],
        )
        raise Invalid("to", words)


def _refuse_of_the_same(session: Session, start: Record, kind: LinkType, end: Record, by: Person) -> None:
    """What is the same as another neither comes before that other nor after it, through whatever others."""
    earlier = _reached(session, kind, start.id, is_back=True)
    later = _reached(session, kind, end.id)
    both = or_(
        and_(Link.from_id.in_(earlier), Link.to_id.in_(later)), and_(Link.from_id.in_(later), Link.to_id.in_(earlier))
    )
    query = select(Link.from_id, Link.to_id).where(Link.type == LinkType.SAME_AS, Link.state != LinkState.RETIRED, both)
    pair = session.execute(query.order_by(Link.id).limit(1)).first()
    if pair is not None:
        words = gettext(
            "This contradicts a link that stands: %(same)s. If that no longer holds, retire it first",
            same=_chain_told(session, LinkType.SAME_AS, list(pair), by),
        )
        raise Invalid("to", words)


def _reached(session: Session, kind: LinkType, id: int, *, is_back: bool = False) -> set[int]:
    """A record, and all that links of one type lead to from it, or back from it."""
    return set(_came_from(session, kind, id, is_back=is_back))


def _came_from(
    session: Session, kind: LinkType, start: int, *, target: int | None = None, is_back: bool = False
) -> dict[int, int]:
    """What links of one type lead to from a record, each with the record before it, until the target is reached."""
    here, there = (Link.to_id, Link.from_id) if is_back else (Link.from_id, Link.to_id)
    came_from: dict[int, int] = {start: start}
    edge = {start}
    while edge and (target is None or target not in came_from):
        query = select(here, there).where(Link.type == kind, here.in_(edge), Link.state != LinkState.RETIRED)
        edge = set()
        for this, next in session.execute(query.order_by(Link.id)):
            if next not in came_from:
                came_from[next] = this
                edge.add(next)
    return came_from


def _chain(session: Session, kind: LinkType, start: int, target: int) -> list[int]:
    """The records on the shortest way of links of one type from one record to another; none where there is no way."""
    came_from = _came_from(session, kind, start, target=target)
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
