"""What saved searches have newly found, told in the one mail of a day: each record once for each search.

The worker's search leaves what it finds in `saved_match` (`search.saving.news`); here it is read as that table has it,
with the rights that its reader has at this moment, and marked as told with the mail that tells it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from sqlalchemy import select, update

from actions.reminding.owned import batches
from kb.accounts import sessions
from kb.models.outbox import OutboxMessage
from kb.models.record import Kind, Record, Visibility
from kb.models.user import User
from kb.permissions import parent_is_visible, visible_to
from kb.records import KIND_IN_ADDRESS
from kb.words import gettext
from search.models import SavedMatch, SavedSearch

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from kb.planning.reminder_policy import Ruled


@dataclass(frozen=True, slots=True)
class News:
    """What one saved search has found: `shown` is what the mail may show, without what another search shows.

    It has the title and the path of the page of each record.
    """

    search_id: int
    name: str
    shown: tuple[tuple[str, str], ...]
    record_ids: tuple[int, ...]


def list_waiting(
    session: Session, today: date, ruled: Mapping[int, Ruled], *, only: int | None = None
) -> dict[int, list[News]]:
    """What waits to be told, by reader; what belongs to a plan whose reminders are paused goes on waiting."""
    query = (
        select(SavedSearch.user_id)
        .join(SavedMatch, SavedMatch.search_id == SavedSearch.id)
        .join(User, User.id == SavedSearch.user_id)
        .where(SavedSearch.is_told, SavedMatch.found_at.is_not(None), SavedMatch.told_at.is_(None), User.is_active)
        .distinct()
    )
    if only is not None:
        query = query.where(SavedSearch.user_id == only)
    users = session.scalars(select(User).where(User.id.in_(query)).order_by(User.id)).all()
    found = {user.id: _of(session, user, today, ruled) for user in users}
    return {user_id: some for user_id, some in found.items() if some}


def mark_told(session: Session, news: Mapping[int, Sequence[News]], messages: Mapping[int, int], now: datetime) -> bool:
    """Note which mail tells what, by reader; False where somebody else told some of it a moment ago."""
    is_ours = True
    for user_id, message_id in messages.items():
        for one in news.get(user_id, ()):
            for some in batches(one.record_ids):
                told = (
                    update(SavedMatch)
                    .where(
                        SavedMatch.search_id == one.search_id,
                        SavedMatch.record_id.in_(some),
                        SavedMatch.told_at.is_(None),
                    )
                    .values(told_at=now, message_id=message_id)
                    .returning(SavedMatch.record_id)
                )
                is_ours &= len(session.execute(told).all()) == len(some)
    return is_ours


def list_hidden(session: Session, message_ids: Collection[int], today: date) -> set[int]:
    """The mails among these that tell of a record which their reader may no longer see."""
    rows = select(SavedMatch.message_id, SavedMatch.record_id).where(SavedMatch.message_id.in_(list(message_ids)))
    told: defaultdict[int, set[int]] = defaultdict(set)
    for message_id, record_id in session.execute(rows):
        told[message_id or 0].add(record_id)
    if not told:
        return set()
    query = select(OutboxMessage.id, User).join(User, User.id == OutboxMessage.recipient_id)
    readers = session.execute(query.where(OutboxMessage.id.in_(list(told)))).all()
    return {message_id for message_id, user in readers if not _sees(session, user, told[message_id], today)}


def tell_again(session: Session, message_id: int) -> None:
    """What a mail would have told waits for another, since that one was taken back."""
    told = update(SavedMatch).where(SavedMatch.message_id == message_id)
    session.execute(told.values(told_at=None, message_id=None))


def _of(session: Session, user: User, today: date, ruled: Mapping[int, Ruled]) -> list[News]:
    person = sessions.person_of(session, user, today=today)
    query = (
        select(
            SavedSearch.id,
            SavedSearch.name,
            Record.id.label("record_id"),
            Record.kind,
            Record.ref,
            Record.title,
            Record.plan_id,
            Record.visibility,
        )
        .join(SavedMatch, SavedMatch.search_id == SavedSearch.id)
        .join(Record, Record.id == SavedMatch.record_id)
        .where(
            SavedSearch.user_id == user.id,
            SavedSearch.is_told,
            SavedMatch.found_at.is_not(None),
            SavedMatch.told_at.is_(None),
            visible_to(person),
            parent_is_visible(person),
        )
        .order_by(SavedSearch.name, SavedSearch.id, SavedMatch.found_at.desc(), Record.updated_at.desc(), Record.id)
    )
    rows = [row for row in session.execute(query) if row.plan_id not in ruled or not ruled[row.plan_id].is_paused]
    by_search: dict[int, list[int]] = {}
    shown: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    names = {row.id: row.name for row in rows}
    seen: set[int] = set()
    for row in rows:
        by_search.setdefault(row.id, []).append(row.record_id)
        if row.record_id not in seen:
            is_draft = row.visibility == Visibility.DRAFT
            title = gettext("%(title)s (draft)", title=row.title) if is_draft else row.title
            shown[row.id].append((title, f"/{KIND_IN_ADDRESS[Kind(row.kind)]}/{quote(row.ref, safe='')}"))
            seen.add(row.record_id)
    return [News(each, names[each], tuple(shown[each]), tuple(ids)) for each, ids in by_search.items()]


def _sees(session: Session, user: User, record_ids: Collection[int], today: date) -> bool:
    person = sessions.person_of(session, user, today=today)
    seen = 0
    for some in batches(record_ids):
        query = select(Record.id).where(Record.id.in_(some), visible_to(person), parent_is_visible(person))
        seen += len(session.scalars(query).all())
    return seen == len(record_ids)
