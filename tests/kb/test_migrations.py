"""The migrations make what the models say, and can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic import command
from sqlalchemy import inspect

from kb import migrate
from kb.db import Base, connect

if TYPE_CHECKING:
    from pathlib import Path

    from kb.db import Database


def test_the_migrated_database_is_what_the_models_describe(empty_database: Database) -> None:
    assert migrate.is_current(empty_database)
    assert migrate.differences(empty_database) == []


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    database = connect(f"sqlite:///{tmp_path / 'twice.sqlite'}")
    assert not migrate.is_current(database)
    migrate.upgrade(database)
    migrate.upgrade(database)
    assert migrate.is_current(database)
    assert set(Base.metadata.tables) <= set(inspect(database.engine).get_table_names())


def test_the_migrations_can_be_taken_back_to_nothing(tmp_path: Path) -> None:
    database = connect(f"sqlite:///{tmp_path / 'back.sqlite'}")
    migrate.upgrade(database)
    with database.engine.begin() as connection:
        command.downgrade(migrate._config(connection), "base")
    assert set(inspect(database.engine).get_table_names()) == {"alembic_version"}
    migrate.upgrade(database)
    assert migrate.is_current(database)
