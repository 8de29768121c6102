"""Entries that everything else names: themes, staff groups, the glossary, organisations and posts."""

from __future__ import annotations

from dataclasses import dataclass

from kb.models.source import Nation
from kb.seeding.entries.base import Entry


@dataclass(frozen=True, kw_only=True)
class ThemeEntry(Entry):
    title: str
    also_called: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StaffGroupEntry(Entry):
    title: str
    also_called: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MeaningEntry:
    expansion: str
    note: str = ""
    document: str = ""
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class TermEntry(Entry):
    acronym: str
    meanings: tuple[MeaningEntry, ...]
    ambiguous: bool = False


@dataclass(frozen=True, kw_only=True)
class OrganisationEntry(Entry):
    name: str
    kind: str
    abbreviation: str = ""
    nations: tuple[Nation, ...] = ()
    generic: bool = False
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class PostEntry(Entry):
    title: str
    organisation: str
    assumed: bool = False
    note: str = ""
