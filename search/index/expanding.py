"""What counts as a term of the question: its own words, what acronyms stand for, and beginnings of words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import log

from kb.models.term import Language
from search.index import mutations
from search.index.analysis import folded, is_stopped, normal, tokens
from search.index.snapshot import Snapshot
from search.index.store import FIELDS_IN, TEXT_FIELDS
from search.language.filters import Filters
from search.language.query import Term, TermKind, words_of
from search.language.understanding import Hint

EXPANSION_WEIGHT = 0.9
SYNONYM_WEIGHT = 0.7
# The letters of an acronym may stand for its other meanings, once one of them was chosen.
LETTERS_WEIGHT = 0.5
MOST_EXPANSIONS = 64
MOST_MEANINGS = 4
LONGEST_EXPANSION = 8
_FIELDS: Mapping[str, Mapping[str, str]] = {
    language: dict(zip(names, TEXT_FIELDS, strict=True)) for language, names in FIELDS_IN.items()
}


@dataclass(frozen=True, slots=True)
class Glossary:
    """The language of the field as plain data: acronyms with what they stand for, and words that mean the same.

    `chosen` holds for an acronym the place of the meaning that was asked for, from 1; `synonyms` the words to search
    beside a row of words in the forms in which they are indexed.
    """

    meanings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    chosen: Mapping[str, int] = field(default_factory=dict)
    synonyms: Mapping[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    # Acronyms that in small letters are words.
    words_too: frozenset[str] = frozenset()

    def acronym(self, word: str) -> str | None:
        """The acronym that a word of a question is, in the singular; in small letters too where these are no word."""
        for each in (word, word.removesuffix("s")):
            if each in self.meanings:
                return each
            capitals = each.upper()
            if len(each) > 1 and capitals in self.meanings and capitals not in self.words_too and not word.isupper():
                return capitals
        return None

    def meant(self, acronym: str) -> tuple[str, ...]:
        """What an acronym stands for here: the meaning that was chosen, or all."""
        meanings = self.meanings[acronym][:MOST_MEANINGS]
        place = self.chosen.get(acronym, 0)
        return meanings[place - 1 : place] if 0 < place <= len(meanings) else meanings


@dataclass(frozen=True, slots=True)
class Alternative:
    """Words in a row, one of the ways in which a term of the question may stand in a record."""

    words: tuple[str, ...]
    weight: float = 1.0
    language: str = Language.ENGLISH

    @property
    def fields(self) -> Mapping[str, str]:
        """The fields where its words may stand, each with the name by which the fields of both languages go."""
        return _FIELDS[self.language]


@dataclass(frozen=True, slots=True)
class Group:
    """Everything that counts as one term of the question: words, and where else a record may be filed."""

    alternatives: tuple[Alternative, ...]
    filed: tuple[Filters, ...] = ()


@dataclass
class _Expanding:
    """The groups so far, the words that each spells, and what is searched beside the person's own words."""

    groups: list[Group] = field(default_factory=list)
    spelt: list[tuple[str, ...]] = field(default_factory=list)
    also: list[str] = field(default_factory=list)

    def add(self, group: Group, spelt: tuple[str, ...] = ()) -> None:
        self.groups.append(group)
        self.spelt.append(spelt)

    def count_as(self, places: Iterable[int], alternative: Alternative) -> None:
        """Let the alternative stand for all these groups together."""
        every = set(places)
        for place in every:
            extra = replace(alternative, weight=alternative.weight / len(every))
            self.groups[place] = replace(self.groups[place], alternatives=(*self.groups[place].alternatives, extra))


