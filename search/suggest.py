"""Did you mean: words that stand in no record, put right with words that do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from search.index.analysis import folded, normal
from search.index.expanding import Glossary
from search.index.ranking import WEIGHTS
from search.query import TermKind

if TYPE_CHECKING:
    from search.index.snapshot import Mask, Snapshot
    from search.query import Query

SHORTEST = 4
LONG = 8
CANDIDATES = 12


def corrected(snapshot: Snapshot, query: Query, allowed: Mask, glossary: Glossary) -> str | None:
    """The question with its unknown words replaced by the nearest known ones; None when nothing would change.

    Only words of records that the person may find are offered, so that drafts do not show through.
    """
    text = query.text
    for term in query.wanted:
        if term.kind != TermKind.WORD or len(term.text) < SHORTEST or any(letter.isdigit() for letter in term.text):
            continue
        if term.text in glossary.meanings or _is_known(snapshot, term.text, allowed):
            continue
        better = _nearest(snapshot, folded(term.text), allowed)
        if better:
            text = re.sub(rf"\b{re.escape(term.text)}\b", _like(term.text, better), text, count=1)
    return text if text != query.text else None


def _is_known(snapshot: Snapshot, word: str, allowed: Mask) -> bool:
    return any(bool(allowed[snapshot.ids(name, normal(word))].any()) for name in WEIGHTS)


def _nearest(snapshot: Snapshot, word: str, allowed: Mask) -> str | None:
    """Fewest changed letters first, then the same first letter, then the most used."""
    words = snapshot.lexicon("words")
    furthest = 2 if len(word) >= LONG else 1
    near = process.extract(
        word, words.keys(), scorer=DamerauLevenshtein.distance, score_cutoff=furthest, limit=CANDIDATES
    )
    ranked = sorted((distance, other[:1] != word[:1], -words[other], other) for other, distance, _ in near)
    for _, _, _, other in ranked:
        if bool(allowed[snapshot.ids("words", other)].any()):
            return other
    return None


def _like(word: str, other: str) -> str:
    """The other word, in capitals where the first was."""
    if word.isupper():
        return other.upper()
    return other.capitalize() if word[:1].isupper() else other
