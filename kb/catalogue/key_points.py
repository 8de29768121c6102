"""Key points of all sources: commitments, recommendations and lessons, found by site, theme and words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased, joinedload, selectinload

from kb.models.record import Kind, Record, Theme, record_theme
from kb.models.source import KeyPoint, Source
from kb.narrowing import Narrowing, bears
from kb.permissions import Person, may_see, visible_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

SORTS = ("source", "site")
_SEARCHED = (KeyPoint.title, KeyPoint.place, KeyPoint.promised_by, KeyPoint.measured_by, KeyPoint.site)


@dataclass(frozen=True)
class KeyPointFilter(Narrowing):
    """What a list of key points is narrowed to, in the words and refs of the address."""

    words: str = ""
    kinds: tuple[str, ...] = ()
    site: str = ""
    aspect: str = ""
    theme: str = ""
    source: str = ""
    sort: str = "source"


@dataclass(frozen=True)
class Facets:
    """How many key points there are of each kind, site and aspect; the themes and sources there are, by ref."""

    kinds: dict[str, int] = field(default_factory=dict)
    sites: dict[str, int] = field(default_factory=dict)
    aspects: dict[str, int] = field(default_factory=dict)
    themes: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)


def list_key_points(
    session: Session, wanted: KeyPointFilter, *, person: Person, offset: int = 0, limit: int = 25
) -> tuple[int, Sequence[KeyPoint]]:
    """How many key points fit, and one page of them with their sources and their own themes."""
    clauses = _clauses(wanted, person)
    total = session.scalar(select(func.count(KeyPoint.id)).where(*clauses)) or 0
    of = aliased(Source, flat=True)
    order: tuple[Any, ...] = (of.title, of.id, KeyPoint.position)
    if wanted.sort == "site":
        order = (KeyPoint.site == "", KeyPoint.site, *order)
    query = (
        select(KeyPoint)
        .join(of, of.id == KeyPoint.source_id)
        .where(*clauses)
        .options(joinedload(KeyPoint.source), selectinload(KeyPoint.themes))
        .order_by(*order)
    )
    return total, session.scalars(query.offset(offset).limit(limit)).all()


def facets(session: Session, *, person: Person) -> Facets:
    """The values that the filters offer; one statement for all of them."""
    seen = select(KeyPoint.id).where(visible_to(person), within_sources(person))
    point = KeyPoint.__table__.c

    def counted(name: str, column: Any) -> Any:
        query = select(literal(name), column, literal(""), func.count()).where(point.id.in_(seen), column != "")
        return query.group_by(column)

    of, theme = aliased(Source, flat=True), aliased(Theme, flat=True)
    sources = (
        select(literal("sources"), of.ref, of.title, func.count())
        .join(KeyPoint.__table__, point.source_id == of.id)
        .where(point.id.in_(seen))
        .group_by(of.ref, of.title)
    )
    filed = record_theme.c
    holders = or_(filed.record_id.in_(seen), filed.record_id.in_(select(point.source_id).where(point.id.in_(seen))))
    themes = (
        select(literal("themes"), theme.ref, theme.title, func.count())
        .join(record_theme, filed.theme_id == theme.id)
        .where(holders)
        .group_by(theme.ref, theme.title)
    )
    columns = (("kinds", point.point_kind), ("sites", point.site), ("aspects", point.aspect))
    rows = session.execute(union_all(*(counted(*pair) for pair in columns), sources, themes))
    found = Facets()
    for facet, value, title, number in sorted(rows, key=lambda row: (row[2], row[1])):
        getattr(found, facet)[value] = title or number
    return found


def within_sources(person: Person) -> ColumnElement[bool]:
    """The key points of sources that the person may see."""
    return may_see(person, KeyPoint.source_id)


def _clauses(wanted: KeyPointFilter, person: Person) -> list[ColumnElement[bool]]:
    clauses = [visible_to(person), within_sources(person)]
    if wanted.kinds:
        clauses.append(KeyPoint.point_kind.in_(wanted.kinds))
    if wanted.site:
        clauses.append(KeyPoint.site == wanted.site)
    if wanted.aspect:
        clauses.append(KeyPoint.aspect == wanted.aspect)
    if wanted.source:
        named = select(Record.id).where(Record.kind == Kind.SOURCE, Record.ref == wanted.source).correlate(None)
        clauses.append(KeyPoint.source_id.in_(named))
    if wanted.theme:
        clauses.append(_filed_under(wanted.theme))
    clauses += bears(wanted.words, *_SEARCHED)
    return clauses


def _filed_under(ref: str) -> ColumnElement[bool]:
    """By its own themes; a key point that has none is filed as its source is."""
    theme, filed = aliased(Theme, flat=True), record_theme.c
    under = select(filed.record_id).join(theme, theme.id == filed.theme_id).where(theme.ref == ref).correlate(None)
    has_own = KeyPoint.id.in_(select(filed.record_id))
    return or_(KeyPoint.id.in_(under), and_(~has_own, KeyPoint.source_id.in_(under)))
