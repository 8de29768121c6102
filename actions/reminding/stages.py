"""Which reminder an action calls for on a day: worked out from its dates alone, so downtime loses nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from actions.reminder_models import ReminderKind
from actions.schedule import add_working_days, counted_from, is_working_day, previous_working_day
from kb.planning.reminder_policy import Policy

if TYPE_CHECKING:
    from actions.brief import Dated
    from actions.reviews.cycle import Cycle

# What is shown first when several things are in one mail.
ORDER = (
    ReminderKind.OVERDUE,
    ReminderKind.DUE_NOW,
    ReminderKind.DUE_SOON,
    ReminderKind.STALE,
    ReminderKind.MEETING,
    ReminderKind.READING,
    ReminderKind.REVIEW,
    ReminderKind.SOURCE_REVIEW,
    ReminderKind.SOURCE_END,
    ReminderKind.ASSIGNED,
    ReminderKind.TO_SPONSOR,
    ReminderKind.TO_STEERING,
)
# An action has two reminders of one kind before its date, and the occurrence has to tell them apart whatever the date
# moves to. So the first has the due date four centuries earlier, which is no due date, and after which days recur.
# The reminders before a meeting are told apart in the same way.
FIRST_OF_TWO = timedelta(days=146_097)
# What is due on days off is told of on the last working day before them, which is never so far away.
MOST_DAYS_OFF = 10


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides about the reminders of one open action; `known_since` is when it was written down.

    `nation` says whose bank holidays count, and `rounds` are those before the meetings of the plan's group, soonest
    first.
    """

    due_on: date | None
    starts_on: date | None
    last_said_on: date | None
    known_since: date
    policy: Policy
    nation: str
    rounds: tuple[Cycle, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """One reason to write; the same kind and occurrence are never written about twice to one person."""

    kind: ReminderKind
    occurrence: date


@dataclass(frozen=True, slots=True)
class Reached:
    """A stage, and the first day of it."""

    stage: Stage
    begun_on: date


def facts_of(action: Dated, policy: Policy, nation: str, rounds: tuple[Cycle, ...] = ()) -> Facts:
    """What decides about the reminders of an open action of a plan with this policy, nation and rounds."""
    return Facts(
        due_on=action.due_on,
        starts_on=action.starts_on,
        last_said_on=action.last_said_on,
        known_since=action.created_at.date(),
        policy=policy,
        nation=nation,
        rounds=rounds,
    )


def stage_of(facts: Facts, today: date) -> Stage | None:
    """The newest stage that the action has reached and that its owner has not answered; None when there is none."""
    reached = reached_by(facts, today)
    return reached.stage if reached else None


def reached_by(facts: Facts, today: date) -> Reached | None:
    """As `stage_of`, with the first day of the stage."""
    reached = _dated(facts.due_on, today, facts) if facts.due_on is not None else None
    if reached is None or _is_answered(facts, reached, today):
        reached = _stale(facts, today)
    asked = _for_meeting(facts, today)
    # One answer does for both, so the later question stands; that for a meeting names what is late as well.
    if asked is None or (reached is not None and reached.begun_on > asked.begun_on):
        return reached
    return asked


def meeting_of(facts: Facts, stage: Stage) -> Cycle | None:
    """The round that a stage belongs to."""
    return next((one for one in facts.rounds if stage in (each.stage for each in _stages_before(one))), None)


def silent_since(facts: Facts) -> date:
    """The day of the last answer, else the day from which one could be expected."""
    return facts.last_said_on or counted_from(facts.starts_on, facts.known_since)


def asks_from(due_on: date, policy: Policy, nation: str) -> date:
    """The first day on which an owner is asked because of the due date."""
    days = max(policy.first_days_before, policy.second_days_before)
    return min(due_on - timedelta(days=days), previous_working_day(due_on, nation))


def next_asked_on(facts: Facts, today: date) -> date | None:
    """The first working day after today on which the action will ask for an answer, if nothing is said before."""
    due_on, policy = facts.due_on, facts.policy
    days = {silent_since(facts) + timedelta(days=policy.stale_after_days + 1)}
    if due_on is not None:
        days |= {due_on - timedelta(days=policy.first_days_before), due_on - timedelta(days=policy.second_days_before)}
        days |= {previous_working_day(due_on, facts.nation), due_on + timedelta(days=1)}
        if facts.last_said_on is not None:
            days.add(facts.last_said_on + timedelta(days=policy.overdue_every_days))
    days |= {day for cycle in facts.rounds for day in (cycle.asks_on, *cycle.reminds_on)}
    for day in sorted(days):
        if day > today and reached_by(facts, day) is not None:
            return day if is_working_day(day, facts.nation) else add_working_days(day, 1, facts.nation)
    return None


def _dated(due_on: date, today: date, facts: Facts) -> Reached | None:
    """The stage that the due date has reached."""
    policy = facts.policy
    if today > due_on:
        times = (today - due_on).days - 1
        occurrence = due_on + timedelta(days=times - times % policy.overdue_every_days)
        return Reached(Stage(ReminderKind.OVERDUE, occurrence), occurrence + timedelta(days=1))
    last_call = previous_working_day(due_on, facts.nation)
    if today >= last_call:
        return Reached(Stage(ReminderKind.DUE_NOW, due_on), last_call)
    days_left = (due_on - today).days
    if days_left <= policy.second_days_before:
        begun_on = due_on - timedelta(days=policy.second_days_before)
        return Reached(Stage(ReminderKind.DUE_SOON, due_on), begun_on)
    if days_left <= policy.first_days_before:
        begun_on = due_on - timedelta(days=policy.first_days_before)
        return Reached(Stage(ReminderKind.DUE_SOON, due_on - FIRST_OF_TWO), begun_on)
    return None


def _is_answered(facts: Facts, reached: Reached, today: date) -> bool:
    said = facts.last_said_on
    if said is None:
        return False
    if reached.stage.kind is ReminderKind.OVERDUE:
        # An answer about a late action holds for a while, not for ever.
        assert facts.due_on is not None  # or nothing would be overdue
        return said >= facts.due_on and (today - said).days < facts.policy.overdue_every_days
    return said >= reached.begun_on


def _stale(facts: Facts, today: date) -> Reached | None:
    since, every = silent_since(facts), facts.policy.stale_after_days
    late = (today - since).days - every
    if late <= 0:
        return None
    occurrence = since + timedelta(days=(late - 1) // every * every)
    return Reached(Stage(ReminderKind.STALE, occurrence), occurrence + timedelta(days=every + 1))


def _for_meeting(facts: Facts, today: date) -> Reached | None:
    """The newest stage of the first round that is open and has no answer; nobody is asked of what has not begun."""
    if facts.starts_on is not None and today < facts.starts_on:
        return None
    for cycle in facts.rounds:
        if cycle.asks_on <= today <= cycle.closes_on and not cycle.is_answered(facts.last_said_on):
            return [each for each in _stages_before(cycle) if each.begun_on <= today][-1]
    return None


def _stages_before(cycle: Cycle) -> list[Reached]:
    """The request and its reminders, by the meeting's day, so that none comes twice for one meeting."""
    return [
        Reached(Stage(ReminderKind.MEETING, cycle.meets_on - number * FIRST_OF_TWO), day)
        for number, day in enumerate((cycle.asks_on, *cycle.reminds_on))
    ]


@lru_cache(maxsize=4096)
def told_higher_on(due_on: date, after_days: int, nation: str) -> date:
    """The working day on which a late action is told higher up: so many working days after its due date."""
    return add_working_days(due_on, after_days, nation)


def working_days_late(due_on: date, today: date, nation: str) -> int:
    """How many working days have passed since the due date, today among them."""
    days = (today - due_on).days
    return sum(is_working_day(due_on + timedelta(days=number), nation) for number in range(1, days + 1))
