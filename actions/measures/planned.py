"""A trajectory as a table: a row for each period, a column for each organisation, and what was read beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from actions.measures.service import current

if TYPE_CHECKING:
    from datetime import date

    from actions.indicator_models import Indicator, Reading
    from kb.models.organisation import Organisation


@dataclass(frozen=True)
class Period:
    """What was planned for one period, by the columns of the table, and what was read for its last day."""

    words: str
    ends_on: date
    planned: tuple[float | None, ...]
    actual: Reading | None

    @property
    def difference(self) -> float | None:
        """Read less planned, for all together."""
        if self.actual is None or self.planned[0] is None:
            return None
        return self.actual.value - self.planned[0]


@dataclass(frozen=True)
class Planned:
    """The table: `columns` are organisations, None for all together, which comes first where it is there."""

    columns: tuple[Organisation | None, ...]
    periods: tuple[Period, ...]

    @property
    def is_for_all(self) -> bool:
        return None in self.columns

    @property
    def has_actual(self) -> bool:
        """Whether readings can stand beside it; they are of all together."""
        return self.is_for_all and any(period.actual for period in self.periods)

    @property
    def line(self) -> list[tuple[date, float]]:
        """What was planned for all together, oldest first."""
        if not self.is_for_all:
            return []
        return [(period.ends_on, period.planned[0]) for period in self.periods if period.planned[0] is not None]


def by_period(indicator: Indicator) -> Planned:
    """The trajectory of an indicator; of one that `service.get` gave."""
    points = sorted(indicator.trajectory, key=lambda point: (point.ends_on, point.position))
    bodies = {point.organisation.id: point.organisation for point in points if point.organisation}
    named = sorted(bodies.values(), key=lambda body: body.title)
    has_all = any(point.organisation is None for point in points)
    columns: tuple[Organisation | None, ...] = (None, *named) if has_all else tuple(named)
    read = {reading.ends_on: reading for reading in current(indicator)}
    values = {(point.ends_on, point.organisation_id): point.value for point in points}
    words: dict[date, str] = {}
    for point in points:
        words.setdefault(point.ends_on, point.period)
    return Planned(
        columns,
        tuple(
            Period(
                told,
                day,
                tuple(values.get((day, column.id if column else None)) for column in columns),
                read.get(day),
            )
            for day, told in words.items()
        ),
    )
