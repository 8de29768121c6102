"""Who may open a view, where to go after signing in, and the cookie that a signed-in browser holds."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import Response, jsonify, redirect, request, url_for

from kb import web
from kb.accounts import sessions
from kb.db import now
from kb.permissions import TABLE, Capability, Holder
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from kb.models.user import User

P = ParamSpec("P")
R = TypeVar("R")
MARK = "golden_thread_access"
OPEN = "open to all"
LONGEST_NEXT = 2_000


def requires(capability: Capability) -> Callable[[Callable[P, R]], Callable[P, R | ResponseReturnValue]]:
    """Let a view be opened only by those whom the permission table gives the capability.

    Somebody who has not signed in is sent to do so; somebody who has and may not gets NotAllowed. Rights to one plan
    or one action are the service's to check, which knows them; so whoever holds a post passes where owners may.
    """

    def decorate(view: Callable[P, R]) -> Callable[P, R | ResponseReturnValue]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R | ResponseReturnValue:
            person = web.person()
            if not person.is_signed_in and not person.may(capability):
                return _ask_to_sign_in()
            if Holder.OWNER not in TABLE[capability] or not person.posts:
                person.require(capability)
            return view(*args, **kwargs)

        setattr(guarded, MARK, capability)
        return guarded

    return decorate


def requires_sign_in(view: Callable[P, R]) -> Callable[P, R | ResponseReturnValue]:
    """Let a view be opened by anybody who has signed in; what it shows is about themselves."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | ResponseReturnValue:
        return view(*args, **kwargs) if web.person().is_signed_in else _ask_to_sign_in()

    setattr(guarded, MARK, "signed in")
    return guarded


def open_to_all(view: Callable[P, R]) -> Callable[P, R]:
    """Say that a view may be opened without signing in; a test finds views that say nothing."""
    setattr(view, MARK, OPEN)
    return view


def access_of(view: Callable[..., Any]) -> Capability | str | None:
    """What a view's decorator says about who may open it."""
    access: Capability | str | None = getattr(view, MARK, None)
    return access


def _ask_to_sign_in() -> ResponseReturnValue:
    if web.in_api():
        return jsonify(error={"status": 401, "message": gettext("Sign in first.")}), 401
    wanted = request.full_path.rstrip("?") if request.method in web.SAFE_METHODS else (request.referrer or "")
    return redirect(url_for("accounts.sign_in", next=safe_next(wanted) or None), code=303)


def safe_next(address: str | None) -> str:
    """The address if it is a path of this site, else nothing: nobody is led elsewhere by a link to our sign-in page."""
    address = address or ""
    own = request.host_url.rstrip("/")
    if address.startswith(f"{own}/"):
        address = address[len(own) :]
    if not address.startswith("/") or address.startswith("//") or len(address) > LONGEST_NEXT:
        return ""
    if "\\" in address or any(ord(letter) <= 32 or ord(letter) == 127 for letter in address):
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return "" if parts.scheme or parts.netloc else address


def sign_in(response: Response, session: Session, user: User) -> Response:
    """Give the browser a new session; the one it had, and its cookie as a visitor, end."""
    old = request.cookies.get(web.cookie_name("session"))
    if old:
        sessions.end(session, old)
    token = sessions.open_session(session, user, now=now())
    web.set_cookie(response, "session", token, max_age=sessions.LONGEST)
    web.delete_cookie(response, "visitor")
    return response


def sign_out(response: Response, session: Session) -> Response:
    """End the browser's session: its row is deleted, so a copy of the cookie is worth nothing."""
    token = request.cookies.get(web.cookie_name("session"))
    if token:
        sessions.end(session, token)
    web.delete_cookie(response, "session")
    return response
