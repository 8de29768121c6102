"""What lists are narrowed to: whether a filter asks for anything, and words that must all stand in a record."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from kb.db import contains
from kb.models.record import Record
from kb.models.source import SourceName

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnElement

LONGEST_WORDS = 200
# Each word costs a clause; whoever gives more has said enough with these.
MOST_WORDS = 10


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A filter of a list, as a frozen dataclass: what is empty asks for nothing, and `sort` only orders."""

    @property
    def is_narrowing(self) -> bool:
        """Whether anything is asked for, so that the list may be shorter than all there is."""
        return any(getattr(self, field.name) for field in fields(self) if field.name != "sort")


def each_word(words: str, holds: Callable[[str], ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    """A clause for each of the words, all of which must be true."""
    return [holds(word) for word in words.split()[:MOST_WORDS]]


def bears(words: str, *columns: Any) -> list[ColumnElement[bool]]:
    """Clauses that say together: each of the words stands in one of the columns."""
    return each_word(words, lambda word: or_(*(contains(column, word) for column in columns)))


def is_called(words: str) -> list[ColumnElement[bool]]:
    """Clauses that say together: each of the words stands in the record's title, or in another name of the source."""

    def is_named(word: str) -> ColumnElement[bool]:
        named = select(SourceName.source_id).where(contains(SourceName.name, word))
        return or_(contains(Record.title, word), Record.id.in_(named))

    return each_word(words, is_named)
