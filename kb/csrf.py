"""The check that an unsafe request comes from a form of ours, in the browser to which we gave it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from flask import current_app, g, request
from werkzeug.exceptions import BadRequest

from kb import web
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")

MARK = "golden_thread_proved_by_address"
SAME_SITE = frozenset({"same-origin", "none"})


def proved_by_address(view: Callable[P, R]) -> Callable[P, R]:
    """Say that a view's address is itself the proof: it is a secret, so no other site can know where to send to."""
    setattr(view, MARK, True)
    return view


def token() -> str:
    """What a form must send back: worked out from the session's token, or from a visitor's cookie before sign-in."""
    return _csrf_of(_browser_token(make=True))


def check() -> None:
    """Refuse an unsafe request that another site may have caused, or that does not carry this browser's token."""
    if request.method in web.SAFE_METHODS or request.routing_exception is not None:
        return  # no view will run
    if getattr(current_app.view_functions.get(request.endpoint or ""), MARK, False):
        return
    if request.headers.get("Sec-Fetch-Site", "none").strip().lower() not in SAME_SITE:
        raise BadRequest(gettext("The request came from another site, so nothing was changed."))
    browser = _browser_token(make=False)
    sent = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
    if not browser or not hmac.compare_digest(_csrf_of(browser).encode(), sent.encode("utf-8", "surrogatepass")):
        raise BadRequest(
            gettext(
                "The form could not be matched to your browser, so nothing was changed. "
                "Go back, load the page again and send the form once more."
            )
        )


def _browser_token(*, make: bool) -> str:
    token = request.cookies.get(web.cookie_name("session")) or request.cookies.get(web.cookie_name("visitor"))
    if not token and make:
        if "new_visitor" not in g:
            g.new_visitor = secrets.token_urlsafe(32)
        token = g.new_visitor
    return token or ""


def _csrf_of(token: str) -> str:
    key = web.settings().secret_key.encode()
    return hmac.new(key, b"csrf|" + token.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
