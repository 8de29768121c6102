"""The filters of the list of actions, read from the address and offered with what is on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from actions.filters import NONE, SORTS, Filters
from actions.models import Closure, Confidence, Term
from actions.schedule import schedule_words
from actions.service import Choices
from kb.forms.filtering import one_of, selects, word, words, words_on
from kb.paging import url_with
from kb.words import gettext

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from kb.forms.filtering import Group

SINGLE = ("plan", "owner", "confidence", "closure", "term", "priority", "theme", "only")


def read(args: MultiDict[str, str]) -> Filters:
    """The filters that an address asks for; it never fails."""
    return Filters(
        schedule=words(args, "schedule"),
        words=word(args, "q"),
        sort=one_of(args, "sort", SORTS, SORTS[0]),
        **{name: word(args, name) for name in SINGLE},
    )


def finding_words() -> dict[str, str]:
    """What may be wrong with an action; the steering page leads to some of them."""
    return {
        "incomplete": gettext("Incomplete: no owner, date, measure or reason"),
        "no-owner": gettext("Open, without an owner"),
        "no-measure": gettext("Open, without a measure of success"),
        "silent": gettext("Nothing said for too long"),
        "slipped": gettext("Later than agreed"),
        "asks": gettext("Asks for support"),
    }


def offered(wanted: Filters, counts: dict[str, int], choices: Choices, *, may_know: bool) -> dict[str, Any]:
    """The options of each filter, as the macros of the rail take them, and what is on."""
    groups = _groups(wanted, choices, may_know=may_know)
    return {
        "schedule": [
            {"value": state, "label": label, "count": counts.get(state, 0), "is_on": state in wanted.schedule}
            for state, label in schedule_words().items()
        ],
        "selects": selects(groups),
        "on": _on(wanted, groups),
    }


def _groups(wanted: Filters, choices: Choices, *, may_know: bool) -> list[Group]:
    confidences = {
        Confidence.ON_TRACK.value: gettext("On track"),
        Confidence.AT_RISK.value: gettext("At risk"),
        Confidence.OFF_TRACK.value: gettext("Off track"),
        NONE: gettext("Not said"),
    }
    closures = {
        Closure.OPEN.value: gettext("Open"),
        Closure.DONE.value: gettext("Done, to be verified"),
        Closure.VERIFIED.value: gettext("Verified"),
        Closure.STOPPED.value: gettext("Stopped: closed unfinished, by decision"),
    }
    terms = {
        Term.SHORT.value: gettext("Short term"),
        Term.MEDIUM.value: gettext("Medium term"),
        Term.LONG.value: gettext("Long term"),
    }
    findings = finding_words()
    if not may_know:
        del findings["asks"]
    return [
        (gettext("Confidence"), "confidence", confidences if may_know else {}, wanted.confidence),
        (gettext("Closure"), "closure", closures, wanted.closure),
        (gettext("Owner"), "owner", {NONE: gettext("No owner"), **dict(choices.owners)}, wanted.owner),
        (gettext("Priority"), "priority", dict(choices.priorities), wanted.priority),
        (gettext("Theme"), "theme", dict(choices.themes), wanted.theme),
        (gettext("Term"), "term", terms, wanted.term),
        (gettext("Plan"), "plan", dict(choices.plans), wanted.plan),
        (gettext("What is wrong"), "only", findings, wanted.only),
    ]


def _on(wanted: Filters, groups: list[Group]) -> list[dict[str, str]]:
    """What is filtered now, each with the address of the list without it."""
    on = words_on(wanted.words)
    if wanted.schedule:
        states = [schedule_words().get(state, state) for state in wanted.schedule]
        on.append({"text": gettext(" or ").join(states), "url": url_with(schedule=None)})
    found = [(name, options.get(value, value)) for _, name, options, value in groups if value and options]
    return [*on, *({"text": text, "url": url_with(**{name: None})} for name, text in found)]
