"""What the dates of actions say, as SQL that agrees with `actions.schedule`; queries join Action with PLAN."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, case, false, func, or_, select
from sqlalchemy.orm import aliased

from actions.models import Action, Closure, Update
from actions.schedule import SOON_DAYS, State
from kb.models.link import Link, LinkState, LinkType
from kb.models.plan import Plan
from kb.models.record import Kind, Record
from kb.permissions import may_see, visible_to

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kb.permissions import Person

# Both actions and plans keep a part of themselves in the table of records, so the plan needs another name.
PLAN = aliased(Plan, flat=True, name="plan_of_action")


def is_open() -> ColumnElement[bool]:
    return Action.closure == Closure.OPEN


def has_started(today: date) -> ColumnElement[bool]:
    return or_(Action.starts_on.is_(None), Action.starts_on <= today)


def is_silent(session: Session, today: date) -> ColumnElement[bool]:
    """Whether nothing was said for longer than the plan allows.

    The databases reckon with dates differently, so the limits are worked out here, once for each number of days in use.
    """
    limits = session.scalars(select(Plan.stale_after_days).distinct()).all()
    return or_(false(), *(and_(PLAN.stale_after_days == days, _silent_before(today, days)) for days in limits))


def _silent_before(today: date, stale_after_days: int) -> ColumnElement[bool]:
    limit = today - timedelta(days=stale_after_days)
    return or_(
        Action.last_said_on < limit,
        and_(
            Action.last_said_on.is_(None),
            Action.created_at < datetime.combine(limit, time(), UTC),
            or_(Action.starts_on.is_(None), Action.starts_on < limit),
        ),
    )


def state(session: Session, today: date) -> ColumnElement[str]:
    """The state that `schedule_of` gives."""
    return state_with(is_silent(session, today), today)


def states(session: Session, today: date) -> dict[int, str]:
    """The state of every action, whoever may see it: only for those who look up what they know to be visible."""
    query = select(Action.id, state(session, today)).join(PLAN, PLAN.id == Action.plan_id)
    return dict(session.execute(query).all())


def state_with(silent: ColumnElement[bool], today: date) -> ColumnElement[str]:
    """The state where it is known already what silence is; the order of precedence is that of `schedule_of`."""
    return case(
        (Action.closure != Closure.OPEN, State.CLOSED.value),
        (Action.starts_on > today, State.NOT_STARTED.value),
        (Action.due_on < today, State.OVERDUE.value),
        (Action.due_on <= today + timedelta(days=SOON_DAYS), State.DUE_SOON.value),
        (silent, State.STALE.value),
        (Action.due_on.is_(None), State.NO_DATE.value),
        else_=State.ON_TIME.value,
    )


def has_slipped(*, with_forecast: bool) -> ColumnElement[bool]:
    """Whether the due date is later than the first one, or is expected to be missed."""
    later = Action.due_on > Action.baseline_due_on
    return or_(later, Action.forecast_on > Action.due_on) if with_forecast else later


def is_unmeasured(person: Person) -> ColumnElement[bool]:
    """Whether neither words nor an indicator that the person may see say how to tell that it worked."""
    indicators = select(Record.id).where(Record.kind == Kind.INDICATOR, visible_to(person)).correlate(None)
    measured = select(Link.from_id).where(
        Link.type == LinkType.MEASURED_BY, Link.state != LinkState.RETIRED, Link.to_id.in_(indicators)
    )
    return and_(func.trim(Action.measure) == "", Action.id.not_in(measured))


def is_incomplete(person: Person) -> ColumnElement[bool]:
    """Whether the owner, the date, the measure, or what it is for is missing."""
    leading = select(Link.to_id).where(
        Link.type.in_((LinkType.DELIVERED_BY, LinkType.ANSWERED_BY)),
        Link.state != LinkState.RETIRED,
        may_see(person, Link.from_id),
    )
    return or_(Action.owner_id.is_(None), Action.due_on.is_(None), is_unmeasured(person), Action.id.not_in(leading))


def is_open_ask() -> ColumnElement[bool]:
    """Of updates: whether support was asked for and nobody has answered."""
    return and_(Update.support_needed != "", Update.support_answer == "")


def asks_for_support() -> ColumnElement[bool]:
    return select(Update.id).where(Update.action_id == Action.id, is_open_ask()).exists()
