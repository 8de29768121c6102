"""Searching without the index: plain SQL over titles and main texts, while the index is missing or damaged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Integer, and_, case, cast, extract, func, literal, not_, or_, select

from actions.indicator_models import Indicator
from actions.models import Action
from kb.db import contains
from kb.models.figure import Comparison, Figure
from kb.models.organisation import Organisation, StaffGroup
from kb.models.plan import Plan, Priority, Response, ResponseSource
from kb.models.record import Record, Theme, record_theme
from kb.models.source import Implication, KeyPoint, Source, SourceName, SourceNation, source_publisher
from kb.models.term import Meaning
from kb.permissions import visible_to
from search.hydrating import parent_is_visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from kb.permissions import Person
    from search.query import Filters, Query, Term


def find(
    session: Session, person: Person, query: Query, filters: Filters, *, offset: int, limit: int
) -> tuple[int, list[int], dict[str, int]]:
    """How many records match, the ids of one page (more words in the title first), and the counts by kind."""
    conditions: list[ColumnElement[bool]] = [visible_to(person), parent_is_visible(person)]
    matches = [_has(term) for term in query.wanted]
    if matches:
        conditions.append(or_(*matches))
    conditions += [not_(_has(term)) for term in query.unwanted]
    conditions += _filtered(filters)
    kind_filter = [Record.kind.in_(filters.kind)] if filters.kind else []
    rows = session.execute(select(Record.kind, func.count()).where(*conditions).group_by(Record.kind)).all()
    counts = dict(sorted(rows, key=lambda row: (-row[1], row[0])))
    matched: Any = sum((case((match, 1), else_=0) for match in matches), literal(0))
    in_title: Any = sum((case((contains(Record.title, term.text), 1), else_=0) for term in query.wanted), literal(0))
    page = (
        select(Record.id)
        .where(*conditions, *kind_filter)
        .order_by(matched.desc(), in_title.desc(), Record.title, Record.id)
        .offset(offset)
        .limit(limit)
    )
    total = sum(count for kind, count in counts.items() if not filters.kind or kind in filters.kind)
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


def _filtered(filters: Filters) -> list[ColumnElement[bool]]:
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
                _of_source(select(source.id).where(source.status.in_(filters.status))),
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
    if filters.year_from is not None or filters.year_to is not None:
        conditions.append(_in_years(filters))
    return conditions


def _in_years(filters: Filters) -> ColumnElement[bool]:
    source, action = Source.__table__.c, Action.__table__.c

    def between(day: Any) -> ColumnElement[bool]:
        year = cast(extract("year", day), Integer)
        return and_(year >= (filters.year_from or 0), year <= (filters.year_to or 9999))

    of_source = select(source.id).where(between(func.coalesce(source.published_on, source.starts_on)))
    return or_(_of_source(of_source), Record.id.in_(select(action.id).where(between(action.due_on))))


def _of_source(ids: Any) -> ColumnElement[bool]:
    """The sources among these, and what is read inside them; other records with these ids too."""
    tables = (_table(KeyPoint).c, _table(Implication).c, _table(Figure).c)
    return or_(
        Record.id.in_(ids),
        *(Record.id.in_(select(table.id).where(table.source_id.in_(ids))) for table in tables),
        Record.id.in_(select(ResponseSource.response_id).where(ResponseSource.source_id.in_(ids))),
    )


def _table(model: type[Any]) -> Any:
    return model.__table__