def groups_of(
    snapshot: Snapshot, terms: Iterable[Term], glossary: Glossary, hints: Sequence[Hint] = ()
) -> tuple[tuple[Group, ...], tuple[str, ...]]:
    """The terms with all that counts as them, and what was searched beside the person's own words."""
    expanding = _Expanding()
    terms = list(terms)
    said: dict[int, Hint] = {}
    for hint in hints:
        covered = [place for place, term in enumerate(terms) if place not in said and _is_in(term, hint)]
        said |= dict.fromkeys(covered, hint)
    begun: set[int] = set()
    for place, term in enumerate(terms):
        covering = said.get(place)
        if covering is None:
            _add(snapshot, expanding, term, glossary, is_alone=len(terms) == 1)
        elif id(covering) not in begun:
            begun.add(id(covering))
            _add_hint(snapshot, expanding, covering, [terms[each] for each in said if said[each] is covering])
    _with_acronyms(expanding, glossary)
    _with_synonyms(snapshot, expanding, glossary)
    return tuple(expanding.groups), tuple(dict.fromkeys(expanding.also))


def ambiguous(terms: Sequence[Term], glossary: Glossary) -> dict[str, tuple[str, ...]]:
    """The acronyms among the terms that have several meanings, with these."""
    found = {}
    for term in terms:
        acronym = _acronym(term, glossary, is_alone=len(terms) == 1)
        if acronym and len(glossary.meanings[acronym]) > 1:
            found[acronym] = glossary.meanings[acronym][:MOST_MEANINGS]
    return found


def _is_in(term: Term, hint: Hint) -> bool:
    return term.kind == TermKind.WORD and term.text.lower() in {word.lower() for word in hint.words}


def _add_hint(snapshot: Snapshot, expanding: _Expanding, hint: Hint, terms: list[Term]) -> None:
    """Words that say where a record is filed are one group: they may stand in a row, or the record is filed so."""
    if hint.is_span:  # what speaks of 2015 is not from before 2015
        expanding.add(Group((), (hint.filters,)))
        return
    row = tuple(normal(term.text) for term in terms)
    alternatives = [Alternative((year,)) for year in hint.years] or [Alternative(row)]
    if not hint.years:
        alternatives += _in_welsh(snapshot, [term.text for term in terms])
    expanding.add(Group(tuple(alternatives), (hint.filters,)), row)


def _add(snapshot: Snapshot, expanding: _Expanding, term: Term, glossary: Glossary, *, is_alone: bool) -> None:
    """One term with all that it may stand as."""
    if term.kind == TermKind.PREFIX:
        begun = [Alternative((word,)) for word in _beginning(snapshot, folded(term.words[0]))]
        begun += [_welsh((word,)) for word in mutations.beginnings(snapshot, folded(term.words[0]))]
        expanding.add(Group(tuple(begun)))
        return
    words = tuple(normal(word) for word in term.words if term.kind != TermKind.PHRASE or not is_stopped(word))
    if not words:
        return
    acronym = _acronym(term, glossary, is_alone=is_alone)
    alternatives = [Alternative(words), *_in_welsh(snapshot, term.words)]
    if acronym and normal(acronym) not in words:
        alternatives.append(Alternative((normal(acronym),)))
    if len(alternatives) == 1 and not acronym and _is_small_in_welsh(snapshot, term):
        return
    if acronym and acronym in glossary.chosen:
        alternatives = [replace(each, weight=each.weight * LETTERS_WEIGHT) for each in alternatives]
    for meaning in glossary.meant(acronym) if acronym else ():
        weight = 1.0 if acronym in glossary.chosen else EXPANSION_WEIGHT
        stands_for = tuple(tokens(meaning))[:LONGEST_EXPANSION]
        if stands_for and stands_for != words:
            alternatives.append(Alternative(stands_for, weight))
            alternatives += _in_welsh(snapshot, words_of(meaning)[:LONGEST_EXPANSION], weight)
            expanding.also.append(meaning)
    # A phrase in quotation marks means its words.
    expanding.add(Group(tuple(alternatives)), () if term.kind == TermKind.PHRASE else words)


def _acronym(term: Term, glossary: Glossary, *, is_alone: bool) -> str | None:
    """The acronym that a term is; a single letter only where nothing else is asked."""
    if len(term.words) != 1 or term.kind == TermKind.PREFIX:
        return None
    acronym = glossary.acronym(term.words[0])
    return acronym if acronym and (len(acronym) > 1 or is_alone) else None


