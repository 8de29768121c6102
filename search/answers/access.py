"""The index as one person may read it: the state that is of this database, and the marks of what they may find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists

from kb.models.user import Role
from kb.permissions import SYSTEM, Capability
from search.documents.document import EVERYONE
from search.errors import IndexUnusable
from search.index import snapshot
from search.models import IndexState
from search.upkeep import mark_of

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kb.config import Settings
    from kb.permissions import Person
    from search.index.snapshot import Snapshot


def held(session: Session, settings: Settings) -> Snapshot:
    """The newest state of the index; IndexUnusable when it is damaged, or not of this database."""
    found = snapshot.current(settings.index_dir)
    if mark_of(session) not in (found.pointer.mark, found.pointer.previous):
        raise IndexUnusable("The search index is not of this database")
    return found


def is_ours(found: Snapshot) -> ColumnElement[bool]:
    """The same as a criterion, for those who ask the database anyway: it finds nothing for another one's index."""
    return exists().where(IndexState.mark.in_((found.pointer.mark, found.pointer.previous)))


def marks_of(person: Person) -> frozenset[str] | None:
    """The marks that `search.documents.document.readers_of` gives records, as far as this person may read them."""
    if person is SYSTEM:
        return None
    if not person.may(Capability.READ):
        return frozenset()
    if not person.is_signed_in:
        return frozenset({EVERYONE})
    marks = {EVERYONE, f"author-{person.user_id}"}
    plans = person.plans_with(Role.LEAD, Role.STEERING)
    if plans:
        marks |= {"shared", *(f"plan-{plan_id}" for plan_id in plans)}
    return frozenset(marks)
