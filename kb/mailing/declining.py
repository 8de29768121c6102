"""Subjects of mails that people have declined, and taking that back; duties cannot be declined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from kb.errors import Invalid
from kb.inserting import insert_into
from kb.mailing import mail
from kb.mailing.unsubscribing import Subject
from kb.models.outbox import Declined, MailState, OutboxMessage
from kb.models.source import Source
from kb.models.user import Role, User
from kb.words import gettext
from search.models import SavedSearch

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from kb.permissions import Person

__all__ = ["Subject", "by_subject", "decline", "list_declined", "want_again"]


def by_subject(session: Session) -> Mapping[str, set[int]]:
    """Who has declined each subject that anybody has: nobody writes to them about it."""
    declined: dict[str, set[int]] = {}
    for subject, user_id in session.execute(select(Declined.subject, Declined.user_id)):
        declined.setdefault(subject, set()).add(user_id)
    return declined


def list_declined(session: Session, user_id: int) -> set[str]:
    """What one person has declined."""
    return set(session.scalars(select(Declined.subject).where(Declined.user_id == user_id)))


def list_open(session: Session, person: Person) -> list[Subject]:
    """The subjects that a person is written to about or has declined: nobody is offered to stop what never comes."""
    kept = list_declined(session, person.user_id or 0)
    curates = select(Source.id).where(Source.curator_id.in_(list(person.posts))).limit(1)
    searches = select(SavedSearch.id).where(SavedSearch.user_id == person.user_id, SavedSearch.is_told).limit(1)
    comes = {
        Subject.SOURCES: bool(person.posts) and session.scalar(curates) is not None,
        Subject.STEERING: bool(person.plans_with(Role.STEERING)),
        Subject.SEARCHES: session.scalar(searches) is not None,
    }
    return [subject for subject in Subject if comes[subject] or subject in kept]


def decline(session: Session, user_id: int, subject: str, *, at: datetime) -> None:
    """Write no more to a person about a subject; what waits to be sent about it is taken back.

    Doing it twice changes nothing, since mail programs press the button too.
    """
    _check(subject)
    if session.scalar(select(User.id).where(User.id == user_id)) is None:
        return
    insert = insert_into(session, Declined).values(user_id=user_id, subject=subject, at=at)
    session.execute(insert.on_conflict_do_nothing())
    _take_back(session, user_id, subject)


def want_again(session: Session, user_id: int, subject: str) -> None:
    """Write to a person about a subject again."""
    _check(subject)
    session.execute(delete(Declined).where(Declined.user_id == user_id, Declined.subject == subject))


def _take_back(session: Session, user_id: int, subject: str) -> None:
    waiting = select(OutboxMessage).where(
        OutboxMessage.recipient_id == user_id,
        OutboxMessage.unsubscribe == subject,
        OutboxMessage.state == MailState.QUEUED,
    )
    for message in session.scalars(waiting.with_for_update(skip_locked=True)):
        mail.cancel(message, gettext("Its reader has declined mails about this."))


def _check(subject: str) -> None:
    if subject not in set(Subject):
        raise Invalid("subject", gettext("This cannot be declined."))
