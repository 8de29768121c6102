"""Fixtures: each test runs in a transaction of its own, on SQLite and, where asked for, on PostgreSQL."""

from __future__ import annotations

import gc
import os
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from alembic import command
from argon2 import PasswordHasher
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event

from kb import migrate
from kb.accounts import passwords
from kb.app import build_app
from kb.assembly import open_database
from kb.config import Settings
from kb.db import Database
from kb.models.history import Channel
from kb.seeding import folder
from tests.browsing import Browser
from tests.databases import MigratedOnce, OneConnection, empty_tables, postgres_url
from tests.factories import Make

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from sqlalchemy.orm import Session

TODAY = date(2026, 11, 23)
SECRET = "a secret that only tests use, long enough"


# Keeps templates compiled from one application to the next; runs side by side share a folder, see tests/run.py.
OWN_FOLDER = tempfile.TemporaryDirectory(prefix="golden-thread-templates-")
COMPILED = FileSystemBytecodeCache(os.environ.get("KB_TEST_TEMPLATES") or OWN_FOLDER.name)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", choices=["sqlite", "postgresql"], default="sqlite", help="The database that the tests run on"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of which one run is enough: those without a database, and those of single pages.

    What differs between databases stands in services, whose tests run on each, and so do the walks over all pages.
    """
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "settings" not in fixtures:
            item.add_marker(pytest.mark.anywhere)
        elif "app" in fixtures and item.get_closest_marker("every_database") is None:
            item.add_marker(pytest.mark.page)


def pytest_collection_finish() -> None:
    """Modules stay to the end, so that looking for garbage among them again and again is for nothing."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def shipped_hasher() -> Iterator[PasswordHasher]:
    """What hashes passwords outside the tests, in which one that costs next to nothing stands in its place."""
    shipped = passwords._hasher
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield shipped


@pytest.fixture(scope="session", autouse=True)
def seed_files_parsed_once() -> Iterator[None]:
    """Tests load the seed many times with one file changed at most: a file of the same words is parsed once in a run.

    Entries are made of it anew each time; nothing changes what was parsed.
    """
    parsed: dict[tuple[str, bytes], dict[str, Any]] = {}
    real = folder.read_file

    def read_file(path: Path, file: str) -> dict[str, Any]:
        key = file, path.read_bytes()
        if key not in parsed:
            parsed[key] = real(path, file)
        return parsed[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folder, "read_file", read_file)
        yield


@pytest.fixture(scope="session", autouse=True)
def migrations_run_once() -> Iterator[None]:
    """Tests set up many a SQLite database of their own: each after the first is given what the migrations made of it.

    Taking migrations back, and bringing what an older version left up to date, runs them as ever.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "upgrade", MigratedOnce(command.upgrade))
        yield


@pytest.fixture(scope="session")
def settings(request: pytest.FixtureRequest) -> Iterator[Settings]:
    """Settings of a service that needs signing in, with data in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="golden-thread-") as place:
        url = os.environ.get("KB_TEST_DATABASE_URL", "")
        if not url and request.config.getoption("--database") == "postgresql":
            url = postgres_url(Path(place), is_undone=True)
        yield Settings(data_dir=Path(place), database_url=url, secret_key=SECRET)


@pytest.fixture(scope="session")
def empty_database(settings: Settings) -> Iterator[Database]:
    """The migrated database, once for the whole run."""
    database = open_database(settings)
    empty_tables(database)
    migrate.upgrade(database)
    yield database
    database.engine.dispose()


@pytest.fixture
def database(empty_database: Database) -> Iterator[Database]:
    """The database inside one transaction: everything done in the test, commits too, is undone after it."""
    engine = empty_database.engine.execution_options(sqlite_begin="IMMEDIATE")
    with engine.connect() as connection:
        outer = connection.begin()
        yield OneConnection(empty_database.engine, connection)
        outer.rollback()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing session of the test's database."""
    with database.writer() as session:
        session.info["channel"] = Channel.WEB
        yield session


@pytest.fixture
def make(session: Session) -> Make:
    """Makes records and people with sensible values: make.action(due_on=…)."""
    return Make(session, today=TODAY)


@pytest.fixture
def count_statements(session: Session) -> Callable[[], object]:
    """A context that counts the SQL statements run in it: `with count_statements() as count: …; count.number`."""

    @contextmanager
    def counting() -> Iterator[_Count]:
        count = _Count()

        def heard(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            if "SAVEPOINT" not in statement:  # the tests' own
                count.number += 1

        connection = session.connection()
        event.listen(connection, "before_cursor_execute", heard)
        try:
            yield count
        finally:
            event.remove(connection, "before_cursor_execute", heard)

    return counting


class _Count:
    number = 0


def _build(settings: Settings) -> Flask:
    app = build_app(replace(settings, database_url=settings.database))
    app.config.update(TESTING=True, TODAY=TODAY)
    app.jinja_env.bytecode_cache = COMPILED
    return app


@pytest.fixture(scope="session")
def built_app(settings: Settings) -> Flask:
    """The whole application; building it for each test would take a third of their time."""
    return _build(settings)


@pytest.fixture(scope="session")
def lent_app(settings: Settings) -> Flask:
    """Another one, on which tests leave addresses of their own."""
    return _build(settings)


@pytest.fixture
def app(request: pytest.FixtureRequest, settings: Settings, database: Database, tmp_path: Path) -> Iterator[Flask]:
    """The whole application with an index of its own; its requests run in the test's transaction.

    Tests share one, and what they change of its settings is put back. A test that adds an address, with `lend`, is
    marked with `pytest.mark.adds_address`.
    """
    is_lent = request.node.get_closest_marker("adds_address") is not None
    app: Flask = request.getfixturevalue("lent_app" if is_lent else "built_app")
    changeable = [app.config, app.extensions, app.jinja_env.globals, app.view_functions]
    before = [dict(each) for each in changeable]
    own = replace(settings, database_url=settings.database, data_dir=tmp_path)
    app.extensions.update(settings=own, database=database)
    app.jinja_env.globals["settings"] = own
    yield app
    for each, values in zip(changeable, before, strict=True):
        each.clear()
        each.update(values)


@pytest.fixture
def browse(app: Flask, session: Session) -> Browser:
    """A browser without a window: browse.sign_in(user), browse.get(…), browse.post(…, values)."""
    return Browser(app, session)
