"""What saved searches newly find: looked for by the worker once a working day, and left for the mail of that day.

Here nothing is told. Rows of `saved_match` without a `told_at` wait, and `actions.reminding.news` tells them; so
reminders know no search, and a worker that is stopped between the two repeats nothing.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, or_, select

from actions.reminding import survey
from actions.schedule import is_working_day
from kb.accounts import sessions
from kb.models.history import Channel
from kb.models.user import User
from kb.planning import reminder_policy
from search.errors import IndexUnusable
from search.models import SavedMatch, SavedSearch
from search.saving import saved

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kb.config import Settings
    from kb.db import Database
    from kb.permissions import Person

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Look:
    """What one search finds that it did not know, and what it had found that is gone before anybody was told."""

    search_id: int
    new: frozenset[int]
    gone: frozenset[int]


def look(
    database: Database,
    settings: Settings,
    today: date,
    now: datetime,
    should_stop: Callable[[], bool] = lambda: False,
) -> int:
    """Run every search whose owner is told and that was not run today; the number of new records.

    Nothing is noted for a person while the index cannot be asked: the next tick tries again. A search that fails
    keeps those of other people from nothing, and is raised after them.
    """
    with database.reading() as session:
        user_ids = _whose_turn(session, today, now, settings)
    number, trouble = 0, None
    for user_id in user_ids:
        if should_stop():
            break
        try:
            with database.reading() as session:
                person = sessions.person_of(session, session.get_one(User, user_id), today=today)
                looks = _ask(session, settings, person, today)
        except IndexUnusable as error:
            log.warning("Saved searches wait for the index: %s", error)
            break
        except Exception as error:
            log.warning("The saved searches of user %s failed: %s", user_id, error)
            trouble = error
            continue
        with database.writing(Channel.WORKER) as session:
            number += sum(_note(session, each, person, today, now) for each in looks)
    if trouble is not None:
        raise trouble
    return number


def _to_look(today: date) -> ColumnElement[bool]:
    return SavedSearch.is_told & or_(SavedSearch.looked_on.is_(None), SavedSearch.looked_on < today)


def _whose_turn(session: Session, today: date, now: datetime, settings: Settings) -> Sequence[int]:
    """The people with searches to run, once it is late enough to write to anybody today."""
    query = select(SavedSearch.user_id).join(User, User.id == SavedSearch.user_id).where(User.is_active)
    user_ids = session.scalars(query.where(_to_look(today)).distinct().order_by(SavedSearch.user_id)).all()
    if not user_ids or settings.demo:
        return user_ids
    ruled = reminder_policy.list_ruled(session).values()
    is_time = any(is_working_day(today, one.nation) and survey.may_write(one, today, now, settings) for one in ruled)
    return user_ids if is_time else ()


def _ask(session: Session, settings: Settings, person: Person, today: date) -> list[_Look]:
    looks = []
    query = select(SavedSearch).where(SavedSearch.user_id == person.user_id, _to_look(today))
    for search in session.scalars(query.order_by(SavedSearch.id)).all():
        ids = saved.matching(session, settings, search, person=person, today=today)
        rows = select(SavedMatch.record_id, SavedMatch.found_at, SavedMatch.told_at)
        known = session.execute(rows.where(SavedMatch.search_id == search.id)).all()
        waiting = {row.record_id for row in known if row.found_at is not None and row.told_at is None}
        looks.append(_Look(search.id, ids - {row.record_id for row in known}, frozenset(waiting - ids)))
    return looks


def _note(session: Session, found: _Look, person: Person, today: date, now: datetime) -> int:
    """Write down what one search found, unless another worker has done so or its owner wants to know no more."""
    query = select(SavedSearch).where(SavedSearch.id == found.search_id, _to_look(today))
    search = session.scalars(query.with_for_update()).one_or_none()
    if search is None:
        return 0
    # What was never told is news again should it come back; what was told stays known.
    gone = sorted(found.gone)
    for start in range(0, len(gone), saved.BATCH):
        rows = delete(SavedMatch).where(
            SavedMatch.search_id == search.id, SavedMatch.record_id.in_(gone[start : start + saved.BATCH])
        )
        session.execute(rows.where(SavedMatch.told_at.is_(None)))
    is_first = search.looked_on is None
    number = saved.know(session, search.id, found.new, person=person, found_at=None if is_first else now)
    search.looked_on = today
    return 0 if is_first else number
