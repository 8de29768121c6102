"""The line of an indicator's readings, with its limits, its target and what was planned, laid out for a picture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from actions.measures.chart_parts import LINE, Chart, Dot, Event, Level, Tick
from actions.measures.scales import scale
from kb.spacing import spaced

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from actions.indicators.variation import Process, Spell
    from actions.measures.chart_parts import LevelKind

SPACE_BETWEEN_DAYS = 96.0
SPACE_BETWEEN_DAYS_NARROW = 86.0
MOST_EVENTS = 3


@dataclass(frozen=True, slots=True)
class Margins:
    """What stays free around the plot for words."""

    left: float
    right: float
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Lines:
    """What a chart shows beside readings: level lines, days on which something happened, and periods without one."""

    target: float | None = None
    baseline: float | None = None
    median: float | None = None
    process: Process | None = None
    events: tuple[tuple[date, str], ...] = ()
    missing: tuple[date, ...] = ()


def draw(
    read: Sequence[tuple[date, float]],
    planned: Sequence[tuple[date, float]] = (),
    lines: Lines | None = None,
    *,
    is_narrow: bool = False,
) -> Chart | None:
    """Lay out readings and planned values, both oldest first; None where there are not two days to join.

    The process is that of the same readings.
    """
    lines = lines or Lines()
    days = sorted({day for day, _ in (*read, *planned)})
    if len(days) < 2:
        return None
    happened = [(day, title) for day, title in lines.events if days[0] <= day <= days[-1]][-MOST_EVENTS:]
    levels = _levels(lines, len(read))
    steps = scale([value for _, value in (*read, *planned)] + [value for _, value, _ in levels])
    plot = _plot(days, steps, len(happened), is_narrow=is_narrow)
    points = lines.process.points if lines.process else ()
    kinds = [str(point.variation) for point in points] or [""] * len(read)
    dots = tuple(plot.dot(day, value, kind) for (day, value), kind in zip(read, kinds, strict=True))
    plan = tuple(plot.dot(day, value) for day, value in planned)
    return Chart(
        width=plot.width,
        height=plot.height,
        left=plot.left,
        right=plot.right,
        top=plot.top,
        bottom=plot.bottom,
        read=dots,
        planned=plan,
        levels=_level_lines(plot, levels, dots, plan),
        events=tuple(
            Event(plot.x(day), day, title, plot.top - LINE * (len(happened) - at), plot.x(day) > plot.middle)
            for at, (day, title) in enumerate(happened)
        ),
        numbers=tuple(Tick(plot.y(step), value=step) for step in steps),
        days=_days(days, plot.x, SPACE_BETWEEN_DAYS_NARROW if is_narrow else SPACE_BETWEEN_DAYS),
        is_cut=steps[0] != 0,
        missing=lines.missing,
    )


@dataclass(frozen=True, slots=True)
class _Plot:
    """The field that readings are drawn on: its edges, and the days and numbers that they stand for."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    days: tuple[date, date]
    numbers: tuple[float, float]

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    def x(self, day: date) -> float:
        first, last = self.days
        return round(self.left + (self.right - self.left) * (day - first).days / (last - first).days, 1)

    def y(self, value: float) -> float:
        low, high = self.numbers
        return round(self.bottom - (self.bottom - self.top) * (value - low) / (high - low), 1)

    def dot(self, day: date, value: float, variation: str = "") -> Dot:
        return Dot(self.x(day), self.y(value), day, value, variation)


def _plot(days: Sequence[date], steps: Sequence[float], events: int, *, is_narrow: bool) -> _Plot:
    width, height = (350.0, 280.0) if is_narrow else (1136.0, 340.0)
    margins = Margins(48, 14, 26, 34) if is_narrow else Margins(64, 170, 20, 36)
    return _Plot(
        width=width,
        height=height + LINE * events,
        left=margins.left,
        right=width - margins.right,
        top=margins.top + LINE * events,
        bottom=height + LINE * events - margins.bottom,
        days=(days[0], days[-1]),
        numbers=(steps[0], steps[-1]),
    )


def _levels(lines: Lines, readings: int) -> list[tuple[LevelKind, float, Spell | None]]:
    """Each level line with its value and the spell that it is drawn for, None for the whole plot."""
    whole: tuple[tuple[LevelKind, float | None], ...] = (
        ("target", lines.target),
        ("baseline", lines.baseline if lines.process is None else None),
        ("median", lines.median),
    )
    found: list[tuple[LevelKind, float, Spell | None]] = [(kind, at, None) for kind, at in whole if at is not None]
    if lines.process is not None and readings:
        for spell in lines.process.spells:
            limits = spell.limits
            found += [("upper", limits.upper, spell), ("mean", limits.mean, spell), ("lower", limits.lower, spell)]
    return found


def _level_lines(
    plot: _Plot,
    levels: Sequence[tuple[LevelKind, float, Spell | None]],
    dots: Sequence[Dot],
    plan: Sequence[Dot],
) -> tuple[Level, ...]:
    def reach(spell: Spell | None) -> tuple[float, float]:
        """From half way after the reading before a spell to half way before the one after it."""
        if spell is None:
            return plot.left, plot.right
        start = (dots[spell.first - 1].x + dots[spell.first].x) / 2 if spell.first else plot.left
        end = (dots[spell.end - 1].x + dots[spell.end].x) / 2 if spell.end < len(dots) else plot.right
        return round(start, 1), round(end, 1)

    named = [spell is None or spell.end == len(dots) for _, _, spell in levels]
    places = iter(_apart([plot.y(value) for (_, value, _), has in zip(levels, named, strict=True) if has]))
    found = []
    for (kind, value, spell), has_words in zip(levels, named, strict=True):
        at, (left, right) = plot.y(value), reach(spell)
        found.append(
            Level(
                kind=kind,
                y=at,
                word_y=next(places) if has_words else at,
                value=value,
                is_free_at_right=_is_free_at_right(at, plot.middle, [*dots, *plan]),
                left=left,
                right=right,
                has_words=has_words,
                is_provisional=spell is not None and spell.is_provisional,
                spread=spell.limits.upper - spell.limits.lower if spell is not None else 0.0,
            )
        )
    return tuple(found)


def _days(days: Sequence[date], x: Callable[[date], float], space: float) -> tuple[Tick, ...]:
    """The days to name below the plot: the last one, and before it as many as have room."""
    shown: list[Tick] = []
    for day in reversed(days):
        at = x(day)
        if not shown or shown[-1].at - at >= space:
            shown.append(Tick(at, day=day))
    return tuple(reversed(shown))


def _is_free_at_right(at: float, middle: float, dots: Sequence[Dot]) -> bool:
    """Whether a level line lies further from the readings in the right half than in the left one."""
    halves: tuple[list[float], list[float]] = ([], [])
    for dot in dots:
        halves[dot.x > middle].append(abs(dot.y - at))
    return min(halves[True], default=math.inf) > min(halves[False], default=math.inf)


def _apart(places: Sequence[float]) -> list[float]:
    """Places for words beside lines, moved apart where they would touch; in the order in which they came."""
    order = sorted(range(len(places)), key=places.__getitem__)
    moved = list(places)
    for at, place in zip(order, spaced([places[at] for at in order], [LINE] * (len(order) - 1)), strict=True):
        moved[at] = round(place, 1)
    return moved
