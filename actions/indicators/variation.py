"""How an indicator varies and whether it will reach its target: what each reading is, and the two icons."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from actions.indicators.limits import Limits, compare, limits
from actions.indicators.special_causes import MDC, Cause, Ruleset, causes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

Better = Literal["higher", "lower", "none"]


class Variation(StrEnum):
    """What a reading is, and what the last one makes of an indicator."""

    COMMON = "common"
    IMPROVEMENT = "improvement"
    CONCERN = "concern"
    NEITHER = "neither"  # a special cause of an indicator that has no better side


class Assurance(StrEnum):
    """Whether the target will be reached as things run now."""

    PASSES = "passes"
    FAILS = "fails"
    HIT_OR_MISS = "hit-or-miss"


@dataclass(frozen=True, slots=True)
class Rebase:
    """From this day on limits are computed anew, from the readings up to `until` or from all of them."""

    starts_on: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Spell:
    """Readings that share their limits: the numbers of its first reading and of the one after its last.

    `of` is how many readings the limits rest on.
    """

    first: int
    end: int
    of: int
    limits: Limits
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class Point:
    """One reading and what makes it special."""

    day: date
    value: float
    variation: Variation
    side: int  # 1 high, -1 low, 0 for usual variation
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Process:
    """A row of readings as a process: its spells, its points, and what the last spell says.

    `variation` and `assurance` are None while the limits of the last spell are provisional; `assurance` also without
    a target or a better side.
    """

    ruleset: Ruleset
    spells: tuple[Spell, ...]
    points: tuple[Point, ...]
    variation: Variation | None
    assurance: Assurance | None

    @property
    def last(self) -> Point:
        return self.points[-1]

    @property
    def now(self) -> Spell:
        """The spell that the last reading belongs to."""
        return self.spells[-1]


def process(
    readings: Sequence[tuple[date, float]],
    *,
    better: Better,
    target: float | None = None,
    rebases: Sequence[Rebase] = (),
    ruleset: Ruleset = MDC,
) -> Process:
    """Read a row of readings, oldest first and at least one, by a ruleset.

    The variation is what the last reading is, and the assurance compares the last limits with the target: as
    NHSRplotthedots 0.2 (`ptd_calculate_point_type`, `ptd_calculate_assurance_type`).
    """
    spells, points = [], []
    for first, end, until in _cut(readings, rebases):
        part = readings[first:end]
        values = [value for _, value in part]
        base = [value for day, value in part if until is None or day <= until]
        found = limits(base, screens=ruleset.screens)
        spell = Spell(first, end, len(base), found, len(base) < ruleset.fewest)
        spells.append(spell)
        # While limits are provisional only a shift or a trend of seven could be told; MDC tells neither.
        met = [()] * len(values) if spell.is_provisional else causes(values, found, ruleset)
        points += [_point(day, value, each, better, ruleset) for (day, value), each in zip(part, met, strict=True)]
    last = spells[-1]
    return Process(
        ruleset,
        tuple(spells),
        tuple(points),
        variation=None if last.is_provisional else points[-1].variation,
        assurance=None if last.is_provisional else assurance(last.limits, better, target, ruleset),
    )


def _cut(readings: Sequence[tuple[date, float]], rebases: Sequence[Rebase]) -> list[tuple[int, int, date | None]]:
    """First, end and last day of the baseline of each spell; a rebase without a reading of its own makes no spell."""
    days = [day for day, _ in readings]
    starts: dict[int, date | None] = {0: None}
    for rebase in sorted(rebases, key=lambda each: each.starts_on):
        first = sum(day < rebase.starts_on for day in days)
        if first < len(days):
            has_base = rebase.until is not None and rebase.until >= days[first]
            starts[first] = rebase.until if has_base else None
    ends = [*list(starts)[1:], len(days)]
    return [(first, end, until) for (first, until), end in zip(starts.items(), ends, strict=True)]


def _point(day: date, value: float, met: tuple[Cause, ...], better: Better, ruleset: Ruleset) -> Point:
    if not met:
        return Point(day, value, Variation.COMMON, 0, ())
    good = {"higher": 1, "lower": -1, "none": 0}[better]
    side = met[0].side
    if good and ruleset.improvement_wins and any(cause.side == good for cause in met):
        side = good
    kind = Variation.NEITHER if not good else Variation.IMPROVEMENT if side == good else Variation.CONCERN
    return Point(day, value, kind, side, met)


def assurance(found: Limits, better: Better, target: float | None, ruleset: Ruleset = MDC) -> Assurance | None:
    """What limits say of a target; a process that stands on its target all the time passes."""
    if target is None or better == "none":
        return None
    low, high = compare(found.lower, target), compare(found.upper, target)
    worst, best = (low, high) if better == "higher" else (-high, -low)
    met = 0 if ruleset.target_on_limit_counts else 1
    if worst >= met:
        return Assurance.PASSES
    return Assurance.FAILS if best <= -met else Assurance.HIT_OR_MISS
