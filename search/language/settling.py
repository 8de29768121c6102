"""What of a question is searched: its words put right, half words as beginnings, and notes on what no record has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kb.words import gettext
from search.language import correcting
from search.language.query import TermKind, parse
from search.language.understanding import Hint, Offered, offered_by, understood

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from search.index.expanding import Glossary
    from search.index.snapshot import Mask, Snapshot
    from search.language.filters import Filters
    from search.language.query import Query, Term

# So many words that were searched are named beside those that no record has.
MOST_NAMED = 3
# What these leave is not counted by value.
_BY_DATE = frozenset({"year", "due"})


@dataclass(frozen=True, slots=True)
class Settled:
    """The question as it is searched, and as it may have been meant, if otherwise."""

    query: Query
    did_you_mean: str | None = None
    is_corrected: bool = False
    notes: tuple[str, ...] = ()
    hints: tuple[Hint, ...] = ()


def settled(
    held: Snapshot, query: Query, allowed: Mask, glossary: Glossary, today: date, *, as_written: bool, reads_words: bool
) -> Settled:
    """The question with sure mistakes put right, unless it is to be searched as it is written.

    `reads_words` says whether words may say where records are filed.
    """

    def read(text: str) -> tuple[Hint, ...]:
        return understood(text, held.lexicon("source_kind"), today) if reads_words else ()

    speller = correcting.Speller(held, allowed, glossary)
    better = correcting.corrected(speller, query)
    did_you_mean = better or correcting.offered(speller, query)
    if as_written:
        return Settled(query, did_you_mean, hints=read(query.text))
    searched = parse(better) if better else query
    hints = read(searched.text)
    said = {word.lower() for hint in hints for word in hint.words}
    terms = [_begun(speller, searched, term) for term in searched.terms]
    notes = [_is_beginning(term.text) for term in terms if term not in searched.terms]
    notes += _missing(speller, [term for term in terms if not (term.is_excluded or term.text.lower() in said)])
    return Settled(replace(searched, terms=tuple(terms)), did_you_mean, better is not None, tuple(notes), hints)


def offered(
    held: Snapshot, hints: Iterable[Hint], filters: Filters, facets: Mapping[str, Mapping[str, int]]
) -> tuple[Offered, ...]:
    """What the question says in words as filters, where these are not on already and would leave something."""
    offered = []
    for hint in hints:
        for each in offered_by(hint):
            is_sure = each.name in _BY_DATE or hint.filters.due
            known = {} if is_sure else facets.get(each.name, held.lexicon(each.name))
            leaves = is_sure or any(known.get(value) for value in each.values)
            if leaves and not filters.has(each.name) and each not in offered:
                offered.append(each)
    return tuple(offered)


def _begun(speller: correcting.Speller, query: Query, term: Term) -> Term:
    """A word that no record has, but with which words begin, as that beginning."""
    may_be = term.kind == TermKind.WORD and not term.is_excluded and not query.is_end(term.text)
    return replace(term, kind=TermKind.PREFIX) if may_be and speller.is_begun(term.text) else term


def _is_beginning(word: str) -> str:
    return gettext("No record has “%(word)s”, so words that begin so were searched.", word=word)


def _missing(speller: correcting.Speller, wanted: list[Term]) -> list[str]:
    """A note on the words that find nothing, where others may find something."""
    missing = [
        term for term in wanted if term.kind == TermKind.WORD and all(speller.is_missing(word) for word in term.words)
    ]
    others = [term for term in wanted if term not in missing]
    if not missing or not others:
        return []
    words = _quoted(missing)
    if len(others) > MOST_NAMED:
        return [gettext("No record has %(words)s; the other words were searched.", words=words)]
    return [gettext("No record has %(words)s; found by %(others)s only.", words=words, others=_quoted(others))]


def _quoted(terms: list[Term]) -> str:
    return ", ".join(f"“{term.text}”" for term in terms)
