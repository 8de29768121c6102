"""Entries of a plan's folder: the plan, its priorities and actions, and made-up dates for trying it out."""

from __future__ import annotations

from dataclasses import dataclass

from actions.models import Closure, Confidence, Term
from kb.models.source import Nation
from kb.seeding.entries.base import Entry, Written
from kb.seeding.entries.mapping import PriorityLink


@dataclass(frozen=True, kw_only=True)
class PlanEntry(Entry):
    """`source` is the source that publishes the plan, where there is one."""

    title: str
    summary: str
    nation: Nation
    stale_after_days: int
    source: str = ""
    organisations: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PrioritySetEntry(Entry):
    title: str


@dataclass(frozen=True, kw_only=True)
class SourceSetEntry(PrioritySetEntry):
    """A set of priorities that a source names as its own."""

    source: str


@dataclass(frozen=True, kw_only=True)
class PriorityEntry(Entry):
    set: str
    order: int
    title: str
    kind: str = ""
    summary: str = ""
    themes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ActionEntry(Entry):
    title: str
    description: str = ""
    owner: str = ""
    contributing: tuple[str, ...] = ()
    timescale: str = ""
    term: Term | None = None
    measure: str = ""
    support_needed: str = ""
    resources: str = ""
    recommendation: str = ""
    plan_fit: str = ""
    closure: Closure = Closure.OPEN
    themes: tuple[str, ...] = ()
    priorities: tuple[PriorityLink, ...] = ()
    depends_on: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MilestoneEntry:
    title: str
    due_in_days: int
    done: bool = False


@dataclass(frozen=True, kw_only=True)
class UpdateEntry:
    days_ago: int
    confidence: Confidence
    narrative: str
    support_needed: str = ""
    forecast_in_days: int | None = None


@dataclass(frozen=True, kw_only=True)
class DemonstrationEntry(Written):
    """Made-up dates and updates of one action, in days from the first loading."""

    action: str
    due_in_days: int
    starts_in_days: int | None = None
    sponsor: str = ""
    milestones: tuple[MilestoneEntry, ...] = ()
    updates: tuple[UpdateEntry, ...] = ()
    closure: Closure = Closure.OPEN
    closed_days_ago: int | None = None


@dataclass(frozen=True, kw_only=True)
class ReviewEntry(Written):
    response: str
    review_in_days: int
