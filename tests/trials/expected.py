"""What should be told about an action on a day, worked out from its dates alone; it shares nothing with the planner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from holidays import country_holidays

# Why, and the date that it is about: the same two are told once to a person.
Key = tuple[str, date]
NEW_FOR = timedelta(days=9)
_SUBDIVISIONS = {"england": "ENG", "scotland": "SCT", "wales": "WLS", "northern-ireland": "NIR"}


class Stage(NamedTuple):
    """A reason to write, and the day from which it holds."""

    key: Key
    begun_on: date


@dataclass
class Plan:
    """A plan and its policy, in days."""

    id: int
    nation: str
    first: int = 30
    second: int = 7
    overdue_every: int = 7
    sponsor_after: int = 5
    steering_after: int = 15
    stale_after: int = 28
    hour: int = 8
    timezone: str = ""
    is_paused: bool = False


@dataclass
class Post:
    """A post and whoever answers for it, since when."""

    id: int
    holder: int | None
    since: date


@dataclass
class Thing:
    """An action as the trial knows it."""

    id: int
    plan: Plan
    post: Post
    sponsor_post: Post | None
    made_on: date
    starts_on: date | None
    due_on: date | None
    said_on: date | None = None
    is_open: bool = True
    given_on: date = date.min

    @property
    def answerer(self) -> int | None:
        return self.post.holder

    @property
    def sponsor(self) -> int | None:
        return self.sponsor_post.holder if self.sponsor_post else None

    def is_new_to_somebody(self, day: date) -> bool:
        """Whether it lately got another owner, or its post another holder."""
        return day - max(self.given_on, self.post.since, self.made_on) < NEW_FOR


def stage_of(thing: Thing, day: date) -> Stage | None:
    """The newest reason to write that nobody has answered."""
    stage = _by_due_date(thing, day)
    return stage or _by_silence(thing, day)


def _by_due_date(thing: Thing, day: date) -> Stage | None:
    due, plan, said = thing.due_on, thing.plan, thing.said_on
    if due is None:
        return None
    if day > due:
        period = (day - due - timedelta(days=1)) // timedelta(days=plan.overdue_every)
        began = due + timedelta(days=period * plan.overdue_every)
        is_answered = said is not None and said >= due and day - said < timedelta(days=plan.overdue_every)
        return None if is_answered else Stage(("overdue", began), began + timedelta(days=1))
    last_call = due
    while not is_working_day(last_call, plan.nation):
        last_call -= timedelta(days=1)
    if day >= last_call:
        stage = Stage(("due-now", due), last_call)
    elif day >= due - timedelta(days=plan.second):
        stage = Stage(("due-soon", due), due - timedelta(days=plan.second))
    elif day >= due - timedelta(days=plan.first):
        # Told apart from the second one by a date that no action has.
        stage = Stage(("due-soon", due.replace(year=due.year - 1000)), due - timedelta(days=plan.first))
    else:
        return None
    return None if said is not None and said >= stage.begun_on else stage


def _by_silence(thing: Thing, day: date) -> Stage | None:
    since = thing.said_on or max(thing.made_on, thing.starts_on or thing.made_on)
    over = (day - since).days - thing.plan.stale_after
    if over <= 0:
        return None
    period = (over - 1) // thing.plan.stale_after
    began = since + timedelta(days=period * thing.plan.stale_after)
    return Stage(("stale", began), began + timedelta(days=thing.plan.stale_after + 1))


def working_days_since(due_on: date, day: date, nation: str) -> int:
    """How many working days have come after the due date, the day itself among them."""
    days = (day - due_on).days
    return sum(is_working_day(due_on + timedelta(days=number + 1), nation) for number in range(days))


def is_working_day(day: date, nation: str) -> bool:
    return day.weekday() < 5 and day not in _holidays(nation)


@cache
def _holidays(nation: str) -> frozenset[date]:
    return frozenset(country_holidays("GB", subdiv=_SUBDIVISIONS[nation], years=range(2023, 2030)))
