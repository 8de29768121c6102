"""kill -9 while a pack is frozen and its files are made: frozen whole or not at all, and each file once in the end.

Control: a freezer that commits the day of the freeze before the snapshot, as a second step. Killed between the two, the
meeting says that it is frozen and its digest is that of another pack.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from actions.models import Action
from actions.review_models import FileForm, Review
from actions.reviews import freezing, making
from actions.reviews.pack import decode, digest_of
from kb.assembly import open_database
from kb.db import now
from kb.models.history import Change, Channel
from kb.models.plan import Plan
from tests.trials.ground import Outcome, Trial, kill, knowledge_base, start

if TYPE_CHECKING:
    from kb.config import Settings

ACTIONS = 80
MEETS_ON = date(2026, 12, 7)
LONGEST_LIFE = 1.8
COUNTS = ("half frozen", "frozen twice", "files lost", "files that differ")


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
    """Two who are killed one after the other, and one who lives and takes over."""
    with knowledge_base(filled_by=fill) as settings:
        for _ in range(2):
            worker = start(labour, settings, is_broken)
            time.sleep(LONGEST_LIFE if is_broken else chance.uniform(0, LONGEST_LIFE))
            outcome.told["cut short"] += worker.is_alive()
            kill(worker)
        # The claim of whoever was killed has run out by then.
        _work(settings, timedelta(hours=1))
        _judge(outcome, settings)
        outcome.trials += 1


def labour(settings: Settings, is_broken: bool) -> None:
    """The child that is killed."""
    if is_broken:
        _freeze_in_two_steps(settings)
    _work(settings, timedelta())


def _work(settings: Settings, later: timedelta) -> None:
    database = open_database(settings)
    freezing.freeze_due(database, settings, now().replace(year=2026, month=12, day=4))
    making.run_waiting(database, settings, clock=lambda: now() + later, should_stop=lambda: False)
    database.engine.dispose()


def _freeze_in_two_steps(settings: Settings) -> None:
    database = open_database(settings)
    with database.writing(Channel.WORKER) as session:
        review = session.scalars(select(Review)).one()
        review.frozen_at, review.pack, review.digest = now(), b"", ""
    time.sleep(60)


def _judge(outcome: Outcome, settings: Settings) -> None:
    database = open_database(settings)
    with database.reading() as session:
        review = session.scalars(select(Review)).one()
        content = review.pack or b""
        is_whole = review.is_frozen and digest_of(content) == review.digest
        outcome.wrong["half frozen"] += not (is_whole and len(decode(content).actions) == ACTIONS)
        told = session.scalars(select(Change).where(Change.field == "pack_frozen")).all()
        outcome.wrong["frozen twice"] += max(0, len(told) - 1)
        files = {one.form: one for one in making.progress(session, review).files}
        outcome.wrong["files lost"] += len(FileForm) - len(files)
        outcome.wrong["files that differ"] += sum(digest_of(one.content) != one.digest for one in files.values())
    database.engine.dispose()


def fill(settings: Settings) -> None:
    """A plan with actions, and a meeting whose answers have closed."""
    database = open_database(settings)
    with database.writing(Channel.COMMAND) as session:
        plan = Plan(ref="plan", title="Plan", nation="wales")
        session.add(plan)
        session.flush()
        for number in range(ACTIONS):
            session.add(Action(ref=f"action-{number}", title=f"Action {number}", plan_id=plan.id, due_on=MEETS_ON))
        session.add(Review(plan=plan, meets_on=MEETS_ON))
    database.engine.dispose()


TRIAL = Trial("packs", 60, run, control, "half frozen")
