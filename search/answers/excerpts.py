"""Why a record was found: the part of its text that matched best, cut at words, as pieces that are marked or not.

Pieces are plain text and never markup, so a template escapes them like anything else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kb.models.source import Nation
from kb.models.term import Language
from search.index.analysis import composed, indexed, tokens
from search.language.query import WORD

LONGEST = 230
BEFORE = 60
# What a match tells that stands in what belongs to other records, and in how a record is filed: that comes last.
ASIDE, FILED = 0.9, 0.001
# Parts that say what a record is even where nothing in them matched.
TELLING = frozenset({"summary", "description", "response", "names"})

Pieces = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Pieces of one part of a record; `field` and `number` say which part, `language` what it is written in.

    `opens_at` names the key point or implication that the part is, where it holds what the record's own title does not.
    """

    field: str
    number: int | None
    pieces: Pieces
    opens_at: str = ""
    language: str = Language.ENGLISH

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.pieces)

    @property
    def is_match(self) -> bool:
        return any(marked for _, marked in self.pieces)


@dataclass(frozen=True, slots=True)
class Sought:
    """What to mark: words wherever they stand, and words in a row only where they stand so."""

    words: frozenset[str] = frozenset()
    rows: frozenset[tuple[str, ...]] = frozenset()
    # How much each word tells; words that are not named tell as much as each other.
    telling: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[tuple[str, ...]], telling: Callable[[str], float] | None = None) -> Sought:
        """Rows of words as the question was understood; a row of one is a word."""
        every = frozenset(rows)
        words = frozenset(row[0] for row in every if len(row) == 1)
        worth = {word: telling(word) for row in every for word in row} if telling else {}
        return cls(words, frozenset(row for row in every if len(row) > 1), worth)

    def worth(self, found: Iterable[str]) -> float:
        """How much it tells that these words were found."""
        return sum(self.telling.get(word, 1.0) for word in found)


def excerpt_of(kept: Mapping[str, Any], sought: Sought) -> Excerpt | None:
    """The part of what the index keeps of a record that says best why it was found; None when there is no text.

    Without a match in the text (the title says it all) the record's own first part stands for it.
    """
    best_found: set[str] = set()
    parts = [*kept["parts"], *_names(kept)]
    best, best_worth = None, 0.0
    for part in parts:
        if part["field"] == "source" and kept["kind"] != "response":
            continue  # the page names the source that a key point or an implication stands in anyway
        found = _found(part["text"], sought, part["language"])
        worth = sought.worth(found) * (FILED if part["field"] == "facts" else ASIDE if part["is_aside"] else 1.0)
        if worth > best_worth:
            best, best_worth, best_found = part, worth, found
    if best is None:
        best = next((part for part in parts if part["field"] in TELLING), None)
    if best is None:
        return None
    says_more = not best_found <= _found(kept["title"], sought, kept["language"])
    opens_at = best.get("ref", "") if says_more else ""
    text = _facts(best["text"], sought) if best["field"] == "facts" else best["text"]
    pieces = cut(marked(text, sought, best["language"]))
    return Excerpt(best["field"], best["number"], pieces, opens_at, best["language"])


def _facts(text: str, sought: Sought) -> str:
    """How a record is filed, as far as that was asked for: "Wales, Northern Ireland"."""
    matching = [each for each in text.split(", ") if _found(each, sought, Language.ENGLISH)]
    shown = [each.title() if each.replace(" ", "-") in set(Nation) else each for each in matching]
    told = ", ".join(shown)
    return told[:1].upper() + told[1:]


def _names(kept: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The other names of a record as parts of its text, one for each language."""
    for language, names in ((Language.ENGLISH, kept["names"]), (Language.WELSH, kept["welsh_names"])):
        if names:
            yield {"field": "names", "text": ", ".join(names), "number": None, "is_aside": False, "language": language}


def marked(text: str, sought: Sought, language: str = Language.ENGLISH) -> Pieces:
    """The whole text in pieces, what was looked for marked; marked words beside each other are one piece."""
    text = composed(text)
    words = _normal_words(text, language)
    pieces: list[tuple[str, bool]] = []
    at = 0
    for place in sorted(_places(words, sought)):
        word = words[place][0]
        between = text[at : word.start()]
        if between == " " and pieces:
            pieces[-1] = (f"{pieces[-1][0]} {word.group()}", True)
        else:
            if between:
                pieces.append((between, False))
            pieces.append((word.group(), True))
        at = word.end()
    if text[at:]:
        pieces.append((text[at:], False))
    return tuple(pieces)


def _found(text: str, sought: Sought, language: str) -> set[str]:
    """Which of the sought words stand in the text; of a row only when all of it does."""
    standing = tokens(text, language)
    found = sought.words.intersection(standing)
    for row in sought.rows:
        starts = range(len(standing) - len(row) + 1) if row[0] in standing else ()
        if any(tuple(standing[start : start + len(row)]) == row for start in starts):
            found |= set(row)
    return set(found)


def _normal_words(text: str, language: str) -> list[tuple[re.Match[str], str]]:
    return [(word, form) for word in WORD.finditer(text) if (form := indexed(word.group(), language)) is not None]


def _places(words: Sequence[tuple[re.Match[str], str]], sought: Sought) -> set[int]:
    """Which of the words are to be marked."""
    row = [word for _, word in words]
    places = {place for place, word in enumerate(row) if word in sought.words}
    for wanted in sought.rows:
        for start in range(len(row) - len(wanted) + 1):
            if tuple(row[start : start + len(wanted)]) == wanted:
                places |= set(range(start, start + len(wanted)))
    return places


def cut(pieces: Pieces) -> Pieces:
    """At most so much of the text as fits in two lines, around its first marked words, cut between words."""
    whole = "".join(text for text, _ in pieces)
    if len(whole) <= LONGEST:
        return pieces
    first = 0
    for text, is_marked in pieces:
        if is_marked:
            break
        first += len(text)
    else:
        first = 0
    start = 0 if first <= BEFORE else _word_start(whole, first - BEFORE)
    end = min(len(whole), start + LONGEST)
    if end < len(whole):
        end = max(whole.rfind(" ", start, end), start) or end
        end = end if end > start else start + LONGEST
    kept: list[tuple[str, bool]] = [("… ", False)] if start else []
    at = 0
    for text, is_marked in pieces:
        here = text[max(0, start - at) : max(0, end - at)]
        if here:
            kept.append((here, is_marked))
        at += len(text)
    if end < len(whole):
        kept.append((" …", False))
    return tuple(kept)


def _word_start(text: str, at: int) -> int:
    """The beginning of the next word, or the place itself in a word without end."""
    blank = text.find(" ", at, at + BEFORE)
    return at if blank < 0 else blank + 1
