"""How many there are of each thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from actions.indicator_models import Reading, TrajectoryPoint
from actions.models import Milestone, Update
from kb.models.figure import Comparison, Figure, FigureKind
from kb.models.link import Link, LinkState
from kb.models.plan import PrioritySet, Response
from kb.models.record import Kind, Record
from kb.models.source import KeyPoint, KeyPointKind, Mention
from kb.models.term import Meaning

if TYPE_CHECKING:
    from enum import StrEnum
    from typing import Any

    from sqlalchemy import Select
    from sqlalchemy.orm import Session


def count(session: Session) -> dict[str, int]:
    """Counts by kind of record, by kind of key point and of figure, and of what hangs on records; four statements."""
    empty = select(func.count()).select_from(Response).where(Response.response_type.is_(None), Response.text == "")
    further: dict[str, Select[Any]] = {
        "open_comparison": _rows(Comparison).where(Comparison.outcome.is_(None)),
        "empty_response": empty,
        "link": _rows(Link).where(Link.state != LinkState.RETIRED),
        "plan_priority_set": _rows(PrioritySet).where(PrioritySet.plan_id.is_not(None)),
        "meaning": _rows(Meaning),
        "mention": _rows(Mention),
        "milestone": _rows(Milestone),
        "update": _rows(Update),
        "trajectory_point": _rows(TrajectoryPoint),
        "reading": _rows(Reading).where(Reading.replaced_at.is_(None)),
    }
    numbers = session.execute(select(*(query.scalar_subquery().label(name) for name, query in further.items()))).one()
    return {
        **_by_kind(session, Record.kind, Kind),
        **_by_kind(session, KeyPoint.point_kind, KeyPointKind),
        **{f"figure_{kind}": number for kind, number in _by_kind(session, Figure.figure_kind, FigureKind).items()},
        **numbers._mapping,
    }


def _by_kind(session: Session, column: Any, kinds: type[StrEnum]) -> dict[str, int]:
    """How many there are of each kind, also of those that there are none of."""
    found: dict[str, int] = dict(session.execute(select(column, func.count()).group_by(column)).all())
    return {kind.value.replace("-", "_"): found.get(kind.value, 0) for kind in kinds}


def _rows(model: type[Any]) -> Select[Any]:
    return select(func.count()).select_from(model)
