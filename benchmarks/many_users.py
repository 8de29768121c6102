"""50 people at once on the whole service: requests a second (budget 20), p95 (budget 500 ms), errors (budget none).

Run: python benchmarks/many_users.py [--users 50] [--seconds 60]
`kb serve` and `kb work` run as processes of their own over the whole seed on SQLite; each person opens a page through a
socket, reads it for a second or two, and opens the next; leads edit actions, owners send updates, all keep a shortlist.
Also told: how long loading all seed data takes (budget 20 s).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import median, quantiles
from time import perf_counter, sleep
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import select

from actions.models import Action, Closure
from kb import migrate, paths
from kb.accounts import sessions
from kb.assembly import open_database
from kb.config import Settings
from kb.db import now
from kb.models.history import Channel
from kb.models.organisation import PostHolding
from kb.models.plan import Plan
from kb.models.user import Membership, Role, User
from kb.seeding import service
from search import service as search
from tests.trials.forms import form_with
from tests.trials.serving import Answer, Client, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

ROOT = Path(__file__).resolve().parent.parent
SECRET = "only for measuring, and long enough for a secret"
SEED_SECONDS, REQUESTS_A_SECOND, P95_MS = 20, 20, 500
READS_FOR = (0.5, 2.5)  # seconds between two pages of one person
PLAN = "mental-health-workforce-wales"
# Each page as often as people open it.
PAGES = (
    *("/", "/", "/", "/sources", "/sources", "/actions", "/actions", "/my-actions", "/steering", "/gaps"),
    *("/search?q=perinatal+nursing", "/search?q=training", "/search?q=welsh+speakers", "/search?q=recruitment"),
    *("/sources/t4mh-strategy", "/sources/t4mh-delivery-plan-2019-22", "/sources/stepping-forward"),
    *("/actions/t4mh-18", "/actions/t4mh-18/thread", "/priorities", "/priorities/wales-phase1-02"),
    *("/sources/t4mh-strategy/thread", f"/plans/{PLAN}", "/indicators", "/figures", "/key-points", "/glossary"),
    *("/organisations", "/changes", "/shortlist", "/sources?theme=prevention", "/actions?schedule=overdue"),
)
SAVES = 0.08  # of what people do


@dataclass
class Person:
    """One signed-in person: an action that is theirs to edit or to answer for, and the field that they fill in."""

    token: str
    form: str = ""
    field: str = ""


@dataclass
class Heard:
    """What all people got: how long each answer took, and those that were none."""

    took: list[float] = field(default_factory=list)
    saved: int = 0
    errors: Counter[str] = field(default_factory=Counter)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=60)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        settings = Settings(data_dir=Path(name), secret_key=SECRET, demo=True, public_read=True)
        people = fill(settings, given.users)
        port = free_port()
        with running(settings, "serve", "--port", str(port)), running(settings, "work"):
            Client(port, "").await_ready()
            for page in dict.fromkeys(PAGES):  # the first time each template is compiled
                Client(port, people[0].token).ask("GET", page)
            heard, seconds = visit(port, people, given.seconds)
    report(heard, seconds, given.users)


def fill(settings: Settings, users: int) -> list[Person]:
    """The whole seed, and so many people in it: of ten, three lead the plan, three own actions, four read."""
    database = open_database(settings)
    migrate.upgrade(database)
    today, start = datetime.now(UTC).date(), perf_counter()
    with database.writing(Channel.SEED) as session:
        service.load(session, paths.SEED_DATA, today=today, is_demonstration=True)
    print(f"all seed data loaded: {perf_counter() - start:.1f} s (budget {SEED_SECONDS} s)")
    with database.writing(Channel.COMMAND) as session:
        people = _people(session, users)
    search.rebuild(database, settings)
    database.engine.dispose()
    return people


def _people(session: Session, users: int) -> list[Person]:
    plan = session.scalars(select(Plan).where(Plan.ref == PLAN)).one()
    mine = select(Action).where(Action.plan_id == plan.id, Action.closure == Closure.OPEN).order_by(Action.id)
    to_edit = iter(session.scalars(mine).all())
    held = select(PostHolding.post_id)
    to_answer: dict[int, Action] = {}
    for action in session.scalars(mine.where(Action.owner_id.is_not(None), Action.owner_id.not_in(held))):
        to_answer.setdefault(action.owner_id or 0, action)
    people = []
    for number in range(users):
        user = User(email=f"person{number}@example.org", name=f"Person {number}")
        session.add(user)
        session.flush()
        role, form, filled = Role.VIEWER, "", ""
        if number % 10 < 3 and (action := next(to_edit, None)):
            role, form, filled = Role.LEAD, f"/actions/{action.ref}/edit", "description"
        elif number % 10 < 6 and to_answer:
            post_id, action = to_answer.popitem()
            session.add(PostHolding(post_id=post_id, user_id=user.id, from_on=datetime.now(UTC).date()))
            form, filled = f"/actions/{action.ref}/update", "narrative"
        session.add(Membership(user_id=user.id, plan_id=plan.id, role=role))
        people.append(Person(sessions.open_session(session, user, now=now()), form, filled))
    return people


@contextmanager
def running(settings: Settings, *words: str) -> Iterator[None]:
    """A command of the service as a process, until the work inside is done."""
    chosen = {"KB_DATA_DIR": str(settings.data_dir), "KB_SECRET_KEY": SECRET, "KB_DEMO": "1", "KB_DATABASE_URL": ""}
    command = [sys.executable, "-m", "kb", *words]
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **chosen}, stdout=said, stderr=said)
        try:
            yield
            if process.poll() is not None:
                said.seek(0)
                raise SystemExit(f"{words[0]} ended by itself with {process.returncode}: {said.read()[-2000:]}")
        finally:
            process.terminate()
            process.wait(30)


def visit(port: int, people: list[Person], seconds: int) -> tuple[Heard, float]:
    """Let everybody use the service for so long."""
    heard, start = Heard(), perf_counter()
    users = [
        threading.Thread(target=_use, args=(Client(port, person.token), person, Random(number), start + seconds, heard))
        for number, person in enumerate(people)
    ]
    for user in users:
        user.start()
    for user in users:
        user.join()
    return heard, perf_counter() - start


def _use(client: Client, person: Person, chance: Random, until: float, heard: Heard) -> None:
    sleep(chance.uniform(0, READS_FOR[1]))
    while perf_counter() < until:
        if chance.random() < SAVES:
            _save(client, person, chance, heard)
        else:
            _ask(client, heard, "GET", chance.choice(PAGES))
        sleep(chance.uniform(*READS_FOR))


def _save(client: Client, person: Person, chance: Random, heard: Heard) -> None:
    """Edit one's action, answer for it, or mark a source on the shortlist."""
    page = person.form or "/sources/t4mh-strategy"
    form = form_with(_ask(client, heard, "GET", page).text, person.field or "item")
    if form is None:
        heard.errors[f"no form on {page}"] += 1
        return
    values = dict(form.values)
    values.pop("nothing_changed", None)
    if person.field:
        values[person.field] = f"What is done, told for the {chance.randrange(10**6)}th time."
    if person.field == "narrative":
        values |= {"confidence": "on-track", **{name: "" for name in values if name.startswith("forecast_on")}}
    sleep(chance.uniform(*READS_FOR))
    answer = _ask(client, heard, "POST", form.action or page, values)
    heard.saved += answer.status == 303


def _ask(client: Client, heard: Heard, method: str, path: str, values: dict[str, str] | None = None) -> Answer:
    start = perf_counter()
    answer = client.ask(method, path, values)
    heard.took.append((perf_counter() - start) * 1000)
    if answer.status not in (200, 303):
        heard.errors[f"{answer.status} {method} {path}"] += 1
    return answer


def report(heard: Heard, seconds: float, users: int) -> None:
    p95 = quantiles(heard.took, n=20)[-1]
    rate = len(heard.took) / seconds
    print(f"{users} users, {len(heard.took)} requests, {heard.saved} of them saves: "
          f"{rate:.0f} requests a second (budget {REQUESTS_A_SECOND})")  # fmt: skip
    print(
        f"median {median(heard.took):.0f} ms, p95 {p95:.0f} ms (budget {P95_MS} ms), slowest {max(heard.took):.0f} ms"
    )
    print(f"errors: {sum(heard.errors.values())} (budget none)")
    for error, number in heard.errors.most_common(10):
        print(f"  {number} x {error}")
    if heard.errors or p95 > P95_MS or rate < REQUESTS_A_SECOND:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
