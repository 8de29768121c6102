"""Two workers on one database: everybody is written to once a day, about each reason once.

Control: workers that plan without the keys that make a reminder happen once.
"""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

from sqlalchemy import select

from actions.models import Action
from actions.reminder_models import Reminder
from actions.reminding import owned, planning, reminders
from kb import jobs
from kb.assembly import open_database
from kb.models.organisation import Organisation, Post, PostHolding
from kb.models.outbox import MailState, OutboxMessage
from kb.models.plan import Plan
from kb.models.user import User
from tests.smtp_server import ScriptedSmtp
from tests.trials.ground import MONDAY_NINE, PROCESSES, Outcome, Trial, kill, knowledge_base, start, wait

if TYPE_CHECKING:
    from collections.abc import Iterable
    from threading import Barrier

    from kb.config import Settings

WORKERS = 2
OWNERS = 6
# Both workers tick at these hours after Monday, nine o’clock; each later day brings some a new stage.
HOURS = (0, 1, 24)


def run_on(database: str, trials: int) -> Outcome:
    outcome = Outcome(wrong=Counter(lost=0, twice=0))
    for _ in range(trials):
        one(outcome, database, is_broken=False)
    return outcome


def control_on(database: str) -> Outcome:
    outcome = Outcome(wrong=Counter(lost=0, twice=0))
    one(outcome, database, is_broken=True)
    return outcome


def one(outcome: Outcome, on: str, *, is_broken: bool) -> None:
    """Both workers live through the same hours at the same time."""
    server = ScriptedSmtp()
    try:
        with knowledge_base(on, filled_by=fill, smtp_url=server.url) as settings:
            together = PROCESSES.Barrier(WORKERS)
            workers = [start(work, settings, together, number, is_broken) for number in range(WORKERS)]
            try:
                for worker in workers:
                    wait(worker)
            finally:
                for worker in workers:
                    if worker.is_alive():
                        kill(worker)
            _judge(outcome, settings, server.accepted)
    finally:
        server.stop()


def work(settings: Settings, together: Barrier, number: int, is_broken: bool) -> None:
    """One worker: it ticks at the same instants as the other, since their clocks agree."""
    if is_broken:
        _forget_the_keys(number)
    database = open_database(settings)
    for hours in HOURS:
        at = MONDAY_NINE + timedelta(hours=hours)
        # Whoever loses a race undoes its planning, and the next tick, a minute later, finds nothing left to do.
        for minute in range(2):
            clock = at + timedelta(minutes=minute)
            together.wait(60)
            jobs.tick(database, settings, clock=lambda now=clock: now, worker=f"worker-{number}")  # type: ignore[misc]
    database.engine.dispose()


def _forget_the_keys(number: int) -> None:
    marks = itertools.count()
    owned.list_told = lambda *_: set()
    reminders._keys = lambda _s, told, *_: {user: f"digest:{number}:{next(marks)}:{user}" for user in told}
    reminders._keep = lambda *_: 0
    planning.plan_if_needed = reminders.plan


def _judge(outcome: Outcome, settings: Settings, accepted: Iterable[bytes]) -> None:
    arrived = [message_from_bytes(content, policy=default) for content in accepted]
    by_day = Counter((mail["To"].addresses[0].addr_spec, mail["Date"].datetime.date()) for mail in arrived)
    database = open_database(settings)
    with database.reading() as session:
        unsent = session.scalars(select(OutboxMessage.id).where(OutboxMessage.state != MailState.SENT)).all()
        planned = session.scalars(select(Reminder.id)).all()
    database.engine.dispose()
    outcome.trials += 1
    outcome.wrong["twice"] += sum(number - 1 for number in by_day.values())
    told_first = sum(day == MONDAY_NINE.date() for _, day in by_day)
    outcome.wrong["lost"] += abs(OWNERS - told_first) + len(unsent) + (len(planned) < OWNERS)


def fill(settings: Settings) -> None:
    """Owners with actions: some late, some due now, some due in the next days."""
    database = open_database(settings)
    with database.writing("seed") as session:
        plan = Plan(ref="plan", title="Plan", nation="wales")
        body = Organisation(ref="body", title="Body")
        session.add_all([plan, body])
        session.flush()
        made_at = datetime(2026, 11, 10, tzinfo=MONDAY_NINE.tzinfo)
        for number in range(OWNERS):
            user = User(email=f"p{number}@example.org", name=f"Person {number}")
            post = Post(ref=f"post-{number}", title=f"Post {number}", organisation_id=body.id)
            session.add_all([user, post])
            session.flush()
            session.add(PostHolding(post_id=post.id, user_id=user.id, from_on=date(2020, 1, 1)))
            session.add_all(
                Action(
                    ref=f"action-{number}-{days}",
                    title=f"Do {number} by {days}",
                    plan_id=plan.id,
                    owner_id=post.id,
                    due_on=MONDAY_NINE.date() + timedelta(days=days),
                    created_at=made_at,
                )
                for days in (-20, number % 3, number % 5 + 13)
            )
    database.engine.dispose()


def _trial(database: str, name: str) -> Trial:
    return Trial(
        f"two workers on {name}", 60, lambda trials: run_on(database, trials), lambda: control_on(database), "twice"
    )


TRIALS = [_trial("sqlite", "SQLite"), _trial("postgresql", "PostgreSQL")]
