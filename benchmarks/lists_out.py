"""How long 10,000 actions and as many sources take as CSV (2 s) and as Excel (10 s), and what memory that needs.

Run: python benchmarks/lists_out.py [--rows N] [--profile ADDRESS]   (SQLite in a temporary folder)
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import resource
import sys
import tempfile
from datetime import date, timedelta
from multiprocessing import Process
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from actions.models import Action
from kb import migrate
from kb.accounts import sessions
from kb.app import build_app
from kb.assembly import open_database
from kb.config import Settings
from kb.db import now
from kb.models.history import Channel
from kb.models.link import Link, LinkType
from kb.models.organisation import Organisation, Post
from kb.models.plan import Plan, Priority, PrioritySet
from kb.models.source import KeyPoint, Source, SourceNation
from kb.models.user import Membership, Role, User

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

TODAY = date(2026, 11, 23)
BUDGETS = {"csv": 2.0, "xlsx": 10.0}
WORDS = ("train", "recruit", "retain", "nurses", "in", "teams", "so", "that", "people", "are", "seen", "sooner")


def generate(session: Session, rows: int) -> None:
    """A plan with posts, priorities and actions, and sources with key points."""
    plan = Plan(ref="plan", title="The plan", nation="wales")
    body = Organisation(ref="body", title="A health board")
    session.add_all([plan, body])
    session.flush()
    posts = [Post(ref=f"post-{n}", title=f"Lead for subject {n}", organisation_id=body.id) for n in range(50)]
    group = PrioritySet(ref="set", title="Priorities", plan_id=plan.id)
    session.add_all([*posts, group])
    session.flush()
    priorities = [
        Priority(ref=f"priority-{n}", title=_text(n, 6), plan_id=plan.id, set_id=group.id, position=n)
        for n in range(40)
    ]
    session.add_all(priorities)
    made = [
        Action(
            ref=f"action-{n}", title=_text(n, 9), plan_id=plan.id, position=n,
            owner_id=None if n % 9 == 0 else posts[n % 50].id,
            description=_text(n, 25), measure=_text(n, 12), resources=_text(n, 8), support_needed=_text(n, 10),
            timescale="by the end of next year", due_on=TODAY + timedelta(days=n % 700 - 200), confidence="at-risk",
        )
        for n in range(rows)
    ]  # fmt: skip
    found = [
        Source(
            ref=f"source-{n}", title=_text(n, 11), category="driver", source_kind="strategy", status="in-force",
            summary=_text(n, 30), publishers=[body], nations=[SourceNation(nation="wales")],
        )
        for n in range(rows)
    ]  # fmt: skip
    session.add_all([*made, *found])
    session.flush()
    session.add_all(
        Link(
            type=LinkType.DELIVERED_BY, from_id=priorities[n % 40].id, from_kind="priority", to_id=action.id,
            to_kind="action", reason="It says so.",
        )
        for n, action in enumerate(made)
    )  # fmt: skip
    session.add_all(
        KeyPoint(ref=f"point-{n}", title=_text(n, 14), source_id=source.id, position=1)
        for n, source in enumerate(found)
    )


def _text(seed: int, length: int) -> str:
    return " ".join(WORDS[(seed + 7 * place) % len(WORDS)] for place in range(length)).capitalize()


def fill(folder: Path, rows: int) -> None:
    """Generate everything and sign its lead in; run in a process of its own, so that its memory is not counted here."""
    database = open_database(_settings(folder))
    migrate.upgrade(database)
    with database.writing(Channel.SEED) as session:
        generate(session, rows)
    with database.writing(Channel.WEB) as session:
        lead = User(email="lead@example.org", name="Lead")
        session.add(lead)
        session.flush()
        session.add(Membership(user_id=lead.id, plan_id=1, role=Role.LEAD))
        (folder / "token").write_text(sessions.open_session(session, lead, now=now()))


def _settings(folder: Path) -> Settings:
    return Settings(data_dir=folder, secret_key="x" * 32)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--profile", metavar="ADDRESS", help="only this file, with where its time goes")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        child = Process(target=fill, args=(Path(folder), asked.rows))
        child.start()
        child.join()
        app = build_app(_settings(Path(folder)))
        app.config["TODAY"] = TODAY
        client = app.test_client()
        client.set_cookie("session", (Path(folder) / "token").read_text())
        if asked.profile:
            profile(client, asked.profile)
            return
        for name in ("actions", "sources"):
            client.get(f"/{name}?q=nothing-is-called-this&format=csv").get_data()  # the first compiles statements
            for kind, budget in BUDGETS.items():
                before = _memory()
                took, size = download(client, f"/{name}?format={kind}")
                aim = f" (budget {budget:.0f} s)" if name == "actions" else ""
                told = "  OVER" if aim and took > budget else ""
                print(
                    f"{asked.rows:,} {name} as {kind}: {took:.1f} s{aim}, {size / 1e6:.1f} MB; "
                    f"memory at most {_memory():.0f} MB, before {before:.0f} MB{told}"
                )


def download(client: FlaskClient, address: str) -> tuple[float, int]:
    """Seconds and size of one file, of which nothing is kept."""
    start, size = perf_counter(), 0
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    for piece in answer.iter_encoded():
        size += len(piece)
    answer.close()
    return perf_counter() - start, size


def profile(client: FlaskClient, address: str) -> None:
    download(client, address)
    watch = cProfile.Profile()
    watch.enable()
    download(client, address)
    watch.disable()
    pstats.Stats(watch).sort_stats("cumulative").print_stats(60)


def _memory() -> float:
    """The most memory that this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
