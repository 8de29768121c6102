"""The work on imports, step by step: proposing what was read, writing what was accepted, and taking it back.

It is done by whoever claims the import: the request that brought a small file, a thread beside it for a large one, or
the worker, should that be killed half way. Rows are proposed from the first again then; those that were written stay.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import joinedload, undefer

from kb.accounts import sessions
from kb.db import now
from kb.errors import Invalid, KnowledgeBaseError
from kb.importing import bringing, service
from kb.importing.kinds import KINDS
from kb.importing.proposals import Applied, Context
from kb.models.history import Change, Channel
from kb.models.importing import Import, ImportedRecord, ImportRow, ImportState, Outcome
from kb.models.record import Record
from kb.permissions import NOBODY, SYSTEM, Person
from kb.removal import hanging
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
PROPOSED_AT_ONCE, WRITTEN_AT_ONCE = 500, 200
LEASE = timedelta(minutes=2)
MOST_NAMED = 5
log = logging.getLogger(__name__)


def quiet(what: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def start(database: Database, settings: Settings, import_id: int) -> threading.Thread:
    """Do the waiting step of an import beside the answer; the worker finishes it should this process end."""
    thread = threading.Thread(target=run, args=(database, settings, import_id), name=f"import-{import_id}", daemon=True)
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

    What cannot be finished is noted on the import, so that it does not come again for ever.
    """
    if not _claim(database, import_id, clock()):
        return False
    today = clock().astimezone(ZoneInfo(settings.timezone)).date()
    try:
        with database.reading() as session:
            is_new = session.scalar(select(Import.state).where(Import.id == import_id)) == ImportState.READING
        (_propose if is_new else _write)(database, import_id, today, clock, progress)
    except Exception as error:
        log.exception("The import %s could not be finished", import_id)
        told = str(error) if isinstance(error, KnowledgeBaseError) else gettext("Something went wrong on our side.")
        with database.writing(Channel.IMPORT) as session:
            incoming = _load(session, import_id)
            incoming.state, incoming.told, incoming.claimed_until = ImportState.FAILED, told, None
    return True


def undo(session: Session, incoming: Import, *, by: Person, today: date) -> int:
    """Take back everything that an import wrote, in one transaction; how many records that concerns.

    Raises Invalid, naming what stands in the way, where anything else has touched one of its records since.
    """
    service.require_changing(incoming, by)
    if incoming.state != ImportState.ACCEPTED:
        raise Invalid("state", gettext("Only an import that was brought in can be undone."))
    query = select(ImportedRecord, ImportRow).join(ImportRow, ImportRow.id == ImportedRecord.row_id)
    query = query.where(ImportRow.import_id == incoming.id).options(joinedload(ImportedRecord.record))
    found = session.execute(query.order_by(ImportRow.position.desc(), ImportedRecord.record_id.desc())).all()
    if touched := _touched(session, [one for one, _ in found]):
        names = ", ".join(f"“{record.title}”" for record in touched[:MOST_NAMED])
        more = gettext(" and %(number)s more", number=len(touched) - MOST_NAMED) if len(touched) > MOST_NAMED else ""
        raise Invalid(
            "state",
            gettext(
                "It cannot be undone as a whole any more, since this has been changed or built on since: "
                "%(names)s%(more)s. Change or delete the records themselves.",
                names=names,
                more=more,
            ),
        )
    kind, context = KINDS[incoming.kind], Context(session, incoming.plan, by, today)
    session.info["channel"] = Channel.IMPORT
    made = {one.record_id for one, _ in found if one.is_new}
    for one, row in found:
        reason = gettext("The import of %(file)s was undone", file=incoming.file_name)
        applied = Applied(one.record, one.is_new, one.before)
        if one.is_new:
            kind.remove(context, applied, reason=reason)
        elif one.record_id not in made:
            kind.restore(context, applied, reason=reason)
        row.is_applied = False
    incoming.state, incoming.undone_at = ImportState.UNDONE, now()
    session.flush()
    return len({one.record_id for one, _ in found})


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
    with database.writing(Channel.IMPORT) as session:
        values = {"state": ImportState.READY, "claimed_until": None, "total": position, "done": position}
        session.execute(update(Import).where(Import.id == import_id).values(**values))


