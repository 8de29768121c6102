"""A backup holds one whole moment, and what is restored from it is that moment again."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from alembic import command
from sqlalchemy import inspect, select, text

from kb import migrate
from kb.backups import file
from kb.backups.contents import contents, differences
from kb.backups.making import back_up
from kb.backups.restoring import restore
from kb.db import Database, connect, now
from kb.errors import KnowledgeBaseError, Misconfigured
from kb.models.organisation import Organisation
from kb.models.outbox import OutboxMessage
from kb.models.user import AccountToken, WebSession
from tests.conftest import TODAY
from tests.databases import places
from tests.factories import Make

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from kb.config import Settings

    Place = Callable[[str], Database]

pytestmark = pytest.mark.differs

# These lose rows or change on purpose when they are restored.
MADE_SAFE = ["account_token", "outbox_message", "web_session"]


def quiet(_what: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""


@pytest.fixture
def place(settings: Settings, tmp_path: Path) -> Iterator[Place]:
    """Makes empty places for a knowledge base, on the database that the tests run on."""
    with places(settings, tmp_path) as empty:
        yield empty


@pytest.fixture(scope="module")
def used(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A knowledge base with a little of many kinds, on the database that the tests run on; nobody changes it."""
    with places(settings, tmp_path_factory.mktemp("used")) as empty:
        yield _fill(empty("used"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with such a knowledge base on SQLite and a backup of it."""
    folder = tmp_path_factory.mktemp("made")
    database = _fill(connect(f"sqlite:///{folder / 'used.sqlite'}"))
    back_up(database, folder / "a.backup", progress=quiet)
    database.engine.dispose()
    return folder


@pytest.fixture
def backup(made: Path, tmp_path: Path) -> Path:
    """A copy of that backup beside one of what it was made of, for the test to spoil."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path / "a.backup"


@pytest.fixture
def somewhere(tmp_path: Path) -> Database:
    """An empty place on SQLite."""
    return connect(f"sqlite:///{tmp_path / 'somewhere.sqlite'}")


def _fill(database: Database) -> Database:
    """A mail that waits and one that left, a session and a link, and rows that point to their like."""
    migrate.upgrade(database)
    with database.writing("web") as session:
        make = Make(session, TODAY)
        source = make.source(nations=("wales",), title="Cymraeg: ŵ and “quotes”; £5")
        point = make.key_point(source)
        make.implication(source, key_points=(point,))
        make.update(make.action(owner_id=make.post().id, due_on=TODAY), support_needed="A room")
        user = make.owner()
        lost = make.organisation()
        lost.merged_into_id, lost.deleted_at = make.organisation().id, now()
        session.add(WebSession(token_hash="a", user_id=user.id, ends_at=now()))
        session.add(AccountToken(token_hash="b", user_id=user.id, purpose="reset", ends_at=now()))
        for state in ("queued", "sent"):
            session.add(_mail(user.id, state))
    return database


def _mail(user_id: int, state: str) -> OutboxMessage:
    words = {"to_address": "a@example.org", "subject": "S", "text": "T", "html": "<p>T</p>", "error": ""}
    return OutboxMessage(dedupe=state, recipient_id=user_id, message_id=f"<{state}@x>", state=state, **words)


def held(database: Database) -> dict[str, object]:
    with database.engine.connect() as connection:
        return dict(contents(connection))


def test_what_is_restored_is_what_was_backed_up(used: Database, place: Place, tmp_path: Path) -> None:
    manifest = back_up(used, tmp_path / "a.backup", progress=quiet)
    target = place("target")
    assert restore(tmp_path / "a.backup", target, progress=quiet).manifest == manifest
    assert differences(held(used), held(target)) == MADE_SAFE  # type: ignore[arg-type]
    assert migrate.is_current(target)


def test_new_rows_are_numbered_after_the_restored_ones(used: Database, place: Place, tmp_path: Path) -> None:
    back_up(used, tmp_path / "a.backup", progress=quiet)
    target = place("target")
    restore(tmp_path / "a.backup", target, progress=quiet)
    with target.writing("web") as session:
        highest = max(session.scalars(select(Organisation.id)))
        assert Make(session, TODAY).organisation(ref="new-one").id > highest


def test_a_backup_moves_from_one_database_to_the_other(used: Database, place: Place, tmp_path: Path) -> None:
    """On PostgreSQL this goes to SQLite and back again."""
    back_up(used, tmp_path / "a.backup", progress=quiet)
    between = connect(f"sqlite:///{tmp_path / 'between.sqlite'}")
    restore(tmp_path / "a.backup", between, progress=quiet)
    back_up(between, tmp_path / "b.backup", progress=quiet)
    target = place("target")
    restore(tmp_path / "b.backup", target, progress=quiet)
    assert held(between) == held(target)
    between.engine.dispose()


def test_mails_that_waited_are_in_question_and_nobody_is_signed_in(
    used: Database, place: Place, tmp_path: Path
) -> None:
    back_up(used, tmp_path / "a.backup", progress=quiet)
    target = place("target")
    restored = restore(tmp_path / "a.backup", target, progress=quiet)
    assert (restored.mails_in_question, restored.sessions_ended) == (1, 1)
    with target.reading() as session:
        states = dict(session.execute(select(OutboxMessage.dedupe, OutboxMessage.state)).all())
        assert states == {"queued": "unknown", "sent": "sent"}
        assert session.scalars(select(WebSession)).all() == []
        assert session.scalars(select(AccountToken)).all() == []


def test_a_backup_is_for_its_owner_alone_and_never_written_over(backup: Path, tmp_path: Path) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600
    before = backup.read_bytes()
    with pytest.raises(KnowledgeBaseError, match="exists already"):
        back_up(connect(f"sqlite:///{tmp_path / 'used.sqlite'}"), backup, progress=quiet)
    assert backup.read_bytes() == before
    assert list(tmp_path.glob("*.part")) == []


def test_a_folder_that_is_not_there_is_named(somewhere: Database, tmp_path: Path) -> None:
    migrate.upgrade(somewhere)
    with pytest.raises(KnowledgeBaseError, match="cannot be written: No such file or directory"):
        back_up(somewhere, tmp_path / "nowhere" / "a.backup", progress=quiet)


def test_a_database_of_another_version_is_not_backed_up(somewhere: Database, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="kb init"):
        back_up(somewhere, tmp_path / "a.backup", progress=quiet)


def test_nothing_is_restored_over_what_is_there(backup: Path, tmp_path: Path) -> None:
    used = connect(f"sqlite:///{tmp_path / 'used.sqlite'}")
    before = held(used)
    with pytest.raises(KnowledgeBaseError, match="not empty"):
        restore(backup, used, progress=quiet)
    assert held(used) == before


def test_a_place_that_was_only_set_up_counts_as_empty(backup: Path, place: Place) -> None:
    target = place("target")
    migrate.upgrade(target)
    restore(backup, target, progress=quiet)
    with target.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM source")) == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE record SET title = 'x' WHERE kind = 'source'", "table record"),
        ('DELETE FROM "update"', "table update"),
        ("DROP TABLE backup_manifest", "not made by kb backup"),
        ("UPDATE backup_manifest SET told = json_set(told, '$.format', 2)", "another version"),
        ("UPDATE backup_manifest SET told = json_set(told, '$.revision', 'later')", "newer version"),
    ],
)
def test_a_backup_that_was_altered_is_refused(backup: Path, somewhere: Database, change: str, told: str) -> None:
    with closing(sqlite3.connect(backup)) as connection:
        connection.executescript(change)
    with pytest.raises(file.Unusable, match=told):
        restore(backup, somewhere, progress=quiet)
    with somewhere.engine.connect() as connection:
        assert inspect(connection).get_table_names() == []


