"""When the owner of one action is written to, said on its page, and writing at once because a lead asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import select

from actions.reminder_models import Reminder, ReminderKind
from actions.reminding import owned, reminders, survey
from actions.schedule import add_working_days, is_working_day
from kb.errors import Invalid
from kb.models.plan import Plan
from kb.permissions import Capability
from kb.planning import reminder_policy
from kb.words import gettext

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from actions.models import Action
    from actions.reminding.owned import Candidate
    from actions.reminding.stages import Reached
    from kb.config import Settings
    from kb.permissions import Person


@dataclass(frozen=True, slots=True)
class Notice:
    """What stands about reminding the owner: the day they were written to, or the day on which they will be."""

    user_id: int
    told_on: date | None
    due_on: date | None


def notice(session: Session, action: Action, *, today: date, settings: Settings) -> Notice | None:
    """The reminder that the action calls for today; None where it calls for none, or nobody answers for it."""
    # The page of an action has read its plan already.
    plan = session.get_one(Plan, action.plan_id)
    ruled = {plan.id: reminder_policy.ruled_of(plan)}
    candidate = next(iter(owned.list_candidates(session, today=today, only=[action.id], ruled=ruled)), None)
    reached = candidate.reached(today) if candidate else None
    if candidate is None or reached is None:
        return None
    told_on = _told_on(session, candidate, reached, today, settings)
    if told_on is not None:
        return Notice(candidate.user_id, told_on, None)
    nation = candidate.ruled.nation
    is_today = settings.demo or is_working_day(today, nation)
    return Notice(candidate.user_id, None, today if is_today else add_working_days(today, 1, nation))


def _told_on(session: Session, candidate: Candidate, reached: Reached, today: date, settings: Settings) -> date | None:
    """When the owner heard of this, as a reminder or with the mail that said that the action is theirs."""
    told = survey.Told()
    query = select(Reminder).where(
        Reminder.record_id == candidate.id,
        Reminder.recipient_id == candidate.user_id,
        Reminder.cancelled_at.is_(None),
        Reminder.kind.in_((reached.stage.kind, ReminderKind.ASSIGNED)),
    )
    days: list[date | None] = [None]
    for one in session.scalars(query.order_by(Reminder.planned_at)):
        day = one.planned_at.astimezone(ZoneInfo(settings.timezone)).date()
        is_same = one.kind == reached.stage.kind and one.occurrence == reached.stage.occurrence
        told.add((one.record_id, one.kind, one.occurrence, one.recipient_id), day)
        # Who was asked late about a late action is not asked again before the time between two reminders is over.
        is_same = is_same or (one.kind == ReminderKind.OVERDUE and told.asked_lately(candidate, today))
        knows_dates = one.kind == ReminderKind.ASSIGNED and reached.stage.kind is not ReminderKind.MEETING
        if is_same or (knows_dates and day >= reached.begun_on):
            days.append(day)
    return days[-1]


def remind_now(session: Session, action: Action, *, by: Person, today: date, now: datetime, settings: Settings) -> None:
    """Write to whoever answers for the action without waiting for the next working day; Invalid says why not."""
    by.require(Capability.EDIT_PLAN, plan_id=action.plan_id)
    found = notice(session, action, today=today, settings=settings)
    if found is None:
        raise Invalid(
            "",
            gettext(
                "No reminder is due: nothing is near its date, nobody holds the post that owns it, or the plan’s "
                "reminders are paused."
            ),
        )
    if found.told_on is not None:
        raise Invalid("", gettext("The owner has been reminded of this already."))
    if not reminders.plan_now(session, found.user_id, today, now, settings).mails:
        raise Invalid("", gettext("The owner has had a mail today. This one follows on the next working day."))
