"""Writing and reading history: every service that changes a record notes it here, in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVarTuple

from sqlalchemy import Select, and_, func, inspect, or_, select
from sqlalchemy.orm import joinedload

from kb.db import now
from kb.models.deletion import Deletion
from kb.models.history import Change, Channel
from kb.models.record import Record
from kb.permissions import Capability, Person, visible_to
from kb.removal.deleted import WITH_DELETED
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

Row = TypeVarTuple("Row")
# Columns that follow from others or that nobody changes by hand.
NOT_NOTED = frozenset(
    {"id", "version", "updated_at", "created_at", "author_id", "document", "document_line", "position"}
)

# These tell of people, of updates or of meetings, which are for those alone who may read updates.
PRIVATE = frozenset(
    {
        "decision",
        "deputy",
        "evidence",
        "holder",
        "meeting",
        "meeting_closed",
        "pack_frozen",
        "request",
        "role",
        "support",
        "update",
    }
)
# A deletion is noted on every part that went along; told is the one of the record that somebody deleted.
DELETION = "deletion"


@dataclass(frozen=True, slots=True)
class Group:
    """What changed on one record, the newest first."""

    record: Record
    changes: Sequence[Change]


def channel_of(session: Session) -> Channel:
    """Through what this session's changes come; whoever opened the session said so."""
    return Channel(session.info["channel"])


def note(
    session: Session, record: Record, field: str, old: object, new: object, *, reason: str = "", by: Person
) -> Change:
    """Add one line to a record's history and mark the record as changed now."""
    record.updated_at = now()
    change = Change(
        record=record,
        record_id=record.id,
        person_id=by.user_id,
        channel=channel_of(session),
        field=field,
        old=_text(old),
        new=_text(new),
        reason=reason,
    )
    session.add(change)
    return change


def note_created(session: Session, record: Record, *, by: Person, reason: str = "") -> Change:
    """Say that the record was made; before the flush that saves it, which it would otherwise need twice."""
    return note(session, record, "record", None, record.title, reason=reason, by=by)


def note_changes(session: Session, record: Record, *, by: Person, reason: str = "") -> list[Change]:
    """Note every column of the record that differs from the database; call it before the flush."""
    state = inspect(record)
    changes = []
    for attribute in state.mapper.column_attrs:
        if attribute.key in NOT_NOTED:
            continue
        past = state.attrs[attribute.key].history
        if past.has_changes():
            old = past.deleted[0] if past.deleted else None
            new = past.added[0] if past.added else None
            if attribute.columns[0].foreign_keys:
                old, new = _named(session, attribute.columns[0], old), _named(session, attribute.columns[0], new)
            changes.append(note(session, record, attribute.key, old, new, reason=reason, by=by))
    return changes


def _named(session: Session, column: ColumnElement[Any], value: Any) -> Any:
    """The title of the record that a key names; other values as they are."""
    key = next(iter(column.foreign_keys)).column
    if value is None or key.table.name not in _record_tables():
        return value
    record = Record.__table__.c
    with session.no_autoflush:
        return session.connection().scalar(select(record.title).where(record.id == value)) or value


@cache
def _record_tables() -> frozenset[str]:
    return frozenset(table.name for mapper in inspect(Record).self_and_descendants for table in mapper.tables)


def list_for(session: Session, record: Record, *, person: Person, limit: int = 50) -> Sequence[Change]:
    """The newest changes of one record, newest first; who made them is loaded for those who may know."""
    query = select(Change).where(Change.record_id == record.id).order_by(Change.id.desc()).limit(limit)
    if person.may(Capability.READ_UPDATES):
        query = query.options(joinedload(Change.person))
    else:
        query = query.where(Change.field.not_in(PRIVATE))
    return session.scalars(query).all()


def count_of(session: Session, ids: Sequence[int], *, person: Person) -> int:
    """How many changes `list_of` has in all."""
    return session.scalar(_seen(select(func.count(Change.id)), person).where(Change.record_id.in_(ids))) or 0


def list_of(session: Session, ids: Sequence[int], *, person: Person, offset: int, limit: int) -> Sequence[Change]:
    """One page of the changes of these records, newest first, the first loading too."""
    query = _seen(select(Change), person).where(Change.record_id.in_(ids))
    query = query.options(joinedload(Change.record), joinedload(Change.person))
    return session.scalars(query.order_by(Change.id.desc()).offset(offset).limit(limit)).all()


def last_number(session: Session) -> int:
    """The number of the last change to anything: what is taken out of the service says by it how new it is."""
    return session.scalar(select(func.max(Change.id))) or 0


def list_recent(
    session: Session, *, person: Person, limit: int = 5, offset: int = 0, since: datetime | None = None
) -> Sequence[Change]:
    """The newest changes of all records that the person may see, without what the first loading wrote."""
    query = _recent(select(Change), person, since)
    query = query.options(joinedload(Change.record), joinedload(Change.person))
    return session.scalars(query.order_by(Change.id.desc()).offset(offset).limit(limit)).all()


def count_recent(session: Session, *, person: Person, since: datetime | None = None) -> int:
    """How many changes `list_recent` has in all."""
    return session.scalar(_recent(select(func.count(Change.id)), person, since)) or 0


def by_record(changes: Iterable[Change]) -> list[Group]:
    """Changes that are listed newest first, by record: those that changed last come first."""
    found: dict[int, list[Change]] = {}
    for change in changes:
        found.setdefault(change.record_id, []).append(change)
    return [Group(each[0].record, each) for each in found.values()]


def _recent(query: Select[*Row], person: Person, since: datetime | None) -> Select[*Row]:
    """What people changed; of deleted records only that, and of deletions only that of the record itself."""
    query = _seen(query, person).where(Change.channel != Channel.SEED)
    was_chosen = Record.id.in_(select(Deletion.record_id))
    stands = and_(Record.deleted_at.is_(None), or_(Change.field != DELETION, was_chosen))
    query = query.where(or_(stands, and_(Change.field == DELETION, was_chosen)))
    query = query.execution_options(**{WITH_DELETED: True})
    return query if since is None else query.where(Change.at >= since)


def _seen(query: Select[*Row], person: Person) -> Select[*Row]:
    query = query.join(Change.record).where(visible_to(person))
    return query if person.may(Capability.READ_UPDATES) else query.where(Change.field.not_in(PRIVATE))


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, float):
        return str(value).removesuffix(".0")
    return spoken(value) if isinstance(value, date) else str(value)