def _in_welsh(snapshot: Snapshot, words: Sequence[str], weight: float = 1.0) -> list[Alternative]:
    """The same words as they stand in Welsh texts, mutated or not."""
    return [_welsh(row, weight * worth) for row, worth in mutations.rows(snapshot, words)]


def _welsh(words: tuple[str, ...], weight: float = 1.0) -> Alternative:
    return Alternative(words, weight, Language.WELSH)


def _is_small_in_welsh(snapshot: Snapshot, term: Term) -> bool:
    """Whether the term is a Welsh word without a subject that no record has: "y gweithlu" asks for one thing."""
    small = all(is_stopped(word, Language.WELSH) for word in term.words)
    return small and not any(len(snapshot.ids(name, normal(word))) for word in term.words for name in TEXT_FIELDS)


def _with_acronyms(expanding: _Expanding, glossary: Glossary) -> None:
    """Where terms in a row spell out an acronym, the acronym counts as all of them."""
    rows = _rows(expanding)
    for acronym, meanings in glossary.meanings.items():
        for meaning in meanings:
            spelt, letters = tuple(tokens(meaning)), tuple(tokens(acronym))
            if len(spelt) > 1 and letters and spelt in rows:
                expanding.count_as(rows[spelt], Alternative(letters, EXPANSION_WEIGHT))
                expanding.count_as(rows[spelt], _welsh((folded(acronym),), EXPANSION_WEIGHT))
                expanding.also.append(acronym)
            if len(letters) > 1 and spelt and letters in rows:
                expanding.count_as(rows[letters], Alternative(spelt, EXPANSION_WEIGHT))
                expanding.also.append(meaning)


def _with_synonyms(snapshot: Snapshot, expanding: _Expanding, glossary: Glossary) -> None:
    """Where terms in a row mean the same as other words, these count as all of them."""
    if not glossary.synonyms:
        return
    rows = _rows(expanding)
    for spelt in [row for row in rows if row in glossary.synonyms]:
        for other in glossary.synonyms[spelt]:
            words = tuple(tokens(other))
            if all(any(len(snapshot.ids(name, word)) for name in TEXT_FIELDS) for word in words):
                weight = SYNONYM_WEIGHT * min(1.0, _rarity(snapshot, spelt) / _rarity(snapshot, words))
                expanding.count_as(rows[spelt], Alternative(words, weight))
                expanding.also.append(other)


def _rarity(snapshot: Snapshot, words: tuple[str, ...]) -> float:
    """How telling words in a row are together: a synonym of rarer or more words may not outweigh the person's own."""
    records = [max(len(snapshot.ids(name, word)) for name in TEXT_FIELDS) for word in words]
    return sum(log(max(1, snapshot.size) / (number + 1)) + 1 for number in records)


def _rows(expanding: _Expanding) -> dict[tuple[str, ...], tuple[int, ...]]:
    """Every row of words in the question, with the groups that it runs over."""
    asked = [(word, place) for place, spelt in enumerate(expanding.spelt) for word in spelt]
    rows: dict[tuple[str, ...], tuple[int, ...]] = {}
    for first in range(len(asked)):
        for last in range(first + 1, min(first + LONGEST_EXPANSION, len(asked)) + 1):
            part = asked[first:last]
            rows.setdefault(tuple(word for word, _ in part), tuple(place for _, place in part))
    return rows


def _beginning(snapshot: Snapshot, prefix: str) -> list[str]:
    """The most used words that begin so, as they are indexed."""
    counts = snapshot.lexicon("words")
    words = sorted(snapshot.beginning("words", prefix), key=lambda word: (counts[word], word), reverse=True)
    stems = dict.fromkeys(normal(word) for word in words[: 4 * MOST_EXPANSIONS])
    return list(stems)[:MOST_EXPANSIONS]
