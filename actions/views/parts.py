"""The milestones of an action, and the links that show how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import redirect, request, url_for

from actions import evidence, milestones, service
from actions.forms.parts import EvidenceForm, MilestoneForm, RemovalForm
from actions.views.blueprint import bp
from kb import auth, web
from kb.errors import Invalid
from kb.forms.base import Form, add_error
from kb.permissions import Capability
from kb.words import gettext

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from actions.models import Action

MILESTONES, EVIDENCE = "milestones", "evidence"


@bp.route("/actions/<ref>/milestones/new", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_PLAN)
def new_milestone(ref: str) -> ResponseReturnValue:
    """Add a milestone."""
    action = _editable(ref)
    form = MilestoneForm()
    if request.method == "POST" and form.validate():
        try:
            title, due_on = form.title.data or "", form.due_on.data
            milestones.add(web.session(), ref, title=title, due_on=due_on, by=web.person())
        except Invalid as error:
            add_error(form, error)
        else:
            return _told(ref, gettext("The milestone is added."), MILESTONES)
    return _page("actions/milestone.html", form, action, milestone=None)


@bp.route("/actions/<ref>/milestones/<int:milestone_id>", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_PLAN)
def edit_milestone(ref: str, milestone_id: int) -> ResponseReturnValue:
    """Say otherwise what a milestone is and when it is due."""
    action = _editable(ref)
    milestone = milestones.of_action(action, milestone_id)
    form = MilestoneForm.of(milestone)
    if request.method == "POST" and form.validate():
        try:
            given = form.data
            milestones.edit(
                web.session(),
                ref,
                milestone_id,
                title=given["title"] or "",
                due_on=given["due_on"],
                reason=given["reason"] or "",
                was=given["was"],
                by=web.person(),
            )
        except Invalid as error:
            add_error(form, error)
            form["was"].data = milestones.as_told(milestone)
        else:
            return _told(ref, gettext("The milestone is saved."), MILESTONES)
    return _page("actions/milestone.html", form, action, milestone=milestone)


@bp.route("/actions/<ref>/milestones/<int:milestone_id>/remove", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_PLAN)
def remove_milestone(ref: str, milestone_id: int) -> ResponseReturnValue:
    """Ask whether a milestone should go, and take it away."""
    action = _editable(ref)
    milestone = milestones.of_action(action, milestone_id)
    form = RemovalForm()
    if request.method == "POST" and form.validate():
        milestones.remove(web.session(), ref, milestone_id, reason=form.reason.data or "", by=web.person())
        return _told(ref, gettext("The milestone is removed. The history keeps what it was."), MILESTONES)
    return _page("actions/milestone_removal.html", form, action, told=milestones.as_told(milestone))


@bp.post("/actions/<ref>/milestones/<int:milestone_id>/finish")
@auth.requires(Capability.UPDATE_ACTION)
def finish_milestone(ref: str, milestone_id: int) -> ResponseReturnValue:
    """Say that a milestone is reached."""
    session, person, today = web.session(), web.person(), web.today()
    milestones.finish(session, ref, milestone_id, done_on=today, by=person, today=today)
    return _told(ref, gettext("The milestone is reached."), MILESTONES)


@bp.post("/actions/<ref>/milestones/<int:milestone_id>/open")
@auth.requires(Capability.UPDATE_ACTION)
def open_milestone(ref: str, milestone_id: int) -> ResponseReturnValue:
    """Say that a milestone is not reached after all."""
    milestones.open_again(web.session(), ref, milestone_id, by=web.person())
    return _told(ref, gettext("The milestone is open again."), MILESTONES)


@bp.route("/actions/<ref>/evidence", methods=["GET", "POST"])
@auth.requires(Capability.UPDATE_ACTION)
def add_evidence(ref: str) -> ResponseReturnValue:
    """Add a link to what shows how far the action is."""
    session, person = web.session(), web.person()
    action = service.get(session, ref, person)
    person.require(Capability.UPDATE_ACTION, plan_id=action.plan_id, owner_id=action.owner_id)
    form = EvidenceForm()
    if request.method == "POST" and form.validate():
        try:
            title, address = form.title.data or "", form.address.data or ""
            evidence.add(session, ref, title=title, address=address, by=person, today=web.today())
        except Invalid as error:
            add_error(form, error)
        else:
            return _told(ref, gettext("The evidence is added."), EVIDENCE)
    return _page("actions/evidence.html", form, action)


@bp.post("/actions/<ref>/evidence/<int:evidence_id>/remove")
@auth.requires(Capability.UPDATE_ACTION)
def remove_evidence(ref: str, evidence_id: int) -> ResponseReturnValue:
    """Take a link away; the history keeps it."""
    evidence.remove(web.session(), ref, evidence_id, by=web.person())
    return _told(ref, gettext("The evidence is removed. The history keeps what it was."), EVIDENCE)


def _editable(ref: str) -> Action:
    """The action, if the person may change what its plan has promised."""
    action = service.get(web.session(), ref, web.person())
    web.person().require(Capability.EDIT_PLAN, plan_id=action.plan_id)
    return action


def _told(ref: str, message: str, anchor: str) -> ResponseReturnValue:
    web.commit()
    web.say(message)
    return redirect(url_for("actions.detail", ref=ref, _anchor=anchor), code=303)


def _page(template: str, form: Form, action: Action, **values: Any) -> ResponseReturnValue:
    status = 422 if form.errors or form.form_errors else 200
    return web.page(template, form=form, action=action, status=status, **values)
