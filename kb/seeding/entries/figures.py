"""Entries of figures, and of figures that stand side by side to be compared."""

from __future__ import annotations

from dataclasses import dataclass

from kb.models.figure import FigureKind, Outcome
from kb.seeding.entries.base import Entry


@dataclass(frozen=True, kw_only=True)
class FigureEntry(Entry):
    source: str
    title: str
    value: str
    kind: FigureKind
    low: float | None = None
    high: float | None = None
    unit: str = ""
    population: str = ""
    period: str = ""
    qualifier: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class ComparisonEntry(Entry):
    title: str
    figures: tuple[str, ...]
    whole: str = ""
    outcome: Outcome | None = None
    note: str = ""
