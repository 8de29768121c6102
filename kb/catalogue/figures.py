"""Figures: the numbers that sources state; finding them, and writing them down."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased, joinedload, selectinload

from kb import editing, history, records
from kb.catalogue.amounts import range_of
from kb.db import contains
from kb.errors import Invalid
from kb.models.figure import Comparison, Figure, FigureKind
from kb.models.plan import Plan, Response, ResponseSource
from kb.models.record import Kind, Record
from kb.models.source import Source
from kb.narrowing import Narrowing, bears
from kb.permissions import Capability, Person, may_see, visible_to
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session
    from sqlalchemy.orm.interfaces import ORMOption

SORTS = ("source", "title")
# The texts that a form fills in as they were written.
TEXTS = ("value", "unit", "population", "period", "qualifier", "note")
_SEARCHED = (Figure.title, Figure.value, Figure.unit, Figure.population, Figure.period, Figure.note)


@dataclass(frozen=True)
class FigureFilter(Narrowing):
    """What a list of figures is narrowed to, in the words and refs of the address."""

    words: str = ""
    kinds: tuple[str, ...] = ()
    source: str = ""
    unit: str = ""
    plan: str = ""
    sort: str = "source"


@dataclass(frozen=True)
class Facets:
    """How many figures there are of each kind, and of each source by its ref."""

    kinds: dict[str, int] = field(default_factory=dict)
    sources: dict[str, tuple[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FigureDetails:
    """What a lead says about a figure; the numbers behind the value are read from it."""

    title: str
    figure_kind: str = FigureKind.STATISTIC
    value: str = ""
    unit: str = ""
    population: str = ""
    period: str = ""
    qualifier: str = ""
    note: str = ""


def count(session: Session, wanted: FigureFilter, *, person: Person) -> int:
    """How many figures fit."""
    found = select(Figure.id).where(*_clauses(wanted, person)).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def list_figures(
    session: Session, wanted: FigureFilter, *, person: Person, offset: int = 0, limit: int = 25
) -> Sequence[Figure]:
    """One page of the figures that fit, with their sources and what they differ from."""
    of = aliased(Source, flat=True)
    order = (Figure.title, Figure.id) if wanted.sort == "title" else (of.title, of.id, Figure.position)
    query = (
        select(Figure)
        .join(of, of.id == Figure.source_id)
        .where(*_clauses(wanted, person))
        .options(joinedload(Figure.source), *compared(person))
        .order_by(*order)
        .offset(offset)
        .limit(limit)
    )
    return session.scalars(query).all()


def facets(session: Session, *, person: Person) -> Facets:
    """The kinds and sources that the filters offer, with counts; one statement for both."""
    seen = select(Figure.id).where(visible_to(person), within_sources(person))
    of, figure = aliased(Source, flat=True), Figure.__table__.c
    kinds = (
        select(literal("kinds"), figure.figure_kind, literal(""), func.count())
        .where(figure.id.in_(seen))
        .group_by(figure.figure_kind)
    )
    sources = (
        select(literal("sources"), of.ref, of.title, func.count())
        .join(Figure.__table__, figure.source_id == of.id)
        .where(figure.id.in_(seen))
        .group_by(of.ref, of.title)
    )
    found = Facets()
    for facet, value, title, number in sorted(session.execute(union_all(kinds, sources)), key=lambda row: row[2]):
        getattr(found, facet)[value] = number if facet == "kinds" else (title, number)
    return found


def get(session: Session, ref: str, *, person: Person) -> Figure:
    """One figure with its source and the figures that it is compared with, or NotFound."""
    figure = records.get(session, Figure, ref, person=person, options=[joinedload(Figure.source), *compared(person)])
    _source(session, figure.source.ref, person)  # what stands in a draft is for the draft's readers
    return figure


def of_source(session: Session, source: Source, *, person: Person) -> Sequence[Figure]:
    """The figures that a source states, in its order, with what they differ from.

    Few are compared with any, so one statement for all of it is less work than three.
    """
    comparisons = joinedload(Figure.comparisons.and_(visible_to(person)))
    others = comparisons.joinedload(Comparison.figures.and_(visible_to(person))).joinedload(Figure.source)
    query = select(Figure).where(Figure.source_id == source.id, visible_to(person)).options(others)
    return session.scalars(query.order_by(Figure.position, Figure.id)).unique().all()


def compared(person: Person) -> list[ORMOption]:
    """What to load so that a figure can say what it differs from."""
    comparisons = selectinload(Figure.comparisons.and_(visible_to(person)))
    return [comparisons.selectinload(Comparison.figures.and_(visible_to(person))).joinedload(Figure.source)]


def within_sources(person: Person) -> ColumnElement[bool]:
    """The figures of sources that the person may see."""
    return may_see(person, Figure.source_id)


def find(session: Session, words: str, *, person: Person, limit: int, besides: Iterable[int] = ()) -> Sequence[Figure]:
    """Figures that hold all the words in their own text or their source's title, for a form to choose from."""
    of = aliased(Source, flat=True)
    query = (
        select(Figure)
        .join(of, of.id == Figure.source_id)
        .where(visible_to(person), within_sources(person), Figure.id.not_in(list(besides)))
        .options(joinedload(Figure.source))
        .order_by(Figure.title, Figure.id)
        .limit(limit)
    )
    return session.scalars(query.where(*bears(words, *_SEARCHED, Figure.ref, of.title))).all()


