"""What history and updates say of a plan since a day: dates that moved, words that changed, sources that did."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Date, Integer, String, and_, case, cast, func, literal, null, or_, select, union_all

from actions.models import Action, Closure, Milestone, Update
from kb.models.history import Change, Channel
from kb.models.record import Kind, Record
from kb.models.source import Implication, KeyPoint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement, CompoundSelect, FromClause, Select
    from sqlalchemy.orm import Session

    from actions.reviews.cycle import Cycle

# These lines of a source's history tell what hangs on it here, and nothing of the source itself.
NOT_OF_THE_SOURCE = frozenset({"link", "curator", "mapping", "comparison", "visibility"})
STATUS = "status"
# What a row of the words tells.
_PARTS = _OTHERWISE, _EXPECTED, _MILESTONE, _LATE = "otherwise", "expected", "milestone", "late"


class Line(NamedTuple):
    """One line of the history of a source, of a key point or of an implication."""

    kind: str
    field: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class Happened:
    """What changed, by the ids of actions and of sources, each list the first one first.

    `confidences` has what was said of an action before, only where something else is said of it now; `forecasts` the
    days that were expected, with the days on which that was said. `milestones` has the day of the earliest milestone
    that is late, and `late` the actions answered after the close.
    """

    moved: Mapping[int, list[tuple[str | None, str | None]]] = field(default_factory=dict)
    sources: Mapping[int, list[Line]] = field(default_factory=dict)
    confidences: Mapping[int, str] = field(default_factory=dict)
    forecasts: Mapping[int, list[tuple[date, date]]] = field(default_factory=dict)
    milestones: Mapping[int, date] = field(default_factory=dict)
    late: frozenset[int] = frozenset()


def happened(session: Session, plan_id: int, since: date | None, cycle: Cycle | None, today: date) -> Happened:
    """What happened from a day on, or ever; two statements. Whoever asks leaves out what the reader may not see."""
    moved: dict[int, list[tuple[str | None, str | None]]] = defaultdict(list)
    sources: dict[int, list[Line]] = defaultdict(list)
    for line in session.connection().execute(_changes(plan_id, since)).all():
        record_id, kind, source_id, name, old, new = line
        if kind == Kind.ACTION:
            moved[record_id].append((old, new))
        else:
            sources[source_id].append(Line(kind, name, old, new))
    words = session.connection().execute(_said(plan_id, since, cycle, today)).all()
    by_part: dict[str, list[Any]] = {part: [] for part in _PARTS}
    for row in sorted(words, key=lambda row: (row.said_on or date.min, row.update_id or 0)):
        by_part[row.part].append(row)
    forecasts: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for row in by_part[_EXPECTED]:
        forecasts[row.action_id].append((row.said_on, row.day))
    return Happened(
        moved,
        sources,
        {row.action_id: row.word for row in by_part[_OTHERWISE]},
        forecasts,
        {row.action_id: row.day for row in by_part[_MILESTONE]},
        frozenset(row.action_id for row in by_part[_LATE]),
    )


def _changes(plan_id: int, since: date | None) -> Select[*tuple[Any, ...]]:
    """The due dates of the plan's actions that moved, and what changed on any source or within it."""
    change, record = Change.__table__.c, Record.__table__.c
    implication, key_point = Implication.__table__.c, KeyPoint.__table__.c
    due_date = and_(change.field == "due_on", record.plan_id == plan_id, record.kind == Kind.ACTION)
    # A source that is new was not known before, so it did not change.
    of_source = and_(record.kind == Kind.SOURCE, change.field.not_in({*NOT_OF_THE_SOURCE, "record"}))
    within = and_(record.kind.in_((Kind.KEY_POINT, Kind.IMPLICATION)), change.field.not_in(NOT_OF_THE_SOURCE))
    query = (
        select(
            *(change.record_id, record.kind, func.coalesce(implication.source_id, key_point.source_id, record.id)),
            *(change.field, change.old, change.new),
        )
        .select_from(Change.__table__)
        .join(Record.__table__, record.id == change.record_id)
        .outerjoin(Implication.__table__, implication.id == record.id)
        .outerjoin(KeyPoint.__table__, key_point.id == record.id)
        # The first term leaves out most lines before anything is looked up for them.
        .where(change.field != "update", change.channel != Channel.SEED, or_(due_date, of_source, within))
        .order_by(change.id)
    )
    return query if since is None else query.where(change.at >= datetime.combine(since, time(), UTC))


