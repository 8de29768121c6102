"""Links that let one person set a password: made, found and used once. Only the SHA-256 of a token is kept."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from kb.accounts.sessions import TOKEN_BYTES, hash_of
from kb.errors import KnowledgeBaseError
from kb.models.user import AccountToken, TokenPurpose, User
from kb.words import gettext

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.permissions import Person

HOLDS_FOR = {TokenPurpose.INVITATION: timedelta(days=7), TokenPurpose.RESET: timedelta(hours=2)}


class Why(StrEnum):
    """Why a link does not open anything."""

    UNKNOWN = "unknown"
    USED = "used"
    REPLACED = "replaced"
    ENDED = "ended"
    CLOSED = "closed"


class LinkRefused(KnowledgeBaseError):
    """A link that sets no password; `why` says which answer fits, `at` when it was used or ended."""

    def __init__(self, why: Why, *, at: datetime | None = None) -> None:
        super().__init__(_TOLD[why])
        self.why = why
        self.at = at


_TOLD = {
    Why.UNKNOWN: gettext("This link is not known here"),
    Why.USED: gettext("This link has been used"),
    Why.REPLACED: gettext("There is a newer link"),
    Why.ENDED: gettext("This link has ended"),
    Why.CLOSED: gettext("This account is closed"),
}


@dataclass(frozen=True, slots=True)
class Issued:
    """A link that has just been made; `token` is told once and can never be read again."""

    id: int
    user: User
    purpose: TokenPurpose
    token: str
    ends_at: datetime

    def address(self, base_url: str) -> str:
        """What to open in a browser."""
        folder = "invitations" if self.purpose is TokenPurpose.INVITATION else "new-password"
        return f"{base_url}/{folder}/{self.token}"


def issue(session: Session, user: User, purpose: TokenPurpose, *, at: datetime, by: Person) -> Issued:
    """Make a link for a user; those of the same purpose that are still open end now, so that one at most works."""
    _end(session, user, at=at, purpose=purpose)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = AccountToken(
        user_id=user.id,
        purpose=purpose,
        token_hash=hash_of(token),
        made_at=at,
        made_by_id=by.user_id,
        ends_at=at + HOLDS_FOR[purpose],
    )
    session.add(row)
    session.flush()
    return Issued(row.id, user, purpose, token, row.ends_at)


def find(session: Session, token: str, purpose: TokenPurpose, *, at: datetime, lock: bool = False) -> AccountToken:
    """The link with its user; raises LinkRefused, which says why it does not work.

    A link of another purpose is answered like one that was never made. Locked where it is about to be used, so that of
    two who use it at once the second is told that it has been used.
    """
    query = (
        select(AccountToken)
        .where(AccountToken.token_hash == hash_of(token), AccountToken.purpose == purpose)
        .options(joinedload(AccountToken.user))
    )
    if lock:
        query = query.with_for_update(of=AccountToken).execution_options(populate_existing=True)
    row = session.scalars(query).one_or_none()
    if row is None:
        raise LinkRefused(Why.UNKNOWN)
    if row.used_at is not None:
        raise LinkRefused(Why.USED, at=row.used_at)
    if not row.user.is_active:
        raise LinkRefused(Why.CLOSED)
    if row.ends_at <= at:
        raise LinkRefused(Why.REPLACED if _is_replaced(session, row) else Why.ENDED, at=row.ends_at)
    return row


def end_open(session: Session, user: User, *, at: datetime) -> None:
    """End every link of a user that is still open: a password was set, or the account is closed."""
    _end(session, user, at=at)


def count_since(session: Session, user: User, purpose: TokenPurpose, *, since: datetime) -> int:
    """How many links of a purpose a user was sent after an instant."""
    query = select(func.count(AccountToken.id)).where(
        AccountToken.user_id == user.id, AccountToken.purpose == purpose, AccountToken.made_at > since
    )
    return session.scalar(query) or 0


def _end(session: Session, user: User, *, at: datetime, purpose: TokenPurpose | None = None) -> None:
    query = select(AccountToken).where(
        AccountToken.user_id == user.id, AccountToken.used_at.is_(None), AccountToken.ends_at > at
    )
    if purpose is not None:
        query = query.where(AccountToken.purpose == purpose)
    for row in session.scalars(query):
        row.ends_at = at


def _is_replaced(session: Session, row: AccountToken) -> bool:
    """Whether there is a newer link of the same purpose, so that the person should look for that one."""
    newer = select(AccountToken.id).where(
        AccountToken.user_id == row.user_id, AccountToken.purpose == row.purpose, AccountToken.id > row.id
    )
    return session.scalar(newer.limit(1)) is not None
