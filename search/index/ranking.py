"""Answering a question from a snapshot: which records match, in what order, and how many of each kind.

Records that match more of the terms come first (the score is multiplied by the share of terms that matched). Whoever
may not find a record is taken out before anything is counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from search.index.expanding import Alternative, Glossary, Group, groups_of
from search.index.narrowing import FACETS, allowed_to, conditions_of, counts_of
from search.index.ordering import Order, in_order
from search.index.snapshot import Ids, Mask, Scores, Snapshot
from search.query import Filters, Query

WEIGHTS = {"title": 1.5, "names": 1.5, "text": 1.0, "aside": 0.4}
PHRASE_BOOST = 1.3
# How much more a record counts that matches more of the terms.
COORDINATION = 1.5
# A source answers most questions better than one sentence of it; lists of names answer few.
KIND_WEIGHTS = {
    "source": 1.3, "key_point": 0.9, "figure": 0.7, "comparison": 0.8, "priority_set": 0.8, "post": 0.7,
    "staff_group": 0.7, "theme": 0.9,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ranked:
    """Places in order with their scores, the counts, and the rows of words to mark."""

    places: Ids
    scores: Scores
    facets: dict[str, dict[str, int]]
    sought: frozenset[tuple[str, ...]]
    also_searched: tuple[str, ...]


def answer(
    snapshot: Snapshot,
    query: Query,
    filters: Filters,
    readers: frozenset[str] | None,
    *,
    glossary: Glossary,
    order: Order = Order.BEST,
) -> Ranked:
    """All records that match; `readers` are the marks of the person who asks, None for everything."""
    groups, also = groups_of(snapshot, query.wanted, glossary)
    scores, found = _score(snapshot, groups)
    allowed = allowed_to(snapshot, readers)
    if groups:
        allowed &= found
    elif query.wanted:
        allowed[:] = False
    for group in groups_of(snapshot, query.unwanted, Glossary())[0]:
        for alternative in group.alternatives:
            for name in WEIGHTS:
                allowed[snapshot.phrase(name, alternative.words)] = False
    conditions = conditions_of(snapshot, filters)
    facets = {name: counts_of(snapshot, name, allowed, conditions) for name in FACETS}
    for condition in conditions.values():
        allowed &= condition
    places = np.flatnonzero(allowed).astype(np.int32)
    if groups:
        for kind, weight in KIND_WEIGHTS.items():
            scores[snapshot.ids("kind", kind)] *= weight
    places = in_order(snapshot, places, scores, order if groups or order != Order.BEST else Order.TITLE)
    sought = frozenset(alternative.words for group in groups for alternative in group.alternatives)
    return Ranked(places, scores[places], facets, sought, also)


def _score(snapshot: Snapshot, groups: tuple[Group, ...]) -> tuple[Scores, Mask]:
    total = np.zeros(snapshot.size)
    matched = np.zeros(snapshot.size)
    for group in groups:
        best = np.zeros(snapshot.size)
        for alternative in group.alternatives:
            worth = _worth(snapshot, alternative)
            np.maximum(best, worth, out=best)
        total += best
        matched += best > 0
    return total * (matched / max(1, len(groups))) ** COORDINATION, matched > 0


def _worth(snapshot: Snapshot, alternative: Alternative) -> Scores:
    worth = np.zeros(snapshot.size)
    for name, weight in WEIGHTS.items():
        if len(alternative.words) == 1:
            ids, scores = snapshot.postings(name, alternative.words[0])
            worth[ids] += weight * alternative.weight * scores
            continue
        together = snapshot.phrase(name, alternative.words)
        if len(together):
            both = np.zeros(snapshot.size)
            for word in alternative.words:
                ids, scores = snapshot.postings(name, word)
                both[ids] += scores
            worth[together] += weight * alternative.weight * PHRASE_BOOST * both[together]
    return worth
