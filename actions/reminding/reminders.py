"""Planning reminders: who is written to about which actions today, once each, and what is taken back unsent.

Everything is worked out from the state of the actions, never from clock events: after a day without a worker the
next planning finds what is due now. Unique keys decide, so that any number of workers may plan at the same time.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from actions.reminder_models import Reminder
from actions.reminding import digest, owned
from actions.reminding.digest import Due
from actions.reminding.stages import stage_of
from actions.schedule import add_working_days, is_working_day
from kb.inserting import insert_into
from kb.mailing import mail
from kb.models.outbox import MailState, OutboxMessage
from kb.models.user import User
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from kb.config import Settings

WRITE_FROM_HOUR = 8
ANSWER_WITHIN_WORKING_DAYS = 5


class PlannedElsewhere(Exception):
    """Another worker planned some of the same reminders under another day; the whole planning must be undone."""


@dataclass
class Planned:
    """What a planning did."""

    mails: int = 0
    reminders: int = 0
    withdrawn: int = 0


@dataclass
class _ToTell:
    """What one person must be told, and in which nation's working days they count."""

    nation: str
    due: list[Due] = field(default_factory=list)


def plan(session: Session, today: date, now: datetime, settings: Settings, *, at_once: bool = False) -> Planned:
    """Queue today's reminders, one mail to a person; what is queued and no longer holds is taken back.

    Mails are written on working days from eight in the morning. In demonstration mode, where people come at any time,
    and where somebody asks for it, they are written at once.
    """
    is_time = at_once or may_write(now, settings)
    planned = Planned()
    planned.withdrawn = _withdraw(session, today, now, settings, is_time=is_time)
    if is_time:
        _write(session, today, now, settings, planned, any_day=at_once or settings.demo)
    return planned


def plan_now(session: Session, user_id: int, today: date, now: datetime, settings: Settings) -> Planned:
    """Queue one person's mail on any day and at any hour, because somebody asks for it; still one mail a day."""
    planned = Planned()
    _write(session, today, now, settings, planned, any_day=True, only=user_id)
    return planned


def may_write(now: datetime, settings: Settings) -> bool:
    """Whether it is late enough in the day."""
    return settings.demo or now.astimezone(ZoneInfo(settings.timezone)).hour >= WRITE_FROM_HOUR


def preview(session: Session, on: date) -> list[dict[str, Any]]:
    """What would be written on a day, as the actions stand now: one entry for each action in a mail."""
    told = _to_tell(session, on, any_day=False)
    entries = []
    for user in _users(session, told):
        person = told[user.id]
        answer_by = add_working_days(on, ANSWER_WITHIN_WORKING_DAYS, person.nation)
        for one in sorted(person.due, key=lambda due: due.order):
            entries.append(
                {
                    "recipient": user.email,
                    "post": one.post,
                    "subject": digest.subject_for(person.due, answer_by),
                    "kind": one.stage.kind.value,
                    "occurrence": one.stage.occurrence,
                    "action": one.ref,
                    "title": one.title,
                    "due_on": one.due_on,
                }
            )
    return entries


def _write(
    session: Session,
    today: date,
    now: datetime,
    settings: Settings,
    planned: Planned,
    *,
    any_day: bool,
    only: int | None = None,
) -> None:
    told = _to_tell(session, today, any_day=any_day)
    if only is not None:
        told = {user_id: what for user_id, what in told.items() if user_id == only}
    keys = _keys(session, told, today, settings)
    coming = owned.list_coming(session, list(keys), today=today)
    drafts = []
    for user in _users(session, keys):
        words = digest.compose(
            told[user.id].due,
            owned.without(coming.get(user.id, ()), told[user.id].due),
            today=today,
            answer_by=add_working_days(today, ANSWER_WITHIN_WORKING_DAYS, told[user.id].nation),
            base_url=settings.base_url,
        )
        drafts.append(mail.Draft(keys[user.id], user, words.subject, words.text, words.html))
    queued = mail.queue_many(session, drafts, settings=settings, at=now)
    messages = {draft.recipient.id: queued[draft.dedupe] for draft in drafts if draft.dedupe in queued}
    planned.mails = len(messages)
    planned.reminders = _keep(session, told, messages, now)


def _to_tell(session: Session, today: date, *, any_day: bool) -> Mapping[int, _ToTell]:
    """Every person whose answer is missing today, with the actions that they have not been told about."""
    reached = []
    for action in owned.list_candidates(session, today=today):
        if any_day or is_working_day(today, action.facts.nation):
            stage = stage_of(action.facts, today)
            if stage:
                reached.append((action, stage))
    already = owned.list_told(session, [action.id for action, _ in reached])
    told: dict[int, _ToTell] = {}
    for action, stage in reached:
        if (action.id, stage.kind, stage.occurrence, action.user_id) not in already:
            told.setdefault(action.user_id, _ToTell(action.facts.nation)).due.append(action.due(stage))
    return told


