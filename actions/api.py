"""Actions through the API: the list with the filters of its page, and one action with what its page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, jsonify, request

from actions import record, service
from actions.forms import filters
from actions.requests import service as requests
from kb import auth, web
from kb.paging import PER_PAGE, number, paged
from kb.permissions import Capability

if TYPE_CHECKING:
    from datetime import date

    from flask.typing import ResponseReturnValue

    from actions.models import Action, Update
    from actions.record import Detail, Step
    from actions.requests.service import Asked
    from actions.schedule import Schedule
    from actions.slips import Move
    from kb.models.record import Record

MOST_PER_PAGE = 100

bp = Blueprint("actions_api", __name__, url_prefix="/api/v1/actions")


@bp.get("")
@auth.requires(Capability.READ)
def index() -> ResponseReturnValue:
    """Actions narrowed by the filters of the list page; `limit` up to 100, `page` from 1."""
    session, person, today = web.session(), web.person(), web.today()
    wanted = filters.read(request.args)
    total = service.count(session, person, wanted, today)
    paging = paged(total, min(max(1, number("limit", PER_PAGE)), MOST_PER_PAGE))
    listed = service.list_actions(session, person, wanted, today, offset=paging.offset, limit=paging.limit)
    may_know = person.may(Capability.READ_UPDATES)
    actions = [_action(one.action, one.plan, one.schedule, may_know=may_know) for one in listed]
    return jsonify(total=total, page=paging.page, pages=paging.pages, actions=actions)


@bp.get("/<ref>")
@auth.requires(Capability.READ)
def detail(ref: str) -> ResponseReturnValue:
    """One action; what its owner has said is there for people who have signed in."""
    person = web.person()
    session, today = web.session(), web.today()
    found = record.detail(session, ref, person, today)
    whole = _whole(found, may_know=person.may(Capability.READ_UPDATES))
    if person.may(Capability.READ_UPDATES):
        whole["changes_asked_for"] = [_asked(one) for one in requests.for_action(session, found.action, person, today)]
    return jsonify(whole)


def _action(action: Action, plan: Record, schedule: Schedule, *, may_know: bool) -> dict[str, Any]:
    """What a list says of an action; confidence and forecast come from updates, which are not public."""
    said = {
        "confidence": action.confidence,
        "forecast_on": _iso(action.forecast_on),
        "last_said_on": _iso(action.last_said_on),
    }
    return {
        **_named(action),
        "plan": _named(plan),
        "owner": _named(action.owner) if action.owner else None,
        "starts_on": _iso(action.starts_on),
        "due_on": _iso(action.due_on),
        "first_due_on": _iso(action.baseline_due_on),
        "schedule": {"state": schedule.state, "days": schedule.days},
        "closure": action.closure,
        **(said if may_know else {}),
    }


def _whole(found: Detail, *, may_know: bool) -> dict[str, Any]:
    action = found.action
    texts = ("description", "timescale", "support_needed", "resources", "measure", "recommendation", "plan_fit")
    return {
        **_action(action, found.plan, found.schedule, may_know=may_know),
        **{name: getattr(action, name) for name in texts},
        "version": action.version,
        "visibility": action.visibility,
        "term": action.term,
        "sponsor": _named(action.sponsor) if action.sponsor else None,
        "contributors": [_named(one) for one in action.contributors],
        "themes": [{"ref": theme.ref, "title": theme.title} for theme in action.themes],
        "done_on": _iso(action.done_on),
        "verified_on": _iso(action.verified_on),
        "is_demonstration_dated": action.is_demonstration_dated,
        "from": {"document": action.document, "line": action.document_line},
        "milestones": [_milestone(one) for one in found.steps],
        "links": [
            {"type": one.link.type, "record": _named(one.record), "reason": one.link.reason, "state": one.link.state}
            for one in found.links
        ],
        "depends_on": [_named(one.action) for one in found.depends_on],
        "waits_for_this": [_named(one.action) for one in found.waits_for],
        "due_dates": [_iso(day) for day in found.slips],
        "moves": [_move(one) for one in found.moves],
        "warnings": found.waits,
        "unclear": [{"field": one.field, "words": one.words} for one in found.check.missing],
        **(_said(found) if may_know else {}),
    }


def _said(found: Detail) -> dict[str, Any]:
    """What is for people who have signed in: what the owner said, and what shows how far it is."""
    return {
        "mismatch": found.mismatch,
        "forecasts": [_move(one) for one in found.forecasts],
        "evidence": [
            {"title": one.title, "address": one.address, "added_on": _iso(one.added_on)} for one in found.evidence
        ],
        "updates": [_update(one) for one in found.updates],
    }


def _asked(asked: Asked) -> dict[str, Any]:
    """A change that was asked for; people are not named."""
    request = asked.request
    return {
        "what": request.what,
        "stood": asked.stood,
        "due_on": _iso(request.proposed_on),
        "owner": _named(request.proposed_post) if request.proposed_post else None,
        "words": request.proposed_words,
        "reason": request.reason,
        "asked_on": _iso(request.made_on),
        "state": request.state,
        "decided_on": _iso(request.decided_on),
        "decision": request.decision,
    }


def _move(move: Move) -> dict[str, Any]:
    """One move of a date; people are not named."""
    return {
        "from": _iso(move.before),
        "to": _iso(move.after),
        "days": move.days,
        "on": _iso(move.on),
        "reason": move.reason,
    }


def _update(update: Update) -> dict[str, Any]:
    """An update with the post that it was made for; people are not named."""
    return {
        "said_on": _iso(update.said_on),
        "post": _named(update.post) if update.post else None,
        "confidence": update.confidence,
        "narrative": update.narrative,
        "forecast_on": _iso(update.forecast_on),
        "forecast_reason": update.forecast_reason,
        "support_needed": update.support_needed,
        "support_answer": update.support_answer,
        "support_answered_on": _iso(update.support_answered_on),
        "evidence": update.evidence,
        "reported_by": update.reported_by,
    }


def _milestone(step: Step) -> dict[str, Any]:
    return {
        "title": step.milestone.title,
        "due_on": _iso(step.milestone.due_on),
        "done_on": _iso(step.milestone.done_on),
        "schedule": {"state": step.schedule.state, "days": step.schedule.days},
    }


def _named(record: Record) -> dict[str, str]:
    return {"kind": record.kind, "ref": record.ref, "title": record.title, "url": web.url_of(record)}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
