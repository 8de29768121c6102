"""The scorecard of a plan: its indicators by perspective, where each stands, and what was read quarter by quarter."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from actions.indicator_models import Indicator, Reading, TrajectoryPoint
from actions.indicators.on_track import Against, Track
from actions.indicators.variation import Assurance, Variation
from actions.measures import track_words
from actions.measures.perspectives import key, listed
from actions.measures.planned import latest_against, whole_by_day
from actions.measures.standing import Standing, standing_of
from kb.permissions import Person, visible_to

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from kb.models.plan import Plan

QUARTERS = 5
_MONTHS = 3


@dataclass(frozen=True, slots=True)
class Quarter:
    """Three months of a calendar year; 1 is January to March."""

    year: int
    number: int

    @property
    def before(self) -> Quarter:
        return Quarter(self.year, self.number - 1) if self.number > 1 else Quarter(self.year - 1, 4)


@dataclass(frozen=True, slots=True)
class Row:
    """One indicator: where it stands, its newest reading, and its last one in each quarter that has any.

    `against` is the newest reading that something was planned for, beside its plan.
    """

    indicator: Indicator
    stands: Standing
    latest: Reading | None
    by_quarter: dict[Quarter, Reading]
    against: tuple[Reading, Against] | None = None

    @property
    def variation(self) -> Variation | None:
        """The variation icon, None while there are too few readings."""
        return self.stands.settled.variation if self.stands.settled else None

    @property
    def is_off_trajectory(self) -> bool:
        """Whether it is short of its plan by more than is tolerated."""
        return self.against is not None and self.against[1].track is Track.SHORT

    @property
    def is_known(self) -> bool:
        """Whether there are enough readings to tell a change by limits or by a run chart."""
        return self.stands.settled is not None or self.stands.run is not None

    @property
    def misses_target(self) -> bool:
        """Whether the assurance icon says that it will not meet its target."""
        return self.stands.settled is not None and self.stands.settled.assurance is Assurance.FAILS


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The rows of a plan by perspective, in the plan's order; `quarters` oldest first, up to the newest reading.

    `headings` are those of the plan's own list, which stand there even where no indicator bears them.
    """

    groups: dict[str, list[Row]]
    quarters: list[Quarter]
    headings: tuple[str, ...] = ()

    @property
    def rows(self) -> list[Row]:
        return [row for rows in self.groups.values() for row in rows]

    @property
    def newest(self) -> date | None:
        """The last day that any reading is for."""
        return max((row.latest.ends_on for row in self.rows if row.latest), default=None)

    def count(self, kind: Variation) -> int:
        """How many indicators have this variation icon."""
        return sum(row.variation is kind for row in self.rows)

    @property
    def off_trajectory(self) -> int:
        """How many are short of their plan by more than is tolerated."""
        return sum(row.is_off_trajectory for row in self.rows)

    @property
    def shifted(self) -> int:
        """How many have a shift on the run chart that stands in the place of limits."""
        return sum(row.stands.run is not None and row.stands.run.is_shift for row in self.rows)

    @property
    def missing_target(self) -> int:
        """How many will not meet their target, by limits that fit."""
        return sum(row.misses_target and not row.stands.has_moved for row in self.rows)

    @property
    def moved(self) -> int:
        """How many have limits that no longer fit."""
        return sum(row.stands.has_moved for row in self.rows)


def scorecard(session: Session, plan: Plan, person: Person) -> Scorecard:
    """Every indicator of a plan that the person may see; three statements."""
    rows, headings = _rows(session, [plan.id], person), listed(plan)
    groups: dict[str, list[Row]] = {name: [] for name in headings}
    names = {key(name): name for name in headings}
    for row in sorted(rows, key=lambda row: not row.indicator.perspective):  # those without one come last
        perspective = row.indicator.perspective
        groups.setdefault(names.setdefault(key(perspective), perspective), []).append(row)
    last = max((row.latest.ends_on for row in rows if row.latest), default=None)
    return Scorecard(groups, _quarters(last), tuple(headings))


def signals(session: Session, plans: Sequence[Plan], person: Person) -> list[Row]:
    """The indicators of these plans whose last reading is special, concerns first; three statements."""
    rows = _rows(session, [plan.id for plan in plans], person)
    order = [Variation.CONCERN, Variation.NEITHER, Variation.IMPROVEMENT]
    found = [(order.index(icon), row) for row in rows if (icon := row.variation) in order]
    return [row for _, row in sorted(found, key=lambda one: one[0])]


@dataclass(frozen=True, slots=True)
class OffTrajectory:
    """An indicator that is short of its plan: the reading, what was planned for its day, and the words for both."""

    indicator: Indicator
    latest: Reading
    planned: float
    short_by: float
    words: str


def off_trajectory(session: Session, plans: Sequence[Plan], person: Person) -> list[OffTrajectory]:
    """The indicators of these plans that are short of their trajectory, the furthest first; three statements."""
    return off_trajectory_of(_rows(session, [plan.id for plan in plans], person))


def off_trajectory_of(rows: Sequence[Row]) -> list[OffTrajectory]:
    """As `off_trajectory`, of rows that are at hand."""
    short = [(row.indicator, *row.against) for row in rows if row.against and row.is_off_trajectory]
    short.sort(key=lambda one: one[2].share or 0.0, reverse=True)
    return [
        OffTrajectory(indicator, reading, found.planned, found.short_by, track_words.brief(found, indicator.unit))
        for indicator, reading, found in short
    ]


def _rows(session: Session, plan_ids: Sequence[int], person: Person) -> list[Row]:
    query = select(Indicator).where(Indicator.plan_id.in_(plan_ids), visible_to(person))
    query = query.options(joinedload(Indicator.rebases))
    found = session.scalars(query.order_by(Indicator.plan_id, Indicator.position, Indicator.id))
    indicators = found.unique().all()
    read: dict[int, list[Reading]] = defaultdict(list)
    standing = Reading.replaced_at.is_(None)
    of_plan = Reading.indicator_id.in_([indicator.id for indicator in indicators])
    for reading in session.scalars(select(Reading).where(of_plan, standing).order_by(Reading.ends_on)):
        read[reading.indicator_id].append(reading)
    points: dict[int, list[TrajectoryPoint]] = defaultdict(list)
    if read:  # a plan that nobody has read against says nothing here
        of_read = TrajectoryPoint.indicator_id.in_(list(read))
        for point in session.scalars(select(TrajectoryPoint).where(of_read)):
            points[point.indicator_id].append(point)
    return [_row(indicator, read[indicator.id], points[indicator.id]) for indicator in indicators]


def _row(indicator: Indicator, readings: Sequence[Reading], points: Sequence[TrajectoryPoint]) -> Row:
    by_quarter = {quarter(reading.ends_on): reading for reading in readings}  # the last one of a quarter stays
    against = latest_against(indicator, whole_by_day(points, indicator.unit), readings) if points else None
    return Row(indicator, standing_of(indicator, readings), readings[-1] if readings else None, by_quarter, against)


def quarter(day: date) -> Quarter:
    """The quarter that a day lies in."""
    return Quarter(day.year, (day.month - 1) // _MONTHS + 1)


def _quarters(last: date | None) -> list[Quarter]:
    if last is None:
        return []
    found = [quarter(last)]
    while len(found) < QUARTERS:
        found.append(found[-1].before)
    return found[::-1]
