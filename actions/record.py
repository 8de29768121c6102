"""One action with everything that its page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from actions import brief, completeness, dependencies, evidence, remarks, service, slips, updates
from actions.schedule import Schedule, State, schedule_of_milestone
from kb import links, records
from kb.models.link import Link, LinkState, LinkType
from kb.models.plan import Plan
from kb.models.record import Kind, Record
from kb.permissions import Capability, Person
from kb.words import ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from actions.brief import Brief
    from actions.completeness import Check
    from actions.models import Action, Evidence, Milestone, Update
    from actions.slips import Move


@dataclass(frozen=True)
class LinkedRecord:
    """A priority or response that the action answers to, with the link that says why."""

    link: Link
    record: Record


@dataclass(frozen=True)
class Step:
    """A milestone with its schedule worked out; `beyond` says by how much it is due after the action itself."""

    milestone: Milestone
    schedule: Schedule
    beyond: str


@dataclass(frozen=True)
class Waiting:
    """An action at the other end of a dependency; `late` says how the one that is needed comes too late."""

    link: Link
    brief: Brief
    late: str

    @property
    def action(self) -> Action:
        return self.brief.action

    @property
    def schedule(self) -> Schedule:
        return self.brief.schedule


@dataclass(frozen=True)
class Detail:
    """One action with everything that its page shows; updates are empty for whoever may not read them."""

    action: Action
    plan: Plan
    schedule: Schedule
    mismatch: str
    steps: list[Step]
    links: list[LinkedRecord]
    depends_on: list[Waiting]
    waits_for: list[Waiting]
    waits: list[str]
    updates: Sequence[Update]
    evidence: Sequence[Evidence]
    check: Check
    moves: list[Move]
    forecasts: list[Move]
    slips: list[date]

    @property
    def asks(self) -> list[Update]:
        """The asks for support that nobody has answered."""
        return [update for update in self.updates if update.is_open_ask]


def detail(session: Session, ref: str, person: Person, today: date) -> Detail:
    """Everything that the page of one action shows; about a dozen statements, whatever it has."""
    action = service.get(session, ref, person)
    plan = session.get_one(Plan, action.plan_id)
    schedule = service.schedule_for(action, plan, today)
    held = [link for link in links.list_of(session, action.id, person=person) if link.state != LinkState.RETIRED]
    linked = _answered(session, held, action, person)
    needed, waiting = _dependencies(session, held, action, person, today)
    steps = _steps(action, today)
    said = updates.list_for(session, action, person)
    moves = slips.moves_of(session, [action.id], person).get(action.id, [])
    waits = [one.late for one in needed if one.late]
    late = max((one.schedule.days or 0 for one in steps if one.schedule.state == State.OVERDUE), default=0)
    reads_updates = person.may(Capability.READ_UPDATES)
    return Detail(
        action=action,
        plan=plan,
        schedule=schedule,
        mismatch=remarks.told(action, schedule, late, waits, today) if reads_updates else "",
        steps=steps,
        links=linked,
        depends_on=needed,
        waits_for=waiting,
        waits=waits,
        updates=said,
        evidence=evidence.list_for(session, action, person),
        check=completeness.check(
            action,
            has_ground=bool(linked),
            has_indicator=any(link.type == LinkType.MEASURED_BY for link in held),
            has_milestones=bool(steps),
        ),
        moves=moves,
        forecasts=slips.forecasts_of(action, said, moves),
        slips=slips.dates_of(action, moves),
    )


def _steps(action: Action, today: date) -> list[Step]:
    """The milestones by their dates; those without one come last."""
    in_order = sorted(action.milestones, key=lambda one: (one.due_on is None, one.due_on or today, one.id))
    return [Step(one, schedule_of_milestone(one.due_on, one.done_on, today), _beyond(one, action)) for one in in_order]


def _beyond(milestone: Milestone, action: Action) -> str:
    """Where a step is due after the action itself: by how many days; else nothing."""
    if milestone.done_on or milestone.due_on is None or action.due_on is None or milestone.due_on <= action.due_on:
        return ""
    days = (milestone.due_on - action.due_on).days
    return ngettext("%(num)s day after the action is due", "%(num)s days after the action is due", days)


def _dependencies(
    session: Session, held: Sequence[Link], action: Action, person: Person, today: date
) -> tuple[list[Waiting], list[Waiting]]:
    """What the action needs, and what waits for it, each with how the needed one comes too late."""
    joined = [link for link in held if link.type == LinkType.DEPENDS_ON]
    if not joined:
        return [], []
    others = brief.briefs(
        session, {link.from_id + link.to_id - action.id for link in joined}, person=person, today=today
    )
    late = {(one.waiting_id, one.needed_id): one for one in dependencies.delays(session, [action.id], today, person)}
    needed, waiting = [], []
    for link in joined:
        delay = late.get((link.from_id, link.to_id))
        if link.from_id == action.id and link.to_id in others:
            needed.append(Waiting(link, others[link.to_id], delay.words if delay else ""))
        elif link.from_id in others:
            waiting.append(Waiting(link, others[link.from_id], delay.how_there if delay else ""))
    return needed, waiting


def _answered(session: Session, held: Sequence[Link], action: Action, person: Person) -> list[LinkedRecord]:
    """The priorities and responses that lead to the action, as far as the person may see them."""
    leading = [link for link in held if link.to_id == action.id and link.from_kind != Kind.ACTION]
    seen = records.list_by_ids(session, [link.from_id for link in leading], person=person) if leading else {}
    found = [LinkedRecord(link, seen[link.from_id]) for link in leading if link.from_id in seen]
    return sorted(found, key=lambda one: (one.record.kind != Kind.PRIORITY, one.record.title))
