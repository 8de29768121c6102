"""How often and how far the dates of an action moved since a meeting; plain computation."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from actions.slips import read_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date


@dataclass(frozen=True, slots=True)
class Slip:
    """By how many days an action is to be done later than it was, and how many times it was moved later since."""

    days: int
    times: int
    before: date
    after: date
    is_forecast: bool


@dataclass(frozen=True, slots=True)
class Dates:
    """What moved the dates of an action since a day, and how they stand now.

    `moved` are the lines of its history on the due date, old and new as written there; `expected` the days that its
    owner expected, first what stood on that day, if anything did (`had_forecast`). Both are the first one first.
    """

    due_on: date | None
    forecast_on: date | None
    moved: Sequence[tuple[str | None, str | None]] = ()
    expected: Sequence[date] = ()
    had_forecast: bool = False


def slip_of(dates: Dates) -> Slip | None:
    """How far an action slipped: by its due date or by what its owner expects, whichever is further.

    What was moved later and then back again did not slip.
    """
    stood = _stood(dates.moved)
    agreed = _slip(stood, is_forecast=False)
    due_then = stood[0] if stood else dates.due_on
    start = [] if dates.had_forecast or due_then is None else [due_then]
    is_expected = dates.expected and dates.forecast_on == dates.expected[-1]
    expected = _slip([*start, *dates.expected], is_forecast=True) if is_expected else None
    found = [slip for slip in (agreed, expected) if slip]
    return max(found, key=lambda slip: slip.days, default=None)


def middle(slips: Iterable[Slip]) -> int:
    """The days of the slip that stands in the middle of them all; 0 where there is none."""
    days = [slip.days for slip in slips]
    return round(median(days)) if days else 0


def _stood(moved: Sequence[tuple[str | None, str | None]]) -> list[date]:
    """The due dates one after another; one that was taken away and then set again moved from what it was before."""
    found: list[date] = []
    for old, new in moved:
        for words in (old, new):
            day = read_day(words)
            if day is not None and (not found or day != found[-1]):
                found.append(day)
    return found


def _slip(days: Sequence[date], *, is_forecast: bool) -> Slip | None:
    if len(days) < 2 or days[-1] <= days[0]:
        return None
    times = sum(after > before for before, after in pairwise(days))
    return Slip((days[-1] - days[0]).days, times, days[0], days[-1], is_forecast)
