"""Deleting records: a soft step with a reason, which takes along what cannot stand alone and can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from actions.indicator_models import Indicator
from actions.models import Action
from actions.requests import overtaken
from kb import history
from kb.db import now
from kb.errors import Invalid, NotAllowed, NotFound
from kb.models.deletion import Deletion, deletion_part
from kb.models.figure import Figure
from kb.models.history import Change
from kb.models.organisation import Post
from kb.models.plan import Plan, Priority, PrioritySet, Response
from kb.models.record import Kind, Record
from kb.models.source import Implication, KeyPoint
from kb.permissions import SYSTEM, Capability, visible_to
from kb.removal import hanging
from kb.removal.deleted import WITH_DELETED
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from kb.permissions import Person

# What each kind is a part of: it comes back only when that is there.
_PARENT: dict[str, tuple[type[Record], str]] = {
    Kind.KEY_POINT: (KeyPoint, "source_id"),
    Kind.IMPLICATION: (Implication, "source_id"),
    Kind.FIGURE: (Figure, "source_id"),
    Kind.PRIORITY_SET: (PrioritySet, "source_id"),
    Kind.PRIORITY: (Priority, "set_id"),
    Kind.POST: (Post, "organisation_id"),
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A deletion, how many records went with it, and whether the person may undo it."""

    deletion: Deletion
    number: int
    may_undo: bool


@dataclass(frozen=True, slots=True)
class Gone:
    """A record that is out of sight: by which deletion, or into which other record it was merged."""

    record: Record
    deletion: Deletion | None
    survivor: Record | None
    may_undo: bool


def may_delete(record: Record, by: Person) -> bool:
    """Whether the person may delete this record, and undo its deletion."""
    if by is SYSTEM:
        return True
    if record.kind == Kind.PLAN:
        return by.may(Capability.MANAGE_PLANS)
    capability = Capability.EDIT_SHARED if record.plan_id is None else Capability.EDIT_PLAN
    return by.may(capability, plan_id=record.plan_id)


def require_deleting(record: Record, by: Person) -> None:
    """Raise NotAllowed unless the person may delete this record."""
    if not may_delete(record, by):
        raise NotAllowed(gettext("Your roles do not include deleting “%(title)s”.", title=record.title))


def hindrance(session: Session, record: Record, parts: Sequence[Record], *, by: Person) -> str:
    """Why the person cannot delete the record though they may delete such records; nothing where they can."""
    if record.kind == Kind.PLAN:
        return ""
    foreign = {part.plan_id for part in parts if part.plan_id is not None and not may_delete(part, by)}
    if not foreign:
        return ""
    titles = session.scalars(select(Plan.title).where(Plan.id.in_(foreign), visible_to(by)).order_by(Plan.title)).all()
    return gettext(
        "It cannot be deleted yet: %(plans)s answers it, and you do not lead that plan. Ask its lead to delete "
        "the answer first, or set the source to withdrawn.",
        plans=", ".join(titles) or gettext("another plan"),
    )


def delete(session: Session, record: Record, *, reason: str, by: Person) -> Deletion:
    """Take a record out of sight, with all that cannot stand without it; what it owned has no owner then."""
    require_deleting(record, by)
    reason = reason.strip()
    if not reason:
        raise Invalid("reason", gettext("Say why, in a few words"))
    parts = hanging.parts_of(session, record)
    if why := hindrance(session, record, parts, by=by):
        raise Invalid("reason", why)
    deletion = Deletion(record_id=record.id, at=now(), person_id=by.user_id, reason=reason, parts=[record, *parts])
    session.add(deletion)
    _let_go(session, [record, *parts], deletion, by)
    _note_on_parent(session, record, record.title, None, reason, by)
    for part in (record, *parts):
        told = gettext("deleted") if part is record else gettext("deleted with “%(title)s”", title=record.title)
        _note(session, part, history.DELETION, None, told, deletion.at, reason, by)
        if isinstance(part, Action):
            # Undoing does not bring them back: whoever still needs the change asks again.
            overtaken.withdraw_all(session, part, gettext("The action was deleted"), by=by, today=deletion.at.date())
        part.deleted_at = deletion.at
    session.flush()
    return deletion


