"""The columns that a kind of row may have: how each is headed, what may stand in it, and reading that as a value."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache

from kb import dates, typed_dates
from kb.dates import Precision, StatedDate
from kb.errors import Invalid
from kb.words import gettext, spoken

Values = Mapping[str, str]
SEPARATOR = ";"
_PART = re.compile(r"""[ \t]*(?:"((?:[^"]|"")+)"[ \t\r]*(?=[;\n]|$)|([^;\n]+))(?:[;\n]|$)""")
_NEEDS_QUOTES = re.compile(r'[;\n]|^"|^\s|\s$')


class Shape(StrEnum):
    """What may stand in a column."""

    LINE = "line"
    TEXT = "text"
    LIST = "list"
    CHOICE = "choice"
    CHOICES = "choices"
    YES = "yes"
    DAY = "day"
    STATED = "stated"
    NUMBER = "number"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its heading, the headings that mean the same, and what may stand in it.

    `choices` are the values that are kept, with their words. A column with `is_told` alone stands in exports and is
    not read. A day that `begins` a time is the first of a month that stands alone, any other is the last.
    What a column `holds` of documents is told by any words for that.
    """

    key: str
    label: str
    shape: Shape = Shape.LINE
    also: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    is_required: bool = False
    is_told: bool = False
    begins: bool = False
    holds: str = ""
    help: str = ""


@lru_cache(maxsize=4_096)
def plain(words: str) -> str:
    """Words as headings and choices are compared: lower case, letters and digits alone."""
    return " ".join(re.findall(r"\w+", words.lower().replace("’", "").replace("'", "")))


def split(text: str) -> list[str]:
    """Several values of one cell, between semicolons or in lines of their own; one that holds those is in quotes."""
    parts = (quoted.replace('""', '"') if quoted else bare.strip() for quoted, bare in _PART.findall(text))
    return [part for part in parts if part]


def joined(parts: Iterable[str]) -> str:
    """Several values as one cell holds them, so that `split` gives them back."""
    return f"{SEPARATOR} ".join(_quoted(part) if _NEEDS_QUOTES.search(part) else part for part in parts if part)


def _quoted(part: str) -> str:
    doubled = part.replace('"', '""')
    return f'"{doubled}"'


def choice(one: Field, text: str) -> str:
    """The value of these words; Invalid, with what may stand there, for any others."""
    given = plain(text)
    if not given:
        return ""
    for value, label in one.choices.items():
        if given in {plain(value), plain(label)}:
            return value
    some = ", ".join(one.choices.values())
    raise Invalid(one.key, gettext("“%(text)s” is not one of the choices: %(some)s", text=text[:60], some=some))


def choices(one: Field, text: str) -> tuple[str, ...]:
    """The values of several words, each once and in the order of the choices."""
    found = {choice(one, part) for part in split(text.replace(",", SEPARATOR))}
    return tuple(value for value in one.choices if value in found)


def yes(one: Field, text: str) -> bool:
    """Yes or no; nothing is no."""
    match plain(text):
        case "yes" | "y" | "true" | "1" | "x":
            return True
        case "" | "no" | "n" | "false" | "0":
            return False
    raise Invalid(one.key, gettext("Write Yes or No; “%(text)s” is neither", text=text[:60]))


def day(one: Field, text: str) -> date | None:
    """A whole day as 2026-09-30, 30 September 2026 or 30/9/26, which is read the British way.

    A month alone is its last day, or where a time begins its first; what is less exact than that is refused.
    """
    text = text.strip()
    if not text:
        return None
    try:
        found = typed_dates.read(text).stated
    except ValueError:
        found = dates.NO_DATE
    if found.day is not None and found.precision == Precision.DAY:
        return found.day
    if found.day is not None and found.precision == Precision.MONTH:
        return found.day.replace(day=1) if one.begins else found.day
    raise Invalid(
        one.key,
        gettext(
            "Give a day, such as 31 March 2027, or a month, such as March 2027; “%(text)s” is neither", text=text[:60]
        ),
    )


def stated(one: Field, text: str) -> StatedDate:
    """A date as exact as it is stated; a day in figures is read the British way."""
    try:
        return typed_dates.read(text).stated
    except ValueError as error:
        raise Invalid(one.key, str(error)) from error


def guessed_day(one: Field, text: str) -> str:
    """The date, in words, that a cell is read as where it does not state it whole; nothing where it does or is none."""
    if not text or one.shape not in (Shape.DAY, Shape.STATED):
        return ""
    try:
        typed = typed_dates.read(text)
    except ValueError:
        return ""
    if one.shape == Shape.STATED:
        return typed.stated.spoken if typed.is_short else ""
    if typed.stated.precision != Precision.MONTH and not typed.is_short:
        return ""
    try:
        return spoken(day(one, text))
    except Invalid:
        return ""


def number(one: Field, text: str) -> float | None:
    """A number, with or without commas at thousands, £ or %."""
    given = text.strip().replace(",", "").replace("−", "-").removeprefix("£").removesuffix("%").strip()
    if not given:
        return None
    try:
        found = float(given)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise Invalid(one.key, gettext("“%(text)s” is not a number", text=text[:60]))
    return found
