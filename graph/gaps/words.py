"""The words for each kind of gap, and the page that mends it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import url_for

from actions.request_models import RequestedChange
from kb import web
from kb.permissions import Capability
from kb.words import gettext, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graph.gaps.missing import Gap
    from kb.permissions import Person

MOST_NAMED = 2


@dataclass(frozen=True)
class Words:
    """The heading of a kind of gap, with its number, and why it matters."""

    heading: str
    why: str
    none: str  # said with the date where there is no such gap
    about: str  # heading of the column beside the record


def of(kind: str, number: int) -> Words:
    """The words for so many gaps of a kind."""
    one, many, why, none, about = _WORDS[kind]
    heading = ngettext(one, many, number) if number else gettext(many.removeprefix("%(num)s ")).capitalize()
    return Words(heading, gettext(why), gettext(none), gettext(about))


def who(listed: Sequence[Gap]) -> str:
    """Who should act on a list of gaps: those who have most of it, and how many others."""
    names = [name for name, _ in Counter(gap.who for gap in listed).most_common()]
    others = len(names) - MOST_NAMED
    named = "; ".join(names[:MOST_NAMED])
    return (
        named if others <= 0 else ngettext("%(named)s; %(num)s other", "%(named)s; %(num)s others", others, named=named)
    )


def mend(kind: str, gap: Gap, person: Person, plan_id: int | None) -> tuple[str, str] | None:
    """The words and address of the page that mends a gap, or None for those who may not."""
    if kind == "empty-post":
        if not person.may(Capability.EDIT_SHARED):
            return None
        return gettext("Say who holds it"), url_for("posts.hold", ref=gap.ref, part="holder")
    if kind == "implication-without-priority":
        if not person.may(Capability.EDIT_SHARED):
            return None
        return gettext("Link a priority"), _new_link(gap)
    if not person.may(Capability.EDIT_PLAN, plan_id=plan_id):
        return _ask(kind, gap, person, plan_id)
    if kind in _ANSWER:
        return gettext(_ANSWER[kind]), (
            url_for("mapping.edit", ref=gap.source_ref) if gap.source_ref else web.url_of(gap)
        )
    if kind in ("priority-without-action", "response-without-action", "indicator-without-action"):
        return gettext("Link an action"), _new_link(gap)
    words, url = _elsewhere(kind, gap)
    return gettext(words), url


def _ask(kind: str, gap: Gap, person: Person, plan_id: int | None) -> tuple[str, str] | None:
    """What owners may do: they ask for a date, which the leads decide."""
    if kind != "action-without-date":
        return None
    if not person.may(Capability.PROPOSE_CHANGE, plan_id=plan_id, owner_id=gap.owner_id):
        return None
    return gettext("Ask for a date"), url_for("requests.new", ref=gap.ref, what=RequestedChange.DUE_DATE.value)


def _elsewhere(kind: str, gap: Gap) -> tuple[str, str]:
    match kind:
        case "action-without-source":
            return "Link what it is for", _new_link(gap)
        case "indicator-without-reading":
            return "Add a reading", url_for("indicators.add_reading", ref=gap.ref)
        case "heavy-post":
            return "Share its actions out", url_for("actions.index", plan=gap.plan_ref, owner=gap.ref)
        case "same-action":
            return "Decide", url_for("graph.decide_same", ref=gap.ref, other=gap.other_ref)
    return _EDIT[kind], url_for("actions.edit", ref=gap.ref)


def _new_link(gap: Gap) -> str:
    start: dict[str, Any] = {"from": f"{gap.kind}:{gap.ref}"}
    return url_for("links.new", **start)


_ANSWER = {
    "empty-response": "Write the response",
    "watch-overdue": "Review it",
    "review-overdue": "Review it",
    "watch-without-review": "Give a review date",
}
_EDIT = {
    "action-without-owner": "Name an owner",
    "action-without-date": "Give a date",
    "action-without-measure": "Say how it is measured",
}
_WORDS = {
    "implication-without-priority": (
        "%(num)s implication without a priority",
        "%(num)s implications without a priority",
        "A source asks this of the workforce, and no priority or action takes it up.",
        "Every implication of the sources that the plan maps is taken up.",
        "Source",
    ),
    "priority-without-action": (
        "%(num)s priority without an action",
        "%(num)s priorities without an action",
        "The plan puts this first, and nobody has promised to do anything about it.",
        "Every priority has an action.",
        "",
    ),
    "action-without-source": (
        "%(num)s action without a source",
        "%(num)s actions without a source",
        "No policy or research held here asks for this, at any distance.",
        "Every action rests on a source.",
        "",
    ),
    "response-without-action": (
        "%(num)s response without an action",
        "%(num)s responses without an action",
        "The plan says that it acts on this source, and no action is linked to the answer.",
        "Every response that says the plan acts has an action.",
        "Source",
    ),
    "empty-response": (
        "%(num)s source without a response",
        "%(num)s sources without a response",
        "The source stands in the plan’s mapping table, and the answer is blank.",
        "Every row of the mapping table is answered.",
        "Source",
    ),
    "review-overdue": (
        "%(num)s review overdue",
        "%(num)s reviews overdue",
        "The plan promised to look at this answer again by a day that is past.",
        "No review is overdue.",
        "Review",
    ),
    "watch-overdue": (
        "%(num)s source watched past its review",
        "%(num)s sources watched past their review",
        "The plan answered “monitoring” or “considering” until a day that is past, and nobody has come back to it.",
        "Every source that the plan watches or considers has its review still ahead.",
        "Review",
    ),
    "watch-without-review": (
        "%(num)s source watched without a review date",
        "%(num)s sources watched without a review date",
        "The plan answered “monitoring” or “considering” and does not say when it will decide.",
        "Every answer “monitoring” or “considering” has a review date.",
        "Review",
    ),
    "action-without-owner": (
        "%(num)s action without an owner",
        "%(num)s actions without an owner",
        "Nobody is reminded of an action that no post owns.",
        "Every open action has an owner.",
        "Timescale as stated",
    ),
    "action-without-date": (
        "%(num)s action without a due date",
        "%(num)s actions without a due date",
        "Without a date an action is never late, and never reminded.",
        "Every open action has a due date.",
        "Timescale as stated",
    ),
    "action-without-measure": (
        "%(num)s action without a measure",
        "%(num)s actions without a measure",
        "Neither words nor an indicator say how to tell whether it worked.",
        "Every open action has a measure, in words or as an indicator.",
        "",
    ),
    "empty-post": (
        "%(num)s empty post",
        "%(num)s empty posts",
        "It owns open work, and nobody holds it, so reminders reach no one or only a deputy.",
        "Every post that owns open work is held.",
        "What waits",
    ),
    "heavy-post": (
        "%(num)s post with too much",
        "%(num)s posts with too much",
        "So much of the plan’s open work rests on one post that it stops when that post does.",
        "No post owns more of the open actions than the plan allows.",
        "What it owns",
    ),
    "indicator-without-reading": (
        "%(num)s indicator without a reading",
        "%(num)s indicators without a reading",
        "It should have been read by now, and nobody can tell where it stands.",
        "Every indicator that should have been read has a reading.",
        "How often",
    ),
    "indicator-without-action": (
        "%(num)s indicator without an action or priority",
        "%(num)s indicators without an action or priority",
        "It is measured, and nothing in the plan says that it tries to move it.",
        "Every indicator measures an action or a priority.",
        "",
    ),
    "same-action": (
        "%(num)s pair of actions that may be the same",
        "%(num)s pairs of actions that may be the same",
        "Their titles share the words that tell most. It is a suggestion, until somebody says whether they are.",
        "No two open actions look the same, or somebody has said whether they are.",
        "The other action",
    ),
}
