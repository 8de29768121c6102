"""The whole seed folder: what all plans share, the catalogue, and one folder for each plan."""

from __future__ import annotations

from dataclasses import dataclass

from kb.seeding.entries.figures import ComparisonEntry, FigureEntry
from kb.seeding.entries.indicators import IndicatorEntry, ReadingsEntry
from kb.seeding.entries.mapping import RowEntry
from kb.seeding.entries.plans import (
    ActionEntry,
    DemonstrationEntry,
    PlanEntry,
    PriorityEntry,
    PrioritySetEntry,
    ReviewEntry,
    SourceSetEntry,
)
from kb.seeding.entries.sources import KeyPointEntry, RelationEntry, SourceEntry
from kb.seeding.entries.vocabulary import OrganisationEntry, PostEntry, StaffGroupEntry, TermEntry, ThemeEntry


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """What hangs on sources and on no plan; all files of the catalogue together, in the order of their names."""

    sources: tuple[SourceEntry, ...] = ()
    key_points: tuple[KeyPointEntry, ...] = ()
    figures: tuple[FigureEntry, ...] = ()
    comparisons: tuple[ComparisonEntry, ...] = ()
    sets: tuple[SourceSetEntry, ...] = ()
    priorities: tuple[PriorityEntry, ...] = ()
    relations: tuple[RelationEntry, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PlanFolder:
    """Everything that one plan's folder says."""

    plan: PlanEntry
    posts: tuple[PostEntry, ...] = ()
    sets: tuple[PrioritySetEntry, ...] = ()
    priorities: tuple[PriorityEntry, ...] = ()
    actions: tuple[ActionEntry, ...] = ()
    rows: tuple[RowEntry, ...] = ()
    indicators: tuple[IndicatorEntry, ...] = ()
    demonstration: tuple[DemonstrationEntry, ...] = ()
    reviews: tuple[ReviewEntry, ...] = ()
    readings: tuple[ReadingsEntry, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Seed:
    """Everything that the seed folder says, checked."""

    themes: tuple[ThemeEntry, ...]
    staff_groups: tuple[StaffGroupEntry, ...]
    terms: tuple[TermEntry, ...]
    organisations: tuple[OrganisationEntry, ...]
    posts: tuple[PostEntry, ...] = ()
    catalogue: Catalogue = Catalogue()
    plans: tuple[PlanFolder, ...] = ()

    @property
    def rows(self) -> tuple[RowEntry, ...]:
        return tuple(row for plan in self.plans for row in plan.rows)

    @property
    def sources(self) -> tuple[SourceEntry, ...]:
        """All sources: those that rows are about, in the order of the rows, then the catalogue's."""
        return (*(source for row in self.rows for source in row.sources), *self.catalogue.sources)

    @property
    def relations(self) -> tuple[RelationEntry, ...]:
        return (*(relation for row in self.rows for relation in row.relations), *self.catalogue.relations)
