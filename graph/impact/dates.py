"""When actions are expected, and how many days are left to those that wait for them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from actions.models import Action, Closure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session


class Days(NamedTuple):
    """The dates of one action; a forecast is its owner's word, and nothing for whoever may not read updates."""

    starts: date | None
    due: date | None
    forecast: date | None
    is_open: bool

    def expected(self, today: date) -> date | None:
        """The day on which it can be there: as forecast, else as due, and never before today."""
        day = self.forecast or self.due
        return max(day, today) if day else None


def list_days(session: Session, ids: Iterable[int], *, with_forecast: bool = False) -> dict[int, Days]:
    """The dates of those of the ids that are actions."""
    table, wanted = Action.__table__.c, list(ids)
    if not wanted:
        return {}
    query = select(table.id, table.starts_on, table.due_on, table.forecast_on, table.closure)
    return {
        row.id: Days(row.starts_on, row.due_on, row.forecast_on if with_forecast else None, row.closure == Closure.OPEN)
        for row in session.execute(query.where(table.id.in_(wanted)))
    }


def room(waiting: Days, last: date | None, today: date) -> tuple[int | None, bool]:
    """By how many days an action is due, or is to start, after what it waits for; and whether the start decides.

    What has started did not wait to start.
    """
    starts = waiting.starts if waiting.starts and waiting.starts > today else None
    needed = min((day for day in (starts, waiting.due) if day), default=None)
    if needed is None or last is None:
        return None, False
    return (needed - last).days, needed == starts and needed != waiting.due
