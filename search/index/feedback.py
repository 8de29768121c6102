"""The first answers tell what else the question is about: words that mark them out raise the records that share them.

Only the order changes: nothing is found by such words alone, so every hit still shows why it was found. The words are
weighed by Bo1 (Amati 2003).
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from kb.models.term import Language
from search.index.analysis import tokens
from search.index.scoring import WEIGHTS

if TYPE_CHECKING:
    from search.index.snapshot import Ids, Scores, Snapshot

FIRST = 5
FEWEST_FIRST = 3
MOST_WORDS = 20
MOST_CANDIDATES = 40
# Where such words count: asides repeat what stands elsewhere, and few records have other names.
FIELDS = ("title", "text")
LONGEST = 300
WEIGHT = 0.2
MOST_KEPT = 1_000


def raised(snapshot: Snapshot, places: Ids, scores: Scores) -> Scores:
    """The scores of these places with what they share with the best of them; as they are where few were found."""
    if len(places) < FEWEST_FIRST:
        return scores
    first = places[np.argsort(-scores[places], kind="stable")[:FIRST]]
    extra = np.zeros(snapshot.size)
    for word, weight in _telling_words(snapshot, first).items():
        for name in FIELDS:
            ids, worth = snapshot.postings(name, word)
            extra[ids] += WEIGHTS[name] * weight * worth
    after = scores.copy()
    after[places] += WEIGHT * extra[places]
    return after


def _telling_words(snapshot: Snapshot, places: Ids) -> dict[str, float]:
    """The words that stand more often in these records than elsewhere; the most telling weighs 1."""
    counts: Counter[str] = Counter()
    for place in places:
        counts.update(_words_at(snapshot, int(place)))
    weights = {}
    for word, count in counts.most_common(MOST_CANDIDATES):
        expected = max(1, _frequency(snapshot, word)) / snapshot.size
        weights[word] = count * math.log2((1 + expected) / expected) + math.log2(1 + expected)
    best = sorted(weights, key=lambda word: -weights[word])[:MOST_WORDS]
    return {word: weights[word] / weights[best[0]] for word in best}


def _frequency(snapshot: Snapshot, word: str) -> int:
    known: dict[str, int] = snapshot.derived.setdefault("frequencies", {})
    found = known.get(word)
    if found is None:
        found = known[word] = sum(snapshot.frequency(name, word) for name in FIELDS)
    return found


def _words_at(snapshot: Snapshot, place: int) -> Counter[str]:
    known: dict[int, Counter[str]] = snapshot.derived.setdefault("feedback", {})
    found = known.get(place)
    if found is None:
        kept = snapshot.kept(place)
        own = [part["text"] for part in kept["parts"] if not part["is_aside"] and part["language"] == Language.ENGLISH]
        title = [kept["title"]] if kept["language"] == Language.ENGLISH else []
        if len(known) >= MOST_KEPT:
            known.clear()
        found = known[place] = Counter(tokens(" ".join([*title, *own]))[:LONGEST])
    return found
