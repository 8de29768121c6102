"""A column that was copied from a spreadsheet: each line a day and a number, or numbers that follow one another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb import typed_dates
from kb.catalogue import amounts
from kb.words import gettext

if TYPE_CHECKING:
    from datetime import date

MOST_LINES = 500
# Spreadsheets put a tab between two columns; what people type has a semicolon, or a few blanks.
_BETWEEN = re.compile(r"\t+|;|\s{2,}")
_SIGNS = "£€$%‰"
_THOUSANDS = re.compile(r"^\D*[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?\D*$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of what was pasted: its number from 1, its words, and what they say or why they say nothing."""

    number: int
    words: str
    day: date | None = None
    value: float | None = None
    problem: str = ""


def read(text: str, unit: str = "") -> list[Line]:
    """Every line that is not blank, in its order; the first one may be headings, which are left out.

    A unit other than the indicator's is a problem of its line. Raises ValueError, with a sentence, for too many lines.
    """
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > MOST_LINES:
        raise ValueError(
            gettext(
                "Paste at most %(most)s lines at a time; these are %(number)s. A longer list comes in as a file",
                most=MOST_LINES,
                number=f"{len(lines):,}",
            )
        )
    found = [_line(number, words, unit) for number, words in lines]
    if found and found[0].problem and not any(sign.isdigit() for sign in found[0].words):
        del found[0]  # headings
    seen: dict[date, int] = {}
    return [_once(line, seen) for line in found]


def _line(number: int, words: str, unit: str) -> Line:
    parts = [part.strip() for part in _BETWEEN.split(words) if part.strip()]
    if len(parts) == 1 and not _is_day(words) and (match := _last_number(unit).match(words)):
        parts = [match["day"], match["value"]]
    if len(parts) != 2:
        return Line(number, words, problem=gettext("Give a day and a number, with a tab between them"))
    try:
        day = typed_dates.read(parts[0]).stated.day
        value = amounts.parse(_without_odd_comma(bare(parts[1], unit)))
    except ValueError as error:
        return Line(number, words, problem=str(error))
    return Line(number, words, day, value)


def _last_number(unit: str) -> re.Pattern[str]:
    """“December 2021 71.8”: the last word is the number, with its unit, where one blank is all that stands between."""
    own = re.escape(unit.strip())
    return re.compile(rf"^(?P<day>.*?\S)\s+(?P<value>(?:{own}\s+)?\S+(?:\s+{own})?)$", re.IGNORECASE)


def bare(words: str, unit: str) -> str:
    """A number without the unit in front of it or behind; ValueError where it bears the sign of another unit."""
    unit = unit.strip()
    number = _without(words, unit)
    others = [sign for sign in _SIGNS if sign in number and sign not in unit] if unit else []
    if others:
        raise ValueError(gettext("This is in %(sign)s, but the unit is %(unit)s", sign=others[0], unit=unit))
    return number


def _without_odd_comma(number: str) -> str:
    """The number as it stands; ValueError for a comma that parts no thousands, which elsewhere is a decimal point."""
    if "," in number and not _THOUSANDS.match(number):
        point = number.replace(",", ".")
        raise ValueError(
            gettext("Is %(number)s meant as %(point)s? Write the decimal point", number=number, point=point)
        )
    return number


def _is_day(words: str) -> bool:
    """Whether all of it is a day: “January 2026” without a number is not the number 2026."""
    try:
        return bool(typed_dates.read(words).stated)
    except ValueError:
        return False


def _without(words: str, unit: str) -> str:
    """The words without the unit; of “£ million” the sign may stand in front and the rest behind."""
    if not unit:
        return words
    minus = "-" if words.startswith(("-", amounts.MINUS)) else ""
    bare = words[len(minus) :].strip()
    for part in (unit, *([unit[0], unit[1:].strip()] if unit[0] in _SIGNS else [])):
        if part and bare.lower().startswith(part.lower()):
            bare = bare[len(part) :].strip()
        elif part and bare.lower().endswith(part.lower()):
            bare = bare[: -len(part)].strip()
    return minus + bare


def _once(line: Line, seen: dict[date, int]) -> Line:
    if line.day is None:
        return line
    first = seen.setdefault(line.day, line.number)
    if first == line.number:
        return line
    problem = gettext("Line %(number)s has the same day", number=first)
    return Line(line.number, line.words, line.day, line.value, problem)