def by_refs(session: Session, refs: Iterable[str], *, person: Person) -> Sequence[Figure]:
    """The figures with these refs that the person may see, with their sources."""
    query = select(Figure).where(Figure.ref.in_(list(refs)), visible_to(person), within_sources(person))
    return session.scalars(query.options(joinedload(Figure.source)).order_by(Figure.id)).all()


def details_of(figure: Figure) -> FigureDetails:
    """What stands now, as the form shows it."""
    return FigureDetails(
        title=figure.title, figure_kind=figure.figure_kind, **{name: getattr(figure, name) for name in TEXTS}
    )


def create(session: Session, source_ref: str, details: FigureDetails, *, by: Person) -> Figure:
    """Write down a figure that a source states; it is as hidden as the source."""
    by.require(Capability.EDIT_SHARED)
    source = _source(session, source_ref, by)
    details = _checked(details)
    # The table and not the class: a deleted figure keeps its place.
    places = Figure.__table__.c
    last = session.scalar(select(func.max(places.position)).where(places.source_id == source.id)) or 0
    figure = Figure(
        ref=records.new_ref(session, Kind.FIGURE, details.title),
        visibility=source.visibility,
        source=source,
        position=last + 1,
        comparisons=[],
    )
    _fill(figure, details)
    return editing.make(session, figure, by=by)


def edit(session: Session, ref: str, details: FigureDetails, *, version: int, reason: str, by: Person) -> Figure:
    """Change what is written down about a figure; what it was stays in its history."""
    figure = get(session, ref, person=by)
    by.require(Capability.EDIT_SHARED)
    stands = details_of(figure)
    records.check_version(
        figure,
        version,
        theirs={name: getattr(stands, name) for name in ("title", *TEXTS)},
        chosen={"figure_kind": [figure.figure_kind]},
    )
    details = _checked(details)
    if not reason.strip():
        raise Invalid("reason", gettext("Say why it changes"))
    with session.no_autoflush:
        _fill(figure, details)
        history.note_changes(session, figure, by=by, reason=reason.strip())
    session.flush()
    return figure


def _source(session: Session, ref: str, person: Person) -> Source:
    return records.get(session, Source, ref, person=person)


def _checked(details: FigureDetails) -> FigureDetails:
    """The details with their title in one line; Invalid where something is wrong with them."""
    wrong = gettext("Say what is counted, in up to %(number)s characters", number=editing.LONGEST_TITLE)
    title = editing.checked_title(details.title, wrong)
    if not details.value.strip():
        raise Invalid("value", gettext("Give the number as the source writes it"))
    if details.figure_kind not in set(FigureKind):
        raise Invalid("figure_kind", gettext("Choose what the number is"))
    return replace(details, title=title)


def _fill(figure: Figure, details: FigureDetails) -> None:
    is_reworded = figure.value != details.value.strip()
    figure.title, figure.figure_kind = details.title, details.figure_kind
    for name in TEXTS:
        setattr(figure, name, getattr(details, name).strip())
    if is_reworded:  # else the numbers may say more than the words, such as those of "1.2 million"
        figure.low, figure.high = range_of(figure.value)


def _clauses(wanted: FigureFilter, person: Person) -> list[ColumnElement[bool]]:
    clauses = [visible_to(person), within_sources(person)]
    if wanted.kinds:
        clauses.append(Figure.figure_kind.in_(wanted.kinds))
    if wanted.source:
        clauses.append(Figure.source_id.in_(_ids(Kind.SOURCE, wanted.source)))
    if wanted.unit:
        clauses.append(contains(Figure.unit, wanted.unit))
    if wanted.plan:
        plans = _ids(Kind.PLAN, wanted.plan)
        rows = select(ResponseSource.source_id).join(Response, Response.id == ResponseSource.response_id)
        mapped = rows.where(Response.plan_id.in_(plans), visible_to(person)).correlate(None)
        publishing = select(Plan.source_id).where(Plan.id.in_(plans), Plan.source_id.is_not(None)).correlate(None)
        clauses.append(or_(Figure.source_id.in_(mapped), Figure.source_id.in_(publishing)))
    clauses += bears(wanted.words, *_SEARCHED)
    return clauses


def _ids(kind: Kind, ref: str) -> Select[Any]:
    return select(Record.id).where(Record.kind == kind, Record.ref == ref).correlate(None)
