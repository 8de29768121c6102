"""Making a backup while people work: the database's own means give one consistent moment of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, update

from kb import migrate
from kb.backups import file
from kb.backups.contents import ROWS_AT_ONCE, contents, differences, rows_of, tables
from kb.db import connect, now
from kb.errors import KnowledgeBaseError, Misconfigured

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection, Table

    from kb.backups.file import Manifest
    from kb.db import Database

    Progress = Callable[[str, int, int], None]

PAGES_AT_ONCE = 1_000


def back_up(database: Database, path: Path, *, progress: Progress) -> Manifest:
    """Write everything as it stands at one moment into a new file, readable by its owner alone.

    The file has its name only when it is whole and on the disk; until then it is called `….part`.

    Raises KnowledgeBaseError when there is a file of that name or the folder cannot be written, and Misconfigured when
    the database is of another version.
    """
    if path.exists():
        raise KnowledgeBaseError(f"{path} exists already. Choose another name, such as one with the date.")
    if not migrate.is_current(database):
        raise Misconfigured("The database is not set up for this version. Run: kb init")
    part = path.with_name(f"{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        _copy_sqlite(database, part, progress) if database.is_sqlite else _copy_rows(database, part, progress)
        manifest = file.seal(part, made_at=now().isoformat(), database=database.engine.dialect.name)
        part.rename(path)
        file.sync_folder(path.parent)
    except OSError as error:
        raise KnowledgeBaseError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _copy_sqlite(database: Database, part: Path, progress: Progress) -> None:
    """SQLite's backup interface, inside one reading transaction: writers go on, and it never starts again for them."""
    with database.engine.connect() as connection, closing(sqlite3.connect(part)) as copy:
        connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.backup(
            copy,
            pages=PAGES_AT_ONCE,
            progress=lambda _status, left, total: progress("Backing up", total - left, total),
            sleep=0,
        )


def _copy_rows(database: Database, part: Path, progress: Progress) -> None:
    """PostgreSQL's snapshot: one transaction sees one moment, whatever others write meanwhile."""
    target = connect(f"sqlite:///{part}")
    migrate.upgrade(target)
    try:
        snapshot = database.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with snapshot.connect() as source, target.engine.begin() as copy:
            transfer(source, copy, progress, "Backing up")
            changed = differences(contents(source), contents(copy))
        if changed:
            raise KnowledgeBaseError(f"The copy differs from the database (table {', '.join(changed)}).")
    finally:
        target.engine.dispose()


def transfer(source: Connection, target: Connection, progress: Progress, what: str) -> None:
    """Put every row of one database into another that has the same tables, all empty."""
    every = tables()
    if target.dialect.name == "sqlite":
        target.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    for number, table in enumerate(every, 1):
        target.execute(table.delete())
        _transfer_table(source, target, table)
        progress(what, number, len(every))


def _transfer_table(source: Connection, target: Connection, table: Table) -> None:
    later = _points_to_itself(table)
    batch: list[dict[str, Any]] = []
    again: list[dict[str, Any]] = []
    for row in rows_of(source, table):
        values = dict(zip(table.columns.keys(), row, strict=True))
        if any(values[name] is not None for name in later):
            again.append({"key": values["id"], **{f"later_{name}": values[name] for name in later}})
            values |= dict.fromkeys(later)
        batch.append(values)
        if len(batch) == ROWS_AT_ONCE:
            target.execute(insert(table), batch)
            batch.clear()
    if batch:
        target.execute(insert(table), batch)
    if again:
        change = update(table).where(table.c.id == bindparam("key"))
        target.execute(change.values({name: bindparam(f"later_{name}") for name in later}), again)


def _points_to_itself(table: Table) -> list[str]:
    """Columns that name another row of the same table, which may not be there yet."""
    return [key.parent.name for key in table.foreign_keys if key.column.table is table]
