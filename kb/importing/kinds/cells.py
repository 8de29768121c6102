"""What stands in one cell: read as a value, told as text again, and whether two values say the same."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import Any

from kb.dates import StatedDate
from kb.errors import Invalid
from kb.importing import fields
from kb.importing.fields import Field, Shape
from kb.spreadsheets import LONGEST_TEXT
from kb.words import gettext, spoken

# As the forms take them; whoever edits the record later must be able to save it.
LONGEST = 4_000
# What no form can send and no page can show.
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# The last digit of a number does not survive a workbook.
CLOSE_ENOUGH = 1e-14


def clean(text: str) -> str:
    """A text as it is kept: lines end in one way, and what nobody can see is gone."""
    if text.isprintable():  # as nearly all are
        return text.strip()
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def read(one: Field, text: str) -> Any:
    """The value that a cell says; Invalid with what may stand there."""
    text = clean(text)
    match one.shape:
        case Shape.LIST:
            return tuple(dict.fromkeys(fields.split(text)))
        case Shape.CHOICE:
            return fields.choice(one, text)
        case Shape.CHOICES:
            return fields.choices(one, text)
        case Shape.YES:
            return fields.yes(one, text)
        case Shape.DAY:
            return fields.day(one, text)
        case Shape.STATED:
            return fields.stated(one, text)
        case Shape.NUMBER:
            return fields.number(one, text)
        case Shape.LINK:
            return f"https://{text}" if text.lower().startswith("www.") else text
    return text


def told(one: Field, value: Any) -> str:
    """The value as a cell of our own files has it, so that `read` gives it back."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return gettext("Yes") if value else ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, date):
        return spoken(value)
    if isinstance(value, StatedDate):
        return value.spoken
    if isinstance(value, tuple):
        return fields.joined(one.choices.get(each, each) for each in value)
    return one.choices.get(value, value)


def are_same(old: Any, new: Any) -> bool:
    """Whether two values say the same, however each was written."""
    match old, new:
        case (str(), str()):
            return clean(old) == clean(new) or _is_cut(old, new)
        case (tuple(), tuple()):
            return {clean(one) for one in old} == {clean(one) for one in new}
        case (StatedDate(), StatedDate()):
            return (old.day, old.precision) == (new.day, new.precision)
        case (float() | int(), float() | int()):
            return math.isclose(old, new, rel_tol=CLOSE_ENOUGH)
    return bool(old == new)


def check_length(one: Field, value: Any) -> None:
    """Raise Invalid for a text that no form would take."""
    if isinstance(value, str) and len(value) > LONGEST:
        number = f"{len(value):,}"
        raise Invalid(
            one.key,
            gettext("Use up to %(most)s characters; these are %(number)s", most=f"{LONGEST:,}", number=number),
        )


def _is_cut(old: str, new: str) -> bool:
    """Whether the new text is the old one as far as a cell of Excel can hold it."""
    return len(new) >= LONGEST_TEXT - 1 and new.endswith("…") and clean(old).startswith(new[:-1])
