"""Dates as documents state them: a day, how exact it is, and the words; they compare by their last day."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kb.words import gettext, spoken

EARLIEST_YEAR, LATEST_YEAR = 1800, 2200
SEASON_LAST_MONTH = {"winter": 2, "spring": 5, "summer": 8, "autumn": 11}
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_FORMS = re.compile(
    r"""^(?:
        (?P<year>\d{4}) (?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?)?
      | (?P<qyear>\d{4})-Q(?P<quarter>[1-4])
      | quarter\s+(?P<spoken_quarter>[1-4])\s+of\s+(?P<spoken_qyear>\d{4})
      | (?P<fyear>\d{4})/(?P<fend>\d{2})
      | (?P<season>spring|summer|autumn|winter)\s+(?P<syear>\d{4})
      | (?:(?P<mday>\d{1,2})\s+)? (?P<mname>[a-z]{3,9})\s+(?P<myear>\d{4})
    )$""",
    re.VERBOSE | re.IGNORECASE,
)


class Precision(StrEnum):
    """How exactly a date is known."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    SEASON = "season"
    YEAR = "year"
    FINANCIAL_YEAR = "financial-year"


@dataclass(frozen=True, slots=True)
class StatedDate:
    """A date with its precision; `day` is the last day of the period, None where nothing is known."""

    day: date | None
    precision: str | None
    words: str | None

    def __bool__(self) -> bool:
        return self.day is not None

    def __str__(self) -> str:
        return self.words or ""

    @property
    def spoken(self) -> str:
        """For people: 30 September 2026, September 2026, spring 2023, or the year with a note that only it is known."""
        if self.day is None:
            return ""
        match self.precision:
            case Precision.DAY:
                return spoken(self.day)
            case Precision.MONTH:
                return spoken(self.day).split(" ", 1)[1]
            case Precision.QUARTER:
                return gettext("quarter %(number)s of %(year)s", number=(self.day.month + 2) // 3, year=self.day.year)
            case Precision.SEASON:
                return (self.words or str(self.day.year)).lower()
            case Precision.FINANCIAL_YEAR:
                return f"{self.day.year - 1}/{self.day.year % 100:02d}"
        return _only_the_year(str(self.day.year))


def _only_the_year(year: str) -> str:
    """The year as it is spoken, since the day that is kept with it is not known."""
    return gettext("%(year)s (only the year is known)", year=year)


NO_DATE = StatedDate(None, None, None)


def parse(words: str | None) -> StatedDate:
    """Read `2021-12-05`, `5 December 2021`, `2021-12`, `December 2021`, `2021-Q3`, `spring 2023`, `2021` or `2019/20`.

    What `spoken` tells is read too. Nothing gives no date.

    Raises ValueError, with a sentence that says how to write it, for anything else.
    """
    words = (words or "").strip().removesuffix(_only_the_year("")).strip()
    if not words:
        return NO_DATE
    found = _FORMS.match(words)
    if not found or (found["mname"] and not _month(found["mname"])):
        raise ValueError(
            gettext(
                "Give the date as a year, with its month (December 2021 or 2021-12) or in full (5 December 2021 or "
                "2021-12-05); “%(words)s” is none",
                words=words[:40],
            )
        )
    day, precision = _last_day(found)
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise ValueError(gettext("The year %(year)s is out of range", year=day.year))
    return StatedDate(day, precision, words)


def _last_day(found: re.Match[str]) -> tuple[date, Precision]:
    part = found.groupdict()
    if part["spoken_qyear"]:
        part.update(qyear=part["spoken_qyear"], quarter=part["spoken_quarter"])
    if part["qyear"]:
        return _end_of_month(int(part["qyear"]), 3 * int(part["quarter"])), Precision.QUARTER
    if part["fyear"]:
        start = int(part["fyear"])
        if (start + 1) % 100 != int(part["fend"]):
            raise ValueError(gettext("%(words)s is no financial year", words=found.group(0)))
        return date(start + 1, 3, 31), Precision.FINANCIAL_YEAR
    if part["season"]:
        year, season = int(part["syear"]), part["season"].lower()
        # A winter named by one year runs from its December into the next February.
        month = SEASON_LAST_MONTH[season]
        return _end_of_month(year + (season == "winter"), month), Precision.SEASON
    if part["mname"]:
        part.update(year=part["myear"], month=str(_month(part["mname"])), day=part["mday"])
    try:
        if part["day"]:
            return date(int(part["year"]), int(part["month"]), int(part["day"])), Precision.DAY
        if part["month"]:
            return _end_of_month(int(part["year"]), int(part["month"])), Precision.MONTH
        return date(int(part["year"]), 12, 31), Precision.YEAR
    except ValueError as error:
        raise ValueError(gettext("There is no such date as %(words)s", words=found.group(0))) from error


def _month(name: str) -> int:
    """The number of the month that these letters begin, in English; 0 when there is none."""
    return next((at for at, month in enumerate(MONTHS, 1) if month.startswith(name.lower())), 0)


def _end_of_month(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])
