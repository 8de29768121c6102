"""How often the links that people made would have been suggested: each link of the seed is hidden in turn.

Run: python benchmarks/suggestions.py
A link counts as found where the record at its other end is among the first five that would be offered, out of all that
could be joined so; of equals, half stand before it. By chance alone it would be found as often as the last column says.
"""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from datetime import date
from pathlib import Path
from statistics import mean, median
from time import perf_counter
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from graph import snapshot, suggesting
from kb import link_choices, migrate, paths
from kb.assembly import open_database
from kb.config import Settings
from kb.models.history import Channel
from kb.models.record import Record
from kb.permissions import SYSTEM
from kb.seeding import service

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from graph.network import Edge
    from kb.link_choices import Way

TODAY = date(2026, 11, 23)
FIRST, TIMES = 5, 50


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(Settings(data_dir=Path(folder), secret_key="x" * 32, demo=True, public_read=True))
        migrate.upgrade(database)
        with database.writing(Channel.SEED) as session:
            service.load(session, paths.SEED_DATA, today=TODAY, is_demonstration=True)
        with database.reader() as session:
            measure(session)
            time_them(session)


def measure(session: Session) -> None:
    """The hit rate of each way in which links are offered, from either end."""
    held = snapshot.current(session)
    edges = [edge for _, _, edge in held.network.support.edges(data="edge") if edge.type != "owns"]
    found: dict[tuple[str, str, bool], list[tuple[float, int]]] = defaultdict(list)
    for edge in edges:
        for is_back in (False, True):
            here, other = (edge.target, edge.source) if is_back else (edge.source, edge.target)
            nodes = held.network.nodes
            ways = suggesting.offered_ways(link_choices.ways_from(nodes[here].kind), nodes[here].kind)
            for way in ways:
                if (way.type, way.is_back) == (edge.type, is_back):
                    key = (nodes[here].kind, nodes[other].kind, is_back)
                    found[key].append(rank(session, edge, way, here, other))
    for is_back in (False, True):
        listed = {key: ranks for key, ranks in found.items() if key[2] == is_back}
        told(listed, "from the end of the link" if is_back else "from its start")


def rank(session: Session, edge: Edge, way: Way, here: int, other: int) -> tuple[float, int]:
    """The place of the hidden link's other end among all that could be joined so, and how many those are."""
    hidden = (edge.type, edge.source, edge.target)
    alike = suggesting.compare(session, here, [way], person=SYSTEM, hidden=hidden).by_way[way]
    scores = {id: one.score for id, one in alike.items()}
    if other not in scores or not alike[other].is_likely:
        return float("inf"), len(scores)
    better = sum(score > scores[other] for score in scores.values())
    return better + (sum(score == scores[other] for score in scores.values()) + 1) / 2, len(scores)


def told(found: dict[tuple[str, str, bool], list[tuple[float, int]]], heading: str) -> None:
    print(f"Among the first {FIRST}, looking {heading}:")
    rows = {f"{one} and {other}": ranks for (one, other, _), ranks in sorted(found.items())}
    rows["all"] = [each for ranks in found.values() for each in ranks]
    for words, ranks in rows.items():
        hits = sum(place <= FIRST for place, _ in ranks)
        chance = sum(min(1, FIRST / of) for _, of in ranks)
        print(
            f"  {words:26} {hits:3} of {len(ranks):3} ({hits / len(ranks):4.0%}); "
            f"{mean(of for _, of in ranks):3.0f} to choose from; by chance {chance / len(ranks):3.0%}"
        )


def time_them(session: Session) -> None:
    """How long one record's suggestions take, for all its ways."""
    for ref in ("source:t4mh-strategy", "priority:wales-phase1-02", "action:t4mh-18"):
        kind, _, name = ref.partition(":")
        record = session.query(Record).filter_by(kind=kind, ref=name).one()
        ways = suggesting.offered_ways(link_choices.ways_from(kind), kind)
        times = []
        for _ in range(TIMES):
            start = perf_counter()
            found = suggesting.likely(session, record, ways, person=SYSTEM)
            times.append((perf_counter() - start) * 1000)
        print(f"{ref}: {len(found)} offered in {median(times):.1f} ms (the first time {times[0]:.0f})")


if __name__ == "__main__":
    main()
