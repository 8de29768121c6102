"""The line of time: which days it shows, where a day stands on it, and what is written along it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from kb.wrapping import width_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Unit = Literal["month", "quarter", "year"]
MONTHS_BACK, MONTHS_AHEAD = 2, 12
LABEL_SIZE = 13.0
LABEL_GAP = 9.0
_STEPS = {"month": 1, "quarter": 3}
_MONTHS_IN_YEAR = 12
_ROUND_YEARS = (1, 2, 5, 10, 20, 50, 100, 200)


@dataclass(frozen=True, slots=True)
class Span:
    """The days that are shown, the last one with them."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Tick:
    """The first day of a month, quarter or year: its line, and its name where there is room for it."""

    x: float
    day: date
    words: str
    is_year: bool


@dataclass(frozen=True, slots=True)
class Axis:
    """The span laid over a stretch of the picture."""

    span: Span
    left: float
    right: float
    unit: Unit
    ticks: tuple[Tick, ...]
    years: tuple[Tick, ...]

    def x(self, day: date) -> float:
        """Where a day begins; days outside stand at the nearer edge."""
        share = (day - self.span.first).days / self.span.days
        return round(self.left + (self.right - self.left) * min(max(share, 0.0), 1.0), 1)

    def end_x(self, day: date) -> float:
        """Where a day is over."""
        return self.x(day + timedelta(days=1))


def usual_span(today: date) -> Span:
    """The months that lie ahead, and a few that have gone, so that what has just slipped is seen."""
    first = months_later(today.replace(day=1), -MONTHS_BACK)
    return Span(first, months_later(today.replace(day=1), MONTHS_AHEAD + 1) - timedelta(days=1))


def whole_span(days: Sequence[date], today: date) -> Span:
    """All these days and today, from the start of a month to the end of one."""
    first, last = min((*days, today)).replace(day=1), max((*days, today)).replace(day=1)
    return Span(first, months_later(last, 1) - timedelta(days=1))


def months_later(day: date, months: int) -> date:
    """The first of the month that lies so many months after the month of a day."""
    place = day.year * _MONTHS_IN_YEAR + day.month - 1 + months
    return date(place // _MONTHS_IN_YEAR, place % _MONTHS_IN_YEAR + 1, 1)


def axis_of(span: Span, left: float, right: float, months: Sequence[str]) -> Axis:
    """The axis with names that never touch: of months where they fit, else of quarters, else of years alone."""
    per_day = (right - left) / span.days
    widest = max(width_of(name, LABEL_SIZE) for name in months) + LABEL_GAP
    unit: Unit = "month" if per_day * 28 >= widest else "quarter" if per_day * 90 >= widest else "year"
    plain = Axis(span, left, right, unit, (), ())
    years = _years(plain)
    small = () if unit == "year" else tuple(_named(plain, _firsts(span, _STEPS[unit]), months))
    return Axis(span, left, right, unit, small, years)


def _firsts(span: Span, step: int) -> Iterator[date]:
    """The first days of months or quarters that lie within the span."""
    into = (span.first.month - 1) % step
    day = span.first if span.first.day == 1 and not into else months_later(span.first, step - into)
    while day <= span.last:
        yield day
        day = months_later(day, step)


def _named(axis: Axis, days: Iterator[date], months: Sequence[str]) -> Iterator[Tick]:
    free = axis.left
    for day in days:
        name = months[day.month - 1]
        x, width = axis.x(day), width_of(name, LABEL_SIZE)
        fits = x >= free and x + 4 + width <= axis.right
        yield Tick(x, day, name if fits else "", is_year=False)
        free = x + width + LABEL_GAP if fits else free


def _years(axis: Axis) -> tuple[Tick, ...]:
    """The years by name, as many as have room; the first one stands at the left edge, whenever the span begins."""
    span = axis.span
    room = width_of("2026", LABEL_SIZE, bold=True) + LABEL_GAP
    per_year = (axis.right - axis.left) / span.days * 365
    step = next((step for step in _ROUND_YEARS if per_year * step >= room), _ROUND_YEARS[-1] * 5)
    firsts = [date(year, 1, 1) for year in range(span.first.year + 1, span.last.year + 1) if year % step == 0]
    ticks = [(axis.left, span.first), *((axis.x(day), day) for day in firsts)]
    if len(ticks) > 1 and ticks[1][0] - ticks[0][0] < room:
        del ticks[0]
    return tuple(
        Tick(x, day, str(day.year) if x + room <= axis.right + LABEL_GAP else "", is_year=True) for x, day in ticks
    )
