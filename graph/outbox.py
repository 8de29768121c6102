"""Moves the map's revision in the same transaction as any change of a record or a link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import event, insert, update
from sqlalchemy.orm import Session

from graph.models import GraphRevision
from kb.models.link import DismissedPair, Link
from kb.models.plan import ResponseSource
from kb.models.record import Record

if TYPE_CHECKING:
    from sqlalchemy.orm import UOWTransaction

DRAWN = (Record, Link, ResponseSource, DismissedPair)
MARK = "map_changed"


def install() -> None:
    """Listen on every session; doing it again changes nothing."""
    if not event.contains(Session, "after_flush", note):
        event.listen(Session, "after_flush", note)
        event.listen(Session, "before_commit", move)


def note(session: Session, _context: UOWTransaction) -> None:
    """Remember that something on the map changed; bulk updates are not seen, so services change objects."""
    if any(isinstance(thing, DRAWN) for things in (session.new, session.dirty, session.deleted) for thing in things):
        session.info[MARK] = True


def move(session: Session) -> None:
    """Move the revision last of all, so that the one row is locked for as short as can be."""
    session.flush()
    if not session.info.pop(MARK, False):
        return
    moved = update(GraphRevision).values(revision=GraphRevision.revision + 1)
    if session.connection().execute(moved).rowcount == 0:
        session.connection().execute(insert(GraphRevision).values(id=1, revision=1))
