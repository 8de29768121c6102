"""Mails about a plan that did not reach their readers: told to its leads, who can speak with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import aliased

from actions.reminder_models import Reminder
from kb.models.outbox import MailState, OutboxMessage
from kb.models.record import Record
from kb.models.user import User
from kb.permissions import Capability, Person
from kb.words import gettext, ngettext, spoken_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from kb.models.plan import Plan

NEWS_FOR = timedelta(days=30)
SHOWN = 3
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Undelivered:
    """One person whom a mail did not reach, and what the mail server said."""

    name: str
    written_at: datetime
    reason: str


def list_undelivered(session: Session, plan: Plan, *, person: Person, now: datetime) -> list[Undelivered]:
    """Whom mails about this plan failed to reach lately, the newest of each, until a later one arrives."""
    if not person.may(Capability.EDIT_PLAN, plan_id=plan.id):
        return []
    later = aliased(OutboxMessage)
    has_arrived_since = (
        select(later.id)
        .where(
            later.recipient_id == OutboxMessage.recipient_id,
            later.state == MailState.SENT,
            later.id > OutboxMessage.id,
        )
        .exists()
    )
    about_it = (
        select(Reminder.id)
        .join(Record, Record.id == Reminder.record_id)
        .where(Reminder.message_id == OutboxMessage.id, Record.plan_id == plan.id)
        .exists()
    )
    query = (
        select(User.id, User.name, OutboxMessage.made_at, OutboxMessage.error)
        .join(User, User.id == OutboxMessage.recipient_id)
        .where(
            OutboxMessage.state == MailState.FAILED,
            OutboxMessage.made_at > now - NEWS_FOR,
            User.is_active,
            about_it,
            ~has_arrived_since,
        )
        .order_by(OutboxMessage.id.desc())
    )
    newest: dict[int, Undelivered] = {}
    for row in session.execute(query):
        newest.setdefault(row.id, Undelivered(row.name, row.made_at, row.error[:LONGEST_REASON]))
    return list(newest.values())


def notices(session: Session, plan: Plan | None, *, person: Person, now: datetime, zone: str) -> list[dict[str, str]]:
    """What stands at the top of the pages of a plan's lead, one line a person, and how many more there are."""
    return _words(list_undelivered(session, plan, person=person, now=now), zone) if plan is not None else []


def _words(failures: Sequence[Undelivered], zone: str) -> list[dict[str, str]]:
    lines = [
        gettext(
            "A mail to %(name)s of %(when)s could not be delivered: %(reason)s. They do not know what waits for them. "
            "Tell them, and ask an administrator to check the address.",
            name=one.name,
            when=spoken_time(one.written_at, zone),
            reason=one.reason.rstrip(".") or gettext("no reason was given"),
        )
        for one in failures[:SHOWN]
    ]
    more = len(failures) - SHOWN
    if more > 0:
        lines.append(
            ngettext("%(num)s more person could not be reached.", "%(num)s more people could not be reached.", more)
        )
    return [{"text": line} for line in lines]
