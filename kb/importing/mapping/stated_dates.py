"""The dates that a title names: when it was published, and the years that it runs from and to."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb import dates

_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec"
_MONTH_NAMES = (
    "january|february|march|april|may|june|july|august|september|october|november|december"
    f"|{_MONTHS}|spring|summer|autumn|winter"
)
_YEAR = r"(?:18|19|20)\d\d"
_MONTH_YEAR = re.compile(
    rf"\b(?:(\d{{1,2}})(?:st|nd|rd|th)?\s+)?({_MONTH_NAMES})\.?,?\s+({_YEAR}|\d\d)\b(?!/)", re.IGNORECASE
)
_SHORT_SPAN = re.compile(r"\b(\d\d)/(\d\d)\s*(?:to|[-–—])\s*(\d\d)/(\d\d)\b")
_SPAN = re.compile(
    rf"\b({_YEAR})(?:/\d\d)?\s*(?:[-–—/]|to)\s*(?:({_YEAR})(?:/(\d\d))?|(\d\d)|(?:present|date|now|ongoing))(?![\w/])",
    re.I,
)
_UNTIL = re.compile(rf"\b(?:to|until|by)\s+({_YEAR})(?:[/-](\d\d))?\b", re.I)
_ONE = re.compile(rf"(?<![\w/-])({_YEAR})(?![\w/])")
_FINANCIAL_YEAR = re.compile(rf"{_YEAR}/\d\d")
# “2018 (updated 2021)”
_AGAIN = re.compile(
    r"\(?\b(?:as\s+)?(?:updated|revised|reviewed|refreshed|reprinted|amended)\b[^;)]*\)?", re.IGNORECASE
)
_BESIDE = re.compile(r"\b(?:published|updated|revised|reprinted|dated|draft|in|of|\d\d?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dates:
    """The date of publication as `kb.dates` reads it, its year, and the first and last year that the title covers."""

    published: str = ""
    year: int | None = None
    starts: int | None = None
    ends: int | None = None


def dates_in(text: str) -> Dates:
    """What a title and the lines around it say of dates; a year within a span is no date of publication.

    Of a document that was published and updated later it is the first that counts.
    """
    found = _dates_in(_AGAIN.sub(" ", text))
    return found if found.published else _dates_in(text)


def dates_of_column(text: str) -> Dates:
    """What a cell says that stands under “Year” or “Date”; years that a document spans are no date of its publication.

    Words that are no date stay, so that somebody mends them.
    """
    span = _SHORT_SPAN.fullmatch(text) or (None if _FINANCIAL_YEAR.fullmatch(text) else _SPAN.fullmatch(text))
    starts, ends, _ = _period(text) if span else (None, None, "")
    if span and (ends is None or ends >= (starts or 0)):
        return Dates(starts=starts, ends=ends)
    found = dates_in(text)
    try:
        dates.parse(text)
    except ValueError:
        return Dates(found.published or text, found.year)
    return Dates(text, found.year)


def is_date(text: str) -> bool:
    """Whether words are a date, or years, and nothing else."""
    if not re.search(r"\d", text):
        return False
    for pattern in (_SHORT_SPAN, _SPAN, _UNTIL, _MONTH_YEAR, _ONE, _BESIDE):
        text = pattern.sub(" ", text)
    return not re.search(r"\w", text)


def is_publication_date(text: str) -> bool:
    """Whether words are a date and nothing else, and not the years that a title spans, which belong to it."""
    starts, ends, _ = _period(text)
    return is_date(text) and starts is None and ends is None


def _dates_in(text: str) -> Dates:
    starts, ends, rest = _period(text)
    month = _MONTH_YEAR.search(rest)
    if month:
        day, name, digits = month.groups()
        year = int(digits) if len(digits) == 4 else 2000 + int(digits)
        return Dates(" ".join(filter(None, (day, name, str(year)))), year, starts, ends)
    years = list(_ONE.finditer(rest))
    if years:
        return Dates(years[-1].group(1), int(years[-1].group(1)), starts, ends)
    return Dates("", None, starts, ends)


def _period(text: str) -> tuple[int | None, int | None, str]:
    """The years that a title spans, and the text without them."""
    if found := _SHORT_SPAN.search(text):
        return 2000 + int(found[1]), 2000 + int(found[4]), text.replace(found.group(), " ", 1)
    if found := _UNTIL.search(text):
        # In “to 2020/21” it is one year, in “2014 to 2020” the end of a span.
        span = _SPAN.search(text)
        if span is None or found.start() < span.start():
            year = _second(int(found[1]), found[2])
            return None, year, text.replace(found.group(), " ", 1)
    if found := _SPAN.search(text):
        start = int(found[1])
        last = int(found[2]) if found[2] else None
        end = _second(last, found[3]) if last else _second(start, found[4]) if found[4] else None
        return start, end, text.replace(found.group(), " ", 1)
    return None, None, text


def _second(first: int, digits: str | None) -> int:
    """The year that two digits after another year mean."""
    return first if digits is None else first - first % 100 + int(digits)
