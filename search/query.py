"""The user's language: words, "phrases", -without, begin*, and filters such as kind:action or year:2017..2021.

There are no syntax errors: what cannot be understood is searched as words, and a note says so. This module is plain
computation and bounded work: a question of any length is cut before anything else looks at it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum

from kb.models.record import Kind
from kb.models.source import Category, Nation
from kb.words import gettext, ngettext

LONGEST_QUESTION = 200
MOST_TERMS = 12
SHORTEST_PREFIX = 3
MOST_VALUES = 12
EARLIEST_YEAR, LATEST_YEAR = 1800, 2200

# Words that carry no subject. They count only inside a phrase, where the words beside them decide.
_STOPPED = (
    "a about an and are as at be been by can did do does for from had has have how if in into is it its may of on or "
    "our s t that the their them there these they this to us was we were what when where which who why will with "
    "you your"
)
STOP_WORDS = frozenset(_STOPPED.split())
# "A&E" and "IM&T" are one word, "carers'" and "carer’s" are "carer", "in-reach" is two.
WORD = re.compile(r"[^\W\d_]{1,2}(?:&[^\W\d_]{1,2})+(?![^\W_])|[^\W_]+(?:[.'’][^\W_]+)*")
_PIECE = re.compile(r'(?P<minus>(?<!\S)-)?(?:(?P<field>[A-Za-z_-]{2,20}):)?(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]+))')
_SLUG = re.compile(r"[^a-z0-9-]+")


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
class Filters:
    """What narrows the answer: values of one field are alternatives, fields are conditions that must all hold."""

    kind: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()
    nation: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    source_kind: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    plan: tuple[str, ...] = ()
    publisher: tuple[str, ...] = ()
    owner: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None

    def __bool__(self) -> bool:
        return any(getattr(self, each.name) not in ((), None) for each in fields(self))

    def and_also(self, other: Filters) -> Filters:
        """Both together; a field that both name takes the values of both."""
        values = {name: tuple(dict.fromkeys((*getattr(self, name), *getattr(other, name)))) for name in VALUE_FIELDS}
        return Filters(
            **values,
            year_from=other.year_from if self.year_from is None else self.year_from,
            year_to=other.year_to if self.year_to is None else self.year_to,
        )

    def values(self) -> Mapping[str, tuple[str, ...]]:
        """The fields that hold values, without the years."""
        return {name: getattr(self, name) for name in VALUE_FIELDS if getattr(self, name)}


VALUE_FIELDS = tuple(each.name for each in fields(Filters) if not each.name.startswith("year"))
NO_FILTERS = Filters()
_FIELD_NAMES = {
    **{name: name for name in VALUE_FIELDS},
    "type": "source_kind",
    "source-kind": "source_kind",
    "year": "year",
    "themes": "theme",
    "nations": "nation",
    "country": "nation",
}
_KINDS = {
    **{kind.value.replace("_", "-"): kind.value for kind in Kind},
    **{f"{kind.value.replace('_', '-')}s": kind.value for kind in Kind},
    "keypoint": Kind.KEY_POINT.value,
    "priorities": Kind.PRIORITY.value,
    "glossary": Kind.TERM.value,
}
_KNOWN: dict[str, Mapping[str, str]] = {
    "kind": _KINDS,
    "nation": {nation.value: nation.value for nation in Nation},
    "category": {**{each.value: each.value for each in Category}, "drivers": Category.DRIVER.value},
}


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it was understood."""

    text: str = ""
    terms: tuple[Term, ...] = ()
    filters: Filters = NO_FILTERS
    notes: tuple[str, ...] = ()

    @property
    def wanted(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if not term.is_excluded)

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
    text = " ".join(question[: 4 * LONGEST_QUESTION].replace("\0", " ").split())
    reading = _Reading()
    if len(text) > LONGEST_QUESTION or len(question) > 4 * LONGEST_QUESTION:
        text = _cut(text)
        reading.notes.append(
            gettext("Only the first %(number)s characters of the question were used.", number=LONGEST_QUESTION)
        )
    for piece in _PIECE.finditer(text.replace("“", '"').replace("”", '"')):
        _read(piece, reading)
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
    return Query(text, tuple(terms), reading.filters, tuple(dict.fromkeys(reading.notes)))


