"""What an owner sends, and what leads and the steering group answer: updates, support, done, verified."""

from __future__ import annotations

from datetime import date

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from actions import closing, mine, service, updates
from actions.forms.update import AnswerForm, DoneForm, ReasonForm, UpdateForm, VerifyForm
from actions.models import Action
from actions.views.blueprint import bp
from kb import auth, web
from kb.errors import Invalid
from kb.forms.base import Form, add_error
from kb.permissions import Capability
from kb.words import gettext, spoken


@bp.route("/actions/<ref>/update", methods=["GET", "POST"])
@auth.requires(Capability.UPDATE_ACTION)
def update(ref: str) -> ResponseReturnValue:
    """The one-minute update."""
    session, person, today = web.session(), web.person(), web.today()
    action = service.get(session, ref, person)
    person.require(Capability.UPDATE_ACTION, plan_id=action.plan_id, owner_id=action.owner_id)
    last = updates.last_update(session, action)
    form = UpdateForm(data={"last_update_id": last.id if last else None, "forecast_on": _expected(action)})
    if request.method == "POST":
        sent = _send(form, ref)
        if sent is not None:
            return sent
    waiting = mine.my_actions(session, person, today).answer_now
    turn = next((at for at, item in enumerate(waiting, 1) if item.action.id == action.id), None)
    status = 422 if form.errors or form.form_errors else 200
    return web.page(
        "actions/update.html", form=form, action=action, last=last, turn=turn, of=len(waiting), status=status
    )


def _expected(action: Action) -> date | None:
    return action.forecast_on or action.due_on


def _send(form: UpdateForm, ref: str) -> ResponseReturnValue | None:
    """Send what the form says; None when something in it was refused."""
    session, person, today = web.session(), web.person(), web.today()
    last_id = form.last_update_id.data
    try:
        if "nothing_changed" in request.form:
            updates.nothing_changed(session, ref, last_update_id=last_id, by=person, today=today)
        elif form.validate():
            updates.send_update(session, ref, form.said(), last_update_id=last_id, by=person, today=today)
        else:
            return None
    except Invalid as error:
        add_error(form, error)
        return None
    web.commit()
    return _next()


def _next() -> ResponseReturnValue:
    """Lead to the next action that needs an answer, else say thank you."""
    session, person, today = web.session(), web.person(), web.today()
    found = mine.my_actions(session, person, today)
    if found.answer_now:
        web.say(gettext("Thank you, it is sent. Here is the next one."))
        return redirect(url_for(".update", ref=found.answer_now[0].action.ref), code=303)
    if found.next_mail_on:
        web.say(gettext("Thank you. We will write next on %(day)s.", day=spoken(found.next_mail_on)))
    else:
        web.say(gettext("Thank you, it is sent."))
    return redirect(url_for(".mine"), code=303)


@bp.route("/actions/<ref>/done", methods=["GET", "POST"])
@auth.requires(Capability.UPDATE_ACTION)
def done(ref: str) -> ResponseReturnValue:
    """Say that an action is done, with what shows it."""
    session, person, today = web.session(), web.person(), web.today()
    action = service.get(session, ref, person)
    person.require(Capability.UPDATE_ACTION, plan_id=action.plan_id, owner_id=action.owner_id)
    form = DoneForm(data={"version": action.version})
    if request.method == "POST" and form.validate():
        try:
            closing.mark_done(
                session, ref, evidence=form.evidence.data or "", version=form.version.data or 0, by=person, today=today
            )
        except Invalid as error:
            add_error(form, error)
        else:
            return _saved(ref, gettext("It is marked done and waits for someone else to verify it."))
    return _deed(form, action, gettext("Mark this action done"), gettext("Mark it done"))


@bp.route("/actions/<ref>/verify", methods=["GET", "POST"])
@auth.requires(Capability.VERIFY_ACTION)
def verify(ref: str) -> ResponseReturnValue:
    """Verify that an action is done."""
    session, person, today = web.session(), web.person(), web.today()
    action = service.get(session, ref, person)
    person.require(Capability.VERIFY_ACTION, plan_id=action.plan_id)
    form = VerifyForm(data={"version": action.version})
    if request.method == "POST" and form.validate():
        try:
            closing.verify(session, ref, version=form.version.data or 0, by=person, today=today)
        except Invalid as error:
            add_error(form, error)
        else:
            return _saved(ref, gettext("It is verified."))
    return _deed(form, action, gettext("Verify that this is done"), gettext("Verify it"))


@bp.route("/actions/<ref>/reopen", methods=["GET", "POST"])
@auth.requires(Capability.UPDATE_ACTION)
def reopen(ref: str) -> ResponseReturnValue:
    """Open an action again."""
    session, person = web.session(), web.person()
    action = service.get(session, ref, person)
    person.require(Capability.UPDATE_ACTION, plan_id=action.plan_id, owner_id=action.owner_id)
    form = ReasonForm(data={"version": action.version})
    if request.method == "POST" and form.validate():
        try:
            closing.reopen(session, ref, reason=form.reason.data or "", version=form.version.data or 0, by=person)
        except Invalid as error:
            add_error(form, error)
        else:
            return _saved(ref, gettext("It is open again."))
    return _deed(form, action, gettext("Open this action again"), gettext("Open it again"))


@bp.route("/support/<int:update_id>", methods=["GET", "POST"])
@auth.requires(Capability.ANSWER_SUPPORT)
def support(update_id: int) -> ResponseReturnValue:
    """Answer an ask for support; the answer goes back to the owner."""
    session, person = web.session(), web.person()
    asked = updates.get_ask(session, update_id, person)
    person.require(Capability.ANSWER_SUPPORT, plan_id=asked.action.plan_id)
    form = AnswerForm()
    if request.method == "POST" and form.validate():
        try:
            updates.answer_support(session, update_id, form.answer.data or "", by=person)
        except Invalid as error:
            add_error(form, error)
        else:
            return _saved(asked.action.ref, gettext("The answer is recorded."))
    status = 422 if form.errors or form.form_errors else 200
    return web.page("actions/support.html", form=form, asked=asked, action=asked.action, status=status)


def _saved(ref: str, message: str) -> ResponseReturnValue:
    web.commit()
    web.say(message)
    return redirect(url_for("actions.detail", ref=ref), code=303)


def _deed(form: Form, action: Action, heading: str, button: str) -> ResponseReturnValue:
    status = 422 if form.errors or form.form_errors else 200
    return web.page("actions/deed.html", form=form, action=action, heading=heading, button=button, status=status)
