"""Sources: finding them by what they are, and one with all that its page shows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Integer, Select, Subquery, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased, joinedload, selectinload

from kb import records
from kb.models.organisation import Organisation, Post
from kb.models.plan import Plan, Response, ResponseSource
from kb.models.record import Kind, Record, Theme, record_theme
from kb.models.source import Implication, KeyPoint, Source, SourceNation, status_on
from kb.models.source import source_publisher as publisher_table
from kb.narrowing import Narrowing, is_called
from kb.permissions import Person, visible_to

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from sqlalchemy.orm import Session
    from sqlalchemy.orm.interfaces import ORMOption

NO_RESPONSE = "none"
BATCH = 1_000
SORTS = ("title", "newest", "status")
# The day that a list sorts and filters by: when it was published, else when it starts.
listed_day = func.coalesce(Source.published_on, Source.starts_on)


@dataclass(frozen=True)
class SourceFilter(Narrowing):
    """What a list of sources is narrowed to; several values of one filter widen it."""

    words: str = ""
    categories: tuple[str, ...] = ()
    source_kinds: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    nations: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()
    responses: tuple[str, ...] = ()
    from_year: int | None = None
    to_year: int | None = None
    sort: str = "title"


@dataclass(frozen=True)
class Facets:
    """How many visible sources there are of each value, whatever the filters."""

    categories: dict[str, int] = field(default_factory=dict)
    source_kinds: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    nations: dict[str, int] = field(default_factory=dict)
    themes: dict[str, tuple[str, int]] = field(default_factory=dict)
    publishers: dict[str, tuple[str, int]] = field(default_factory=dict)


def count(session: Session, wanted: SourceFilter, *, person: Person, today: date) -> int:
    """How many sources fit."""
    found = _narrowed(select(Source.id).where(visible_to(person)), wanted, person, today).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def list_sources(
    session: Session, wanted: SourceFilter, *, person: Person, today: date, offset: int = 0, limit: int = 25
) -> Sequence[Source]:
    """One page of the sources that fit, with publishers and nations."""
    # The kind is said again for the index on kind and title, which has the sources in order.
    query = _narrowed(select(Source).where(visible_to(person), Source.kind == Kind.SOURCE), wanted, person, today)
    query = query.options(selectinload(Source.publishers), selectinload(Source.nations))
    return session.scalars(query.order_by(*_order(wanted.sort, today)).offset(offset).limit(limit)).all()


def facets(session: Session, *, person: Person, today: date) -> Facets:
    """The values that the filters offer, with counts; two statements for all of them."""
    found, own = Facets(), (status_on(today), Source.source_kind, Source.category)
    rows = session.execute(select(*own, func.count()).where(visible_to(person)).group_by(*own)).all()
    for place, name in enumerate(("statuses", "source_kinds", "categories")):
        counts: Counter[str] = Counter()
        for row in rows:
            counts[str(row[place])] += row[-1]
        getattr(found, name).update(sorted(counts.items()))
    filed, published = record_theme.c, publisher_table.c
    nations = _per_value(SourceNation.nation, SourceNation.source_id, person)
    query = union_all(
        select(literal("nations"), nations.c.value, literal(""), nations.c.number),
        _named("themes", Theme, _per_value(filed.theme_id, filed.record_id, person), person),
        _named("publishers", Organisation, _per_value(published.organisation_id, published.source_id, person), person),
    )
    for facet, value, title, number in sorted(session.execute(query), key=lambda row: (row[2], row[1])):
        getattr(found, facet)[value] = (title, number) if title else number
    return found


def _per_value(value: Any, source_id: Any, person: Person) -> Subquery:
    """How many visible sources there are for each value of a table that names both.

    SQLite would take the index on the value, and so each record out of its order in the file; what is reckoned has no
    index, and the records are read one after the other, in half the time.
    """
    source, reckoned = _source(), value + 0 if isinstance(value.type, Integer) else value
    query = select(reckoned.label("value"), func.count().label("number")).join(source, source.id == source_id)
    if source_id.table is record_theme:  # which other records are filed in too
        query = query.where(source.kind.concat("") == Kind.SOURCE)
    return query.where(visible_to(person, source)).group_by(reckoned).subquery()


@cache
def _source() -> type[Record]:
    """The record of a source, beside that of what it is filed under; made once, since that takes long."""
    return aliased(Record)


def _named(facet: str, model: type[Theme | Organisation], counts: Subquery, person: Person) -> Select[Any]:
    query = select(literal(facet), model.ref, model.title, counts.c.number).join(counts, counts.c.value == model.id)
    return query.where(visible_to(person))


def list_by_ids(session: Session, ids: Collection[int], *, person: Person, is_whole: bool = False) -> dict[int, Source]:
    """These sources with publishers, as far as the person may see them; whole ones with all that files say of them."""
    if not ids:
        return {}
    loads = _whole() if is_whole else [selectinload(Source.publishers)]
    query = select(Source).where(Source.id.in_(list(ids)), visible_to(person)).options(*loads)
    return {source.id: source for source in session.scalars(query)}


def _whole() -> list[ORMOption]:
    """What files say of a source beyond its own row."""
    lists = Source.publishers, Source.nations, Source.names, Source.themes, Source.mentions
    return [*map(selectinload, lists), selectinload(Source.curator).joinedload(Post.organisation)]


def stream_sources(
    session: Session, wanted: SourceFilter, *, person: Person, today: date
) -> Iterator[Sequence[Source]]:
    """Every source that fits, in batches, with names and themes too; its rows are read as they are used."""
    query = _narrowed(select(Source).where(visible_to(person)), wanted, person, today)
    query = query.order_by(*_order(wanted.sort, today))
    query = query.options(*_whole()).execution_options(yield_per=BATCH)
    yield from session.scalars(query).partitions()


def count_key_points(session: Session, ids: Iterable[int], *, person: Person) -> dict[int, int]:
    """How many key points each of these sources has, as far as the person may see them."""
    query = (
        select(KeyPoint.source_id, func.count())
        .where(KeyPoint.source_id.in_(list(ids)), visible_to(person))
        .group_by(KeyPoint.source_id)
    )
    return dict(session.execute(query).all())


def responses_by_source(session: Session, ids: Iterable[int], *, person: Person) -> dict[int, list[Response]]:
    """For each of these sources the responses of plans, with nothing loaded beside them."""
    query = (
        select(ResponseSource.source_id, Response)
        .join(Response, Response.id == ResponseSource.response_id)
        .where(ResponseSource.source_id.in_(list(ids)), visible_to(person))
        .order_by(Response.position)
    )
    by_source: dict[int, list[Response]] = {}
    for source_id, response in session.execute(query):
        by_source.setdefault(source_id, []).append(response)
    return by_source


def get(session: Session, ref: str, *, person: Person) -> Source:
    """One source with everything that its page shows, or NotFound."""
    implications = selectinload(Source.implications.and_(visible_to(person)))
    return records.get(
        session,
        Source,
        ref,
        person=person,
        options=[
            # A source has few of each of these: one statement for all of them is less work than five.
            joinedload(Source.curator),
            joinedload(Source.nations),
            joinedload(Source.names),
            joinedload(Source.mentions),
            joinedload(Source.states),
            selectinload(Source.publishers),
            selectinload(Source.themes),
            selectinload(Source.key_points.and_(visible_to(person))),
            implications.selectinload(Implication.key_points.and_(visible_to(person))),
            implications.joinedload(Implication.staff_groups),
        ],
    )


def responses_of(session: Session, source: Source, *, person: Person) -> list[tuple[Response, Plan]]:
    """How plans stand to a source: each response with its plan, its owner and all sources of its row."""
    plan = aliased(Plan, flat=True)
    query = (
        select(Response, plan)
        .join(ResponseSource, ResponseSource.response_id == Response.id)
        .join(plan, plan.id == Response.plan_id)
        .where(ResponseSource.source_id == source.id, visible_to(person))
        .options(selectinload(Response.sources.and_(visible_to(person))), joinedload(Response.owner))
        .order_by(plan.title, Response.position)
    )
    return [(response, plan) for response, plan in session.execute(query)]


def _narrowed(query: Select[Any], wanted: SourceFilter, person: Person, today: date) -> Select[Any]:
    for clause in _clauses(wanted, person, today):
        query = query.where(clause)
    return query


def _clauses(wanted: SourceFilter, person: Person, today: date) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    if wanted.categories:
        clauses.append(Source.category.in_(wanted.categories))
    if wanted.source_kinds:
        clauses.append(Source.source_kind.in_(wanted.source_kinds))
    if wanted.statuses:
        clauses.append(status_on(today).in_(wanted.statuses))
    if wanted.nations:
        covering = select(SourceNation.source_id).where(SourceNation.nation.in_(wanted.nations))
        clauses.append(Source.id.in_(covering))
    if wanted.themes:
        filed = select(record_theme.c.record_id).join(Theme, Theme.id == record_theme.c.theme_id)
        clauses.append(Source.id.in_(filed.where(Theme.ref.in_(wanted.themes))))
    if wanted.publishers:
        published = select(publisher_table.c.source_id).join(
            Organisation, Organisation.id == publisher_table.c.organisation_id
        )
        clauses.append(Source.id.in_(published.where(Organisation.ref.in_(wanted.publishers))))
    if wanted.responses:
        clauses.append(_answered(wanted.responses, person))
    clauses += _in_years(wanted)
    return [*clauses, *is_called(wanted.words)]


def _in_years(wanted: SourceFilter) -> list[ColumnElement[bool]]:
    clauses = []
    if wanted.from_year is not None:
        clauses.append(listed_day >= date(wanted.from_year, 1, 1))
    if wanted.to_year is not None:
        clauses.append(listed_day <= date(wanted.to_year, 12, 31))
    return clauses


def _answered(types: tuple[str, ...], person: Person) -> ColumnElement[bool]:
    """Sources to which some plan stands in one of these ways; `none` is an answer without words, or no row at all."""
    rows = select(ResponseSource.source_id).join(Response, Response.id == ResponseSource.response_id)
    rows = rows.where(visible_to(person))
    clauses: list[ColumnElement[bool]] = [Source.id.in_(rows.where(Response.response_type.in_(types)))]
    if NO_RESPONSE in types:
        clauses.append(Source.id.not_in(rows.where(Response.text != "")))
    return or_(*clauses)


def _order(sort: str, today: date) -> tuple[Any, ...]:
    if sort == "newest":
        return (listed_day.is_(None), listed_day.desc(), Record.title, Source.id)
    if sort == "status":
        return (status_on(today), Record.title, Source.id)
    return (Record.title, Source.id)
