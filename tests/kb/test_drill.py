"""A backup is tried out whole: what it holds, signing in, a mail that leaves; and nothing of it stays."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from kb.assembly import open_database
from kb.backups.making import back_up
from kb.config import Settings
from kb.drill import drill
from kb.migrate import upgrade
from tests.conftest import SECRET, TODAY
from tests.factories import Make


def quiet(_what: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""


def made(folder: Path, *, is_empty: bool = False) -> Path:
    settings = Settings(data_dir=folder, secret_key=SECRET)
    database = open_database(settings)
    upgrade(database)
    if not is_empty:
        with database.writing("web") as session:
            make = Make(session, TODAY)
            make.administrator()
            make.source()
    back_up(database, folder / "a.backup", progress=quiet)
    database.engine.dispose()
    return folder / "a.backup"


def test_a_sound_backup_passes_and_leaves_nothing_behind(tmp_path: Path) -> None:
    path = made(tmp_path)
    elsewhere = replace(Settings(secret_key=SECRET, demo=True), data_dir=tmp_path / "live")
    before = set(Path(tempfile.gettempdir()).glob("golden-thread-drill-*"))
    findings = drill(path, elsewhere, progress=quiet)
    assert {found.subject for found in findings if found.is_bad} == set()
    told = {found.subject: found.told for found in findings}
    assert told["Records"].startswith("1 source")
    assert (told["Signing in"], told["Mail"]) == ("works", "one mail left")
    assert not elsewhere.data_dir.exists()
    assert set(Path(tempfile.gettempdir()).glob("golden-thread-drill-*")) == before


def test_an_empty_backup_is_found_wanting(tmp_path: Path) -> None:
    findings = drill(made(tmp_path, is_empty=True), Settings(secret_key=SECRET), progress=quiet)
    assert {found.subject for found in findings if found.is_bad} >= {"Records", "People"}
