"""How actions and sources stand on a day: it changes while nothing is written, so no index can hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, union_all

from actions import in_sql
from actions.schedule import State
from kb.models.figure import Figure
from kb.models.source import Implication, KeyPoint, Source, SourceStatus, has_run_out
from search.index.coding import codes_moved, codes_of_records
from search.index.narrowing import Standing
from search.upkeep import mark_of

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from search.index.snapshot import Snapshot

_KEPT = "standing"


def on(session: Session, held: Snapshot, today: date) -> Standing:
    """The schedule of every action, and which sources have ended.

    The database is asked once for each state of the index and each day.
    """
    kept: Standing | None = held.derived.get(_KEPT)
    if kept is not None and kept.today == today:
        return kept
    states = in_sql.states(session, today)
    overdue = frozenset(id for id, state in states.items() if state == State.OVERDUE)
    is_open = {id: state for id, state in states.items() if state != State.CLOSED}
    status = codes_moved(held, "status", _run_out(session, today), SourceStatus.ENDED)
    standing = Standing(today, codes_of_records(held, is_open), overdue, status)
    if mark_of(session) == held.pointer.mark:  # else this session may not see what the index knows already
        held.derived[_KEPT] = standing
    return standing


def _run_out(session: Session, today: date) -> list[int]:
    """The sources whose last day has passed though nobody wrote that they ended, and what is read inside them."""
    source = Source.__table__.c
    sources = select(source.id).where(has_run_out(today))
    parts = [each.__table__.c for each in (KeyPoint, Implication, Figure)]
    inside = [select(part.id).where(part.source_id.in_(sources)) for part in parts]
    return list(session.scalars(union_all(sources, *inside)))
