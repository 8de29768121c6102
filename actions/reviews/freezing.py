"""Freezing a pack: what it says from then on is the snapshot, whatever becomes of the records."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import select

from actions.review_models import Review
from actions.reviews import pack as packs
from actions.reviews import service
from actions.reviews.gathering import gather
from kb import history
from kb.errors import Conflict, Invalid, KnowledgeBaseError
from kb.models.history import Channel
from kb.permissions import SYSTEM, Capability
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from actions.reviews.pack import Pack
    from kb.config import Settings
    from kb.db import Database
    from kb.permissions import Person

log = logging.getLogger(__name__)


def freeze(session: Session, review_id: int, *, version: int, by: Person, today: date, now: datetime) -> Review:
    """Keep the pack of a meeting as it is `now`, by the clock of the service.

    Raises Conflict where somebody has frozen or changed it meanwhile, and Invalid before owners were asked.
    """
    review = service.get(session, review_id, by)
    by.require(Capability.RUN_REVIEW, plan_id=review.plan_id)
    session.refresh(review, ["version", "frozen_at"], with_for_update=True)
    if review.is_frozen:
        raise Conflict(gettext("The pack of this meeting is frozen already."))
    service.check_version(review, version)
    if (why := why_not(review, today)) is not None:
        raise Invalid("", why)
    _keep(session, review, gather(session, review, today, now, by=by.name), by)
    return review


def why_not(review: Review, today: date) -> str | None:
    """Why a pack cannot be frozen yet, as a sentence."""
    cycle = service.cycle(review)
    if today < cycle.asks_on:
        told = gettext(
            "Owners are asked on %(day)s; before that there is nothing to freeze.", day=spoken(cycle.asks_on)
        )
        return f"{told} {gettext('Change the meeting, if they should be asked earlier.')}"
    return None


def read(review: Review) -> Pack | None:
    """The frozen pack of a meeting that `service.get` gave with its pack; None before the freeze."""
    return packs.decode(review.pack) if review.pack is not None else None


def freeze_due(
    database: Database, settings: Settings, now: datetime, *, should_stop: Callable[[], bool] = lambda: False
) -> int:
    """Freeze the packs whose answers closed on a day that is over, and that nobody has frozen; how many those were.

    Each in a transaction of its own; one that fails is logged, and tried again with the next tick.
    """
    now = now.astimezone(ZoneInfo(settings.timezone))
    with database.reading() as session:
        waiting = session.scalars(select(Review).where(Review.frozen_at.is_(None), Review.closed_at.is_(None))).all()
        ids = [one.id for one in waiting]
    return sum(not should_stop() and _freeze_if_due(database, review_id, now) for review_id in ids)


def _freeze_if_due(database: Database, review_id: int, now: datetime) -> bool:
    today = now.date()
    try:
        with database.writing(Channel.WORKER) as session:
            review = service.get(session, review_id, SYSTEM)
            if today <= service.cycle(review).closes_on:
                return False
            freeze(session, review_id, version=review.version, by=SYSTEM, today=today, now=now)
    except KnowledgeBaseError:
        log.exception("The pack of meeting %s could not be frozen", review_id)
        return False
    return True


def _keep(session: Session, review: Review, made: Pack, by: Person) -> None:
    content = packs.encode(made)
    review.pack, review.digest = content, packs.digest_of(content)
    review.numbers = {one.key: one.number for one in made.counts}
    review.frozen_at, review.frozen_by_id = made.frozen_at, by.user_id
    history.note(session, review.plan, "pack_frozen", None, spoken(review.meets_on), by=by)
    session.flush()
