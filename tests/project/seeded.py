"""The seed in a test database, loaded once, and browsers of each role that look at it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from kb import migrate, paths
from kb.app import build_app
from kb.models.history import Channel
from kb.models.user import User
from kb.seeding import demonstration, service
from search import service as search
from tests.browsing import Browser
from tests.conftest import COMPILED, TODAY
from tests.databases import OneConnection, places

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

    from kb.config import Settings
    from kb.db import Database

NOBODY = "nobody"
ROLES = (NOBODY, *(account.name for account in demonstration.ACCOUNTS))


@dataclass
class Seeded:
    """The application over the seed, in demonstration mode."""

    app: Flask
    database: Database

    def browse(self, role: str) -> Browser:
        """A browser of the demonstration account with this role."""
        session = self.database.writer()
        browser = Browser(self.app, session)
        if role == NOBODY:
            return browser
        email = demonstration.ADDRESS.format(name=role)
        return browser.sign_in(session.scalars(select(User).where(User.email == email)).one())


@dataclass(frozen=True)
class Loaded:
    """The seed in a database of its own, with its index."""

    database: Database
    settings: Settings


def load(settings: Settings, folder: Path) -> Iterator[Loaded]:
    """Other tests write to their database meanwhile, so this is another one."""
    with places(settings, folder) as place:
        database = place("seeded")
        migrate.upgrade(database)
        url = database.engine.url.render_as_string(hide_password=False)
        given = replace(settings, database_url=url, data_dir=folder, demo=True, public_read=True)
        with database.writing(Channel.SEED) as session:
            service.load(session, paths.SEED_DATA, today=TODAY, is_demonstration=True)
        search.rebuild(database, given)
        yield Loaded(database, given)


def serve(loaded: Loaded) -> Iterator[Seeded]:
    """An application over it, in one transaction, which is undone in the end."""
    engine = loaded.database.engine
    with engine.execution_options(sqlite_begin="IMMEDIATE").connect() as connection:
        outer = connection.begin()
        database = OneConnection(engine, connection)
        app = build_app(loaded.settings)
        app.jinja_env.bytecode_cache = COMPILED
        app.config.update(TESTING=True, TODAY=TODAY)
        app.extensions["database"] = database
        yield Seeded(app, database)
        outer.rollback()
