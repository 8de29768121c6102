"""Which reminder an action calls for on a day: worked out from its dates alone, so downtime loses nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from actions.reminder_models import ReminderKind
from actions.schedule import counted_from, previous_working_day

SOON_DAYS = 14
OVERDUE_EVERY_DAYS = 14
# What is shown first when several actions are in one mail.
ORDER = (ReminderKind.OVERDUE, ReminderKind.DUE_NOW, ReminderKind.DUE_SOON, ReminderKind.STALE)


@dataclass(frozen=True, slots=True)
class Facts:
    """The dates of one open action that decide about reminders; `known_since` is when it was written down.

    `nation` says whose bank holidays count.
    """

    due_on: date | None
    starts_on: date | None
    last_said_on: date | None
    known_since: date
    stale_after_days: int
    nation: str


@dataclass(frozen=True, slots=True)
class Stage:
    """One reason to write; the same kind and occurrence are never written about twice to one person."""

    kind: ReminderKind
    occurrence: date


def stage_of(facts: Facts, today: date) -> Stage | None:
    """The newest stage that the action has reached and that its owner has not answered; None when there is none."""
    if facts.due_on is not None and today >= facts.due_on - timedelta(days=SOON_DAYS):
        stage, since = _dated(facts.due_on, today, facts.nation)
        if not _is_answered(facts, stage, since, today):
            return stage
    return _stale(facts, today)


def silent_since(facts: Facts) -> date:
    """The day of the last answer, else the day from which one could be expected."""
    return facts.last_said_on or counted_from(facts.starts_on, facts.known_since)


def _dated(due_on: date, today: date, nation: str) -> tuple[Stage, date]:
    """The stage that the due date has reached, and the first day of that stage."""
    if today > due_on:
        times = (today - due_on).days - 1
        occurrence = due_on + timedelta(days=times - times % OVERDUE_EVERY_DAYS)
        return Stage(ReminderKind.OVERDUE, occurrence), due_on
    last_call = previous_working_day(due_on, nation)
    if today >= last_call:
        return Stage(ReminderKind.DUE_NOW, due_on), last_call
    return Stage(ReminderKind.DUE_SOON, due_on), due_on - timedelta(days=SOON_DAYS)


def _is_answered(facts: Facts, stage: Stage, since: date, today: date) -> bool:
    said = facts.last_said_on
    if said is None or said < since:
        return False
    # An answer about a late action holds for a while, not for ever.
    return stage.kind is not ReminderKind.OVERDUE or (today - said).days < OVERDUE_EVERY_DAYS


def _stale(facts: Facts, today: date) -> Stage | None:
    since = silent_since(facts)
    late = (today - since).days - facts.stale_after_days
    if late <= 0:
        return None
    periods = (late - 1) // facts.stale_after_days
    return Stage(ReminderKind.STALE, since + timedelta(days=periods * facts.stale_after_days))
