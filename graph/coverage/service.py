"""What stands behind a plan's priorities and what delivers them, for one reader: the matrix, and the ways of a cell."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from actions.models import Action
from graph import snapshot
from graph.coverage import counting as coverage
from graph.network import living, of_kind, reached
from kb.errors import NotFound
from kb.models.record import Kind, Theme
from kb.permissions import visible_to
from kb.planning import plans
from kb.words import gettext

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from graph.coverage.counting import Matrix
    from graph.snapshot import Snapshot
    from graph.threads.thread import Path
    from kb.models.plan import Plan
    from kb.permissions import Person

# No record has this id; as a ref it is no slug, so no theme is called so.
WITHOUT_THEME, NO_THEME = 0, "-"


class By(StrEnum):
    """What the rows of the matrix are."""

    THEMES = "themes"
    SOURCES = "sources"
    ACTIONS = "actions"


@dataclass(frozen=True)
class Wanted:
    """What the matrix is asked for: its rows, of which plan (None: of all), and which sources count."""

    by: By = By.THEMES
    plan: Plan | None = None
    nation: str = ""
    theme: str = ""

    @property
    def is_narrowing(self) -> bool:
        return bool(self.nation or self.theme)


@dataclass(frozen=True, slots=True)
class Row:
    """A theme, a source or an action; of a theme `size` says how many sources it has."""

    id: int
    kind: str
    ref: str
    title: str
    size: int = 0
    is_gap: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A priority, and the set that it was named in."""

    id: int
    ref: str
    title: str
    set_id: int
    set_title: str
    plan_id: int | None
    is_gap: bool = False
    kind: str = Kind.PRIORITY


@dataclass(frozen=True)
class Coverage:
    """The whole matrix, and the themes that have no source at all."""

    rows: Sequence[Row]
    columns: Sequence[Column]
    matrix: Matrix
    without_source: Sequence[str]

    def count(self, row: Row, column: Column) -> int:
        """The figure of one cell."""
        return self.matrix.cells.get(row.id, {}).get(column.id, 0)

    @property
    def is_empty(self) -> bool:
        return not self.rows or not self.columns

    @property
    def without_theme(self) -> int:
        """How many sources the row of no theme holds; 0 where there is no such row."""
        return next((row.size for row in self.rows if row.id == WITHOUT_THEME), 0)

    @property
    def named_rows(self) -> int:
        """How many themes, sources or actions stand in the rows; no theme is none."""
        return sum(row.id != WITHOUT_THEME for row in self.rows)

    @property
    def row_gaps(self) -> int:
        return sum(row.is_gap for row in self.rows if row.id != WITHOUT_THEME)

    @property
    def column_gaps(self) -> int:
        return sum(column.is_gap for column in self.columns)


@dataclass(frozen=True)
class _Field:
    """What the matrix is worked out from: the sources that count, and the themes that they have."""

    held: Snapshot
    keep: Any
    sources: frozenset[int]
    themes: Mapping[int, Any]  # rows by id, by title
    groups: Mapping[int, Collection[int]]
    columns: Sequence[Column]


def list_themes(session: Session, person: Person) -> Sequence[Any]:
    """The id, ref and title of every theme that the person may see, by title."""
    query = select(Theme.id, Theme.ref, Theme.title).where(visible_to(person)).order_by(Theme.title, Theme.id)
    return session.execute(query).all()


def first_covered(session: Session, person: Person, offered: Sequence[Plan]) -> Plan | None:
    """The first plan of which a source reaches a priority, else the first: for readers with no plan of their own.

    A plan that nobody has mapped yet would show them nothing but what is missing.
    """
    held = snapshot.current(session)
    live = living(held.network, held.seen_by(person))
    behind = reached(held.network, live & held.network.of_kind("source"), live) & held.network.of_kind("priority")
    return next((plan for plan in offered if behind & held.network.of_plan(plan.id)), next(iter(offered), None))


def cover(session: Session, person: Person, wanted: Wanted) -> Coverage:
    """The matrix of what the person may see and what is live."""
    field = _field(session, person, wanted)
    ids = [column.id for column in field.columns]
    if wanted.by == By.THEMES:
        matrix = coverage.of_groups(field.held.network, field.groups, ids, keep=field.keep)
        rows = [_of_theme(field, id, matrix) for id in field.groups]
    elif wanted.by == By.SOURCES:
        matrix = coverage.of_ways(field.held.network, field.sources, ids, keep=field.keep)
        rows = _of_sources(field, matrix, wanted)
    else:
        actions = _actions(session, field, wanted)
        matrix = coverage.of_ways(field.held.network, ids, actions, keep=field.keep).turned()
        rows = [_of_node(field, id, is_gap=id not in matrix.of_rows) for id in actions]
    columns = [replace(column, is_gap=column.id not in matrix.of_columns) for column in field.columns]
    used = {id for id, group in field.groups.items() if group}
    without = [] if wanted.theme else [theme.title for id, theme in field.themes.items() if id not in used]
    return Coverage(rows, columns, matrix, without if wanted.by == By.THEMES else [])


