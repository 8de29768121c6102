"""What an entry of each seed file may hold; the field names are those of the YAML."""

from kb.seeding.entries.base import UNWRITTEN, Entry, Written
from kb.seeding.entries.figures import ComparisonEntry, FigureEntry
from kb.seeding.entries.indicators import IndicatorEntry, ReadingsEntry
from kb.seeding.entries.mapping import ImplicationEntry, ResponseEntry, RowEntry
from kb.seeding.entries.plans import (
    ActionEntry,
    DemonstrationEntry,
    PlanEntry,
    PriorityEntry,
    PrioritySetEntry,
    ReviewEntry,
    SourceSetEntry,
    UpdateEntry,
)
from kb.seeding.entries.seed import Catalogue, PlanFolder, Seed
from kb.seeding.entries.sources import KeyPointEntry, RelationEntry, SourceEntry
from kb.seeding.entries.vocabulary import OrganisationEntry, PostEntry, StaffGroupEntry, TermEntry, ThemeEntry

__all__ = [
    "UNWRITTEN",
    "ActionEntry",
    "Catalogue",
    "ComparisonEntry",
    "DemonstrationEntry",
    "Entry",
    "FigureEntry",
    "ImplicationEntry",
    "IndicatorEntry",
    "KeyPointEntry",
    "OrganisationEntry",
    "PlanEntry",
    "PlanFolder",
    "PostEntry",
    "PriorityEntry",
    "PrioritySetEntry",
    "ReadingsEntry",
    "RelationEntry",
    "ResponseEntry",
    "ReviewEntry",
    "RowEntry",
    "Seed",
    "SourceEntry",
    "SourceSetEntry",
    "StaffGroupEntry",
    "TermEntry",
    "ThemeEntry",
    "UpdateEntry",
    "Written",
]
