"""The due dates that an action has had, from its history."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from kb.models.history import Change

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from actions.models import Action


def dates_of(session: Session, action: Action) -> list[date]:
    """Every due date, the first one first; a date that was set twice running stands once."""
    query = select(Change.new).where(Change.record_id == action.id, Change.field == "due_on").order_by(Change.id)
    later = [_read(words) for words in session.scalars(query) if words]
    dates = [day for day in (action.baseline_due_on, *later, action.due_on) if day is not None]
    return [day for place, day in enumerate(dates) if place == 0 or day != dates[place - 1]]


def _read(words: str) -> date | None:
    """The date that `history.note` wrote down as people write it; whatever else stands there counts as none."""
    try:
        return datetime.strptime(words, "%d %B %Y").replace(tzinfo=UTC).date()
    except ValueError:
        return None
