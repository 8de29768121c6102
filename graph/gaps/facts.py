"""What the gap lists say of a plan's actions, responses and indicators beside their links, read once for all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, select

from actions.indicator_models import Frequency, Indicator, Reading
from actions.models import Action, Closure
from kb.models.organisation import PostHolding
from kb.models.plan import Plan, Response
from kb.models.record import Kind, Record
from kb.permissions import visible_to
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set
    from datetime import date, datetime
    from typing import TypeVarTuple

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from graph.network import Node
    from graph.snapshot import Snapshot
    from kb.permissions import Person

    Columns = TypeVarTuple("Columns")


class ActionRow(NamedTuple):
    """An action as the lists need it."""

    node: Node
    owner_id: int | None
    sponsor_id: int | None
    is_open: bool
    has_date: bool
    measure: str
    timescale: str


class ResponseRow(NamedTuple):
    """A response as the lists need it."""

    node: Node
    owner_id: int | None
    review_by: date | None
    response_type: str | None


class IndicatorRow(NamedTuple):
    """An indicator as the lists need it; `is_read` says whether any reading of it stands."""

    node: Node
    owner_id: int | None
    frequency: Frequency
    target_on: date | None
    made_at: datetime
    is_read: bool


@dataclass(frozen=True)
class Facts:
    """What the database says of the records that may be in a list; `named` are rows of posts and plans by their ids."""

    actions: Sequence[ActionRow]
    responses: Sequence[ResponseRow]
    indicators: Sequence[IndicatorRow]
    named: Mapping[int, Any]
    owner_of: Mapping[int, str]  # the owning post's title by the id of what it owns
    lead: str

    @cached_property
    def open_actions(self) -> Sequence[ActionRow]:
        return [row for row in self.actions if row.is_open]

    @property
    def shares(self) -> dict[int, int]:
        """Of the open actions of each plan, in per cent, what is too much for one post."""
        return {id: row.heavy_post_percent for id, row in self.named.items() if row.heavy_post_percent is not None}

    def who(self, id: int) -> str:
        """Who should act on a record: its owner, else the lead."""
        return self.owner_of.get(id, self.lead)


def read(
    session: Session, held: Snapshot, person: Person, plan_id: int | None, also: Set[int | None], today: date
) -> Facts:
    """Read what the lists say of one plan or of all, as the person may see it; `also` are further plans they name."""
    actions = _actions(session, held, person, plan_id)
    responses, indicators = _answers_and_indicators(session, held, person, plan_id)
    rows: list[ActionRow | ResponseRow | IndicatorRow] = [*actions, *responses, *indicators]
    ids = {row.owner_id for row in rows} | {row.sponsor_id for row in actions} | {row.node.plan_id for row in rows}
    named = _named(session, (ids | also) - {None}, person, today)
    owner_of = {row.node.id: named[row.owner_id].title for row in rows if row.owner_id in named}
    return Facts(actions, responses, indicators, named, owner_of, gettext("Strategy lead"))


def _actions(session: Session, held: Snapshot, person: Person, plan_id: int | None) -> list[ActionRow]:
    """The actions that the person may see, in the order of their plan.

    The map knows who may see them and how they are called. A row that is asked for its columns by their names, or
    through the session, would take several times as long.
    """
    action, record = Action.__table__.c, Record.__table__.c
    is_open, has_date = action.closure == Closure.OPEN, action.due_on.is_not(None)
    asked = (action.owner_id, action.sponsor_id, is_open, has_date, func.trim(action.measure), action.timescale)
    query = select(record.id, *asked).join_from(Record.__table__, Action.__table__, action.id == record.id)
    found = _fetched(session, query.order_by(action.position, record.id), plan_id)
    seen, nodes = held.seen_by(person), held.network.nodes
    return [ActionRow._make((nodes[id], *rest)) for id, *rest in found if id in seen]


def _answers_and_indicators(
    session: Session, held: Snapshot, person: Person, plan_id: int | None
) -> tuple[list[ResponseRow], list[IndicatorRow]]:
    """The responses and the indicators that the person may see, in the order of their plan; one statement for both."""
    response, indicator, record = Response.__table__.c, Indicator.__table__.c, Record.__table__.c
    is_read = select(Reading.id).where(Reading.indicator_id == indicator.id, Reading.replaced_at.is_(None)).exists()
    query = (
        select(
            *(record.id, func.coalesce(response.owner_id, indicator.owner_id)),
            *(response.review_by, response.response_type),
            *(indicator.frequency, indicator.target_on, record.created_at, is_read),
        )
        .select_from(Record.__table__)
        .outerjoin(Response.__table__, response.id == record.id)
        .outerjoin(Indicator.__table__, indicator.id == record.id)
        .where(record.kind.in_((Kind.RESPONSE, Kind.INDICATOR)))
        .order_by(func.coalesce(response.position, indicator.position), record.id)
    )
    seen, nodes = held.seen_by(person), held.network.nodes
    responses, indicators = [], []
    for id, owner_id, review_by, response_type, *measured in _fetched(session, query, plan_id):
        if id in seen and nodes[id].kind == Kind.RESPONSE:
            responses.append(ResponseRow(nodes[id], owner_id, review_by, response_type))
        elif id in seen:
            indicators.append(IndicatorRow._make((nodes[id], owner_id, *measured)))
    return responses, indicators


def _fetched(session: Session, query: Select[*Columns], plan_id: int | None) -> Sequence[Any]:
    record = Record.__table__.c
    query = query.where(record.deleted_at.is_(None))
    if plan_id is not None:
        query = query.where(record.plan_id == plan_id)
    return session.connection().execute(query).all()


def _named(session: Session, ids: Set[int | None], person: Person, today: date) -> dict[int, Any]:
    """The posts and plans with these ids that the person may see: each post with whether somebody holds it today."""
    holding = PostHolding.holds_on(today), PostHolding.is_deputy.is_(False)
    is_held = select(PostHolding.id).where(PostHolding.post_id == Record.id, *holding).exists().label("is_held")
    plan = Plan.__table__.c
    query = (
        select(Record.id, Record.ref, Record.title, is_held, plan.heavy_post_percent)
        .outerjoin(Plan.__table__, plan.id == Record.id)
        .where(Record.id.in_(ids), visible_to(person))
    )
    return {row.id: row for row in session.execute(query)}
