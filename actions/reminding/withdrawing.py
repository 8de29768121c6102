"""Taking back queued mails that say something that is no longer so."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select

from actions.reminder_models import Reminder, ReminderKind
from actions.reminding import survey
from kb.mailing import mail
from kb.models.outbox import MailState, OutboxMessage
from kb.planning import reminder_policy
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from kb.config import Settings

DIGESTS = "digest:"
_OURS = (DIGESTS, *(f"{kind}:" for kind in survey.SINGLE))


def withdraw(session: Session, today: date, now: datetime, settings: Settings, *, is_at_once: bool) -> int:
    """Take back queued mails that no longer hold, and digests of earlier days once those of today may be written.

    What they were about is planned again, today or on the next working day, if it still holds.
    """
    waiting = select(OutboxMessage).where(
        OutboxMessage.state == MailState.QUEUED, or_(*(OutboxMessage.dedupe.startswith(start) for start in _OURS))
    )
    messages = {message.id: message for message in session.scalars(waiting.with_for_update(skip_locked=True))}
    if not messages:
        return 0
    reminders: dict[int, list[Reminder]] = defaultdict(list)
    for reminder in session.scalars(select(Reminder).where(Reminder.message_id.in_(list(messages)))):
        reminders[reminder.message_id or 0].append(reminder)
    ruled = reminder_policy.list_ruled(session)
    is_time = is_at_once or any(survey.may_write(one, today, now, settings) for one in ruled.values())
    holding = _Holding(session, settings, {one.record_id for some in reminders.values() for one in some}, today)
    zone, withdrawn = ZoneInfo(settings.timezone), 0
    for message_id, message in messages.items():
        is_digest = message.dedupe.startswith(DIGESTS)
        is_old = is_digest and is_time and message.made_at.astimezone(zone).date() < today
        if not is_old and all(holding.has(one) for one in reminders[message_id]):
            continue
        mail.cancel(message, gettext("Taken back: what it says has changed, or it waited for more than a day."))
        for reminder in reminders[message_id]:
            reminder.cancelled_at = now
        withdrawn += 1
    session.flush()
    return withdrawn


class _Holding:
    """Which reminders the records call for today, whether or not they were told."""

    def __init__(self, session: Session, settings: Settings, record_ids: Collection[int], today: date) -> None:
        found = survey.make(session, settings, today, only=record_ids)
        self._keys = found.called_for(today)
        self._owners = {(one.id, one.user_id) for one in found.candidates}

    def has(self, reminder: Reminder) -> bool:
        """Whether it still holds; who was told that an action is theirs was told rightly as long as it is."""
        if reminder.kind == ReminderKind.ASSIGNED:
            return (reminder.record_id, reminder.recipient_id) in self._owners
        return (reminder.record_id, reminder.kind, reminder.occurrence, reminder.recipient_id) in self._keys
