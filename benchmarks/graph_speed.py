"""How fast the map answers at 10,000 links: a cold snapshot (budget 250 ms), answers about the whole map (50 ms).

Run: python benchmarks/graph_speed.py [--database-url URL]   (an empty database; else SQLite in a folder that goes)
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Callable, Iterable
from datetime import date
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import insert
from sqlalchemy.orm import Session

from actions.indicator_models import Indicator
from actions.models import Action
from graph import service, snapshot
from kb import migrate
from kb.assembly import open_database
from kb.config import Settings
from kb.db import Database, now
from kb.models.link import Link, LinkType
from kb.models.plan import Plan, Priority, PrioritySet, Response, ResponseSource
from kb.models.record import Kind, Record
from kb.models.source import Implication, Source
from kb.permissions import SYSTEM

SOURCES, IMPLICATIONS, RESPONSES, PRIORITIES, ACTIONS, INDICATORS, LINKS = 600, 2_400, 600, 200, 1_200, 400, 7_000
JOINED = (
    (LinkType.CALLS_FOR, Kind.IMPLICATION, Kind.PRIORITY),
    (LinkType.ANSWERED_BY, Kind.RESPONSE, Kind.ACTION),
    (LinkType.DELIVERED_BY, Kind.PRIORITY, Kind.ACTION),
    (LinkType.MEASURED_BY, Kind.ACTION, Kind.INDICATOR),
)
SIZES = {
    Kind.SOURCE: SOURCES,
    Kind.IMPLICATION: IMPLICATIONS,
    Kind.RESPONSE: RESPONSES,
    Kind.PRIORITY: PRIORITIES,
    Kind.ACTION: ACTIONS,
    Kind.INDICATOR: INDICATORS,
}
FIRST = {kind: number * 10_000 for number, kind in enumerate(SIZES, 1)}
TIMES = 9
TODAY = date(2026, 11, 23)


def ids(kind: Kind) -> range:
    return range(FIRST[kind], FIRST[kind] + SIZES[kind])


def fill(database: Database) -> None:
    """600 sources with implications and responses, 200 priorities, 1,200 actions, 400 indicators: 10,000 links."""
    chance = random.Random(20261123)  # the same map each time
    with database.writing("seed") as session:
        plan = Plan(ref="plan", title="Plan", nation="wales")
        session.add(plan)
        session.flush()
        own = PrioritySet(ref="set", title="Set", plan_id=plan.id)
        session.add(own)
        session.flush()
        for kind in SIZES:
            shared = kind in (Kind.SOURCE, Kind.IMPLICATION)
            add(session, Record, (_record(kind, id, None if shared else plan.id) for id in ids(kind)))
        add(session, Source, ({"id": id, **_SOURCE} for id in ids(Kind.SOURCE)))
        owners = chance.choices(ids(Kind.SOURCE), k=IMPLICATIONS)
        add(
            session,
            Implication,
            (
                {"id": id, "source_id": owner, "position": id, "implication_kind": "skills"}
                for id, owner in zip(ids(Kind.IMPLICATION), owners, strict=True)
            ),
        )
        add(
            session,
            Response,
            ({"id": id, "position": id, "response_type": "aligned", "text": "Yes"} for id in ids(Kind.RESPONSE)),
        )
        pairs = zip(ids(Kind.RESPONSE), ids(Kind.SOURCE), strict=True)
        add(session, ResponseSource, ({"response_id": response, "source_id": source} for response, source in pairs))
        add(session, Priority, ({"id": id, "set_id": own.id, "position": id} for id in ids(Kind.PRIORITY)))
        add(session, Action, ({"id": id} for id in ids(Kind.ACTION)))
        add(session, Indicator, ({"id": id} for id in ids(Kind.INDICATOR)))
        add(session, Link, islice(_links(chance), LINKS))


_SOURCE = {"category": "driver", "source_kind": "strategy", "status": "in-force"}


def _record(kind: Kind, id: int, plan_id: int | None) -> dict[str, Any]:
    at = now()
    named = {"id": id, "kind": kind, "ref": f"{kind}-{id}", "title": f"A {kind} that is called {id}"}
    return {**named, "plan_id": plan_id, "version": 1, "created_at": at, "updated_at": at}


def _links(chance: random.Random) -> Iterable[dict[str, Any]]:
    seen: set[tuple[LinkType, int, int]] = set()
    while True:
        type_, start, end = chance.choice(JOINED)
        link = (type_, chance.choice(ids(start)), chance.choice(ids(end)))
        if link not in seen:
            seen.add(link)
            yield {
                "type": type_,
                **{"from_id": link[1], "from_kind": start, "to_id": link[2], "to_kind": end},
                "reason": "Because it says so",
            }


def add(session: Session, model: type[Any], rows: Iterable[dict[str, Any]]) -> None:
    session.execute(insert(model.__table__), list(rows))


def measure(say: str, budget: int, ask: Callable[[], object]) -> None:
    times = []
    for _ in range(TIMES):
        start = perf_counter()
        ask()
        times.append((perf_counter() - start) * 1000)
    print(f"{say:<48}{median(times):8.1f} ms   worst {max(times):7.1f}   budget {budget}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database-url", default="")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), database_url=given.database_url, secret_key="for measuring only")
        database = open_database(settings)
        migrate.upgrade(database)
        fill(database)
        with database.reading() as session:
            run(session)
        database.engine.dispose()


def run(session: Session) -> None:
    plan = session.get_one(Plan, session.query(Plan.id).scalar())
    everything = [id for kind in SIZES for id in ids(kind)]
    priority = session.get_one(Priority, FIRST[Kind.PRIORITY])
    print(f"{service.size(session):,} links, {len(everything):,} records")

    def cold() -> None:
        snapshot.forget(session)
        snapshot.current(session)

    measure("cold snapshot", 250, cold)
    measure("all gaps of a plan", 50, lambda: service.gaps(session, SYSTEM, plan, TODAY))
    measure("strips of every record", 50, lambda: service.strips(session, everything, SYSTEM))
    measure("strips of a page of 25", 50, lambda: service.strips(session, everything[:25], SYSTEM))
    measure("thread of a priority", 50, lambda: service.thread(session, priority, SYSTEM))
    action = max(ids(Kind.ACTION), key=lambda id: len(service.why(session, id, SYSTEM)))
    ways = len(service.why(session, action, SYSTEM))
    measure(f"why the action with most ways ({ways}) is there", 50, lambda: service.why(session, action, SYSTEM))


if __name__ == "__main__":
    main()
