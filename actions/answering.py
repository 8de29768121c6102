"""Links in mails with which one person answers once for one action without a password; only a hash of each is kept.

Programs that look through mails open links, so opening one changes nothing. A link is overtaken when somebody has
answered since it was made, or when its reader no longer answers for the action.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from actions import updates
from actions.models import Action, Closure, Update
from actions.reminder_models import AnswerLink
from kb.accounts.sessions import TOKEN_BYTES, hash_of, person_of
from kb.errors import KnowledgeBaseError
from kb.models.history import Channel
from kb.models.record import Visibility
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from actions.updates import Said
    from kb.models.user import User
    from kb.permissions import Person

HOLDS_FOR = timedelta(days=30)


class Why(StrEnum):
    """Why a link opens no form."""

    UNKNOWN = "unknown"
    USED = "used"
    ENDED = "ended"
    ANSWERED = "answered"
    ANOTHER_OWNER = "another owner"
    CLOSED = "closed"
    GONE = "gone"
    NO_ACCOUNT = "no account"


class LinkRefused(KnowledgeBaseError):
    """A link that opens no form: why, since when, and the action where its reader may still know its title.

    `person` is the reader where the action was answered, and `is_own` says that it was the reader who did.
    """

    def __init__(
        self,
        why: Why,
        action: Action | None = None,
        *,
        at: datetime | None = None,
        person: Person | None = None,
        is_own: bool = False,
    ) -> None:
        super().__init__(_TOLD[why])
        self.why = why
        self.action = action
        self.at = at
        self.person = person
        self.is_own = is_own


_TOLD = {
    Why.UNKNOWN: gettext("This link is not known here"),
    Why.USED: gettext("This link has been used"),
    Why.ENDED: gettext("This link has ended"),
    Why.ANSWERED: gettext("There is a newer answer"),
    Why.ANOTHER_OWNER: gettext("Somebody else answers for this now"),
    Why.CLOSED: gettext("This action is closed"),
    Why.GONE: gettext("This action is no longer here"),
    Why.NO_ACCOUNT: gettext("This account is closed"),
}


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link is good for: its action, the newest answer, and whoever answers with it."""

    link: AnswerLink
    action: Action
    person: Person
    last: Update | None


def links_for(session: Session, user_id: int, wanted: Iterable[tuple[int, date]], at: datetime) -> dict[int, str]:
    """Make a link for each action and occurrence; the answer has their paths by action, told once and never kept."""
    paths = {}
    for action_id, occurrence in wanted:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        session.add(
            AnswerLink(
                token_hash=hash_of(token),
                action_id=action_id,
                user_id=user_id,
                occurrence=occurrence,
                made_at=at,
                ends_at=at + HOLDS_FOR,
            )
        )
        paths[action_id] = f"/answer/{token}"
    return paths


def open_link(session: Session, token: str, *, now: datetime, today: date, lock: bool = False) -> Opened:
    """What the link is good for; raises LinkRefused, which says why it is good for nothing.

    Locked where somebody answers with it, so that of two who press at once the second is told.
    """
    link = _find(session, token, lock=lock)
    if link is None:
        raise LinkRefused(Why.UNKNOWN)
    if not link.user.is_active:
        raise LinkRefused(Why.NO_ACCOUNT)
    action = _action_of(session, link)
    if action is None:
        raise LinkRefused(Why.GONE)
    person = person_of(session, link.user, today=today)
    if action.owner_id not in person.posts:
        raise LinkRefused(Why.ANOTHER_OWNER)
    if link.used_at is not None:
        raise LinkRefused(Why.USED, action, at=link.used_at, person=person, is_own=True)
    if not action.is_open:
        raise LinkRefused(Why.CLOSED, action)
    last = updates.last_update(session, action)
    if last is not None and last.at > link.made_at:
        raise overtaken(action, last, person)
    if link.ends_at <= now:
        raise LinkRefused(Why.ENDED, action, at=link.ends_at)
    return Opened(link, action, person, last)


def overtaken(action: Action, last: Update, person: Person) -> LinkRefused:
    """The refusal of a link after whose mail somebody answered: its reader, or somebody else."""
    is_own = last.person_id is not None and last.person_id == person.user_id
    return LinkRefused(Why.ANSWERED, action, at=last.at, person=person, is_own=is_own)


def answer(
    session: Session, token: str, said: Said | None, *, last_update_id: int | None, now: datetime, today: date
) -> Update:
    """Keep what the link's reader says, or that nothing has changed where `said` is None, and use the link up.

    A link never closes or approves anything: it can do no more than an update does.
    """
    opened = open_link(session, token, now=now, today=today, lock=True)
    session.info["channel"] = Channel.MAIL
    if said is None:
        update = updates.nothing_changed(
            session, opened.action.ref, last_update_id=last_update_id, by=opened.person, today=today
        )
    else:
        update = updates.send_update(
            session, opened.action.ref, said, last_update_id=last_update_id, by=opened.person, today=today
        )
    opened.link.used_at, opened.link.update_id = now, update.id
    return update


def reader_of(session: Session, token: str) -> User | None:
    """Whose link it was, whether or not it still opens anything; None where it was not made here."""
    link = _find(session, token, lock=False)
    return None if link is None else link.user


def list_answerable(session: Session, user: User, *, since: datetime, today: date, limit: int) -> list[AnswerLink]:
    """The newest link of each action that this person was sent links for and still answers for, newest first."""
    if not user.is_active:
        return []
    posts = person_of(session, user, today=today).posts
    query = (
        select(AnswerLink)
        .join(AnswerLink.action)
        .where(
            AnswerLink.user_id == user.id,
            AnswerLink.made_at > since,
            Action.owner_id.in_(list(posts)),
            Action.closure == Closure.OPEN,
            Action.visibility == Visibility.PUBLISHED,
        )
        .options(contains_eager(AnswerLink.action))
        .order_by(AnswerLink.id.desc())
    )
    newest: dict[int, AnswerLink] = {}
    for link in session.scalars(query):
        newest.setdefault(link.action_id, link)
    return list(newest.values())[:limit]


def _find(session: Session, token: str, *, lock: bool) -> AnswerLink | None:
    query = select(AnswerLink).where(AnswerLink.token_hash == hash_of(token)).options(joinedload(AnswerLink.user))
    if lock:
        query = query.with_for_update(of=AnswerLink).execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def _action_of(session: Session, link: AnswerLink) -> Action | None:
    """The action, unless it was deleted or taken back into a draft."""
    query = (
        select(Action)
        .where(Action.id == link.action_id, Action.visibility == Visibility.PUBLISHED)
        .options(joinedload(Action.owner), selectinload(Action.milestones))
    )
    return session.scalars(query).one_or_none()
