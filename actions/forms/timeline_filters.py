"""The filters of the timeline, read from the address and offered with what is on."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from actions.filters import NONE
from actions.timeline.axis import Span
from actions.timeline.choosing import GROUPINGS, Wanted
from actions.timeline.service import ALL
from kb.dates import EARLIEST_YEAR, LATEST_YEAR
from kb.forms import filtering
from kb.paging import url_with
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from actions.timeline.service import Choices

SINGLE = ("plan", "priority", "owner", "theme")


def read(args: MultiDict[str, str]) -> tuple[Wanted, str]:
    """What an address asks for, and what is wrong with its dates; it never fails."""
    span, wrong = _span(args.get("from", "").strip(), args.get("to", "").strip())
    by = args.get("by", "")
    wanted = Wanted(
        **{name: filtering.word(args, name) for name in SINGLE},
        with_done=args.get("done") == "1",
        by=next((one for one in GROUPINGS if one == by), "priority"),
        span=span,
        is_whole=args.get("span") == "all" and span is None,
    )
    return wanted, wrong


def _span(first: str, last: str) -> tuple[Span | None, str]:
    """The days that an address names; both are needed, since each is meant for the other."""
    if not first and not last:
        return None, ""
    days = [_day(words) for words in (first, last)]
    if not first or not last:
        return None, gettext("Give both dates, from and to. Until then the usual months are shown.")
    if days[0] is None or days[1] is None:
        return None, gettext("One of the two dates could not be read, so the usual months are shown.")
    if days[0] >= days[1]:
        return None, gettext("The first day must come before the last one, so the usual months are shown.")
    return Span(days[0], days[1]), ""


def _day(words: str) -> date | None:
    try:
        day = date.fromisoformat(words)
    except ValueError:
        return None
    return day if EARLIEST_YEAR <= day.year <= LATEST_YEAR else None


def grouping_words() -> dict[str, str]:
    return {
        "priority": gettext("Priority"),
        "plan": gettext("Plan"),
        "organisation": gettext("Owner’s organisation"),
    }


def offered(wanted: Wanted, choices: Choices) -> dict[str, Any]:
    """The options of each filter, as the macros of the rail take them, and what is on."""
    plans = {ALL: gettext("All plans"), **dict(choices.plans)} if len(choices.plans) > 1 else {}
    owners = {NONE: gettext("No owner"), **dict(choices.owners)}
    narrowing = [
        (gettext("Priority"), "priority", dict(choices.priorities), wanted.priority),
        (gettext("Owner"), "owner", owners, wanted.owner),
        (gettext("Theme"), "theme", dict(choices.themes), wanted.theme),
    ]
    return {
        "plan": filtering.options(plans, wanted.plan or ALL),
        "by": filtering.options(grouping_words(), wanted.by),
        "selects": [
            {"legend": legend, "name": name, "options": filtering.choices(options, on)}
            for legend, name, options, on in narrowing
            if options or on
        ],
        "on": _on(wanted, choices, narrowing),
    }


def _on(
    wanted: Wanted, choices: Choices, narrowing: list[tuple[str, str, dict[str, str], str]]
) -> list[dict[str, str]]:
    """What is narrowed now, each with the address of the timeline without it; the plan stays."""
    plan = choices.plan.ref if choices.plan else None
    on = []
    if wanted.plan and choices.plan is None:
        on.append({"text": gettext("Plan “%(ref)s”", ref=wanted.plan), "url": url_with(plan=None)})
    for _, name, options, value in narrowing:
        if value:
            changes = {name: None, "plan": plan} if name == "priority" else {name: None}
            on.append({"text": options.get(value, value), "url": url_with(**changes)})
    if wanted.span:
        words = gettext("%(first)s to %(last)s", first=spoken(wanted.span.first), last=spoken(wanted.span.last))
        on.append({"text": words, "url": url_with(**{"from": None, "to": None})})
    if wanted.is_whole:
        on.append({"text": gettext("All dates"), "url": url_with(span=None)})
    if wanted.with_done:
        on.append({"text": gettext("With what is done or stopped"), "url": url_with(done=None)})
    return on


def told(wanted: Wanted, choices: Choices) -> list[str]:
    """The same in words, for a file."""
    plan = [choices.plan.title] if choices.plan else [gettext("All plans")]
    return [*plan, *(one["text"] for one in offered(wanted, choices)["on"])]
