"""How people cite a document in one line: its title, and who published it and when, in brackets or between commas."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.importing.mapping.guesses import MOST_NAME_WORDS, full_name, is_acronym, is_organisation, kind_of
from kb.importing.mapping.references import is_title
from kb.importing.mapping.stated_dates import is_date

if TYPE_CHECKING:
    from kb.importing.mapping.words import Vocabulary

MOST_DATE_WORDS = 3
_BRACKETED = re.compile(r"\s*\(([^()]*)\)")
_BETWEEN = re.compile(r"\s*[,;]\s*|\s+[-–—]\s+")
# “Welsh Government (2018) A Healthier Wales”
_AUTHOR_FIRST = re.compile(r"([^()]+?),?\s*\(([^()]+)\)[.,:]?\s+(\S.*)")
_PEOPLE = re.compile(r"\bet al\b", re.IGNORECASE)
_CAPITALS = re.compile(r"\b[A-Z]{2,}\b")
# “A Healthier Wales, Welsh Government, 2018”
_IN_COMMAS = re.compile(r"(.+), ([^,]+), ([^,]+)")


@dataclass(frozen=True, slots=True)
class Cited:
    """A title without what is only a date or the name of a publisher, and that name."""

    title: str
    publisher: str = ""


def cited(line: str, vocabulary: Vocabulary) -> Cited:
    """A line of a reference, its publisher and its dates told apart from its title."""
    first, commas = _AUTHOR_FIRST.fullmatch(line), _IN_COMMAS.fullmatch(line)
    if first and is_date(first[2]) and is_title(first[3]) and _is_author(first[1], vocabulary):
        return Cited(first[3], full_name(first[1], vocabulary))
    if commas and is_date(commas[3]) and _is_publisher(commas[2], vocabulary):
        return Cited(commas[1], full_name(commas[2], vocabulary))
    publishers: list[str] = []

    def told(bracket: re.Match[str]) -> str:
        said = _said(bracket[1], vocabulary)
        publishers.extend([said] if said else [])
        return bracket[0] if said is None else ""

    title = _BRACKETED.sub(told, line).strip()
    return Cited(title, publishers[0] if publishers else "")


def _is_author(name: str, vocabulary: Vocabulary) -> bool:
    """Whether words before a date and a title are whose it is; those that name a kind of document are a title."""
    if is_organisation(name, vocabulary) or is_acronym(name) or _PEOPLE.search(name):
        return True
    is_short = len(name.split()) <= MOST_NAME_WORDS and not name.isupper()
    return is_short and bool(_CAPITALS.search(name)) and not kind_of(name, vocabulary)


def _said(words: str, vocabulary: Vocabulary) -> str | None:
    """The publisher that words in brackets name, nothing for a mere date, None for words that belong to the title."""
    parts = _BETWEEN.split(words)
    rest = [part for part in parts if not is_date(part)]
    if rest and len(rest) == len(parts):
        rest = [_without_date(words)]
    name = ", ".join(rest)
    if not name:
        return ""
    is_known = _is_publisher(name, vocabulary) if name != words else is_organisation(name, vocabulary)
    return full_name(name, vocabulary) if is_known else None


def _is_publisher(name: str, vocabulary: Vocabulary) -> bool:
    """Whether a name beside a date is a publisher’s; without a date an acronym may be the title’s own."""
    return is_organisation(name, vocabulary) or is_acronym(name)


def _without_date(text: str) -> str:
    """Words without the date that they begin or end with."""
    words = text.split()
    for number in range(min(MOST_DATE_WORDS, len(words) - 1), 0, -1):
        if is_date(" ".join(words[-number:])):
            return " ".join(words[:-number])
        if is_date(" ".join(words[:number])):
            return " ".join(words[number:])
    return text
