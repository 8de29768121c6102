"""How likely two records are to belong together: the words and the themes that they share.

A record speaks with its title, which counts twice, and its text. What a record may be linked to speaks besides with the
titles of all that it is linked with already, since that tells most about what is meant by it. Each word weighs as it is
rare among the titles of the map. `benchmarks/suggestions.py` says how often that finds the links that people made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass
from math import log, sqrt

Forms = Mapping[str, float]
#: A title counts as often as this, against once for each other text.
TITLE = 2
#: What the same themes add to a likeness of words, which is 1 for the same text.
THEMES = 0.2
#: Below this two records have hardly more in common than any two.
LIKELY_FROM = 0.1
#: One word of both is a reason only where it is much of what they say: that leaves out three in four of the suggestions
#: with no better one, and finds 155 of 179 hidden links of the seed among the first five rather than 159.
ONE_WORD_FROM = 0.25
#: A word in more titles than this share of all tells nothing.
TELLS_TO, FEW = 0.04, 8
#: Shorter words tell a reader little, unless they are acronyms.
SHORTEST = 4
WORDS_TOLD = 3


@dataclass(frozen=True, slots=True)
class Said:
    """What one record says: its title and text, and the titles of what it is linked with, as counted words."""

    own: Counter[str]
    around: Counter[str]
    themes: Set[int]
    acronyms: Set[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rarity:
    """In how many of so many titles each word stands."""

    titles: int
    holding: Mapping[str, int]

    def of(self, form: str) -> float:
        """The weight of a word: the rarer, the more."""
        return log((self.titles + 1) / (self.holding.get(form, 0) + 0.5))

    def tells(self, form: str) -> bool:
        """Whether a word is rare enough to be told as a reason."""
        return self.holding.get(form, 0) <= max(FEW, TELLS_TO * self.titles)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two records are, and why: themes of both, telling words of both, or else of what is linked with one."""

    score: float
    themes: tuple[int, ...]
    words: tuple[str, ...]
    around: tuple[str, ...]

    @property
    def is_likely(self) -> bool:
        """Whether it is worth a person's while, and can be explained: a single word of both is, where it says much."""
        if self.score < LIKELY_FROM:
            return False
        if self.themes or max(len(self.words), len(self.around)) > 1:
            return True
        return bool(self.words) and self.score >= ONE_WORD_FROM


def rarity(titles: Iterable[Collection[str]]) -> Rarity:
    """Count the titles that hold each word."""
    each = [set(forms) for forms in titles]
    return Rarity(len(each), Counter(form for forms in each for form in forms))


def said(
    title: Iterable[str],
    text: Iterable[str],
    around: Iterable[Iterable[str]],
    themes: Set[int],
    acronyms: Set[str] = frozenset(),
) -> Said:
    """Count what a record says."""
    own = Counter(text)
    for form in title:
        own[form] += TITLE
    return Said(own, Counter(form for forms in around for form in forms), themes, acronyms)


def compare(one: Said, others: Mapping[int, Said], rare: Rarity) -> dict[int, Likeness]:
    """How alike each of the others is to one record; what is linked with the others speaks for them."""
    mine = _weighed(one.own, rare)
    return {id: _likeness(one, mine, other, rare) for id, other in others.items()}


def _likeness(one: Said, mine: Forms, other: Said, rare: Rarity) -> Likeness:
    theirs = _weighed(other.own + other.around, rare)
    shared = {form: weight * theirs[form] for form, weight in mine.items() if form in theirs}
    themes = one.themes & other.themes
    score = sum(shared.values())
    if themes:
        score += THEMES * len(themes) / sqrt(len(one.themes) * len(other.themes))
    telling = sorted((form for form in shared if _tells(one, form, rare)), key=lambda form: (-shared[form], form))
    words = tuple(form for form in telling if form in other.own)
    around = tuple(form for form in telling if form not in other.own)
    return Likeness(score, tuple(sorted(themes)), words[:WORDS_TOLD], () if words else around[:WORDS_TOLD])


def _tells(one: Said, form: str, rare: Rarity) -> bool:
    return rare.tells(form) and (len(form) >= SHORTEST or form in one.acronyms)


def _weighed(counts: Mapping[str, int], rare: Rarity) -> dict[str, float]:
    """The words of a record with their weights, so that the same text is as near as can be whatever its length."""
    weights = {form: log(1 + count) * rare.of(form) for form, count in counts.items()}
    length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {form: weight / length for form, weight in weights.items()}
