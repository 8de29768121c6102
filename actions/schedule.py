"""How an action stands by its dates alone, and which days are working days; plain computation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache

from holidays import country_holidays

from kb.words import gettext, ngettext

SOON_DAYS = 30
SATURDAY = 5
_SUBDIVISIONS = {"england": "ENG", "scotland": "SCT", "wales": "WLS", "northern-ireland": "NIR"}
_CONFIDENCE = {"on-track": gettext("On track"), "at-risk": gettext("At risk"), "off-track": gettext("Off track")}


class State(StrEnum):
    """What the dates say."""

    NOT_STARTED = "not_started"
    ON_TIME = "on_time"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    STALE = "stale"
    NO_DATE = "no_date"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Schedule:
    """A state with its days: overdue by, silent for, or due in; None where the state has none."""

    state: State
    days: int | None
    due_on: date | None


def schedule_of(
    *,
    starts_on: date | None,
    due_on: date | None,
    is_open: bool,
    last_said_on: date | None,
    counted_from: date,
    stale_after_days: int,
    today: date,
) -> Schedule:
    """The state of one action: what is overdue is never called due soon, and what is due soon never silent.

    Silence counts from the last update, else from `counted_from`, the day from which one could be expected.
    """
    due_in = None if due_on is None else (due_on - today).days
    silent = (today - (last_said_on or counted_from)).days
    if not is_open:
        return Schedule(State.CLOSED, None, due_on)
    if starts_on is not None and starts_on > today:
        return Schedule(State.NOT_STARTED, None, due_on)
    if due_in is not None and due_in < 0:
        return Schedule(State.OVERDUE, -due_in, due_on)
    if due_in is not None and due_in <= SOON_DAYS:
        return Schedule(State.DUE_SOON, due_in, due_on)
    if silent > stale_after_days:
        return Schedule(State.STALE, silent, due_on)
    return Schedule(State.NO_DATE if due_in is None else State.ON_TIME, due_in, due_on)


def schedule_words() -> dict[str, str]:
    """The schedule states in the order in which they matter."""
    return {
        "overdue": gettext("Overdue"),
        "due_soon": gettext("Due within 30 days"),
        "stale": gettext("No update"),
        "on_time": gettext("On time"),
        "not_started": gettext("Not started"),
        "no_date": gettext("No date"),
        "closed": gettext("Done, verified or stopped"),
    }


def schedule_of_milestone(due_on: date | None, done_on: date | None, today: date) -> Schedule:
    """The state of a step on the way: only its own date counts, since nobody is asked about it alone."""
    return schedule_of(
        starts_on=None,
        due_on=due_on,
        is_open=done_on is None,
        last_said_on=today,
        counted_from=today,
        stale_after_days=0,
        today=today,
    )


def counted_from(starts_on: date | None, known_since: date) -> date:
    """The first day on which an update could be expected: the start, but never before the action was written down."""
    return known_since if starts_on is None else max(starts_on, known_since)


def mismatch(
    schedule: Schedule,
    confidence: str | None,
    last_said_on: date | None,
    today: date,
    *,
    forecast_on: date | None = None,
    milestone_days_late: int = 0,
    waits_for_late: bool = False,
) -> str:
    """A sentence where the owner's word and what else is known do not agree, else nothing.

    Whoever says “at risk” has said that something is wrong, so dates contradict “on track” alone; silence makes every
    word old.
    """
    if confidence not in _CONFIDENCE or schedule.state == State.CLOSED:
        return ""
    but = []
    if confidence == "on-track":
        but = _against_on_track(schedule, forecast_on, milestone_days_late, waits_for_late=waits_for_late)
    is_overdue = schedule.state == State.OVERDUE and confidence == "on-track"
    is_silent_since = is_overdue and last_said_on is not None and schedule.due_on and last_said_on <= schedule.due_on
    if schedule.state == State.STALE:
        but.append(gettext("nothing said for %(silent)s", silent=_days(schedule.days or 0)))
    elif is_silent_since and last_said_on is not None:
        but.append(gettext("nothing said for %(silent)s", silent=_days((today - last_said_on).days)))
    if not but:
        return ""
    return gettext("%(said)s, but %(what)s", said=_CONFIDENCE[confidence], what=gettext(", and ").join(but))


def _against_on_track(
    schedule: Schedule, forecast_on: date | None, milestone_days_late: int, *, waits_for_late: bool
) -> list[str]:
    """What speaks against “on track”."""
    but = []
    if schedule.state == State.OVERDUE:
        late = ngettext("overdue by %(num)s day", "overdue by %(num)s days", schedule.days or 0)
        but.append(late)
    if forecast_on is not None and schedule.due_on is not None and forecast_on > schedule.due_on:
        days = _days((forecast_on - schedule.due_on).days)
        but.append(gettext("expected %(days)s after it is due", days=days))
    if milestone_days_late > 0:
        but.append(gettext("a milestone is %(days)s late", days=_days(milestone_days_late)))
    if waits_for_late:
        but.append(gettext("it waits for something late or stopped"))
    return but


def is_working_day(day: date, nation: str) -> bool:
    """Whether people work in the nation on that day; no nation means England."""
    return day.weekday() < SATURDAY and day not in _bank_holidays(nation, day.year)


def add_working_days(day: date, n: int, nation: str) -> date:
    """The nth working day after the day, or before it where n is negative."""
    step = timedelta(days=1 if n > 0 else -1)
    left = abs(n)
    while left > 0:
        day += step
        left -= is_working_day(day, nation)
    return day


def previous_working_day(day: date, nation: str) -> date:
    """The day itself when it is a working day, else the last one before it."""
    while not is_working_day(day, nation):
        day -= timedelta(days=1)
    return day


def _days(number: int) -> str:
    return ngettext("%(num)s day", "%(num)s days", number)


@cache
def _bank_holidays(nation: str, year: int) -> frozenset[date]:
    return frozenset(country_holidays("GB", subdiv=_SUBDIVISIONS.get(nation, "ENG"), years=year))
