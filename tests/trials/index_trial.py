"""kill -9 during indexing: after a restart the index agrees with the database within one tick.

Control: an indexer that strikes changes off its list before the index has them. Killed between the two, it loses them.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import select

from kb import jobs
from kb.assembly import open_database
from kb.models.source import Source
from search import service as search
from search import upkeep
from search.index import store
from tests.trials.ground import Outcome, Trial, kill, knowledge_base, start

if TYPE_CHECKING:
    from kb.config import Settings

SOURCES = 120
CHANGED, ADDED, DELETED = 40, 10, 5
LONGEST_LIFE = 0.5
BATCH = 15


def run(trials: int) -> Outcome:
    outcome = Outcome(wrong=Counter(disagree=0, waiting=0), told=Counter({"cut short": 0}))
    for number in range(trials):
        one(outcome, random.Random(number), is_broken=False)
    return outcome


def control() -> Outcome:
    outcome = Outcome(wrong=Counter(disagree=0, waiting=0))
    one(outcome, random.Random(0), is_broken=True)
    return outcome


def one(outcome: Outcome, chance: random.Random, *, is_broken: bool) -> None:
    """Many changes, an indexer that is killed among them, and one tick of a worker that lives."""
    with knowledge_base(filled_by=fill) as settings:
        _change(settings, chance)
        indexer = start(index, settings, is_broken, chance.random() < 0.7)
        if is_broken:
            _await_strike(settings)
        else:
            time.sleep(chance.uniform(0, LONGEST_LIFE))
        outcome.told["cut short"] += indexer.is_alive()
        kill(indexer)
        database = open_database(settings)
        jobs.tick(database, settings)
        with database.reading() as session:
            outcome.wrong["disagree"] += len(search.differences(session, settings))
            outcome.wrong["waiting"] += search.waiting(session)
        database.engine.dispose()
        outcome.trials += 1


def index(settings: Settings, is_broken: bool, is_slow: bool) -> None:
    """The child that is killed."""
    change, settle = store.change, upkeep._settle
    if is_broken:
        # The list is struck off first, and then the index is never reached.
        upkeep._catch_up_once = _strike_first  # type: ignore[assignment]
    elif is_slow:
        store.change = _slowly(change)  # type: ignore[assignment]
        upkeep._settle = _slowly(settle)
    search.catch_up(open_database(settings), settings, limit=BATCH)


def _strike_first(database: object, *_: object) -> int:
    from sqlalchemy import delete

    from kb.db import Database
    from search.models import IndexChange

    assert isinstance(database, Database)
    with database.writing("worker") as session:
        session.execute(delete(IndexChange))
    time.sleep(60)
    return 0


def _slowly(step: object) -> object:
    def slow(*arguments: object, **values: object) -> object:
        time.sleep(0.03)
        answer = step(*arguments, **values)  # type: ignore[operator]
        time.sleep(0.03)
        return answer

    return slow


def _await_strike(settings: Settings) -> None:
    database = open_database(settings)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with database.reading() as session:
            if not search.waiting(session):
                break
        time.sleep(0.02)
    database.engine.dispose()


def fill(settings: Settings) -> None:
    """Sources with an index of them."""
    database = open_database(settings)
    with database.writing("seed") as session:
        session.add_all(_source(number) for number in range(SOURCES))
    search.rebuild(database, settings)
    database.engine.dispose()


def _source(number: int) -> Source:
    return Source(
        ref=f"source-{number}",
        title=f"Strategy {number} for the workforce",
        category="driver",
        source_kind="strategy",
        status="in-force",
    )


def _change(settings: Settings, chance: random.Random) -> None:
    database = open_database(settings)
    with database.writing("web") as session:
        sources = list(session.scalars(select(Source).order_by(Source.id)))
        for source in chance.sample(sources[DELETED:], CHANGED):
            source.title = f"Renamed {chance.random()}"
        for source in sources[:DELETED]:
            session.delete(source)
        session.add_all(_source(SOURCES + number) for number in range(ADDED))
    database.engine.dispose()


TRIAL = Trial("indexing", 60, run, control, "disagree")
