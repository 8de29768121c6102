"""How long planning takes: 1,000 due reminders (budget 1 s), and a tick with nothing due at 10,000 actions (20 ms).

Run: python benchmarks/reminders.py [--database-url URL]   (an empty database; without it, SQLite in a temporary folder)
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import insert, text

from actions.models import Action
from actions.reminding import reminders
from kb import jobs, migrate
from kb.assembly import open_database
from kb.config import Settings
from kb.db import Database
from kb.models.organisation import Organisation, Post, PostHolding
from kb.models.plan import Plan
from kb.models.record import Kind, Record
from kb.models.user import User
from search import service as search

ACTIONS, DUE, POSTS = 10_000, 1_000, 500
MONDAY = date(2026, 11, 23)
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
TIMES = 15


def fill(database: Database) -> None:
    """10,000 open actions of 500 posts: 1,000 due today, 2,000 late or silent, the others not yet due."""
    with database.writing("seed") as session:
        plan = Plan(ref="plan", title="Plan", nation="wales")
        body = Organisation(ref="body", title="Body", abbreviation="B")
        session.add_all([plan, body])
        session.flush()
        users = [User(email=f"p{n}@example.org", name=f"Person {n}") for n in range(POSTS)]
        posts = [Post(ref=f"post-{n}", title=f"Post {n}", organisation_id=body.id) for n in range(POSTS)]
        session.add_all([*users, *posts])
        session.flush()
        session.add_all(
            PostHolding(post_id=post.id, user_id=user.id, from_on=date(2020, 1, 1))
            for post, user in zip(posts, users, strict=True)
        )
        session.flush()
        first = 1_000_000
        made_at = datetime(2026, 11, 10, tzinfo=UTC)
        session.execute(
            insert(Record.__table__),
            [
                {
                    "id": first + n, "kind": Kind.ACTION, "ref": f"action-{n}", "title": f"Do thing {n}",
                    "visibility": "published", "version": 1, "plan_id": plan.id, "created_at": made_at,
                    "updated_at": made_at,
                }
                for n in range(ACTIONS)
            ],
        )  # fmt: skip
        blank = dict.fromkeys(
            ("description", "timescale", "support_needed", "resources", "measure", "recommendation", "plan_fit"), ""
        )
        session.execute(
            insert(Action.__table__),
            [
                {
                    **blank, "id": first + n, "position": n, "owner_id": posts[n % POSTS].id, "due_on": _due(n),
                    "is_demonstration_dated": False, "closure": "open",
                }
                for n in range(ACTIONS)
            ],
        )  # fmt: skip
    with database.engine.begin() as connection:
        connection.execute(text("ANALYZE"))


def _due(number: int) -> date:
    if number < DUE:
        return MONDAY
    return MONDAY + timedelta(days=-(number % 60) - 1 if number < 3 * DUE else 100 + number % 400)


def seconds(work: object) -> float:
    start = perf_counter()
    work()  # type: ignore[operator]
    return perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--database-url", default="")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), database_url=chosen.database_url, secret_key="x" * 32)
        database = open_database(settings)
        migrate.upgrade(database)
        fill(database)
        report(database, settings)


def report(database: Database, settings: Settings) -> None:
    def plan() -> None:
        with database.writing("worker") as session:
            planned.append(reminders.plan(session, MONDAY, NINE, settings))

    planned: list[reminders.Planned] = []
    took = seconds(plan)
    each = took / planned[0].reminders
    print(
        f"planned {planned[0].reminders} reminders in {planned[0].mails} mails: {took:.2f} s, {each * 1e6:.0f} µs each"
    )
    print(f"1,000 due reminders planned: {each * 1000:.3f} s (budget 1 s)")
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE outbox_message SET state = 'sent'"))
    search.rebuild(database, settings)
    jobs.tick(database, settings, clock=lambda: NINE)
    ticks = [seconds(lambda: jobs.tick(database, settings, clock=lambda: NINE)) for _ in range(TIMES)]
    print(f"tick with nothing due at {ACTIONS:,} actions, {planned[0].reminders:,} of them reminded: "
          f"{median(ticks) * 1000:.1f} ms (budget 20 ms)")  # fmt: skip
    again = [seconds(plan) for _ in range(TIMES)]
    print(f"whole planning with nothing new, four times an hour: {median(again) * 1000:.1f} ms")


if __name__ == "__main__":
    main()
