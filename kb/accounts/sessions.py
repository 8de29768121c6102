"""Signed-in browsers: opening, finding and ending sessions. No Flask, no cookies.

A session ends after `idle` without use, and in any case `LONGEST` after signing in. Only the SHA-256 of its token is
kept. Ending one deletes its row, so a copied cookie is worth nothing the moment after.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import case, delete, func, or_, select, update
from sqlalchemy.orm import joinedload

from kb.models.organisation import Post, PostHolding
from kb.models.shortlist import Shortlist, ShortlistItem
from kb.models.user import Membership, Role, User, WebSession
from kb.permissions import Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from sqlalchemy import Row
    from sqlalchemy.orm import Session

LONGEST = timedelta(days=30)
STAMP_EVERY = timedelta(minutes=10)
# After so long without a page the next one begins a new visit.
VISIT_GAP = timedelta(hours=4)
TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Visit:
    """A session that holds: whose it is, when it was last stamped as used, how many entries their shortlist has.

    `last_here` is when the person was here before this visit.
    """

    person: Person
    token_hash: str
    last_used_at: datetime
    shortlisted: int = 0
    last_here: datetime | None = None

    def needs_stamp(self, now: datetime) -> bool:
        return now - self.last_used_at >= STAMP_EVERY


def open_session(session: Session, user: User, *, now: datetime) -> str:
    """Start a session for a user who has just proved who they are; the token is told once and never kept."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        WebSession(token_hash=hash_of(token), user_id=user.id, created_at=now, last_used_at=now, ends_at=now + LONGEST)
    )
    user.previous_visit_at = visit_before(user, now=now)
    user.last_seen_at = now
    return token


def visit_before(user: User, *, now: datetime) -> datetime | None:
    """When a user was here last before the visit that goes on at this instant; None on their first.

    The first page of a visit is shown before the visit is stamped, so ask here and not the column.
    """
    if user.last_seen_at is not None and now - user.last_seen_at > VISIT_GAP:
        return user.last_seen_at
    return user.previous_visit_at


def find(session: Session, token: str, *, now: datetime, today: date, idle: timedelta) -> Visit | None:
    """The person behind a token with roles and posts, in two queries; None when the session does not hold."""
    # Every page says how long the person's shortlist is; counted here it costs no query of its own.
    shortlisted = (
        select(func.count(ShortlistItem.record_id))
        .join(Shortlist, Shortlist.id == ShortlistItem.shortlist_id)
        .join(ShortlistItem.record)
        .where(Shortlist.user_id == WebSession.user_id)
        .scalar_subquery()
    )
    query = (
        select(WebSession, shortlisted, Membership.plan_id, Membership.role)
        .join(WebSession.user)
        .outerjoin(Membership, Membership.user_id == WebSession.user_id)
        .options(joinedload(WebSession.user))
        .where(
            WebSession.token_hash == hash_of(token),
            WebSession.ends_at > now,
            WebSession.last_used_at > now - idle,
            User.is_active,
        )
    )
    found = session.execute(query).all()  # a row for each of the person's roles
    if not found:
        return None
    row, number = found[0][:2]
    roles = [(plan_id, role) for _, _, plan_id, role in found if role is not None]
    before = visit_before(row.user, now=now)
    return Visit(_person(session, row.user, roles, today=today), row.token_hash, row.last_used_at, number, before)


def person_of(session: Session, user: User, *, today: date) -> Person:
    """The person that an active user is, with roles and posts; what `kb user` and tests act as."""
    roles = session.execute(select(Membership.plan_id, Membership.role).where(Membership.user_id == user.id))
    return _person(session, user, [(plan_id, role) for plan_id, role in roles], today=today)


def stamp(session: Session, token_hash: str, *, now: datetime) -> None:
    """Note that the session is in use; concurrent requests write the stamp once."""
    changed = session.execute(
        update(WebSession)
        .where(WebSession.token_hash == token_hash, WebSession.last_used_at <= now - STAMP_EVERY)
        .values(last_used_at=now)
        .returning(WebSession.user_id)
    )
    user_id = changed.scalar()
    if user_id is not None:
        is_new_visit = User.last_seen_at < now - VISIT_GAP
        before = case((is_new_visit, User.last_seen_at), else_=User.previous_visit_at)
        session.execute(update(User).where(User.id == user_id).values(previous_visit_at=before, last_seen_at=now))


def end(session: Session, token: str) -> None:
    """End the session of this token."""
    session.execute(delete(WebSession).where(WebSession.token_hash == hash_of(token)))


def end_all(session: Session, user: User) -> None:
    """End every session of the user, at once."""
    session.execute(delete(WebSession).where(WebSession.user_id == user.id))


def forget_ended(session: Session, *, now: datetime, idle: timedelta) -> int:
    """Delete the rows of sessions that no longer hold; the worker calls it now and then."""
    ended = or_(WebSession.ends_at <= now, WebSession.last_used_at <= now - idle)
    return len(session.scalars(delete(WebSession).where(ended).returning(WebSession.token_hash)).all())


def hash_of(token: str) -> str:
    """What is kept of a token; it is random, so it needs neither salt nor a slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _person(session: Session, user: User, roles: Iterable[tuple[int, str]], *, today: date) -> Person:
    posts = _posts(session, user, today=today)
    return Person(
        user_id=user.id,
        name=user.name,
        roles={plan_id: Role(role) for plan_id, role in roles},
        posts={post_id: title for post_id, title, _ in posts},
        deputises=frozenset(post_id for post_id, _, is_deputy in posts if is_deputy),
        is_administrator=user.is_administrator,
        reads_publicly=False,
    )


def _posts(session: Session, user: User, *, today: date) -> Sequence[Row[int, str, bool]]:
    """The posts that the user holds or deputises today, own posts first, and whether as deputy."""
    query = (
        select(Post.id, Post.title, PostHolding.is_deputy)
        .join(PostHolding, PostHolding.post_id == Post.id)
        .where(PostHolding.user_id == user.id, PostHolding.holds_on(today))
        .order_by(PostHolding.is_deputy, Post.title)
    )
    return session.execute(query).all()
