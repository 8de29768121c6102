"""Actions as documents: the matrix of a plan for Word and Excel, and one action on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from actions.columns import closure_words, confidence_words, term_words
from actions.schedule import State, schedule_words
from graph import service as graph
from graph.reach_words import reach_told
from kb import downloads, web
from kb.exporting import action_plan, brief, planned
from kb.exporting.brief import Brief, Listing
from kb.exporting.lines import text
from kb.permissions import Capability
from kb.words import gettext, ngettext, spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from flask import Response

    from actions.models import Action
    from actions.record import Detail
    from actions.service import Listed
    from graph.service import Why

MATRIX = "matrix"


def matrix_is_wanted() -> bool:
    """Whether the address asks for the nine columns, which is what a document of actions always has."""
    return downloads.document_is_wanted() or (downloads.are_wanted() and request.args.get("as") == MATRIX)


def matrix(found: Iterable[Sequence[Listed]], told: Sequence[str]) -> Response:
    """These actions in the nine columns; `told` says in words what narrows them."""
    deeds = planned.deeds(web.session(), found, _address, _state, person=web.person(), today=web.today())
    if not downloads.document_is_wanted():
        return downloads.send("action-plan", action_plan.sheet(deeds), filters=told)
    named = list(dict.fromkeys(deed.plan for deed in deeds))
    parts = action_plan.parts(deeds)
    if told:
        parts.insert(0, text(gettext("Filters: %(told)s", told="; ".join(told))))
    title = named[0] if len(named) == 1 else ""
    return downloads.send_document("action-plan", gettext("Action plan"), parts, about="actions", plan=title)


def on_a_page(found: Detail) -> Response:
    """One action as a brief."""
    session, person, action = web.session(), web.person(), found.action
    ways = [_way(why) for why in graph.why(session, action.id, person)]
    strip = graph.strips(session, [action.id], person).get(action.id, [])
    told = Brief(
        mark=("action", action.ref),
        kind=" · ".join((gettext("Action"), action.ref, found.plan.title)),
        summary=action.description,
        language="en",
        facts=[*_standing(found), *_matrix(found), (gettext("Thread"), reach_told(strip))],
        links=[(gettext("On the web"), _address(action))],
        listings=[
            Listing(gettext("Milestones"), [_step(one.milestone.title, one.milestone.due_on) for one in found.steps]),
            Listing(gettext("Why is this here?"), ways[:3]),
        ],
    )
    parts = brief.parts(told)
    return downloads.send_document(
        f"action-{action.ref}", action.title, parts, about=f"action:{action.ref}", plan=found.plan.title, is_brief=True
    )


def _state(one: Listed | Detail) -> str:
    """How an action stands by its dates, and what its owner says for those who may read it."""
    action, schedule = one.action, one.schedule
    if not action.is_open:
        return closure_words()[action.closure].lower()
    days = schedule.days or 0
    match schedule.state:
        case State.OVERDUE:
            told = ngettext("overdue by %(num)s day", "overdue by %(num)s days", days)
        case State.DUE_SOON if not days:
            told = gettext("due today")
        case State.DUE_SOON:
            told = ngettext("due in %(num)s day", "due in %(num)s days", days)
        case State.STALE:
            told = ngettext("no update for %(num)s day", "no update for %(num)s days", days)
        case _:
            told = schedule_words()[schedule.state].lower()
    if action.confidence is None or not web.person().may(Capability.READ_UPDATES):
        return told
    said = confidence_words()[action.confidence].lower()
    return gettext("%(schedule)s; owner says %(said)s", schedule=told, said=said)


def _standing(found: Detail) -> list[tuple[str, str]]:
    """How it stands by its dates, its owner and its closure; what owners say is for those who may read it."""
    state = _state(found)
    said = spoken(found.action.last_said_on) if web.person().may(Capability.READ_UPDATES) else ""
    return [(gettext("How it stands"), state[:1].upper() + state[1:]), (gettext("Last update"), said)]


def _matrix(found: Detail) -> list[tuple[str, str]]:
    action = found.action
    none_yet = gettext("None yet")
    priorities = [one.record.title for one in found.links if one.record.kind == "priority"]
    due = gettext("Due %(day)s", day=spoken(action.due_on)) if action.due_on else ""
    term = term_words()[action.term] if action.term else ""
    return [
        (gettext("Priority"), "; ".join(priorities) or none_yet),
        (gettext("Timescale"), "; ".join(filter(None, (action.timescale, term, due)))),
        (gettext("Who is responsible"), action.owner.title if action.owner else gettext("Nobody yet")),
        (gettext("Sponsor"), action.sponsor.title if action.sponsor else ""),
        (gettext("With"), "; ".join(body.title for body in action.contributors)),
        (gettext("Support needed"), action.support_needed),
        (gettext("Resources required"), action.resources),
        (gettext("Measures of success"), action.measure),
        (gettext("Recommendation"), action.recommendation),
        (gettext("Fit with the plan"), action.plan_fit),
    ]


def _way(why: Why) -> str:
    """One way down to the action, with the reason of its last link; a row of a mapping has no title to speak of."""
    *steps, _ = why.steps
    told = " → ".join(step.title for step in steps if step.kind != "response")
    return f"{told}: {steps[-1].reason}" if steps[-1].reason else told


def _step(title: str, due_on: date | None) -> str:
    return f"{title} ({spoken(due_on)})" if due_on else title


def _address(action: Action) -> str:
    return f"{web.settings().base_url}{web.url_of(action)}"
