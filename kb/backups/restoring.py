"""Restoring a backup into an empty place, on SQLite or PostgreSQL, whichever it came from."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Integer, delete, func, inspect, select, text

from kb import migrate
from kb.backups import file
from kb.backups.contents import contents, differences, tables
from kb.backups.making import transfer
from kb.db import connect
from kb.errors import KnowledgeBaseError
from kb.models.history import Channel
from kb.models.outbox import MailState, OutboxMessage
from kb.models.record import Record
from kb.models.user import AccountToken, User, WebSession
from kb.words import gettext

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from kb.backups.file import Manifest
    from kb.backups.making import Progress
    from kb.db import Database


@dataclass(frozen=True)
class Restored:
    """What was restored, and what was made safe: mails that may have left since, sessions and links that ended."""

    manifest: Manifest
    mails_in_question: int
    sessions_ended: int


def restore(path: Path, database: Database, *, progress: Progress) -> Restored:
    """Fill an empty place from a backup; afterwards it holds the same rows, or nothing when it broke off.

    Raises Unusable for a file that is no sound backup, and KnowledgeBaseError when the place is not empty or the
    backup is of a newer version.
    """
    manifest = file.check(path)
    if not migrate.knows(manifest.revision):
        raise file.Unusable(f"{path} was made by a newer version of Golden Thread. Restore it with that version.")
    check_empty(database)
    folder = _folder_of(database)
    with tempfile.TemporaryDirectory(prefix=".restoring-", dir=folder) as name:
        copy = _brought_up_to_date(path, Path(name) / "copy.sqlite")
        try:
            with copy.writing(Channel.COMMAND) as session:
                made_safe = _make_safe(session, manifest)
            _put_in_place(copy, database, progress)
        finally:
            copy.engine.dispose()
    return Restored(manifest, *made_safe)


def check_empty(database: Database) -> None:
    """Raise KnowledgeBaseError when there is anything that restoring would lose."""
    with database.engine.connect() as connection:
        if "record" not in inspect(connection).get_table_names():
            return
        held = sum(connection.scalar(select(func.count()).select_from(model)) or 0 for model in (Record, User))
    if held:
        raise KnowledgeBaseError(
            "The database is not empty, and restoring would lose what it holds. Name an empty place with "
            "KB_DATA_DIR or KB_DATABASE_URL, or move this one away first."
        )


def _folder_of(database: Database) -> Path | None:
    """Where the copy is prepared: beside the database file, so that it can be put in place by one rename."""
    return Path(database.engine.url.database or ".").absolute().parent if database.is_sqlite else None


def _brought_up_to_date(path: Path, copy: Path) -> Database:
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        target.execute(f"DROP TABLE {file.MANIFEST}")
        target.commit()
    database = connect(f"sqlite:///{copy}")
    migrate.upgrade(database)
    return database


def _make_safe(session: Session, manifest: Manifest) -> tuple[int, int]:
    """What waited when the backup was made may have been sent since, and what let people in may have been ended."""
    waiting = select(OutboxMessage).where(
        OutboxMessage.state.in_((MailState.QUEUED, MailState.CLAIMED, MailState.SENDING))
    )
    mails = session.scalars(waiting).all()
    for mail in mails:
        mail.state, mail.claimed_until = MailState.UNKNOWN, None
        mail.error = gettext("Restored from the backup of %(at)s: it may have left since then.", at=manifest.made_at)
    sessions = session.scalar(select(func.count()).select_from(WebSession)) or 0
    session.execute(delete(WebSession))
    session.execute(delete(AccountToken).where(AccountToken.used_at.is_(None)))
    return len(mails), sessions


def _put_in_place(copy: Database, database: Database, progress: Progress) -> None:
    if database.is_sqlite:
        _rename_into_place(copy, database)
        progress("Restoring", 1, 1)
        return
    migrate.upgrade(database)
    with copy.engine.connect() as source, database.engine.begin() as target:
        transfer(source, target, progress, "Restoring")
        _go_on_numbering(target)
        changed = differences(contents(source), contents(target))
        if changed:
            raise KnowledgeBaseError(f"What was restored differs from the backup (table {', '.join(changed)}).")
        target.execute(text("ANALYZE"))


def _rename_into_place(copy: Database, database: Database) -> None:
    with copy.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    copy.engine.dispose()
    database.engine.dispose()
    place = Path(database.engine.url.database or "")
    file.sync(Path(copy.engine.url.database or ""))
    for leftover in ("-wal", "-shm"):
        place.with_name(place.name + leftover).unlink(missing_ok=True)
    Path(copy.engine.url.database or "").rename(place)
    place.chmod(0o600)
    file.sync_folder(place.parent)


def _go_on_numbering(target: Connection) -> None:
    """Let PostgreSQL number new rows after those that came with their numbers."""
    for table in tables():
        key = list(table.primary_key.columns)
        if len(key) == 1 and isinstance(key[0].type, Integer) and not key[0].foreign_keys:
            name = table.name
            sequence = target.scalar(text("SELECT pg_get_serial_sequence(:t, 'id')"), {"t": f'"{name}"'})
            if sequence:
                highest = target.scalar(select(func.max(key[0])))
                target.execute(
                    text("SELECT setval(CAST(:s AS regclass), :n, :called)"),
                    {"s": sequence, "n": highest or 1, "called": highest is not None},
                )
