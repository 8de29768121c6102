"""What an indicator should be in each period, for all together or for one organisation: writing that down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from actions.indicator_models import Indicator, TrajectoryPoint
from actions.measures.editing import check_number, editable, require_reason
from kb import history, records
from kb.catalogue.amounts import amount
from kb.errors import Invalid
from kb.models.organisation import Organisation
from kb.permissions import visible_to
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from sqlalchemy.orm import Session

    from kb.permissions import Person

MOST_POINTS = 200


@dataclass(frozen=True, slots=True)
class Point:
    """What an indicator should be in one period; `id` is that of the row that stands, None for a new one."""

    period: str
    ends_on: date
    value: float
    organisation: str = ""
    id: int | None = None


def set_trajectory(
    session: Session, ref: str, points: Iterable[Point], *, version: int, reason: str, by: Person
) -> Indicator:
    """Write the periods anew: what is missing is taken out, what is there is kept, each change with its history."""
    indicator = editable(session, ref, by)
    wanted = list(points)
    records.check_version(indicator, version, theirs={"trajectory": in_lines(indicator)})
    require_reason(reason)
    if len(wanted) > MOST_POINTS:
        raise Invalid("points", gettext("Give at most %(number)s periods", number=MOST_POINTS))
    _check_points(wanted)
    bodies = _bodies(session, wanted, by)
    known = {point.id: point for point in indicator.trajectory}
    kept = {point.id for point in wanted if point.id in known}
    position = max((point.position for point in indicator.trajectory), default=0)
    with session.no_autoflush:
        for standing in [point for point in indicator.trajectory if point.id not in kept]:
            history.note(session, indicator, "trajectory", told(standing, indicator), None, reason=reason, by=by)
            indicator.trajectory.remove(standing)
        for point in wanted:
            row = known.get(point.id) if point.id is not None else None
            before = told(row, indicator) if row is not None else None
            if row is None:
                position += 1
                row = TrajectoryPoint(position=position)
                indicator.trajectory.append(row)
            row.period, row.ends_on, row.value = point.period.strip(), point.ends_on, point.value
            row.organisation = bodies.get(point.organisation)
            if (after := told(row, indicator)) != before:
                history.note(session, indicator, "trajectory", before, after, reason=reason, by=by)
    session.flush()
    return indicator


def told(point: TrajectoryPoint, indicator: Indicator) -> str:
    """A period of a trajectory in words."""
    who = f", {point.organisation.title}" if point.organisation else ""
    return f"{point.period}{who}: {amount(point.value, indicator.unit)}"


def in_lines(indicator: Indicator) -> str:
    """The whole trajectory in words, a line for each period."""
    return "\n".join(told(point, indicator) for point in indicator.trajectory)


def _check_points(points: list[Point]) -> None:
    seen = set()
    for point in points:
        check_number("points", point.value)
        if not point.period.strip():
            raise Invalid("points", gettext("Say which period each number is for"))
        if (key := (point.ends_on, point.organisation)) in seen:
            raise Invalid("points", gettext("%(period)s stands twice", period=point.period))
        seen.add(key)


def _bodies(session: Session, points: list[Point], by: Person) -> Mapping[str, Organisation]:
    refs = {point.organisation for point in points if point.organisation}
    query = select(Organisation).where(Organisation.ref.in_(refs), visible_to(by))
    found = {body.ref: body for body in session.scalars(query)} if refs else {}
    if unknown := refs - set(found):
        raise Invalid("points", gettext("There is no organisation called “%(ref)s”", ref=min(unknown)))
    return found
