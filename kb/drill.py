"""Trying a backup out in a place that nobody sees: does it hold everything, can people come in, does mail leave?"""

from __future__ import annotations

import re
import secrets
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from kb import stats
from kb.accounts import users
from kb.app import build_app
from kb.assembly import open_database
from kb.backups.restoring import restore
from kb.checkup import Finding, examine
from kb.db import now
from kb.mailing import delivery, mail
from kb.models.history import Channel
from kb.permissions import SYSTEM
from search import service as search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask.testing import FlaskClient

    from kb.config import Settings
    from kb.db import Database

    Progress = Callable[[str, int, int], None]

ADDRESS = "drill@example.org"
# In a place that was restored a moment ago no worker has run yet, and mails that waited are in question on purpose.
NOT_ASKED = frozenset({"Worker", "Mails", "Sending"})


def drill(path: Path, settings: Settings, *, progress: Progress) -> list[Finding]:
    """Restore a backup into a temporary place, examine it, sign in and send one mail; nothing of it stays.

    Raises Unusable when the file is no sound backup.
    """
    with _elsewhere(settings) as elsewhere:
        database = open_database(elsewhere)
        try:
            made = restore(path, database, progress=progress).manifest
            indexed = search.rebuild(database, elsewhere, progress=progress)
            findings = [
                Finding("Backup", False, f"made {made.made_at}, {made.rows:,} rows, all equal"),
                _counts(database),
                Finding("Search index", False, f"{indexed:,} records indexed anew"),
                *(found for found in examine(database, elsewhere) if found.subject not in NOT_ASKED),
                _sign_in(database, elsewhere),
                _send(database, elsewhere),
            ]
        finally:
            database.engine.dispose()
    return findings


@contextmanager
def _elsewhere(settings: Settings) -> Iterator[Settings]:
    with tempfile.TemporaryDirectory(prefix="golden-thread-drill-", ignore_cleanup_errors=True) as folder:
        yield replace(
            settings,
            data_dir=Path(folder),
            database_url="",
            smtp_url="",
            secret_key=secrets.token_hex(32),
            secure_cookies=False,
            trusted_proxies=0,
        )


def _counts(database: Database) -> Finding:
    with database.reading() as session:
        counts = {name: number for name, number in stats.count(session).items() if number}
    told = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in counts.items())
    return Finding("Records", not counts, told or "none at all")


def _sign_in(database: Database, settings: Settings) -> Finding:
    """Sign in through the page, as a person does, with an account that only this place has."""
    password = secrets.token_urlsafe(24)
    with database.writing(Channel.COMMAND) as session:
        users.create(session, email=ADDRESS, name="Drill", password=password, is_administrator=True, by=SYSTEM)
    app = build_app(settings)
    client = app.test_client()
    answer = client.post("/sign-in", data={"email": ADDRESS, "password": password, **_token(client)})
    home = client.get("/")
    is_in = answer.status_code == 303 and home.status_code == 200
    return Finding("Signing in", not is_in, "works" if is_in else f"answered {answer.status_code}, {home.status_code}")


def _token(client: FlaskClient) -> dict[str, str]:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/sign-in").text)
    return {"csrf_token": found[1]} if found else {}


def _send(database: Database, settings: Settings) -> Finding:
    """Queue a mail and let it leave for a folder, as the worker does."""
    with database.writing(Channel.COMMAND) as session:
        recipient = users.get_by_email(session, ADDRESS)
        draft = mail.Draft("drill", recipient, "Drill", "This backup can be restored.", "<p>It can be restored.</p>")
        mail.queue(session, draft, settings=settings, at=now())
    outcome = mail.send_waiting(
        database, delivery.FolderDelivery(settings.outbox_dir, settings.mail_from), worker="drill"
    )
    written = list(settings.outbox_dir.glob("*.eml"))
    is_sent = outcome.sent == 1 and len(written) == 1
    return Finding("Mail", not is_sent, "one mail left" if is_sent else "no mail left")