def ways(
    session: Session, person: Person, wanted: Wanted, row: str | None, column: str | None
) -> tuple[Row | None, Column | None, list[Path]]:
    """What a cell counts, one way after the other; without a row or a column all of them.

    Raises NotFound for a row or a column that the matrix does not have.
    """
    field = _field(session, person, wanted)
    columns = [each for each in field.columns if column in (None, each.ref)]
    if not columns and column is not None:
        raise NotFound(Kind.PRIORITY, column)
    ids = [each.id for each in columns]
    found, rows = _found(session, field, wanted, row)
    if wanted.by == By.ACTIONS:
        listed = coverage.ways(field.held.network, ids, rows, keep=field.keep)
    else:
        listed = coverage.ways(field.held.network, rows, ids, keep=field.keep)
        listed.sort(key=lambda way: (way.source.title, way.source.id))
    return found, columns[0] if column is not None else None, listed


def _found(session: Session, field: _Field, wanted: Wanted, row: str | None) -> tuple[Row | None, Sequence[int]]:
    """The row of this ref with the ids that it stands for."""
    if wanted.by == By.THEMES:
        groups = {(_of_theme(field, id, None)).ref: id for id in field.groups}
        if row is None:
            return None, sorted(set().union(*field.groups.values()))
        if row not in groups:
            raise NotFound(Kind.THEME, row)
        return _of_theme(field, groups[row], None), sorted(field.groups[groups[row]])
    ids = sorted(field.sources) if wanted.by == By.SOURCES else _actions(session, field, wanted)
    if row is None:
        return None, ids
    named = next((id for id in ids if field.held.network.nodes[id].ref == row), None)
    if named is None:
        raise NotFound(Kind.SOURCE if wanted.by == By.SOURCES else Kind.ACTION, row)
    return _of_node(field, named), [named]


def _field(session: Session, person: Person, wanted: Wanted) -> _Field:
    held = snapshot.current(session)
    keep = held.seen_by(person)
    sources = set(living(held.network, keep) & held.network.of_kind("source"))
    if wanted.nation:
        sources &= held.filing.of_nation(wanted.nation)
    themes = {theme.id: theme for theme in list_themes(session, person)}
    groups = _by_theme(held, themes, sources)
    if wanted.theme:
        groups = {id: group for id, group in groups.items() if id in themes and themes[id].ref == wanted.theme}
        sources &= set().union(*groups.values())
    columns = _columns(session, person, wanted)
    if wanted.by == By.ACTIONS and wanted.is_narrowing:  # an action rests on these sources through its priorities
        behind = reached(held.network, sources, living(held.network, keep))
        columns = [column for column in columns if column.id in behind]
    return _Field(held, keep, frozenset(sources), themes, groups, columns)


def _by_theme(held: Snapshot, themes: Mapping[int, Any], sources: set[int]) -> dict[int, set[int]]:
    """The sources of each theme that has any, by title; those of no theme stand last."""
    groups = {id: sources & held.filing.of_theme(id) for id in themes}
    groups[WITHOUT_THEME] = sources - set().union(*groups.values())
    return {id: group for id, group in groups.items() if group}


def _columns(session: Session, person: Person, wanted: Wanted) -> list[Column]:
    return [
        Column(priority.id, priority.ref, priority.title, listed.set.id, listed.set.title, priority.plan_id)
        for listed in plans.list_sets(session, person=person, plan=wanted.plan)
        for priority in listed.priorities
    ]


def _actions(session: Session, field: _Field, wanted: Wanted) -> Sequence[int]:
    """The live actions in their plans' order; narrowed to some sources, those that deliver what these call for."""
    live = living(field.held.network, field.keep)
    query = select(Action.id).order_by(Action.plan_id, Action.position, Action.id)
    if wanted.plan is not None:
        query = query.where(Action.plan_id == wanted.plan.id)
    ids = [id for id in session.scalars(query) if id in live]
    if not wanted.is_narrowing:
        return ids
    delivering = reached(field.held.network, [column.id for column in field.columns], live)
    return [id for id in ids if id in delivering]


def _of_theme(field: _Field, id: int, matrix: Matrix | None) -> Row:
    theme, size = field.themes.get(id), len(field.groups[id])
    is_gap = matrix is not None and id not in matrix.of_rows
    if theme is None:
        return Row(id, "", NO_THEME, gettext("No theme"), size, is_gap)
    return Row(id, Kind.THEME, theme.ref, theme.title, size, is_gap)


def _of_sources(field: _Field, matrix: Matrix, wanted: Wanted) -> list[Row]:
    """The sources that the plan maps or that reach its priorities: what it never took up is no gap of it."""
    network, mapped = field.held.network, set(matrix.of_rows)
    own = network.of_kind("response") if wanted.plan is None else network.of_plan(wanted.plan.id)
    for response in of_kind(network, own & living(network, field.keep), "response"):
        mapped.update(network.before[response])
    rows = [_of_node(field, id, is_gap=id not in matrix.of_rows) for id in mapped & field.sources]
    return sorted(rows, key=lambda row: (row.title.casefold(), row.id))


def _of_node(field: _Field, id: int, *, is_gap: bool = False) -> Row:
    node = field.held.network.nodes[id]
    return Row(id, node.kind, node.ref, node.title, is_gap=is_gap)
