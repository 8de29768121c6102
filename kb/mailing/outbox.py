"""The outbox as administrators see it: what waits, what went, and what only a person can decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from kb.errors import Invalid, NotFound
from kb.mailing.mail import forget_links, move
from kb.mailing.mail_states import TRANSITIONS, MailEvent
from kb.models.outbox import MailState, OutboxMessage
from kb.permissions import Capability, Person
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session


def count_by_state(session: Session, *, person: Person) -> Mapping[MailState, int]:
    """How many mails are in each state, in the order of the states; those without any are left out."""
    person.require(Capability.SEE_OUTBOX)
    rows = session.execute(select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)).all()
    counts = {row[0]: row[1] for row in rows}
    return {state: counts[state] for state in MailState if state in counts}


def list_messages(
    session: Session, *, person: Person, state: MailState | None, offset: int, limit: int
) -> Sequence[OutboxMessage]:
    """Mails with their recipients, newest first."""
    person.require(Capability.SEE_OUTBOX)
    query = select(OutboxMessage).options(joinedload(OutboxMessage.recipient)).order_by(OutboxMessage.id.desc())
    if state is not None:
        query = query.where(OutboxMessage.state == state)
    return session.scalars(query.offset(offset).limit(limit)).all()


def get(session: Session, message_id: int, *, person: Person, lock: bool = False) -> OutboxMessage:
    """One mail with its recipient; locked where somebody decides, so that the second sees what the first did."""
    person.require(Capability.SEE_OUTBOX)
    query = select(OutboxMessage).where(OutboxMessage.id == message_id).options(joinedload(OutboxMessage.recipient))
    if lock:
        query = query.with_for_update(of=OutboxMessage)
    message = session.scalars(query).one_or_none()
    if message is None:
        raise NotFound("mail", str(message_id))
    return message


def decisions_for(message: OutboxMessage) -> list[MailEvent]:
    """What a person may decide about the mail now."""
    return [one for one in (MailEvent.SEND_AGAIN, MailEvent.ARRIVED) if (MailState(message.state), one) in TRANSITIONS]


def send_again(session: Session, message_id: int, *, by: Person, at: datetime) -> OutboxMessage:
    """Let a mail wait once more, under the same message id, so that a mail program can tell that it is the same."""
    message = _decide(session, message_id, MailEvent.SEND_AGAIN, by)
    message.attempts, message.next_try_at = 0, at
    return message


def mark_arrived(session: Session, message_id: int, *, by: Person, at: datetime) -> OutboxMessage:
    """Take a person's word that the mail arrived."""
    message = _decide(session, message_id, MailEvent.ARRIVED, by)
    message.sent_at = at
    forget_links(message)
    return message


def _decide(session: Session, message_id: int, event: MailEvent, by: Person) -> OutboxMessage:
    message = get(session, message_id, person=by, lock=True)
    if event not in decisions_for(message):
        raise Invalid("state", gettext("This has been decided already, or is no longer in question."))
    said = gettext("It arrived") if event is MailEvent.ARRIVED else gettext("Send again")
    move(message, event, error=gettext("Decided by %(who)s: %(what)s.", who=by.name, what=said))
    return message
