"""kill -9 while an import is proposed and written: whoever takes over finishes it, each row once and each undoable.

Control: a writer that notes which rows are written in a transaction of its own. Killed between the two, the records
stand and nobody knows of which rows they came.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from kb.assembly import open_database
from kb.db import now
from kb.importing import bringing, service, work
from kb.importing.grid import Book, Cell, Row, Table
from kb.models.history import Channel
from kb.models.importing import Import, ImportedRecord, ImportState
from kb.models.source import Source
from kb.permissions import SYSTEM
from tests.trials.ground import MONDAY_NINE, Outcome, Trial, kill, knowledge_base, start

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.config import Settings

ROWS, BATCH = 60, 10
LONGEST_LIFE = 1.2
COUNTS = ("not finished", "lost", "twice", "not undoable")


def run(trials: int) -> Outcome:
    outcome = Outcome(wrong=Counter(dict.fromkeys(COUNTS, 0)), told=Counter({"cut short": 0}))
    for number in range(trials):
        one(outcome, random.Random(number), is_broken=False)
    return outcome


def control() -> Outcome:
    outcome = Outcome(wrong=Counter(dict.fromkeys(COUNTS, 0)))
    one(outcome, random.Random(0), is_broken=True)
    return outcome


def one(outcome: Outcome, chance: random.Random, *, is_broken: bool) -> None:
    """Two who are killed, at the proposing and at the writing, and one who lives and takes over from both."""
    with knowledge_base(filled_by=fill) as settings:
        database = open_database(settings)
        for accepts in (False, True):
            if accepts:
                with database.writing(Channel.IMPORT) as session:
                    service.accept(session, session.scalars(select(Import)).one(), by=SYSTEM)
            worker = start(labour, settings, is_broken and accepts)
            if is_broken and accepts:
                _await_first(settings)
            else:
                time.sleep(chance.uniform(0, LONGEST_LIFE))
            outcome.told["cut short"] += worker.is_alive()
            kill(worker)
            # Its claim has run out by then.
            work.run_waiting(database, settings, clock=lambda: now() + timedelta(hours=1), should_stop=lambda: False)
        _judge(outcome, settings)
        database.engine.dispose()
        outcome.trials += 1


def labour(settings: Settings, is_broken: bool) -> None:
    """The child that is killed."""
    work.WRITTEN_AT_ONCE = work.PROPOSED_AT_ONCE = BATCH
    if is_broken:
        work._write_batch = _note_later  # type: ignore[assignment]
    work.run_waiting(open_database(settings), settings, should_stop=lambda: False)


def _note_later(session: Session, import_id: int, ids: list[int], *_: object) -> None:
    """Commit the records, and be killed before it is noted of which rows they came."""
    session.add_all(_source(f"Strategy {number}") for number, _ in enumerate(ids))
    session.commit()
    time.sleep(60)


def _judge(outcome: Outcome, settings: Settings) -> None:
    database = open_database(settings)
    with database.reading() as session:
        incoming = session.scalars(select(Import)).one()
        outcome.wrong["not finished"] += incoming.state != ImportState.ACCEPTED
        titles = Counter(session.scalars(select(Source.title)))
        outcome.wrong["lost"] += ROWS - len(titles)
        outcome.wrong["twice"] += sum(titles.values()) - len(titles)
        noted = session.scalar(select(func.count()).select_from(ImportedRecord)) or 0
        outcome.wrong["not undoable"] += abs(ROWS - noted)
    database.engine.dispose()


def _await_first(settings: Settings) -> None:
    database = open_database(settings)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with database.reading() as session:
            if session.scalar(select(func.count(Source.id))):
                break
        time.sleep(0.02)
    database.engine.dispose()


def fill(settings: Settings) -> None:
    """A file of sources that was read, and waits to be proposed."""
    heading = Row(1, (Cell("Source"), Cell("Type"), Cell("Category")))
    rows = [Row(n + 2, (Cell(f"Strategy {n}"), Cell("strategy"), Cell("Research"))) for n in range(ROWS)]
    book = Book((Table("Sources", (heading, *rows)),))
    database = open_database(settings)
    with database.writing(Channel.IMPORT) as session:
        session.add(
            Import(
                kind="sources",
                file_name="sources.csv",
                digest="",
                told="",
                columns=bringing.recognise(service.KINDS["sources"], book),
                book=book.as_json(),
                total=ROWS,
                made_at=MONDAY_NINE,
            )
        )
    database.engine.dispose()


def _source(title: str) -> Source:
    return Source(ref=title.replace(" ", "-").lower(), title=title, category="research", source_kind="strategy")


TRIAL = Trial("importing", 60, run, control, "not undoable")
