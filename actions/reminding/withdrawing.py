"""What becomes of mails that are still queued: they are taken back, or wait for an hour at which one may write."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select

from actions.reminder_models import Reminder, ReminderKind
from actions.reminding import doubts, news, survey
from actions.reminding.told import SINGLE
from kb.mailing import mail
from kb.models.outbox import MailState, OutboxMessage
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from kb.config import Settings

DIGESTS = "digest:"
_OURS = (DIGESTS, *(f"{kind}:" for kind in SINGLE))


def withdraw(session: Session, today: date, now: datetime, settings: Settings, *, is_at_once: bool) -> int:
    """Take back queued mails that no longer hold, and digests of earlier days; the other mails wait for their hour.

    What they were about is planned again, today or on the next working day, if it still holds. Otherwise a mail that
    found no server in the evening would leave in the middle of the night, and that of the day would follow it.
    """
    # What a worker held when it died waits as well.
    is_abandoned = and_(OutboxMessage.state == MailState.CLAIMED, OutboxMessage.claimed_until < now)
    waiting = select(OutboxMessage).where(
        or_(OutboxMessage.state == MailState.QUEUED, is_abandoned),
        or_(*(OutboxMessage.dedupe.startswith(start) for start in _OURS)),
    )
    messages = {message.id: message for message in session.scalars(waiting.with_for_update(skip_locked=True))}
    if not messages:
        return 0
    reminders: dict[int, list[Reminder]] = defaultdict(list)
    for reminder in session.scalars(select(Reminder).where(Reminder.message_id.in_(list(messages)))):
        reminders[reminder.message_id or 0].append(reminder)
    holding = _Holding(session, settings, {one.record_id for some in reminders.values() for one in some}, today)
    untrue = news.list_hidden(session, messages, today)
    untrue |= doubts.list_changed(session, messages, today, digests=DIGESTS)
    zone, withdrawn = ZoneInfo(settings.timezone), 0
    for message_id, message in messages.items():
        is_old = message.made_at.astimezone(zone).date() < today
        is_old_digest = is_old and message.dedupe.startswith(DIGESTS)
        if not is_old_digest and message_id not in untrue and all(holding.has(one) for one in reminders[message_id]):
            if is_old and not is_at_once:
                hours = [holding.hour_for(one) for one in reminders[message_id]]
                message.next_try_at = max([message.next_try_at, *hours])
            continue
        mail.cancel(message, gettext("Taken back: what it says has changed, or it waited for more than a day."))
        for reminder in reminders[message_id]:
            reminder.cancelled_at = now
        news.tell_again(session, message_id)
        withdrawn += 1
    session.flush()
    return withdrawn


class _Holding:
    """Which reminders the records call for today, whether or not they were told."""

    def __init__(self, session: Session, settings: Settings, record_ids: Collection[int], today: date) -> None:
        found = survey.make(session, settings, today, only=record_ids)
        self._keys = found.called_for(today)
        self._owners = {(one.id, one.user_id) for one in found.candidates}
        self._hours = {
            one.id: survey.may_write_from(one.ruled, today, settings)
            for some in (found.candidates, found.late, found.dated)
            for one in some
        }

    def has(self, reminder: Reminder) -> bool:
        """Whether it still holds; who was told that an action is theirs was told rightly as long as it is."""
        if reminder.kind == ReminderKind.ASSIGNED:
            return (reminder.record_id, reminder.recipient_id) in self._owners
        return (reminder.record_id, reminder.kind, reminder.occurrence, reminder.recipient_id) in self._keys

    def hour_for(self, reminder: Reminder) -> datetime:
        """From when its reader may be written to about the record, which has to hold."""
        return self._hours[reminder.record_id]