def late_answers(cycle: Cycle) -> Select[int]:
    """The actions whose first answer to the request came after the close and before the meeting was over."""
    word = Update.__table__.c
    query = select(word.action_id).where(word.said_on >= cycle.asks_on, word.said_on <= cycle.meets_on)
    return query.group_by(word.action_id).having(func.min(word.said_on) > cycle.closes_on)


def _said(plan_id: int, since: date | None, cycle: Cycle | None, today: date) -> CompoundSelect[*tuple[Any, ...]]:
    """All that is read of words and of days in one statement; a row says of what part it is."""
    record, action, milestone = Record.__table__.c, Action.__table__.c, Milestone.__table__.c
    joined = Record.__table__.join(Action.__table__, action.id == record.id)
    is_ours = and_(record.plan_id == plan_id, action.closure == Closure.OPEN)
    is_said = and_(is_ours, action.last_said_on.is_not(None) if since is None else action.last_said_on >= since)
    overdue = (
        select(*_row(_MILESTONE, milestone.action_id, day=func.min(milestone.due_on)))
        .select_from(joined.join(Milestone.__table__, milestone.action_id == action.id))
        .where(is_ours, milestone.done_on.is_(None), milestone.due_on < today)
        .group_by(milestone.action_id)
    )
    parts = [_otherwise(joined, is_said, since), _expected(joined, is_said, since), overdue]
    if cycle is not None and today > cycle.closes_on:
        ours = select(record.id).where(record.plan_id == plan_id, record.kind == Kind.ACTION)
        late = late_answers(cycle).subquery().c
        parts.append(select(*_row(_LATE, late.action_id)).where(late.action_id.in_(ours)))
    return union_all(*parts)


def _row(part: str, action_id: ColumnElement[int], **given: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    """The columns of one part, which all have the same ones."""
    kinds: dict[str, Any] = {"update_id": Integer, "said_on": Date, "day": Date, "word": String}
    found = {name: given.get(name, cast(null(), kind)) for name, kind in kinds.items()}
    named: dict[str, ColumnElement[Any]] = {"part": literal(part), "action_id": action_id, **found}
    return [column.label(name) for name, column in named.items()]


def _otherwise(joined: FromClause, is_ours: ColumnElement[bool], since: date | None) -> Select[*tuple[Any, ...]]:
    """The actions of which something else is said now than before: by the last word then, or by the first ever."""
    action, word = Action.__table__.c, Update.__table__.c
    order = (word.said_on, word.id) if since is None else (word.said_on.desc(), word.id.desc())
    said = select(word.confidence).where(word.action_id == action.id, word.confidence.is_not(None))
    if since is not None:
        said = said.where(word.said_on < since)
    before = said.order_by(*order).limit(1).correlate(Action.__table__).scalar_subquery().label("before")
    found = select(action.id, action.confidence, before).select_from(joined).where(is_ours).subquery().c
    return select(*_row(_OTHERWISE, found.id, word=found.before)).where(found.before != found.confidence)


def _expected(joined: FromClause, is_ours: ColumnElement[bool], since: date | None) -> Select[*tuple[Any, ...]]:
    """Every day that was expected since, and the last one before, of actions of which one is expected now."""
    action, word = Action.__table__.c, Update.__table__.c
    is_before: ColumnElement[int] = literal(0) if since is None else case((word.said_on < since, 1), else_=0)
    newest_first = (word.said_on.desc(), word.id.desc())
    place = func.row_number().over(partition_by=(word.action_id, is_before), order_by=newest_first)
    ranked = (
        select(word.action_id, word.id, word.said_on, word.forecast_on, is_before.label("before"), place.label("place"))
        .select_from(joined.join(Update.__table__, word.action_id == action.id))
        .where(is_ours, action.forecast_on.is_not(None), word.forecast_on.is_not(None))
        .subquery()
        .c
    )
    given = {"update_id": ranked.id, "said_on": ranked.said_on, "day": ranked.forecast_on}
    return select(*_row(_EXPECTED, ranked.action_id, **given)).where(or_(ranked.before == 0, ranked.place == 1))
