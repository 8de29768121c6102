"""Text for people: translation, dates in words, numbers in words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.support import NullTranslations

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
LOCALE = "en_GB"
RELATIVE_DAYS = 60
_translations = NullTranslations()
_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def catalogue() -> NullTranslations:
    """The translations that templates read from, which put their values in themselves so that they are escaped."""
    return _translations


def gettext(message: str, **values: object) -> str:
    """The message in the reader's language, with its `%(name)s` values put in."""
    text: str = _translations.gettext(message)
    return text % values if values else text


def in_each_language(make: Callable[[], T]) -> Callable[[], T]:
    """Make what holds text for people once for each language, and not in that of whoever asks first."""

    @cache
    def made(_: NullTranslations) -> T:
        return make()

    return lambda: made(_translations)


def ngettext(one: str, many: str, number: int, **values: object) -> str:
    """The form of the message that fits the number, which it may name as `%(num)s`."""
    text: str = _translations.ngettext(one, many, number)
    return text % {"num": number, **values}


# A page names the same few days many times; there is one language, else it would have to be part of the question.
@lru_cache(maxsize=4_096)
def spoken(day: date | None) -> str:
    """A date as people write it: 30 September 2026."""
    return "" if day is None else format_date(day, "d MMMM y", locale=LOCALE)


def spoken_time(at: datetime, zone: str = "Europe/London") -> str:
    """An instant as people write it, in the service's zone: 30 September 2026, 17:00."""
    local = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(ZoneInfo(zone))
    return f"{spoken(local.date())}, {local:%H:%M}"


def relative(day: date, today: date) -> str:
    """How far a date is from today, in days or weeks or years."""
    days = (day - today).days
    if days == 0:
        return gettext("today")
    if abs(days) == 1:
        return gettext("tomorrow") if days > 0 else gettext("yesterday")
    number, one, many = _span(abs(days))
    span = ngettext(one, many, number)
    return gettext("in %(span)s", span=span) if days > 0 else gettext("%(span)s ago", span=span)


def _span(days: int) -> tuple[int, str, str]:
    if days <= RELATIVE_DAYS:
        return days, "%(num)s day", "%(num)s days"
    if days < 2 * 365:
        return round(days / 30.4), "%(num)s month", "%(num)s months"
    return days // 365, "%(num)s year", "%(num)s years"


def counted(number: int) -> str:
    """A number in a sentence: words up to nine, then figures with a comma."""
    return _SMALL[number] if 0 <= number < len(_SMALL) else f"{number:,}"
