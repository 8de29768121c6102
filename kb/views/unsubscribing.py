"""Declining a subject of mails in one click, from the mail itself, and taking it back on one's account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, request, url_for

from kb import auth, csrf, web
from kb.db import now
from kb.errors import NotFound
from kb.mailing import declining, unsubscribing
from kb.mailing.unsubscribing import SUBJECT_WORDS, Subject
from kb.words import gettext

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("unsubscribing", __name__)


@bp.get("/unsubscribe/<token>")
@auth.open_to_all
def show(token: str) -> ResponseReturnValue:
    """Say what would stop, with a button; programs that open links stop nothing."""
    wish = unsubscribing.read(web.settings(), token)
    if wish is None:
        return web.page("unsubscribing/unsubscribe.html", wish=None, status=404)
    is_declined = wish.subject in declining.list_declined(web.session(), wish.user_id)
    return _page(token, wish.subject, is_declined)


@bp.post("/unsubscribe/<token>")
@auth.open_to_all
@csrf.proved_by_address
def decline(token: str) -> ResponseReturnValue:
    """Stop these mails: for the button, and for mail programs, which send what RFC 8058 says and no token of a form."""
    wish = unsubscribing.read(web.settings(), token)
    if wish is None:
        return web.page("unsubscribing/unsubscribe.html", wish=None, status=404)
    declining.decline(web.session(), wish.user_id, wish.subject, at=now())
    web.commit()
    return _page(token, wish.subject, is_declined=True)


@bp.post("/account/mails/<subject>")
@auth.requires_sign_in
def choose(subject: str) -> ResponseReturnValue:
    """Stop or have again the mails about a subject, on one's own account."""
    if subject not in set(Subject):
        raise NotFound("subject", subject)
    session, user_id = web.session(), web.person().user_id or 0
    if "want" in request.form:
        declining.want_again(session, user_id, subject)
        web.say(gettext("You will have these mails again: %(what)s.", what=SUBJECT_WORDS[Subject(subject)]))
    else:
        declining.decline(session, user_id, subject, at=now())
        web.say(gettext("These mails stop: %(what)s.", what=SUBJECT_WORDS[Subject(subject)]))
    web.commit()
    return redirect(url_for("accounts.account") + "#mails", code=303)


def _page(token: str, subject: Subject, is_declined: bool) -> ResponseReturnValue:
    return web.page(
        "unsubscribing/unsubscribe.html",
        wish=token,
        what=SUBJECT_WORDS[subject],
        is_declined=is_declined,
    )
