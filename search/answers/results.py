"""What a search answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kb.models.record import Record
from kb.models.term import Language
from search.answers.excerpts import Excerpt, Pieces
from search.index.ordering import Order
from search.language import labels
from search.language.filters import NO_FILTERS, Filters
from search.language.query import Query
from search.language.understanding import Offered

# The titles behind the refs that filters hold, by the filter's name and the ref.
Titles = Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Hit:
    """One record that was found; `record` has its kind's own columns and what the results page shows beside it.

    `language` is that of its title.
    """

    record: Record
    score: float
    title: Pieces
    excerpt: Excerpt | None
    parent: Record | None = None
    language: str = Language.ENGLISH

    @property
    def id(self) -> int:
        return self.record.id

    @property
    def kind(self) -> str:
        return self.record.kind

    @property
    def ref(self) -> str:
        return self.record.ref


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to a question.

    `did_you_mean` is the question with its misspelt words put right; `is_corrected` says that the hits are its hits.
    `titles` names the records that filters and counts speak of; `overdue` holds the ids of all actions that are, seen
    or not. `ambiguous` holds the acronyms with several meanings, `chosen` the place of the meaning that was asked for,
    `offered` what the question says as filters. `whole` is how many match
    every word, where there are several.  `is_fallback` says that the index could not be asked;
    `percent_rebuilt` how far its rebuilding is, when it runs.
    """

    question: str
    query: Query
    filters: Filters = NO_FILTERS
    order: Order = Order.BEST
    total: int = 0
    whole: int | None = None
    hits: tuple[Hit, ...] = ()
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    titles: Titles = field(default_factory=dict)
    overdue: frozenset[int] = frozenset()
    did_you_mean: str | None = None
    is_corrected: bool = False
    also_searched: tuple[str, ...] = ()
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    chosen: Mapping[str, int] = field(default_factory=dict)
    offered: tuple[Offered, ...] = ()
    notes: tuple[str, ...] = ()
    is_fallback: bool = False
    percent_rebuilt: int | None = None


def as_json(results: Results) -> dict[str, Any]:
    """What `kb search --json` prints and /api/v1/search answers."""
    return {
        "query": results.question,
        "total": results.total,
        "did_you_mean": results.did_you_mean,
        "facets": {name: dict(counts) for name, counts in results.facets.items()},
        "hits": [
            {
                "kind": hit.kind,
                "ref": hit.ref,
                "title": hit.record.title,
                "score": round(hit.score, 4),
                "found_in": labels.part(hit.excerpt.field, hit.excerpt.number) if hit.excerpt else "",
                "excerpt": hit.excerpt.text if hit.excerpt else hit.record.title,
            }
            for hit in results.hits
        ],
    }
