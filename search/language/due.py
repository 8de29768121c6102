"""When something is due, in the language of searches: due:<30d, due:overdue, due:2026-12, due:2026-10..2026-12."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from kb.dates import EARLIEST_YEAR, LATEST_YEAR
from kb.words import gettext, ngettext, spoken

OVERDUE, NONE = "overdue", "none"
MOST_DAYS = 3_660
DAYS_OF = {"d": 1, "day": 1, "days": 1, "w": 7, "week": 7, "weeks": 7}
_AHEAD = re.compile(r"(?P<way>[<>])?=?\s*(?P<number>[0-9]{1,4})\s*(?P<unit>days?|weeks?|d|w)")
# Without a unit days are meant; of four figures a year.
_BARE = re.compile(r"[<>]=?\s*[0-9]{1,3}")
# Weeks, months and years of the calendar: this one and the next.
WAYS, PERIODS = ("this", "next"), ("week", "month", "year")
_NAMED = re.compile(rf"({'|'.join(WAYS)})[ -]({'|'.join(PERIODS)})")
_PERIOD = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_AHEAD_READ = re.compile(r"([<>])([0-9]+)d")


@dataclass(frozen=True, slots=True)
class Span:
    """Days from the first to the last, both included; only of what is open where that is what the words mean."""

    first: date = date.min
    last: date = date.max
    is_of_open: bool = False


def read(text: str) -> str | None:
    """The one way in which this is written from here on, None for what means no time."""
    text = text.strip().lower()
    if text in (OVERDUE, NONE):
        return text
    if _NAMED.fullmatch(text):
        return text.replace(" ", "-")
    if ahead := _AHEAD.fullmatch(f"{text}d" if _BARE.fullmatch(text) else text):
        days = int(ahead["number"]) * DAYS_OF[ahead["unit"]]
        return f"{ahead['way'] or '<'}{days}d" if days <= MOST_DAYS else None
    first, joined, last = text.partition("..")
    if not (first or last) or any(each and _period(each) is None for each in (first, last)):
        return None
    return text if joined or first else None


def span_of(given: str, today: date) -> Span:
    """The days that a value means, as `read` gave it; `none` means no day at all and has no span."""
    if given == OVERDUE:
        return Span(last=today - timedelta(days=1), is_of_open=True)
    if ahead := _AHEAD_READ.fullmatch(given):
        edge = today + timedelta(days=int(ahead[2]))
        if ahead[1] == "<":
            return Span(today, edge, is_of_open=True)
        return Span(edge + timedelta(days=1), is_of_open=True)
    if named := _NAMED.fullmatch(given):
        return _calendar(named[1], named[2], today)
    first, joined, last = given.partition("..")
    begins = (_period(first) if first else None) or Span()
    ends = (_period(last) if joined else begins) or Span()
    first_day, last_day = begins.first, ends.last
    return Span(first_day, last_day) if first_day <= last_day else Span(ends.first, begins.last)


def words(given: str) -> str:
    """A value in words, as a filter is called on pages."""
    if given == OVERDUE:
        return gettext("Overdue")
    if given == NONE:
        return gettext("No date")
    if ahead := _AHEAD_READ.fullmatch(given):
        days = int(ahead[2])
        if ahead[1] == "<":
            return ngettext("within %(num)s day", "within %(num)s days", days)
        return ngettext("in more than %(num)s day", "in more than %(num)s days", days)
    if _NAMED.fullmatch(given):
        return _named_words()[given]
    first, joined, last = given.partition("..")
    if not joined:
        return _spoken(first)
    if not last:
        return gettext("%(when)s or later", when=_spoken(first))
    if not first:
        return gettext("%(when)s or earlier", when=_spoken(last))
    return gettext("%(first)s to %(last)s", first=_spoken(first), last=_spoken(last))


def _calendar(way: str, period: str, today: date) -> Span:
    """This week, month or year, or the next."""
    is_next = way == "next"
    if period == "week":
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=is_next)
        return Span(monday, monday + timedelta(days=6))
    months = today.year * 12 + today.month - 1 + is_next
    text = f"{months // 12:04}-{months % 12 + 1:02}" if period == "month" else f"{today.year + is_next:04}"
    return _period(text) or Span()


def _named_words() -> dict[str, str]:
    return {
        "this-week": gettext("this week"),
        "next-week": gettext("next week"),
        "this-month": gettext("this month"),
        "next-month": gettext("next month"),
        "this-year": gettext("this year"),
        "next-year": gettext("next year"),
    }


def _spoken(period: str) -> str:
    year, month, day = (*(int(part) for part in period.split("-")), 0, 0)[:3]
    if not month:
        return str(year)
    whole = spoken(date(year, month, day or 1))
    return whole if day else whole.partition(" ")[2]


def _period(text: str) -> Span | None:
    """A year, a month or a day; None for what is none."""
    found = _PERIOD.fullmatch(text)
    if not found or not EARLIEST_YEAR <= int(found[1]) <= LATEST_YEAR:
        return None
    year, month, day = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    try:
        if found[3]:
            return Span(date(year, month, day), date(year, month, day))
        if found[2]:
            return Span(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
    except ValueError:
        return None
    return Span(date(year, 1, 1), date(year, 12, 31))
