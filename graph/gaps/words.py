"""Who should act on a gap, in words, and the page that mends it."""

from __future__ import annotations

from collections import Counter
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
