"""A trajectory as a table: a row for each period, a column for each organisation, and what was read beside it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from actions.indicators.limits import compare
from actions.indicators.on_track import Against, against, sum_of
from actions.measures.service import current
from actions.measures.standing import better_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from actions.indicator_models import Indicator, Reading, TrajectoryPoint
    from kb.models.organisation import Organisation

# The shares of two organisations do not add up to the share of both.
_SHARES = ("%", "‰", "per cent", "percent")


@dataclass(frozen=True)
class Period:
    """What was planned for one period, by the columns of the table, and what was read for its last day.

    `whole` is the plan of all together: as stated, or else what the parts come to. `parts` is their sum.
    """

    words: str
    ends_on: date
    planned: tuple[float | None, ...]
    whole: float | None
    parts: float | None
    actual: Reading | None
    against: Against | None

    @property
    def parts_apart(self) -> float | None:
        """How much more the parts come to than all together; nought where they add up, None where one is missing."""
        if self.parts is None or self.whole is None:
            return None
        return self.parts - self.whole if compare(self.parts, self.whole) else 0.0


@dataclass(frozen=True)
class Planned:
    """The table: `columns` are organisations, None for all together, which comes first where it is there.

    `adds_up` says that the parts are of a kind that can be summed, and that there are two or more.
    """

    columns: tuple[Organisation | None, ...]
    periods: tuple[Period, ...]
    adds_up: bool

    @property
    def is_for_all(self) -> bool:
        return None in self.columns

    @property
    def is_summed(self) -> bool:
        """Whether nobody stated all together, and the parts are summed in its place."""
        return self.adds_up and not self.is_for_all

    @property
    def is_checked(self) -> bool:
        """Whether the parts can be held against all together."""
        return self.adds_up and self.is_for_all

    @property
    def has_actual(self) -> bool:
        """Whether readings can stand beside it; they are of all together."""
        return any(period.against for period in self.periods)

    @property
    def latest(self) -> Period | None:
        """The newest period that was planned and read."""
        return next((period for period in reversed(self.periods) if period.against), None)

    @property
    def line(self) -> list[tuple[date, float]]:
        """What was planned for all together, oldest first."""
        return [(period.ends_on, period.whole) for period in self.periods if period.whole is not None]


def by_period(indicator: Indicator) -> Planned:
    """The trajectory of an indicator; of one that `service.get` gave."""
    points = sorted(indicator.trajectory, key=lambda point: (point.ends_on, point.position))
    bodies = {point.organisation.id: point.organisation for point in points if point.organisation}
    named = sorted(bodies.values(), key=lambda body: body.title)
    has_all = any(point.organisation is None for point in points)
    columns: tuple[Organisation | None, ...] = (None, *named) if has_all else tuple(named)
    read = {reading.ends_on: reading for reading in current(indicator)}
    values = {(point.ends_on, point.organisation_id): point.value for point in points}
    wholes, adds_up = whole_by_day(points, indicator.unit), _add_up(points, indicator.unit)
    words: dict[date, str] = {}
    for point in points:
        words.setdefault(point.ends_on, point.period)

    def period(told: str, day: date) -> Period:
        planned = tuple(values.get((day, column.id if column else None)) for column in columns)
        parts = sum_of(planned[has_all:]) if adds_up else None
        actual, whole = read.get(day), wholes.get(day)
        return Period(told, day, planned, whole, parts, actual, _held(indicator, whole, actual))

    return Planned(columns, tuple(period(told, day) for day, told in words.items()), adds_up)


def whole_by_day(points: Iterable[TrajectoryPoint], unit: str) -> dict[date, float]:
    """What was planned for all together by day: as stated, or else the sum of the parts where none is missing."""
    points = list(points)
    stated = {point.ends_on: point.value for point in points if point.organisation_id is None}
    if stated or not _add_up(points, unit):
        return stated
    parts: dict[date, list[float]] = defaultdict(list)
    for point in points:
        parts[point.ends_on].append(point.value)
    number = len({point.organisation_id for point in points})
    sums = {day: sum_of(values) for day, values in parts.items() if len(values) == number}
    return {day: found for day, found in sums.items() if found is not None}


def latest_against(
    indicator: Indicator, wholes: dict[date, float], readings: Sequence[Reading]
) -> tuple[Reading, Against] | None:
    """The newest of these readings, oldest first, that something was planned for, and how it stands beside that."""
    for reading in reversed(readings):
        if found := _held(indicator, wholes.get(reading.ends_on), reading):
            return reading, found
    return None


def _held(indicator: Indicator, whole: float | None, reading: Reading | None) -> Against | None:
    if whole is None or reading is None:
        return None
    return against(whole, reading.value, better_of(indicator), indicator.tolerance)


def _add_up(points: Iterable[TrajectoryPoint], unit: str) -> bool:
    organisations = {point.organisation_id for point in points} - {None}
    return len(organisations) > 1 and not unit.strip().lower().startswith(_SHARES)
