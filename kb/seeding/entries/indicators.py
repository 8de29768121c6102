"""Entries of indicators: what is measured, from where to where, and made-up readings for trying them out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from actions.indicator_models import Direction, Frequency
from kb.seeding.entries.base import Entry, Written


@dataclass(frozen=True, kw_only=True)
class BaselineEntry:
    value: float
    period: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class TargetEntry:
    value: float
    period: str = ""
    by: date | None = None
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class PointEntry:
    """What the indicator should be in one period, for all or for one organisation."""

    period: str
    ends: date
    value: float
    organisation: str = ""


@dataclass(frozen=True, kw_only=True)
class MeasureEntry:
    """Why the indicator measures an action or a priority; exactly one of them is named."""

    reason: str
    action: str = ""
    priority: str = ""


@dataclass(frozen=True, kw_only=True)
class IndicatorEntry(Entry):
    title: str
    direction: Direction
    definition: str = ""
    numerator: str = ""
    denominator: str = ""
    unit: str = ""
    frequency: Frequency = Frequency.NOT_STATED
    perspective: str = ""
    owner: str = ""
    data_source: str = ""
    baseline: BaselineEntry | None = None
    target: TargetEntry | None = None
    trajectory: tuple[PointEntry, ...] = ()
    figures: tuple[str, ...] = ()
    measures: tuple[MeasureEntry, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class ReadingsEntry(Written):
    """Made-up monthly readings; month m, the first being 0, reads start + step × m + the wave's value for m."""

    indicator: str
    start: float
    step: float
    months: int
    wave: tuple[float, ...] = ()
