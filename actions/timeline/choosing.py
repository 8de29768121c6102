"""Which actions a timeline shows: what it is narrowed to, over which days, in which groups and order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from actions import filters, in_sql, service
from actions.filters import Filters
from actions.models import Action, Closure
from kb.models.link import Link, LinkState, LinkType
from kb.models.organisation import Organisation, Post
from kb.models.plan import Priority, PrioritySet
from kb.models.record import Kind, Record
from kb.permissions import Capability, visible_to

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import ColumnElement, Subquery
    from sqlalchemy.orm import Session

    from actions.timeline.axis import Span
    from kb.permissions import Person

GroupedBy = Literal["priority", "plan", "organisation"]
GROUPINGS: tuple[GroupedBy, ...] = ("priority", "plan", "organisation")


@dataclass(frozen=True)
class Wanted:
    """What a timeline is narrowed to; no span means the usual one."""

    plan: str = ""
    priority: str = ""
    owner: str = ""
    theme: str = ""
    with_done: bool = False
    by: GroupedBy = "priority"
    span: Span | None = None
    is_whole: bool = False  # every date there is, in place of a span

    @property
    def filters(self) -> Filters:
        """The same as a list of actions has it."""
        closure = "" if self.with_done else Closure.OPEN.value
        return Filters(plan=self.plan, priority=self.priority, owner=self.owner, theme=self.theme, closure=closure)


@dataclass(frozen=True)
class Chosen:
    """The wanted actions as SQL: what fits, the group that each belongs to, and whether it lies within the span."""

    wanted: Wanted
    person: Person
    fitting: list[ColumnElement[bool]]
    group: Any
    order: tuple[Any, ...]
    joined: Subquery | None

    def query(self, *columns: Any, with_groups: bool = True) -> Select[*tuple[Any, ...]]:
        """A query over the actions that fit, with their groups at hand where it asks for them."""
        query: Select[*tuple[Any, ...]] = service.seen_by(self.person, select(*columns))
        if self.joined is not None and with_groups:
            key = Action.owner_id if self.wanted.by == "organisation" else Action.id
            query = query.outerjoin(self.joined, self.joined.c.key == key)
        return query.where(*self.fitting)


def choose(session: Session, wanted: Wanted, person: Person, today: date) -> Chosen:
    """The criteria and groups of a timeline."""
    fitting = filters.criteria(session, wanted.filters, person, today)
    if wanted.by == "plan":
        return Chosen(wanted, person, fitting, in_sql.PLAN.id, (in_sql.PLAN.title, in_sql.PLAN.id), None)
    joined = _first_priorities(wanted, person) if wanted.by == "priority" else _organisations()
    order = (joined.c.group_id.is_(None), *(column for column in joined.c if column.name.startswith("order")))
    return Chosen(wanted, person, fitting, joined.c.group_id, order, joined)


def _first_priorities(wanted: Wanted, person: Person) -> Subquery:
    """For each action the first of the priorities that it delivers, so that it is drawn once."""
    of = aliased(PrioritySet, flat=True)
    place = (of.position, of.id, Priority.position, Priority.id)
    query = (
        select(
            Link.to_id.label("key"),
            Priority.id.label("group_id"),
            *(column.label(f"order_{n}") for n, column in enumerate(place)),
            func.row_number().over(partition_by=Link.to_id, order_by=place).label("rank"),
        )
        .join(Priority, Priority.id == Link.from_id)
        .join(of, of.id == Priority.set_id)
        .where(Link.type == LinkType.DELIVERED_BY, Link.state != LinkState.RETIRED, visible_to(person))
    )
    if wanted.plan:
        # So that the links of all other plans are not put in order too.
        plan_id = (
            select(Record.id)
            .where(Record.kind == Kind.PLAN, Record.ref == wanted.plan)
            .correlate(None)
            .scalar_subquery()
        )
        of_plan = select(Record.id).where(Record.kind == Kind.ACTION, Record.plan_id == plan_id).correlate(None)
        query = query.where(Link.to_id.in_(of_plan))
    if wanted.priority:
        query = query.where(Priority.ref == wanted.priority)
    ranked = query.subquery()
    return select(ranked).where(ranked.c.rank == 1).subquery("first_priority")


def _organisations() -> Subquery:
    """For each post the organisation that it belongs to."""
    of = aliased(Organisation, flat=True)
    place = (of.title, of.id)
    query = select(
        Post.id.label("key"), of.id.label("group_id"), *(column.label(f"order_{n}") for n, column in enumerate(place))
    )
    return query.join(of, of.id == Post.organisation_id).subquery("owners_organisation")


def within(span: Span, person: Person, today: date) -> ColumnElement[bool]:
    """Whether an action's bar, or what has become of its due date, lies within the span."""
    ends = [Action.due_on >= span.first, Action.baseline_due_on >= span.first]
    starts = [func.coalesce(Action.starts_on, Action.due_on) <= span.last, Action.baseline_due_on <= span.last]
    if person.may(Capability.READ_UPDATES):
        ends.append(and_(in_sql.is_open(), Action.forecast_on >= span.first))
    if today >= span.first:
        ends.append(is_late(today))
    return and_(Action.due_on.is_not(None), or_(*ends), or_(*starts))


def is_late(today: date) -> ColumnElement[bool]:
    return and_(in_sql.is_open(), Action.due_on < today)