def undo(session: Session, deletion_id: int, *, by: Person) -> Deletion:
    """Bring back what one deletion took out of sight, and the owners that it took away."""
    deletion = get(session, deletion_id, person=by)
    require_deleting(deletion.record, by)
    if deletion.undone_at is not None:
        raise Invalid("deletion", gettext("This deletion is undone already."))
    if (parent := _missing_parent(session, deletion.record)) is not None:
        raise Invalid(
            "deletion",
            gettext(
                "“%(title)s” belongs to “%(parent)s”, which is deleted too. Undo that deletion first.",
                title=deletion.record.title,
                parent=parent.title,
            ),
        )
    deletion.undone_at, deletion.undone_by_id = now(), by.user_id
    for part in deletion.parts:
        if part.merged_into_id is None:
            part.deleted_at = None
            _note(session, part, history.DELETION, gettext("deleted"), None, deletion.undone_at, "", by)
    session.flush()
    _note_on_parent(session, deletion.record, None, deletion.record.title, gettext("the deletion was undone"), by)
    _give_back(session, deletion, by)
    session.flush()
    return deletion


def get(session: Session, deletion_id: int, *, person: Person) -> Deletion:
    """One deletion with its parts, or NotFound, also where the person may not see what was deleted."""
    query = (
        select(Deletion)
        .join(Deletion.record)
        .where(Deletion.id == deletion_id, visible_to(person))
        .options(joinedload(Deletion.record), selectinload(Deletion.parts))
        .execution_options(**{WITH_DELETED: True})
    )
    deletion = session.scalars(query).one_or_none()
    if deletion is None:
        raise NotFound("deletion", str(deletion_id))
    return deletion


def may_list(person: Person) -> bool:
    """Deletions are for those who may undo some."""
    return person.may(Capability.EDIT_SHARED) or person.may(Capability.MANAGE_PLANS)


def count(session: Session, *, person: Person) -> int:
    """How many deletions the person may see; NotAllowed for those who may undo none."""
    if not may_list(person):
        raise NotAllowed(gettext("Deletions are for strategy leads and administrators."))
    query = select(func.count(Deletion.id)).join(Deletion.record).where(visible_to(person))
    return session.scalar(query.execution_options(**{WITH_DELETED: True})) or 0


def list_deletions(session: Session, *, person: Person, offset: int = 0, limit: int = 25) -> list[Listed]:
    """One page of deletions, the newest first, those that were undone too."""
    of = deletion_part.c
    number = select(func.count()).where(of.deletion_id == Deletion.id).scalar_subquery()
    query = (
        select(Deletion, number)
        .join(Deletion.record)
        .where(visible_to(person))
        .options(joinedload(Deletion.record), joinedload(Deletion.person))
        .order_by(Deletion.id.desc())
        .offset(offset)
        .limit(limit)
        .execution_options(**{WITH_DELETED: True})
    )
    return [
        Listed(deletion, parts - 1, deletion.undone_at is None and may_delete(deletion.record, person))
        for deletion, parts in session.execute(query)
    ]


