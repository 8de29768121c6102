"""What an entry of each seed file may hold; the field names are those of the YAML."""

from __future__ import annotations

from dataclasses import dataclass, field

from actions.models import Closure, Confidence, Term
from kb.dates import NO_DATE, StatedDate
from kb.models.link import LinkType
from kb.models.plan import ResponseType
from kb.models.source import Category, Horizon, ImplicationKind, KeyPointKind, Nation, SourceStatus


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Something with a ref and a place in a document."""

    ref: str
    document: str = ""
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class ThemeEntry(Entry):
    title: str
    also_called: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StaffGroupEntry(Entry):
    title: str


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
class SourceEntry(Entry):
    title: str
    category: Category
    kind: str
    summary: str
    status: SourceStatus
    nations: tuple[Nation, ...]
    themes: tuple[str, ...]
    publishers: tuple[str, ...] = ()
    publisher_as_stated: str = ""
    status_as_stated: str = ""
    statutory: bool = False
    published: StatedDate = NO_DATE
    starts: StatedDate = NO_DATE
    ends: StatedDate = NO_DATE
    link: str = ""
    also_called: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class KeyPointEntry(Entry):
    source: str
    text: str
    kind: KeyPointKind
    where: str = ""
    who: str = ""
    by: str = ""
    measured_by: str = ""


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
class RelationEntry:
    from_: str
    type: LinkType
    to: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Place:
    document: str
    line: int
    line_end: int | None = None


@dataclass(frozen=True, kw_only=True)
class RowEntry:
    """One file of the mapping table."""

    row: int
    section: str
    from_: Place
    sources: tuple[SourceEntry, ...]
    key_points: tuple[KeyPointEntry, ...]
    response: ResponseEntry
    implications: tuple[ImplicationEntry, ...] = ()
    relations: tuple[RelationEntry, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PlanEntry(Entry):
    title: str
    summary: str
    nation: Nation
    stale_after_days: int
    organisations: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PostEntry(Entry):
    title: str
    organisation: str
    assumed: bool = False
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class PrioritySetEntry(Entry):
    title: str


@dataclass(frozen=True, kw_only=True)
class PriorityEntry(Entry):
    set: str
    order: int
    title: str
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
class DemonstrationEntry:
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
class ReviewEntry:
    response: str
    review_in_days: int


@dataclass(frozen=True, kw_only=True)
class PlanFolder:
    """Everything that one plan's folder says."""

    plan: PlanEntry
    posts: tuple[PostEntry, ...]
    sets: tuple[PrioritySetEntry, ...]
    priorities: tuple[PriorityEntry, ...]
    actions: tuple[ActionEntry, ...]
    rows: tuple[RowEntry, ...]
    demonstration: tuple[DemonstrationEntry, ...]
    reviews: tuple[ReviewEntry, ...]


@dataclass(frozen=True, kw_only=True)
class Seed:
    """Everything that the seed folder says, checked."""

    themes: tuple[ThemeEntry, ...]
    staff_groups: tuple[StaffGroupEntry, ...]
    terms: tuple[TermEntry, ...]
    organisations: tuple[OrganisationEntry, ...]
    plans: tuple[PlanFolder, ...] = field(default=())
