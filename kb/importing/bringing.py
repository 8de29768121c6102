"""Bringing files in: a file is read, told what it holds, and kept to be proposed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import Invalid
from kb.importing import reading, service
from kb.importing.grid import Book
from kb.importing.kinds import KINDS, guess
from kb.importing.kinds.headed import Headed, own_sheets
from kb.importing.kinds.planned import notes_on_plans, plans_said
from kb.models.importing import Import, ImportState
from kb.models.plan import Plan
from kb.permissions import Capability, Person
from kb.words import gettext, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from kb.importing.proposals import Columns, ImportKind

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Read:
    """A file that was read: what kind of rows it holds, how many and in which columns, and what to say of it."""

    kind: str
    book: Book
    columns: Columns
    rows: int
    notes: Sequence[str]


def read(session: Session, path: Path, name: str, *, kind: str, plan: Plan | None, by: Person) -> Read:
    """Read a file; without a kind it is the one that its headings fit best.

    Raises Invalid with what is wrong with the file, the kind or the plan.
    """
    by.require(Capability.EDIT_SHARED)
    if plan is not None:
        by.require(Capability.EDIT_PLAN, plan_id=plan.id)
    if kind and kind not in KINDS:
        raise Invalid("kind", gettext("Choose what the file holds"))
    book = reading.read(path, name)
    found = kind or guess(book)
    if not found:
        raise Invalid(
            "kind",
            gettext(
                "No table in this file has headings that we know. Choose what it holds, or fill in one of our templates"
            ),
        )
    if KINDS[found].needs_plan and plan is None:
        raise Invalid("plan", gettext("Choose the plan that these rows belong to"))
    columns = recognise(KINDS[found], book)
    rows, notes = _look(session, KINDS[found], book, columns, plan, by)
    if not rows and (columns or not _has_rows(book)):
        raise Invalid(
            "file",
            gettext(
                "There is no row to bring in: the file has headings alone. Fill in a row for each, and bring it again"
            ),
        )
    return Read(found, book, columns, rows, notes)


def bring(session: Session, path: Path, file_name: str, *, kind: str, plan: Plan | None, by: Person) -> Import:
    """Read a file and keep what it holds, to be proposed; Invalid as `read` says."""
    name = Path(file_name.replace("\\", "/")).name[-LONGEST_NAME:] or gettext("file")
    found = read(session, path, name, kind=kind, plan=plan, by=by)
    incoming = Import(
        kind=found.kind,
        plan_id=plan.id if plan else None,
        user_id=by.user_id,
        file_name=name,
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
        notes=list(found.notes),
        columns=found.columns,
        book=found.book.as_json(),
    )
    _count_rows(incoming, found.rows)
    session.add(incoming)
    session.flush()
    return incoming


def recognise(kind: ImportKind, book: Book) -> Columns:
    """The columns of each table that is one of this kind's, by the place of the table."""
    found = {str(place): kind.recognise(table) for place, table in enumerate(book.tables)}
    return {place: columns for place, columns in found.items() if columns}


def reassign(session: Session, incoming: Import, columns: Columns, *, by: Person) -> None:
    """Read the file under other columns; everything is proposed anew."""
    service.require_open(incoming, by)
    book, kind = book_of(incoming), KINDS[incoming.kind]
    known = {one.key for one in kind.fields()}
    for place, fields in columns.items():
        if not place.isdecimal() or int(place) >= len(book.tables):
            raise Invalid("columns", gettext("The file has no such table"))
        given = [field for field in fields.values() if field]
        if set(given) - known:
            raise Invalid("columns", gettext("Choose one of the list"))
        if twice := next((field for field in given if given.count(field) > 1), ""):
            label = next(one.label for one in kind.fields() if one.key == twice)
            raise Invalid("columns", gettext("Two columns of one table are “%(field)s”. Choose one", field=label))
    incoming.columns = {
        place: {at: field for at, field in fields.items() if field} for place, fields in columns.items()
    }
    plan = session.get_one(Plan, incoming.plan_id) if incoming.plan_id is not None else None
    rows, notes = _look(session, kind, book, incoming.columns, plan, by)
    _count_rows(incoming, rows)
    incoming.notes = notes
    incoming.state = ImportState.READING
    session.flush()


def book_of(incoming: Import) -> Book:
    """What was read of the file; Invalid where it is kept no more."""
    if incoming.book is None:
        raise Invalid("file", gettext("The file is not kept any more. Bring it again"))
    return Book.from_json(incoming.book)


def _look(
    session: Session, kind: ImportKind, book: Book, columns: Columns, plan: Plan | None, by: Person
) -> tuple[int, list[str]]:
    """How many rows the file has under these columns, and what there is to say of it as a whole."""
    said = plans_said(session, by, (row.values for row in kind.rows(book, columns)))
    own = own_sheets(book)
    ours = {gettext("The hidden sheet “%(sheet)s” was read too.", sheet=name) for name in own}
    notes = [note for note in book.notes if note not in ours]
    notes += kind.left_out(book, columns)
    if isinstance(kind, Headed) and kind.needs_plan:
        notes += notes_on_plans(session, plan, by, kind.right, said)
    return said.total(), notes


def _has_rows(book: Book) -> bool:
    """Whether any sheet of the person's has more than a row of headings."""
    own = own_sheets(book)
    return any(sum(any(row.cells) for row in one.rows) > 1 for one in book.tables if one.name not in own)


def _count_rows(incoming: Import, rows: int) -> None:
    incoming.total, incoming.done = rows, 0
    incoming.told = ngettext("%(num)s row", "%(num)s rows", rows)
