"""What a row of a file would do, and what every kind of row can: propose it, do it, and take it back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from kb.errors import Invalid
from kb.models.importing import Outcome
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from kb.importing.fields import Field, Values
    from kb.importing.grid import Book, Table
    from kb.models.plan import Plan
    from kb.models.record import Record
    from kb.permissions import Person

# What a person chooses where a row means none of the records that it resembles.
NEW = "new"
# What a person chooses, before its title, where a row means what an earlier row of the file makes.
SAME_AS = "same-as:"
# By the place of a table in its file: which field stands in each of its columns, by the column's place.
Columns = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Context:
    """For whom, into which plan and when a file comes in.

    `place` is that of the row at hand. `seen` holds what earlier rows of the file have named, with their places,
    `cache` what a kind has read once for all of them.
    """

    session: Session
    plan: Plan | None
    by: Person
    today: date
    seen: dict[str, str] = field(default_factory=dict)
    place: str = ""
    cache: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row as it stands in the file: its place in words, its values by field, and which of those were guessed."""

    place: str
    values: dict[str, str]
    guessed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """What would stand in a field instead of what stands there; the field in words."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot come in as it is: the field, and what is wrong and how to mend it."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Match:
    """A record that a row may mean, and how alike they are, from 0 to 100."""

    ref: str
    title: str
    likeness: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a row would do; `title` is what people know it by, `record` what it is about where that is there."""

    outcome: Outcome
    title: str
    record: Record | None = None
    differences: tuple[Difference, ...] = ()
    problems: tuple[Problem, ...] = ()
    matches: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class Mendable:
    """The fields of a row of which something would be written, and the records that stand as they are otherwise."""

    fields: Sequence[Field]
    standing: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class Applied:
    """A record that a row made, or changed; `before` holds the values, by field, that it took the place of."""

    record: Record
    is_new: bool
    before: Mapping[str, str] = field(default_factory=dict)


# The differences that a person has seen and taken in.
Reviewed = Collection[Difference] | None


def check_reviewed(now: Iterable[Difference], reviewed: Reviewed) -> None:
    """Raise Invalid where a row would change more than was reviewed: somebody has edited its record since."""
    if reviewed is None:
        return
    if more := dict.fromkeys(one.field for one in now if one not in reviewed):
        words = gettext(
            "It was changed by somebody after this file was looked at: %(fields)s. Bring the file in again and look",
            fields=", ".join(more),
        )
        raise Invalid("", words)


class ImportKind(Protocol):
    """One kind of rows: sources, actions, posts, indicators, readings, or those of a mapping table."""

    name: str
    needs_plan: bool

    def title(self) -> str:
        """What the rows are, for people."""
        ...

    def fields(self) -> Sequence[Field]:
        """The columns that its files may have."""
        ...

    def fields_of(self, values: Values) -> Sequence[Field]:
        """The fields of one row, in the order in which they are shown."""
        ...

    def titles_in(self, values: Values, match: str) -> frozenset[str]:
        """What a row names that other rows of the file may name too: what these propose hangs together."""
        ...

    def new_titles(self, differences: Iterable[Sequence[str]]) -> list[str]:
        """Of what a row would make, the titles of what other rows may mean too."""
        ...

    def mendable(self, context: Context, values: Values, match: str) -> Mendable:
        """Those of them that a person may mend: where the row means what is here already, not all are written."""
        ...

    def recognise(self, table: Table) -> dict[str, str]:
        """The columns of a table that it knows, by their places; nothing where the table is none of its own."""
        ...

    def rows(self, book: Book, columns: Columns) -> Iterator[FileRow]:
        """The rows of a file under these columns."""
        ...

    def left_out(self, book: Book, columns: Columns) -> list[str]:
        """What of a file is not read as rows, and why, in sentences."""
        ...

    def propose(self, context: Context, values: Values, match: str) -> Proposal:
        """What a row would do, writing nothing; `match` is the ref that a person chose, or NEW, or nothing."""
        ...

    def apply(
        self, context: Context, values: Values, match: str, *, reason: str, reviewed: Reviewed = None
    ) -> list[Applied]:
        """Do what `propose` says now, and tell which records it made and changed.

        `reviewed` is what a person has agreed to; without it everything is. Raises KnowledgeBaseError where it cannot
        be done, and where it would change more than was agreed to.
        """
        ...

    def restore(self, context: Context, applied: Applied, *, reason: str) -> None:
        """Give a record that was changed its earlier values."""
        ...

    def remove(self, context: Context, applied: Applied, *, reason: str) -> None:
        """Take back a record that was made."""
        ...