def words_of(text: str) -> list[str]:
    """The words of any text, as written."""
    return WORD.findall(text)


def filters_from(values: Mapping[str, Iterable[str]]) -> tuple[Filters, tuple[str, ...]]:
    """Filters from an address or a command, with a note for each value that was ignored."""
    filters, notes = NO_FILTERS, []
    for name, given in values.items():
        for value in [each.strip() for each in list(given)[:MOST_VALUES] if each.strip()]:
            found = _filter(_FIELD_NAMES.get(name.lower(), ""), value)
            if found is None:
                notes.append(_ignored(name, value))
            else:
                filters = filters.and_also(found)
    return filters, tuple(notes)


def _cut(text: str) -> str:
    """The text up to the last whole word that fits."""
    if len(text) <= LONGEST_QUESTION:
        return text
    kept = text[:LONGEST_QUESTION]
    return kept if text[LONGEST_QUESTION] == " " else kept.rsplit(" ", 1)[0]


def _read(piece: re.Match[str], reading: _Reading) -> None:
    quoted, bare = piece["quoted"], piece["bare"]
    value = quoted if quoted is not None else bare
    name = piece["field"]
    is_excluded = piece["minus"] is not None
    if name:
        meant = _FIELD_NAMES.get(name.lower())
        found = None if meant is None or is_excluded else _filter(meant, value)
        if found is not None:
            reading.filters = reading.filters.and_also(found)
            return
        if meant:
            reading.notes.append(
                gettext("“%(piece)s” is no filter here, so it was searched as words.", piece=piece.group(0)[:60])
            )
        reading.terms += _terms(name, is_excluded)
    if quoted is not None:
        words = tuple(words_of(quoted))
        if len(words) > 1:
            reading.terms.append(Term(TermKind.PHRASE, words, is_excluded))
        else:
            reading.terms += [Term(TermKind.WORD, (word,), is_excluded) for word in words]
        return
    reading.terms += _terms(bare, is_excluded, reading.notes)


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


def _filter(name: str, value: str) -> Filters | None:
    """The filter that a field and its value mean, or None."""
    if name == "year":
        return _years(value)
    if name not in VALUE_FIELDS:
        return None
    known = _KNOWN.get(name)
    values = []
    for each in value.split(",")[:MOST_VALUES]:
        slug = _SLUG.sub("-", each.strip().lower().replace("_", "-")).strip("-")
        meant = known.get(slug) if known is not None else slug
        if not meant:
            return None
        values.append(meant)
    return Filters(**{name: tuple(dict.fromkeys(values))})  # type: ignore[arg-type]


def _years(value: str) -> Filters | None:
    found = re.fullmatch(r"([0-9]{4})?(\.\.|-|–)?([0-9]{4})?", value.strip())
    if not found or not (found[1] or found[3]):
        return None
    first, joined, last = found.groups()
    if not joined and last:
        return None
    year_from = int(first) if first else None
    year_to = int(last) if last else (None if joined else year_from)
    if any(year is not None and not EARLIEST_YEAR <= year <= LATEST_YEAR for year in (year_from, year_to)):
        return None
    if year_from is not None and year_to is not None and year_from > year_to:
        year_from, year_to = year_to, year_from
    return Filters(year_from=year_from, year_to=year_to)


def _once(terms: list[Term]) -> list[Term]:
    return list({(term.kind, term.text.lower(), term.is_excluded): term for term in reversed(terms)}.values())[::-1]


def _without_stop_words(terms: list[Term]) -> list[Term]:
    """Drop words without a subject, unless nothing else is asked for; IT in capitals may be an acronym and stays."""
    return [
        term
        for term in terms
        if term.kind != TermKind.WORD
        or term.text.lower() not in STOP_WORDS
        or (len(term.text) > 1 and term.text.isupper() and not all(other.text.isupper() for other in terms))
    ]


def _ignored(name: str, value: str) -> str:
    return gettext("The filter %(name)s “%(value)s” is not known here and was ignored.", name=name, value=value[:60])
