"""Searches that people save: their own alone, and what each of them has found so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from kb.errors import Invalid, NotAllowed, NotFound
from kb.inserting import insert_into
from kb.models.record import Record
from kb.models.user import User
from kb.permissions import parent_is_visible, visible_to
from kb.words import gettext
from search import service
from search.errors import IndexUnusable
from search.language.asked import Asked
from search.models import SavedMatch, SavedSearch

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from kb.config import Settings
    from kb.permissions import Person

MOST = 100
LONGEST_NAME = 100
LONGEST_ASKED = 2_000
NEW_FOR = timedelta(days=7)
MOST_NEW_SHOWN = 50
BATCH = 500


@dataclass(frozen=True, slots=True)
class Found:
    """A record that a search found after it was saved; `told_at` is empty while the mail about it is to come."""

    record: Record
    found_at: datetime
    told_at: datetime | None


def list_own(session: Session, *, person: Person) -> Sequence[SavedSearch]:
    """All searches of the person, by name."""
    query = select(SavedSearch).where(SavedSearch.user_id == _user_id(person))
    return session.scalars(query.order_by(func.lower(SavedSearch.name), SavedSearch.id)).all()


def get(session: Session, search_id: int, *, person: Person) -> SavedSearch:
    """One search of the person; NotFound for those of others."""
    query = select(SavedSearch).where(SavedSearch.id == search_id, SavedSearch.user_id == _user_id(person))
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound("saved search", str(search_id))
    return found


def saved_as(session: Session, asked: Asked, *, person: Person) -> SavedSearch | None:
    """The person's search that asks just this, if there is one."""
    if not person.is_signed_in:
        return None
    query = select(SavedSearch).where(SavedSearch.user_id == person.user_id, SavedSearch.asks == asked.kept())
    return session.scalars(query.order_by(SavedSearch.id).limit(1)).one_or_none()


def count_new(
    session: Session, searches: Collection[SavedSearch], *, person: Person, now: datetime
) -> Mapping[int, int]:
    """How many records each search has found within the last week, without what the person may no longer see."""
    query = (
        select(SavedMatch.search_id, func.count().label("number"))
        .join(Record, Record.id == SavedMatch.record_id)
        .where(
            SavedMatch.search_id.in_([each.id for each in searches]),
            SavedMatch.found_at > now - NEW_FOR,
            visible_to(person),
            parent_is_visible(person),
        )
        .group_by(SavedMatch.search_id)
    )
    return {row.search_id: row.number for row in session.execute(query)}


def list_new(session: Session, found: SavedSearch, *, person: Person) -> list[Found]:
    """The records that one search has found since it was saved, the newest first."""
    query = (
        select(Record, SavedMatch.found_at, SavedMatch.told_at)
        .join(SavedMatch, SavedMatch.record_id == Record.id)
        .where(SavedMatch.search_id == found.id, SavedMatch.found_at.is_not(None))
        .where(visible_to(person), parent_is_visible(person))
        .order_by(SavedMatch.found_at.desc(), Record.title, Record.id)
        .limit(MOST_NEW_SHOWN)
    )
    return [Found(record, at, told_at) for record, at, told_at in session.execute(query) if at is not None]


def save(
    session: Session, settings: Settings, asked: Asked, name: str, *, is_told: bool, by: Person, today: date
) -> SavedSearch:
    """Keep a search under a name; what it finds now is nothing new."""
    asks, user_id = asked.kept(), _user_id(by)
    if not (asked.question.strip() or asked.filters):
        raise Invalid("", gettext("Ask something first: a search without words and filters cannot be saved."))
    if len(asks) > LONGEST_ASKED:
        raise Invalid("", gettext("This search has too many filters to be saved. Leave some out."))
    own = _locked(session, by)
    if len(own) >= MOST:
        raise Invalid("", gettext("You have %(most)s saved searches already. Remove one first.", most=MOST))
    kept = SavedSearch(user_id=user_id, name=_free_name(name, own), asks=asks, is_told=is_told)
    session.add(kept)
    session.flush()
    if is_told:
        _begin_telling(session, settings, kept, by, today)
    return kept


def change(
    session: Session, settings: Settings, search_id: int, name: str, *, is_told: bool, by: Person, today: date
) -> SavedSearch:
    """Give a search another name, and say whether its owner is told; who is told again hears of what comes then."""
    own = _locked(session, by)
    found = get(session, search_id, person=by)
    found.name = _free_name(name, [each for each in own if each.id != found.id])
    if is_told and not found.is_told:
        _begin_telling(session, settings, found, by, today)
    found.is_told = is_told
    session.flush()
    return found


def remove(session: Session, search_id: int, *, by: Person) -> SavedSearch:
    """Forget a search and all that it has found."""
    found = get(session, search_id, person=by)
    session.delete(found)
    session.flush()
    return found


def matching(
    session: Session, settings: Settings, found: SavedSearch, *, person: Person, today: date
) -> frozenset[int]:
    """The ids of the records of which a search tells; IndexUnusable while the index cannot be asked."""
    return frozenset(service.find_all(session, settings, person, Asked.from_kept(found.asks), today=today))


def know(
    session: Session, search_id: int, record_ids: Iterable[int], *, person: Person, found_at: datetime | None
) -> int:
    """Write down records as found, and return how many were not known; without an instant they were there before.

    The index may be a moment behind, so the database says once more what is there and who may see it.
    """
    ids, number = sorted(record_ids), 0
    insert = insert_into(session, SavedMatch).on_conflict_do_nothing()
    for start in range(0, len(ids), BATCH):
        some = Record.id.in_(ids[start : start + BATCH])
        seen = select(Record.id).where(some, visible_to(person), parent_is_visible(person))
        rows = [{"search_id": search_id, "record_id": each, "found_at": found_at} for each in session.scalars(seen)]
        if rows:
            number += len(session.execute(insert.returning(SavedMatch.record_id), rows).all())
    return number


def _begin_telling(session: Session, settings: Settings, found: SavedSearch, person: Person, today: date) -> None:
    """From now on the owner is told; without a usable index the worker finds out later what is there already."""
    waiting = delete(SavedMatch).where(SavedMatch.search_id == found.id, SavedMatch.told_at.is_(None))
    session.execute(waiting.where(SavedMatch.found_at.is_not(None)))
    try:
        ids = matching(session, settings, found, person=person, today=today)
    except IndexUnusable:
        found.looked_on = None
        return
    know(session, found.id, ids, person=person, found_at=None)
    found.looked_on = today


def _locked(session: Session, person: Person) -> Sequence[SavedSearch]:
    """All searches of the person, of whom no other request changes any meanwhile."""
    session.execute(select(User.id).where(User.id == _user_id(person)).with_for_update())
    return list_own(session, person=person)


def _free_name(name: str, others: Iterable[SavedSearch]) -> str:
    name = " ".join(name.split())
    if not name:
        raise Invalid("name", gettext("Give the search a name"))
    if len(name) > LONGEST_NAME:
        raise Invalid("name", gettext("Use at most %(most)s characters", most=LONGEST_NAME))
    if name.casefold() in {each.name.casefold() for each in others}:
        raise Invalid("name", gettext("You have a saved search of this name. Give another"))
    return name


def _user_id(person: Person) -> int:
    if person.user_id is None:
        raise NotAllowed(gettext("Sign in to save a search."))
    return person.user_id
