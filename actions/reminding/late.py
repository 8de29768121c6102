"""Late actions that others than their owners have to hear of: the sponsor, and later the plan’s steering group."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select

from actions.models import Action, Closure, Update
from actions.reminder_models import ReminderKind
from actions.reminding import answerers
from actions.reminding.stages import Stage, told_higher_on, working_days_late
from actions.reminding.told import Due
from kb.models.record import Kind, Record, Visibility
from kb.models.user import Membership, Role, User

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import date

    from sqlalchemy.orm import Session

    from actions.reminding.answerers import Answerer
    from kb.planning.reminder_policy import Ruled


@dataclass(frozen=True, slots=True)
class Late:
    """A late action with those who may hear of it."""

    id: int
    ref: str
    title: str
    due_on: date
    confidence: str | None
    last_said_on: date | None
    owner: str
    owner_user_id: int | None
    sponsor: Answerer | None
    steering: tuple[int, ...]
    ruled: Ruled

    def hears(self, day: date) -> Iterator[tuple[int, ReminderKind]]:
        """Who has to have heard of it by a day, and as what.

        A sponsor who is a member of the steering group too hears of it once, and so does one who is the owner.
        """
        policy, nation = self.ruled.policy, self.ruled.nation
        steering: tuple[int, ...] = ()
        if policy.steering_after_days and day >= told_higher_on(self.due_on, policy.steering_after_days, nation):
            steering = self.steering
        if (
            self.sponsor is not None
            and self.sponsor.user_id != self.owner_user_id
            and self.sponsor.user_id not in steering
            and policy.sponsor_after_days
            and day >= told_higher_on(self.due_on, policy.sponsor_after_days, nation)
        ):
            yield self.sponsor.user_id, ReminderKind.TO_SPONSOR
        for user_id in steering:
            yield user_id, ReminderKind.TO_STEERING

    def due(self, kind: ReminderKind, day: date) -> Due:
        """The action as a mail speaks of it."""
        sponsor = self.sponsor if kind is ReminderKind.TO_SPONSOR else None
        return Due(
            record_id=self.id,
            record_kind=Kind.ACTION,
            ref=self.ref,
            title=self.title,
            due_on=self.due_on,
            stage=Stage(kind, self.due_on),
            post=sponsor.post if sponsor else "",
            is_deputy=bool(sponsor and sponsor.is_deputy),
            confidence=self.confidence,
            last_said_on=self.last_said_on,
            plan=self.ruled.title,
            owner=self.owner,
            working_days_late=working_days_late(self.due_on, day, self.ruled.nation),
        )


def list_late(
    session: Session, *, today: date, until: date, ruled: Mapping[int, Ruled], only: Collection[int] | None = None
) -> list[Late]:
    """The open actions that are late on a day until `until` and that somebody besides the owner may hear of."""
    steering = _steering(session)
    action, record = Action.__table__.c, Record.__table__.c
    query = (
        select(
            action.id,
            record.ref,
            record.title,
            record.plan_id,
            action.due_on,
            action.owner_id,
            action.sponsor_id,
            action.confidence,
            action.last_said_on,
        )
        .select_from(Action.__table__)
        .join(Record.__table__, record.id == action.id)
        .where(
            action.closure == Closure.OPEN,
            action.due_on < until,
            record.visibility == Visibility.PUBLISHED,
            record.deleted_at.is_(None),
            record.plan_id.in_([one.id for one in ruled.values() if not one.is_paused]),
            or_(action.sponsor_id.is_not(None), record.plan_id.in_(list(steering))),
        )
        .order_by(action.id)
    )
    if only is not None:
        query = query.where(action.id.in_(only))
    rows = session.execute(query).all()
    owners = {row.owner_id for row in rows if row.owner_id}
    answering = answerers.of_posts(session, owners | {row.sponsor_id for row in rows if row.sponsor_id}, today)
    titles = answerers.titles_of(session, owners)
    return [_late(row, ruled[row.plan_id], steering[row.plan_id], answering, titles) for row in rows]


def _late(
    row: Any,
    ruled: Ruled,
    steering: tuple[int, ...],
    answering: Mapping[int, Answerer],
    titles: Mapping[int, str],
) -> Late:
    owner = answering.get(row.owner_id)
    return Late(
        id=row.id,
        ref=row.ref,
        title=row.title,
        due_on=row.due_on,
        confidence=row.confidence,
        last_said_on=row.last_said_on,
        owner=titles.get(row.owner_id, ""),
        owner_user_id=owner.user_id if owner else None,
        sponsor=answering.get(row.sponsor_id),
        steering=steering,
        ruled=ruled,
    )


def last_words(session: Session, action_ids: Collection[int]) -> Mapping[int, str]:
    """What was said last about each of these actions."""
    if not action_ids:
        return {}
    newest = select(func.max(Update.id)).where(Update.action_id.in_(action_ids)).group_by(Update.action_id)
    query = select(Update.action_id, Update.narrative).where(Update.id.in_(newest))
    return {row.action_id: row.narrative for row in session.execute(query)}


def _steering(session: Session) -> dict[int, tuple[int, ...]]:
    """The members of the steering group of each plan who have an open account."""
    query = (
        select(Membership.plan_id, Membership.user_id)
        .join(User, User.id == Membership.user_id)
        .where(Membership.role == Role.STEERING, User.is_active)
        .order_by(Membership.plan_id, Membership.user_id)
    )
    members: dict[int, tuple[int, ...]] = defaultdict(tuple)
    for plan_id, user_id in session.execute(query):
        members[plan_id] += (user_id,)
    return members
