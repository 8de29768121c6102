"""Plans and their priorities as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb import downloads, labels
from kb.columns.words import draft, in_words, yes
from kb.spreadsheets import Column, Kind, Sheet
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from graph.service import Strip
    from kb.models.plan import Plan, Priority, PrioritySet


def of_plans(plans: Iterable[Plan], counts: Mapping[int, Mapping[str, int]]) -> Sheet[Plan]:
    """Plans with how many priorities and actions each has."""
    nations = labels.nations()
    columns: list[Column[Plan]] = [
        Column(gettext("Ref"), lambda plan: plan.ref, width=28),
        Column(gettext("Plan"), lambda plan: plan.title, width=50),
        Column(gettext("Nation"), lambda plan: in_words(nations, plan.nation), width=16),
        Column(gettext("Summary"), lambda plan: plan.summary, width=60),
        Column(gettext("Priorities"), lambda plan: counts.get(plan.id, {}).get("priority", 0), Kind.NUMBER),
        Column(gettext("Actions"), lambda plan: counts.get(plan.id, {}).get("action", 0), Kind.NUMBER),
        Column(gettext("Silent after days"), lambda plan: plan.stale_after_days, Kind.NUMBER),
        Column(gettext("Demonstration"), lambda plan: yes(plan.is_demonstration), width=14),
        Column(gettext("Draft"), draft, width=8),
        downloads.page_of(lambda plan: plan),
    ]
    return Sheet(gettext("Plans"), columns, plans)


def of_priorities(
    rows: Iterable[tuple[PrioritySet, Priority]], plans: Mapping[int, Plan], strips: Mapping[int, Strip]
) -> Sheet[tuple[PrioritySet, Priority]]:
    """These priorities, each with its set, and with how far the thread of each reaches."""

    def reach(kind: str, name: str) -> Column[tuple[PrioritySet, Priority]]:
        return Column(name, lambda row: dict(strips.get(row[1].id, [])).get(kind, 0), Kind.NUMBER)

    def plan(row: tuple[PrioritySet, Priority]) -> str:
        found = plans.get(row[1].plan_id or 0)
        return found.title if found else ""

    columns: list[Column[tuple[PrioritySet, Priority]]] = [
        Column(gettext("Ref"), lambda row: row[1].ref, width=28),
        Column(gettext("Priority"), lambda row: row[1].title, width=50),
        Column(gettext("Set"), lambda row: row[0].title, width=40),
        Column(gettext("Plan"), plan, width=40),
        Column(gettext("Kind"), lambda row: labels.readable(row[1].priority_kind), width=16),
        Column(gettext("Summary"), lambda row: row[1].summary, width=60),
        reach("source", gettext("Sources")),
        reach("implication", gettext("Implications")),
        reach("action", gettext("Actions")),
        reach("indicator", gettext("Indicators")),
        Column(gettext("Draft"), lambda row: draft(row[1]), width=8),
        downloads.page_of(lambda row: row[1]),
    ]
    return Sheet(gettext("Priorities"), columns, rows)
