"""The periods that an indicator is read for: which has ended since the last reading, and which nobody has read."""

from __future__ import annotations

import calendar
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: How many months a period has; what is read once, or who knows when, has none.
MONTHS = {"monthly": 1, "quarterly": 3, "yearly": 12}


def last_ended(frequency: str, counted: date, today: date) -> date | None:
    """The end of the newest period after the day that they are counted from, if one has ended by today."""
    months = MONTHS.get(frequency)
    if months is None:
        return None
    # Counted from the start each time, since a month added twelve times to 31 January is not a year.
    number = _months_between(counted, today) // months
    while number > 0 and later(counted, number * months) > today:
        number -= 1
    return later(counted, number * months) if number > 0 else None


def missing(days: Sequence[date], frequency: str) -> list[date]:
    """The ends of the periods between the first and the last day for which there is none, oldest first."""
    months = MONTHS.get(frequency)
    if months is None:
        return []
    return [
        later(before, number * months)
        for before, after in pairwise(days)
        for number in range(1, _months_between(before, after) // months)
    ]


def later(day: date, months: int) -> date:
    """The same day some months later; the last day of a month stays the last."""
    years, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    was_last = day.day == calendar.monthrange(day.year, day.month)[1]
    return date(day.year + years, month + 1, last if was_last else min(day.day, last))


def _months_between(before: date, after: date) -> int:
    return (after.year - before.year) * 12 + after.month - before.month
