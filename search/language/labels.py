"""The words for kinds, filters and their values, and for the part of a record that matched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions.schedule import schedule_words
from kb import labels
from kb.words import gettext
from search.language import due
from search.language.filters import NAMED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from search.language.filters import Filters


def kinds() -> dict[str, str]:
    """Each kind, several of it, in the order of the tabs."""
    return {
        "source": gettext("Sources"),
        "key_point": gettext("Key points"),
        "implication": gettext("Implications"),
        "response": gettext("Responses"),
        "priority": gettext("Priorities"),
        "action": gettext("Actions"),
        "indicator": gettext("Indicators"),
        "figure": gettext("Figures"),
        "comparison": gettext("Comparisons"),
        "plan": gettext("Plans"),
        "priority_set": gettext("Sets of priorities"),
        "theme": gettext("Themes"),
        "staff_group": gettext("Staff groups"),
        "term": gettext("Glossary"),
        "organisation": gettext("Organisations"),
        "post": gettext("Posts"),
    }


def fields() -> dict[str, str]:
    """The name of each filter."""
    return {
        "kind": gettext("Kind"),
        "theme": gettext("Theme"),
        "nation": gettext("Nation"),
        "category": gettext("Category"),
        "source_kind": gettext("Type of source"),
        "status": gettext("Status"),
        "plan": gettext("Plan"),
        "publisher": gettext("Publisher"),
        "owner": gettext("Owner"),
        "staff_group": gettext("Staff group"),
        "schedule": gettext("Schedule"),
        "due": gettext("Due"),
        "ends": gettext("Ends in"),
        "year": gettext("Year"),
    }


def value(name: str, given: str, titles: Mapping[tuple[str, str], str]) -> str:
    """A value of a filter in words; `titles` holds those of themes, plans, organisations and posts."""
    known = {
        "kind": kinds(),
        "category": labels.categories(),
        "status": _statuses(),
        "nation": labels.nations(),
        "schedule": schedule_words(),
    }.get(name, {})
    if name == "due":
        return due.words(given)
    if name in NAMED:  # a name that is nobody's here is told as it was typed
        return titles.get((name, given)) or f"“{given.replace('-', ' ')}”"
    return known.get(given) or labels.readable(given)


def years(filters: Filters) -> str:
    """The years of a filter in words."""
    first, last = filters.year_from, filters.year_to
    if first == last:
        return str(first)
    if last is None:
        return gettext("%(year)s or later", year=first)
    if first is None:
        return gettext("%(year)s or earlier", year=last)
    return gettext("%(first)s to %(last)s", first=first, last=last)


def part(name: str, number: int | None) -> str:
    """The part of a record that an excerpt comes from."""
    words = {
        "summary": gettext("Summary"),
        "names": gettext("Also called"),
        "publisher": gettext("Publisher"),
        "status": gettext("Status"),
        "facts": gettext("Filed as"),
        "key_point": gettext("Key point %(number)s", number=number),
        "implication": gettext("Implication %(number)s", number=number),
        "place": gettext("Where"),
        "site": gettext("Learnt at"),
        "value": gettext("Value"),
        "figure": gettext("Figure"),
        "definition": gettext("What is counted"),
        "numerator": gettext("Counted"),
        "denominator": gettext("Out of"),
        "target": gettext("Target"),
        "promised_by": gettext("Promised by"),
        "promised_for": gettext("Promised for"),
        "measured_by": gettext("Measured by"),
        "staff_group": gettext("Staff group"),
        "source": gettext("Source"),
        "response": gettext("Response"),
        "owner": gettext("Owner"),
        "set": gettext("From"),
        "description": gettext("Action"),
        "timescale": gettext("Timescale"),
        "support_needed": gettext("Support needed"),
        "resources": gettext("Resources"),
        "measure": gettext("Measure of success"),
        "recommendation": gettext("Recommendation"),
        "plan_fit": gettext("Fit with the plan"),
        "milestone": gettext("Milestone"),
        "contributor": gettext("With"),
        "organisation": gettext("Organisation"),
        "theme": gettext("Theme"),
        "note": gettext("Note"),
    }
    return words.get(name, labels.readable(name))


def _statuses() -> dict[str, str]:
    return {
        **labels.source_statuses(),
        "not-stated": gettext("Not stated"),
        **labels.response_types(),
        "open": gettext("Action open"),
        "done": gettext("Action done"),
        "verified": gettext("Action verified"),
        "stopped": gettext("Action stopped"),
    }
