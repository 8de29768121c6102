"""The file of a backup: a SQLite database with one table more, which says what the others should hold."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from kb.backups.contents import Content, contents_of_file, differences
from kb.errors import KnowledgeBaseError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MANIFEST = "backup_manifest"
FORMAT = 1


class Unusable(KnowledgeBaseError):
    """A file that cannot be restored; the text says why and what to do."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself: when and of which database it was made, and what each table holds."""

    made_at: str
    database: str
    revision: str
    tables: dict[str, Content]

    @property
    def rows(self) -> int:
        return sum(content.rows for content in self.tables.values())


def seal(path: Path, *, made_at: str, database: str) -> Manifest:
    """Write down in a copied database what it holds, check that it is sound, and get it onto the disk."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        _check_soundness(connection, path)
        found = contents_of_file(connection, without=MANIFEST)
        manifest = Manifest(made_at, database, _revision(connection), found)
        told = {"format": FORMAT, **asdict(manifest)}
        with connection:
            connection.execute(f"CREATE TABLE {MANIFEST} (told TEXT NOT NULL)")
            connection.execute(f"INSERT INTO {MANIFEST} VALUES (?)", [json.dumps(told)])  # noqa: S608
    sync(path)
    return manifest


def check(path: Path) -> Manifest:
    """The manifest of a backup that is what it was when it was made.

    Raises Unusable for anything else: no file, no database, a plain copy of a database, a damaged or altered backup.
    """
    with _opened(path) as connection:
        manifest = _manifest(connection, path)
        _check_soundness(connection, path)
        changed = differences(manifest.tables, contents_of_file(connection, without=MANIFEST))
    if changed:
        raise Unusable(
            f"{path} does not hold what was backed up (table {', '.join(changed)}): it was damaged or altered. "
            "Use another backup."
        )
    return manifest


def sync(path: Path) -> None:
    """Wait until the disk has the file."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Wait until the disk knows the names in a folder."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    if not path.is_file():
        raise Unusable(f"There is no file {path}")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            yield connection
    except sqlite3.DatabaseError as error:
        raise Unusable(f"{path} is not a backup, or it is damaged: {error}. Use another backup.") from error


def _manifest(connection: sqlite3.Connection, path: Path) -> Manifest:
    known = connection.execute("SELECT name FROM sqlite_master WHERE name = ?", [MANIFEST]).fetchone()
    if known is None:
        raise Unusable(
            f"{path} was not made by kb backup. A copy of the database file is no backup: "
            "what was being written while it was copied is torn or missing."
        )
    told = json.loads(connection.execute(f"SELECT told FROM {MANIFEST}").fetchone()[0])  # noqa: S608
    if told.get("format") != FORMAT:
        raise Unusable(f"{path} was made by another version of Golden Thread. Restore it with that version.")
    held = {name: Content(**content) for name, content in told["tables"].items()}
    return Manifest(told["made_at"], told["database"], told["revision"], held)


def _check_soundness(connection: sqlite3.Connection, path: Path) -> None:
    integrity = connection.execute("PRAGMA integrity_check").fetchone()[0]
    astray = connection.execute("PRAGMA foreign_key_check").fetchone()
    if integrity != "ok" or astray:
        raise Unusable(f"{path} is damaged: {integrity if astray is None else 'a row points to nothing'}.")


def _revision(connection: sqlite3.Connection) -> str:
    return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
