"""The scorecard of a plan: its indicators by perspective, where each stands, and what was read quarter by quarter."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from actions.indicator_models import Indicator, Reading
from actions.indicators.variation import Assurance, Variation
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
    """One indicator: where it stands, its newest reading, and its last one in each quarter that has any."""

    indicator: Indicator
    stands: Standing
    latest: Reading | None
    by_quarter: dict[Quarter, Reading]

    @property
    def variation(self) -> Variation | None:
        """The variation icon, None while there are too few readings."""
        return self.stands.settled.variation if self.stands.settled else None

    @property
    def misses_target(self) -> bool:
        """Whether the assurance icon says that it will not meet its target."""
        return self.stands.settled is not None and self.stands.settled.assurance is Assurance.FAILS


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The rows of a plan by perspective, in the plan's order; `quarters` oldest first, up to the newest reading."""

    groups: dict[str, list[Row]]
    quarters: list[Quarter]

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
    def missing_target(self) -> int:
        """How many will not meet their target, by limits that fit."""
        return sum(row.misses_target and not row.stands.has_moved for row in self.rows)

    @property
    def moved(self) -> int:
        """How many have limits that no longer fit."""
        return sum(row.stands.has_moved for row in self.rows)


def scorecard(session: Session, plan: Plan, person: Person) -> Scorecard:
    """Every indicator of a plan that the person may see; three statements."""
    groups: dict[str, list[Row]] = {}
    rows = _rows(session, [plan.id], person)
    for row in rows:
        groups.setdefault(row.indicator.perspective, []).append(row)
    return Scorecard(groups, _quarters(max((row.latest.ends_on for row in rows if row.latest), default=None)))


def signals(session: Session, plans: Sequence[Plan], person: Person) -> list[Row]:
    """The indicators of these plans whose last reading is special, concerns first; three statements."""
    rows = _rows(session, [plan.id for plan in plans], person)
    order = [Variation.CONCERN, Variation.NEITHER, Variation.IMPROVEMENT]
    found = [(order.index(icon), row) for row in rows if (icon := row.variation) in order]
    return [row for _, row in sorted(found, key=lambda one: one[0])]


def _rows(session: Session, plan_ids: Sequence[int], person: Person) -> list[Row]:
    query = select(Indicator).where(Indicator.plan_id.in_(plan_ids), visible_to(person))
    query = query.options(selectinload(Indicator.rebases))
    indicators = session.scalars(query.order_by(Indicator.plan_id, Indicator.position, Indicator.id)).all()
    read: dict[int, list[Reading]] = defaultdict(list)
    standing = Reading.replaced_at.is_(None)
    of_plan = Reading.indicator_id.in_([indicator.id for indicator in indicators])
    for reading in session.scalars(select(Reading).where(of_plan, standing).order_by(Reading.ends_on)):
        read[reading.indicator_id].append(reading)
    return [_row(indicator, read[indicator.id]) for indicator in indicators]


def _row(indicator: Indicator, readings: Sequence[Reading]) -> Row:
    by_quarter = {quarter(reading.ends_on): reading for reading in readings}  # the last one of a quarter stays
    return Row(indicator, standing_of(indicator, readings), readings[-1] if readings else None, by_quarter)


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
