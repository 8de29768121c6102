"""How values stand in the cells of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb import web
from kb.importing import fields
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from typing import Any


def joined(parts: Iterable[str]) -> str:
    """Several texts in one cell, to be read by people."""
    return "; ".join(part for part in parts if part)


def listed(names: Iterable[str]) -> str:
    """Several names in one cell, each to be read back: one that holds a semicolon stands in quotes."""
    return fields.joined(names)


def titles(records: Iterable[Any]) -> str:
    """The titles of several records in one cell."""
    return listed(record.title for record in records)


def yes(is_so: bool) -> str:
    """Yes, or nothing: what does not hold needs no word in a column."""
    return gettext("Yes") if is_so else ""


def draft(record: Any) -> str:
    """Whether a record is a draft."""
    return gettext("Draft") if record.visibility == "draft" else ""


def in_words(words: Mapping[str, str], value: str | None) -> str:
    """A value in the words of a list of labels."""
    return words.get(value, value) if value else ""


def local(at: datetime | None) -> datetime | None:
    """An instant as the clock of the service showed it, as spreadsheets know no zones."""
    return at and web.local_time(at).replace(tzinfo=None)


def told(groups: Iterable[Mapping[str, Any]]) -> list[str]:
    """The filters that are on, in words, from the groups that the page offers."""
    return [
        f"{group['legend']}: {' or '.join(option['label'] for option in group['options'] if option['is_on'])}"
        for group in groups
        if any(option["is_on"] for option in group["options"])
    ]
