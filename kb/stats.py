"""How many there are of each thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from actions.models import Milestone, Update
from kb.models.link import Link, LinkState
from kb.models.organisation import StaffGroup
from kb.models.plan import PrioritySet, Response
from kb.models.record import Kind, Record
from kb.models.source import KeyPoint, KeyPointKind
from kb.models.term import Meaning

if TYPE_CHECKING:
    from typing import Any

    from sqlalchemy import Select
    from sqlalchemy.orm import Session


def count(session: Session) -> dict[str, int]:
    """Counts by kind of record, and of what hangs on records; two statements."""
    by_kind = dict(session.execute(select(Record.kind, func.count()).group_by(Record.kind)).all())
    empty = select(func.count()).select_from(Response).where(Response.response_type.is_(None), Response.text == "")
    further: dict[str, Select[Any]] = {
        "commitment": _rows(KeyPoint).where(KeyPoint.point_kind == KeyPointKind.COMMITMENT),
        "lesson": _rows(KeyPoint).where(KeyPoint.point_kind == KeyPointKind.LESSON),
        "empty_response": empty,
        "link": _rows(Link).where(Link.state != LinkState.RETIRED),
        "priority_set": _rows(PrioritySet),
        "staff_group": _rows(StaffGroup),
        "meaning": _rows(Meaning),
        "milestone": _rows(Milestone),
        "update": _rows(Update),
    }
    numbers = session.execute(select(*(query.scalar_subquery().label(name) for name, query in further.items()))).one()
    return {kind.value: by_kind.get(kind, 0) for kind in Kind} | dict(numbers._mapping)


def _rows(model: type[Any]) -> Select[Any]:
    return select(func.count()).select_from(model)
