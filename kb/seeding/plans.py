"""Loading a plan: its posts, priorities and actions, the rows of its mapping table, and its indicators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions.indicator_models import Indicator, TrajectoryPoint
from actions.models import Action
from kb.models.figure import Figure
from kb.models.link import LinkType
from kb.models.plan import Plan
from kb.models.record import Kind
from kb.seeding.rows import load_row
from kb.seeding.sources import load_sets
from kb.seeding.vocabulary import load_posts

if TYPE_CHECKING:
    from kb.seeding import entries as e
    from kb.seeding.entries.indicators import MeasureEntry
    from kb.seeding.loader import Loader, Progress


def load_plan(loader: Loader, folder: e.PlanFolder, progress: Progress) -> Plan:
    """One plan with all but its indicators; the sources are there."""
    plan = _plan(loader, folder.plan)
    load_posts(loader, folder.posts)
    load_sets(loader, folder.sets, folder.priorities, plan=plan)
    for position, action in enumerate(folder.actions, 1):
        if loader.missing(Kind.ACTION, action.ref):
            loader.add(_action(loader, action, plan, position), action)
    loader.flush()
    for action in folder.actions:
        _action_links(loader, action)
    for number, row in enumerate(folder.rows, 1):
        load_row(loader, row, plan)
        progress(plan.title, number, len(folder.rows))
    return plan


def load_indicators(loader: Loader, folder: e.PlanFolder) -> None:
    """The plan's indicators, with what they measure; figures and all priorities are there."""
    plan_id = loader.record(Kind.PLAN, folder.plan.ref).id
    for position, entry in enumerate(folder.indicators, 1):
        if loader.missing(Kind.INDICATOR, entry.ref):
            loader.add(_indicator(loader, entry, plan_id, position), entry)
    loader.flush()
    for entry in folder.indicators:
        for link in entry.measures:
            indicator = loader.record(Kind.INDICATOR, entry.ref)
            loader.link(LinkType.MEASURED_BY, loader.record(*_measured(link)), indicator, link.reason)


def _measured(link: MeasureEntry) -> tuple[Kind, str]:
    return (Kind.ACTION, link.action) if link.action else (Kind.PRIORITY, link.priority)


def _plan(loader: Loader, entry: e.PlanEntry) -> Plan:
    if loader.missing(Kind.PLAN, entry.ref):
        plan = Plan(
            ref=entry.ref,
            title=entry.title,
            summary=entry.summary,
            nation=entry.nation,
            stale_after_days=entry.stale_after_days,
            source_id=loader.id_of(Kind.SOURCE, entry.source),
        )
        loader.add(plan, entry)
        loader.flush()
    found = loader.record(Kind.PLAN, entry.ref)
    assert isinstance(found, Plan)
    return found


def _action(loader: Loader, entry: e.ActionEntry, plan: Plan, position: int) -> Action:
    return Action(
        ref=entry.ref,
        title=entry.title,
        plan_id=plan.id,
        position=position,
        description=entry.description,
        owner_id=loader.id_of(Kind.POST, entry.owner),
        contributors=loader.organisations(entry.contributing),
        timescale=entry.timescale,
        term=entry.term,
        measure=entry.measure,
        support_needed=entry.support_needed,
        resources=entry.resources,
        recommendation=entry.recommendation,
        plan_fit=entry.plan_fit,
        closure=entry.closure,
        themes=loader.themes(entry.themes),
    )


def _action_links(loader: Loader, entry: e.ActionEntry) -> None:
    action = loader.record(Kind.ACTION, entry.ref)
    for link in entry.priorities:
        loader.link(LinkType.DELIVERED_BY, loader.record(Kind.PRIORITY, link.priority), action, link.reason)
    for ref in entry.depends_on:
        loader.link(LinkType.DEPENDS_ON, action, loader.record(Kind.ACTION, ref))
    for ref in entry.same_as:
        loader.link(LinkType.SAME_AS, action, loader.record(Kind.ACTION, ref))


def _indicator(loader: Loader, entry: e.IndicatorEntry, plan_id: int, position: int) -> Indicator:
    baseline, target = entry.baseline, entry.target
    return Indicator(
        ref=entry.ref,
        title=entry.title,
        plan_id=plan_id,
        position=position,
        definition=entry.definition,
        numerator=entry.numerator,
        denominator=entry.denominator,
        unit=entry.unit,
        direction=entry.direction,
        frequency=entry.frequency,
        perspective=entry.perspective,
        data_source=entry.data_source,
        baseline=baseline.value if baseline else None,
        baseline_period=baseline.period if baseline else "",
        target=target.value if target else None,
        target_period=target.period if target else "",
        target_on=target.by if target else None,
        note=_note(entry),
        owner_id=loader.id_of(Kind.POST, entry.owner),
        figures=loader.found(Figure, Kind.FIGURE, entry.figures),
        trajectory=[
            TrajectoryPoint(
                position=number,
                period=point.period,
                ends_on=point.ends,
                value=point.value,
                organisation_id=loader.id_of(Kind.ORGANISATION, point.organisation),
            )
            for number, point in enumerate(entry.trajectory, 1)
        ],
    )


def _note(entry: e.IndicatorEntry) -> str:
    """The entry's note, with what was said about baseline and target in words."""
    said = [entry.note]
    if entry.baseline and entry.baseline.text:
        said.append(f"Baseline: {entry.baseline.text}")
    if entry.target and entry.target.text:
        said.append(f"Target: {entry.target.text}")
    return " ".join(part for part in said if part)
