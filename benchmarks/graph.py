"""How fast the map answers at 1,000, 10,000 and 100,000 links, beside the same questions as recursive queries.

Budgets hold at 10,000 links: a cold snapshot 250 ms, any answer about the whole map 50 ms. The queries go over a table
that is made for them, with each link once and an index both ways. Both give a number, and these have to agree.

Run: python benchmarks/graph.py [--database-url URL] [--most LINKS]   (an empty database; else SQLite in a folder that
goes)
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

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from actions.indicator_models import Indicator
from actions.models import Action
from graph import reach, service, snapshot
from graph.coverage import service as covering
from graph.coverage.service import By, Wanted
from kb import migrate
from kb.assembly import open_database
from kb.config import Settings
from kb.db import Database, now
from kb.models.link import Link, LinkType
from kb.models.plan import Plan, Priority, PrioritySet, Response, ResponseSource
from kb.models.record import Kind, Record, Theme, record_theme
from kb.models.source import Implication, Source
from kb.permissions import SYSTEM

SIZES, BUDGETED = (1_000, 10_000, 100_000), 10_000
# Of so many links these are the records, and the links beside those that implications and responses are.
RECORDS = {
    Kind.SOURCE: 600,
    Kind.IMPLICATION: 2_400,
    Kind.RESPONSE: 600,
    Kind.PRIORITY: 200,
    Kind.ACTION: 1_200,
    Kind.INDICATOR: 400,
}
LINKS, THEMES, THEMES_OF_EACH = 7_000, 40, 2
JOINED = (
    (LinkType.CALLS_FOR, Kind.IMPLICATION, Kind.PRIORITY),
    (LinkType.ANSWERED_BY, Kind.RESPONSE, Kind.ACTION),
    (LinkType.DELIVERED_BY, Kind.PRIORITY, Kind.ACTION),
    (LinkType.MEASURED_BY, Kind.ACTION, Kind.INDICATOR),
)
FIRST = {kind: number * 1_000_000 for number, kind in enumerate((*RECORDS, Kind.THEME), 1)}
TIMES, LONG_ENOUGH = 9, 4.0
TODAY = date(2026, 11, 23)
# Sets of so many records, one for each of them, take more memory than a process should.
MOST_STRIPS = 10_000
_SOURCE = {"category": "driver", "source_kind": "strategy", "status": "in-force"}
_EDGES = """
CREATE TABLE bench_edge AS
SELECT source_id AS a, id AS b FROM implication
UNION SELECT source_id, response_id FROM response_source
UNION SELECT from_id, to_id FROM link
"""


class Map:
    """One map that grows from size to size; the same each time."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.size = 0
        self._chance = random.Random(20261123)
        self._seen: set[tuple[LinkType, int, int]] = set()
        with database.writing("seed") as session:
            self.plan = Plan(ref="plan", title="Plan", nation="wales")
            session.add(self.plan)
            session.flush()
            self.own = PrioritySet(ref="set", title="Set", plan_id=self.plan.id)
            session.add(self.own)
            session.flush()
            self.plan_id, self.set_id = self.plan.id, self.own.id
            themes = range(FIRST[Kind.THEME], FIRST[Kind.THEME] + THEMES)
            add(session, Record, (_record(Kind.THEME, id, None) for id in themes))
            add(session, Theme, ({"id": id} for id in themes))

    def ids(self, kind: Kind) -> range:
        """The records of a kind."""
        return self._ids(kind, self.size)

    def _ids(self, kind: Kind, size: int) -> range:
        return range(FIRST[kind], FIRST[kind] + RECORDS[kind] * size // BUDGETED)

    def grow(self, size: int) -> None:
        """Add what lacks to a map of so many links."""
        new = {kind: range(self._ids(kind, self.size).stop, self._ids(kind, size).stop) for kind in RECORDS}
        before, self.size = self.size, size
        with self.database.writing("seed") as session:
            self._add_records(session, new)
            add(session, Link, islice(self._links(), LINKS * size // BUDGETED - LINKS * before // BUDGETED))
        with self.database.writing("seed") as session:
            session.execute(text("DROP TABLE IF EXISTS bench_edge"))
            session.execute(text(_EDGES))
            session.execute(text("CREATE UNIQUE INDEX bench_down ON bench_edge (a, b)"))
            session.execute(text("CREATE UNIQUE INDEX bench_up ON bench_edge (b, a)"))
            session.execute(text("ANALYZE"))

    def _add_records(self, session: Session, new: dict[Kind, range]) -> None:
        chance = self._chance
        for kind, ids in new.items():
            shared = kind in (Kind.SOURCE, Kind.IMPLICATION)
            add(session, Record, (_record(kind, id, None if shared else self.plan_id) for id in ids))
        add(session, Source, ({"id": id, **_SOURCE} for id in new[Kind.SOURCE]))
        themes = range(FIRST[Kind.THEME], FIRST[Kind.THEME] + THEMES)
        filed = ((id, theme) for id in new[Kind.SOURCE] for theme in chance.sample(themes, THEMES_OF_EACH))
        session.execute(insert(record_theme), [{"record_id": id, "theme_id": theme} for id, theme in filed])
        owners = chance.choices(self.ids(Kind.SOURCE), k=len(new[Kind.IMPLICATION]))
        implications = zip(new[Kind.IMPLICATION], owners, strict=True)
        skills = {"implication_kind": "skills"}
        add(session, Implication, ({"id": id, "source_id": by, "position": id, **skills} for id, by in implications))
        answer = {"response_type": "aligned", "text": "Yes"}
        add(session, Response, ({"id": id, "position": id, **answer} for id in new[Kind.RESPONSE]))
        pairs = zip(new[Kind.RESPONSE], new[Kind.SOURCE], strict=True)
        add(session, ResponseSource, ({"response_id": response, "source_id": source} for response, source in pairs))
        add(session, Priority, ({"id": id, "set_id": self.set_id, "position": id} for id in new[Kind.PRIORITY]))
        add(session, Action, ({"id": id} for id in new[Kind.ACTION]))
        add(session, Indicator, ({"id": id} for id in new[Kind.INDICATOR]))

    def _links(self) -> Iterable[dict[str, Any]]:
        while True:
            type_, start, end = self._chance.choice(JOINED)
            link = (type_, self._chance.choice(self.ids(start)), self._chance.choice(self.ids(end)))
            if link not in self._seen:
                self._seen.add(link)
                ends = {"from_id": link[1], "from_kind": start, "to_id": link[2], "to_kind": end}
                yield {"type": type_, **ends, "reason": "Because it says so"}


def _record(kind: Kind, id: int, plan_id: int | None) -> dict[str, Any]:
    at = now()
    named = {"id": id, "kind": kind, "ref": f"{kind}-{id}", "title": f"A {kind} that is called {id}"}
    return {**named, "plan_id": plan_id, "version": 1, "created_at": at, "updated_at": at}


def add(session: Session, model: type[Any], rows: Iterable[dict[str, Any]]) -> None:
    session.execute(insert(model.__table__), list(rows))


# The same questions as recursive queries; each gives one number.
_DOWN = "down(id) AS (SELECT {start} UNION SELECT e.b FROM down JOIN bench_edge e ON e.a = down.id)"
_UP = "up(id) AS (SELECT {start} UNION SELECT e.a FROM up JOIN bench_edge e ON e.b = up.id)"
_THREAD = f"""
WITH RECURSIVE {_DOWN}, {_UP} SELECT count(*) FROM (SELECT id FROM down UNION SELECT id FROM up) AS every
""".replace("{start}", "CAST(:id AS INTEGER)")
_WHY = f"""
WITH RECURSIVE {_UP} SELECT count(*) FROM up JOIN source s ON s.id = up.id
""".replace("{start}", "CAST(:id AS INTEGER)")
_UNSUPPORTED = f"""
WITH RECURSIVE {_DOWN}
SELECT count(*) FROM action WHERE NOT EXISTS (SELECT 1 FROM down WHERE down.id = action.id)
""".replace("{start}", "id FROM source")
_LOST = """
WITH RECURSIVE mine(id) AS (
  SELECT e.b FROM bench_edge e WHERE e.a = :id UNION SELECT e.b FROM mine JOIN bench_edge e ON e.a = mine.id
), others(id) AS (
  SELECT id FROM source WHERE id <> :id UNION SELECT e.b FROM others JOIN bench_edge e ON e.a = others.id
)
SELECT count(*) FROM mine WHERE NOT EXISTS (SELECT 1 FROM others WHERE others.id = mine.id)
"""
_COVERAGE = """
WITH RECURSIVE ways(source, id) AS (
  SELECT id, id FROM source UNION
  SELECT w.source, e.b FROM ways w JOIN bench_edge e ON e.a = w.id WHERE e.b < :first_action
)
SELECT count(*) FROM (
  SELECT t.theme_id, w.id, count(*) FROM ways w JOIN record_theme t ON t.record_id = w.source
  JOIN priority p ON p.id = w.id GROUP BY t.theme_id, w.id
) AS cells
"""
_STRIPS = """
WITH RECURSIVE down(start, id) AS (
  SELECT id, id FROM source WHERE id < :end UNION SELECT d.start, e.b FROM down d JOIN bench_edge e ON e.a = d.id
)
SELECT count(*) FROM (
  SELECT d.start, r.kind, count(*) FROM down d JOIN record r ON r.id = d.id
  WHERE r.id <> d.start AND r.kind <> 'response' GROUP BY d.start, r.kind
) AS counted
"""


def timed(ask: Callable[[], int]) -> tuple[int, float, float]:
    """The answer, and of several times the middle one and the worst, in milliseconds."""
    times: list[float] = []
    while len(times) < TIMES and sum(times) < LONG_ENOUGH * 1_000:
        start = perf_counter()
        answer = ask()
        times.append((perf_counter() - start) * 1_000)
    return answer, median(times), max(times)


class Report:
    """One line for each question; a budget that is broken or two answers that differ are told at the end."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    def line(self, size: int, say: str, budget: int, ask: Callable[[], int], asked: Callable[[], int] | None) -> None:
        answer, middle, worst = timed(ask)
        told = f"{say:<46}{middle:9.1f} ms  worst {worst:8.1f}"
        if size == BUDGETED:
            told += f"  budget {budget:4}"
            if middle > budget:
                self.wrong.append(f"{say}: {middle:.0f} ms, budget {budget}")
        if asked:
            other, in_sql, _ = timed(asked)
            told += f"  SQL {in_sql:9.1f} ms"
            if other != answer:
                self.wrong.append(f"{say} at {size:,}: {answer} here, {other} in SQL")
        print(told, flush=True)


def run(session: Session, map: Map, report: Report) -> None:
    """Ask everything of a map of one size."""
    snapshot.forget(session)
    plan = session.get_one(Plan, map.plan_id)
    held = snapshot.current(session)
    everything = [id for kind in RECORDS for id in map.ids(kind)]
    page = everything[:25]
    priority = session.get_one(Priority, FIRST[Kind.PRIORITY])
    source = max(map.ids(Kind.SOURCE), key=lambda id: len(held.network.after[id]))
    action = max(map.ids(Kind.ACTION), key=lambda id: len(held.network.before[id]))
    print(f"\n{service.size(session):,} links, {len(everything):,} records", flush=True)

    def line(say: str, ask: Callable[[], int], query: str = "", budget: int = 50, **values: int) -> None:
        asked = (lambda: int(session.scalar(text(query), values) or 0)) if query else None
        report.line(map.size, say, budget, ask, asked)

    def cold() -> int:
        snapshot.forget(session)
        return snapshot.current(session).revision

    def strips(ids: list[int]) -> int:
        return sum(sum(number > 0 for _, number in strip) for strip in service.strips(session, ids, SYSTEM).values())

    def cells(by: By) -> int:
        found = covering.cover(session, SYSTEM, Wanted(by, plan))
        return sum(len(counts) for counts in found.matrix.cells.values())

    line("cold snapshot", cold, budget=250)
    live = snapshot.current(session)
    line(
        "all gaps of a plan (SQL: one kind alone)",
        lambda: len(service.gaps(session, SYSTEM, plan, TODAY)["action-without-source"]),
        _UNSUPPORTED,
    )
    line("thread of a priority", lambda: len(service.thread(session, priority, SYSTEM).nodes), _THREAD, id=priority.id)
    line("why an action is there", lambda: len(service.why(session, action, SYSTEM)), _WHY, id=action)
    line("coverage: themes by priorities", lambda: cells(By.THEMES), _COVERAGE, first_action=FIRST[Kind.ACTION])
    line("coverage: sources by priorities", lambda: cells(By.SOURCES))
    line("coverage: actions by priorities", lambda: cells(By.ACTIONS))
    line(
        "impact: without the source with most",
        lambda: len(reach.without(live.network, [source], keep=live.seen_by(SYSTEM)).lost),
        _LOST,
        id=source,
    )
    line("strips of a page of 25 sources", lambda: strips(page), _STRIPS, end=page[-1] + 1)
    if map.size <= MOST_STRIPS:
        line("strips of every record", lambda: strips(everything))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database-url", default="")
    parser.add_argument("--most", type=int, default=SIZES[-1])
    given = parser.parse_args()
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), database_url=given.database_url, secret_key="for measuring only")
        database = open_database(settings)
        migrate.upgrade(database)
        map = Map(database)
        for size in SIZES:
            if size <= given.most:
                map.grow(size)
                with database.reading() as session:
                    run(session, map, report)
        database.engine.dispose()
    sys.exit("\n" + "\n".join(report.wrong) if report.wrong else 0)


if __name__ == "__main__":
    main()
