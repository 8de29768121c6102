"""The page behind a link in a mail: one person says how one action goes, once, without a password.

Programs that look through mails open links, so opening one shows a form with no answer chosen and changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, request, url_for

from actions import answering, mine, service, updates
from actions.answering import LinkRefused, Why
from actions.forms.answers import NewLinkForm
from actions.forms.update import UpdateForm
from actions.reminding import new_links
from kb import auth, web
from kb.accounts import sign_in
from kb.db import now
from kb.errors import Conflict, Invalid
from kb.forms.base import add_error
from kb.permissions import Capability
from kb.words import gettext

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("answers", __name__)
STATUS = {Why.UNKNOWN: 404, Why.USED: 200}


@bp.route("/answer/<token>", methods=["GET", "POST"])
@auth.open_to_all
def answer(token: str) -> ResponseReturnValue:
    """The one-minute update for whoever has the link."""
    session, today = web.session(), web.today()
    try:
        opened = answering.open_link(session, token, now=now(), today=today)
        form = UpdateForm(opened.action, opened.last, today)
        if request.method == "POST" and _send(form, token):
            web.commit()
            web.say(gettext("Thank you, your answer is kept."))
            return redirect(url_for(".answer", token=token), code=303)
    except LinkRefused as refused:
        return _refused(refused, token)
    except Conflict:
        # Somebody else answered between the look at the link and the lock on the action.
        last = updates.last_update(session, opened.action)
        return _refused(
            answering.overtaken(opened.action, last, opened.person) if last else LinkRefused(Why.GONE), token
        )
    expected = updates.expected_on(opened.action)
    return web.page(
        "answers/answer.html",
        form=form,
        action=opened.action,
        last=opened.last,
        reader=opened.person,
        ends_at=opened.link.ends_at,
        expected_before=expected if expected is not None and expected < today else None,
        schedule=service.schedule_now(session, opened.action, today),
        may_propose=web.person().may(
            Capability.PROPOSE_CHANGE, plan_id=opened.action.plan_id, owner_id=opened.action.owner_id
        ),
        may_stay_unchanged=updates.may_stay_unchanged(opened.action, today),
        status=422 if form.errors or form.form_errors else 200,
    )


@bp.post("/answer/<token>/new-link")
@auth.open_to_all
def new_link(token: str) -> ResponseReturnValue:
    """Send a new link to the address on file; the answer is the same whether or not there is one."""
    session, settings = web.session(), web.settings()
    new_links.for_token(session, token, at=now(), today=web.today(), settings=settings)
    web.commit()
    return _asked()


@bp.route("/answer/new-link", methods=["GET", "POST"])
@auth.open_to_all
def ask() -> ResponseReturnValue:
    """Ask for new links by mail address, where the link itself was broken on its way."""
    form = NewLinkForm()
    if request.method == "POST" and form.validate():
        session, at = web.session(), now()
        sign_in.begin_asking(session, form.email.data, request.remote_addr or "", now=at)
        new_links.for_address(session, form.email.data, at=at, today=web.today(), settings=web.settings())
        web.commit()
        return _asked()
    return web.page("answers/new_link.html", form=form, status=422 if form.errors else 200)


def _asked() -> ResponseReturnValue:
    web.say(
        gettext(
            "If something of yours can be answered, a mail with a new link is on its way to the address that we have. "
            "We send at most one an hour."
        )
    )
    return redirect(url_for(".ask"), code=303)


def _send(form: UpdateForm, token: str) -> bool:
    """Keep what the form says; False when something in it was refused."""
    session, last_id, today = web.session(), form.version.data, web.today()
    try:
        if "nothing_changed" in request.form:
            if not form.may_say_unchanged():
                return False
            answering.answer(session, token, None, last_update_id=last_id, now=now(), today=today)
        elif form.validate():
            answering.answer(session, token, form.said(), last_update_id=last_id, now=now(), today=today)
        else:
            return False
    except Invalid as error:
        add_error(form, error)
        return False
    return True


def _refused(refused: LinkRefused, token: str) -> Response:
    """Why the link opens no form, with what its reader wrote where they had written something."""
    written = [request.form.get(name, "").strip() for name in ("narrative", "support_needed")]
    person, today = refused.person, web.today()
    next_up = mine.my_actions(web.session(), person, today, with_dependencies=False) if person else None
    web.close_session()
    return web.page(
        "answers/refused.html",
        refused=refused,
        token=token,
        waiting=len(next_up.answer_now) if next_up else 0,
        next_mail_on=next_up.next_mail_on if next_up else None,
        written="\n\n".join(filter(None, written)),
        status=STATUS.get(refused.why, 410),
    )
