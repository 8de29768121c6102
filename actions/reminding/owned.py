"""What reminders are made from: open actions with whoever answers for them now, read as bare rows for speed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select

from actions.models import Action, Closure
from actions.reminder_models import Reminder
from actions.reminding.digest import Coming, Due
from actions.reminding.stages import SOON_DAYS, Facts, Stage, silent_since
from kb.models.organisation import Organisation, Post, PostHolding
from kb.models.plan import Plan
from kb.models.record import Record, Visibility
from kb.models.user import User

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

COMING_DAYS = 42
COMING_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open action that may need an answer, and the person who would give it."""

    id: int
    ref: str
    title: str
    confidence: str | None
    facts: Facts
    user_id: int
    post: str
    is_deputy: bool

    def due(self, stage: Stage) -> Due:
        """The action as a mail speaks of it."""
        return Due(
            action_id=self.id,
            ref=self.ref,
            title=self.title,
            due_on=self.facts.due_on,
            last_said_on=self.facts.last_said_on,
            silent_since=silent_since(self.facts),
            confidence=self.confidence,
            stage=stage,
            post=self.post,
            is_deputy=self.is_deputy,
        )


@dataclass(frozen=True, slots=True)
class _Answerer:
    """Who answers for a post: its holder, else its deputy."""

    user_id: int
    post: str
    is_deputy: bool


def list_candidates(session: Session, *, today: date, only: Sequence[int] | None = None) -> list[Candidate]:
    """The published open actions that are near or past their date, or long silent, and that somebody answers for."""
    action, record = Action.__table__.c, Record.__table__.c
    query = (
        select(
            action.id,
            record.ref,
            record.title,
            action.owner_id,
            action.confidence,
            action.due_on,
            action.starts_on,
            action.last_said_on,
            record.created_at,
            Plan.__table__.c.stale_after_days,
            Plan.__table__.c.nation,
        )
        .select_from(Action.__table__)
        .join(Record.__table__, record.id == action.id)
        .join(Plan.__table__, Plan.__table__.c.id == record.plan_id)
        .where(
            action.closure == Closure.OPEN,
            action.owner_id.is_not(None),
            record.visibility == Visibility.PUBLISHED,
            record.deleted_at.is_(None),
        )
        .order_by(action.id)
    )
    query = query.where(action.id.in_(only) if only is not None else _may_need_an_answer(session, today))
    rows = session.execute(query).all()
    answerers = _answerers(session, {row.owner_id for row in rows}, today)
    return [
        Candidate(
            id=row.id,
            ref=row.ref,
            title=row.title,
            confidence=row.confidence,
            facts=Facts(
                due_on=row.due_on,
                starts_on=row.starts_on,
                last_said_on=row.last_said_on,
                known_since=row.created_at.date(),
                stale_after_days=row.stale_after_days,
                nation=row.nation,
            ),
            user_id=answerers[row.owner_id].user_id,
            post=answerers[row.owner_id].post,
            is_deputy=answerers[row.owner_id].is_deputy,
        )
        for row in rows
        if row.owner_id in answerers
    ]


def _may_need_an_answer(session: Session, today: date) -> ColumnElement[bool]:
    """A first sieve that the database can answer from its columns; the stages decide."""
    action = Action.__table__.c
    soonest = session.scalar(select(func.min(Plan.stale_after_days))) or 1
    silent = today - timedelta(days=soonest)
    made_before = datetime.combine(silent + timedelta(days=1), time(), UTC)
    return or_(
        action.due_on <= today + timedelta(days=SOON_DAYS),
        action.last_said_on <= silent,
        and_(
            action.last_said_on.is_(None),
            or_(
                action.starts_on <= silent,
                and_(action.starts_on.is_(None), Record.__table__.c.created_at < made_before),
            ),
        ),
    )


def list_told(session: Session, action_ids: Sequence[int]) -> set[tuple[int, str, date, int]]:
    """The keys of the reminders about these actions that stand."""
    if not action_ids:
        return set()
    query = select(Reminder.record_id, Reminder.kind, Reminder.occurrence, Reminder.recipient_id).where(
        Reminder.record_id.in_(action_ids), Reminder.cancelled_at.is_(None)
    )
    return {(row.record_id, row.kind, row.occurrence, row.recipient_id) for row in session.execute(query)}


def list_coming(session: Session, user_ids: Sequence[int], *, today: date) -> Mapping[int, list[Coming]]:
    """What these people’s posts have to do in the next weeks, soonest first."""
    if not user_ids:
        return {}
    query = (
        select(PostHolding.user_id, Action.ref, Action.title, Action.due_on)
        .join(Action, Action.owner_id == PostHolding.post_id)
        .where(
            PostHolding.user_id.in_(user_ids),
            PostHolding.holds_on(today),
            Action.closure == Closure.OPEN,
            Action.visibility == Visibility.PUBLISHED,
            Action.due_on > today,
            Action.due_on <= today + timedelta(days=COMING_DAYS),
        )
        .order_by(Action.due_on, Action.ref)
    )
    coming: dict[int, list[Coming]] = defaultdict(list)
    for user_id, ref, title, due_on in session.execute(query):
        assert due_on is not None  # the query asked for those with one
        coming[user_id].append(Coming(ref, title, due_on))
    return coming


def without(coming: Iterable[Coming], due: Iterable[Due]) -> list[Coming]:
    """The first few of what is coming that the mail does not ask about."""
    asked = {one.ref for one in due}
    return [one for one in coming if one.ref not in asked][:COMING_SHOWN]


def _answerers(session: Session, post_ids: set[int], today: date) -> Mapping[int, _Answerer]:
    """Who answers for each post now, among those with an open account."""
    if not post_ids:
        return {}
    organisation = Organisation.__table__.alias("organisation_of_post")
    organisation_record = Record.__table__.alias("organisation_record")
    query = (
        select(
            PostHolding.post_id,
            PostHolding.user_id,
            PostHolding.is_deputy,
            Post.title,
            organisation.c.abbreviation,
            organisation_record.c.title.label("organisation_title"),
        )
        .join(Post, Post.id == PostHolding.post_id)
        .join(organisation, organisation.c.id == Post.organisation_id)
        .join(organisation_record, organisation_record.c.id == organisation.c.id)
        .join(User, User.id == PostHolding.user_id)
        .where(PostHolding.post_id.in_(post_ids), User.is_active, PostHolding.holds_on(today))
        # The holder comes last, and so stands in the place of the deputy.
        .order_by(PostHolding.is_deputy.desc(), PostHolding.from_on)
    )
    return {
        row.post_id: _Answerer(row.user_id, f"{row.title}, {row.abbreviation or row.organisation_title}", row.is_deputy)
        for row in session.execute(query)
    }
