"""Entries of sources: what they are, where they are named, what they say, and how they stand to each other."""

from __future__ import annotations

from dataclasses import dataclass

from kb.dates import NO_DATE, StatedDate
from kb.models.link import LinkType
from kb.models.source import Category, KeyPointKind, Nation, SourceStatus
from kb.models.term import Language
from kb.seeding.entries.base import Entry, Written


@dataclass(frozen=True, kw_only=True)
class MentionEntry:
    """A place where a document names a source, and how."""

    document: str
    line: int
    as_: str


@dataclass(frozen=True, kw_only=True)
class SourceEntry(Entry):
    title: str
    category: Category
    kind: str
    status: SourceStatus
    nations: tuple[Nation, ...]
    themes: tuple[str, ...]
    summary: str = ""
    publishers: tuple[str, ...] = ()
    publisher_as_stated: str = ""
    status_as_stated: str = ""
    statutory: bool = False
    published: StatedDate = NO_DATE
    starts: StatedDate = NO_DATE
    ends: StatedDate = NO_DATE
    link: str = ""
    language: Language = Language.ENGLISH
    also_called: tuple[str, ...] = ()
    also_called_in_welsh: tuple[str, ...] = ()
    mentions: tuple[MentionEntry, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class KeyPointEntry(Entry):
    """`covers` lists the inventory’s ids that this statement stands for beside its own; it is checked, not stored."""

    source: str
    text: str
    kind: KeyPointKind
    where: str = ""
    who: str = ""
    by: str = ""
    measured_by: str = ""
    site: str = ""
    aspect: str = ""
    themes: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RelationEntry(Written):
    from_: str
    type: LinkType
    to: str
    reason: str
