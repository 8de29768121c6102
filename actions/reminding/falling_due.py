"""When other things than actions call for a reminder: pure computation from their dates."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from actions.indicators.periods import last_ended
from actions.reminder_models import ReminderKind
from actions.reminding.stages import Reached, Stage
from actions.schedule import previous_working_day

if TYPE_CHECKING:
    from kb.planning.reminder_policy import Policy

# Longer than any downtime that we reckon with, and short enough that nobody is told of what ended long ago.
END_KNOWN_DAYS = 42


def review_due(kind: ReminderKind, review_by: date, policy: Policy, nation: str, today: date) -> Reached | None:
    """A review is told of shortly before its day, and again after each period of silence until it is done."""
    ahead = policy.second_days_before or policy.first_days_before
    begun_on = previous_working_day(review_by - timedelta(days=ahead), nation)
    if today < begun_on:
        return None
    late = max((today - review_by).days, 0)
    times = late // policy.stale_after_days
    if times == 0:
        return Reached(Stage(kind, review_by), begun_on)
    again = review_by + timedelta(days=times * policy.stale_after_days)
    return Reached(Stage(kind, again), again)


def end_near(ends_on: date, policy: Policy, today: date) -> Reached | None:
    """The end of a source is told of once, as long before as the due date of an action, or soon after."""
    begun_on = ends_on - timedelta(days=max(policy.first_days_before, policy.second_days_before))
    if begun_on <= today <= ends_on + timedelta(days=END_KNOWN_DAYS):
        return Reached(Stage(ReminderKind.SOURCE_END, ends_on), begun_on)
    return None


def reading_due(frequency: str, newest: date | None, known_since: date, today: date) -> Reached | None:
    """A reading is due when the next period has ended; of several that are missed the newest is told of.

    Periods are counted from the one that was read last, else from the day on which the indicator was written down.
    """
    ended_on = last_ended(frequency, newest or known_since, today)
    return Reached(Stage(ReminderKind.READING, ended_on), ended_on) if ended_on else None
