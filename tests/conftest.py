"""Fixtures: each test runs in a transaction of its own, on SQLite and, where asked for, on PostgreSQL."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import event

from kb import migrate
from kb.app import build_app
from kb.assembly import open_database
from kb.config import Settings
from kb.db import Database
from kb.models.history import Channel
from tests.browsing import Browser
from tests.databases import OneConnection, empty_tables, postgres_url
from tests.factories import Make

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from sqlalchemy.orm import Session

TODAY = date(2026, 11, 23)
SECRET = "a secret that only tests use, long enough"


class CompiledTemplates(BytecodeCache):
    """Keeps templates compiled from one application of the run to the next."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = CompiledTemplates()


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


@pytest.fixture(scope="session")
def settings(request: pytest.FixtureRequest) -> Iterator[Settings]:
    """Settings of a service that needs signing in, with data in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="golden-thread-") as folder:
        url = os.environ.get("KB_TEST_DATABASE_URL", "")
        if not url and request.config.getoption("--database") == "postgresql":
            url = postgres_url(Path(folder), counts_tables=False)
        yield Settings(data_dir=Path(folder), database_url=url, secret_key=SECRET)


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


@pytest.fixture
def app(request: pytest.FixtureRequest, settings: Settings, database: Database, tmp_path: Path) -> Iterator[Flask]:
    """The whole application with an index of its own; its requests run in the test's transaction.

    Tests share one, and what they change of its settings is put back. A test that adds an address asks for its own
    with `pytest.mark.own_app`.
    """
    is_own = request.node.get_closest_marker("own_app") is not None
    app: Flask = _build(settings) if is_own else request.getfixturevalue("built_app")
    changeable = [app.config, app.extensions, app.jinja_env.globals]
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
