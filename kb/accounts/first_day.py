"""What a team still lacks before its thread can be walked, worked out from what there is; no step is stored as done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from kb.models.organisation import Organisation, Post, PostHolding
from kb.models.plan import Plan, Priority, PrioritySet, Response
from kb.models.record import Kind, Record
from kb.models.source import Source
from kb.models.user import Role, User
from kb.permissions import Capability, Person

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session


class Step(StrEnum):
    """The steps of the first day, in their order; the first three make the place, the others the thread of one plan."""

    PLAN = "plan"
    ORGANISATION = "organisation"
    PEOPLE = "people"
    POST = "post"
    PRIORITY = "priority"
    SOURCE = "source"
    ACTION = "action"


_PLACE = frozenset({Step.PLAN, Step.ORGANISATION, Step.PEOPLE})


@dataclass(frozen=True, slots=True)
class Line:
    """One step: whether it is done, whether this person may do it, and whether it is the next one for them."""

    step: Step
    is_done: bool
    is_open: bool
    is_next: bool


@dataclass(frozen=True, slots=True)
class FirstDay:
    """The steps for one person; refs of a source to map, a post to fill and a set to add priorities to, if any."""

    lines: tuple[Line, ...]
    plan: Plan | None
    source: str | None
    post: str | None
    priority_set: str | None

    @property
    def next(self) -> Step | None:
        """What this person should do now."""
        return next((line.step for line in self.lines if line.is_next), None)

    @property
    def done(self) -> int:
        return sum(line.is_done for line in self.lines)


def of(session: Session, plan: Plan | None, *, person: Person, today: date) -> FirstDay | None:
    """What is missing, for administrators and for the lead of the plan; None for others, and when nothing is."""
    leads = plan is not None and person.roles.get(plan.id) == Role.LEAD
    if not (person.is_administrator or leads):
        return None
    done = _done(session, plan, today)
    # Whoever starts the first plan leads it, so they see the whole way from the beginning.
    steps = [step for step in Step if leads or plan is None or step in _PLACE]
    if all(done[step] for step in steps):
        return None
    open_to = {step: _may(person, step, plan) for step in steps}
    first = next((step for step in steps if not done[step] and open_to[step]), None)
    lines = tuple(Line(step, done[step], open_to[step], step is first) for step in steps)
    own_sets = select(PrioritySet.ref).where(PrioritySet.plan_id == (plan.id if plan else None))
    newest = [select(kind.ref).order_by(kind.id.desc()) for kind in (Source, Post)]
    newest.append(own_sets.order_by(PrioritySet.id.desc()))
    source, post, own_set = session.execute(select(*(query.limit(1).scalar_subquery() for query in newest))).one()
    return FirstDay(lines, plan, source=source, post=post, priority_set=own_set)


def _may(person: Person, step: Step, plan: Plan | None) -> bool:
    """Whether the person may do what the step asks for."""
    plan_id = plan.id if plan else None
    if step is Step.PLAN:
        return person.may(Capability.MANAGE_PLANS)
    if step is Step.PEOPLE:
        return person.may(Capability.MANAGE_PEOPLE) or person.may(Capability.MANAGE_MEMBERS, plan_id=plan_id)
    if step in (Step.ORGANISATION, Step.POST, Step.SOURCE):
        return person.may(Capability.EDIT_SHARED)
    return person.may(Capability.EDIT_PLAN, plan_id=plan_id)


def _done(session: Session, plan: Plan | None, today: date) -> dict[Step, bool]:
    """Which steps are done, in one statement."""
    plan_id = plan.id if plan else None
    people = select(func.count(User.id)).where(User.is_active).scalar_subquery()
    held = select(PostHolding.id).where(PostHolding.holds_on(today), PostHolding.is_deputy.is_(False)).exists()
    mapped = select(Response.id).where(Response.plan_id == plan_id, Response.text != "").exists()
    questions: dict[Step, Any] = {
        Step.PLAN: select(Plan.id).exists(),
        Step.ORGANISATION: select(Organisation.id).exists(),
        Step.PEOPLE: people > 1,
        Step.POST: held,
        Step.PRIORITY: select(Priority.id).where(Priority.plan_id == plan_id).exists(),
        Step.SOURCE: mapped,
        Step.ACTION: select(Record.id).where(Record.kind == Kind.ACTION, Record.plan_id == plan_id).exists(),
    }
    answers = session.execute(select(*questions.values())).one()
    return {step: bool(answer) for step, answer in zip(questions, answers, strict=True)}
