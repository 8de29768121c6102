"""How long reminders take: 1,000 due ones planned (budget 1 s), a tick with nothing due at 10,000 actions (20 ms).

Also told: rows planned a second, and the page of somebody who holds 500 actions (budget 60 ms).
Run: python benchmarks/reminders.py [--only sqlite|postgresql] [--database-url URL]
SQLite in a temporary folder, then a PostgreSQL that comes from pip; --database-url names an empty one instead of both.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import insert, select, text

from actions.models import Action
from actions.reminding import reminders
from kb import jobs, migrate
from kb.accounts import sessions
from kb.app import build_app
from kb.assembly import open_database
from kb.config import Settings
from kb.db import Database, now
from kb.models.organisation import Organisation, Post, PostHolding
from kb.models.plan import Plan
from kb.models.record import Kind, Record
from kb.models.user import User
from search import service as search
from tests.databases import postgres_url

ACTIONS, DUE, POSTS = 10_000, 1_000, 500
MONDAY = date(2026, 11, 23)
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
TIMES = 15
HELD = 500
MOST_SECONDS, MOST_TICK_MS, MOST_PAGE_MS = 1, 20, 60


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


def hold_many(database: Database) -> str:
    """Give one person a post with 500 actions and return the address; a third are late, a third due soon."""
    with database.writing("seed") as session:
        plan, body = session.scalars(select(Plan)).one(), session.scalars(select(Organisation)).one()
        user = User(email="busy@example.org", name="Busy person")
        post = Post(ref="busy-post", title="Head of everything", organisation_id=body.id)
        session.add_all([user, post])
        session.flush()
        session.add(PostHolding(post_id=post.id, user_id=user.id, from_on=date(2020, 1, 1)))
        session.add_all(
            Action(
                ref=f"busy-{number}",
                title=f"Do thing {number} of many",
                plan_id=plan.id,
                owner_id=post.id,
                due_on=MONDAY + timedelta(days=(-number, number % 40, 100 + number)[number % 3]),
            )
            for number in range(HELD)
        )
        session.flush()
        return sessions.open_session(session, user, now=now())


def seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database-url", default="")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), default="")
    chosen = parser.parse_args()
    if chosen.database_url:
        measure(chosen.database_url)
        return
    if chosen.only != "postgresql":
        measure("")
    if chosen.only != "sqlite":
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as server:
            measure(postgres_url(Path(server)))


def measure(url: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), database_url=url, secret_key="x" * 32)
        database = open_database(settings)
        print("On SQLite:" if database.is_sqlite else "On PostgreSQL:")
        migrate.upgrade(database)
        fill(database)
        report(database, settings)
        database.engine.dispose()


def report(database: Database, settings: Settings) -> None:
    def plan() -> None:
        with database.writing("worker") as session:
            planned.append(reminders.plan(session, MONDAY, NINE, settings))

    planned: list[reminders.Planned] = []
    took = seconds(plan)
    first = planned[0]
    if not first.reminders:
        raise SystemExit("Nothing was planned, so nothing was measured")
    each = took / first.reminders
    print(
        f"planned {first.reminders:,} reminders in {first.mails:,} mails: {took:.2f} s, {1 / each:,.0f} rows a second"
    )
    print(f"1,000 due reminders planned: {each * DUE:.3f} s (budget {MOST_SECONDS} s)")
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE outbox_message SET state = 'sent'"))
    search.rebuild(database, settings)
    jobs.tick(database, settings, clock=lambda: NINE)
    ticks = [seconds(lambda: jobs.tick(database, settings, clock=lambda: NINE)) for _ in range(TIMES)]
    print(
        f"tick with nothing due at {ACTIONS:,} actions, {first.reminders:,} of them reminded: "
        f"{median(ticks) * 1000:.1f} ms (budget {MOST_TICK_MS} ms)"
    )
    again = [seconds(plan) for _ in range(TIMES)]
    print(f"whole planning with nothing new, four times an hour: {median(again) * 1000:.1f} ms")
    show_own(database, settings)


def show_own(database: Database, settings: Settings) -> None:
    """The page that somebody with very many actions opens in the morning."""
    token = hold_many(database)
    app = build_app(settings)
    app.config["TODAY"] = MONDAY
    client = app.test_client()
    client.set_cookie("session", token)

    def show() -> None:
        page = client.get("/my-actions")
        if page.status_code != 200 or "Do thing" not in page.text:
            raise SystemExit(f"/my-actions answers {page.status_code}")

    show()
    took = [seconds(show) for _ in range(TIMES)]
    print(f"my actions with {HELD} of one person: {median(took) * 1000:.1f} ms (budget {MOST_PAGE_MS} ms)")


if __name__ == "__main__":
    main()
