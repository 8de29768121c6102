"""Answering a question from a snapshot: which records match, in what order, and how many of each kind.

Records that match more of the terms come first (the score is multiplied by the share of terms that matched). Whoever
may not find a record is taken out before anything is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from search.index.analysis import folded, is_stopped, normal, tokens
from search.index.snapshot import NO_IDS, Ids, Mask, Scores, Snapshot
from search.query import Filters, Query, Term, TermKind

WEIGHTS = {"title": 1.5, "names": 1.5, "text": 1.0, "aside": 0.4}
PHRASE_BOOST = 1.3
# How much more a record counts that matches more of the terms.
COORDINATION = 1.5
EXPANSION_WEIGHT = 0.9
MOST_EXPANSIONS = 64
MOST_MEANINGS = 4
LONGEST_EXPANSION = 8
# A source answers most questions better than one sentence of it; lists of names answer few.
KIND_WEIGHTS = {
    "source": 1.3, "key_point": 0.9, "figure": 0.7, "comparison": 0.8, "priority_set": 0.8, "post": 0.7,
    "staff_group": 0.7, "theme": 0.9,
}  # fmt: skip
FACETS = ("kind", "theme", "nation", "category", "source_kind", "status", "plan")


class Order(StrEnum):
    """In what order hits come."""

    BEST = "best"
    NEWEST = "newest"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class Glossary:
    """Acronyms in capitals with what they stand for; the service hands it in as plain data."""

    meanings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alternative:
    """Words in a row, one of the ways in which a term of the question may stand in a record."""

    words: tuple[str, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Group:
    """Everything that counts as one term of the question."""

    alternatives: tuple[Alternative, ...]


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
    conditions = {name: _having(snapshot, name, values) for name, values in filters.values().items()}
    if filters.year_from is not None or filters.year_to is not None:
        conditions["year"] = _between(snapshot, filters)
    facets = {name: _counts(snapshot, name, allowed, conditions) for name in FACETS}
    for condition in conditions.values():
        allowed &= condition
    places = np.flatnonzero(allowed).astype(np.int32)
    if groups:
        for kind, weight in KIND_WEIGHTS.items():
            scores[snapshot.ids("kind", kind)] *= weight
    places = _ordered(snapshot, places, scores, order if groups or order != Order.BEST else Order.TITLE)
    sought = frozenset(alternative.words for group in groups for alternative in group.alternatives)
    return Ranked(places, scores[places], facets, sought, also)


def allowed_to(snapshot: Snapshot, readers: frozenset[str] | None) -> Mask:
    """Which places a person with these marks may find."""
    if readers is None:
        return snapshot.alive.copy()
    return snapshot.alive & _having(snapshot, "readers", readers) & _having(snapshot, "parent_readers", readers)


def groups_of(
    snapshot: Snapshot, terms: Iterable[Term], glossary: Glossary
) -> tuple[tuple[Group, ...], tuple[str, ...]]:
    """The terms with all that counts as them, and what was searched beside the person's own words."""
    groups: list[Group] = []
    spans: list[tuple[str, ...]] = []
    also: list[str] = []
    for term in terms:
        words = tuple(normal(word) for word in term.words if term.kind != TermKind.PHRASE or not is_stopped(word))
        if term.kind == TermKind.PREFIX:
            groups.append(Group(tuple(Alternative((word,)) for word in _beginning(snapshot, folded(term.words[0])))))
            spans.append(())
            continue
        if not words:
            continue
        alternatives = [Alternative(words)]
        for meaning in _meanings(glossary, term):
            stands_for = tuple(tokens(meaning))[:LONGEST_EXPANSION]
            if stands_for and stands_for != words:
                alternatives.append(Alternative(stands_for, EXPANSION_WEIGHT))
                also.append(meaning)
        groups.append(Group(tuple(alternatives)))
        spans.append(words)
    return _with_acronyms(groups, spans, glossary, also), tuple(dict.fromkeys(also))


def _meanings(glossary: Glossary, term: Term) -> tuple[str, ...]:
    if len(term.words) != 1:
        return ()
    word = term.words[0]
    found = glossary.meanings.get(word) or (glossary.meanings.get(word[:-1]) if word.endswith("s") else None)
    return (found or ())[:MOST_MEANINGS]


def _with_acronyms(
    groups: list[Group], spans: list[tuple[str, ...]], glossary: Glossary, also: list[str]
) -> tuple[Group, ...]:
    """Where terms in a row spell out an acronym, the acronym counts as each of them."""
    asked = [(word, place) for place, span in enumerate(spans) for word in span]
    row = " " + " ".join(word for word, _ in asked) + " "
    for acronym, meanings in glossary.meanings.items():
        for meaning in meanings:
            spelt = tokens(meaning)
            at = row.find(" " + " ".join(spelt) + " ") if len(spelt) > 1 else -1
            if at < 0:
                continue
            first = row[: at + 1].count(" ") - 1
            for place in {place for _, place in asked[first : first + len(spelt)]}:
                extra = Alternative((normal(acronym),), EXPANSION_WEIGHT / len(spelt))
                groups[place] = replace(groups[place], alternatives=(*groups[place].alternatives, extra))
            also.append(acronym)
    return tuple(groups)


def _beginning(snapshot: Snapshot, prefix: str) -> list[str]:
    """The most used words that begin so, as they are indexed."""
    words = [(count, word) for word, count in snapshot.lexicon("words").items() if word.startswith(prefix)]
    stems = dict.fromkeys(normal(word) for _, word in sorted(words, reverse=True)[: 4 * MOST_EXPANSIONS])
    return list(stems)[:MOST_EXPANSIONS]


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


def _having(snapshot: Snapshot, name: str, values: Iterable[str]) -> Mask:
    mask = np.zeros(snapshot.size, np.bool_)
    for value in values:
        mask[snapshot.ids(name, value)] = True
    return mask


def _between(snapshot: Snapshot, filters: Filters) -> Mask:
    first, last = filters.year_from or 0, filters.year_to or 9999
    return _having(snapshot, "year", [year for year in snapshot.lexicon("year") if first <= int(year) <= last])


def _counts(snapshot: Snapshot, name: str, allowed: Mask, conditions: Mapping[str, Mask]) -> dict[str, int]:
    """How many records each value would leave, were it chosen beside what the other fields hold."""
    mask = allowed
    for other, condition in conditions.items():
        if other != name:
            mask = mask & condition
    counts = {value: int(np.count_nonzero(mask[snapshot.ids(name, value)])) for value in snapshot.lexicon(name)}
    return {value: count for value, count in sorted(counts.items(), key=lambda each: (-each[1], each[0])) if count}


def _ordered(snapshot: Snapshot, places: Ids, scores: Scores, order: Order) -> Ids:
    if len(places) == 0:
        return NO_IDS
    if order == Order.BEST:
        return places[np.argsort(-scores[places], kind="stable")]
    titles = snapshot.column("title_key")
    if order == Order.TITLE:
        return np.array(sorted(places, key=lambda place: titles[place]), np.int32)
    days = snapshot.column("day")
    return np.array(sorted(places, key=lambda place: (days[place], scores[place]), reverse=True), np.int32)