def find_gone(session: Session, kind: str, ref: str, *, person: Person) -> Gone | None:
    """The record that bore this name and is out of sight, for its address to say so; None where there was none."""
    query = select(Record).where(Record.kind == kind, Record.ref == ref, Record.deleted_at.is_not(None))
    record = session.scalar(query.where(visible_to(person)).execution_options(**{WITH_DELETED: True}))
    if record is None:
        return None
    if record.merged_into_id is not None:
        merged = select(Record).where(Record.id == record.merged_into_id, visible_to(person))
        survivor = session.scalar(merged.execution_options(**{WITH_DELETED: True}))
        return Gone(record, None, survivor, may_undo=False) if survivor else None
    query_of = (
        select(Deletion)
        .join(deletion_part, deletion_part.c.deletion_id == Deletion.id)
        .where(deletion_part.c.record_id == record.id, Deletion.undone_at.is_(None))
        .options(joinedload(Deletion.record), joinedload(Deletion.person))
        .order_by(Deletion.id.desc())
        .limit(1)
        .execution_options(**{WITH_DELETED: True})
    )
    deletion = session.scalar(query_of)
    return Gone(record, deletion, None, may_undo=deletion is not None and may_delete(deletion.record, person))


def _note(
    session: Session,
    record: Record,
    field: str,
    old: str | None,
    new: str | None,
    at: datetime,
    reason: str,
    by: Person,
) -> None:
    """A line of history that bears the instant of its deletion, by which undoing finds it."""
    history.note(session, record, field, old, new, reason=reason, by=by).at = at


def _let_go(session: Session, going: Sequence[Record], deletion: Deletion, by: Person) -> None:
    """Take the owners that go away from what they own, so that nobody waits for a post that is not there."""
    ids = [record.id for record in going]
    titles = {record.id: record.title for record in going if record.kind == Kind.POST}
    for model, column in hanging.owned_by(list(titles)):
        for owned in session.scalars(select(model).where(getattr(model, column).in_(titles), model.id.not_in(ids))):
            before = titles[getattr(owned, column)]
            _note(session, owned, column.removesuffix("_id"), before, None, deletion.at, deletion.reason, by)
            setattr(owned, column, None)


def _give_back(session: Session, deletion: Deletion, by: Person) -> None:
    """Give what lost its owner by the deletion the same owner again, unless it has another by now."""
    posts = {part.title: part.id for part in deletion.parts if part.kind == Kind.POST}
    if not posts:
        return
    lost = select(Change).where(Change.at == deletion.at, Change.field.in_(("owner", "sponsor")), Change.new.is_(None))
    changes = [change for change in session.scalars(lost) if change.old in posts]
    ids = {change.record_id for change in changes}
    owned = {
        one.id: one
        for model in (Action, Response, Indicator)
        for one in session.scalars(select(model).where(model.id.in_(ids)))
    }
    for change in changes:
        record, column = owned.get(change.record_id), f"{change.field}_id"
        if record is not None and getattr(record, column) is None:
            _note(session, record, change.field, None, change.old, now(), gettext("the deletion was undone"), by)
            setattr(record, column, posts[change.old or ""])


def _note_on_parent(
    session: Session, record: Record, old: str | None, new: str | None, reason: str, by: Person
) -> None:
    """Let the history of what the record was a part of say that it went, or is back."""
    parent = session.scalar(select(Record).where(Record.id.in_(_parent_ids(session, record)[:1])))
    if parent is not None and record.visibility == parent.visibility:  # a draft's title is for fewer readers
        history.note(session, parent, record.kind, old, new, reason=reason, by=by)


def _missing_parent(session: Session, record: Record) -> Record | None:
    """The record that this one is a part of, where that is deleted."""
    query = select(Record).where(Record.id.in_(_parent_ids(session, record)), Record.deleted_at.is_not(None))
    return session.scalar(query.limit(1).execution_options(**{WITH_DELETED: True}))


def _parent_ids(session: Session, record: Record) -> list[int]:
    """What a record is a part of, the nearest first: its source, set or organisation, and its plan."""
    found: list[int | None] = [record.plan_id]
    if record.kind in _PARENT:
        model, column = _PARENT[record.kind]
        own = select(getattr(model, column)).where(model.id == record.id)
        found.insert(0, session.scalar(own.execution_options(**{WITH_DELETED: True})))
    return [each for each in found if each is not None]
