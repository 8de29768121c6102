"""Who has lately become the owner of an action, and is told so once, before anything is asked of them.

Only what people wrote down counts: a change of the owner, an action that was made with one, or another holder or deputy
of the post, each from a page or through the API and in the last days. So nobody is told that they own what they owned
before this was built, or what the seed or an import gave them; nor what they took upon themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from actions.models import Action
from actions.reminding import owned
from kb.models.history import Change, Channel
from kb.models.organisation import PostHolding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from actions.reminding.owned import Candidate
    from kb.planning.reminder_policy import Ruled

NEW_FOR_DAYS = 7
BY_PEOPLE = (Channel.WEB, Channel.API)


@dataclass(frozen=True, slots=True)
class NewOwner:
    """An action with the day on which the person who answers for it became its owner."""

    candidate: Candidate
    since: date


def list_new(session: Session, *, today: date, ruled: Mapping[int, Ruled]) -> list[NewOwner]:
    """The open actions whose owner is new."""
    after = today - timedelta(days=NEW_FOR_DAYS)
    given, posts = _given(session, after), _posts(session, after, today)
    if not given and not posts:
        return []
    found = []
    for one in owned.list_candidates(session, today=today, only=list(given), posts=posts, ruled=ruled):
        days = [one.answerer.since] if one.owner_id in posts and one.answerer.since > after else []
        if one.id in given and given[one.id][1] != one.user_id:
            days.append(given[one.id][0])
        if days:
            found.append(NewOwner(one, max(days)))
    return found


def _given(session: Session, after: date) -> dict[int, tuple[date, int | None]]:
    """The actions that were given to an owner, with the day and by whom."""
    query = (
        select(Change.record_id, Change.at, Change.person_id)
        .join(Action.__table__, Action.__table__.c.id == Change.record_id)
        .where(
            Change.at >= datetime.combine(after + timedelta(days=1), time(), UTC),
            Change.channel.in_(BY_PEOPLE),
            Change.field.in_(("owner", "record")),
            Change.new.is_not(None),
        )
        .order_by(Change.id)
    )
    return {row.record_id: (row.at.date(), row.person_id) for row in session.execute(query)}


def _posts(session: Session, after: date, today: date) -> set[int]:
    """The posts that somebody was given lately."""
    noted = and_(
        Change.record_id == PostHolding.post_id,
        Change.channel.in_(BY_PEOPLE),
        or_(Change.field == "holder", Change.field == "deputy"),
        Change.new.is_not(None),
    )
    query = select(PostHolding.post_id).where(
        PostHolding.from_on > after, PostHolding.holds_on(today), select(Change.id).where(noted).exists()
    )
    return set(session.scalars(query))
