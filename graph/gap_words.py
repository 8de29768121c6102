"""The words for each kind of gap, and the page that mends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import url_for

from kb import web
from kb.permissions import Capability
from kb.words import gettext, ngettext

if TYPE_CHECKING:
    from graph.missing import Gap
    from kb.permissions import Person


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


def mend(kind: str, gap: Gap, person: Person, plan_id: int | None) -> tuple[str, str] | None:
    """The words and address of the page that mends a gap, or None for those who may not."""
    if kind == "empty-post":
        return (gettext("Open the post"), web.url_of(gap)) if person.may(Capability.MANAGE_PEOPLE) else None
    if kind == "implication-without-priority":
        if not person.may(Capability.EDIT_SHARED):
            return None
        return gettext("Link a priority"), _new_link(gap)
    if not person.may(Capability.EDIT_PLAN, plan_id=plan_id):
        return None
    if kind in ("empty-response", "review-overdue"):
        words = gettext("Write the response") if kind == "empty-response" else gettext("Review it")
        return words, url_for("mapping.edit", ref=gap.source_ref) if gap.source_ref else web.url_of(gap)
    if kind in ("priority-without-action", "response-without-action"):
        return gettext("Link an action"), _new_link(gap)
    if kind == "action-without-source":
        return gettext("Find its priority"), url_for("priorities.index")
    return _EDIT[kind], url_for("actions.edit", ref=gap.ref)


def _new_link(gap: Gap) -> str:
    start: dict[str, Any] = {"from": f"{gap.kind}:{gap.ref}"}
    return url_for("links.new", **start)


_EDIT = {
    "action-without-owner": gettext("Name an owner"),
    "action-without-date": gettext("Give a date"),
    "action-without-measure": gettext("Say how it is measured"),
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
        "%(num)s empty response",
        "%(num)s empty responses",
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
}