def _keys(session: Session, told: Mapping[int, _ToTell], today: date, settings: Settings) -> dict[int, str]:
    """What each person's mail is about; people who were written to today already are left for another day."""
    midnight = datetime.combine(today, time(), ZoneInfo(settings.timezone)).astimezone(UTC)
    keys = {user_id: f"digest:{today}:{user_id}" for user_id in told}
    todays = select(OutboxMessage.recipient_id, OutboxMessage.state).where(
        OutboxMessage.recipient_id.in_(list(told)),
        OutboxMessage.made_at >= midnight,
        OutboxMessage.dedupe.startswith(f"digest:{today}:"),
    )
    taken_back: dict[int, int] = defaultdict(int)
    for user_id, state in session.execute(todays) if told else ():
        if state == MailState.CANCELLED:
            taken_back[user_id] += 1
        else:
            keys.pop(user_id, None)
    return {user_id: key + (f":{taken_back[user_id]}" if taken_back[user_id] else "") for user_id, key in keys.items()}


def _keep(session: Session, told: Mapping[int, _ToTell], messages: Mapping[int, int], now: datetime) -> int:
    """Write down who is told what; raises PlannedElsewhere when somebody else did so a moment ago."""
    rows = [
        {
            "record_id": one.action_id,
            "kind": one.stage.kind,
            "occurrence": one.stage.occurrence,
            "recipient_id": user_id,
            "planned_at": now,
            "message_id": message_id,
        }
        for user_id, message_id in messages.items()
        for one in told[user_id].due
    ]
    if not rows:
        return 0
    insert = insert_into(session, Reminder)
    # A reminder that was taken back unsent may be planned again; one that stands is left alone.
    insert = insert.on_conflict_do_update(
        index_elements=[Reminder.record_id, Reminder.kind, Reminder.occurrence, Reminder.recipient_id],
        set_={
            "cancelled_at": None,
            "planned_at": insert.excluded.planned_at,
            "message_id": insert.excluded.message_id,
        },
        where=Reminder.cancelled_at.is_not(None),
    )
    kept = len(session.execute(insert.returning(Reminder.id), rows).all())
    if kept != len(rows):
        raise PlannedElsewhere
    return kept


def _withdraw(session: Session, today: date, now: datetime, settings: Settings, *, is_time: bool) -> int:
    """Take back queued mails that say something that is no longer so, and those of earlier days.

    What they were about is planned again, today or on the next working day, if it still holds.
    """
    waiting = select(OutboxMessage).where(
        OutboxMessage.state == MailState.QUEUED, OutboxMessage.dedupe.startswith("digest:")
    )
    messages = {message.id: message for message in session.scalars(waiting.with_for_update(skip_locked=True))}
    if not messages:
        return 0
    reminders: dict[int, list[Reminder]] = defaultdict(list)
    for reminder in session.scalars(select(Reminder).where(Reminder.message_id.in_(list(messages)))):
        reminders[reminder.message_id or 0].append(reminder)
    holding = _holding(session, [one.record_id for some in reminders.values() for one in some], today)
    zone, withdrawn = ZoneInfo(settings.timezone), 0
    for message_id, message in messages.items():
        is_old = is_time and message.made_at.astimezone(zone).date() < today
        holds = all(
            (one.record_id, one.kind, one.occurrence, one.recipient_id) in holding for one in reminders[message_id]
        )
        if holds and not is_old:
            continue
        mail.cancel(message, gettext("Taken back: what it says has changed, or it waited for more than a day."))
        for reminder in reminders[message_id]:
            reminder.cancelled_at = now
        withdrawn += 1
    session.flush()
    return withdrawn


def _holding(session: Session, action_ids: Sequence[int], today: date) -> set[tuple[int, str, date, int]]:
    """The keys of the reminders that these actions call for today."""
    keys = set()
    for action in owned.list_candidates(session, today=today, only=action_ids):
        stage = stage_of(action.facts, today)
        if stage:
            keys.add((action.id, stage.kind.value, stage.occurrence, action.user_id))
    return keys


def _users(session: Session, ids: Mapping[int, object]) -> Sequence[User]:
    if not ids:
        return ()
    return session.scalars(select(User).where(User.id.in_(list(ids))).order_by(User.id)).all()
