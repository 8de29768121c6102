"""The Monday on which tests plan mails, and hours of a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

TODAY = date(2026, 11, 23)  # a Monday
LONG_AGO = date(2020, 1, 1)


def days(number: int) -> date:
    """A day so many after the Monday, or before it."""
    return TODAY + timedelta(days=number)


def at(day: date = TODAY, hour: int = 9, minute: int = 0) -> datetime:
    """A time of a day."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
