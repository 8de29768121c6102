"""Shortlists: sources and actions that a person marked while reading, with notes, to share by address or take away."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import joinedload

from kb.db import now
from kb.errors import Invalid, NotAllowed, NotFound
from kb.inserting import insert_into
from kb.models.record import Kind, Record
from kb.models.shortlist import Shortlist, ShortlistItem
from kb.models.user import User
from kb.permissions import Person, visible_to
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

KINDS = (Kind.SOURCE, Kind.ACTION)
KEY_BYTES = 32
LONGEST_NOTE = 1_000
MOST_ITEMS = 500


@dataclass(frozen=True)
class Listed:
    """A shortlist as one reader sees it: notes by the ids of records, in the order in which they were added.

    `hidden` counts what stands on it and the reader may not see.
    """

    owner_id: int
    owner_name: str
    share_key: str | None
    notes: Mapping[int, str]
    hidden: int


def own(session: Session, *, person: Person) -> Listed:
    """The person's own list; an empty one where they have marked nothing yet."""
    user_id = _user_id(person)
    found = session.scalars(select(Shortlist).where(Shortlist.user_id == user_id)).one_or_none()
    return Listed(user_id, person.name, None, {}, 0) if found is None else _listed(session, found, person.name, person)


def shared(session: Session, key: str, *, person: Person) -> Listed:
    """The list that a person shared under this key, as far as the reader may see it, or NotFound."""
    query = select(Shortlist, User.name).join(User, User.id == Shortlist.user_id).where(Shortlist.share_key == key)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("shortlist", key)
    return _listed(session, row[0], row[1], person)


def _listed(session: Session, found: Shortlist, owner_name: str, person: Person) -> Listed:
    query = (
        select(ShortlistItem.record_id, ShortlistItem.note, visible_to(person).label("is_seen"))
        .join(ShortlistItem.record)
        .where(ShortlistItem.shortlist_id == found.id)
        .order_by(ShortlistItem.added_at, ShortlistItem.record_id)
    )
    rows = session.execute(query).all()
    notes = {row.record_id: row.note for row in rows if row.is_seen}
    return Listed(found.user_id, owner_name, found.share_key, notes, len(rows) - len(notes))


def has(session: Session, record: Record, *, person: Person) -> bool:
    """Whether a record stands on the person's own list."""
    if not person.is_signed_in:
        return False
    query = _items(person).where(ShortlistItem.record_id == record.id).with_only_columns(ShortlistItem.record_id)
    return session.scalar(query) is not None


def add(session: Session, names: Iterable[str], *, by: Person, notes: Mapping[str, str] | None = None) -> list[Record]:
    """Put the sources and actions that `kind:ref` names on the person's list; returns those that were not on it."""
    user_id = _user_id(by)
    wanted = _records(session, names, by)
    if not wanted:
        raise Invalid("item", gettext("Tick at least one source or action."))
    made = insert_into(session, Shortlist).values(user_id=user_id).on_conflict_do_nothing(index_elements=["user_id"])
    session.execute(made)
    found = session.scalars(select(Shortlist).where(Shortlist.user_id == user_id).with_for_update()).one()
    standing = set(session.scalars(select(ShortlistItem.record_id).where(ShortlistItem.shortlist_id == found.id)))
    new = [record for record in wanted if record.id not in standing]
    if len(standing) + len(new) > MOST_ITEMS:
        raise Invalid("item", gettext("A shortlist holds at most %(most)s entries.", most=MOST_ITEMS))
    for record in new:
        note = (notes or {}).get(name_of(record), "")[:LONGEST_NOTE]
        session.add(ShortlistItem(shortlist_id=found.id, record_id=record.id, added_at=now(), note=note))
    session.flush()
    return new


def remove(session: Session, names: Iterable[str], *, by: Person) -> list[ShortlistItem]:
    """Take these off the person's list; returns the entries that are gone, with their records and notes."""
    ids = [record.id for record in _records(session, names, by)]
    query = _items(by).where(ShortlistItem.record_id.in_(ids)).options(joinedload(ShortlistItem.record))
    gone = list(session.scalars(query))
    for item in gone:
        session.delete(item)
    session.flush()
    return gone


def clear(session: Session, *, by: Person) -> int:
    """Empty the person's list, what they no longer see on it too; its address stays as it was."""
    own_list = select(Shortlist.id).where(Shortlist.user_id == _user_id(by)).scalar_subquery()
    query = delete(ShortlistItem).where(ShortlistItem.shortlist_id == own_list).returning(ShortlistItem.record_id)
    return len(session.scalars(query).all())


def write_notes(session: Session, notes: Mapping[str, str], *, by: Person) -> int:
    """Write the notes on entries of the person's list, by `kind:ref`; returns how many differ from before."""
    items = _items(by).join(ShortlistItem.record).options(joinedload(ShortlistItem.record))
    changed = 0
    for item in session.scalars(items):
        note = notes.get(name_of(item.record), item.note).strip()
        if len(note) > LONGEST_NOTE:
            told = gettext("The note on “%(title)s” is longer than %(most)s characters.")
            raise Invalid("note", told % {"title": item.record.title, "most": f"{LONGEST_NOTE:,}"})
        changed += note != item.note
        item.note = note
    session.flush()
    return changed


def share(session: Session, *, by: Person) -> str:
    """Give the person's list an address of its own; the one it has already, if it has one."""
    found = session.scalars(select(Shortlist).where(Shortlist.user_id == _user_id(by))).one_or_none()
    if found is None:
        raise Invalid("shortlist", gettext("Put something on your shortlist before you share it."))
    found.share_key = found.share_key or secrets.token_urlsafe(KEY_BYTES)
    session.flush()
    return found.share_key


def stop_sharing(session: Session, *, by: Person) -> None:
    """Take the list's address away; sharing it again gives another."""
    found = session.scalars(select(Shortlist).where(Shortlist.user_id == _user_id(by))).one_or_none()
    if found is not None:
        found.share_key = None
        session.flush()


def name_of(record: Record) -> str:
    """What forms call a record on a shortlist."""
    return f"{record.kind}:{record.ref}"


def _items(person: Person) -> Select[ShortlistItem]:
    return (
        select(ShortlistItem)
        .join(Shortlist, Shortlist.id == ShortlistItem.shortlist_id)
        .where(Shortlist.user_id == _user_id(person))
    )


def _records(session: Session, names: Iterable[str], person: Person) -> Sequence[Record]:
    """The sources and actions that are named and that the person may see; whatever else is named is left out."""
    refs: dict[Kind, set[str]] = {kind: set() for kind in KINDS}
    for name in names:
        kind, _, ref = name.partition(":")
        if kind in KINDS and ref:
            refs[Kind(kind)].add(ref)
    found: list[Record] = []
    for kind, named in refs.items():
        if named:
            query = select(Record).where(Record.kind == kind, Record.ref.in_(named), visible_to(person))
            found += session.scalars(query.order_by(Record.title, Record.id))
    return found


def _user_id(person: Person) -> int:
    if person.user_id is None:
        raise NotAllowed(gettext("Sign in to keep a shortlist."))
    return person.user_id
