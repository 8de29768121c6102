"""What is pointed out on actions in a list: where word and dates disagree, and what comes too late for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from actions import dependencies
from actions.models import Milestone
from actions.schedule import mismatch
from kb.permissions import Capability, Person

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from sqlalchemy.orm import Session

    from actions.models import Action
    from actions.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Remarks:
    """The sentences about one action; both may be empty."""

    mismatch: str = ""
    waits: tuple[str, ...] = ()


def of(
    session: Session,
    actions: Collection[tuple[Action, Schedule]],
    person: Person,
    today: date,
    *,
    milestones: Mapping[int, date] | None = None,
) -> dict[int, Remarks]:
    """The remarks about these actions, only those that have any; two statements however many there are.

    `milestones` are the days of those that are late, where they are known already; it is one statement less then.
    """
    ids = [action.id for action, _ in actions if action.is_open]
    if not ids:
        return {}
    waits = dependencies.warnings(session, ids, today, person)
    reads_updates = person.may(Capability.READ_UPDATES)
    late: dict[int, int] = {}
    if milestones is not None:
        late = {id: (today - milestones[id]).days for id in ids if id in milestones}
    elif reads_updates:
        late = milestone_days_late(session, ids, today)
    found = {}
    for action, schedule in actions:
        said = told(action, schedule, late.get(action.id, 0), waits.get(action.id, []), today) if reads_updates else ""
        if said or action.id in waits:
            found[action.id] = Remarks(said, tuple(waits.get(action.id, ())))
    return found


def told(action: Action, schedule: Schedule, milestone_late: int, waits: Collection[str], today: date) -> str:
    """Where the owner's word does not agree with what else is known of the action."""
    return mismatch(
        schedule,
        action.confidence,
        action.last_said_on,
        today,
        forecast_on=action.forecast_on,
        milestone_days_late=milestone_late,
        waits_for_late=bool(waits),
    )


def milestone_days_late(session: Session, action_ids: Collection[int], today: date) -> dict[int, int]:
    """By how many days the latest milestone of each of these actions is late; those without one are left out."""
    query = select(Milestone.action_id, func.min(Milestone.due_on)).where(
        Milestone.action_id.in_(list(action_ids)), Milestone.done_on.is_(None), Milestone.due_on < today
    )
    return {id: (today - due_on).days for id, due_on in session.execute(query.group_by(Milestone.action_id)) if due_on}
