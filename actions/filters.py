"""What a list of actions is narrowed to and sorted by."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, select, true
from sqlalchemy.orm import aliased

from actions import in_sql
from actions.models import Action, Closure
from actions.schedule import State
from kb.models.link import Link, LinkState, LinkType
from kb.models.record import Kind, Record, Theme, record_theme
from kb.narrowing import Narrowing, bears
from kb.permissions import Capability

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kb.permissions import Person

NONE = "none"
SORTS = ("due", "title", "owner", "silent", "plan")
ONLY = ("no-owner", "no-measure", "incomplete", "silent", "slipped", "asks")


@dataclass(frozen=True)
class Filters(Narrowing):
    """What a list of actions is narrowed to, in the refs and words of the address; values unknown here find nothing."""

    plan: str = ""
    owner: str = ""
    schedule: tuple[str, ...] = ()
    confidence: str = ""
    closure: str = ""
    term: str = ""
    priority: str = ""
    theme: str = ""
    words: str = ""
    only: str = ""
    sort: str = "due"

    def without(self, *names: str) -> Filters:
        """These filters with some of them off."""
        usual = Filters()
        return replace(self, **{name: getattr(usual, name) for name in names})


def criteria(session: Session, filters: Filters, person: Person, today: date) -> list[ColumnElement[bool]]:
    """The filters as SQL; those that would tell what updates say are left out for people who may not read updates."""
    reads_updates = person.may(Capability.READ_UPDATES)
    makers: dict[str, Callable[[], ColumnElement[bool]]] = {
        "plan": lambda: _of_plan(filters.plan),
        "owner": lambda: _owned_by(filters.owner),
        "schedule": lambda: in_sql.state(session, today).in_([word for word in filters.schedule if word in set(State)]),
        "closure": lambda: Action.closure == filters.closure,
        "term": lambda: Action.term == filters.term,
        "priority": lambda: _delivers(filters.priority),
        "theme": lambda: _filed_under(filters.theme),
        "words": lambda: _bears(filters.words),
        "only": lambda: _only(session, filters.only, person, today),
    }
    if reads_updates:
        makers["confidence"] = lambda: _said(filters.confidence)
    return [make() for name, make in makers.items() if getattr(filters, name)]


def order(sort: str, today: date) -> tuple[Any, ...]:
    """Open actions first; within them by the date, the title, the owner, the silence, or as the plan has them."""
    is_closed = Action.closure != Closure.OPEN
    owner = aliased(Record)
    title_of_owner = select(owner.title).where(owner.id == Action.owner_id).scalar_subquery()
    by_plan = (in_sql.PLAN.title, Action.position, Action.id)
    orders: dict[str, tuple[Any, ...]] = {
        "title": (Action.title, Action.id),
        "owner": (Action.owner_id.is_(None), title_of_owner, Action.due_on.is_(None), Action.due_on, *by_plan),
        # The longest silence first: never a word comes before any date.
        "silent": (is_closed, case((Action.last_said_on.is_(None), 0), else_=1), Action.last_said_on, *by_plan),
        "plan": by_plan,
    }
    return orders.get(sort, (is_closed, Action.due_on.is_(None), Action.due_on, *by_plan))


def _of_plan(ref: str) -> ColumnElement[bool]:
    """By the id, of which the actions have an index, and not by what each of them is joined with."""
    plan = aliased(Record)
    return Action.plan_id == select(plan.id).where(plan.kind == Kind.PLAN, plan.ref == ref).scalar_subquery()


def _owned_by(ref: str) -> ColumnElement[bool]:
    if ref == NONE:
        return Action.owner_id.is_(None)
    owner = aliased(Record)
    return Action.owner_id.in_(select(owner.id).where(owner.kind == Kind.POST, owner.ref == ref))


def _said(confidence: str) -> ColumnElement[bool]:
    return Action.confidence.is_(None) if confidence == NONE else Action.confidence == confidence


def _delivers(ref: str) -> ColumnElement[bool]:
    priority = aliased(Record)
    linked = (
        select(Link.to_id)
        .join(priority, priority.id == Link.from_id)
        .where(
            Link.type == LinkType.DELIVERED_BY,
            Link.state != LinkState.RETIRED,
            priority.kind == Kind.PRIORITY,
            priority.ref == ref,
        )
    )
    return Action.id.in_(linked)


def _filed_under(ref: str) -> ColumnElement[bool]:
    theme = aliased(Theme, flat=True)
    filed = select(record_theme.c.record_id).join(theme, theme.id == record_theme.c.theme_id).where(theme.ref == ref)
    return Action.id.in_(filed)


def _bears(words: str) -> ColumnElement[bool]:
    """Whether each of the words stands somewhere in the action's own text."""
    text = Action.ref + " " + Action.title + " " + Action.description + " " + Action.measure
    return and_(true(), *bears(words, text))


def _only(session: Session, only: str, person: Person, today: date) -> ColumnElement[bool]:
    """One of the findings that the steering page counts."""
    reads_updates = person.may(Capability.READ_UPDATES)
    finding: ColumnElement[bool]
    match only:
        case "no-owner":
            finding = Action.owner_id.is_(None)
        case "no-measure":
            finding = in_sql.is_unmeasured(person)
        case "incomplete":
            finding = in_sql.is_incomplete(person)
        case "silent":
            finding = and_(in_sql.has_started(today), in_sql.is_silent(session, today))
        case "slipped":
            finding = in_sql.has_slipped(with_forecast=reads_updates)
        case "asks" if reads_updates:
            finding = in_sql.asks_for_support()
        case _:
            return Action.id.is_(None)
    return and_(in_sql.is_open(), finding)
