"""The other names of a source: titles and acronyms, in English and in Welsh."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.models.source import SourceName
from kb.models.term import Language

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# The fields of the form that name a source, each with the language of its names.
FIELDS = {"also_called": Language.ENGLISH, "also_called_in_welsh": Language.WELSH}


def wanted(title: str, english: Iterable[str], welsh: Iterable[str]) -> dict[str, Language]:
    """The names that were given, each once and with its language; the title is none of them."""
    names = dict.fromkeys(map(str.strip, english), Language.ENGLISH)
    names |= dict.fromkeys(map(str.strip, welsh), Language.WELSH)
    return {name: language for name, language in names.items() if name not in ("", title.strip())}


def by_field(rows: Iterable[SourceName]) -> dict[str, tuple[str, ...]]:
    """The names as the fields of the form hold them."""
    listed = list(rows)
    return {field: tuple(row.name for row in listed if row.language == language) for field, language in FIELDS.items()}


def merged(standing: Iterable[SourceName], names: Mapping[str, Language]) -> list[SourceName]:
    """The rows of these names; those that stand already stay, in the language that is given now."""
    rows = {row.name: row for row in standing}
    for name, language in names.items():
        rows.setdefault(name, SourceName(name=name)).language = language
    return [rows[name] for name in names]
