"""The actions of a person's posts as bare rows, since somebody may hold hundreds and each page of theirs reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from actions.brief import schedule_for
from actions.models import Action, Closure
from actions.reminding import rounds, stages
from kb.models.plan import Plan
from kb.models.record import Kind
from kb.permissions import visible_to
from kb.planning.reminder_policy import policy_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from actions.reviews.cycle import Cycle
    from actions.schedule import Schedule
    from kb.permissions import Person
    from kb.planning.reminder_policy import Policy


@dataclass(frozen=True, slots=True)
class Held:
    """What a list says of an action; its long texts stay where they are."""

    id: int
    ref: str
    title: str
    owner_id: int
    plan_id: int
    created_at: datetime
    starts_on: date | None
    due_on: date | None
    forecast_on: date | None
    last_said_on: date | None
    confidence: str | None
    closure: str
    done_on: date | None
    done_by_id: int | None
    verified_on: date | None

    @property
    def kind(self) -> str:
        return Kind.ACTION

    @property
    def is_open(self) -> bool:
        return self.closure == Closure.OPEN


@dataclass(frozen=True, slots=True)
class Standing:
    """A held action with its plan, how it stands, and what decides when its owner is asked."""

    action: Held
    plan: Plan
    schedule: Schedule
    facts: stages.Facts


def list_held(session: Session, person: Person, today: date) -> list[Standing]:
    """The person's actions in the order of their dates; three statements."""
    columns = (
        Action.id,
        Action.ref,
        Action.title,
        Action.owner_id,
        Action.plan_id,
        Action.created_at,
        Action.starts_on,
        Action.due_on,
        Action.forecast_on,
        Action.last_said_on,
        Action.confidence,
        Action.closure,
        Action.done_on,
        Action.done_by_id,
        Action.verified_on,
    )
    # Without their plans, which come by themselves: PostgreSQL would begin there and read every action of each.
    query = select(*columns).where(visible_to(person), Action.owner_id.in_(list(person.posts)))
    query = query.order_by(Action.due_on.is_(None), Action.due_on, Action.id)
    rows: Sequence[Any] = session.execute(query).all()
    found = [Held(*row) for row in rows]
    of_them = select(Plan).where(Plan.id.in_({one.plan_id for one in found}))
    plans = {plan.id: (plan, policy_of(plan)) for plan in session.scalars(of_them)}
    asking = rounds.of_plans(session, {plan.id: plan.nation for plan, _ in plans.values()}, today)
    return [
        _standing(one, *plans[one.plan_id], asking.get(one.plan_id, ()), today) for one in found if one.plan_id in plans
    ]


def _standing(action: Held, plan: Plan, policy: Policy, asking: tuple[Cycle, ...], today: date) -> Standing:
    schedule = schedule_for(action, policy.stale_after_days, today)
    return Standing(action, plan, schedule, stages.facts_of(action, policy, plan.nation, asking))
