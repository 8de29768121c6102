"""How often and by how much the dates of actions have moved, with who moved them and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kb.models.history import Change
from kb.permissions import Capability, Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

    from actions.models import Action, Update


@dataclass(frozen=True, slots=True)
class Move:
    """One move of a due date, or of the date that the owner expects; `by` is empty for whoever may not know."""

    before: date
    after: date
    on: date
    by: str
    reason: str
    is_forecast: bool = False

    @property
    def days(self) -> int:
        """How many days later it became; negative where it came forward."""
        return (self.after - self.before).days


def moves_of(session: Session, action_ids: Sequence[int], person: Person) -> dict[int, list[Move]]:
    """Every move of the due dates of these actions, the first one first; one statement."""
    query = select(Change).where(Change.record_id.in_(list(action_ids)), Change.field == "due_on").order_by(Change.id)
    may_know = person.may(Capability.READ_UPDATES)
    if may_know:
        query = query.options(joinedload(Change.person))
    by_action: dict[int, list[Change]] = {}
    for change in session.scalars(query) if action_ids else ():
        by_action.setdefault(change.record_id, []).append(change)
    return {id: _moves(changes, may_know=may_know) for id, changes in by_action.items()}


def _moves(changes: Iterable[Change], *, may_know: bool) -> list[Move]:
    """A date that was taken away and then set again moved from what it was before."""
    found, standing = [], None
    for change in changes:
        standing = read_day(change.old) or standing
        after = read_day(change.new)
        if after is None:
            continue
        if standing is not None and after != standing:
            by = change.person.name if may_know and change.person else ""
            found.append(Move(standing, after, change.at.date(), by, change.reason))
        standing = after
    return found


def forecasts_of(action: Action, updates: Iterable[Update], moves: Sequence[Move]) -> list[Move]:
    """Every move of the date that the owner expects, the first one first; of updates with their senders and posts."""
    found, standing = [], None
    for update in sorted(updates, key=lambda update: (update.said_on, update.id)):
        after = update.forecast_on
        before = standing or _due_then(action, moves, update.said_on)
        if after is None or before is None:
            standing = after or standing
            continue
        if after != before:
            by = update.post.title if update.post else (update.person.name if update.person else "")
            found.append(Move(before, after, update.said_on, by, update.forecast_reason, is_forecast=True))
        standing = after
    return found


def dates_of(action: Action, moves: Sequence[Move]) -> list[date]:
    """Every due date, the first one first; a date that was set twice running stands once."""
    dates = [day for day in (action.baseline_due_on, *(move.after for move in moves), action.due_on) if day is not None]
    return dates[:1] + [day for before, day in pairwise(dates) if day != before]


def _due_then(action: Action, moves: Sequence[Move], day: date) -> date | None:
    """The due date that stood on a day."""
    later = [move.before for move in moves if move.on > day]
    return later[0] if later else action.due_on


@lru_cache(maxsize=4_096)
def read_day(words: str | None) -> date | None:
    """The date that `history.note` wrote down as people write it; whatever else stands there counts as none."""
    try:
        return datetime.strptime(words or "", "%d %B %Y").replace(tzinfo=UTC).date()
    except ValueError:
        return None
