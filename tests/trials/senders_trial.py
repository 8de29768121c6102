"""Four workers plan and send the mails of one morning and are killed with kill -9 again and again.

At full size 1,500 owners are due one mail each, and sixty times a worker dies: every other time at a random moment,
else at the instant at which the server has just taken a mail of that very worker. Each is started again at once. No
mail may arrive twice, and none may be missing unless the outbox shows it as unknown.

The clock is a number that all workers share. It moves on by more than a lease at each kill, so that what the dead held
is freed; what the living hold is freed with it, which they must survive too.
Control: workers that mark a mail only after it was sent.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from actions.models import Action
from kb import jobs
from kb.assembly import open_database
from kb.models.organisation import Organisation, Post, PostHolding
from kb.models.outbox import MailState, OutboxMessage
from kb.models.plan import Plan
from kb.models.user import User
from tests.smtp_server import ScriptedSmtp
from tests.trials.ground import MONDAY_NINE, PROCESSES, Outcome, Trial, kill, knowledge_base, start
from tests.trials.mail_trial import break_marking, dawdle

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess
    from multiprocessing.sharedctypes import Synchronized

    from kb.config import Settings
    from kb.db import Database

WORKERS = 4
MAILS_A_KILL = 25
# More than a lease, and so little that sixty kills fit into one day.
MINUTES_A_KILL = 11
KILLS_OF_CONTROL = 6
DONE_WITHIN = 300
UNDECIDED = (MailState.QUEUED, MailState.CLAIMED, MailState.SENDING)


@dataclass
class Crew:
    """The workers, their common clock, and those that are to die."""

    settings: Settings
    fault: str
    minutes: Synchronized[int]
    workers: list[BaseProcess] = field(default_factory=list)
    kills: int = 0

    def begin(self, number: int) -> BaseProcess:
        return start(work, self.settings, number, self.minutes, self.fault)

    def lose(self, number: int) -> None:
        """One dies and another takes its place, later by more than a lease."""
        kill(self.workers[number])
        self.kills += 1
        with self.minutes.get_lock():
            self.minutes.value += MINUTES_A_KILL
        self.workers[number] = self.begin(number)


def run_on(database: str, kills: int) -> Outcome:
    outcome = _outcome()
    one(outcome, database, kills, random.Random(kills), fault="")
    return outcome


def control_on(database: str) -> Outcome:
    outcome = _outcome()
    one(outcome, database, KILLS_OF_CONTROL, random.Random(0), fault="marks too late")
    return outcome


def _outcome() -> Outcome:
    return Outcome(
        wrong=Counter({"lost": 0, "twice": 0}), told=Counter({"mails": 0, "unknown": 0, "of them arrived": 0})
    )


def one(outcome: Outcome, on: str, kills: int, chance: random.Random, *, fault: str) -> None:
    """One morning."""
    server = ScriptedSmtp()
    try:
        with knowledge_base(on, smtp_url=server.url) as settings:
            fill(settings, kills * MAILS_A_KILL)
            database = open_database(settings)
            crew = Crew(settings, fault, PROCESSES.Value("i", 0))
            crew.workers = [crew.begin(number) for number in range(WORKERS)]
            try:
                _strike(crew, server, database, kills, chance)
                _await_end(crew, server, database, kills * MAILS_A_KILL)
            finally:
                for worker in crew.workers:
                    kill(worker)
            outcome.trials += crew.kills
            _judge(outcome, database, server.accepted)
            database.engine.dispose()
    finally:
        server.stop()


def work(settings: Settings, number: int, minutes: Synchronized[int], fault: str) -> None:
    """The child: it ticks until it is killed."""
    logging.disable(logging.CRITICAL)
    if fault:
        break_marking()
    if number % 2:
        dawdle()
    # The index has a trial of its own.
    jobs._index = lambda *_: None
    database = open_database(settings)
    while True:
        jobs.tick(
            database,
            settings,
            clock=lambda: MONDAY_NINE + timedelta(minutes=minutes.value),
            worker=f"worker-{number}",
        )
        time.sleep(0.02)


def _strike(crew: Crew, server: ScriptedSmtp, database: Database, kills: int, chance: random.Random) -> None:
    """Kill at so many places among the mails that there is always something under way."""
    mails = kills * MAILS_A_KILL
    # The first one dies before anything was sent, perhaps among the planning.
    places = [0, *sorted(chance.randrange(1, mails * 9 // 10) for _ in range(kills - 1))]
    for number, place in enumerate(places):
        if number % 2:
            _lose_the_sender(crew, server, database, place)
        else:
            _await(lambda place=place: len(server.accepted) >= place)  # type: ignore[misc]
            time.sleep(chance.uniform(0, 0.5 if place == 0 else 0.05))
            crew.lose(chance.randrange(WORKERS))


def _lose_the_sender(crew: Crew, server: ScriptedSmtp, database: Database, place: int) -> None:
    """Kill the worker whose mail the server has just taken, before the server answers anybody."""
    found: list[int] = []
    is_dead = threading.Event()

    def taken(content: bytes) -> None:
        if found or len(server.accepted) < place:
            return
        with database.reading() as session:
            message_id = message_from_bytes(content)["Message-ID"]
            query = select(OutboxMessage.claimed_by).where(OutboxMessage.message_id == message_id)
            found.append(int((session.scalar(query) or "worker-0").partition("/")[0].removeprefix("worker-")))
        is_dead.wait(10)

    server.on_taken = taken
    try:
        _await(lambda: bool(found))
        crew.lose(found[0])
    finally:
        server.on_taken = lambda _: None
        is_dead.set()


def _await_end(crew: Crew, server: ScriptedSmtp, database: Database, mails: int) -> None:
    """Until nothing waits and nothing is under way; what the last dead one held is freed by the moving clock."""
    with crew.minutes.get_lock():
        crew.minutes.value += MINUTES_A_KILL

    def is_done() -> bool:
        with database.reading() as session:
            count = select(func.count()).select_from(OutboxMessage)
            return (
                session.scalar(count) == mails and session.scalar(count.where(OutboxMessage.state.in_(UNDECIDED))) == 0
            )

    _await(is_done, every=0.2)


def _await(what: object, every: float = 0.002) -> None:
    deadline = time.monotonic() + DONE_WITHIN
    while not what():  # type: ignore[operator]
        if time.monotonic() > deadline:
            raise RuntimeError("The workers did not get on")
        time.sleep(every)


def _judge(outcome: Outcome, database: Database, accepted: list[bytes]) -> None:
    mails = [message_from_bytes(content, policy=default) for content in accepted]
    arrived = Counter(str(mail["Message-ID"]) for mail in mails)
    by_person = Counter(mail["To"].addresses[0].addr_spec for mail in mails)
    with database.reading() as session:
        states = dict(session.execute(select(OutboxMessage.message_id, OutboxMessage.state)).tuples().all())
        people = session.scalar(select(func.count()).select_from(User)) or 0
    outcome.wrong["twice"] += max(_more_than_one(arrived), _more_than_one(by_person))
    outcome.wrong["lost"] += people - len(states)
    outcome.wrong["lost"] += sum(
        not arrived[one] if state == MailState.SENT else state != MailState.UNKNOWN for one, state in states.items()
    )
    unknown = [one for one, state in states.items() if state == MailState.UNKNOWN]
    outcome.told["mails"] += len(states)
    outcome.told["unknown"] += len(unknown)
    outcome.told["of them arrived"] += sum(bool(arrived[one]) for one in unknown)


def _more_than_one(counts: Counter[str]) -> int:
    return sum(number - 1 for number in counts.values())


def fill(settings: Settings, owners: int) -> None:
    """So many people, each with one post and one action that is due on the day."""
    database = open_database(settings)
    with database.writing("seed") as session:
        plan = Plan(ref="plan", title="Plan", nation="wales")
        body = Organisation(ref="body", title="Body")
        session.add_all([plan, body])
        session.flush()
        users = [User(email=f"p{number}@example.org", name=f"Person {number}") for number in range(owners)]
        posts = [
            Post(ref=f"post-{number}", title=f"Post {number}", organisation_id=body.id) for number in range(owners)
        ]
        session.add_all([*users, *posts])
        session.flush()
        held = [
            {"post_id": post.id, "user_id": user.id, "is_deputy": False, "from_on": date(2020, 1, 1)}
            for post, user in zip(posts, users, strict=True)
        ]
        session.execute(insert(PostHolding), held)
        session.add_all(
            Action(
                ref=f"action-{number}",
                title=f"Do {number}",
                plan_id=plan.id,
                owner_id=post.id,
                due_on=MONDAY_NINE.date(),
                created_at=MONDAY_NINE - timedelta(days=13),
            )
            for number, post in enumerate(posts)
        )
    database.engine.dispose()


def _trial(database: str, name: str) -> Trial:
    return Trial(
        f"four senders on {name}", 60, lambda kills: run_on(database, kills), lambda: control_on(database), "twice"
    )


TRIALS = [_trial("sqlite", "SQLite"), _trial("postgresql", "PostgreSQL")]
