"""What of one action's dates is drawn: its bar, how its due date moved, what is expected, and its milestones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from actions.timeline.axis import Axis

State = Literal["done", "open", "late"]
LANE, REACH = 22.0, 11.0


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone: when it is due, and since when it is done."""

    title: str
    due_on: date
    done_on: date | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """An action as the picture needs it; `first_due_on` is the date first agreed.

    `alarm` and `notes` say how it stands; notes share a line where they fit on one.
    """

    id: int
    title: str
    due_on: date
    starts_on: date | None = None
    first_due_on: date | None = None
    forecast_on: date | None = None
    is_open: bool = True
    steps: tuple[Step, ...] = ()
    alarm: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one day to another; cut where it goes on outside the picture."""

    x1: float
    x2: float
    is_cut_left: bool = False
    is_cut_right: bool = False

    @property
    def width(self) -> float:
        return round(self.x2 - self.x1, 1)


@dataclass(frozen=True, slots=True)
class Diamond:
    """A milestone on the picture."""

    x: float
    y: float
    step: Step
    state: State


class Shapes:
    """What of an action's dates is drawn."""

    def __init__(self, item: Item, axis: Axis, today: date) -> None:
        due, first, forecast = item.due_on, item.first_due_on, item.forecast_on
        has_moved = first is not None and first != due
        is_overdue = item.is_open and due < today
        is_elsewhere = item.is_open and forecast is not None and forecast != due
        self.bar = _stretch(axis, item.starts_on, due) if item.starts_on else None
        self.point = axis.end_x(due) if item.starts_on is None and due in axis.span else None
        self.overdue = _after(axis, due, today) if is_overdue else None
        self.moved = _after(axis, first, due) if has_moved and first else None
        self.first_due = axis.end_x(first) if has_moved and first in axis.span and first else None
        since = max(due, today) if is_overdue else due
        self.expected = _after(axis, since, forecast) if is_elsewhere and forecast and forecast > since else None
        self.forecast = axis.end_x(forecast) if is_elsewhere and forecast in axis.span and forecast else None
        self.taken = [x for x in (self.point, self.first_due, self.forecast) if x is not None]


def _stretch(axis: Axis, first: date, last: date) -> Stretch | None:
    """From the beginning of one day to the end of another, as far as it lies within the span."""
    span = axis.span
    if last < span.first or first > span.last:
        return None
    return Stretch(axis.x(first), axis.end_x(last), first < span.first, last > span.last)


def _after(axis: Axis, one: date, other: date) -> Stretch | None:
    """From the end of one day to the end of another; they may stand either way round."""
    first, last = min(one, other), max(one, other)
    if last < axis.span.first or first > axis.span.last:
        return None
    return Stretch(axis.end_x(first), axis.end_x(last), first < axis.span.first, last > axis.span.last)


def diamonds(steps: Sequence[Step], axis: Axis, today: date, bar_y: float, taken: Sequence[float]) -> Iterable[Diamond]:
    """Milestones on the bar, or as many lanes below it as keep them from touching each other and the bar's signs."""
    lanes: list[list[float]] = [list(taken)]
    for step in sorted((step for step in steps if step.due_on in axis.span), key=lambda step: step.due_on):
        x = axis.end_x(step.due_on)
        lane = next(
            (n for n, used in enumerate(lanes) if all(abs(x - other) >= 2 * REACH for other in used)), len(lanes)
        )
        if lane == len(lanes):
            lanes.append([])
        lanes[lane].append(x)
        state: State = "done" if step.done_on is not None else "late" if step.due_on < today else "open"
        yield Diamond(x, bar_y + LANE * lane, step, state)
