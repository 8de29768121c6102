"""The filters of the list of indicators, read from the address and offered with what is on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from actions.measures.service import NONE, ONLY, SORTS, Choices, IndicatorFilter
from kb import labels
from kb.forms.filtering import groups_on, one_of, selects, word, words_on
from kb.words import gettext

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from kb.forms.filtering import Group


def read(args: MultiDict[str, str]) -> IndicatorFilter:
    """The filter that an address asks for; it never fails, what is unknown finds nothing."""
    return IndicatorFilter(
        plan=word(args, "plan"),
        words=word(args, "q"),
        owner=word(args, "owner"),
        perspective=word(args, "perspective"),
        frequency=word(args, "frequency"),
        only=one_of(args, "only", ONLY),
        sort=one_of(args, "sort", SORTS, SORTS[0]),
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
    groups: list[Group] = [
        (gettext("Plan"), "plan", dict(known.plans), wanted.plan),
        (gettext("Owner"), "owner", {NONE: gettext("No owner"), **dict(known.owners)}, wanted.owner),
        (gettext("Perspective"), "perspective", {one: one for one in known.perspectives}, wanted.perspective),
        (gettext("How often"), "frequency", labels.frequencies(), wanted.frequency),
        (gettext("Finding"), "only", finding_words(), wanted.only),
    ]
    return {"selects": selects(groups), "on": [*words_on(wanted.words), *groups_on(groups)]}
