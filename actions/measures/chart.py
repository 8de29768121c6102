"""The line of an indicator's readings, with its target and what was planned, laid out for a picture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

TICKS = 5
SPACE_BETWEEN_DAYS = 96.0
SPACE_BETWEEN_DAYS_NARROW = 86.0
LINE = 17.0
# How wide the newest number is at most, and how far above the readings it stands.
WORD, ABOVE = 52.0, 11.0


@dataclass(frozen=True, slots=True)
class Margins:
    """What stays free around the plot for words."""

    left: float
    right: float
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid with its number, or a day below the plot."""

    at: float
    value: float = 0.0
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Dot:
    """One reading, or one planned value."""

    x: float
    y: float
    day: date
    value: float


@dataclass(frozen=True, slots=True)
class Level:
    """A level line across the plot: the target or the baseline.

    `word_y` is where its words stand beside the plot; on it they stand at the end that the readings leave free.
    """

    kind: Literal["target", "baseline"]
    y: float
    word_y: float
    value: float
    is_free_at_right: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """All that a template needs to draw the line; the words are the template's."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    read: tuple[Dot, ...]
    planned: tuple[Dot, ...]
    levels: tuple[Level, ...]
    numbers: tuple[Tick, ...]
    days: tuple[Tick, ...]
    is_cut: bool  # the numbers do not begin at nought

    @property
    def line(self) -> str:
        return points_of(self.read)

    @property
    def last_word_y(self) -> float:
        """Where the newest number stands: above every reading that its words would cover."""
        near = [dot.y for dot in self.read if dot.x >= self.read[-1].x - WORD]
        return round(min(near) - ABOVE, 1)

    @property
    def plan_line(self) -> str:
        return points_of(self.planned)


def points_of(dots: Sequence[Dot]) -> str:
    """A line through dots, as SVG writes it."""
    return " ".join(f"{dot.x:g},{dot.y:g}" for dot in dots)


def draw(
    read: Sequence[tuple[date, float]],
    planned: Sequence[tuple[date, float]] = (),
    *,
    target: float | None = None,
    baseline: float | None = None,
    is_narrow: bool = False,
) -> Chart | None:
    """Lay out readings and planned values, both oldest first; None where there are not two days to join."""
    days = sorted({day for day, _ in (*read, *planned)})
    if len(days) < 2:
        return None
    width, height = (350.0, 280.0) if is_narrow else (1136.0, 340.0)
    margins = Margins(48, 14, 26, 34) if is_narrow else Margins(64, 150, 20, 36)
    left, right = margins.left, width - margins.right
    top, bottom = margins.top, height - margins.bottom
    levels = [value for value in (target, baseline) if value is not None]
    steps = scale([value for _, value in (*read, *planned)] + levels)
    span = (days[-1] - days[0]).days

    def x(day: date) -> float:
        return round(left + (right - left) * (day - days[0]).days / span, 1)

    def y(value: float) -> float:
        return round(bottom - (bottom - top) * (value - steps[0]) / (steps[-1] - steps[0]), 1)

    kinds: tuple[tuple[Literal["target", "baseline"], float | None], ...] = (("target", target), ("baseline", baseline))
    lines = [(kind, value, y(value)) for kind, value in kinds if value is not None]
    places = _apart([at for _, _, at in lines])
    dots = [Dot(x(day), y(value), day, value) for day, value in (*read, *planned)]
    return Chart(
        width=width,
        height=height,
        left=left,
        right=right,
        top=top,
        bottom=bottom,
        read=tuple(dots[: len(read)]),
        planned=tuple(dots[len(read) :]),
        levels=tuple(
            Level(kind, at, place, value, _is_free_at_right(at, (left + right) / 2, dots))
            for (kind, value, at), place in zip(lines, places, strict=True)
        ),
        numbers=tuple(Tick(y(step), value=step) for step in steps),
        days=_days(days, x, SPACE_BETWEEN_DAYS_NARROW if is_narrow else SPACE_BETWEEN_DAYS),
        is_cut=steps[0] != 0,
    )


def scale(values: Sequence[float]) -> tuple[float, ...]:
    """Round numbers from below the least value to above the greatest; from nought where that costs little room."""
    low, high = min(values), max(values)
    if low >= 0 and low <= (high - low) * 2:
        low = 0.0
    room = high - low or abs(high) or 1.0
    step = 10 ** math.floor(math.log10(room / TICKS))
    step *= next(factor for factor in (1, 2, 2.5, 5, 10) if room / (step * factor) <= TICKS)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    if first == last:
        last += 1
    return tuple(round(number * step, 9) for number in range(first, last + 1))


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
    """Places for words beside lines, moved apart where they would touch."""
    if len(places) == 2 and abs(places[0] - places[1]) < LINE:
        middle = sum(places) / 2
        upper, lower = middle - LINE / 2, middle + LINE / 2
        return [upper, lower] if places[0] <= places[1] else [lower, upper]
    return list(places)
