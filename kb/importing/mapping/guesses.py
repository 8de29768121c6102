"""Guesses from words: who published a document, of what kind, for which nations, and how a plan answers it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.importing.mapping.rows import RESEARCH
from kb.importing.mapping.stated_dates import is_date
from kb.importing.mapping.words import ANSWERS, KINDS, ORGANISATIONS, RESEARCH_KIND, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_NAME = 10
MOST_NAME_WORDS = 5
MOST_ACRONYM_LETTERS = 8
# What journals are called names no kind in a line that is a name.
TITLE_KINDS = frozenset(KINDS) - {"journal"}
_ANSWERED = {
    answer: re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(stems, key=len, reverse=True)))})", re.IGNORECASE)
    for answer, stems in ANSWERS.items()
}
# Shortly before a word and in its sentence.
_DENIED = re.compile(r"(?:\b(?:not|no|never|nor|neither|cannot|without)\b|n[’']t\b)[^.;!?\n]{0,40}$", re.IGNORECASE)
_EDGES = " \t–—-:,"


@dataclass(frozen=True, slots=True)
class Named:
    """The lines of a title, and the publisher that stood among them."""

    title: tuple[str, ...]
    publisher: str = ""


def is_organisation(text: str, vocabulary: Vocabulary) -> bool:
    """Whether words are the name of an organisation: a known one, or one headed by a word that only those have."""
    if _known(text, vocabulary):
        return True
    words = re.findall(r"[\w’'&]+", text)
    return (
        0 < len(words) <= LONGEST_NAME
        and any(word.lower() in ORGANISATIONS for word in words)
        and text[:1].isupper()
        and not re.search(r"[:?!\d]", text)
        and not kind_of(text, vocabulary, among=TITLE_KINDS)
    )


def is_acronym(text: str) -> bool:
    """Whether words are capitals and nothing else, as the names of many publishers are."""
    letters = text.removeprefix("The ").strip()
    return letters.isupper() and letters.isalpha() and len(letters) <= MOST_ACRONYM_LETTERS


def full_name(name: str, vocabulary: Vocabulary) -> str:
    """The title of the organisation that is known by a name or acronym, else the name."""
    return _known(name, vocabulary) or name.strip()


def publisher_of(lines: Sequence[str], vocabulary: Vocabulary, *, is_research: bool) -> Named:
    """Who published a document, where its lines say so, and the lines without that.

    A name has a line of its own, first or last, or stands before a colon or after the last comma. Where research is
    listed, a short first line over a longer one is a name too.
    """
    if len(lines) > 1:
        first, second = lines[0].strip(_EDGES), lines[1]
        if is_organisation(first, vocabulary) or is_acronym(first):
            return Named(tuple(lines[1:]), full_name(first, vocabulary))
        words = len(first.split())
        if is_research and _is_name(first) and words <= MOST_NAME_WORDS and words < len(second.split()):
            return Named(tuple(lines[1:]), first)
        if is_organisation(lines[-1], vocabulary):
            return Named(tuple(lines[:-1]), full_name(lines[-1], vocabulary))
    text = " ".join(lines)
    for head, tail in (_cut(text, r"\s*:\s+"), _cut(text, r"\s+[-–—]\s+")):
        if tail and (_known(head, vocabulary) or is_organisation(head, vocabulary)):
            return Named((tail,), full_name(head, vocabulary))
    head, comma, tail = text.rpartition(", ")
    if comma and is_organisation(tail, vocabulary):
        return Named((head,), full_name(tail, vocabulary))
    return Named(tuple(lines), full_name(_begins_with(text, vocabulary), vocabulary))


def kind_of(text: str, vocabulary: Vocabulary, *, among: frozenset[str] | None = None) -> str:
    """The kind of document that a title names, before any subtitle; the longest phrase counts, else the last one."""
    for part in (re.split(r":\s|\s[-–—]\s", text)[0], text):
        found = [
            (len(phrase.split()), place.start(), kind)
            for phrase, (pattern, kind) in vocabulary.kind_patterns.items()
            if among is None or phrase in among
            for place in pattern.finditer(part)
        ]
        if found:
            return max(found)[2]
    return ""


def kind_or_research(title: str, publisher: str, vocabulary: Vocabulary, category: str) -> str:
    """The kind that a title or its publisher names; research that names none is a report."""
    kind = kind_of(publisher, vocabulary, among=frozenset({"journal"})) or kind_of(title, vocabulary)
    return kind or (RESEARCH_KIND if category == RESEARCH else "")


def nations_of(text: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The nations that words name, each once and in their usual order."""
    known = vocabulary.nation_patterns
    found = {nation for pattern, nations in known if pattern.search(text) for nation in nations}
    order = dict.fromkeys(nation for _, nations in known for nation in nations)
    return tuple(nation for nation in order if nation in found)


def response_type_of(relevance: str) -> str:
    """How a plan stands to a source by the first word of its answer that tells.

    Nothing for an answer without one, or in which that word is denied: “not covered” says what the plan does not.
    """
    found = [
        (place.start(), -len(place.group()), answer)
        for answer, pattern in _ANSWERED.items()
        if (place := pattern.search(relevance))
    ]
    start, _, answer = min(found, default=(0, 0, ""))
    return "" if _DENIED.search(relevance[:start]) else answer


def _known(text: str, vocabulary: Vocabulary) -> str:
    """The title of an organisation that is known by this name, with or without “The”."""
    given = text.strip().lower()
    return vocabulary.titles.get(given) or vocabulary.titles.get(given.removeprefix("the ")) or ""


def _begins_with(text: str, vocabulary: Vocabulary) -> str:
    """The longest known name that a title begins with."""
    given = text.removeprefix("The ")
    names = [name for name in vocabulary.organisations if f"{given} ".startswith((f"{name} ", f"{name}:", f"{name},"))]
    return max(names, key=len, default="")


def _cut(text: str, separator: str) -> tuple[str, str]:
    parts = re.split(separator, text, maxsplit=1)
    return (parts[0], parts[1]) if len(parts) == 2 else (text, "")


def _is_name(text: str) -> bool:
    return bool(text) and text[0].isupper() and not re.search(r"[:?!,]$", text) and not is_date(text)
