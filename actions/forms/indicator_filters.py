"""The filters of the list of indicators, read from the address and offered with what is on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from actions.measures.service import NONE, ONLY, SORTS, Choices, IndicatorFilter
from kb import labels, web
from kb.forms.figure_filters import choices, word
from kb.words import gettext

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict


def read(args: MultiDict[str, str]) -> IndicatorFilter:
    """The filter that an address asks for; it never fails, what is unknown finds nothing."""
    sort, only = args.get("sort", ""), args.get("only", "")
    return IndicatorFilter(
        plan=word(args, "plan"),
        words=word(args, "q"),
        owner=word(args, "owner"),
        perspective=word(args, "perspective"),
        frequency=word(args, "frequency"),
        only=only if only in ONLY else "",
        sort=sort if sort in SORTS else SORTS[0],
    )


def finding_words() -> dict[str, str]:
    """What a plan's lead looks for."""
    return {
        "no-reading": gettext("Never read"),
        "no-target": gettext("Without a target"),
        "no-link": gettext("Measures nothing yet"),
    }


def offered(wanted: IndicatorFilter, known: Choices) -> dict[str, Any]:
    """The options of each filter, as the macros of the rail take them, and what is on."""
    groups = [
        (gettext("Plan"), "plan", dict(known.plans), wanted.plan),
        (gettext("Owner"), "owner", {NONE: gettext("No owner"), **dict(known.owners)}, wanted.owner),
        (gettext("Perspective"), "perspective", {one: one for one in known.perspectives}, wanted.perspective),
        (gettext("How often"), "frequency", labels.frequencies(), wanted.frequency),
        (gettext("Finding"), "only", finding_words(), wanted.only),
    ]
    on = [{"text": f"“{wanted.words}”", "url": web.url_with(q=None)}] if wanted.words else []
    return {
        "selects": [
            {"legend": legend, "name": name, "options": choices(options, value)}
            for legend, name, options, value in groups
            if options
        ],
        "on": [
            *on,
            *(
                {"text": f"{legend}: {options.get(value, value)}", "url": web.url_with(**{name: None})}
                for legend, name, options, value in groups
                if value
            ),
        ],
    }
