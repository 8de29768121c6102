"""What counts as a term of the question: its own words, what acronyms stand for, and beginnings of words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from search.index.analysis import folded, is_stopped, normal, tokens
from search.index.snapshot import Snapshot
from search.query import Term, TermKind

EXPANSION_WEIGHT = 0.9
MOST_EXPANSIONS = 64
MOST_MEANINGS = 4
LONGEST_EXPANSION = 8


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
