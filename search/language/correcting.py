"""Likelier words: what nobody wrote is put right at once, what hardly anybody wrote is asked about.

Only words of records that the reader may find are offered, so that drafts do not show through.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from kb.models.term import Language
from search.index import mutations
from search.index.analysis import folded, indexed, is_stopped, normal
from search.index.spelling import distance, nearest, words_of
from search.index.store import FIELDS_IN, TEXT_FIELDS, WORDS
from search.language.query import STOP_WORDS, TermKind, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from search.index.expanding import Glossary
    from search.index.snapshot import Ids, Mask, Snapshot
    from search.language.query import Query

SHORTEST = 3
# From so many letters on a word may have one letter wrong anywhere, and then two.
ONE_WRONG, TWO_WRONG = 4, 8
FEW, MOST_LOOKED_AT = 8, 64
# A word of at most so many records is asked about when a word beside it stands in so many times more, and in enough.
RARE, TIMES, ENOUGH, SHORTEST_RARE = 2, 10, 10, 5
# Two words that were meant as one: the one word has to stand in so many times more records than the two in a row.
TIMES_JOINED = 5
# A short word is put right at once only to a word of which one record in so many speaks.
SPOKEN_OF = 400
_SMALL = sorted(STOP_WORDS)
_NOT_FILTERS = re.compile(r'[A-Za-z_-]+:"[^"]*"?|\S+')


def corrected(speller: Speller, query: Query) -> str | None:
    """The question with the words that no record has put right where that is sure; None when nothing would change."""
    changed = _with(query.text, _changes(speller, query)[0])
    return changed if changed and parse(changed).terms else None


def offered(speller: Speller, query: Query) -> str | None:
    """The question with likelier words for those that hardly any record has; None where there are none."""
    better = _changes(speller, query)[1]
    for first, second in _in_a_row(query):
        joined = folded(first + second)
        if speller.is_written(joined) and speller.count(joined) >= TIMES_JOINED * max(
            1, speller.together(first, second)
        ):
            better[f"{first} {second}"] = _like(first, joined)
    for term in query.wanted:
        for word in term.words if term.kind != TermKind.PREFIX and not better else ():
            found = speller.likelier(word)
            if found:
                better[word] = _like(word, found)
    return _with(query.text, better)


def _changes(speller: Speller, query: Query) -> tuple[dict[str, str], dict[str, str]]:
    """What may be put in the place of words that no record has: at once, and only when the person says so."""
    sure: dict[str, str] = {}
    for first, second in _in_a_row(query):
        if not (speller.is_known(first) and speller.is_known(second)) and speller.is_written(first + second):
            sure[f"{first} {second}"] = _like(first, folded(first + second))
    joined = {word for pair in sure for word in pair.split()}
    for term in query.wanted:
        if term.kind == TermKind.PREFIX and (found := speller.beginning_like(term.words[0])):
            sure[term.words[0]] = _like(term.words[0], found)
    near = {word: speller.nearest(word) for word in _unknown(speller, query) if word not in joined}
    is_strange = None in near.values()
    doubtful = {}
    for word, other in near.items():
        is_name = word[0].isupper() and not word.isupper() and not query.text.startswith(word)
        if other and speller.is_sure(word, other, is_name=is_name, is_strange=is_strange):
            sure[word] = _like(word, other)
        elif other and not is_name:
            doubtful[word] = _like(word, other)
    return sure, doubtful


def _unknown(speller: Speller, query: Query) -> list[str]:
    """The words that no record has; what stands after a * is the end of a word, and none itself."""
    words = (word for term in query.wanted if term.kind != TermKind.PREFIX for word in term.words)
    return [word for word in words if not speller.is_known(word) and not query.is_end(word)]


@dataclass(frozen=True, slots=True)
class Speller:
    """The words of the records that one reader may find."""

    snapshot: Snapshot
    allowed: Mask
    glossary: Glossary
    _counts: dict[str, int] = field(default_factory=dict)

    def is_known(self, word: str) -> bool:
        """Whether there is nothing to put right: it is found, or no plain word, or a small one of either language."""
        plain = folded(word)
        if len(plain) < SHORTEST or not plain.isalpha() or word in self.glossary.meanings:
            return True
        return any(is_stopped(word, language) for language in Language) or self.count(word) > 0

    def count(self, word: str) -> int:
        """How many records are found by the word, in any of its forms."""
        if word not in self._counts:
            self._counts[word] = self._counted(word)
        return self._counts[word]

    def _counted(self, word: str) -> int:
        places = [self.snapshot.ids(name, normal(word)) for name in TEXT_FIELDS]
        for row, _ in mutations.rows(self.snapshot, [word]):
            places += [self.snapshot.ids(name, row[0]) for name in FIELDS_IN[Language.WELSH]]
        return self._visible(np.unique(np.concatenate(places)))

    def together(self, *words: str) -> int:
        """How many records have these words in a row, in either language."""
        rows = {FIELDS_IN[language]: tuple(indexed(word, language) or "" for word in words) for language in Language}
        places = [self.snapshot.phrase(name, row) for names, row in rows.items() if all(row) for name in names]
        return self._visible(np.unique(np.concatenate(places))) if places else 0

    def is_written(self, plain: str) -> bool:
        """Whether some record has the word as it stands here."""
        return self._written(folded(plain)) > 0

    def nearest(self, word: str) -> str | None:
        """Two words that were run together; else the word with the fewest changed letters, the most used of those."""
        plain = folded(word)
        return self._parted(plain) or self._near(plain)

    def is_sure(self, word: str, other: str, *, is_name: bool, is_strange: bool) -> bool:
        """Whether the other was meant without asking; `is_strange` says that beside it stands a word like no other.

        One letter makes another word of a short one sooner than of a long one, and of a name sooner still.
        """
        plain = folded(word)
        if " " in other or other in STOP_WORDS:
            return True
        if len(plain) >= TWO_WRONG:
            return not is_name or distance(plain, other) == 1
        if other[0] != plain[0] or self._written(other) < np.count_nonzero(self.allowed) // SPOKEN_OF:
            return False
        return sorted(plain) == sorted(other) or not (is_name or is_strange)

    def is_begun(self, word: str) -> bool:
        """Whether words of records begin with one that none of them has as it stands."""
        plain = folded(word)
        return len(plain) >= ONE_WRONG and not self.is_known(word) and self._begins(plain)

    def is_missing(self, word: str) -> bool:
        """Whether no record is found by the word, nor by what it may stand for."""
        means_more = self.glossary.acronym(word) or (normal(word),) in self.glossary.synonyms
        return not self.is_known(word) and not means_more

    def likelier(self, word: str) -> str | None:
        """A word of one other letter that very many more records have."""
        plain = folded(word)
        if len(plain) < SHORTEST_RARE or not plain.isalpha() or word.isupper():
            return None
        count = self.count(word)
        if not 0 < count <= RARE:
            return None
        same = mutations.spellings(plain)
        for other in words_of(self.snapshot).alike(plain, 1):
            is_longer = other.startswith(plain) or plain.startswith(other)  # health, healthy
            is_other = not is_longer and normal(other) != normal(word) and other not in same
            if is_other and self.count(other) >= max(ENOUGH, TIMES * count):
                return other
        return None

    def beginning_like(self, word: str) -> str | None:
        """The beginning of known words that is nearest to one with which none begins."""
        plain = folded(word)
        if len(plain) < ONE_WRONG or not plain.isalpha() or self._begins(plain):
            return None
        starts = words_of(self.snapshot).starts(plain[0], range(len(plain) - 1, len(plain) + 2))
        near = nearest(plain, starts, _wrong(plain))
        near.sort(key=lambda other: (distance(plain, other), -len(other)))
        return next((other for other in near[:MOST_LOOKED_AT] if self._begins(other)), None)

    def _begins(self, start: str) -> bool:
        found = self.snapshot.beginning(WORDS, start) + mutations.beginnings(self.snapshot, start)
        return any(self.is_written(word) for word in found)

    def _parted(self, plain: str) -> str | None:
        """The word as two, where they stand in a row somewhere; the pair that most records have."""
        best, most = None, 0
        for at in range(SHORTEST, len(plain) - SHORTEST + 1):
            left, right = plain[:at], plain[at:]
            if self.is_written(left) and self.is_written(right) and (count := self.together(left, right)) > most:
                best, most = f"{left} {right}", count
        return best

    def _near(self, plain: str) -> str | None:
        small = next((word for word in nearest(plain, _SMALL, 1) if _is_close(plain, word)), None)
        if small and small[0] == plain[0]:
            return small
        known = words_of(self.snapshot)
        found = self._most_used(plain, known.alike(plain, _wrong(plain)))
        if found and distance(plain, found) == 1:
            return found
        # With another first letter a word has to be nearer than one with the same.
        return self._most_used(plain, known.alike(plain, 1, any_first=True)) or found

    def _most_used(self, plain: str, words: Sequence[str]) -> str | None:
        """Of the nearest of these words the one that most records have."""
        close = [word for word in words if _is_close(plain, word)]
        close.sort(key=lambda word: (distance(plain, word), -self.snapshot.frequency(WORDS, word)))
        for start in range(0, min(len(close), MOST_LOOKED_AT), FEW):  # the first of them may stand in drafts alone
            some = [(distance(plain, word), -self._written(word), word) for word in close[start : start + FEW]]
            if any(count for _, count, _ in some):
                return next(word for _, count, word in sorted(some) if count)
        return None

    def _written(self, plain: str) -> int:
        is_any = self.snapshot.frequency(WORDS, plain) > 0
        return self._visible(self.snapshot.ids(WORDS, plain)) if is_any else 0

    def _visible(self, places: Ids) -> int:
        return int(np.count_nonzero(self.allowed[places]))


def _in_a_row(query: Query) -> Iterator[tuple[str, str]]:
    """Words that stand beside each other in the question, of terms that are one word each."""
    for first, second in pairwise(query.wanted):
        if first.kind == second.kind == TermKind.WORD and f"{first.text} {second.text}" in query.text:
            yield first.text, second.text


def _wrong(plain: str) -> int:
    """How many letters of a word may be wrong."""
    return 2 if len(plain) >= TWO_WRONG else 1


def _is_close(plain: str, other: str) -> bool:
    """Whether the other may be meant; in a very short word letters may be swapped or one left out, no more."""
    if len(plain) >= ONE_WRONG:
        return True
    return other[0] == plain[0] and (sorted(other) == sorted(plain) or len(other) > len(plain))


def _with(text: str, better: Mapping[str, str]) -> str | None:
    """The question with these words in the place of others, filters left as they are; None when nothing changes."""
    if not better:
        return None
    longest_first = sorted(better, key=len, reverse=True)
    wanted = re.compile("|".join(rf"(?<![^\W_]){re.escape(each)}(?![^\W_])" for each in longest_first))
    pieces, at = [], 0
    for piece in _NOT_FILTERS.finditer(text):
        if ":" in piece.group():
            pieces += [wanted.sub(lambda found: better[found.group()], text[at : piece.start()]), piece.group()]
            at = piece.end()
    changed = "".join([*pieces, wanted.sub(lambda found: better[found.group()], text[at:])])
    return changed if changed != text else None


def _like(word: str, other: str) -> str:
    """The other word, in capitals where the first was."""
    if word.isupper():
        return other.upper()
    return other.capitalize() if word[:1].isupper() else other
