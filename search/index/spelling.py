"""All words of the records, arranged so that those like a misspelt one are found in a few milliseconds."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import OSA

from search.index.store import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from search.index.snapshot import Snapshot

LONGEST = 60


class WordList:
    """Words by their first letter and their length: a word that is like another differs little in either."""

    def __init__(self, words: Iterable[str]) -> None:
        self._shelves: dict[tuple[str, int], list[str]] = defaultdict(list)
        for word in words:
            self._shelves[word[:1], len(word)].append(word)
        self._letters = sorted({letter for letter, _ in self._shelves})

    def alike(self, plain: str, furthest: int, *, any_first: bool = False) -> list[str]:
        """Words with at most so many letters added, left out, changed or swapped, the nearest first.

        They have the same first letter; others are looked at only where `any_first` says so.
        """
        letters = self._letters if any_first else [plain[0]]
        lengths = range(len(plain) - furthest, len(plain) + furthest + 1)
        words = [word for letter in letters for length in lengths for word in self._shelves.get((letter, length), ())]
        return nearest(plain, words, furthest)

    def starts(self, letter: str, lengths: Iterable[int]) -> list[str]:
        """The beginnings, of these lengths, of all words with this first letter."""
        words = [word for length in range(LONGEST + 1) for word in self._shelves.get((letter, length), ())]
        return sorted({word[:length] for length in lengths for word in words if len(word) >= length})


def nearest(plain: str, words: Sequence[str], furthest: int) -> list[str]:
    """Those of the words, other than the word itself, with at most so many letters wrong, the nearest first."""
    near = process.extract(plain, words, scorer=OSA.distance, score_cutoff=furthest, limit=None)
    return [word for word, distance, _ in sorted(near, key=lambda each: (each[1], each[0])) if distance]


def distance(one: str, other: str) -> int:
    """How many letters have to be added, left out, changed or swapped."""
    return OSA.distance(one, other)


def words_of(snapshot: Snapshot) -> WordList:
    """The words of a state of the index, arranged once for each state."""
    kept: WordList | None = snapshot.derived.get("word list")
    if kept is None:
        kept = snapshot.derived["word list"] = WordList(snapshot.beginning(WORDS, ""))
    return kept
