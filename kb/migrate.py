"""Brings the database to the newest revision, and says whether it is there."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from kb import paths
from kb.db import Base

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from sqlalchemy import Connection

    from kb.db import Database


def upgrade(database: Database) -> None:
    """Run the migrations that are missing; nothing happens on a database that is up to date.

    On SQLite the whole is one transaction with the write lock held, so that two processes starting at once agree.
    """
    engine = database.engine.execution_options(sqlite_begin="IMMEDIATE")
    with engine.connect() as connection, _without_cascades(connection, database), connection.begin():
        if not database.is_sqlite:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7283401)")
        command.upgrade(_config(connection), "head")
        if database.is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise RuntimeError("A migration left a row that points to nothing; nothing was changed")


@contextmanager
def _without_cascades(connection: Connection, database: Database) -> Iterator[None]:
    """SQLite changes a table by copying and dropping it, which must not delete what points to its rows."""
    if not database.is_sqlite:
        yield
        return
    # The switch is heeded only outside a transaction, and the connection begins one at the first statement of its own.
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def is_current(database: Database) -> bool:
    """Whether the database has the newest revision."""
    with database.engine.connect() as connection:
        return revision(connection) == ScriptDirectory.from_config(_config(connection)).get_current_head()


def revision(connection: Connection) -> str | None:
    """The revision that the database has, None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def knows(name: str) -> bool:
    """Whether a revision is one of this version's."""
    return name in {each.revision for each in ScriptDirectory(str(paths.MIGRATIONS)).walk_revisions()}


def differences(database: Database) -> list[Any]:
    """What the models have and the database has not, or the reverse; empty when they agree."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(paths.MIGRATIONS))
    config.attributes["connection"] = connection
    return config
