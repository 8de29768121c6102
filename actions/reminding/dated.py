"""What else falls due: reviews of responses and sources, the end of a source, and the reading of an indicator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, literal, select, union_all

from actions.indicator_models import Indicator, Reading
from actions.indicators.periods import MONTHS
from actions.reminder_models import ReminderKind
from actions.reminding import answerers
from actions.reminding.falling_due import END_KNOWN_DAYS, end_near, reading_due, review_due
from actions.reminding.stages import MOST_DAYS_OFF
from actions.reminding.told import Due
from kb.models.plan import Response
from kb.models.record import Kind, Record, Visibility
from kb.models.source import OVER_STATUSES, Source

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy.orm import Session

    from actions.reminding.answerers import Answerer
    from actions.reminding.stages import Reached, Stage
    from kb.planning.reminder_policy import Ruled


@dataclass(frozen=True, slots=True)
class Dated:
    """A record with a date that somebody looks after; of an indicator it is the end of what was read last."""

    kind: ReminderKind
    record_kind: Kind
    id: int
    ref: str
    title: str
    on: date | None
    known_since: date
    frequency: str
    answerer: Answerer
    ruled: Ruled

    @property
    def user_id(self) -> int:
        """Whoever is written to."""
        return self.answerer.user_id

    def reached(self, day: date) -> Reached | None:
        """The stage that stands on a day."""
        if self.kind is ReminderKind.READING:
            return reading_due(self.frequency, self.on, self.known_since, day)
        assert self.on is not None  # the queries ask for those with one
        if self.kind is ReminderKind.SOURCE_END:
            return end_near(self.on, self.ruled.policy, day)
        return review_due(self.kind, self.on, self.ruled.policy, self.ruled.nation, day)

    def due(self, stage: Stage) -> Due:
        """The record as a mail speaks of it."""
        return Due(
            record_id=self.id,
            record_kind=self.record_kind,
            ref=self.ref,
            title=self.title,
            due_on=stage.occurrence if self.kind is ReminderKind.READING else self.on,
            stage=stage,
            post=self.answerer.post,
            is_deputy=self.answerer.is_deputy,
            plan=self.ruled.title,
        )


def list_dated(
    session: Session, *, today: date, until: date, ruled: Mapping[int, Ruled], only: Collection[int] | None = None
) -> list[Dated]:
    """What may fall due until a day, of plans that are not paused, where somebody looks after it."""
    queries = {
        ReminderKind.REVIEW: _responses(until, ruled),
        ReminderKind.SOURCE_REVIEW: _reviews(until, ruled),
        ReminderKind.SOURCE_END: _ends(today, until, ruled),
        ReminderKind.READING: _indicators(),
    }
    asked = [query.add_columns(literal(kind.value).label("why")) for kind, query in queries.items()]
    if only is not None:
        asked = [query.where(Record.__table__.c.id.in_(only)) for query in asked]
    found = [
        row
        for row in sorted(session.execute(union_all(*asked)), key=lambda row: row.id)
        if (row.plan_id or 0) in ruled and not ruled[row.plan_id or 0].is_paused
    ]
    answering = answerers.of_posts(session, {row.post_id for row in found}, today)
    return [
        Dated(
            kind=ReminderKind(row.why),
            record_kind=Kind(row.kind),
            id=row.id,
            ref=row.ref,
            title=row.title,
            on=row.on,
            known_since=row.created_at.date(),
            frequency=row.frequency,
            answerer=answering[row.post_id],
            ruled=ruled[row.plan_id or 0],
        )
        for row in found
        if row.post_id in answering
    ]


def _responses(until: date, ruled: Mapping[int, Ruled]) -> Any:
    own = Response.__table__.c
    return _published(Response.__table__, own.owner_id, own.review_by.label("on")).where(
        own.review_by <= until + timedelta(days=_ahead(ruled))
    )


def _reviews(until: date, ruled: Mapping[int, Ruled]) -> Any:
    own = Source.__table__.c
    return _published(Source.__table__, own.curator_id, own.review_by.label("on")).where(
        own.review_by <= until + timedelta(days=_ahead(ruled))
    )


def _ends(today: date, until: date, ruled: Mapping[int, Ruled]) -> Any:
    own = Source.__table__.c
    return _published(Source.__table__, own.curator_id, own.ends_on.label("on")).where(
        own.ends_on <= until + timedelta(days=_ahead(ruled)),
        own.ends_on >= today - timedelta(days=END_KNOWN_DAYS),
        own.status.not_in(OVER_STATUSES),
    )


def _indicators() -> Any:
    own = Indicator.__table__.c
    newest = (
        select(func.max(Reading.ends_on))
        .where(Reading.indicator_id == own.id, Reading.replaced_at.is_(None))
        .scalar_subquery()
    )
    return _published(Indicator.__table__, own.owner_id, newest.label("on"), own.frequency).where(
        own.frequency.in_(list(MONTHS))
    )


def _published(table: Any, post: Any, on: Any, frequency: Any = None) -> Any:
    """What everybody may read, with the post that looks after it; the same columns of every kind."""
    record = Record.__table__.c
    frequency = literal("") if frequency is None else frequency
    columns = (record.id, record.kind, record.ref, record.title, record.plan_id, record.created_at)
    return (
        select(*columns, post.label("post_id"), on, frequency.label("frequency"))
        .select_from(table)
        .join(Record.__table__, record.id == table.c.id)
        .where(post.is_not(None), record.visibility == Visibility.PUBLISHED, record.deleted_at.is_(None))
    )


def _ahead(ruled: Mapping[int, Ruled]) -> int:
    """How far ahead anybody is told, days off before it among them."""
    return MOST_DAYS_OFF + max(
        max(one.policy.first_days_before, one.policy.second_days_before) for one in ruled.values()
    )
