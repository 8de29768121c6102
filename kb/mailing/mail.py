"""The outbox: queueing mails in the transaction of what causes them, and sending what waits, never twice.

SMTP has no transaction, so “sent exactly once” cannot be promised. What can: a mail whose text may have left is never
sent again by itself, and one that may not have arrived is shown. Any number of workers may send at the same time.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kb.db import Database, now
from kb.inserting import insert_into
from kb.mailing.delivery import BrokenOff, Deliverer, Letter, Never, NoServer, NotNow, clean
from kb.mailing.mail_states import MailEvent, after, wait_after
from kb.mailing.mail_text import without_links
from kb.models.history import Channel
from kb.models.outbox import MailState, OutboxMessage
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from kb.config import Settings
    from kb.models.user import User

log = logging.getLogger(__name__)
# Longer than a mail can take with the time limits that delivery sets on each answer of the server.
LEASE = timedelta(minutes=10)
TRY_AGAIN_WITHOUT_SERVER = timedelta(minutes=1)
IN_HAND = (MailState.CLAIMED, MailState.SENDING)


class ClaimLost(Exception):
    """Another worker holds the mail now, so this one must let go of it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail to queue; `dedupe` says what it is about, so that the same thing is written once.

    `unsubscribe` is the subject that its reader may decline, empty where it is a duty.
    """

    dedupe: str
    recipient: User
    subject: str
    text: str
    html: str
    unsubscribe: str = ""


@dataclass(slots=True)
class Outcome:
    """How many mails went which way."""

    sent: int = 0
    deferred: int = 0
    failed: int = 0
    unknown: int = 0
    cancelled: int = 0
    recovered: int = 0
    trouble: list[str] = field(default_factory=list)


def queue(session: Session, draft: Draft, *, settings: Settings, at: datetime) -> int | None:
    """Queue one mail and return its id; None when the same thing has been written already."""
    return queue_many(session, [draft], settings=settings, at=at).get(draft.dedupe)


def queue_many(session: Session, drafts: Iterable[Draft], *, settings: Settings, at: datetime) -> Mapping[str, int]:
    """Queue mails; the answer has the ids of the new ones by what they are about."""
    host = settings.mail_from.rpartition("@")[2]
    rows = [
        {
            "dedupe": draft.dedupe,
            "recipient_id": draft.recipient.id,
            "to_address": clean(draft.recipient.email),
            "subject": clean(draft.subject),
            "text": draft.text,
            "html": draft.html,
            "message_id": _message_id(draft.dedupe, host),
            "state": MailState.QUEUED,
            "attempts": 0,
            "next_try_at": at,
            "error": "",
            "unsubscribe": draft.unsubscribe,
            "made_at": at,
        }
        for draft in drafts
    ]
    if not rows:
        return {}
    insert = insert_into(session, OutboxMessage).on_conflict_do_nothing(index_elements=[OutboxMessage.dedupe])
    returned = session.execute(insert.returning(OutboxMessage.dedupe, OutboxMessage.id), rows)
    return {row.dedupe: row.id for row in returned}


def _message_id(dedupe: str, host: str) -> str:
    words = re.sub(r"[^A-Za-z0-9]+", "-", dedupe).strip("-")[:80]
    return f"<{words}.{secrets.token_hex(6)}@{host or 'localhost'}>"


def move(message: OutboxMessage, event: MailEvent, *, error: str = "", lease_until: datetime | None = None) -> None:
    """Take a mail to its next state; the table in `mail_states` decides which that is."""
    message.state = after(message.state, event)
    message.error = error
    message.claimed_until = lease_until if message.state in IN_HAND else None


def forget_links(message: OutboxMessage) -> None:
    """Keep no more of a mail that has left than may be read by others: what opens an account is for its reader."""
    message.text, message.html = without_links(message.text), without_links(message.html)


def cancel(message: OutboxMessage, reason: str) -> None:
    """Take back a mail that nobody has begun to send."""
    move(message, MailEvent.CANCEL, error=reason)


def send_waiting(
    database: Database,
    deliver: Deliverer,
    *,
    clock: Callable[[], datetime] = now,
    worker: str,
    should_stop: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Send all mails whose time has come, one after the other; stop early when there is no server to send them to."""
    outcome = Outcome()
    with database.writing(Channel.WORKER) as session:
        recover(session, clock(), outcome, leaves_one_copy=deliver.leaves_one_copy)
    while not should_stop():
        claim = _claim(database, worker, clock())
        if claim is None:
            break
        try:
            _send(database, claim, deliver, clock, outcome)
        except NoServer as error:
            outcome.trouble.append(str(error))
            log.warning("No mail can be sent: %s", error)
            break
        except ClaimLost:
            log.warning("Another worker took over mail %s", claim.id)
    return outcome


