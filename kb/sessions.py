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

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import joinedload

from kb.models.organisation import Post, PostHolding
from kb.models.user import Membership, Role, User, WebSession
from kb.permissions import Person

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from sqlalchemy.orm import Session

LONGEST = timedelta(days=30)
STAMP_EVERY = timedelta(minutes=10)
TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Visit:
    """A session that holds: whose it is, and when it was last stamped as used."""

    person: Person
    token_hash: str
    last_used_at: datetime

    def needs_stamp(self, now: datetime) -> bool:
        return now - self.last_used_at >= STAMP_EVERY


def open_session(session: Session, user: User, *, now: datetime) -> str:
    """Start a session for a user who has just proved who they are; the token is told once and never kept."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        WebSession(token_hash=hash_of(token), user_id=user.id, created_at=now, last_used_at=now, ends_at=now + LONGEST)
    )
    user.last_seen_at = now
    return token


def find(session: Session, token: str, *, now: datetime, today: date, idle: timedelta) -> Visit | None:
    """The person behind a token with roles and posts, in three queries; None when the session does not hold."""
    query = (
        select(WebSession)
        .join(WebSession.user)
        .options(joinedload(WebSession.user))
        .where(
            WebSession.token_hash == hash_of(token),
            WebSession.ends_at > now,
            WebSession.last_used_at > now - idle,
            User.is_active,
        )
    )
    row = session.scalars(query).one_or_none()
    if row is None:
        return None
    return Visit(_person(session, row.user, today=today), row.token_hash, row.last_used_at)


def person_of(session: Session, user: User, *, today: date) -> Person:
    """The person that an active user is, with roles and posts; what `kb user` and tests act as."""
    return _person(session, user, today=today)


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
        session.execute(update(User).where(User.id == user_id).values(last_seen_at=now))


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


def _person(session: Session, user: User, *, today: date) -> Person:
    roles = session.execute(select(Membership.plan_id, Membership.role).where(Membership.user_id == user.id)).all()
    return Person(
        user_id=user.id,
        name=user.name,
        roles={plan_id: Role(role) for plan_id, role in roles},
        posts=_posts(session, user, today=today),
        is_administrator=user.is_administrator,
        reads_publicly=False,
    )


def _posts(session: Session, user: User, *, today: date) -> Mapping[int, str]:
    """The posts that the user holds or deputises today, own posts first."""
    query = (
        select(Post.id, Post.title)
        .join(PostHolding, PostHolding.post_id == Post.id)
        .where(PostHolding.user_id == user.id, PostHolding.holds_on(today))
        .order_by(PostHolding.is_deputy, Post.title)
    )
    return dict(session.execute(query).all())
