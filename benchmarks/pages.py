"""How long the server takes for each page at seed size (budget 60 ms each): the median of 15, as a strategy lead.

Run: python benchmarks/pages.py [--grown 10000] [--profile ADDRESS]
SQLite in a temporary folder, requests inside this process; `--grown` adds that many sources and that many actions.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
import tempfile
from datetime import date
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import select

from benchmarks.growing import grow
from kb import migrate, paths
from kb.accounts import sessions
from kb.app import build_app
from kb.assembly import open_database
from kb.config import Settings
from kb.db import now
from kb.models.history import Channel
from kb.models.user import User
from kb.seeding import demonstration, service
from search import service as search

if TYPE_CHECKING:
    from flask.testing import FlaskClient

TODAY = date(2026, 11, 23)
BUDGET_MS, TIMES = 60, 15
PAGES = (
    "/",
    "/search?q=perinatal+nursing",
    "/sources",
    "/sources/t4mh-strategy",
    "/sources/t4mh-delivery-plan-2019-22",
    "/sources/t4mh-delivery-plan-2019-22/map",
    "/sources/t4mh-delivery-plan-2019-22/thread",
    "/sources/nhs-mh-implementation-plan",
    "/priorities",
    "/priorities/wales-phase1-02",
    "/priorities/wales-phase1-03/thread",
    "/plans/mental-health-workforce-wales",
    "/actions",
    "/actions/t4mh-18",
    "/actions/t4mh-18/thread",
    "/actions/t4mh-18/update",
    "/my-actions",
    "/steering",
    "/timeline",
    "/gaps",
    "/changes",
    "/glossary",
    "/organisations",
    "/organisations/welsh-government",
    "/posts/plan-lead",
    "/links/new?from=source:t4mh-strategy",
    "/links/new?from=action:t4mh-18",
    "/api/v1/sources",
    "/api/v1/search?q=nursing",
)


def signed_in(folder: Path, grown: int = 0) -> FlaskClient:
    """A browser of the demonstration's strategy lead, over the whole seed."""
    settings = Settings(data_dir=folder, secret_key="x" * 32, demo=True, public_read=True)
    database = open_database(settings)
    migrate.upgrade(database)
    with database.writing(Channel.SEED) as session:
        service.load(session, paths.SEED_DATA, today=TODAY, is_demonstration=True)
        if grown:
            grow(session, grown, today=TODAY)
    search.ensure(database, settings)
    with database.writing(Channel.WEB) as session:
        email = demonstration.ADDRESS.format(name="lead")
        token = sessions.open_session(
            session, session.scalars(select(User).where(User.email == email)).one(), now=now()
        )
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


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile", metavar="ADDRESS", help="only this page, with where its time goes")
    parser.add_argument("--grown", type=int, default=0, metavar="NUMBER", help="so many more sources and actions")
    arguments = parser.parse_args()
    chosen = arguments.profile
    with tempfile.TemporaryDirectory() as folder:
        client = signed_in(Path(folder), arguments.grown)
        if chosen:
            profile(client, chosen)
            return
        for address in PAGES:
            first = milliseconds(client, address)
            middle = median(milliseconds(client, address) for _ in range(TIMES))
            told = "" if middle <= BUDGET_MS else "  OVER"
            print(f"{address}: {middle:.0f} ms (budget {BUDGET_MS} ms; the first time {first:.0f}){told}")


def profile(client: FlaskClient, address: str) -> None:
    milliseconds(client, address)
    watch = cProfile.Profile()
    watch.enable()
    for _ in range(TIMES):
        milliseconds(client, address)
    watch.disable()
    pstats.Stats(watch).sort_stats("cumulative").print_stats(60)


if __name__ == "__main__":
    main()
