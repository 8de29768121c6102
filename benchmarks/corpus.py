"""Made-up records from a fixed seed, in words as uneven as those of English, and questions about them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from kb.db import Database
from kb.models.history import Channel
from kb.models.record import Kind
from kb.models.source import KeyPoint, Source, SourceNation
from search.documents.document import Document, Part

SEED = 2026
VOCABULARY = 8_000
POINTS_PER_SOURCE = 9
EACH = 20
NATIONS = ("wales", "england", "scotland", "northern-ireland")
CATEGORIES = ("driver", "research")
SOURCE_KINDS = ("strategy", "plan", "review", "framework")
STATUSES = ("in-force", "ended", "draft")


@dataclass(frozen=True, slots=True)
class Ask:
    """One question, so that every engine can put it in its own way: `way` is any, phrase or prefix."""

    words: tuple[str, ...]
    way: str = "any"
    nation: str = ""


@dataclass
class Corpus:
    """Texts of made-up words; the same for the same seed."""

    rng: random.Random = field(default_factory=lambda: random.Random(SEED))

    @cached_property
    def words(self) -> list[str]:
        """All words, the most used first."""
        syllables = [a + b for a in "bcdfghlmnprstvw" for b in ("a", "e", "i", "o", "u", "ar", "en", "ol")]
        made = dict.fromkeys("".join(self.rng.choices(syllables, k=self.rng.randint(2, 4))) for _ in range(VOCABULARY))
        return list(made)

    @cached_property
    def _weights(self) -> list[float]:
        return [1 / (rank + 8) for rank in range(len(self.words))]

    def text(self, length: int) -> str:
        """A sentence of so many words."""
        return " ".join(self.rng.choices(self.words, self._weights, k=length)).capitalize() + "."

    def documents(self, number: int) -> Iterator[Document]:
        """Sources as the index knows them."""
        for each in range(1, number + 1):
            yield Document(
                id=each,
                kind=Kind.SOURCE,
                ref=f"source-{each}",
                title=self.text(8),
                parts=(Part("summary", self.text(60)),),
                nation=tuple(self.rng.sample(NATIONS, k=self.rng.randint(0, 2))),
                category=self.rng.choice(CATEGORIES),
                source_kind=self.rng.choice(SOURCE_KINDS),
                status=self.rng.choice(STATUSES),
            )

    def asks(self) -> dict[str, list[Ask]]:
        """Questions of each sort."""
        common, rare = self.words[:40], self.words[4_000:]
        middling = self.words[200:2_000]
        pick = self.rng.choice
        return {
            "rare word": [Ask((pick(rare),)) for _ in range(EACH)],
            "common word": [Ask((pick(common),)) for _ in range(EACH)],
            "three words": [Ask((pick(common), pick(middling), pick(common))) for _ in range(EACH)],
            "phrase": [Ask((pick(common), pick(common)), "phrase") for _ in range(EACH)],
            "prefix": [Ask((pick(middling)[:4],), "prefix") for _ in range(EACH)],
            "filter": [Ask((pick(common), pick(middling)), nation=pick(NATIONS)) for _ in range(EACH)],
        }

    def questions(self) -> list[str]:
        """The same sorts as a person types them, and long ones."""
        common, middling = self.words[:40], self.words[200:2_000]
        pick = self.rng.choice
        asked = [pick(common) for _ in range(10)] + [pick(middling) for _ in range(10)]
        asked += [f"{pick(common)} {pick(middling)} {pick(common)}" for _ in range(20)]
        asked += [f'"{pick(common)} {pick(common)}"' for _ in range(10)]
        asked += [f"{pick(common)[:3]}* {pick(middling)}" for _ in range(10)]
        asked += [f"{pick(common)} {pick(middling)} kind:source nation:wales" for _ in range(10)]
        return asked + [" ".join(pick(common) for _ in range(12)) for _ in range(10)]

    def fill(self, database: Database, records: int) -> None:
        """Sources with key points, so many records in all."""
        with database.writing(Channel.SEED) as session:
            for number in range(records // (POINTS_PER_SOURCE + 1)):
                source = Source(
                    kind=Kind.SOURCE,
                    ref=f"source-{number}",
                    title=self.text(8),
                    summary=self.text(60),
                    category=self.rng.choice(CATEGORIES),
                    source_kind=self.rng.choice(SOURCE_KINDS),
                    status=self.rng.choice(STATUSES),
                    nations=[SourceNation(nation=each) for each in self.rng.sample(NATIONS, k=self.rng.randint(0, 2))],
                )
                session.add(source)
                session.flush()
                session.add_all(
                    KeyPoint(source_id=source.id, ref=f"source-{number}-k{place}", title=self.text(25), position=place)
                    for place in range(POINTS_PER_SOURCE)
                )
