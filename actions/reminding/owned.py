"""What reminders are made from: open actions with whoever answers for them now, read as bare rows for speed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select

from actions.models import Action, Closure
from actions.reminder_models import Reminder
from actions.reminding import answerers, rounds
from actions.reminding.stages import (
    MOST_DAYS_OFF,
    Facts,
    Reached,
    Stage,
    facts_of,
    meeting_of,
    reached_by,
    silent_since,
)
from actions.reminding.told import Coming, Due
from kb.models.organisation import PostHolding
from kb.models.outbox import MailState, OutboxMessage
from kb.models.record import Kind, Record, Visibility
from kb.planning import reminder_policy

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from actions.reminding.answerers import Answerer
    from actions.reviews.cycle import Cycle
    from kb.planning.reminder_policy import Ruled

# A record, why and about which day, and the reader.
ToldKey = tuple[int, str, date, int]
COMING_DAYS = 42
COMING_SHOWN = 3
# Databases take only so many values in one statement.
AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open action that may need an answer, and the person who would give it."""

    id: int
    ref: str
    title: str
    confidence: str | None
    facts: Facts
    owner_id: int
    answerer: Answerer
    ruled: Ruled

    @property
    def user_id(self) -> int:
        """Whoever is written to."""
        return self.answerer.user_id

    def reached(self, day: date) -> Reached | None:
        """The stage that stands on a day."""
        return reached_by(self.facts, day)

    def due(self, stage: Stage) -> Due:
        """The action as a mail speaks of it."""
        meeting = meeting_of(self.facts, stage)
        return Due(
            record_id=self.id,
            record_kind=Kind.ACTION,
            ref=self.ref,
            title=self.title,
            due_on=self.facts.due_on,
            last_said_on=self.facts.last_said_on,
            silent_since=silent_since(self.facts),
            confidence=self.confidence,
            stage=stage,
            post=self.answerer.post,
            is_deputy=self.answerer.is_deputy,
            plan=self.ruled.title,
            meets_on=meeting.meets_on if meeting else None,
            answer_by=meeting.closes_on if meeting else None,
        )


def list_candidates(
    session: Session,
    *,
    today: date,
    until: date | None = None,
    only: Collection[int] | None = None,
    posts: Collection[int] = (),
    ruled: Mapping[int, Ruled] | None = None,
) -> list[Candidate]:
    """The published open actions of plans that are not paused, and that somebody answers for.

    Of all of them those that are near or past their date, long silent, or asked about before a meeting on a day until
    `until`; with `only` and `posts` those actions and the ones of those posts, however they stand.
    """
    ruled = ruled if ruled is not None else reminder_policy.list_ruled(session)
    query, own = _open_actions(ruled), Action.__table__.c
    asking = rounds.of_plans(session, {one.id: one.nation for one in ruled.values() if not one.is_paused}, today)
    if only is None:
        day = until or today
        sieve = or_(_may_need_an_answer(day, ruled), *rounds.are_asked(asking, day))
        rows = session.execute(query.where(sieve)).all()
    else:
        rows = [row for some in batches(only) for row in session.execute(query.where(own.id.in_(some)))]
        given = {row.id for row in rows}
        of_posts = session.execute(query.where(own.owner_id.in_(posts))) if posts else ()
        rows += [row for row in of_posts if row.id not in given]
    answering = answerers.of_posts(session, {row.owner_id for row in rows}, today)
    return [
        _candidate(row, ruled[row.plan_id], answering[row.owner_id], asking.get(row.plan_id, ()))
        for row in rows
        if row.owner_id in answering
    ]


def _open_actions(ruled: Mapping[int, Ruled]) -> Any:
    action, record = Action.__table__.c, Record.__table__.c
    return (
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
            record.plan_id,
        )
        .select_from(Action.__table__)
        .join(Record.__table__, record.id == action.id)
        .where(
            action.closure == Closure.OPEN,
            action.owner_id.is_not(None),
            record.visibility == Visibility.PUBLISHED,
            record.deleted_at.is_(None),
            record.plan_id.in_([one.id for one in ruled.values() if not one.is_paused]),
        )
        .order_by(action.id)
    )


def _candidate(row: Any, ruled: Ruled, answerer: Answerer, asking: tuple[Cycle, ...]) -> Candidate:
    facts = facts_of(row, ruled.policy, ruled.nation, asking)
    return Candidate(row.id, row.ref, row.title, row.confidence, facts, row.owner_id, answerer, ruled)


def _may_need_an_answer(day: date, ruled: Mapping[int, Ruled]) -> ColumnElement[bool]:
    """A first sieve that the database can answer from its columns; the stages decide."""
    action, policies = Action.__table__.c, [one.policy for one in ruled.values()]
    ahead = max(max(one.first_days_before, one.second_days_before) for one in policies)
    silent = day - timedelta(days=min(one.stale_after_days for one in policies))
    made_before = datetime.combine(silent + timedelta(days=1), time(), UTC)
    return or_(
        action.due_on <= day + timedelta(days=max(ahead, MOST_DAYS_OFF)),
        action.last_said_on <= silent,
        and_(
            action.last_said_on.is_(None),
            or_(
                action.starts_on <= silent,
                and_(action.starts_on.is_(None), Record.__table__.c.created_at < made_before),
            ),
        ),
    )


def list_told(session: Session, record_ids: Collection[int], midnight: datetime) -> Mapping[ToldKey, datetime]:
    """When each of the reminders about these records that stand was planned, by its key.

    One whose mail may never have arrived stands until midnight; then its reader is asked again.
    """
    told = {}
    for some in batches(record_ids):
        query = (
            select(Reminder.record_id, Reminder.kind, Reminder.occurrence, Reminder.recipient_id, Reminder.planned_at)
            .outerjoin(OutboxMessage, OutboxMessage.id == Reminder.message_id)
            .where(
                Reminder.record_id.in_(some),
                Reminder.cancelled_at.is_(None),
                or_(
                    OutboxMessage.id.is_(None),
                    OutboxMessage.state != MailState.UNKNOWN,
                    Reminder.planned_at >= midnight,
                ),
            )
        )
        for row in session.execute(query):
            told[row.record_id, row.kind, row.occurrence, row.recipient_id] = row.planned_at
    return told


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


def batches(ids: Collection[int]) -> Iterator[list[int]]:
    """The ids in portions that a statement can hold."""
    listed = list(ids)
    for start in range(0, len(listed), AT_ONCE):
        yield listed[start : start + AT_ONCE]
