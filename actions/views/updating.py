"""What an owner sends, and what leads and the steering group answer: updates, support, done, verified."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from actions import closing, evidence, mine, service, updates
from actions import support as asks
from actions.forms.update import AnswerForm, DoneForm, ReasonForm, UpdateForm, VerifyForm
from actions.models import Action, Confidence, Update
from actions.reminding import asking
from actions.reminding.told import CONFIDENCE_WORDS
from actions.requests import service as requests
from actions.requests import words as request_words
from actions.views.blueprint import bp
from kb import auth, web
from kb.db import now
from kb.errors import Conflict, Invalid, NotAllowed
from kb.forms.base import Form, add_error
from kb.permissions import Capability
from kb.words import gettext, spoken


@bp.post("/actions/<ref>/remind")
@auth.requires(Capability.EDIT_PLAN)
def remind(ref: str) -> ResponseReturnValue:
    """Remind the owner now, whatever the day and the hour."""
    session, person = web.session(), web.person()
    action = service.get(session, ref, person)
    try:
        asking.remind_now(session, action, by=person, today=web.today(), now=now(), settings=web.settings())
        web.commit()
        web.say(gettext("The reminder to the owner is written. It leaves within a minute, while the worker runs."))
    except Invalid as error:
        web.say(str(error))
    return redirect(url_for(".detail", ref=ref), code=303)


@bp.route("/actions/<ref>/update", methods=["GET", "POST"])
@auth.requires(Capability.UPDATE_ACTION)
def update(ref: str) -> ResponseReturnValue:
    """The one-minute update."""
    session, person, today = web.session(), web.person(), web.today()
    action = service.get(session, ref, person)
    person.require(Capability.UPDATE_ACTION, plan_id=action.plan_id, owner_id=action.owner_id)
    last = updates.last_update(session, action)
    expected = updates.expected_on(action)
    is_past = expected is not None and expected < today
    form = UpdateForm(action, last, today)
    if request.method == "POST":
        sent = _send(form, ref)
        if sent is not None:
            return sent
    waiting = mine.my_actions(session, person, today).answer_now
    return web.page(
        "actions/update.html",
        form=form,
        action=action,
        last=last,
        expected_before=expected if is_past else None,
        schedule=service.schedule_now(session, action, today),
        turn=next((at for at, item in enumerate(waiting, 1) if item.action.id == action.id), None),
        of=len(waiting),
        may_stay_unchanged=updates.may_stay_unchanged(action, today),
        for_owner=updates.is_for_owner(action, person),
        may_propose=person.may(Capability.PROPOSE_CHANGE, plan_id=action.plan_id, owner_id=action.owner_id),
        news=answer if (answer := asks.answer_on(session, action)) is not last else None,
        status=422 if form.errors or form.form_errors else 200,
    )


def _send(form: UpdateForm, ref: str) -> ResponseReturnValue | None:
    """Send what the form says; None when something in it was refused."""
    session, person, today = web.session(), web.person(), web.today()
    last_id = form.version.data
    try:
        if "nothing_changed" in request.form:
            if not form.may_say_unchanged():
                return None
            how = form.reported_by.data or ""
            sent = updates.nothing_changed(
                session, ref, last_update_id=last_id, by=person, today=today, reported_by=how
            )
            web.commit()
            return _said_again(ref, sent)
        if form.validate():
            updates.send_update(session, ref, form.said(), last_update_id=last_id, by=person, today=today)
        else:
            return None
    except Invalid as error:
        add_error(form, error)
        return None
    except Conflict as conflict:
        form.name_fields(conflict)
        raise
    web.commit()
    return _next(ref, gettext("Thank you, it is sent."))


def _said_again(ref: str, sent: Update) -> ResponseReturnValue:
    """Confirm that nothing has changed, and offer to take it back."""
    action = service.get(web.session(), ref, web.person())
    confidence = CONFIDENCE_WORDS[Confidence(action.confidence or "")]
    told = gettext("“%(title)s”: nothing has changed, still %(words)s.", title=action.title, words=confidence)
    undo = (url_for(".take_back", ref=ref), [("update_id", str(sent.id))])
    if request.form.get("from") == "list":
        web.say(told, undo=undo)
        return redirect(url_for(".mine"), code=303)
    return _next(ref, told, undo)


@bp.post("/actions/<ref>/take-back")
@auth.requires(Capability.UPDATE_ACTION)
def take_back(ref: str) -> ResponseReturnValue:
    """Undo “nothing has changed”."""
    update_id = request.form.get("update_id", "")
    number = int(update_id) if update_id.isascii() and update_id.isdigit() and len(update_id) <= 9 else 0
    try:
        action = updates.take_back(web.session(), ref, number, by=web.person(), today=web.today())
        web.commit()
        web.say(gettext("Undone. “%(title)s” waits for an answer as before.", title=action.title))
    except Invalid as error:
        web.say(str(error))
    back = url_for(".mine") if web.person().posts else url_for(".detail", ref=ref)
    return redirect(back, code=303)


def _next(ref: str, told: str, undo: tuple[str, list[tuple[str, str]]] | None = None) -> ResponseReturnValue:
    """Lead an owner to the next action that needs an answer, and a lead back to the action."""
    session, person, today = web.session(), web.person(), web.today()
    action = service.get(session, ref, person)
    if action.owner_id not in person.posts:
        web.say(told if undo else gettext("The update is sent."), undo=undo)
        return redirect(url_for(".detail", ref=ref), code=303)
    found = mine.my_actions(session, person, today)
    if found.answer_now:
        web.say(gettext("%(told)s Here is the next one.", told=told), undo=undo)
        return redirect(url_for(".update", ref=found.answer_now[0].action.ref), code=303)
    if found.next_mail_on:
        next_mail = gettext("We will write next on %(day)s.", day=spoken(found.next_mail_on))
        web.say(f"{told} {next_mail}", undo=undo)
    else:
        web.say(told, undo=undo)
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
    consequence = gettext("Nobody is asked about it any more. Someone else then verifies it, or opens it again.")
    if waiting := sorted(requests.open_of(session, action)):
        what = ", ".join(request_words.changes()[one].lower() for one in waiting)
        ends = gettext("What was asked for and waits for a decision ends undecided: %(what)s.", what=what)
        consequence = f"{consequence} {ends}"
    return _deed(form, action, gettext("Mark this action done"), gettext("Mark it done"), consequence)


@bp.route("/actions/<ref>/verify", methods=["GET", "POST"])
@auth.requires(Capability.VERIFY_ACTION)
def verify(ref: str) -> ResponseReturnValue:
    """Verify that an action is done."""
    session, person, today = web.session(), web.person(), web.today()
    action = service.get(session, ref, person)
    if refusal := closing.why_not_verify(action, person):
        raise NotAllowed(refusal)
    form = VerifyForm(data={"version": action.version})
    if request.method == "POST" and form.validate():
        try:
            closing.verify(session, ref, version=form.version.data or 0, by=person, today=today)
        except Invalid as error:
            add_error(form, error)
        else:
            return _saved(ref, gettext("It is verified."))
    consequence = gettext("You confirm that it is done. Its owner cannot open it again after that.")
    return _deed(form, action, gettext("Verify that this is done"), gettext("Verify it"), consequence)


@bp.route("/actions/<ref>/reopen", methods=["GET", "POST"])
@auth.requires_sign_in
def reopen(ref: str) -> ResponseReturnValue:
    """Open an action again."""
    session, person = web.session(), web.person()
    action = service.get(session, ref, person)
    closing.require_reopening(action, person)
    form = ReasonForm(data={"version": action.version})
    if request.method == "POST" and form.validate():
        try:
            closing.reopen(session, ref, reason=form.reason.data or "", version=form.version.data or 0, by=person)
        except Invalid as error:
            add_error(form, error)
        else:
            return _saved(ref, gettext("It is open again."))
    consequence = gettext("Its owner is asked again how it goes. The reason stays in its history.")
    return _deed(form, action, gettext("Open this action again"), gettext("Open it again"), consequence)


@bp.route("/support/<int:update_id>", methods=["GET", "POST"])
@auth.requires(Capability.ANSWER_SUPPORT)
def support(update_id: int) -> ResponseReturnValue:
    """Answer an ask for support; the answer goes back to the owner."""
    session, person = web.session(), web.person()
    asked = asks.get_ask(session, update_id, person)
    person.require(Capability.ANSWER_SUPPORT, plan_id=asked.action.plan_id)
    form = AnswerForm()
    if request.method == "POST" and form.validate():
        try:
            asks.answer_support(session, update_id, form.answer.data or "", by=person, today=web.today())
        except Invalid as error:
            add_error(form, error)
        else:
            return _saved(asked.action.ref, gettext("The answer is recorded."))
    status = 422 if form.errors or form.form_errors else 200
    return web.page("actions/support.html", form=form, asked=asked, action=asked.action, status=status)


def _saved(ref: str, message: str) -> ResponseReturnValue:
    web.commit()
    return _told(ref, message)


def _told(ref: str, message: str) -> ResponseReturnValue:
    web.say(message)
    return redirect(url_for("actions.detail", ref=ref), code=303)


def _deed(form: Form, action: Action, heading: str, button: str, consequence: str) -> ResponseReturnValue:
    return web.page(
        "actions/deed.html",
        form=form,
        action=action,
        last=updates.last_update(web.session(), action),
        shown=evidence.list_for(web.session(), action, web.person()),
        heading=heading,
        button=button,
        consequence=consequence,
        status=422 if form.errors or form.form_errors else 200,
    )
