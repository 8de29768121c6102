"""Headers that every answer carries, errors and static files included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, request

from kb import web
from kb.permissions import NOBODY

if TYPE_CHECKING:
    from flask import Response

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# Pages whose address is a secret: nobody keeps them, lists them, or learns the address from a link on them.
SECRET_PLACES = ("/answer/", "/unsubscribe/", "/invitations/", "/new-password/")
SECRET = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
# A calendar is asked for again and again: its program may keep it, and asks whether it changed.
CALENDAR = {**SECRET, "Cache-Control": "private, no-cache"}
# What is suggested is asked for with every letter; kept for a moment, and `Vary` keeps one person's from the next.
SUGGESTED = {"Cache-Control": "private, max-age=60"}
ONE_YEAR = "max-age=31536000; includeSubDomains"


def add_headers(response: Response) -> Response:
    """Tell the browser to run and load only what is ours, and to keep nothing that a signed-in person saw."""
    response.headers.update(ALWAYS)
    if web.settings().secure_cookies:
        response.headers["Strict-Transport-Security"] = ONE_YEAR
    if request.endpoint != "static":
        response.vary.add("Cookie")
        response.headers["Cache-Control"] = "no-store" if _is_personal(response) else "no-cache"
    if request.path.startswith(SECRET_PLACES):
        response.headers.update(SECRET)
    elif request.path.startswith("/calendar/"):
        response.headers.update(CALENDAR)
    elif request.path == "/search/suggest" and response.status_code == 200:
        response.headers.update(SUGGESTED)
    return response


def _is_personal(response: Response) -> bool:
    return g.get("person", NOBODY).is_signed_in or "Set-Cookie" in response.headers or response.status_code >= 400
