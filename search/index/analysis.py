"""How text becomes the words that are indexed and looked for; the same for records, questions and excerpts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from whoosh.lang.porter import stem as _stem

from search.query import STOP_WORDS, WORD

# Raise this when the same text gives other words, so that every index is built anew.
ANALYSIS_VERSION = 1
LONGEST_WORD = 60
# Stands between texts, so that no phrase is found across them.
BREAK = "¦"


@lru_cache(maxsize=50_000)
def folded(word: str) -> str:
    """The word in small letters, without accents and the possessive s."""
    plain = unicodedata.normalize("NFKD", word.lower().replace("’", "'"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return plain.removesuffix("'s").rstrip("'")[:LONGEST_WORD]


@lru_cache(maxsize=50_000)
def normal(word: str) -> str:
    """What a word is indexed as: folded and brought back to its stem; acronyms lose the s of their plural."""
    if len(word) > 2 and word[-1] == "s" and word[:-1].isupper() and word[:-1].isalpha():
        return folded(word[:-1])
    plain = folded(word)
    return _stem(plain) if plain.isalpha() and plain.isascii() and not _is_acronym(word) else plain


def is_stopped(word: str) -> bool:
    """Whether the word carries no subject; in capitals it may be an acronym, and counts."""
    return folded(word) in STOP_WORDS and not _is_acronym(word)


def _is_acronym(word: str) -> bool:
    return len(word) > 1 and word.isupper()


@lru_cache(maxsize=50_000)
def indexed(word: str) -> str | None:
    """The form in which a word is indexed, None for one that carries no subject."""
    return None if is_stopped(word) else normal(word)


def tokens(text: str) -> list[str]:
    """The words of a text as they are indexed, in order, without those that carry no subject."""
    return [form for word in WORD.findall(text) if (form := indexed(word)) is not None]


def plain_words(texts: Iterable[str]) -> set[str]:
    """The words of texts as people write them, for beginnings of words and for spelling."""
    return {folded(word) for text in texts for word in WORD.findall(text) if not is_stopped(word)}


def field_text(texts: Iterable[str]) -> str:
    """Texts as one value of an indexed field."""
    return f" {BREAK} ".join(" ".join(tokens(text)) for text in texts if text)
