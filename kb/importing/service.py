"""The review of imports: a person looks at what the rows propose, mends and decides; no record is written by that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload

from kb.errors import Invalid, NotAllowed, NotFound
from kb.importing.kinds import KINDS
from kb.importing.proposals import NEW, Context
from kb.importing.twins import list_related, list_twins
from kb.models.importing import Import, ImportedRecord, ImportRow, ImportState, Outcome
from kb.models.user import Role
from kb.permissions import SYSTEM, Capability, Person
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from kb.importing.proposals import Mendable, Proposal
    from kb.models.record import Record

WRITING = frozenset({Outcome.CREATE, Outcome.CHANGE})


@dataclass(frozen=True, slots=True)
class Counts:
    """What becomes of the rows of a file; the four parts always add up to the rows."""

    rows: int
    created: int
    changed: int
    refused: int
    left_alone: int


@dataclass(frozen=True, slots=True)
class Origin:
    """From which file and row a record came, and whether the row made it or changed it."""

    incoming: Import
    row: ImportRow
    is_new: bool


def may_bring(by: Person) -> bool:
    """Whether the person may bring files in: leads do."""
    return by.may(Capability.EDIT_SHARED)


def get(session: Session, import_id: int, *, by: Person) -> Import:
    """One import, or NotFound for those who may not see it."""
    query = select(Import).where(Import.id == import_id, _seen_by(by))
    query = query.options(joinedload(Import.plan), joinedload(Import.user))
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound("import", str(import_id))
    return found


def count(session: Session, *, by: Person) -> int:
    """How many imports the person may see."""
    return session.scalar(select(func.count(Import.id)).where(_seen_by(by))) or 0


def list_imports(session: Session, *, by: Person, offset: int = 0, limit: int = 25) -> Sequence[Import]:
    """One page of imports, the newest first."""
    query = select(Import).where(_seen_by(by)).options(joinedload(Import.plan), joinedload(Import.user))
    return session.scalars(query.order_by(Import.id.desc()).offset(offset).limit(limit)).all()


def counts(session: Session, ids: Iterable[int]) -> dict[int, Counts]:
    """What becomes of the rows of these imports; what a person left out is left alone."""
    of = ImportRow
    query = select(of.import_id, of.outcome, of.is_skipped, func.count()).where(of.import_id.in_(list(ids)))
    found: dict[int, dict[str, int]] = {}
    for import_id, outcome, is_skipped, number in session.execute(
        query.group_by(of.import_id, of.outcome, of.is_skipped)
    ):
        told = Outcome.SAME if is_skipped and outcome in WRITING else outcome
        parts = found.setdefault(import_id, dict.fromkeys(Outcome, 0))
        parts[told] += number
    return {
        import_id: Counts(
            sum(parts.values()),
            parts[Outcome.CREATE],
            parts[Outcome.CHANGE],
            parts[Outcome.REFUSE],
            parts[Outcome.SAME],
        )
        for import_id, parts in found.items()
    }


def count_rows(session: Session, incoming: Import, outcome: str = "") -> int:
    """How many rows of an import have this outcome."""
    return session.scalar(select(func.count(ImportRow.id)).where(*_of(incoming, outcome))) or 0


def list_rows(
    session: Session, incoming: Import, outcome: str = "", *, offset: int = 0, limit: int | None = None
) -> Sequence[ImportRow]:
    """Rows of an import in the order of the file, with the records that they made or changed."""
    query = select(ImportRow).where(*_of(incoming, outcome)).options(joinedload(ImportRow.record))
    return session.scalars(query.order_by(ImportRow.position).offset(offset).limit(limit)).all()


def get_row(session: Session, incoming: Import, row_id: int) -> ImportRow:
    """One row of an import, or NotFound."""
    query = select(ImportRow).where(ImportRow.id == row_id, ImportRow.import_id == incoming.id)
    row = session.scalars(query.options(joinedload(ImportRow.record))).one_or_none()
    if row is None:
        raise NotFound("row", str(row_id))
    return row


def mendable(session: Session, incoming: Import, row: ImportRow, *, by: Person, today: date) -> Mendable:
    """The fields of a row that a person may mend, and what is here already and stays as it is."""
    return KINDS[incoming.kind].mendable(Context(session, incoming.plan, by, today), row.values, row.match)


def leave_out(
    session: Session, incoming: Import, row_ids: Iterable[int], *, is_skipped: bool, by: Person, today: date
) -> int:
    """Leave rows out, or take them in again; how many that changed."""
    require_open(incoming, by)
    query = select(ImportRow).where(ImportRow.import_id == incoming.id, ImportRow.id.in_(list(row_ids)))
    rows = [row for row in session.scalars(query) if row.outcome in WRITING and row.is_skipped != is_skipped]
    for row in rows:
        row.is_skipped = is_skipped
    kind = KINDS[incoming.kind]
    if titles := frozenset[str]().union(*(kind.titles_in(row.values, row.match) for row in rows)):
        _propose_again(Context(session, incoming.plan, by, today), incoming, rows, titles)
    session.flush()
    return len(rows)


def edit_row(
    session: Session, incoming: Import, row_id: int, values: Mapping[str, str], match: str, *, by: Person, today: date
) -> ImportRow:
    """Mend what a row says, or say which record it means; it is proposed anew."""
    require_open(incoming, by)
    row = get_row(session, incoming, row_id)
    offered = {ref for ref, *_ in row.matches} | {one.choice for one in list_twins(session, incoming, [row])[row.id]}
    if match and match not in {NEW, row.match, *offered}:
        raise Invalid("match", gettext("Choose one of the list"))
    kind = KINDS[incoming.kind]
    titles = kind.titles_in(row.values, row.match)
    mended = {key for key, text in values.items() if text != row.values.get(key, "")}
    row.values = {**row.values, **values}
    row.guessed = [key for key in row.guessed if key not in mended]
    row.match, row.is_skipped = match, False
    titles |= kind.titles_in(row.values, row.match)
    _propose_again(Context(session, incoming.plan, by, today), incoming, [row], titles)
    return row


def _propose_again(context: Context, incoming: Import, changed: Sequence[ImportRow], titles: frozenset[str]) -> None:
    """Propose rows anew, in the order of the file with those that speak of the same records."""
    context.session.flush()
    kind = KINDS[incoming.kind]
    for row in list_related(context.session, incoming, changed, titles):
        write_proposal(row, kind.propose(replace(context, place=row.place), row.values, row.match))
    context.session.flush()


def write_proposal(row: ImportRow, proposal: Proposal) -> None:
    """Let a row say what it would do now."""
    row.title, row.outcome = proposal.title, proposal.outcome
    row.differences = [[one.field, one.old, one.new] for one in proposal.differences]
    row.problems = [[one.field, one.message] for one in proposal.problems]
    row.matches = [[one.ref, one.title, one.likeness] for one in proposal.matches]
    row.record_id = proposal.record.id if proposal.record is not None else None


def accept(session: Session, incoming: Import, *, by: Person) -> int:
    """Take in all rows that would write and are not left out; a worker does it. How many they are."""
    require_open(incoming, by)
    chosen = [ImportRow.import_id == incoming.id, ImportRow.outcome.in_(WRITING), ~ImportRow.is_skipped]
    number = session.scalar(select(func.count(ImportRow.id)).where(*chosen)) or 0
    if not number:
        raise Invalid("rows", gettext("There is nothing to bring in: every row is left out, the same or refused."))
    incoming.state, incoming.done = ImportState.ACCEPTING, 0
    session.flush()
    return number


def discard(session: Session, incoming: Import, *, by: Person) -> None:
    """Put a file aside; nothing of it was written."""
    require_open(incoming, by, also=ImportState.FAILED)
    incoming.state, incoming.book = ImportState.DISCARDED, None
    session.flush()


def origins_of(session: Session, record: Record, *, by: Person) -> list[Origin]:
    """From which files and rows a record came, the newest first, for those who may see them."""
    if not may_bring(by):
        return []
    query = (
        select(ImportedRecord, ImportRow, Import)
        .join(ImportRow, ImportRow.id == ImportedRecord.row_id)
        .join(Import, Import.id == ImportRow.import_id)
        .where(ImportedRecord.record_id == record.id, Import.state != ImportState.UNDONE, _seen_by(by))
        .order_by(ImportRow.id.desc())
    )
    return [Origin(incoming, row, one.is_new) for one, row, incoming in session.execute(query)]


def require_changing(incoming: Import, by: Person) -> None:
    """Raise NotAllowed unless the person may decide about this import."""
    if by is not SYSTEM and not may_bring(by):
        raise NotAllowed(gettext("Bringing files in is for strategy leads."))
    if incoming.plan_id is not None:
        by.require(Capability.EDIT_PLAN, plan_id=incoming.plan_id)


def require_open(incoming: Import, by: Person, *, also: ImportState = ImportState.READY) -> None:
    """Raise Invalid unless the import waits for its review."""
    require_changing(incoming, by)
    if incoming.state not in {ImportState.READY, also}:
        raise Invalid("state", gettext("This import is not open any more, or is still being worked at."))


def _seen_by(by: Person) -> ColumnElement[bool]:
    """Leads see what comes in for their plans, and what they brought themselves."""
    if by is SYSTEM:
        return Import.id.is_not(None)
    led = [plan_id for plan_id, role in by.roles.items() if role == Role.LEAD]
    if not led:
        return Import.id.is_(None)
    return or_(Import.user_id == by.user_id, Import.plan_id.in_(led))


def _of(incoming: Import, outcome: str) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = [ImportRow.import_id == incoming.id]
    match outcome:
        case "":
            pass
        case Outcome.SAME:
            clauses.append(or_(ImportRow.outcome == outcome, ImportRow.is_skipped))
        case _:
            clauses += [ImportRow.outcome == outcome, ~ImportRow.is_skipped]
    return clauses
