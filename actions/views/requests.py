"""Change requests: the list, asking for a change, and the page on which one is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, request, url_for

from actions import editing, request_columns, service
from actions.forms import requests as forms
from actions.request_models import RequestState
from actions.requests import proposing, settling
from actions.requests import service as requests
from actions.requests import words as request_words
from actions.requests.filters import RequestFilter
from kb import auth, downloads, records, web
from kb.errors import Invalid
from kb.forms.base import add_error
from kb.models.plan import Plan
from kb.paging import paged
from kb.permissions import Capability
from kb.words import gettext

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from actions.requests.service import Asked

bp = Blueprint("requests", __name__)
# The button of the page that accepts, and the one that refuses.
ACCEPT = "accept"


@bp.get("/requests")
@auth.requires(Capability.READ_UPDATES)
def index() -> Response:
    """The changes that were asked for, narrowed by the filters in the address."""
    session, person, today = web.session(), web.person(), web.today()
    wanted = forms.read(request.args)
    plans = {plan.ref: plan.title for plan in records.list_all(session, Plan, person=person)}
    offered = forms.offered(wanted, plans)
    if downloads.are_wanted():
        told = [one["text"] for one in offered["on"]]
        return downloads.send("changes-asked-for", request_columns.sheet(wanted), filters=told)
    total = requests.count(session, person, wanted, today)
    paging = paged(total)
    everything = total
    if not total and wanted.is_narrowing:
        everything = requests.count(session, person, RequestFilter(), today)
    return web.page(
        "actions/requests.html",
        listed=requests.list_requests(session, person, wanted, today, offset=paging.offset, limit=paging.limit),
        paging=paging,
        wanted=wanted,
        everything=everything,
        offered=offered,
        words=request_words,
    )


@bp.route("/actions/<ref>/requests/new", methods=["GET", "POST"])
@auth.requires(Capability.PROPOSE_CHANGE)
def new(ref: str) -> ResponseReturnValue:
    """Ask for a change of an action."""
    session, person, today = web.session(), web.person(), web.today()
    action = service.get(session, ref, person)
    person.require(Capability.PROPOSE_CHANGE, plan_id=action.plan_id, owner_id=action.owner_id)
    waiting = requests.open_of(session, action)
    posts = editing.list_owners(session, person)
    form = forms.ProposalForm.about(action, posts, request.args.get("what", ""), waiting)
    if request.method == "POST" and form.validate():
        try:
            made = proposing.propose(session, ref, form.proposal(), by=person, today=today)
        except Invalid as error:
            add_error(form, error)
        else:
            web.commit()
            web.say(gettext("It is asked for. You will find the answer in My actions."))
            return redirect(url_for(".detail", request_id=made.id), code=303)
    asked = [one for one in requests.for_action(session, action, person, today) if one.is_open]
    status = 422 if form.errors or form.form_errors else 200
    return web.page(
        "actions/request_new.html", form=form, action=action, asked=asked, words=request_words, status=status
    )


@bp.get("/requests/<int:request_id>")
@auth.requires(Capability.READ_UPDATES)
def detail(request_id: int) -> ResponseReturnValue:
    """What stands, what is asked for, why, and who decides."""
    asked = requests.get(web.session(), request_id, web.person(), web.today())
    return _page(asked, forms.DecisionForm(data={"version": asked.request.version}))


@bp.post("/requests/<int:request_id>")
@auth.requires(Capability.DECIDE_CHANGE)
def decide(request_id: int) -> ResponseReturnValue:
    """Accept or refuse it."""
    session, person, today = web.session(), web.person(), web.today()
    form = forms.DecisionForm()
    deed = settling.accept if request.form.get("answer") == ACCEPT else settling.refuse
    if form.validate():
        words, version = form.decision.data or "", form.version.data or 0
        try:
            asked = deed(session, request_id, words=words, version=version, by=person, today=today)
        except Invalid as error:
            add_error(form, error)
        else:
            is_accepted = asked.request.state == RequestState.ACCEPTED
            said = request_words.accepted(asked) if is_accepted else gettext("Refused. Whoever asked sees your reason.")
            web.commit()
            web.say(said)
            return redirect(url_for(".detail", request_id=request_id), code=303)
    return _page(requests.get(session, request_id, person, today), form)


@bp.post("/requests/<int:request_id>/withdraw")
@auth.requires_sign_in
def withdraw(request_id: int) -> ResponseReturnValue:
    """Take back what one has asked for."""
    session, person, today = web.session(), web.person(), web.today()
    version = forms.DecisionForm().version.data or 0
    settling.withdraw(session, request_id, version=version, by=person, today=today)
    web.commit()
    web.say(gettext("It is withdrawn. The action stays as it is."))
    return redirect(url_for(".detail", request_id=request_id), code=303)


def _page(asked: Asked, form: forms.DecisionForm) -> Response:
    session, person = web.session(), web.person()
    return web.page(
        "actions/request.html",
        asked=asked,
        form=form,
        words=request_words,
        deciders=requests.deciders(session, asked) if asked.is_open else (),
        may_decide=asked.may_be_decided_by(person),
        why_not=settling.why_not_decide(asked, person),
        obstacle=settling.why_not_apply(asked, web.today()),
        is_mine=asked.is_of(person),
        status=422 if form.errors or form.form_errors else 200,
    )
