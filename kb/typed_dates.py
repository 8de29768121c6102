"""Dates as people type them into tables, brought to the forms that all dates here are read from."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from kb import dates
from kb.dates import StatedDate
from kb.words import gettext

# Two figures are a year of this century, as far ahead as plans reach; whoever writes 97 may mean either.
CENTURY, LAST_SHORT_YEAR = "20", 49
_BY = re.compile(r"^(?:by\s+)?(?:the\s+)?(?:end\s+(?:of\s+)?)?(?=\w)", re.IGNORECASE)
_FORMS = re.compile(
    r"""(?: (?P<day>\d{1,2}) (?P<mark>[/.-]) (?P<month>\d{1,2}) (?P=mark) (?P<year>\d{4}|\d\d)
            (?:[ ]\d{1,2}:\d\d(?::\d\d)?)?
          | (?P<year2>\d{4}) (?P<mark2>[/.-]) (?P<month2>\d{1,2}) (?P=mark2) (?P<day2>\d{1,2})
            (?:[ T]\d{2}:\d{2}(?::\d{2})?)?
          | (?P<day3>\d{1,2}) (?:st|nd|rd|th)? (?:\s+of)? [\s-]+
            (?P<name3>[a-z]{3,9}) \.?,? [\s-]+ (?P<year3>\d{4}|\d\d)
          | (?P<name4>[a-z]{3,9}) \.? \s+ (?P<day4>\d{1,2}) (?:st|nd|rd|th)? ,? \s+ (?P<year4>\d{4})
          | (?P<month5>\d{1,2}) / (?P<year5>\d{4})
          | (?P<name6>[a-z]{3,9}) \.?,? \s+ (?P<year6>\d{4})
          | (?P<name7>[a-z]{3,9}) - (?P<year7>\d{4}|\d\d)
        )""",
    re.VERBOSE | re.IGNORECASE,
)


class Typed(NamedTuple):
    """A date that was typed, and whether its century had to be guessed."""

    stated: StatedDate
    is_short: bool


@lru_cache(maxsize=4_096)
def read(text: str) -> Typed:
    """What a cell says: a day in figures is read the British way, and two figures are a year of this century.

    Raises ValueError, with a sentence that says how to write it.
    """
    given = _BY.sub("", text.strip())
    found = _FORMS.fullmatch(given)
    if found is None:
        return Typed(dates.parse(given), is_short=False)
    # Each form has its own numbered names, of which one form alone is there.
    part = {name.rstrip("234567"): value for name, value in found.groupdict().items() if value}
    year = part["year"]
    is_short = len(year) == 2
    if is_short and int(year) > LAST_SHORT_YEAR:
        raise ValueError(gettext("Write the year of “%(text)s” with four figures", text=text[:60]))
    whole = f"{CENTURY}{year}" if is_short else year
    words = [part.get("day"), part["name"], whole] if "name" in part else [f"{whole}-{part['month']}", part.get("day")]
    return Typed(dates.parse((" " if "name" in part else "-").join(filter(None, words))), is_short=is_short)
