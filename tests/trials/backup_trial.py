"""Backups made while two people write all the time: each restores to one whole moment, and to one that is not old.

A writer changes an action and notes it in its history in one transaction, so a backup of half a transaction shows; and
what was acknowledged before a backup began must be in it. Controls: on SQLite a copy of the file, on PostgreSQL tables
that are read one after the other without a snapshot.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError

from actions.models import Action
from kb import history, migrate
from kb.assembly import open_database
from kb.backups import making
from kb.backups.making import back_up
from kb.backups.restoring import restore
from kb.db import Database, connect
from kb.errors import KnowledgeBaseError
from kb.models.history import Change
from kb.permissions import SYSTEM
from tests.trials import world
from tests.trials.ground import Outcome, Trial, empty_place, kill, knowledge_base, start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.config import Settings

WRITERS = ("action-0", "action-1")
FIELD = "backup trial"
BACKUPS_A_BASE = 10
# Between two tables the broken copy waits so long that something is written.
PAUSE = 0.02


def quiet(_what: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""


def write(settings: Settings, ref: str, ledger: Path) -> None:
    """Change one action again and again; each number is written down once it was acknowledged."""
    database = open_database(settings)
    number = 0
    while True:
        number += 1
        with database.writing("web") as session:
            action = session.scalars(select(Action).where(Action.ref == ref)).one()
            action.description = str(number)
            history.note(session, action, FIELD, None, number, by=SYSTEM)
        ledger.write_text(str(number))
        time.sleep(0.002)


@dataclass(frozen=True)
class Load:
    """A knowledge base under write load, and where each writer writes down what was acknowledged."""

    settings: Settings
    ledgers: dict[str, Path]

    def acknowledged(self) -> dict[str, int]:
        return {ref: int(path.read_text() or 0) for ref, path in self.ledgers.items()}


@contextmanager
def under_load(on: str) -> Iterator[Load]:
    with knowledge_base(on, filled_by=world.fill) as settings:
        ledgers = {ref: settings.data_dir / f"{ref}.ledger" for ref in WRITERS}
        for path in ledgers.values():
            path.write_text("0")
        writers = [start(write, settings, ref, path) for ref, path in ledgers.items()]
        load = Load(settings, ledgers)
        try:
            while not all(load.acknowledged().values()):
                time.sleep(0.01)
            yield load
        finally:
            for writer in writers:
                kill(writer)


def run_on(on: str, trials: int) -> Outcome:
    outcome = _outcome()
    while outcome.trials < trials:
        with under_load(on) as load, tempfile.TemporaryDirectory() as folder:
            for number in range(min(BACKUPS_A_BASE, trials - outcome.trials)):
                one(outcome, load, on, Path(folder) / f"{number}.backup")
    return outcome


def one(outcome: Outcome, load: Load, on: str, path: Path) -> None:
    """Back up, restore elsewhere, and look at what is there."""
    before = load.acknowledged()
    source = open_database(load.settings)
    with empty_place(on) as settings:
        target = open_database(settings)
        try:
            back_up(source, path, progress=quiet)
            restore(path, target, progress=quiet)
        except KnowledgeBaseError:
            outcome.wrong["not restored"] += 1
        else:
            _judge(outcome, target, before)
        finally:
            target.engine.dispose()
            source.engine.dispose()
    outcome.trials += 1


def _judge(outcome: Outcome, restored: Database, before: dict[str, int]) -> None:
    with restored.reading() as session:
        for ref, acknowledged in before.items():
            action = session.scalars(select(Action).where(Action.ref == ref)).one()
            noted = select(func.count(Change.id)).where(Change.record_id == action.id, Change.field == FIELD)
            held = int(action.description or 0)
            outcome.wrong["torn"] += held != session.scalar(noted)
            outcome.wrong["old"] += held < acknowledged
            outcome.told["writes in them"] += held


def _outcome() -> Outcome:
    return Outcome(wrong=Counter({"torn": 0, "old": 0, "not restored": 0}), told=Counter({"writes in them": 0}))


def copy_the_file() -> Outcome:
    """What people do who know no better: copy the database while it is written."""
    outcome = _outcome()
    with under_load("sqlite") as load, tempfile.TemporaryDirectory() as folder:
        before = load.acknowledged()
        copy = replace(load.settings, data_dir=Path(folder))
        shutil.copyfile(load.settings.data_dir / "golden-thread.sqlite", copy.data_dir / "golden-thread.sqlite")
        database = open_database(copy)
        try:
            _judge(outcome, database, before)
        except DatabaseError:
            outcome.wrong["torn"] += 1
        database.engine.dispose()
    outcome.trials += 1
    return outcome


def read_without_snapshot() -> Outcome:
    """Tables that are read one after the other while others write into them."""
    outcome = _outcome()
    with under_load("postgresql") as load, tempfile.TemporaryDirectory() as folder:
        before = load.acknowledged()
        source, copy = open_database(load.settings), connect(f"sqlite:///{folder}/copy.sqlite")
        migrate.upgrade(copy)
        with source.engine.connect() as rows, copy.engine.begin() as target:
            making.transfer(rows, target, lambda *_: time.sleep(PAUSE), "")
        _judge(outcome, copy, before)
        source.engine.dispose()
        copy.engine.dispose()
    outcome.trials += 1
    return outcome


TRIALS = [
    Trial("backup on SQLite", 50, lambda trials: run_on("sqlite", trials), copy_the_file, "old"),
    Trial("backup on PostgreSQL", 50, lambda trials: run_on("postgresql", trials), read_without_snapshot, "torn"),
]
