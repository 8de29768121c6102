"""Numbers as people write them: reading what was typed, and showing what is kept, with its unit."""

from __future__ import annotations

import math
import re

from kb.words import gettext

LARGEST = 1e15
MINUS = "−"
PLACES = 3  # decimals that a computed number is shown with at most
# Signs that stand against their number; any other unit stands behind a blank.
_AGAINST = ("%", "‰")
_BEFORE = ("£", "€", "$")
_NUMBER = r"[-−]?\d[\d,]*(?:\.\d+)?"
_RANGE = re.compile(rf"^[£€$]?(?P<low>{_NUMBER})%?(?:\s*(?:–|—|-|to)\s*[£€$]?(?P<high>{_NUMBER})%?)?$", re.IGNORECASE)


def parse(text: str) -> float:
    """The number in a text such as 4,500 or 71.8%; ValueError, with a sentence that says how to write one."""
    low, high = range_of(text)
    if low is None or low != high:
        raise ValueError(
            gettext("Give one number in figures, such as 4,500 or 71.8; “%(text)s” is none", text=text[:40])
        )
    return low


def range_of(text: str) -> tuple[float | None, float | None]:
    """The ends of a range such as 10–12 or 10% to 12%, twice the same for one number, nothing for what is neither."""
    found = _RANGE.match(text.strip())
    if not found:
        return None, None
    low = _read(found["low"])
    high = _read(found["high"]) if found["high"] else low
    return (low, high) if low <= high and max(abs(low), abs(high)) <= LARGEST else (None, None)


def shown(value: float) -> str:
    """A number for people: 4,500, 71.8, −29."""
    if not math.isfinite(value):
        return ""
    number = round(value, 6)
    words = f"{abs(number):,.6f}".rstrip("0").rstrip(".")
    return f"{MINUS}{words}" if number < 0 else words


def plain(value: float | None) -> str:
    """A number as a form shows it, without commas."""
    return "" if value is None else shown(value).replace(",", "").replace(MINUS, "-")


def amount(value: float | None, unit: str = "") -> str:
    """A number with its unit: 71.8%, £1,200, 4,500 staff; nothing for none."""
    if value is None:
        return ""
    return with_unit(shown(value), unit)


def rounded(value: float, spread: float, unit: str = "") -> str:
    """A computed number with as many decimals as the spread of what it was computed from lets one tell.

    Two figures of the spread; where nothing spreads, the number as it stands.
    """
    places = 0 if spread else PLACES
    while places < PLACES and abs(spread) * 10**places < 10:
        places += 1
    return amount(round(value, places), unit)


def with_unit(words: str, unit: str) -> str:
    """A value as written, with its unit where it does not bear it already."""
    unit = unit.strip()
    if not unit or words.startswith(unit) or words.endswith(unit):
        return words
    if unit in _AGAINST:
        return f"{words}{unit}"
    if unit in _BEFORE:
        return f"{MINUS}{unit}{words[1:]}" if words.startswith(MINUS) else f"{unit}{words}"
    return f"{words} {unit}"


def _read(text: str) -> float:
    return float(text.replace(",", "").replace(MINUS, "-"))
