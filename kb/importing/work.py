"""The work on imports, step by step: proposing what was read, and writing what was accepted.

It is done by whoever claims the import: the request that brought a small file, a thread beside it for a large one, or
the worker, should that be killed half way. Rows are proposed from the first again then; those that were written stay.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload, undefer

from kb import gathering
from kb.accounts import sessions
from kb.db import now
from kb.errors import KnowledgeBaseError
from kb.importing import bringing, service
from kb.importing.kinds import KINDS
from kb.importing.proposals import Context, Difference
from kb.importing.undoing import last_changes
from kb.models.history import Channel
from kb.models.importing import Import, ImportedRecord, ImportRow, ImportState, Outcome
from kb.permissions import NOBODY, SYSTEM, Person
from kb.words import gettext

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session
    from sqlalchemy.orm.interfaces import ORMOption

    from kb.config import Settings
    from kb.db import Database

T = TypeVar("T")
Progress = Callable[[str, int, int], None]
WAITING = (ImportState.READING, ImportState.ACCEPTING)
# A batch is one transaction, during which nobody else can write on SQLite.
PROPOSED_AT_ONCE, WRITTEN_AT_ONCE = 500, 400
LEASE = timedelta(minutes=2)
log = logging.getLogger(__name__)


def quiet(what: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def start(database: Database, settings: Settings, import_id: int, then: Callable[[], object]) -> threading.Thread:
    """Do the waiting step of an import beside the answer, and `then` what follows from it.

    The worker finishes it should this process end.
    """

    def labour() -> None:
        run(database, settings, import_id)
        then()

    thread = threading.Thread(target=labour, name=f"import-{import_id}", daemon=True)
    thread.start()
    return thread


def run_waiting(
    database: Database, settings: Settings, *, clock: Callable[[], datetime] = now, should_stop: Callable[[], bool]
) -> int:
    """Do the waiting steps of all imports that nobody works at; how many those were."""
    with database.reading() as session:
        ids = session.scalars(select(Import.id).where(Import.state.in_(WAITING)).order_by(Import.id)).all()
    return sum(not should_stop() and run(database, settings, import_id, clock=clock) for import_id in ids)


def run(
    database: Database,
    settings: Settings,
    import_id: int,
    *,
    clock: Callable[[], datetime] = now,
    progress: Progress = quiet,
) -> bool:
    """Do the waiting step of one import; False where there is none, or somebody else is at it.

    What cannot be finished is noted on the import, so that it does not come again for ever: a file that could not be
    proposed has failed; of one that was being written, the rows that are left are refused, the others stay.
    """
    if not _claim(database, import_id, clock()):
        return False
    today = clock().astimezone(ZoneInfo(settings.timezone)).date()
    with database.reading() as session:
        is_new = session.scalar(select(Import.state).where(Import.id == import_id)) == ImportState.READING
    try:
        (_propose if is_new else _write)(database, import_id, today, clock, progress)
    except Exception as error:
        log.exception("The import %s could not be finished", import_id)
        told = str(error) if isinstance(error, KnowledgeBaseError) else gettext("Something went wrong on our side.")
        if is_new:
            _end(database, import_id, state=ImportState.FAILED, told=told)
        else:
            _refuse_rest(database, import_id, told)
            _end(database, import_id, state=ImportState.ACCEPTED, accepted_at=clock(), book=None)
    return True


def _refuse_rest(database: Database, import_id: int, told: str) -> None:
    with database.writing(Channel.IMPORT) as session:
        for row in session.scalars(select(ImportRow).where(*_unwritten(import_id))):
            row.outcome, row.problems = Outcome.REFUSE, [["", told]]


def _end(database: Database, import_id: int, **values: object) -> None:
    """Note how a step ended, and let go of the import."""
    with database.writing(Channel.IMPORT) as session:
        session.execute(update(Import).where(Import.id == import_id).values(claimed_until=None, **values))


def _unwritten(import_id: int) -> list[ColumnElement[bool]]:
    """The rows that were taken in and are not written yet."""
    wanted = [ImportRow.import_id == import_id, ImportRow.outcome.in_(service.WRITING)]
    return [*wanted, ~ImportRow.is_skipped, ~ImportRow.is_applied]


def _claim(database: Database, import_id: int, at: datetime) -> bool:
    """Take an import in hand, unless somebody has it."""
    with database.writing(Channel.IMPORT) as session:
        taken = session.execute(
            update(Import)
            .where(
                Import.id == import_id,
                Import.state.in_(WAITING),
                or_(Import.claimed_until.is_(None), Import.claimed_until < at),
            )
            .values(claimed_until=at + LEASE)
            .returning(Import.id)
        )
        return taken.scalar() is not None


def _load(session: Session, import_id: int, *options: ORMOption) -> Import:
    query = select(Import).where(Import.id == import_id)
    return session.scalars(query.options(joinedload(Import.plan), joinedload(Import.user), *options)).one()


def _person(session: Session, incoming: Import, today: date) -> Person:
    """Whoever brought the file, with the rights that they have now; a command brings it as the machine."""
    if incoming.user is None:
        return SYSTEM
    return sessions.person_of(session, incoming.user, today=today) if incoming.user.is_active else NOBODY


def _propose(
    database: Database, import_id: int, today: date, clock: Callable[[], datetime], progress: Progress
) -> None:
    """Keep every row of the file with what it would do; what was proposed before is forgotten."""
    with database.writing(Channel.IMPORT) as session:
        session.execute(delete(ImportRow).where(ImportRow.import_id == import_id))
    with database.reading() as session:
        incoming = _load(session, import_id, undefer(Import.book))
        kind, book = KINDS[incoming.kind], bringing.book_of(incoming)
        context = Context(session, incoming.plan, _person(session, incoming, today), today)
        position = 0
        for batch in _in_batches(kind.rows(book, incoming.columns), PROPOSED_AT_ONCE):
            rows = []
            for found in batch:
                position += 1
                row = ImportRow(
                    import_id=import_id,
                    position=position,
                    place=found.place,
                    values=found.values,
                    guessed=list(found.guessed),
                    notes=list(found.notes),
                    match="",
                    is_skipped=False,
                    is_applied=False,
                )
                service.write_proposal(row, kind.propose(replace(context, place=found.place), found.values, ""))
                rows.append(row)
            with database.writing(Channel.IMPORT) as writing:
                writing.add_all(rows)
                _note_done(writing, import_id, position, clock())
            progress(gettext("Rows looked at"), position, incoming.total)
        session.commit()  # ends the reading; where a transaction surrounds it, what was kept meanwhile stays
    _end(database, import_id, state=ImportState.READY, total=position, done=position)


def _write(database: Database, import_id: int, today: date, clock: Callable[[], datetime], progress: Progress) -> None:
    """Do what the rows that were taken in propose, a batch in each transaction; a refusal stays with its row."""
    with database.reading() as session:
        ids = session.scalars(select(ImportRow.id).where(*_unwritten(import_id)).order_by(ImportRow.position)).all()
    for number, batch in enumerate(_in_batches(iter(ids), WRITTEN_AT_ONCE)):
        with database.writing(Channel.IMPORT) as session:
            _write_batch(session, import_id, batch, today)
            done = number * WRITTEN_AT_ONCE + len(batch)
            _note_done(session, import_id, done, clock())
        progress(gettext("Rows brought in"), done, len(ids))
    _end(database, import_id, state=ImportState.ACCEPTED, accepted_at=clock(), book=None)


def _write_batch(session: Session, import_id: int, ids: list[int], today: date) -> None:
    """Write some rows: all together, or one by one where one of them is refused."""
    incoming = _load(session, import_id)
    by = _person(session, incoming, today)
    rows = session.scalars(select(ImportRow).where(ImportRow.id.in_(ids)).order_by(ImportRow.position)).all()
    try:
        _write_rows(Context(session, incoming.plan, by, today), incoming, rows)
    except (KnowledgeBaseError, IntegrityError):
        # The second where somebody has meanwhile given a ref that was free when the batch began.
        context = Context(session, incoming.plan, by, today)
        for row in rows:
            try:
                _write_rows(context, incoming, [row])
            except KnowledgeBaseError as error:
                row.outcome, row.problems = Outcome.REFUSE, [[getattr(error, "field", ""), str(error)]]


def _write_rows(context: Context, incoming: Import, rows: Sequence[ImportRow]) -> None:
    """Write rows, and keep which records each of them made or changed; nothing where one of them is refused."""
    session, kind, written = context.session, KINDS[incoming.kind], []
    with session.begin_nested(), gathering.gathered(session, context.by):
        for row in rows:
            reason = gettext("Brought in from %(file)s, %(place)s", file=incoming.file_name, place=row.place)
            reviewed = [Difference(*one) for one in row.differences]
            own = replace(context, place=row.place)
            written.append(kind.apply(own, row.values, row.match, reason=reason, reviewed=reviewed))
    last = last_changes(session, {one.record.id for applied in written for one in applied})
    for row, applied in zip(rows, written, strict=True):
        if not applied:
            row.outcome, row.differences = Outcome.SAME, []
            continue
        row.is_applied, row.record_id = True, applied[0].record.id
        for one in applied:
            session.add(
                ImportedRecord(
                    row_id=row.id,
                    record_id=one.record.id,
                    is_new=one.is_new,
                    before=dict(one.before),
                    last_change_id=last.get(one.record.id, 0),
                )
            )


def _note_done(session: Session, import_id: int, done: int, at: datetime) -> None:
    session.execute(update(Import).where(Import.id == import_id).values(done=done, claimed_until=at + LEASE))


def _in_batches(items: Iterator[T], size: int) -> Iterator[list[T]]:
    while batch := list(islice(items, size)):
        yield batch
