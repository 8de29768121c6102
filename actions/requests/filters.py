"""What a list of change requests is narrowed to, and the rule of who decides, as SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, case, false, func, not_, or_

from actions import in_sql
from actions.models import Action
from actions.request_models import ChangeRequest, RequestedChange, RequestState
from kb.models.user import Role
from kb.narrowing import Narrowing

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import ColumnElement

    from kb.permissions import Person

MINE, TO_DECIDE = "mine", "to-decide"


@dataclass(frozen=True, slots=True)
class RequestFilter(Narrowing):
    """What the list is narrowed to; values unknown here find nothing."""

    state: str = ""
    plan: str = ""
    what: str = ""
    whose: str = ""


def criteria(wanted: RequestFilter, person: Person, today: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.state:
        found.append(ChangeRequest.state == wanted.state)
    if wanted.plan:
        found.append(in_sql.PLAN.ref == wanted.plan)
    if wanted.what:
        found.append(ChangeRequest.what == wanted.what)
    if wanted.whose == MINE:
        found.append(ChangeRequest.proposer_id == (person.user_id or 0))
    elif wanted.whose == TO_DECIDE:
        found.append(_is_decided_by(person, today))
    elif wanted.whose:
        found.append(false())
    return found


def is_for_group(today: date) -> ColumnElement[bool]:
    """The rule of `actions.requests.deciding` as SQL; never NULL, so that it can be turned round."""
    is_late = and_(in_sql.is_open(), Action.due_on < today)
    was_moved = and_(
        ChangeRequest.what == RequestedChange.DUE_DATE,
        Action.baseline_due_on.is_not(None),
        or_(Action.due_on.is_(None), Action.due_on != Action.baseline_due_on),
    )
    return case((or_(is_late, was_moved), 1), else_=0) == 1


def _is_decided_by(person: Person, today: date) -> ColumnElement[bool]:
    """What waits for a decision that the person may take."""
    is_theirs = func.coalesce(ChangeRequest.proposer_id, 0) == (person.user_id or 0)
    as_lead = and_(Action.plan_id.in_(person.plans_with(Role.LEAD)), not_(is_for_group(today)))
    as_group = Action.plan_id.in_(person.plans_with(Role.STEERING))
    return and_(ChangeRequest.state == RequestState.OPEN, not_(is_theirs), or_(as_lead, as_group))
