"""What a question says in words about where records are filed: "ending in 2022", "Scottish draft", "overdue actions".

Such words raise the records that are filed so, and are offered as filters; they narrow nothing by themselves, since
they may as well be meant as words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from kb.models.record import Kind
from kb.models.source import Nation, SourceStatus
from search.language import due
from search.language.filters import Filters

if TYPE_CHECKING:
    from datetime import date

MOST_HINTS = 6
_YEAR = r"(?:19|20)[0-9]{2}"
# What is not read: phrases in quotation marks, words that are not wanted, and filters.
_LEFT_OUT = re.compile(r'"[^"]*"?|(?<!\S)(?:-|NOT (?!in |yet ))\S+|[A-Za-z_-]{2,20}:(?:"[^"]*"?|\S+)')
_AFTER, _BEFORE = r"(?:since|from|after)", r"(?:before|until|up to)"
_ENDING = r"(?:end(?:s|ed|ing)?|expir(?:es?|ed|ing)|finish(?:es|ed|ing)?|runs?|running|lasting)"
_BEGUN = r"(?:published|issued|dated|written|made|starting|starts|started|beginning|begins|launched)"


@dataclass(frozen=True, slots=True)
class Hint:
    """Some words of a question, as typed, and the filters that say the same.

    The years of a date may stand in the text as well.
    """

    words: tuple[str, ...]
    filters: Filters
    years: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return " ".join(self.words)

    @property
    def is_span(self) -> bool:
        """Whether its years only limit others: what is "before 2015" need not speak of 2015."""
        return self.filters.has("year") and self.filters.year_from != self.filters.year_to


@dataclass(frozen=True, slots=True)
class Offered:
    """A filter that says the same as some words of the question; "year" has one value, such as 2017..2021."""

    name: str
    values: tuple[str, ...]
    words: str


def offered_by(hint: Hint) -> Iterator[Offered]:
    """The filters that a hint means, by the names that they have in addresses."""
    for name, values in hint.filters.values().items():
        yield Offered(name, values, hint.text)
    first, last = hint.filters.year_from, hint.filters.year_to
    if hint.filters.has("year"):
        value = str(first) if first == last else f"{first or ''}..{last or ''}"
        yield Offered("year", (value,), hint.text)


def understood(question: str, source_kinds: Iterable[str] = (), today: date | None = None) -> tuple[Hint, ...]:
    """What the words of a question say about where records are filed; no word is read twice.

    `source_kinds` are the types of sources that there are; without a day "this month" is not read.
    """
    days = map(_due, _PERIODS, [today] * len(_PERIODS)) if today else ()
    text = _LEFT_OUT.sub(lambda found: "\n" * len(found.group(0)), question)
    hints: list[tuple[int, Hint]] = []
    for pattern, meant in (*days, *_PATTERNS, *map(_type, sorted(source_kinds, key=len, reverse=True))):
        for found in pattern.finditer(text):
            filters = meant(found)
            if filters is None or len(hints) >= MOST_HINTS:
                continue
            years = tuple(re.findall(_YEAR, found.group(0)))
            hints.append((found.start(), Hint(tuple(found.group(0).split()), filters, years)))
            text = text[: found.start()] + "\n" * len(found.group(0)) + text[found.end() :]
    return tuple(hint for _, hint in sorted(hints, key=lambda each: each[0]))


def _always(filters: Filters) -> Callable[[re.Match[str]], Filters]:
    return lambda _found: filters


def _ends(found: re.Match[str]) -> Filters:
    return Filters(ends=(found["year"],))


def _years(found: re.Match[str]) -> Filters:
    first, last = sorted((int(found["first"]), int(found["last"])))
    return Filters(year_from=first, year_to=last)


def _since(found: re.Match[str]) -> Filters:
    return Filters(year_from=int(found["year"]) + (found["way"].lower() == "after"))


def _before(found: re.Match[str]) -> Filters:
    return Filters(year_to=int(found["year"]) - (found["way"].lower() == "before"))


def _in_year(found: re.Match[str]) -> Filters:
    return Filters(year_from=int(found["year"]), year_to=int(found["year"]))


def _due(period: str, today: date) -> tuple[re.Pattern[str], Callable[[re.Match[str]], Filters]]:
    """The words for a period in which actions are due: "actions due this month", "due next year"."""
    year, month = today.year, today.month
    following = f"{year + month // 12}-{month % 12 + 1:02}"
    value = {
        "this week": "<7d", "this month": f"{year}-{month:02}", "this year": f"{year}",
        "next month": following, "next year": f"{year + 1}", "soon": "<30d",
    }[period]  # fmt: skip
    return _pattern(rf"(?:{_ACTIONS} )?due {period}"), _always(Filters(kind=(Kind.ACTION.value,), due=(value,)))


def _patterns() -> Iterator[tuple[re.Pattern[str], Callable[[re.Match[str]], Filters | None]]]:
    """What is looked for, the longer before the shorter."""
    for words, meant in (
        (rf"{_ENDING} (?:in|by|at the end of|on|to|until)? ?(?P<year>{_YEAR})", _ends),
        (rf"(?:{_BEGUN} )?(?:between|from) (?P<first>{_YEAR}) (?:and|to|until) (?P<last>{_YEAR})", _years),
        (rf"{_BEGUN} in (?P<year>{_YEAR})", _in_year),
        (rf"(?:{_BEGUN} )?(?P<way>{_AFTER}) (?P<year>{_YEAR})", _since),
        (rf"(?:{_BEGUN} )?(?P<way>{_BEFORE}) (?P<year>{_YEAR})", _before),
    ):
        yield _pattern(words), meant
    overdue = Filters(kind=(Kind.ACTION.value,), due=(due.OVERDUE,))
    yield _pattern(rf"overdue(?: {_ACTIONS})?|{_ACTIONS} (?:that are |which are )?overdue"), _always(overdue)
    for words, kind in _KINDS:
        yield _pattern(words), _always(Filters(kind=(kind.value,)))
    for words, states in _STATES:
        yield _pattern(words), _always(Filters(status=tuple(each.value for each in states)))
    for words, nation in _NATIONS:
        yield _pattern(words), _always(Filters(nation=(nation.value,)))
    # The letters alone are a word in small ones.
    yield re.compile(r"(?<![\w-])NI(?![\w-])"), _always(Filters(nation=(Nation.NORTHERN_IRELAND.value,)))
    yield _pattern(rf"(?:in )?(?P<year>{_YEAR})"), _in_year


@lru_cache(maxsize=200)
def _type(source_kind: str) -> tuple[re.Pattern[str], Callable[[re.Match[str]], Filters]]:
    """The words for a type of source, one of it or several: "strategies", "white paper", "Act"."""
    words = re.escape(source_kind.replace("-", " "))
    several = f"{words[:-1]}(?:y|ies)" if words.endswith("y") else f"{words}s?"
    also = _TYPES.get(source_kind)
    return _pattern(f"{several}|{also}" if also else several), _always(Filters(source_kind=(source_kind,)))


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE)


_ = SourceStatus
_STATES: tuple[tuple[str, tuple[SourceStatus, ...]], ...] = (
    ("not yet in force|not in force yet|not in force", (_.IN_DEVELOPMENT, _.DRAFT, _.CONSULTATION, _.ENACTED)),
    (
        "no longer in force|out of force|(?:have |has )?(?:ended|expired|lapsed|run out)",
        (_.ENDED, _.SUPERSEDED, _.WITHDRAWN),
    ),
    ("currently in force|now in force|in force", (_.IN_FORCE,)),
    ("under review|being reviewed", (_.UNDER_REVIEW,)),
    ("out for consultation|in consultation|under consultation|consultations?", (_.CONSULTATION,)),
    ("in development|under development|being developed|being written", (_.IN_DEVELOPMENT,)),
    ("superseded|replaced", (_.SUPERSEDED,)),
    ("withdrawn", (_.WITHDRAWN,)),
    ("drafts?", (_.DRAFT,)),
)
_ACTIONS = "actions?"
# In the plural alone: "action" and "figure" are words of many titles.
_KINDS: tuple[tuple[str, Kind], ...] = (
    ("actions", Kind.ACTION),
    ("figures", Kind.FIGURE),
    ("key points", Kind.KEY_POINT),
    ("implications", Kind.IMPLICATION),
    ("priorities", Kind.PRIORITY),
    ("indicators", Kind.INDICATOR),
)
_PERIODS = ("this week", "this month", "this year", "next month", "next year", "soon")
_NATIONS: tuple[tuple[str, Nation], ...] = (
    ("northern ireland|northern irish", Nation.NORTHERN_IRELAND),
    ("scotland|scottish", Nation.SCOTLAND),
    # The language is a subject, not a place.
    (r"wales|welsh(?! (?:language|speak|medium|translation|names?))|cymru", Nation.WALES),
    (r"england|english(?! (?:language|speak|as a))", Nation.ENGLAND),
)
# Other words for types of sources.
_TYPES = {"legislation": "laws?|acts?|bills?|statutes?"}
_PATTERNS = tuple(_patterns())
