"""The user's language: words, "phrases", -without, begin*, and filters such as kind:action or year:2017..2021.

There are no syntax errors: what cannot be understood is searched as words, and a note says so. This module is plain
computation and bounded work: a question of any length is cut before anything else looks at it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from kb.words import gettext, ngettext
from search.language.filters import FIELD_NAMES, NO_FILTERS, Filters, advice, filter_from, quoted

LONGEST_QUESTION = 400
MOST_TERMS = 24
SHORTEST_PREFIX = 3

# Words that carry no subject. They count only inside a phrase, where the words beside them decide.
_STOPPED = (
    "a about an and are as at be been by can did do does for from had has have how if in into is it its may of on or "
    "our s t that the their them there these they this to us was we were what when where which who why will with "
    "you your"
)
STOP_WORDS = frozenset(_STOPPED.split())
# "A&E", "IM&T" and "R,R&R" are one word, "carers'" and "carer’s" are "carer", "in-reach" is two.
WORD = re.compile(
    r"[^\W\d_](?:,[^\W\d_])+&[^\W\d_](?![^\W_])|[^\W\d_]{1,2}(?:&[^\W\d_]{1,2})+(?![^\W_])|[^\W_]+(?:[.'’][^\W_]+)*"
)
# "training NOT nursing", as other searches have it; "NOT in force" is plain English.
_NOT = rf'NOT (?!(?i:{"|".join(sorted(STOP_WORDS))}|yet)\b)(?=[\w"])'
_PIECE = re.compile(
    rf"(?P<minus>(?<!\S)(?:-|{_NOT}))?"
    r'(?:(?P<field>[A-Za-z_-]{2,20}):)?(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]+))'
)


class TermKind(StrEnum):
    """How a term of a question is looked for."""

    WORD = "word"
    PHRASE = "phrase"
    PREFIX = "prefix"


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to look for: a word, several words in a row, or the beginning of words."""

    kind: TermKind
    words: tuple[str, ...]
    is_excluded: bool = False

    @property
    def text(self) -> str:
        return " ".join(self.words)


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it was understood.

    `rest` is its text without the filters that were read in it; `as_words` has these as words.
    """

    text: str = ""
    terms: tuple[Term, ...] = ()
    filters: Filters = NO_FILTERS
    notes: tuple[str, ...] = ()
    rest: str = ""
    as_words: str = ""

    @property
    def wanted(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if not term.is_excluded)

    def is_end(self, word: str) -> bool:
        """Whether it was typed as the end of words, which is not searched for."""
        return f"*{word}" in self.text

    @property
    def unwanted(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.is_excluded)


@dataclass
class _Reading:
    terms: list[Term] = field(default_factory=list)
    filters: Filters = NO_FILTERS
    notes: list[str] = field(default_factory=list)


def parse(question: str) -> Query:
    """Understand a question; never fails."""
    # Some keyboards send ŵ as w and an accent; WORD needs one letter.
    text = unicodedata.normalize("NFC", " ".join(question[: 4 * LONGEST_QUESTION].replace("\0", " ").split()))
    text = quoted(text.replace("“", '"').replace("”", '"'))
    reading = _Reading()
    if len(text) > LONGEST_QUESTION or len(question) > 4 * LONGEST_QUESTION:
        text = _cut(text)
        reading.notes.append(
            gettext("Only the first %(number)s characters of the question were used.", number=LONGEST_QUESTION)
        )
    read = [piece.span() for piece in _PIECE.finditer(text) if _read(piece, reading)]
    terms = _without_stop_words(_once(reading.terms))
    if len(terms) > MOST_TERMS:
        left_out = len(terms) - MOST_TERMS
        terms = terms[:MOST_TERMS]
        reading.notes.append(
            ngettext(
                "The last word of the question was left out; it had too many.",
                "The last %(num)s words of the question were left out; it had too many.",
                left_out,
            )
        )
    return Query(
        text,
        tuple(terms),
        reading.filters,
        tuple(dict.fromkeys(reading.notes)),
        _with_these(text, read, lambda _: " "),
        _with_these(text, read, lambda piece: piece.replace(":", " ", 1)),
    )


def words_of(text: str) -> list[str]:
    """The words of any text, as written."""
    return WORD.findall(text)


def _cut(text: str) -> str:
    """The text up to the last whole word that fits."""
    if len(text) <= LONGEST_QUESTION:
        return text
    kept = text[:LONGEST_QUESTION]
    return kept if text[LONGEST_QUESTION] == " " else kept.rsplit(" ", 1)[0]


def _with_these(text: str, spans: list[tuple[int, int]], change: Callable[[str], str]) -> str:
    """The text with some of its pieces changed."""
    for start, end in reversed(spans):
        text = text[:start] + change(text[start:end]) + text[end:]
    return " ".join(text.split())


def _read(piece: re.Match[str], reading: _Reading) -> bool:
    """Add a piece to what was understood; whether it was a filter."""
    quoted, bare = piece["quoted"], piece["bare"]
    value = quoted if quoted is not None else bare
    name = piece["field"]
    is_excluded = piece["minus"] is not None
    if piece["minus"] not in (None, "-"):
        reading.notes.append(gettext("“NOT” before a word leaves out what has the word, as a minus does."))
    if name:
        meant = FIELD_NAMES.get(name.lower())
        found = None if meant is None or is_excluded else filter_from(meant, value)
        if found is not None:
            reading.filters = reading.filters.and_also(found)
            return True
        # An address of the web is meant as it stands.
        if not value.startswith("//"):
            told = gettext("“%(piece)s” is no filter here, so it was searched as words.", piece=piece.group(0)[:60])
            reading.notes.append(f"{told} {'' if is_excluded else advice(name, value)}".strip())
        if not meant:
            reading.terms += _terms(name, is_excluded)
    if quoted is not None:
        words = tuple(words_of(quoted))
        if len(words) > 1:
            reading.terms.append(Term(TermKind.PHRASE, words, is_excluded))
        else:
            reading.terms += [Term(TermKind.WORD, (word,), is_excluded) for word in words]
        return False
    reading.terms += _terms(bare, is_excluded, reading.notes)
    return False


def _terms(text: str, is_excluded: bool, notes: list[str] | None = None) -> list[Term]:
    """The words of a piece without blanks; the last is a beginning of words when a * follows it."""
    words = words_of(text)
    terms = [Term(TermKind.WORD, (word,), is_excluded) for word in words]
    if words and text.rstrip(",.;)!?").endswith("*"):
        if len(words[-1]) >= SHORTEST_PREFIX and text.count("*") == 1:
            terms[-1] = replace(terms[-1], kind=TermKind.PREFIX)
        elif notes is not None:
            notes.append(
                gettext(
                    "A * stands at the end of at least %(number)s letters; “%(piece)s” was searched as a word.",
                    number=SHORTEST_PREFIX,
                    piece=text[:60],
                )
            )
    return terms


def _once(terms: list[Term]) -> list[Term]:
    return list({(term.kind, term.text.lower(), term.is_excluded): term for term in reversed(terms)}.values())[::-1]


def _without_stop_words(terms: list[Term]) -> list[Term]:
    """Drop words without a subject; IT in capitals may be an acronym and stays, and so do IT and A alone."""
    if len(terms) == 1 and terms[0].text.isupper():
        return terms
    return [
        term
        for term in terms
        if term.kind != TermKind.WORD
        or term.text.lower() not in STOP_WORDS
        or (len(term.text) > 1 and term.text.isupper() and not all(other.text.isupper() for other in terms))
    ]
