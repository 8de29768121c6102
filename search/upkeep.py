"""Keeping the index in step with the database: catching up, building anew, and comparing the two.

The database is right and the index is disposable. Rows of `index_change` are taken by presence and deleted by id after
the index commit, so a crash repeats work and loses none. Each commit bears a mark that the database repeats: where
they differ, a commit was cut off (the mark before agrees, so the differences are mended) or the database is another
one or came back from a backup (the index is built anew).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from kb.db import Database, now
from kb.models.history import Channel
from kb.models.record import Record
from search.documents.document import Document
from search.documents.kinds import documents_for
from search.documents.touched import touched_by
from search.errors import IndexUnusable
from search.index import pointer as pointers
from search.index import snapshot, store
from search.models import IndexChange, IndexState

if TYPE_CHECKING:
    from kb.config import Settings

Progress = Callable[[str, int, int], None]
BATCH = 400
MOST_IN_A_STATEMENT = 500
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Differences:
    """Records whose documents the index lacks, holds in another state, or holds though they are gone."""

    missing: tuple[int, ...] = ()
    stale: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.missing) + len(self.stale) + len(self.gone)


def catch_up(database: Database, settings: Settings, *, limit: int = BATCH) -> int:
    """Bring what changed into the index; the number of changes done.

    Does nothing, and leaves the changes waiting, while another process writes the index or it has to be rebuilt.
    """
    root = settings.index_dir
    with database.reading() as session:
        if session.scalar(select(IndexChange.id).limit(1)) is None:
            return 0
    done = 0
    with pointers.only_writer(root) as got:
        while got:
            try:
                number = _catch_up_once(database, root, limit)
            except IndexUnusable as error:
                log.warning("The index has to be rebuilt: %s", error)
                pointers.discard(root)
                break
            done += number
            if number < limit:
                break
    return done


def ensure(database: Database, settings: Settings) -> bool:
    """See that there is a usable index of this database, building or mending it where needed; True when it did.

    Called at the start of each process that serves and on every tick; costs a millisecond when all is well.
    """
    root = settings.index_dir
    if _is_sound(database, root):
        return False
    with pointers.only_writer(root) as got:
        if not got or _is_sound(database, root):
            return False
        try:
            _mend(database, root)
        except IndexUnusable as error:
            log.info("Building the search index: %s", error)
            _build(database, root, None)
        return True


def rebuild(database: Database, settings: Settings, progress: Progress | None = None) -> int:
    """Build the index anew beside the old one, then change over; the number of records in it.

    Raises IndexUnusable while another process writes the index.
    """
    with pointers.only_writer(settings.index_dir) as got:
        if not got:
            raise IndexUnusable("Another process is writing the search index; try again when it is done")
        return _build(database, settings.index_dir, progress)


def differences(session: Session, settings: Settings) -> Differences:
    """What the index holds otherwise than the database, document by document; all of it when there is no index."""
    ids = session.scalars(select(Record.id).order_by(Record.id)).all()
    try:
        held = snapshot.current(settings.index_dir).fingerprints()
        store.check(settings.index_dir, pointers.read(settings.index_dir))
    except IndexUnusable:
        held = {}
    missing, stale = [], []
    for document in documents_for(session, ids):
        known = held.pop(document.id, None)
        if known is None:
            missing.append(document.id)
        elif known != document.fingerprint:
            stale.append(document.id)
    return Differences(tuple(missing), tuple(stale), tuple(held))


def waiting(session: Session) -> int:
    """How many changes the index has not seen yet."""
    return session.scalar(select(func.count()).select_from(IndexChange)) or 0


def mark_of(session: Session) -> str | None:
    """The mark of the last index commit that this database knows of."""
    return session.scalar(select(IndexState.mark))


def _catch_up_once(database: Database, root: Path, limit: int) -> int:
    with database.reading() as session:
        rows = session.execute(
            select(IndexChange.id, IndexChange.record_id).order_by(IndexChange.id).limit(limit)
        ).all()
        if not rows:
            return 0
        if mark_of(session) != pointers.read(root).mark:
            return 0  # a commit was cut off, or the database is another: `ensure` sees to it
        touched = touched_by(session, {record_id for _, record_id in rows})
        documents = documents_for(session, touched)
    gone = touched - {document.id for document in documents}
    sealed = store.change(root, documents, gone, mark=store.new_mark())
    _settle(database, sealed.mark, [row_id for row_id, _ in rows])
    return len(rows)


def _settle(database: Database, mark: str, done: list[int]) -> None:
    """After an index commit: what it did waits no longer, and its mark is repeated here."""
    with database.writing(Channel.WORKER) as session:
        for start in range(0, len(done), MOST_IN_A_STATEMENT):
            session.execute(delete(IndexChange).where(IndexChange.id.in_(done[start : start + MOST_IN_A_STATEMENT])))
        state = session.get(IndexState, 1)
        if state is None:
            session.add(IndexState(id=1, mark=mark))
        else:
            state.mark, state.at = mark, now()


def _is_sound(database: Database, root: Path) -> bool:
    try:
        held = snapshot.current(root)
        store.check_names(root, held.pointer)
    except IndexUnusable:
        return False
    with database.reading() as session:
        return mark_of(session) == held.pointer.mark


def _mend(database: Database, root: Path) -> None:
    """After a commit that was cut off before the database heard of it: make right what differs, nothing more."""
    before = pointers.read(root)
    store.check(root, before)
    with database.reading() as session:
        if not before.previous or mark_of(session) != before.previous:
            raise IndexUnusable("The search index is not of this database")
        held = snapshot.current(root).fingerprints()
        documents = []
        for batch in _batches(session):
            documents += [each for each in batch if held.pop(each.id, None) != each.fingerprint]
    sealed = store.change(root, documents, held, mark=store.new_mark())
    _settle(database, sealed.mark, [])


def _build(database: Database, root: Path, progress: Progress | None) -> int:
    mark = store.new_mark()
    number = 0

    def counted(session: Session) -> Iterator[list[Document]]:
        nonlocal number
        total = session.scalar(select(func.count()).select_from(Record)) or 0
        for batch in _batches(session):
            yield batch
            number += len(batch)
            pointers.write_progress(root, number, total)
            if progress:
                progress("Indexed", number, total)

    try:
        with database.reading() as session:
            done = list(session.scalars(select(IndexChange.id)))
            sealed = store.build(root, counted(session), mark=mark)
        _settle(database, sealed.mark, done)
    finally:
        pointers.end_progress(root)
    return number


def _batches(session: Session) -> Iterator[list[Document]]:
    ids = session.scalars(select(Record.id).order_by(Record.id)).all()
    for start in range(0, len(ids), BATCH):
        yield documents_for(session, ids[start : start + BATCH])
        session.expunge_all()
