"""How actions stand on a day: it changes while nothing is written, so no index can hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions import in_sql
from actions.schedule import State
from search.index.coding import codes_of_records
from search.index.narrowing import Standing
from search.upkeep import mark_of

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from search.index.snapshot import Snapshot

_KEPT = "standing"


def on(session: Session, held: Snapshot, today: date) -> Standing:
    """The schedule of every action, asked of the database once for each state of the index and each day."""
    kept: Standing | None = held.derived.get(_KEPT)
    if kept is not None and kept.today == today:
        return kept
    states = in_sql.states(session, today)
    overdue = frozenset(id for id, state in states.items() if state == State.OVERDUE)
    is_open = {id: state for id, state in states.items() if state != State.CLOSED}
    standing = Standing(today, codes_of_records(held, is_open), overdue)
    if mark_of(session) == held.pointer.mark:  # else this session may not see what the index knows already
        held.derived[_KEPT] = standing
    return standing
