"""Opening the knowledge base whole: every table known, every change noted, deleted records hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING

import graph.outbox
import kb.tables
import search.documents.outbox
from kb.db import Database, connect
from kb.removal import deleted

if TYPE_CHECKING:
    from kb.config import Settings

assert kb.tables  # imported for the tables that it brings in


def open_database(settings: Settings) -> Database:
    """The database of these settings, with the hooks that note each change; web, worker and commands start here."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    deleted.install()
    search.documents.outbox.install()
    graph.outbox.install()
    return connect(settings.database)
