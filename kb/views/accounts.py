"""Signing in and out, and one's own account: name, password, every browser signed out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, make_response, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from kb import auth, web
from kb.accounts import calendar_keys, people, sessions, sign_in, users
from kb.db import now
from kb.errors import Invalid, NotFound
from kb.forms.accounts import NameForm, PasswordForm, SignInForm
from kb.forms.base import add_error
from kb.mailing import declining
from kb.mailing.unsubscribing import SUBJECT_WORDS
from kb.models.history import Channel
from kb.words import gettext

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kb.models.user import User
    from kb.permissions import Person

bp = Blueprint("accounts", __name__)


@bp.get("/sign-in")
@auth.open_to_all
def show_sign_in() -> ResponseReturnValue:
    """The sign-in page; whoever has signed in already goes on to where they were going."""
    wanted = auth.safe_next(request.args.get("next"))
    if web.person().is_signed_in:
        return redirect(_page_after(wanted, web.person()), code=303)
    return _sign_in_page(SignInForm(next=wanted))


@bp.post("/sign-in", endpoint="sign_in")
@auth.open_to_all
def check_sign_in() -> ResponseReturnValue:
    """Count the try, look at the password, and give the browser a session."""
    form = SignInForm()
    if not form.validate():
        return _sign_in_page(form, status=422)
    user = _prove(form.email.data, form.password.data)
    if user is None:
        add_error(form, Invalid("password", gettext("The email address or the password is not right")))
        return _sign_in_page(form, status=422)
    return _signed_in(user, wanted=form.next.data)


def _prove(email: str, password: str) -> User | None:
    """The user whose password this is; no lock is held while it is hashed."""
    with web.database().writing(Channel.WEB) as short:
        sign_in.begin(short, email, request.remote_addr or "", now=now())
    with web.database().reading() as reader:
        return sign_in.prove(reader, email, password)


def _sign_in_page(form: SignInForm, *, status: int = 200) -> Response:
    session, is_demo = web.session(), web.settings().demo
    if not is_demo and not people.is_anybody_able(session):
        # Whoever comes first must not become administrator: the way in is a command on the machine itself.
        return web.page("accounts/nobody_yet.html", is_invited=people.is_anybody_invited(session))
    accounts = users.list_demonstration(session) if is_demo else []
    return web.page("accounts/sign_in.html", form=form, accounts=accounts, status=status)


@bp.post("/sign-in/demonstration")
@auth.open_to_all
def sign_in_demonstration() -> ResponseReturnValue:
    """Become one of the demonstration accounts, which exist for demonstration mode only."""
    given = request.form.get("user_id", "")
    if not web.settings().demo or not (given.isascii() and given.isdigit()):
        raise NotFound("demonstration account", given)
    user = users.get_demonstration(web.session(), int(given))
    return _signed_in(user, wanted=request.form.get("next"))


def _signed_in(user: User, *, wanted: str | None) -> Response:
    session = web.session()
    user = users.get(session, user.id)
    person = sessions.person_of(session, user, today=web.today())
    response = make_response(redirect(_page_after(wanted, person), code=303))
    sign_in.succeed(session, user, request.remote_addr or "")
    auth.sign_in(response, session, user)
    web.commit()
    return response


def _page_after(wanted: str | None, person: Person) -> str:
    """Where somebody goes on: to the page they asked for, and owners who asked for none to what waits for them."""
    home, asked = url_for("kb.home"), auth.safe_next(wanted)
    if asked not in ("", home):
        return asked
    return url_for("actions.mine") if person.is_owner_alone else home


@bp.post("/sign-out")
@auth.open_to_all
def sign_out() -> Response:
    """End this browser's session."""
    response = make_response(redirect(url_for("kb.home" if web.settings().public_read else ".sign_in"), code=303))
    auth.sign_out(response, web.session())
    web.commit()
    web.say(gettext("You have signed out."))
    return response


@bp.get("/account")
@auth.requires_sign_in
def account() -> Response:
    """Who one is here: posts, roles, and the form for a new password."""
    return account_page()


@bp.post("/account/name")
@auth.requires_sign_in
def rename() -> ResponseReturnValue:
    """Name oneself otherwise."""
    form, session, by = NameForm(), web.session(), web.person()
    if form.validate():
        try:
            users.rename(session, users.get(session, by.user_id or 0), form.name.data, by=by)
        except Invalid as error:
            add_error(form, error)
        else:
            web.commit()
            web.say(gettext("Your name is changed."))
            return redirect(url_for(".account"), code=303)
    return account_page(name_form=form, status=422)


@bp.post("/account/sign-out-everywhere")
@auth.requires_sign_in
def sign_out_everywhere() -> ResponseReturnValue:
    """End every session of one's own, this one too."""
    session = web.session()
    response = make_response(redirect(url_for("kb.home"), code=303))
    sessions.end_all(session, users.get(session, web.person().user_id or 0))
    auth.sign_out(response, session)
    web.commit()
    web.say(gettext("You are signed out everywhere."))
    return response


@bp.post("/account/password")
@auth.requires_sign_in
def set_password() -> ResponseReturnValue:
    """Give oneself another password; every other browser is signed out."""
    form = PasswordForm()
    if not form.validate():
        return account_page(form, status=422)
    with web.database().reading() as reader:
        email = users.get(reader, web.person().user_id or 0).email
    web.close_session()
    if _prove(email, form.current.data) is None:
        add_error(form, Invalid("current", gettext("This is not the password you have now")))
        return account_page(form, status=422)
    session = web.session()
    user = users.get_by_email(session, email)
    try:
        users.set_password(session, user, form.password.data, by=web.person())
    except Invalid as error:
        add_error(form, error)
        return account_page(form, status=422)
    response = make_response(redirect(url_for(".account"), code=303))
    sign_in.succeed(session, user, request.remote_addr or "")
    auth.sign_in(response, session, user)
    web.commit()
    web.say(gettext("Your password is changed, and every other browser is signed out."))
    return response


def account_page(
    form: PasswordForm | None = None, *, name_form: NameForm | None = None, calendar_url: str = "", status: int = 200
) -> Response:
    """The page of one’s own account; `form` is the one that was sent, if any, since its problems head the page.

    `calendar_url` is the address of the calendar where it has just been made.
    """
    session = web.session()
    user = users.get(session, web.person().user_id or 0)
    return web.page(
        "accounts/account.html",
        form=name_form or form or PasswordForm(MultiDict()),
        password_form=form or PasswordForm(MultiDict()),
        name_form=name_form or NameForm(MultiDict(), name=user.name),
        user=user,
        roles=users.list_roles(session, user),
        calendar=calendar_keys.of(session, user.id),
        calendar_url=calendar_url,
        subjects=declining.list_open(session, web.person()),
        subject_words=SUBJECT_WORDS,
        declined=declining.list_declined(session, user.id),
        status=status,
    )
