"""Entries of a plan's mapping table: a row with its sources, what they mean for staff, and the response."""

from __future__ import annotations

from dataclasses import dataclass

from kb.models.plan import ResponseType
from kb.models.source import Horizon, ImplicationKind
from kb.seeding.entries.base import Entry, Written
from kb.seeding.entries.sources import KeyPointEntry, RelationEntry, SourceEntry


@dataclass(frozen=True, kw_only=True)
class PriorityLink:
    priority: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ActionLink:
    action: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ImplicationEntry(Entry):
    source: str
    text: str
    kind: ImplicationKind
    staff_groups: tuple[str, ...] = ()
    horizon: Horizon | None = None
    key_points: tuple[str, ...] = ()
    calls_for: tuple[PriorityLink, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ResponseEntry(Entry):
    type: ResponseType | None = None
    text: str = ""
    calls_for: tuple[PriorityLink, ...] = ()
    answered_by: tuple[ActionLink, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Place:
    document: str
    line: int
    line_end: int | None = None


@dataclass(frozen=True, kw_only=True)
class RowEntry(Written):
    """One file of the mapping table."""

    row: int
    section: str
    from_: Place
    sources: tuple[SourceEntry, ...]
    key_points: tuple[KeyPointEntry, ...]
    response: ResponseEntry
    implications: tuple[ImplicationEntry, ...] = ()
    relations: tuple[RelationEntry, ...] = ()
