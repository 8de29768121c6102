"""Coverage: themes, sources and actions against a plan's priorities, and what stands behind each figure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from flask import request, url_for

from graph.coverage import columns as coverage_columns
from graph.coverage import service as covering
from graph.coverage import words as coverage_words
from graph.coverage.service import By, Wanted
from graph.views import bp
from kb import auth, downloads, labels, web
from kb.paging import number, paged, url_with
from kb.permissions import Capability
from kb.planning import plans

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from flask.typing import ResponseReturnValue

    from graph.coverage.service import Column, Row
    from kb.models.plan import Plan

MOST_COLUMNS = 12
ROWS, WAYS = 50, 25
ALL = "all"


@dataclass(frozen=True)
class Band:
    """Those of the columns that are shown at once, and the addresses of the others."""

    columns: Sequence[Column]
    plans: Mapping[int | None, str]  # the titles of the plans, where there are several
    first: int
    last: int
    total: int
    previous_url: str | None
    next_url: str | None

    @property
    def sets(self) -> list[tuple[str, int]]:
        """The sets that the columns stand in, each with how many of them."""
        runs = [list(run) for _, run in groupby(self.columns, key=lambda column: column.set_id)]
        return [(self._named(run[0]), len(run)) for run in runs]

    def _named(self, column: Column) -> str:
        return ": ".join(filter(None, (self.plans.get(column.plan_id), column.set_title)))


@dataclass(frozen=True)
class Asked:
    """What the address asks for, and what it might ask for instead."""

    wanted: Wanted
    plans: Sequence[Plan]
    themes: Mapping[str, str]
    problems: Sequence[str] = ()  # what the address names and there is not

    @property
    def values(self) -> dict[str, Any]:
        """The same again as an address writes it."""
        wanted = self.wanted
        given = {"by": wanted.by.value, "plan": wanted.plan.ref if wanted.plan else ALL}
        return given | {k: v for k, v in (("nation", wanted.nation), ("theme", wanted.theme)) if v}

    @property
    def told(self) -> list[str]:
        """In words, for a file."""
        wanted = self.wanted
        words = [coverage_words.of(wanted.by).choice, wanted.plan.title if wanted.plan else "", self.narrowed]
        return [word for word in words if word]

    @property
    def narrowed(self) -> str:
        """What the sources are narrowed to, as a sentence."""
        return coverage_words.narrowed(self.wanted, dict(self.themes))


def _asked() -> Asked:
    session, person, args = web.session(), web.person(), request.args
    offered = plans.list_plans(session, person=person)
    themes = {theme.ref: theme.title for theme in covering.list_themes(session, person)}
    given = {name: args.get(name, "") for name in ("by", "plan", "nation", "theme")}
    known: dict[str, Container[str]] = {
        "by": set(By),
        "plan": {ALL, *(plan.ref for plan in offered)},
        "nation": labels.nations(),
        "theme": themes,
    }
    is_known = {name: value in known[name] for name, value in given.items()}
    wanted = Wanted(
        By(given["by"]) if is_known["by"] else By.THEMES,
        None if given["plan"] == ALL else _plan(offered, given["plan"]),
        given["nation"] if is_known["nation"] else "",
        given["theme"] if is_known["theme"] else "",
    )
    problems = [coverage_words.not_known(name, value) for name, value in given.items() if value and not is_known[name]]
    return Asked(wanted, offered, themes, problems)


def _plan(offered: Sequence[Plan], ref: str) -> Plan | None:
    """The plan of this name, else the reader's own, else one that has something to show."""
    person = web.person()
    if any(plan.ref == ref or plan.id in person.roles for plan in offered):
        return plans.choose(offered, ref, person=person)
    return covering.first_covered(web.session(), person, offered)


@bp.get("/coverage")
@auth.requires(Capability.READ)
def coverage() -> ResponseReturnValue:
    """The matrix of what the address asks for, or of themes and the reader's own plan."""
    asked = _asked()
    by = asked.wanted.by
    found = covering.cover(web.session(), web.person(), asked.wanted)
    if downloads.are_wanted():
        cells = coverage_columns.cells(found, by)
        shown = [] if request.args.get("format") == downloads.CSV else [coverage_columns.matrix(found, by)]
        return downloads.send("coverage", *shown, cells, filters=asked.told)
    paging = paged(len(found.rows), ROWS)
    return web.page(
        "graph/coverage.html",
        asked=asked,
        wanted=asked.wanted,
        nations=labels.nations(),
        choices={each.value: coverage_words.of(each).choice for each in By},
        found=found,
        said=coverage_words.found(found, asked.wanted),
        words=coverage_words.of(by),
        paging=paging,
        rows=found.rows[paging.offset : paging.offset + paging.limit],
        band=_band(asked, found.columns),
        without=_without_filters(asked.wanted) if found.is_empty and asked.wanted.is_narrowing else "",
        cell_url=lambda row, column: _cell_url(asked, row, column),
    )


def _without_filters(wanted: Wanted) -> str:
    """What there would be without the nation and the theme that leave nothing; empty where there is nothing either."""
    whole = covering.cover(web.session(), web.person(), replace(wanted, nation="", theme=""))
    return "" if whole.is_empty else coverage_words.without_filters(whole, wanted.by)


def _band(asked: Asked, columns: Sequence[Column]) -> Band:
    pages = max(1, -(-len(columns) // MOST_COLUMNS))
    each = -(-len(columns) // pages)
    page = min(max(1, number("columns", 1)), pages)

    def url(to: int) -> str:
        return url_with(columns=str(to) if to > 1 else None, page=request.args.get("page"))

    first, last = (page - 1) * each, min(page * each, len(columns))
    return Band(
        columns[first:last],
        {} if asked.wanted.plan else {plan.id: plan.title for plan in asked.plans},
        first + 1 if columns else 0,
        last,
        len(columns),
        url(page - 1) if page > 1 else None,
        url(page + 1) if page < pages else None,
    )


def _cell_url(asked: Asked, row: Row | None, column: Column | None) -> str:
    given = asked.values | {name: each.ref for name, each in (("row", row), ("column", column)) if each}
    return url_for("graph.coverage_cell", **given)


@bp.get("/coverage/cell")
@auth.requires(Capability.READ)
def coverage_cell() -> ResponseReturnValue:
    """The links behind one figure; without a row or a column behind a total."""
    asked = _asked()
    given = request.args
    row, column, listed = covering.ways(
        web.session(), web.person(), asked.wanted, given.get("row"), given.get("column")
    )
    if downloads.are_wanted():
        named = [each.title for each in (row, column) if each]
        return downloads.send("coverage-cell", coverage_columns.ways(listed), filters=[*asked.told, *named])
    sources = len({way.source.id for way in listed})
    heading, said = coverage_words.cell(asked.wanted, row, column, sources, len(listed))
    paging = paged(len(listed), WAYS)
    return web.page(
        "graph/coverage_cell.html",
        asked=asked,
        wanted=asked.wanted,
        row=row,
        column=column,
        heading=heading,
        said=said,
        how=coverage_words.of(asked.wanted.by).how,
        may_link=column is not None and web.person().may(Capability.EDIT_PLAN, plan_id=column.plan_id),
        paging=paging,
        ways=listed[paging.offset : paging.offset + paging.limit],
        back_url=url_for("graph.coverage", **asked.values),
    )
