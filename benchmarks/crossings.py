"""How many joins cross in the pictures of the largest threads, and how long a picture takes to lay out.

Of each of the 20 largest threads of the seed data, and of those of a made-up map of 10,000 links that are drawn whole:
the crossings with records in the order of the map, after sweeping that order alone, and as they are drawn. Laying out
300 boxes may take 30 ms.

Run: python benchmarks/crossings.py
"""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from time import process_time
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.graph import Map
from benchmarks.relevance import seed
from graph import arranging, layout, snapshot
from graph.folding import MOST_BOXES
from graph.network import Network
from graph.threads.thread import Thread, thread
from kb import migrate
from kb.assembly import open_database
from kb.config import Settings

LARGEST, TIMES, LINKS = 20, 5, 10_000
BUDGET = 30


def numbers(found: Thread) -> tuple[int, int, int]:
    """Crossings of one thread: in the order of the map, swept, and as drawn."""
    given: list[Any] = []

    def arrange(columns: Any, links: Any, *rest: Any) -> Any:
        given[:] = columns, list(links)
        return arranging.arrange(columns, given[1], *rest)

    with patch.object(layout, "arrange", arrange):
        layout.draw(found)
    columns, links = given
    before, after = defaultdict(list), defaultdict(list)
    for left, right in links:
        after[left].append(right)
        before[right].append(left)
    swept, _ = arranging.swept(columns, before, after)
    drawn = arranging.fewest_crossings(columns, before, after)
    return arranging.crossings(columns, after), swept, arranging.crossings(drawn, after)


def took(found: Thread) -> float:
    """The least of several times to lay out one thread, in milliseconds."""
    times = []
    for _ in range(TIMES):
        start = process_time()
        layout.draw(found)
        times.append((process_time() - start) * 1_000)
    return min(times)


def report(name: str, network: Network) -> float:
    """One line for each thread and one for all; gives the longest time."""
    whole = (found for id in network.nodes if len((found := thread(network, id)).nodes) <= MOST_BOXES)
    largest = sorted(whole, key=lambda found: (-len(found.nodes), found.id))[:LARGEST]
    print(f"\n{name:<52}{'records':>8}{'as given':>10}{'swept':>8}{'drawn':>8}{'ms':>8}")
    totals, worst = [0, 0, 0], 0.0
    for found in largest:
        counted, time = numbers(found), took(found)
        totals, worst = [a + b for a, b in zip(totals, counted, strict=True)], max(worst, time)
        told = "".join(f"{number:>{width}}" for number, width in zip(counted, (10, 8, 8), strict=True))
        print(f"{found.focus.kind}:{found.focus.ref:<40.40}".ljust(52) + f"{len(found.nodes):>8}{told}{time:>8.1f}")
    share = 100 * (1 - totals[2] / totals[1])
    print(f"{'All':<60}{totals[0]:>10}{totals[1]:>8}{totals[2]:>8}{worst:>8.1f}   {share:.0f} % fewer than swept alone")
    return worst


def main() -> None:
    worst = 0.0
    for name in ("Seed data", f"{LINKS:,} links"):
        with tempfile.TemporaryDirectory() as folder:
            settings = Settings(data_dir=Path(folder), database_url="", secret_key="for measuring only")
            database = open_database(settings)
            if name == "Seed data":
                seed(database, settings)
            else:
                migrate.upgrade(database)
                Map(database).grow(LINKS)
            with database.reading() as session:
                worst = max(worst, report(name, snapshot.current(session).network))
            database.engine.dispose()
    sys.exit(f"\nA picture took {worst:.0f} ms to lay out, budget {BUDGET}" if worst > BUDGET else 0)


if __name__ == "__main__":
    main()