def recover(session: Session, at: datetime, outcome: Outcome, *, leaves_one_copy: bool = False) -> None:
    """Free the mails of workers that died: what had not left waits again, what may have left becomes unknown."""
    abandoned = (
        select(OutboxMessage)
        .where(OutboxMessage.state.in_(IN_HAND), OutboxMessage.claimed_until < at)
        .order_by(OutboxMessage.id)
        .with_for_update(skip_locked=True)
    )
    for message in session.scalars(abandoned):
        if message.state == MailState.CLAIMED or leaves_one_copy:
            move(message, MailEvent.PUT_BACK)
            message.next_try_at = max(message.next_try_at, at)
            outcome.recovered += 1
        else:
            move(message, MailEvent.BREAK_OFF, error=gettext("The worker stopped while the mail was leaving."))
            outcome.unknown += 1


@dataclass(frozen=True, slots=True)
class _Claim:
    """A mail that this worker holds."""

    id: int
    token: str
    letter: Letter


def _claim(database: Database, worker: str, at: datetime) -> _Claim | None:
    """Take the mail that has waited longest; None when none waits."""
    with database.writing(Channel.WORKER) as session:
        waiting = (
            select(OutboxMessage)
            .where(OutboxMessage.state == MailState.QUEUED, OutboxMessage.next_try_at <= at)
            .order_by(OutboxMessage.next_try_at, OutboxMessage.id)
            .limit(1)
            .options(joinedload(OutboxMessage.recipient))
            .with_for_update(skip_locked=True, of=OutboxMessage)
        )
        message = session.scalars(waiting).one_or_none()
        if message is None:
            return None
        move(message, MailEvent.CLAIM, lease_until=at + LEASE)
        # A worker that comes back to a mail after losing it must not take the new claim for its old one.
        message.claimed_by = f"{worker}/{secrets.token_hex(4)}"
        message.to_address = clean(message.recipient.email)
        return _Claim(message.id, message.claimed_by, _letter(message))


def _letter(message: OutboxMessage) -> Letter:
    return Letter(
        message_id=message.message_id,
        to_address=message.to_address,
        to_name=message.recipient.name,
        subject=message.subject,
        text=message.text,
        html=message.html,
        made_at=message.made_at,
        recipient_id=message.recipient_id,
        unsubscribe=message.unsubscribe,
    )


def _send(
    database: Database, claim: _Claim, deliver: Deliverer, clock: Callable[[], datetime], outcome: Outcome
) -> None:
    def about_to_send() -> None:
        _start(database, claim, clock())

    try:
        deliver.deliver(claim.letter, about_to_send)
    except _AccountClosed:
        _finish(database, claim, MailEvent.CANCEL, clock(), gettext("The account was closed before the mail left."))
        outcome.cancelled += 1
    except NotNow as error:
        state = _finish(database, claim, MailEvent.DEFER, clock(), str(error))
        outcome.failed += state == MailState.FAILED
        outcome.deferred += state == MailState.QUEUED
    except Never as error:
        _finish(database, claim, MailEvent.REFUSE, clock(), str(error))
        outcome.failed += 1
    except BrokenOff as error:
        _finish(database, claim, MailEvent.BREAK_OFF, clock(), str(error))
        outcome.unknown += 1
    except NoServer as error:
        _finish(database, claim, MailEvent.PUT_BACK, clock(), str(error))
        raise
    else:
        _finish(database, claim, MailEvent.ACCEPT, clock(), forgets_links=not deliver.leaves_one_copy)
        outcome.sent += 1


class _AccountClosed(Exception):
    """The recipient may no longer be written to."""


def _start(database: Database, claim: _Claim, at: datetime) -> None:
    """Commit that the text is about to leave: from here on nobody sends this mail again without a person's word."""
    with database.writing(Channel.WORKER) as session:
        message = _held(session, claim, MailState.CLAIMED)
        if not message.recipient.is_active:
            raise _AccountClosed
        move(message, MailEvent.START, lease_until=at + LEASE)


def _finish(
    database: Database, claim: _Claim, event: MailEvent, at: datetime, error: str = "", *, forgets_links: bool = False
) -> str:
    """Write down how it ended and return the state that the mail is in now."""
    with database.writing(Channel.WORKER) as session:
        message = _held(session, claim, MailState.CLAIMED, MailState.SENDING, MailState.UNKNOWN)
        if event is MailEvent.DEFER:
            message.attempts += 1
            wait = wait_after(message.attempts)
            if wait is None:
                event = MailEvent.REFUSE
            else:
                message.next_try_at = at + wait
        elif event is MailEvent.PUT_BACK:
            message.next_try_at = at + TRY_AGAIN_WITHOUT_SERVER
        elif event is MailEvent.ACCEPT:
            message.sent_at = at
            if forgets_links:
                forget_links(message)
        move(message, event, error=error)
        return message.state


def _held(session: Session, claim: _Claim, *states: MailState) -> OutboxMessage:
    """The mail, if this worker still holds it in one of these states; raises ClaimLost if not."""
    query = (
        select(OutboxMessage)
        .where(OutboxMessage.id == claim.id, OutboxMessage.claimed_by == claim.token, OutboxMessage.state.in_(states))
        .options(joinedload(OutboxMessage.recipient))
        .with_for_update(of=OutboxMessage)
    )
    message = session.scalars(query).one_or_none()
    if message is None:
        raise ClaimLost
    return message
