"""How long the steering page takes before a meeting, and how many statements it sends; one figure a line.

Run: python benchmarks/steering.py [--actions 10000] [--in-one-plan] [--profile]
SQLite in a temporary folder, requests inside this process, as somebody of the plan's steering group. The actions stand
in plans of 500, or all in the one plan that meets; each has three updates, and every tenth a due date that was moved.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
import tempfile
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import Engine, event, insert, select, update

from actions.models import Action, Update
from actions.review_models import Review
from benchmarks.growing import grow
from kb import migrate, paths
from kb.accounts import sessions
from kb.app import build_app
from kb.assembly import open_database
from kb.config import Settings
from kb.db import learn_sizes, now
from kb.models.history import Change, Channel
from kb.models.plan import Plan
from kb.models.record import Kind, Record
from kb.models.user import Membership, Role, User
from kb.seeding import service
from kb.words import spoken
from search import service as search

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

TODAY = date(2026, 11, 23)
BUDGET_MS, BUDGET_STATEMENTS, TIMES = 150, 20, 15
PLAN = "grown-plan-0"
SAID_BEFORE_DAYS = (100, 70, 12)
MOVED_EVERY = 10
EARLIER_MEETINGS = 6


def fill(session: Session, *, in_one_plan: bool) -> User:
    """Give every action its updates and a history, and the plan its meetings and a member of its group."""
    plan = session.scalars(select(Plan).where(Plan.ref == PLAN)).one()
    if in_one_plan:
        grown = Record.ref.like("grown-%"), Record.kind.in_((Kind.ACTION, Kind.RESPONSE))
        session.execute(update(Record.__table__).where(*grown).values(plan_id=plan.id))
    rows = session.execute(select(Action.id, Action.owner_id, Action.due_on).where(Action.ref.like("grown-%"))).all()
    said, changed = [], []
    for action_id, post_id, due_on in rows:
        for place, days in enumerate(SAID_BEFORE_DAYS):
            said_on = TODAY - timedelta(days=days + action_id % 25)
            at = datetime.combine(said_on, time(9), UTC)
            confidence = ("on-track", "at-risk", "off-track")[(action_id + place) % 3]
            words = {
                "narrative": "Work goes on as the plan says it should. " * 4,
                "forecast_reason": "",
                "evidence": "",
            }
            words |= {"support_needed": "Two trainers" if action_id % 100 == place else "", "support_answer": ""}
            expected = due_on + timedelta(days=30 * place) if action_id % 4 == 0 else None
            said.append(
                {"action_id": action_id, "post_id": post_id, "at": at, "said_on": said_on, "channel": "web"}
                | {"confidence": confidence, "forecast_on": expected, "is_demonstration": False, **words}
            )
            changed.append(_change(action_id, at, "update", None, spoken(said_on)))
        if action_id % MOVED_EVERY == 0:
            changed.append(_change(action_id, at, "due_on", spoken(due_on - timedelta(days=30)), spoken(due_on)))
    session.execute(insert(Update), said)
    session.execute(insert(Change), changed)
    for back in range(EARLIER_MEETINGS, -1, -1):
        meets_on = TODAY + timedelta(days=14 - 30 * back)
        review = Review(plan_id=plan.id, meets_on=meets_on)
        if back:
            review.frozen_at = review.closed_at = now()
            review.pack, review.digest, review.numbers = b"{}", "0" * 64, {"done": back, "overdue": back, "gaps": back}
        session.add(review)
    user = User(email="group@example.org", name="Member of the group")
    session.add(user)
    session.flush()
    session.add(Membership(user_id=user.id, plan_id=plan.id, role=Role.STEERING))
    learn_sizes(session)
    return user


def _change(action_id: int, at: datetime, field: str, old: str | None, new: str) -> dict[str, object]:
    return {"record_id": action_id, "at": at, "channel": "web", "field": field, "old": old, "new": new, "reason": ""}


def signed_in(folder: Path, actions: int, *, in_one_plan: bool) -> FlaskClient:
    """A browser of a member of the group, over the seed and as many more actions."""
    settings = Settings(data_dir=folder, secret_key="x" * 32)
    database = open_database(settings)
    migrate.upgrade(database)
    with database.writing(Channel.SEED) as session:
        service.load(session, paths.SEED_DATA, today=TODAY, is_demonstration=True)
        grow(session, actions, today=TODAY)
        user_id = fill(session, in_one_plan=in_one_plan).id
    search.ensure(database, settings)
    with database.writing(Channel.WEB) as session:
        token = sessions.open_session(session, session.get_one(User, user_id), now=now())
    app = build_app(settings)
    app.config["TODAY"] = TODAY
    client = app.test_client()
    client.set_cookie("session", token)
    return client


def milliseconds(client: FlaskClient, address: str) -> float:
    start = perf_counter()
    answer = client.get(address)
    took = (perf_counter() - start) * 1000
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    return took


def statements(client: FlaskClient, address: str) -> int:
    """How many statements one request sends, but for those that open and end its transaction."""
    sent: list[str] = []

    def heard(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("BEGIN", "ROLLBACK", "COMMIT")):
            sent.append(statement)

    event.listen(Engine, "before_cursor_execute", heard)
    client.get(address)
    event.remove(Engine, "before_cursor_execute", heard)
    return len(sent)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--actions", type=int, default=10_000, metavar="NUMBER")
    parser.add_argument("--in-one-plan", action="store_true", help="all actions in the plan that meets")
    parser.add_argument("--profile", action="store_true", help="where the time goes")
    arguments = parser.parse_args()
    address = f"/steering?plan={PLAN}"
    with tempfile.TemporaryDirectory() as folder:
        client = signed_in(Path(folder), arguments.actions, in_one_plan=arguments.in_one_plan)
        first = milliseconds(client, address)
        if arguments.profile:
            profile(client, address)
            return
        middle = median(milliseconds(client, address) for _ in range(TIMES))
        print(f"first: {first:.0f} ms")
        print(f"steering: {middle:.0f} ms (budget {BUDGET_MS} ms)")
        print(f"statements: {statements(client, address)} (budget {BUDGET_STATEMENTS})")


SINCE = f"/steering/since?plan={PLAN}&key=overdue"


def profile(client: FlaskClient, address: str) -> None:
    watch = cProfile.Profile()
    watch.enable()
    for _ in range(TIMES):
        milliseconds(client, address)
    watch.disable()
    pstats.Stats(watch).sort_stats("cumulative").print_stats(60)


if __name__ == "__main__":
    main()