def test_a_torn_backup_is_refused(backup: Path, somewhere: Database) -> None:
    whole = backup.read_bytes()
    for torn in (whole[: len(whole) // 2], whole[:5000] + b"\0" * 9000 + whole[14000:], b"no database", b""):
        backup.write_bytes(torn)
        with pytest.raises(file.Unusable):
            restore(backup, somewhere, progress=quiet)


def test_what_is_not_there_is_named(somewhere: Database, tmp_path: Path) -> None:
    with pytest.raises(file.Unusable, match="There is no file"):
        restore(tmp_path / "none", somewhere, progress=quiet)


def test_a_backup_of_the_first_version_is_brought_up_to_date(somewhere: Database, tmp_path: Path) -> None:
    old = connect(f"sqlite:///{tmp_path / 'old.sqlite'}")
    with old.engine.begin() as connection:
        command.upgrade(migrate._config(connection), "0001")
        connection.execute(text("INSERT INTO staff_group (id, ref, title) VALUES (1, 'nurses', 'Nurses')"))
    old.engine.dispose()
    manifest = file.seal(tmp_path / "old.sqlite", made_at="2026-01-01", database="sqlite")
    assert manifest.revision == "0001"
    restore(tmp_path / "old.sqlite", somewhere, progress=quiet)
    with somewhere.engine.connect() as connection:
        assert connection.execute(text("SELECT kind, ref FROM record")).all() == [("staff_group", "nurses")]
