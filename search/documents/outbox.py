"""Noting, in the same transaction, which records changed, so that the search index can follow.

The hook sees objects of a session. A bulk `update()` or `delete()` passes it by, so services change objects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import event, insert, inspect
from sqlalchemy.orm import Session

from actions.models import Milestone
from kb.db import now
from kb.models.organisation import OrganisationNation
from kb.models.plan import ResponseSource
from kb.models.record import Record
from kb.models.source import Implication, KeyPoint, SourceName, SourceNation
from kb.models.term import Meaning
from search.documents.touched import touched_by
from search.models import IndexChange

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import UOWTransaction

# Rows that are no records, and records that are read inside others: the column that names the record they belong to.
OWNER_COLUMN: dict[type, str] = {
    SourceName: "source_id",
    SourceNation: "source_id",
    OrganisationNation: "organisation_id",
    ResponseSource: "response_id",
    Meaning: "term_id",
    Milestone: "action_id",
    KeyPoint: "source_id",
    Implication: "source_id",
}
_GONE = "search.documents.outbox.gone"


def install() -> None:
    """Listen to every session of this process; calling it again changes nothing."""
    for name, listener in (("before_flush", _before_flush), ("after_flush", _after_flush)):
        if not event.contains(Session, name, listener):
            event.listen(Session, name, listener)


def _before_flush(session: Session, _flush: UOWTransaction, _instances: object) -> None:
    """What rests on a record can only be asked while the record is still there."""
    gone = {each.id for each in session.deleted if isinstance(each, Record)}
    if gone:
        session.info.setdefault(_GONE, set()).update(touched_by(session.connection(), gone))


def _after_flush(session: Session, _flush: UOWTransaction) -> None:
    touched: set[int] = session.info.pop(_GONE, set())
    for each in (*session.new, *session.deleted):
        touched |= _records_of(session, each)
    for each in session.dirty:
        if session.is_modified(each):
            touched |= _records_of(session, each)
    if touched:
        noted_at = now()
        rows = [{"record_id": record_id, "noted_at": noted_at} for record_id in sorted(touched)]
        session.connection().execute(insert(IndexChange), rows)


def _records_of(session: Session, each: Any) -> set[int]:
    """The records whose documents this object is part of."""
    touched = {each.id} if isinstance(each, Record) else set()
    column = next((name for kind, name in OWNER_COLUMN.items() if isinstance(each, kind)), None)
    return touched if column is None else touched | _now_and_before(each, column)


def _now_and_before(each: Any, column: str) -> set[int]:
    history = inspect(each).attrs[column].history
    values: Iterable[int | None] = (*history.added, *history.unchanged, *history.deleted)
    return {value for value in values if value is not None}
