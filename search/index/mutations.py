"""Welsh words change their first letter after others: Cymru stands as Gymru, Nghymru and Chymru too.

Nothing of this is indexed. The words of a question are turned into all that they may stand as, and what stands in no
Welsh text is dropped: from the letters alone nobody can tell which of the changes was made.
"""

from __future__ import annotations

from itertools import islice, product
from math import log
from typing import TYPE_CHECKING

from kb.models.term import Language
from search.index.analysis import indexed, is_acronym, welsh
from search.index.store import WELSH_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from search.index.snapshot import Snapshot

SHORTEST = 3
MOST_ROWS = 16
MOST_BEGINNINGS = 64
VOWELS = frozenset("aeiouwy")
# First letters by the letters that they are without a mutation: soft, nasal and aspirate.
MUTATED = {
    "c": ("g", "ngh", "ch"),
    "p": ("b", "mh", "ph"),
    "t": ("d", "nh", "th"),
    "g": ("", "ng"),
    "b": ("f", "m"),
    "d": ("dd", "n"),
    "m": ("f",),
    "ll": ("l",),
    "rh": ("r",),
}
RADICALS = {
    mutated: tuple(radical for radical, forms in MUTATED.items() if mutated in forms)
    for forms in MUTATED.values()
    for mutated in forms
    if mutated
}
# Letters of two or three characters, the longest first: chwarae begins with ch and not with c.
_LETTERS = ("ngh", "ch", "dd", "ff", "ll", "mh", "ng", "nh", "ph", "rh", "th")
# What may be left of a word whose g fell away.
_AFTER_G = VOWELS | frozenset("lrn")


def spellings(word: str) -> set[str]:
    """All that a folded word may stand as in a text, itself among them, whether or not anybody wrote it so."""
    unmutated = {word, *_without_mutation(word)}
    found = {word}.union(unmutated, *map(_mutated, unmutated))
    return {each for each in found if len(each) >= SHORTEST or each == word}


def rows(snapshot: Snapshot, words: Iterable[str]) -> list[tuple[tuple[str, ...], float]]:
    """These words of a question, in a row, as they may stand in Welsh texts, with how much each row is worth.

    Words without a subject are left out. Spellings of one word count as one word: one of them that is rare is worth no
    more than all of them together are.
    """
    choices = [_known(snapshot, word) for word in words if indexed(word, Language.WELSH)]
    if not choices or not all(choices):
        return []
    found = []
    for row in islice(product(*choices), MOST_ROWS):
        found.append((tuple(word for word, _ in row), sum(worth for _, worth in row) / len(row)))
    return found


def beginnings(snapshot: Snapshot, prefix: str) -> list[str]:
    """The Welsh words that begin so, mutated or not, the most used first."""
    found = {word for start in spellings(prefix) for word in snapshot.beginning(WELSH_WORDS, start)}
    return sorted(found, key=lambda word: (-snapshot.frequency(WELSH_WORDS, word), word))[:MOST_BEGINNINGS]


def _known(snapshot: Snapshot, word: str) -> list[tuple[str, float]]:
    """The spellings of a word that Welsh texts have, as it was typed first, with their worth beside each other."""
    lexicon = _lexicon(snapshot)
    plain = welsh(word)
    # GIG is no mutated word, as long as somebody wrote it so; CHYMRU is Cymru in capitals.
    written = {plain} if is_acronym(word) and plain in lexicon else spellings(plain)
    known = {each: snapshot.frequency(WELSH_WORDS, each) for each in written & lexicon}
    together = _rarity(snapshot, sum(known.values()))
    ordered = sorted(known, key=lambda each: (each != plain, -known[each], each))
    return [(each, together / _rarity(snapshot, known[each])) for each in ordered]


def _lexicon(snapshot: Snapshot) -> frozenset[str]:
    """Every word of Welsh texts."""
    kept: frozenset[str] | None = snapshot.derived.get(WELSH_WORDS)
    if kept is None:
        kept = snapshot.derived[WELSH_WORDS] = frozenset(snapshot.beginning(WELSH_WORDS, ""))
    return kept


def _rarity(snapshot: Snapshot, count: int) -> float:
    """As the scores count it; see `Snapshot.postings`."""
    return max(log(max(1, snapshot.size) / (count + 1)) + 1, 0.1)


def _first(word: str) -> str:
    """The first letter of a word as Welsh counts letters."""
    return next((letter for letter in _LETTERS if word.startswith(letter)), word[:1])


def _without_mutation(word: str) -> set[str]:
    first = _first(word)
    found = {radical + word[len(first) :] for radical in RADICALS.get(first, ())}
    if first in _AFTER_G:
        found.add("g" + word)
    if first == "h" and word[1:2] in VOWELS:
        found.add(word[1:])  # ei hiechyd: an h before a vowel
    return found


def _mutated(word: str) -> set[str]:
    first = _first(word)
    rest = word[len(first) :]
    found = {mutated + rest for mutated in MUTATED.get(first, ()) if mutated or rest[:1] in _AFTER_G}
    if first in VOWELS:
        found.add("h" + word)
    return found
