"""What each record is worth as an answer: BM25 over the fields, times how much of the question it matches.

Matching is measured by how telling the words are: a record with the one rare word of a question matches more of it
than one with two words that stand everywhere. Short questions mean every word; long ones have words to spare. The
figures were chosen on three sets of questions (`benchmarks/relevance.py`, decision 0012).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from search.index.narrowing import conditions_of
from search.index.store import FIELDS_IN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from search.index.expanding import Alternative, Group
    from search.index.narrowing import Standing
    from search.index.snapshot import Ids, Mask, Scores, Snapshot
    from search.language.filters import Filters

WEIGHTS = {"title": 1.5, "names": 1.5, "text": 1.0, "aside": 0.4}
PHRASE_BOOST = 1.3
# How much more a record counts that matches more of the question; less so in questions of more than a few terms.
COORDINATION = 2.0
FEW_TERMS = 5
# What being filed under what a question says in words is worth, beside the same words standing in the text.
FILED_WEIGHT = 2.0
# What such words are worth where they stand in a record that is filed elsewhere: they were said in passing.
PASSING_WEIGHT = 0.4
# What a record is worth that is filed under other nations than the one that the question says.
ELSEWHERE_WEIGHT = 0.6
# A source answers most questions better than one sentence of it; lists of names answer few.
KIND_WEIGHTS = {
    "source": 1.3, "key_point": 0.9, "figure": 0.7, "comparison": 0.8, "priority_set": 0.8, "post": 0.7,
    "staff_group": 0.7, "theme": 0.9,
}  # fmt: skip


def score(
    snapshot: Snapshot, groups: Sequence[Group], allowed: Mask | None = None, standing: Standing | None = None
) -> tuple[Scores, Mask]:
    """What every record is worth, and which match at all.

    Where a record is filed raises it, and what a question says of that finds only when no record that is `allowed` has
    anything else of the question: "Scottish", "ending in 2022".
    """
    if len(groups) == 1:  # whatever matches matches the whole question
        worth = _worth_of(snapshot, groups[0], standing)[0]
        return worth * _kind_weights(snapshot), worth > 0
    total = np.zeros(snapshot.size)
    share = np.zeros(snapshot.size)
    about = np.zeros(snapshot.size, np.bool_)
    elsewhere = np.ones(snapshot.size)
    whole = 0.0
    for group in groups:
        worth, matched = _worth_of(snapshot, group, standing)
        if not group.filed:
            about |= worth > 0
        says = _telling(snapshot, worth)
        whole += says
        total += worth
        share += says * matched
        if any(filters.nation for filters in group.filed):
            elsewhere[(_number_of_nations(snapshot) > 0) & (matched < 1)] = ELSEWHERE_WEIGHT
    found = about if np.any(about if allowed is None else about & allowed) else total > 0
    strength = COORDINATION * min(1.0, FEW_TERMS / max(1, len(groups))) ** 2
    total[found] *= (share[found] / whole) ** strength
    return total * elsewhere * _kind_weights(snapshot), found


def _worth_of(snapshot: Snapshot, group: Group, standing: Standing | None) -> tuple[Scores, Scores | Mask]:
    """What one group adds to each record, the best of its alternatives, and how far each matches it."""
    best = np.zeros(snapshot.size)
    for alternative in group.alternatives:
        ids, worth = _worth(snapshot, alternative)
        if len(ids):
            best[ids] = np.maximum(best[ids], worth)
    if not group.filed:
        return best, best > 0
    best *= PASSING_WEIGHT
    matched: Scores = PASSING_WEIGHT * (best > 0).astype(np.float64)
    for filters in group.filed:
        filed, worth = _filed(snapshot, filters, standing)
        best += worth
        matched[filed] = 1.0
    return best, matched


def _filed(snapshot: Snapshot, filters: Filters, standing: Standing | None) -> tuple[Mask, Scores]:
    """The records that are filed so in every way, and what that is worth: less under one of several nations."""
    conditions = conditions_of(snapshot, filters, standing)
    filed: Mask = np.logical_and.reduce([snapshot.alive, *conditions.values()])
    worth: Scores = (
        FILED_WEIGHT * sum(_telling(snapshot, each) for each in conditions.values()) * filed.astype(np.float64)
    )
    if filters.nation:
        worth = worth / np.sqrt(np.maximum(_number_of_nations(snapshot), 1))
    return filed, worth


def _number_of_nations(snapshot: Snapshot) -> Scores:
    """Under how many nations each record is filed."""
    kept: Scores | None = snapshot.derived.get("number of nations")
    if kept is None:
        number = np.zeros(snapshot.size)
        for places in snapshot.values("nation").values():
            number[places] += 1
        kept = snapshot.derived["number of nations"] = number
    return kept


def _telling(snapshot: Snapshot, among: Scores | Mask) -> float:
    """How much it says about a record to be one of these."""
    return float(np.log(max(1, snapshot.size) / (np.count_nonzero(among) + 1)) + 1)


def _worth(snapshot: Snapshot, alternative: Alternative) -> tuple[Ids, Scores]:
    """The records in which the alternative stands, and what that is worth."""
    if len(alternative.words) == 1:
        ids, worth = _worth_of_word(snapshot, alternative)
        return ids, worth * alternative.weight
    worth = np.zeros(snapshot.size)
    for name, plain_name in alternative.fields.items():
        together = snapshot.phrase(name, alternative.words)
        if len(together):
            both = np.zeros(snapshot.size)
            for word in alternative.words:
                ids, scores = snapshot.postings(name, word)
                both[ids] += scores
            worth[together] += WEIGHTS[plain_name] * alternative.weight * PHRASE_BOOST * both[together]
    places = np.flatnonzero(worth).astype(np.int32)
    return places, worth[places]


def _worth_of_word(snapshot: Snapshot, alternative: Alternative) -> tuple[Ids, Scores]:
    """The same for one word, before its weight; kept for the words that stand anywhere."""
    known: dict[tuple[str, str], tuple[Ids, Scores]] = snapshot.derived.setdefault("worth of words", {})
    key = (alternative.language, alternative.words[0])
    found = known.get(key)
    if found is None:
        # A Welsh field weighs what the English one of its name does.
        lists = [
            (ids, WEIGHTS[plain_name] * scores)
            for name, plain_name in alternative.fields.items()
            for ids, scores in (snapshot.postings(name, alternative.words[0]),)
        ]
        ids, of_each = np.unique(np.concatenate([ids for ids, _ in lists]), return_inverse=True)
        worth = np.bincount(of_each, np.concatenate([scores for _, scores in lists]), len(ids))
        found = (ids, worth.astype(np.float64))
        if len(ids):
            known[key] = found
    return found


def _kind_weights(snapshot: Snapshot) -> Scores:
    """What the kind of each record is worth."""
    kept: Scores | None = snapshot.derived.get("weights of kinds")
    if kept is not None:
        return kept
    weights: Scores = np.ones(snapshot.size)
    for kind, weight in KIND_WEIGHTS.items():
        weights[snapshot.ids("kind", kind)] = weight
    snapshot.derived["weights of kinds"] = weights
    return weights


def telling(snapshot: Snapshot, word: str) -> float:
    """How much it says about a record to hold a word, as it is indexed, in the field where it stands most."""
    names = (name for names in FIELDS_IN.values() for name in names)
    most = max(len(snapshot.ids(name, word)) for name in names)
    return float(np.log(max(1, snapshot.size) / (most + 1)) + 1)
