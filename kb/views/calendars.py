"""A person's calendar behind a private address, and making, renewing and revoking that address on one's account."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from flask import Blueprint, Response, make_response, redirect, request, url_for

from actions import calendar_feed
from kb import auth, web
from kb.accounts import calendar_keys
from kb.db import now
from kb.views.accounts import account_page
from kb.words import gettext

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("calendars", __name__)


@bp.get("/calendar/<key>.ics")
@auth.open_to_all
def show(key: str) -> ResponseReturnValue:
    """The dates of whoever the key belongs to; a calendar that asks again gets them only where they changed."""
    session, settings = web.session(), web.settings()
    user = calendar_keys.reader_of(session, key)
    if user is None:
        return Response(gettext("There is no calendar here."), 404, mimetype="text/plain")
    days = calendar_feed.list_days(session, user, today=web.today())
    response = make_response(calendar_feed.written(days, settings))
    response.mimetype = "text/calendar"
    response.headers["Content-Disposition"] = "inline; filename=golden-thread.ics"
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest())
    response.make_conditional(request)
    # Told, but never answered by: a date that is gone leaves no later change behind.
    response.last_modified = max((day.changed_at for day in days), default=user.created_at)
    return response


@bp.post("/account/calendar")
@auth.requires_sign_in
def make() -> ResponseReturnValue:
    """Make the address, or another one in its place, and show it this once."""
    session, user_id = web.session(), web.person().user_id or 0
    key = calendar_keys.make(session, user_id, at=now())
    web.commit()
    return account_page(calendar_url=f"{web.settings().base_url}{url_for('.show', key=key)}")


@bp.post("/account/calendar/revoke")
@auth.requires_sign_in
def revoke() -> ResponseReturnValue:
    """End the address."""
    calendar_keys.revoke(web.session(), web.person().user_id or 0)
    web.commit()
    web.say(gettext("The address of your calendar no longer works."))
    return redirect(url_for("accounts.account") + "#calendar", code=303)
