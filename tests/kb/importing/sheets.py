"""Spreadsheets of tests: made of words or read from a file, looked at and brought in as an import does it."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

from kb.importing.grid import Book, Cell, Row, Table
from kb.importing.proposals import Context
from kb.importing.reading.child import answer
from tests.conftest import TODAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from kb.importing.proposals import Applied, FileRow, ImportKind, Proposal
    from kb.models.plan import Plan
    from kb.permissions import Person

REASON = "Brought in from a file"


def table(*rows: Sequence[str], name: str = "Sheet") -> Table:
    """A table of these rows, of which the first holds the headings."""
    return Table(name, tuple(Row(number, tuple(map(Cell, cells))) for number, cells in enumerate(rows, 1)))


def book(*rows: Sequence[str]) -> Book:
    """A file with one such table."""
    return Book((table(*rows),))


def read(data: bytes, ending: str) -> Book:
    """The book that a file holds."""
    return Book.from_json(json.loads(answer(BytesIO(data), ending, "file"))["book"])


class Incoming:
    """A file of one kind that comes in for somebody."""

    def __init__(self, session: Session, kind: ImportKind, by: Person, plan: Plan | None = None) -> None:
        self.session, self.kind, self.by, self.plan = session, kind, by, plan

    def context(self) -> Context:
        """Nothing is remembered of the file's last time."""
        return Context(self.session, self.plan, self.by, TODAY)

    def rows(self, of: Book) -> list[FileRow]:
        found = {str(place): self.kind.recognise(one) for place, one in enumerate(of.tables)}
        return list(self.kind.rows(of, {place: columns for place, columns in found.items() if columns}))

    def proposals(self, of: Book, match: str = "") -> list[Proposal]:
        """What each row would do."""
        context = self.context()
        return [self.kind.propose(replace(context, place=row.place), row.values, match) for row in self.rows(of)]

    def propose(self, *rows: Sequence[str], match: str = "") -> Proposal:
        """What the last of these rows would do."""
        return self.proposals(book(*rows), match)[-1]

    def apply(self, of: Book, match: str = "") -> list[Applied]:
        """Bring every row in."""
        context, applied = self.context(), []
        for row in self.rows(of):
            applied += self.kind.apply(replace(context, place=row.place), row.values, match, reason=REASON)
            self.session.flush()
        return applied

    def bring(self, *rows: Sequence[str], match: str = "") -> list[Applied]:
        """Bring these rows in."""
        return self.apply(book(*rows), match)

    def undo(self, applied: Sequence[Applied]) -> None:
        """Take back what was brought in, the last first."""
        context = self.context()
        for one in reversed(applied):
            (self.kind.remove if one.is_new else self.kind.restore)(context, one, reason="It was undone")
        self.session.flush()


def told(proposal: Proposal) -> dict[str, tuple[str, str]]:
    """The differences of a proposal, by field."""
    return {one.field: (one.old, one.new) for one in proposal.differences}


def wrong(proposal: Proposal) -> dict[str, str]:
    """The problems of a proposal, by field."""
    return {one.field: one.message for one in proposal.problems}


def cells(of: Book) -> list[dict[str, Any]]:
    """The rows of the last table of a book, by heading."""
    heading, *rows = of.tables[-1].rows
    names = [cell.text for cell in heading.cells]
    return [dict(zip(names, (cell.text for cell in row.cells), strict=False)) for row in rows]
