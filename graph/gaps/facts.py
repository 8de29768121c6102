"""What the gap lists say of a plan's actions, responses and indicators beside their links, read once for all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, case, func, or_, select

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

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from graph.network import Node
    from graph.snapshot import Snapshot
    from kb.permissions import Person


class ActionRow(NamedTuple):
    """An action as the lists need it, and as a meeting counts it; `made_at` is there where nothing was ever said."""

    node: Node
    owner_id: int | None
    made_at: datetime | None
    sponsor_id: int | None
    closure: str
    starts_on: date | None
    due_on: date | None
    done_on: date | None
    verified_on: date | None
    confidence: str | None
    forecast_on: date | None
    last_said_on: date | None
    measure: str
    timescale: str

    @property
    def is_open(self) -> bool:
        return self.closure == Closure.OPEN

    @property
    def has_date(self) -> bool:
        return self.due_on is not None


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
    actions, responses, indicators = _rows(session, held, person, plan_id)
    rows: list[ActionRow | ResponseRow | IndicatorRow] = [*actions, *responses, *indicators]
    ids = {row.owner_id for row in rows} | {row.sponsor_id for row in actions} | {row.node.plan_id for row in rows}
    named = _named(session, (ids | also) - {None}, person, today)
    owner_of = {row.node.id: named[row.owner_id].title for row in rows if row.owner_id in named}
    return Facts(actions, responses, indicators, named, owner_of, gettext("Strategy lead"))


# Where the columns of a row end that are of actions, and of responses; the record's id comes first.
_OF_ACTIONS = len(ActionRow._fields)
_OF_RESPONSES = _OF_ACTIONS + 2


def _rows(
    session: Session, held: Snapshot, person: Person, plan_id: int | None
) -> tuple[list[ActionRow], list[ResponseRow], list[IndicatorRow]]:
    """The actions, responses and indicators that the person may see, in the order of their plan; one statement.

    The map knows who may see them and how they are called. A row that is asked for its columns by their names, or
    through the session, would take several times as long.
    """
    seen, nodes = held.seen_by(person), held.network.nodes
    actions, responses, indicators = [], [], []
    for row in session.connection().execute(_query(plan_id)).all():
        id = row[0]
        if id not in seen:
            continue
        node = nodes[id]
        if node.kind == "action":
            actions.append(ActionRow._make((node, *row[1:_OF_ACTIONS])))
        elif node.kind == "response":
            responses.append(ResponseRow(node, row[1], *row[_OF_ACTIONS:_OF_RESPONSES]))
        else:
            frequency, target_on, is_read = row[_OF_RESPONSES:]
            indicators.append(IndicatorRow(node, row[1], frequency, target_on, row[2], is_read))
    return actions, responses, indicators


def _query(plan_id: int | None) -> Select[*tuple[Any, ...]]:
    record, action = Record.__table__.c, Action.__table__.c
    response, indicator = Response.__table__.c, Indicator.__table__.c
    is_action = and_(record.kind == Kind.ACTION, action.last_said_on.is_(None))
    is_indicator = record.kind == Kind.INDICATOR
    is_read = select(Reading.id).where(Reading.indicator_id == indicator.id, Reading.replaced_at.is_(None)).exists()
    # An instant takes long to read, so it is asked for where it counts.
    made_at = case((or_(is_indicator, is_action), record.created_at))
    query = (
        select(
            *(record.id, func.coalesce(action.owner_id, response.owner_id, indicator.owner_id), made_at),
            *(action.sponsor_id, action.closure, action.starts_on, action.due_on, action.done_on, action.verified_on),
            *(action.confidence, action.forecast_on, action.last_said_on),
            *(func.trim(action.measure), action.timescale),
            *(response.review_by, response.response_type),
            *(indicator.frequency, indicator.target_on, case((is_indicator, is_read), else_=False)),
        )
        .select_from(Record.__table__)
        .outerjoin(Action.__table__, action.id == record.id)
        .outerjoin(Response.__table__, response.id == record.id)
        .outerjoin(Indicator.__table__, indicator.id == record.id)
        .where(record.kind.in_((Kind.ACTION, Kind.RESPONSE, Kind.INDICATOR)), record.deleted_at.is_(None))
        .order_by(func.coalesce(action.position, response.position, indicator.position), record.id)
    )
    return query if plan_id is None else query.where(record.plan_id == plan_id)


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
