"""The private address of a person's calendar: one at most, told once, renewed or revoked at any time."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from kb.accounts.sessions import TOKEN_BYTES, hash_of
from kb.inserting import insert_into
from kb.models.user import CalendarFeed, User

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def make(session: Session, user_id: int, *, at: datetime) -> str:
    """Make a key, which ends the one before; it is told once, and only its hash is kept."""
    key = secrets.token_urlsafe(TOKEN_BYTES)
    values = {"key_hash": hash_of(key), "made_at": at}
    insert = insert_into(session, CalendarFeed).values(user_id=user_id, **values)
    session.execute(insert.on_conflict_do_update(index_elements=[CalendarFeed.user_id], set_=values))
    session.expire_all()
    return key


def revoke(session: Session, user_id: int) -> None:
    """End a person's key: whoever has the address sees nothing more."""
    session.execute(delete(CalendarFeed).where(CalendarFeed.user_id == user_id))


def of(session: Session, user_id: int) -> CalendarFeed | None:
    """What is known of a person's key: when it was made."""
    return session.get(CalendarFeed, user_id)


def reader_of(session: Session, key: str) -> User | None:
    """Whose calendar a key opens; None for a key that was never made or has ended, and where the account is closed."""
    query = (
        select(User)
        .join(CalendarFeed, CalendarFeed.user_id == User.id)
        .where(CalendarFeed.key_hash == hash_of(key), User.is_active)
    )
    return session.scalars(query).one_or_none()
