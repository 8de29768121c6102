"""Search at 10,000 records: p95 of a question with facets and excerpts, and how soon a change is found.

python benchmarks/search_speed.py [records]
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from kb import migrate
from kb.assembly import open_database
from kb.config import Settings
from kb.db import Database
from kb.models.history import Channel
from kb.models.record import Kind
from kb.models.source import KeyPoint, Source, SourceNation
from kb.permissions import Person
from search import service

RECORDS = 10_000
POINTS_PER_SOURCE = 9
VOCABULARY = 8_000
REPEATS = 4
READER = Person(reads_publicly=True)
GOAL_P95_MS, GOAL_VISIBLE_S = 100, 2


def main(records: int) -> None:
    rng = random.Random(2026)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        database = open_database(settings)
        migrate.upgrade(database)
        words = fill(database, records, rng)
        started = time.perf_counter()
        service.rebuild(database, settings)
        print(f"built from {records:,} records in {time.perf_counter() - started:.1f} s")
        ask_all(database, settings, questions(words, rng))
        change_one(database, settings)


def fill(database: Database, records: int, rng: random.Random) -> list[str]:
    """Sources with key points, in words as uneven as those of English."""
    syllables = [a + b for a in "bcdfghlmnprstvw" for b in ("a", "e", "i", "o", "u", "ar", "en", "ol")]
    words = ["".join(rng.choices(syllables, k=rng.randint(2, 4))) for _ in range(VOCABULARY)]
    weights = [1 / (rank + 8) for rank in range(VOCABULARY)]

    def text(length: int) -> str:
        return " ".join(rng.choices(words, weights, k=length)).capitalize() + "."

    with database.writing(Channel.SEED) as session:
        for number in range(records // (POINTS_PER_SOURCE + 1)):
            nations = rng.sample(["wales", "england", "scotland", "northern-ireland"], k=rng.randint(0, 2))
            source = Source(
                kind=Kind.SOURCE,
                ref=f"source-{number}",
                title=text(8),
                summary=text(60),
                category=rng.choice(["driver", "research"]),
                source_kind=rng.choice(["strategy", "plan", "review", "framework"]),
                status=rng.choice(["in-force", "ended", "draft"]),
                nations=[SourceNation(nation=nation) for nation in nations],
            )
            session.add(source)
            session.flush()
            session.add_all(
                KeyPoint(source_id=source.id, ref=f"source-{number}-k{place}", title=text(25), position=place)
                for place in range(POINTS_PER_SOURCE)
            )
    return words


def questions(words: list[str], rng: random.Random) -> list[str]:
    """Rare and common words, several words, phrases, beginnings, filters."""
    common, middling = words[:40], words[200:2_000]
    pick = rng.choice
    asked = [pick(common) for _ in range(10)] + [pick(middling) for _ in range(10)]
    asked += [f"{pick(common)} {pick(middling)} {pick(common)}" for _ in range(20)]
    asked += [f'"{pick(common)} {pick(common)}"' for _ in range(10)]
    asked += [f"{pick(common)[:3]}* {pick(middling)}" for _ in range(10)]
    asked += [f"{pick(common)} {pick(middling)} kind:source nation:wales" for _ in range(10)]
    return asked + [" ".join(pick(common) for _ in range(12)) for _ in range(10)]


def ask_all(database: Database, settings: Settings, asked: list[str]) -> None:
    first, again = [], []
    with database.reading() as session:
        service.find(session, settings, READER, "warm")
        for question in asked:
            taken = []
            for _ in range(REPEATS):
                session.expunge_all()
                started = time.perf_counter()
                found = service.find(session, settings, READER, question)
                taken.append((time.perf_counter() - started) * 1_000)
                assert not found.is_fallback
            first.append(taken[0])
            again += taken[1:]
    for name, taken in (("asked for the first time", first), ("asked again", again)):
        print(
            f"{name}: median {median(taken):.0f} ms, p95 {quantiles(taken, n=20)[-1]:.0f} ms, most {max(taken):.0f} ms"
        )
    print(f"goal: p95 at most {GOAL_P95_MS} ms with facets and excerpts")


def change_one(database: Database, settings: Settings) -> None:
    taken = []
    for number in range(5):
        started = time.perf_counter()
        with database.writing(Channel.WEB) as session:
            session.get_one(Source, 1).title = f"Xylophone{number} strategy"
        service.catch_up(database, settings)
        with database.reading() as session:
            assert service.find(session, settings, READER, f"xylophone{number}").total
        taken.append(time.perf_counter() - started)
    print(f"a change is found after {median(taken):.2f} s, at most {max(taken):.2f} s (goal {GOAL_VISIBLE_S} s)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else RECORDS)
