"""Actions through the API: the list with the filters of its page, and one action with what its page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, jsonify, request

from actions import service
from actions.forms import filters
from kb import auth, web
from kb.permissions import Capability

if TYPE_CHECKING:
    from datetime import date

    from flask.typing import ResponseReturnValue

    from actions.models import Action, Milestone, Update
    from actions.schedule import Schedule
    from actions.service import Detail
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
    paging = web.paging(total, min(max(1, web.number("limit", web.PER_PAGE)), MOST_PER_PAGE))
    listed = service.list_actions(session, person, wanted, today, offset=paging.offset, limit=paging.limit)
    may_know = person.may(Capability.READ_UPDATES)
    actions = [_action(one.action, one.plan, one.schedule, may_know=may_know) for one in listed]
    return jsonify(total=total, page=paging.page, pages=paging.pages, actions=actions)


@bp.get("/<ref>")
@auth.requires(Capability.READ)
def detail(ref: str) -> ResponseReturnValue:
    """One action; what its owner has said is there for people who have signed in."""
    person = web.person()
    found = service.detail(web.session(), ref, person, web.today())
    return jsonify(_whole(found, may_know=person.may(Capability.READ_UPDATES)))


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
        "milestones": [_milestone(one) for one in action.milestones],
        "links": [
            {"type": one.link.type, "record": _named(one.record), "reason": one.link.reason, "state": one.link.state}
            for one in found.links
        ],
        "depends_on": [_named(one.action) for one in found.depends_on],
        "waits_for_this": [_named(one.action) for one in found.waits_for],
        "due_dates": [_iso(day) for day in found.slips],
        **({"updates": [_update(one) for one in found.updates]} if may_know else {}),
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
        "evidence": update.evidence,
    }


def _milestone(milestone: Milestone) -> dict[str, Any]:
    return {"title": milestone.title, "due_on": _iso(milestone.due_on), "done_on": _iso(milestone.done_on)}


def _named(record: Record) -> dict[str, str]:
    return {"kind": record.kind, "ref": record.ref, "title": record.title, "url": web.url_of(record)}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
