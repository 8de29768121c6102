"""When to plan reminders: at once after anything changed, and otherwise four times an hour.

A whole planning reads every late action, which is too much for each minute. Most of what it depends on leaves a row
with a rising number, so equal numbers mean that nothing changed; what leaves none is found a quarter of an hour later.
Meetings are few, may be cancelled, and are changed in place: all of them are counted with their versions.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zlib import crc32

from sqlalchemy import func, select

from actions.indicator_models import Reading
from actions.models import Update
from actions.reminding import reminders, survey
from actions.review_models import Review
from kb import pulse
from kb.models.history import Change
from kb.models.organisation import PostHolding
from kb.models.record import Record
from kb.models.user import User
from kb.planning import reminder_policy

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.config import Settings

PLANNING = "planning"
AT_LEAST_EVERY = timedelta(minutes=15)
_NUMBERED: tuple[type[Any], ...] = (Change, Update, PostHolding, Record, User, Reading)


def plan_if_needed(session: Session, today: date, now: datetime, settings: Settings) -> reminders.Planned:
    """Plan as `reminders.plan` does, unless that was done moments ago and nothing has changed since."""
    stands = _stand(session, today, now, settings)
    last = pulse.last(session, PLANNING)
    if last is not None and last.note == stands and timedelta() <= now - last.at < AT_LEAST_EVERY:
        return reminders.Planned()
    planned = reminders.plan(session, today, now, settings)
    pulse.beat(session, PLANNING, now, stands)
    return planned


def _stand(session: Session, today: date, now: datetime, settings: Settings) -> str:
    """The day, which plans’ hour has come, all their policies, and the numbers of each table."""
    ruled = reminder_policy.list_ruled(session).values()
    come = [one.id for one in ruled if survey.may_write(one, today, now, settings)]
    numbered = [select(func.max(model.id)).scalar_subquery() for model in _NUMBERED]
    meetings = [
        select(of).scalar_subquery() for of in (func.max(Review.id), func.count(Review.id), func.sum(Review.version))
    ]
    query = select(*numbered, *meetings)
    numbers = ",".join(str(number or 0) for number in session.execute(query).one())
    return f"{today} {crc32(repr((come, list(ruled))).encode()):08x} {numbers}"
