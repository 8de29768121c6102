"""The links that set a password: invitations, forgotten passwords, and what to do where a link does not work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, make_response, redirect, request, url_for

from kb import auth, web
from kb.accounts import account_tokens, invitations, sign_in
from kb.accounts.account_tokens import HOLDS_FOR, LinkRefused, Why
from kb.db import now
from kb.errors import Invalid
from kb.forms.accounts import ForgottenForm, NewPasswordForm
from kb.forms.base import add_error
from kb.models.user import TokenPurpose
from kb.views.accounts import bp
from kb.words import gettext, ngettext

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@bp.route("/forgotten-password", methods=["GET", "POST"])
@auth.open_to_all
def forgotten_password() -> ResponseReturnValue:
    """Ask for a link by mail; the answer is the same whether or not there is an account."""
    form = ForgottenForm()
    if request.method == "POST" and form.validate():
        session, at = web.session(), now()
        sign_in.begin_asking(session, form.email.data, request.remote_addr or "", now=at)
        invitations.forgot(session, form.email.data, settings=web.settings(), at=at)
        web.commit()
        web.say(_asked())
        return redirect(url_for(".show_sign_in"), code=303)
    return web.page("accounts/forgotten_password.html", form=form, status=422 if form.errors else 200)


def _asked() -> str:
    """What is said to everybody who asked, with or without an account."""
    if not web.settings().smtp_url and not web.settings().demo:
        return gettext("If there is an account for that address, ask an administrator for a link: no mail leaves here.")
    return ngettext(
        "If there is an account for that address, a mail is on its way. Its link works for %(num)s hour.",
        "If there is an account for that address, a mail is on its way. Its link works for %(num)s hours.",
        HOLDS_FOR[TokenPurpose.RESET].seconds // 3600,
    )


@bp.route("/invitations/<token>", methods=["GET", "POST"])
@auth.open_to_all
def invitation(token: str) -> ResponseReturnValue:
    """Come in for the first time, with a password of one's own."""
    return _by_link(token, TokenPurpose.INVITATION, gettext("Welcome. Your password is set and you are signed in."))


@bp.route("/new-password/<token>", methods=["GET", "POST"])
@auth.open_to_all
def new_password(token: str) -> ResponseReturnValue:
    """Set another password in place of one that was forgotten."""
    said = gettext("Your password is changed and you are signed in. Every other browser is signed out.")
    return _by_link(token, TokenPurpose.RESET, said)


def _by_link(token: str, purpose: TokenPurpose, said: str) -> ResponseReturnValue:
    """Show the form, since programs that look through mails open links; only a person's sending uses the link up."""
    try:
        row = account_tokens.find(web.session(), token, purpose, at=now())
        form = NewPasswordForm()
        if request.method == "POST" and form.validate():
            try:
                return _set(token, purpose, form.password.data, said)
            except Invalid as error:
                add_error(form, error)
    except LinkRefused as refused:
        return _refused(refused, purpose)
    return web.page(
        "accounts/new_password.html",
        form=form,
        user=row.user,
        ends_at=row.ends_at,
        is_invitation=purpose is TokenPurpose.INVITATION,
        status=422 if form.errors else 200,
    )


def _set(token: str, purpose: TokenPurpose, password: str, said: str) -> Response:
    session = web.session()
    user = invitations.accept(session, token, purpose, password, at=now())
    response = make_response(redirect(url_for("kb.home"), code=303))
    sign_in.succeed(session, user, request.remote_addr or "")
    auth.sign_in(response, session, user)
    web.commit()
    web.say(said)
    return response


def _refused(refused: LinkRefused, purpose: TokenPurpose) -> Response:
    web.close_session()
    return web.page(
        "accounts/link_refused.html",
        refused=refused,
        is_invitation=purpose is TokenPurpose.INVITATION,
        status=404 if refused.why is Why.UNKNOWN else 410,
    )
