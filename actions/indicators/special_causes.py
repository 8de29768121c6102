"""Readings that chance alone would seldom give: outside the limits, a trend, near a limit, a shift."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from actions.indicators.limits import Limits

RUN = 7


class Rule(StrEnum):
    """What makes a reading a special cause, in the order in which NHSRplotthedots asks."""

    OUTSIDE = "outside"
    TREND = "trend"
    NEAR_LIMIT = "near-limit"
    SHIFT = "shift"


@dataclass(frozen=True, slots=True)
class Ruleset:
    """A published way to read an XmR chart; NHS England's workbook and its R package differ in these."""

    name: str
    screens: bool  # moving ranges that are outliers are left out of the limits
    near_counts_outside: bool  # “two of three” counts readings outside the limits too
    ties_break_trends: bool
    fewest: int  # readings from which the limits count
    target_on_limit_counts: bool
    improvement_wins: bool  # over a concern in the same reading


# NHS England's “Making Data Count” workbook, as its differences are named in NHSRplotthedots, vignette “deviations”.
MDC = Ruleset(
    "mdc",
    screens=False,
    near_counts_outside=True,
    ties_break_trends=False,
    fewest=13,
    target_on_limit_counts=True,
    improvement_wins=True,
)
NHSR = Ruleset(
    "nhsr-0.2",
    screens=True,
    near_counts_outside=False,
    ties_break_trends=True,
    fewest=1,
    target_on_limit_counts=False,
    improvement_wins=False,
)
RULESETS = {ruleset.name: ruleset for ruleset in (MDC, NHSR)}


@dataclass(frozen=True, slots=True)
class Cause:
    """One rule that a reading meets, and towards which side: 1 upwards, -1 downwards."""

    rule: Rule
    side: int


def causes(values: Sequence[float], limits: Limits, ruleset: Ruleset = MDC) -> list[tuple[Cause, ...]]:
    """For each reading the rules that it meets, in the order of `Rule`; empty for usual variation."""
    sides = [limits.side(value) for value in values]
    outside = [limits.outside(value) for value in values]
    beyond = [limits.beyond_near(value) for value in values]
    near = beyond if ruleset.near_counts_outside else [b if not o else 0 for b, o in zip(beyond, outside, strict=True)]
    met = {
        Rule.OUTSIDE: outside,
        Rule.TREND: trends(values, ties_break=ruleset.ties_break_trends),
        Rule.NEAR_LIMIT: two_of_three(near, sides),
        Rule.SHIFT: shifts(sides),
    }
    return [tuple(Cause(rule, found[at]) for rule, found in met.items() if found[at]) for at in range(len(values))]


def shifts(sides: Sequence[int]) -> list[int]:
    """The side of each reading that is one of seven or more in a row on it; one on the mean breaks a row."""
    found = [0] * len(sides)
    start = 0
    for at in range(1, len(sides) + 1):
        if at == len(sides) or sides[at] != sides[start]:
            if sides[start] and at - start >= RUN:
                found[start:at] = [sides[start]] * (at - start)
            start = at
    return found


def trends(values: Sequence[float], *, ties_break: bool) -> list[int]:
    """1 for each reading of seven or more that rise without a break, -1 where they fall; the later trend wins.

    Equal values end a trend where `ties_break`; else they neither add to it nor end it, and belong to it if it goes on.
    """
    found = [0] * len(values)
    steps = [(after > before) - (after < before) for before, after in pairwise(values)]
    start = rising = counted = 0  # the reading where a run of steps begins, its direction, its steps without ties
    for at, step in enumerate(steps):
        if not step and not ties_break:
            continue
        if step != rising:
            # Equal readings before the turn belong to the run that they ended; the new one begins with the last.
            start, rising, counted = at, step, 0
        counted += abs(step)
        if counted >= RUN - 1:
            found[start : at + 2] = [rising] * (at + 2 - start)
    return found


def two_of_three(near: Sequence[int], sides: Sequence[int]) -> list[int]:
    """The side of each reading near a limit where two of three in a row are, and all three lie on that side."""
    found = [0] * len(near)
    for at in range(len(near) - 2):
        three = range(at, at + 3)
        side = sides[at]
        if side and all(sides[each] == side for each in three):
            close = [each for each in three if near[each]]
            if len(close) >= 2:
                for each in close:
                    found[each] = side
    return found
