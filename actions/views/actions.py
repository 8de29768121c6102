"""The record of an action, and what a lead changes on it."""

from __future__ import annotations

from flask import Response, request
from flask.typing import ResponseReturnValue

from actions import changing, closing, documents, editing, record, service
from actions.forms.details import ActionForm
from actions.measures import service as measures
from actions.models import Action
from actions.reminding import asking
from actions.requests import service as requests
from actions.requests import words as request_words
from actions.reviews import agenda, verdicts
from actions.story import story
from actions.views.blueprint import bp
from graph import service as graph
from graph.why import words as why_words
from kb import auth, downloads, history, records, shortlists, web
from kb.errors import NotFound
from kb.models.organisation import Organisation
from kb.models.plan import Plan
from kb.models.plan import Response as PlanResponse
from kb.models.record import Theme
from kb.permissions import Capability
from kb.planning import plans
from kb.views.saving import answer
from kb.words import gettext
from search.unasked import likeness

TEMPLATE = "actions/edit.html"


@bp.get("/actions/<ref>")
@auth.requires(Capability.READ)
def detail(ref: str) -> Response:
    """One action with its matrix, milestones, updates and reasons."""
    session, person, today = web.session(), web.person(), web.today()
    found = record.detail(session, ref, person, today)
    if downloads.document_is_wanted():
        return documents.on_a_page(found)
    action = found.action
    changes = history.list_for(session, action, person=person)
    # Its history is at hand, and says whether there is anything to ask for.
    was_decided = any(change.field == "decision" for change in changes)
    why = graph.why(session, action.id, person)
    rights = {"plan_id": action.plan_id, "owner_id": action.owner_id}
    may_edit = person.may(Capability.EDIT_PLAN, plan_id=action.plan_id)
    return web.page(
        "actions/detail.html",
        found=found,
        action=action,
        why=why,
        why_told=why_words.summed(why, action.kind),
        strip=graph.strips(session, [action.id], person).get(action.id, []),
        indicators=measures.measuring(session, action, person=person),
        changes=changes,
        alike=likeness.like(session, web.settings(), person, action),
        events=story(found.updates, changes),
        may_know=person.may(Capability.READ_UPDATES),
        may_update=person.may(Capability.UPDATE_ACTION, **rights),
        may_edit=may_edit,
        notice=asking.notice(session, action, today=today, settings=web.settings()) if may_edit else None,
        asked=requests.for_action(session, action, person, today),
        ended=request_words.ends().get(requests.end_of(session, action), ""),
        request_words=request_words,
        decided=agenda.list_about(session, action, person) if was_decided else (),
        verdict_told=verdicts.told,
        may_propose=action.is_open and person.may(Capability.PROPOSE_CHANGE, **rights),
        may_answer=person.may(Capability.ANSWER_SUPPORT, plan_id=action.plan_id),
        may_verify=closing.may_verify(action, person),
        may_reopen=closing.may_reopen(action, person),
        is_shortlisted=web.shortlisted() > 0 and shortlists.has(session, action, person=person),
    )


@bp.route("/actions/new", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_PLAN)
def new() -> ResponseReturnValue:
    """Add an action to a plan; the address may name the row of the mapping that it answers, and priorities."""
    session, person = web.session(), web.person()
    plan = plans.chosen(session, request.args.get("plan"), person=person)
    if plan is None:
        raise NotFound("plan", request.args.get("plan", ""))
    person.require(Capability.EDIT_PLAN, plan_id=plan.id)
    named = request.args.get("response", "")
    response = records.get(session, PlanResponse, named, person=person) if named else None
    if response is not None and response.plan_id != plan.id:
        raise NotFound("response", named)
    form = _form(plan=plan)
    if request.method == "GET":
        form.priorities.data = request.args.getlist("priority")

    def save() -> Action:
        return editing.create(session, plan, form.details(), response=response, by=person)

    said = gettext("The action is added.") if response is None else gettext("The action is added and answers the row.")
    return answer(form, save, said, TEMPLATE, plan=plan, action=None, response=response, why_not_move="")


@bp.route("/actions/<ref>/edit", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_PLAN)
def edit(ref: str) -> ResponseReturnValue:
    """Change an action; a stale save answers 409 with both versions."""
    session, person, today = web.session(), web.person(), web.today()
    action = service.get(session, ref, person)
    person.require(Capability.EDIT_PLAN, plan_id=action.plan_id)
    form = _form(action)

    def save() -> Action:
        version, reason = form.version.data or 0, form.reason.data or ""
        return editing.edit(session, ref, form.details(), version=version, reason=reason, by=person, today=today)

    said, why_not = gettext("The action is saved."), changing.why_not_move(action, person, today)
    return answer(form, save, said, TEMPLATE, plan=None, action=action, response=None, why_not_move=why_not)


def _form(action: Action | None = None, plan: Plan | None = None) -> ActionForm:
    """The form with all that may be chosen in it, filled in from the action that it changes."""
    session, person = web.session(), web.person()
    return ActionForm.offering(
        editing.list_owners(session, person),
        records.list_all(session, Organisation, person=person),
        records.list_all(session, Theme, person=person),
        editing.details_of(action) if action else None,
        action.version if action else None,
        editing.list_priorities(session, plan, person) if plan else (),
    )
