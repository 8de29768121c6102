"""Checking that every ref of the seed folder stands once and leads somewhere, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.models.link import ALLOWED
from kb.models.record import Kind
from kb.seeding.reading import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kb.seeding import entries as e


@dataclass(frozen=True)
class _Refs:
    """The refs that there are of everything that is named from outside its own plan."""

    themes: set[str]
    groups: set[str]
    organisations: set[str]
    posts: set[str]
    sources: set[str]
    key_points: set[str]
    figures: set[str]
    priorities: set[str]  # of sources; a plan's own are known in its folder


def check(seed: e.Seed) -> None:
    """Raises Malformed at the first ref that stands twice or names nothing, and at a figure that contradicts itself."""
    catalogue, plans = seed.catalogue, seed.plans
    known = _Refs(
        themes=_unique(seed.themes),
        groups=_unique(seed.staff_groups),
        organisations=_unique(seed.organisations),
        posts=_unique((*seed.posts, *(post for plan in plans for post in plan.posts))),
        sources=_unique(seed.sources),
        key_points=_unique((*(point for row in seed.rows for point in row.key_points), *catalogue.key_points)),
        figures=_unique(catalogue.figures),
        priorities={priority.ref for priority in catalogue.priorities},
    )
    _unique(seed.terms)
    _unique(implication for row in seed.rows for implication in row.implications)
    _unique(row.response for row in seed.rows)
    _unique(catalogue.comparisons)
    _unique(action for plan in plans for action in plan.actions)
    _unique(indicator for plan in plans for indicator in plan.indicators)
    _unique((*(group for plan in plans for group in plan.sets), *catalogue.sets))
    _unique((*(priority for plan in plans for priority in plan.priorities), *catalogue.priorities))
    _unique(plan.plan for plan in plans)
    for post in seed.posts:
        _known(post, "organisation", [post.organisation], known.organisations)
    _check_sources(seed, known)
    _check_catalogue(catalogue, known)
    shared = {post.ref for post in seed.posts}
    for plan in plans:
        _check_plan(plan, known, shared | {post.ref for post in plan.posts})


def _check_sources(seed: e.Seed, known: _Refs) -> None:
    for source in seed.sources:
        _known(source, "themes", source.themes, known.themes)
        _known(source, "publishers", source.publishers, known.organisations)
    for relation in seed.relations:
        name = f"{relation.from_} {relation.type} {relation.to}"
        for field, ref in (("from", relation.from_), ("to", relation.to)):
            _refer(relation.file, name, field, [ref], known.sources)
        if (Kind.SOURCE, Kind.SOURCE) not in ALLOWED[relation.type]:
            raise Malformed(relation.file, name, "type", "no source stands to a source in this way")
        if relation.from_ == relation.to:
            raise Malformed(relation.file, name, "to", "a source does not stand to itself in any way")


def _check_catalogue(catalogue: e.Catalogue, known: _Refs) -> None:
    for point in catalogue.key_points:
        _known(point, "source", [point.source], known.sources)
        _known(point, "themes", point.themes, known.themes)
    for figure in catalogue.figures:
        _known(figure, "source", [figure.source], known.sources)
        _check_range(figure)
    for comparison in catalogue.comparisons:
        _known(comparison, "figures", comparison.figures, known.figures)
        if not comparison.figures:
            raise Malformed(comparison.file, comparison.ref, "figures", "there is no figure to compare")
        if comparison.whole and comparison.whole not in comparison.figures:
            raise Malformed(comparison.file, comparison.ref, "whole", "it is none of the figures that are compared")
    for group in catalogue.sets:
        _known(group, "source", [group.source], known.sources)
    sets = {group.ref for group in catalogue.sets}
    for priority in catalogue.priorities:
        _known(priority, "set", [priority.set], sets)
        _known(priority, "themes", priority.themes, known.themes)
    _check_orders(catalogue.priorities)


def _check_range(figure: e.FigureEntry) -> None:
    if (figure.low is None) != (figure.high is None):
        missing = "low" if figure.low is None else "high"
        raise Malformed(figure.file, figure.ref, missing, "a range needs both ends; for one number both are the same")
    if figure.low is not None and figure.high is not None and figure.low > figure.high:
        raise Malformed(figure.file, figure.ref, "low", f"{figure.low:g} is more than the high end, {figure.high:g}")


def _check_orders(priorities: Iterable[e.PriorityEntry]) -> None:
    seen: set[tuple[str, int]] = set()
    for priority in priorities:
        if (priority.set, priority.order) in seen:
            raise Malformed(
                priority.file, priority.ref, "order", f"“{priority.set}” has a number {priority.order} already"
            )
        seen.add((priority.set, priority.order))


def _check_plan(plan: e.PlanFolder, known: _Refs, posts: set[str]) -> None:
    sets = {group.ref for group in plan.sets}
    priorities = {priority.ref for priority in plan.priorities}
    actions = {action.ref for action in plan.actions}
    _known(plan.plan, "organisations", plan.plan.organisations, known.organisations)
    _known(plan.plan, "source", _named(plan.plan.source), known.sources)
    for post in plan.posts:
        _known(post, "organisation", [post.organisation], known.organisations)
    for priority in plan.priorities:
        _known(priority, "set", [priority.set], sets)
        _known(priority, "themes", priority.themes, known.themes)
    _check_orders(plan.priorities)
    for action in plan.actions:
        _known(action, "owner", _named(action.owner), posts)
        _known(action, "contributing", action.contributing, known.organisations)
        _known(action, "themes", action.themes, known.themes)
        _known(action, "priorities", [link.priority for link in action.priorities], priorities)
        _known(action, "depends_on", action.depends_on, actions)
        _known(action, "same_as", action.same_as, actions)
    for row in plan.rows:
        _check_row(row, known, priorities, actions)
    for indicator in plan.indicators:
        _check_indicator(indicator, known, posts, priorities | known.priorities, actions)
    _check_demonstration(plan, posts, actions)


def _check_row(row: e.RowEntry, known: _Refs, priorities: set[str], actions: set[str]) -> None:
    own = {source.ref for source in row.sources}
    points = {point.ref for point in row.key_points}
    for point in row.key_points:
        _known(point, "source", [point.source], own)
        _known(point, "themes", point.themes, known.themes)
    for implication in row.implications:
        _known(implication, "source", [implication.source], own)
        _known(implication, "key_points", implication.key_points, points)
        _known(implication, "staff_groups", implication.staff_groups, known.groups)
        _known(implication, "calls_for", [link.priority for link in implication.calls_for], priorities)
    response = row.response
    _known(response, "calls_for", [link.priority for link in response.calls_for], priorities)
    _known(response, "answered_by", [link.action for link in response.answered_by], actions)


def _check_indicator(
    indicator: e.IndicatorEntry, known: _Refs, posts: set[str], priorities: set[str], actions: set[str]
) -> None:
    _known(indicator, "owner", _named(indicator.owner), posts)
    _known(indicator, "figures", indicator.figures, known.figures)
    for point in indicator.trajectory:
        _known(indicator, "trajectory", _named(point.organisation), known.organisations)
    for link in indicator.measures:
        if bool(link.action) == bool(link.priority):
            raise Malformed(indicator.file, indicator.ref, "measures", "one action or one priority is needed")
        _known(indicator, "measures", _named(link.action), actions)
        _known(indicator, "measures", _named(link.priority), priorities)


def _check_demonstration(plan: e.PlanFolder, posts: set[str], actions: set[str]) -> None:
    responses = {row.response.ref for row in plan.rows}
    indicators = {indicator.ref for indicator in plan.indicators}
    for dated in plan.demonstration:
        _refer(dated.file, dated.action, "action", [dated.action], actions)
        _refer(dated.file, dated.action, "sponsor", _named(dated.sponsor), posts)
    for review in plan.reviews:
        _refer(review.file, review.response, "response", [review.response], responses)
    for readings in plan.readings:
        _refer(readings.file, readings.indicator, "indicator", [readings.indicator], indicators)
        if readings.months < 1:
            raise Malformed(readings.file, readings.indicator, "months", "at least one month is needed")


def _unique(listed: Iterable[e.Entry]) -> set[str]:
    seen: dict[str, str] = {}
    for item in listed:
        if item.ref in seen:
            raise Malformed(item.file, item.ref, "ref", f"this ref stands twice; the first is in {seen[item.ref]}")
        seen[item.ref] = item.file
    return set(seen)


def _named(ref: str) -> list[str]:
    return [ref] if ref else []


def _known(entry: e.Entry, field: str, wanted: Iterable[str], known: set[str]) -> None:
    _refer(entry.file, entry.ref, field, wanted, known)


def _refer(file: str, name: str, field: str, wanted: Iterable[str], known: set[str]) -> None:
    for ref in wanted:
        if ref not in known:
            raise Malformed(file, name, field, f"nothing is called “{ref}”")
