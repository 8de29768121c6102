"""How text becomes the words that are indexed and looked for; the same for records, questions and excerpts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from whoosh.lang.porter import stem as _stem

from kb.models.term import Language
from search.language.query import STOP_WORDS, WORD

# Raise this when the same text gives other words, so that every index is built anew.
ANALYSIS_VERSION = 2
LONGEST_WORD = 60
# Stands between texts, so that no phrase is found across them.
BREAK = "¦"
_WELSH_STOPPED = Path(__file__).with_name("welsh_stop_words.txt").read_text("utf-8").splitlines()
WELSH_STOP_WORDS = frozenset(word for line in _WELSH_STOPPED if not line.startswith("#") for word in line.split())
# What Welsh hangs on the end of a word: i'r, a'i, mae'n.
_HUNG_ON = frozenset({"r", "n", "i", "u", "w", "m", "th", "ch"})


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
    return _stem(plain) if plain.isalpha() and plain.isascii() and not is_acronym(word) else plain


@lru_cache(maxsize=50_000)
def welsh(word: str) -> str:
    """What a Welsh word is indexed as: folded, without what hangs on its end, and never brought to a stem."""
    plain = folded(word)
    stem, _, hung_on = plain.partition("'")
    return stem if hung_on in _HUNG_ON else plain


def is_stopped(word: str, language: str = Language.ENGLISH) -> bool:
    """Whether the word carries no subject; in capitals it may be an acronym, and counts."""
    if is_acronym(word):
        return False
    return welsh(word) in WELSH_STOP_WORDS if language == Language.WELSH else folded(word) in STOP_WORDS


def is_acronym(word: str) -> bool:
    """Whether the word is written in capitals."""
    return len(word) > 1 and word.isupper()


@lru_cache(maxsize=50_000)
def indexed(word: str, language: str = Language.ENGLISH) -> str | None:
    """The form in which a word is indexed, None for one that carries no subject."""
    if is_stopped(word, language):
        return None
    return welsh(word) if language == Language.WELSH else normal(word)


def composed(text: str) -> str:
    """The text with each accented letter as one character, as WORD needs it; some keyboards send the accent apart."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def tokens(text: str, language: str = Language.ENGLISH) -> list[str]:
    """The words of a text as they are indexed, in order, without those that carry no subject."""
    return [form for word in WORD.findall(composed(text)) if (form := indexed(word, language)) is not None]


def plain_words(texts: Iterable[str], language: str = Language.ENGLISH) -> set[str]:
    """The words of texts as people write them, for beginnings of words and for spelling."""
    plain = welsh if language == Language.WELSH else folded
    return {plain(word) for text in texts for word in WORD.findall(composed(text)) if not is_stopped(word, language)}


def every_word(texts: Iterable[str]) -> list[str]:
    """All words of texts in order, small ones too: what is suggested begins with them."""
    return [folded(word) for text in texts for word in WORD.findall(composed(text))]


def field_text(texts: Iterable[str], language: str = Language.ENGLISH) -> str:
    """Texts of one language as one value of an indexed field."""
    return f" {BREAK} ".join(" ".join(tokens(text, language)) for text in texts if text)
