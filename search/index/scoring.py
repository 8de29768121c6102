"""What each record is worth as an answer: BM25 over the fields, times how much of the question it matches.

Matching is measured by how telling the words are: a record with the one rare word of a question matches more of it
than one with two words that stand everywhere. Short questions mean every word; long ones have words to spare. The
figures were chosen on three sets of questions (`benchmarks/relevance.py`, decision 0012).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from search.index.narrowing import conditions_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from search.index.expanding import Alternative, Group
    from search.index.snapshot import Ids, Mask, Scores, Snapshot

WEIGHTS = {"title": 1.5, "names": 1.5, "text": 1.0, "aside": 0.4}
PHRASE_BOOST = 1.3
# How much more a record counts that matches more of the question; less so in questions of more than a few terms.
COORDINATION = 2.0
FEW_TERMS = 5
# What being filed under what a question says in words is worth, beside the same words standing in the text.
FILED_WEIGHT = 2.0
# A source answers most questions better than one sentence of it; lists of names answer few.
KIND_WEIGHTS = {
    "source": 1.3, "key_point": 0.9, "figure": 0.7, "comparison": 0.8, "priority_set": 0.8, "post": 0.7,
    "staff_group": 0.7, "theme": 0.9,
}  # fmt: skip


def score(snapshot: Snapshot, groups: Sequence[Group]) -> tuple[Scores, Mask]:
    """What every record is worth, and which match at all.

    Where a record is filed raises it, and finds it only when nothing else is asked: "Scottish", "ending in 2022".
    """
    if len(groups) == 1:  # whatever matches matches the whole question
        worth = _worth_of(snapshot, groups[0])
        return worth * _kind_weights(snapshot), worth > 0
    total = np.zeros(snapshot.size)
    share = np.zeros(snapshot.size)
    found = np.zeros(snapshot.size, np.bool_)
    asks_only_where = all(group.filed for group in groups)
    whole = 0.0
    for group in groups:
        worth = _worth_of(snapshot, group)
        if not group.filed or asks_only_where:
            found |= worth > 0
        else:
            found |= _worth_of(snapshot, replace(group, filed=())) > 0
        telling = _telling(snapshot, worth)
        whole += telling
        total += worth
        share += telling * (worth > 0)
    strength = COORDINATION * min(1.0, FEW_TERMS / max(1, len(groups))) ** 2
    total[found] *= (share[found] / whole) ** strength
    return total * _kind_weights(snapshot), found


def _worth_of(snapshot: Snapshot, group: Group) -> Scores:
    """What one group adds to each record: the best of its alternatives."""
    best = np.zeros(snapshot.size)
    for alternative in group.alternatives:
        ids, worth = _worth(snapshot, alternative)
        if len(ids):
            best[ids] = np.maximum(best[ids], worth)
    for filters in group.filed:
        for filed in conditions_of(snapshot, filters).values():
            best[filed] += FILED_WEIGHT * _telling(snapshot, filed)
    return best


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