def _write(database: Database, import_id: int, today: date, clock: Callable[[], datetime], progress: Progress) -> None:
    """Do what the rows that were taken in propose, a batch in each transaction; a refusal stays with its row."""
    wanted = [ImportRow.import_id == import_id, ImportRow.outcome.in_(service.WRITING), ~ImportRow.is_skipped]
    with database.reading() as session:
        ids = session.scalars(
            select(ImportRow.id).where(*wanted, ~ImportRow.is_applied).order_by(ImportRow.position)
        ).all()
    for number, batch in enumerate(_in_batches(iter(ids), WRITTEN_AT_ONCE)):
        with database.writing(Channel.IMPORT) as session:
            _write_batch(session, import_id, batch, today)
            done = number * WRITTEN_AT_ONCE + len(batch)
            _note_done(session, import_id, done, clock())
        progress(gettext("Rows brought in"), done, len(ids))
    with database.writing(Channel.IMPORT) as session:
        values = {"state": ImportState.ACCEPTED, "claimed_until": None, "accepted_at": clock(), "book": None}
        session.execute(update(Import).where(Import.id == import_id).values(**values))


def _write_batch(session: Session, import_id: int, ids: list[int], today: date) -> None:
    """Write some rows: all together, or one by one where one of them is refused."""
    incoming = _load(session, import_id)
    by = _person(session, incoming, today)
    rows = session.scalars(select(ImportRow).where(ImportRow.id.in_(ids)).order_by(ImportRow.position)).all()
    try:
        _write_rows(Context(session, incoming.plan, by, today), incoming, rows)
    except KnowledgeBaseError:
        context = Context(session, incoming.plan, by, today)
        for row in rows:
            try:
                _write_rows(context, incoming, [row])
            except KnowledgeBaseError as error:
                row.outcome, row.problems = Outcome.REFUSE, [[getattr(error, "field", ""), str(error)]]


def _write_rows(context: Context, incoming: Import, rows: Sequence[ImportRow]) -> None:
    """Write rows, and keep which records each of them made or changed; nothing where one of them is refused."""
    session, kind, written = context.session, KINDS[incoming.kind], []
    with session.begin_nested():
        for row in rows:
            reason = gettext("Brought in from %(file)s, %(place)s", file=incoming.file_name, place=row.place)
            written.append(kind.apply(replace(context, place=row.place), row.values, row.match, reason=reason))
        session.flush()
    last = _last_changes(session, {one.record.id for applied in written for one in applied})
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


def _last_changes(session: Session, ids: Iterable[int]) -> dict[int, int]:
    """The newest line in the history of each record."""
    query = select(Change.record_id, func.max(Change.id)).where(Change.record_id.in_(list(ids)))
    return dict(session.execute(query.group_by(Change.record_id)).all())


def _touched(session: Session, found: list[ImportedRecord]) -> list[Record]:
    """Those of the records that somebody has changed since, or put something on that would go with them."""
    noted: dict[int, int] = {}
    for one in found:
        noted[one.record_id] = max(one.last_change_id, noted.get(one.record_id, 0))
    last: dict[int, int] = {}
    for batch in _in_batches(iter(noted), PROPOSED_AT_ONCE):
        last |= _last_changes(session, batch)
    touched = {one.record_id: one.record for one in found if last.get(one.record_id, 0) > noted[one.record_id]}
    for one in found:
        if one.is_new and one.record_id not in touched:
            on_it = hanging.what_hangs_on(session, one.record, person=SYSTEM)
            others = (*on_it.parts, *(record for sort in on_it.losing for record in sort.first))
            touched |= {record.id: record for record in others if record.id not in noted}
    return list(touched.values())


def _in_batches(items: Iterator[T], size: int) -> Iterator[list[T]]:
    while batch := list(islice(items, size)):
        yield batch
