"""Searching without the index: plain SQL over titles and main texts, while the index is missing or damaged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Integer, and_, case, cast, extract, func, literal, not_, or_, select

from actions import in_sql
from actions.indicator_models import Indicator
from actions.models import Action, Closure
from kb.db import contains
from kb.models.figure import Comparison, Figure
from kb.models.organisation import Organisation, StaffGroup
from kb.models.plan import Plan, Priority, Response, ResponseSource
from kb.models.record import Record, Theme, Visibility, record_theme
from kb.models.source import (
    Implication,
    KeyPoint,
    Source,
    SourceName,
    SourceNation,
    implication_staff_group,
    source_publisher,
    status_on,
)
from kb.models.term import Meaning
from kb.permissions import parent_is_visible, visible_to
from search.language import due

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from kb.permissions import Person
    from search.language.filters import Filters
    from search.language.query import Query, Term

# Each is looked for in thirty columns without an index; more would make others wait.
MOST_TERMS = 8


def find(
    session: Session, person: Person, query: Query, filters: Filters, *, today: date, offset: int, limit: int
) -> tuple[int, list[int], dict[str, int]]:
    """How many records match, the ids of one page (more words in the title first), and the counts by kind."""
    conditions: list[ColumnElement[bool]] = [visible_to(person), parent_is_visible(person)]
    wanted = query.wanted[:MOST_TERMS]
    matches = [_has(term) for term in wanted]
    if matches:
        conditions.append(or_(*matches))
    conditions += [not_(_has(term)) for term in query.unwanted[:MOST_TERMS]]
    conditions += [*_filtered(filters, today), *_by_the_day(session, filters, today)]
    kind_filter = [Record.kind.in_(filters.kind)] if filters.kind else []
    rows = session.execute(select(Record.kind, func.count()).where(*conditions).group_by(Record.kind)).all()
    counts = dict(sorted(rows, key=lambda row: (-row[1], row[0])))
    total = sum(count for kind, count in counts.items() if not filters.kind or kind in filters.kind)
    if not total:
        return 0, [], counts
    matched: Any = sum((case((match, 1), else_=0) for match in matches), literal(0))
    in_title: Any = sum((case((contains(Record.title, term.text), 1), else_=0) for term in wanted), literal(0))
    page = (
        select(Record.id)
        .where(*conditions, *kind_filter)
        .order_by(matched.desc(), in_title.desc(), Record.title, Record.id)
        .offset(offset)
        .limit(limit)
    )
    return total, list(session.scalars(page)), counts


def _has(term: Term) -> ColumnElement[bool]:
    tables: Sequence[tuple[Any, Sequence[Any]]] = (
        (Source.id, (Source.summary, Source.publisher_as_stated, Source.status_as_stated)),
        (SourceName.source_id, (SourceName.name,)),
        (Response.id, (Response.text,)),
        (Priority.id, (Priority.summary,)),
        (Action.id, (Action.description, Action.measure, Action.support_needed, Action.resources)),
        (Organisation.id, (Organisation.abbreviation,)),
        (Theme.id, (Theme.also_called,)),
        (Meaning.term_id, (Meaning.expansion,)),
        (Plan.id, (Plan.summary,)),
        (KeyPoint.id, (KeyPoint.site,)),
        (Figure.id, (Figure.value, Figure.unit, Figure.population, Figure.period, Figure.note)),
        (Comparison.id, (Comparison.note,)),
        (Indicator.id, (Indicator.definition, Indicator.numerator, Indicator.denominator, Indicator.unit)),
        (StaffGroup.id, (StaffGroup.also_called,)),
    )
    # The tables themselves, not the classes: a joined class would bring its record along.
    elsewhere = [
        Record.id.in_(select(_plain(key)).where(or_(*(contains(_plain(column), term.text) for column in columns))))
        for key, columns in tables
    ]
    return or_(contains(Record.title, term.text), *elsewhere)


def _plain(attribute: Any) -> Any:
    """The column of the model's own table."""
    return attribute.class_.__table__.c[attribute.key]


