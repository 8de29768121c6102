"""The filters of the list of actions, read from the address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from actions.filters import SORTS, Filters
from actions.models import Closure, Confidence
from actions.service import Choices
from kb.words import gettext

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

MOST_VALUES = 10
LONGEST_WORDS = 200
SINGLE = ("plan", "owner", "confidence", "closure", "priority", "theme", "only")


def read(args: MultiDict[str, str]) -> Filters:
    """The filters that an address asks for; it never fails."""
    values = {name: args.get(name, "").strip()[:LONGEST_WORDS] for name in SINGLE}
    sort = args.get("sort", "")
    return Filters(
        schedule=tuple(dict.fromkeys(args.getlist("schedule")[:MOST_VALUES])),
        words=args.get("q", "").strip()[:LONGEST_WORDS],
        sort=sort if sort in SORTS else "due",
        **values,
    )


def schedule_words() -> dict[str, str]:
    """The schedule states in the order in which they matter."""
    return {
        "overdue": gettext("Overdue"),
        "due_soon": gettext("Due within 30 days"),
        "stale": gettext("No update"),
        "on_time": gettext("On time"),
        "not_started": gettext("Not started"),
        "no_date": gettext("No date"),
        "closed": gettext("Done or verified"),
    }


def offered(wanted: Filters, counts: dict[str, int], choices: Choices, *, may_know: bool) -> dict[str, Any]:
    """The options of each filter, as the macros of the rail take them."""
    confidences = {
        Confidence.ON_TRACK.value: gettext("On track"),
        Confidence.AT_RISK.value: gettext("At risk"),
        Confidence.OFF_TRACK.value: gettext("Off track"),
        "none": gettext("Not said"),
    }
    closures = {
        Closure.OPEN.value: gettext("Open"),
        Closure.DONE.value: gettext("Done, to be verified"),
        Closure.VERIFIED.value: gettext("Verified"),
    }
    selects = [
        (gettext("Plan"), "plan", dict(choices.plans), wanted.plan),
        (gettext("Owner"), "owner", {**dict(choices.owners), "none": gettext("No owner")}, wanted.owner),
        (gettext("Confidence"), "confidence", confidences if may_know else {}, wanted.confidence),
        (gettext("Closure"), "closure", closures, wanted.closure),
        (gettext("Priority"), "priority", dict(choices.priorities), wanted.priority),
        (gettext("Theme"), "theme", dict(choices.themes), wanted.theme),
    ]
    return {
        "schedule": [
            {"value": state, "label": words, "count": counts.get(state, 0), "is_on": state in wanted.schedule}
            for state, words in schedule_words().items()
        ],
        "selects": [
            {
                "legend": legend,
                "name": name,
                "options": [
                    {"value": "", "label": gettext("All"), "is_on": not on},
                    *({"value": value, "label": label, "is_on": value == on} for value, label in options.items()),
                ],
            }
            for legend, name, options, on in selects
            if options
        ],
    }
