"""Answering a question from a snapshot: which records match, in what order, and how many of each kind.

Who may not find a record is taken out before anything is counted, and before the first answers raise others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from search.index.expanding import Glossary, groups_of
from search.index.feedback import raised
from search.index.narrowing import FACETS, Standing, allowed_to, conditions_of, counts_of
from search.index.ordering import Order, in_order, usual
from search.index.scoring import score
from search.index.snapshot import Ids, Scores, Snapshot
from search.language.filters import Filters
from search.language.query import Query
from search.language.understanding import Hint


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
    facets: Iterable[str] = FACETS,
    standing: Standing | None = None,
    hints: Sequence[Hint] = (),
) -> Ranked:
    """All records that match; `readers` are the marks of the person who asks, None for everything.

    `facets` names the fields whose values are counted; `standing` says how actions stand on the day of the question,
    `hints` what the question says in words about where records are filed.
    """
    groups, also = groups_of(snapshot, query.wanted, glossary, hints)
    allowed = allowed_to(snapshot, readers)
    scores, found = score(snapshot, groups, allowed, standing)
    if groups:
        allowed &= found
    elif query.wanted:
        allowed[:] = False
    for group in groups_of(snapshot, query.unwanted, Glossary())[0] if query.unwanted else ():
        for alternative in group.alternatives:
            for name in alternative.fields:
                allowed[snapshot.phrase(name, alternative.words)] = False
    conditions = conditions_of(snapshot, filters, standing)
    counts = counts_of(snapshot, facets, allowed, conditions, standing)
    for condition in conditions.values():
        allowed &= condition
    places = np.flatnonzero(allowed).astype(np.int32)
    if len(groups) > 1 and order == Order.BEST:  # one word says all that it means
        scores = raised(snapshot, places, scores)
    places = in_order(snapshot, places, scores, order if groups else usual(order, filters))
    sought = frozenset(alternative.words for group in groups for alternative in group.alternatives)
    return Ranked(places, scores[places], counts, sought, also)