def _filtered(filters: Filters, today: date) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    source = Source.__table__.c
    if filters.theme:
        theme = select(record_theme.c.record_id).join(Record, Record.id == record_theme.c.theme_id)
        conditions.append(_of_source(theme.where(Record.ref.in_(filters.theme))))
    if filters.nation:
        conditions.append(_of_source(select(SourceNation.source_id).where(SourceNation.nation.in_(filters.nation))))
    if filters.publisher:
        publisher = select(source_publisher.c.source_id).join(Record, Record.id == source_publisher.c.organisation_id)
        conditions.append(_of_source(publisher.where(Record.ref.in_(filters.publisher))))
    for name in ("category", "source_kind"):
        if values := getattr(filters, name):
            conditions.append(_of_source(select(source.id).where(source[name].in_(values))))
    if filters.status:
        action, response = Action.__table__.c, Response.__table__.c
        conditions.append(
            or_(
                _of_source(select(source.id).where(status_on(today).in_(filters.status))),
                Record.id.in_(select(action.id).where(action.closure.in_(filters.status))),
                Record.id.in_(select(response.id).where(response.response_type.in_(filters.status))),
            )
        )
    if filters.plan:
        plans = select(Record.id).where(Record.ref.in_(filters.plan), Record.kind == "plan").correlate(None)
        conditions.append(or_(Record.plan_id.in_(plans), Record.id.in_(plans)))
    if filters.owner:
        owners = select(Record.id).where(Record.ref.in_(filters.owner), Record.kind == "post").correlate(None)
        conditions.append(
            or_(
                *(
                    Record.id.in_(select(t.c.id).where(t.c.owner_id.in_(owners)))
                    for t in (_table(Action), _table(Response), _table(Indicator))
                )
            )
        )
    if filters.staff_group:
        conditions.append(_about_staff(filters.staff_group))
    return [*conditions, *_in_years(filters)]


def _about_staff(refs: Sequence[str]) -> ColumnElement[bool]:
    """The implications that are about these groups of staff, and the sources that say so."""
    groups, implication = implication_staff_group.c, _table(Implication).c
    group = select(Record.id).where(Record.ref.in_(refs), Record.kind == "staff_group").correlate(None)
    about = select(groups.implication_id).where(groups.staff_group_id.in_(group))
    saying = select(implication.source_id).where(implication.id.in_(_published(about)))
    return or_(Record.id.in_(about), Record.id.in_(saying))


def _by_the_day(session: Session, filters: Filters, today: date) -> list[ColumnElement[bool]]:
    """What holds on one day alone: how actions stand, and when they are due."""
    conditions: list[ColumnElement[bool]] = []
    if filters.schedule:
        stand_so = in_sql.state(session, today).in_(filters.schedule)
        actions = select(Action.id).join(in_sql.PLAN, in_sql.PLAN.id == Action.plan_id).where(stand_so)
        conditions.append(Record.id.in_(actions.correlate(None)))
    if filters.due:
        action = _table(Action).c
        due_then = or_(*(_due(action, value, today) for value in filters.due))
        conditions.append(Record.id.in_(select(action.id).where(due_then)))
    return conditions


def _due(action: Any, value: str, today: date) -> ColumnElement[bool]:
    is_open = action.closure == Closure.OPEN
    if value == due.NONE:
        return and_(is_open, action.due_on.is_(None))
    span = due.span_of(value, today)
    within = action.due_on.between(span.first, span.last)
    return and_(is_open, within) if span.is_of_open else within


def _in_years(filters: Filters) -> list[ColumnElement[bool]]:
    source, action = Source.__table__.c, Action.__table__.c
    conditions: list[ColumnElement[bool]] = []

    def between(day: Any) -> ColumnElement[bool]:
        return _year(day).between(filters.year_from or 0, filters.year_to or 9999)

    if filters.year_from is not None or filters.year_to is not None:
        of_source = select(source.id).where(between(func.coalesce(source.published_on, source.starts_on)))
        conditions.append(or_(_of_source(of_source), Record.id.in_(select(action.id).where(between(action.due_on)))))
    if filters.ends:
        ending = _year(source.ends_on).in_([int(year) for year in filters.ends])
        conditions.append(_of_source(select(source.id).where(ending)))
    return conditions


def _year(day: Any) -> ColumnElement[int]:
    return cast(extract("year", day), Integer)


def _of_source(ids: Any) -> ColumnElement[bool]:
    """The sources among these, and what is read inside them; other records with these ids too."""
    tables = (_table(KeyPoint).c, _table(Implication).c, _table(Figure).c)
    return or_(
        Record.id.in_(ids),
        *(Record.id.in_(select(table.id).where(table.source_id.in_(ids))) for table in tables),
        Record.id.in_(select(ResponseSource.response_id).where(ResponseSource.source_id.in_(_published(ids)))),
    )


def _published(ids: Any) -> Any:
    """Those of these records that are no drafts: a draft's facts may not be found through another record."""
    record = Record.__table__.alias()
    return select(record.c.id).where(record.c.id.in_(ids), record.c.visibility == Visibility.PUBLISHED)


def _table(model: type[Any]) -> Any:
    return model.__table__
