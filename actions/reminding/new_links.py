"""Sends somebody new links to answer with, only to the address on file, and at most once an hour."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from actions import answering
from actions.reminding.single import compose_links
from kb.accounts.sign_in import tidy_email
from kb.mailing import mail
from kb.models.outbox import OutboxMessage
from kb.models.user import User

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.config import Settings

AT_MOST_EVERY = timedelta(hours=1)
LINKS_OF_THE_LAST = timedelta(days=90)
MOST = 10


def for_token(session: Session, token: str, *, at: datetime, today: date, settings: Settings) -> bool:
    """Write to whoever the link was sent to, whether or not it still works; whether a mail was written."""
    user = answering.reader_of(session, token)
    return user is not None and _send(session, user, at=at, today=today, settings=settings)


def for_address(session: Session, email: str, *, at: datetime, today: date, settings: Settings) -> bool:
    """Write to whoever has an account with this address; the page says the same whether or not anybody has."""
    user = session.scalars(select(User).where(User.email == tidy_email(email))).one_or_none()
    return user is not None and _send(session, user, at=at, today=today, settings=settings)


def _send(session: Session, user: User, *, at: datetime, today: date, settings: Settings) -> bool:
    if _has_just_had_some(session, user, at):
        return False
    old = answering.list_answerable(session, user, since=at - LINKS_OF_THE_LAST, today=today, limit=MOST)
    if not old:
        return False
    paths = answering.links_for(session, user.id, [(link.action_id, link.occurrence) for link in old], at)
    words = compose_links(
        [(link.action.title, link.action.due_on, paths[link.action_id]) for link in old],
        today=today,
        base_url=settings.base_url,
    )
    # The hour in the key lets one of two who ask at the same moment win.
    draft = mail.Draft(f"{_about(user)}{at:%Y-%m-%dT%H}", user, words.subject, words.text, words.html)
    return mail.queue(session, draft, settings=settings, at=at) is not None


def _has_just_had_some(session: Session, user: User, at: datetime) -> bool:
    recent = select(OutboxMessage.id).where(
        OutboxMessage.recipient_id == user.id,
        OutboxMessage.dedupe.startswith(_about(user)),
        OutboxMessage.made_at > at - AT_MOST_EVERY,
    )
    return session.scalar(recent.limit(1)) is not None


def _about(user: User) -> str:
    return f"answer-links:{user.id}:"
