"""What a reader sees when something is refused or fails: one place, pages for people and JSON under /api/."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import quote_plus

from flask import Flask, Response, current_app, g, jsonify, make_response, redirect, request, url_for
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, InternalServerError

from kb import errors, nearest, web
from kb.forms.base import tidy
from kb.models.record import Record
from kb.permissions import Capability
from kb.removal import deleting
from kb.words import gettext, ngettext, spoken

WAIT_SECONDS = 5
# Never shown or sent back on a conflict page.
NOT_TEXT = frozenset({"csrf_token", "version"})


@dataclass(frozen=True)
class Problem:
    """One thing to tell the reader: what, what to do about it, and what the template needs besides."""

    status: int
    title: str
    text: str
    template: str = "errors/problem.html"
    values: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)

    def answer(self) -> Response:
        """The page, or the JSON document for those who asked through the API; whatever was half done is undone."""
        web.close_session()
        if web.in_api():
            response = jsonify(error={"status": self.status, "title": self.title, "message": self.text, **self.details})
            response.status_code = self.status
        else:
            response = self._page()
        response.headers.extend(self.headers)
        return response

    def _page(self) -> Response:
        """The page; where the frame of all pages is what failed, its words alone."""
        try:
            return web.page(self.template, status=self.status, problem=self, **self.values)
        except Exception:  # an error page must not fail in turn
            current_app.logger.exception("An error page could not be shown, fault %s", reference())
            return Response(f"{self.title}\n\n{self.text}\n", self.status, mimetype="text/plain")


def reference() -> str:
    """The words to quote about this request's fault; they stand in the log too."""
    if "reference" not in g:
        g.reference = secrets.token_hex(4)
    return str(g.reference)


def register(app: Flask) -> None:
    """Answer every error of the application from here."""
    for kind, handler in _HANDLERS.items():
        app.register_error_handler(kind, handler)


def _not_found(error: errors.NotFound) -> Response:
    web.close_session()
    gone = _find_gone(error)
    if gone is not None:
        return _moved(error, gone.survivor) if gone.survivor else _gone(gone)
    text = gettext("There is no %(kind)s called “%(ref)s”.", kind=error.kind, ref=error.ref[:200])
    return _missing(words_of(error.ref), text, near=_nearest(error.ref)).answer()


def _find_gone(error: errors.NotFound) -> deleting.Gone | None:
    try:
        return deleting.find_gone(web.session(), error.kind.replace(" ", "_"), error.ref, person=web.person())
    except SQLAlchemyError:
        return None


def _moved(error: errors.NotFound, survivor: Record) -> Response:
    """The way to the record that another was merged into; to the same sort of page, where the address names the ref."""
    named = request.view_args or {}
    if request.method in web.SAFE_METHODS and named.get("ref") == error.ref:
        return make_response(redirect(url_for(request.endpoint or "", **{**named, "ref": survivor.ref}), code=301))
    text = gettext("It was merged into “%(title)s”. Nothing was changed.", title=survivor.title)
    values = {"near": survivor, "words": survivor.title}
    title = gettext("This record was merged")
    return Problem(410, title, text, template="errors/not_found.html", values=values).answer()


def _gone(gone: deleting.Gone) -> Response:
    """What was deleted and when, to whoever may see it; who did it and why, to those who have signed in."""
    deletion, at = gone.deletion, gone.record.deleted_at
    day = spoken(at.date()) if at else ""
    with_it = deletion is not None and deletion.record_id != gone.record.id
    told = gettext("It was deleted on %(day)s, with “%(title)s”.") if with_it else gettext("It was deleted on %(day)s.")
    text = told % {"day": day, "title": deletion.record.title if deletion else ""}
    title = gettext("“%(title)s” is deleted", title=gone.record.title)
    # Made while the session is open: an answer begins with closing it.
    values = {"gone": gone, "may_know": web.person().may(Capability.READ_UPDATES)}
    return Problem(410, title, text, template="errors/gone.html", values=values, details={"deleted_on": day}).answer()


def _nearest(ref: str) -> Any:
    try:
        return nearest.find(web.session(), ref, person=web.person())
    except SQLAlchemyError:
        return None


def _missing(words: str, text: str, *, near: Any = None) -> Problem:
    return Problem(
        404,
        gettext("This page does not exist"),
        text,
        template="errors/not_found.html",
        values={"words": words, "near": near},
        details={"search": f"{request.script_root}/api/v1/search?q={quote_plus(words)}"},
    )


def _not_allowed(error: errors.NotAllowed) -> Response:
    return Problem(403, gettext("This is not open to you"), str(error), template="errors/not_allowed.html").answer()


def _conflict(error: errors.Conflict) -> Response:
    """Both versions side by side; the form below them sends again what the person wrote, knowing what stands now."""
    mine = [(name, value) for name, value in request.form.items(multi=True) if name not in NOT_TEXT]
    values = {
        "saved_by": error.saved_by,
        "version": error.version,
        "rows": _both(error),
        "mine": mine,
        "button": error.button,
    }
    title = gettext("This was saved while you were writing")
    details = {"current": error.theirs, "saved_by": error.saved_by, "version": error.version}
    return Problem(409, title, str(error), template="errors/conflict.html", values=values, details=details).answer()


def _both(error: errors.Conflict) -> list[dict[str, Any]]:
    """The fields that stand otherwise now than the person sent them; only texts can be edited together."""
    rows = []
    for name, saved in error.theirs.items():
        sent = "\n".join(request.form.getlist(name))
        is_text = name in request.form and name not in error.chosen
        if name in error.chosen:
            differs = sorted(filter(None, request.form.getlist(name))) != sorted(error.chosen[name])
            sent = sent.replace("-", " ").replace("\n", ", ")
        elif f"{name}-year" in request.form:
            sent = _day_sent(name)
            differs = sent != saved
        else:
            differs = is_text and tidy(sent) != tidy(saved)
        if differs:
            label = error.labels.get(name) or name.replace("_", " ").replace("-", " ").capitalize()
            rows.append({"name": name, "label": label, "theirs": saved, "mine": sent, "is_text": is_text})
    return rows


def _day_sent(name: str) -> str:
    """A date that was sent in three boxes, in words where it is one."""
    year, month, day = (tidy(request.form.get(f"{name}-{part}", "")) for part in ("year", "month", "day"))
    try:
        return spoken(date(int(year), int(month), int(day)))
    except ValueError:
        return " ".join(filter(None, (day, month, year)))


def _stale(_error: StaleDataError) -> Response:
    return _conflict(errors.Conflict(gettext("This record was saved a moment before you sent it.")))


def _clash(error: IntegrityError) -> Response:
    """Two people made the same thing at the same moment; the database let the first one through."""
    current_app.logger.warning("Refused by a constraint, fault %s", reference(), exc_info=error)
    return _conflict(
        errors.Conflict(gettext("What you sent does not go with what is saved now. Load the page again and look."))
    )


def _invalid(error: errors.Invalid) -> Response:
    return Problem(422, gettext("That could not be saved"), str(error), details={"field": error.field}).answer()


def _too_large(_error: DataError | OverflowError) -> Response:
    text = gettext("A number or a text is larger than the service can keep. Nothing was saved.")
    return Problem(422, gettext("That could not be saved"), text).answer()


def _too_many(error: errors.TooMany) -> Response:
    return Problem(429, gettext("Too many tries"), str(error), headers={"Retry-After": str(error.seconds)}).answer()


def _busy(error: OperationalError) -> Response:
    current_app.logger.error("The database did not answer, fault %s", reference(), exc_info=error)
    text = ngettext(
        "The database is busy or out of reach. Nothing was saved. Try again in %(num)s second.",
        "The database is busy or out of reach. Nothing was saved. Try again in %(num)s seconds.",
        WAIT_SECONDS,
    )
    return Problem(
        503,
        gettext("The service is busy"),
        text,
        headers={"Retry-After": str(WAIT_SECONDS)},
        values={"can_send_again": True},
    ).answer()


def of_http(error: HTTPException) -> Response:
    """What Flask and Werkzeug refuse: unknown addresses, wrong methods, bodies that are too large or malformed."""
    if error.response is not None:
        return make_response(error.response)
    status = error.code or 500
    if status == 404:
        text = gettext("Nothing is at %(path)s. It may have been typed wrongly.", path=request.path)
        return _missing(words_of(request.path), text).answer()
    title, text = _HTTP_WORDS.get(status, (error.name, error.description or ""))
    if status == 400 and error.description and type(error).description != error.description:
        text = error.description
    kept = {name: value for name, value in error.get_headers() if name in {"Allow", "Retry-After", "Location"}}
    return Problem(status, title, text, headers=kept).answer()


def _fault(_error: InternalServerError) -> Response:
    text = gettext(
        "The fault is ours, and nothing was saved. If you tell us about it, quote %(reference)s.", reference=reference()
    )
    return Problem(500, gettext("Something went wrong"), text, details={"reference": reference()}).answer()


def words_of(address: str) -> str:
    """The words in an address or a ref, to search for: /sources/t4mh-strategy gives “t4mh strategy”."""
    last = address.rstrip("/").rpartition("/")[2]
    return " ".join(re.findall(r"\w+", last.replace("_", " ")))[:200]


_HTTP_WORDS = {
    400: ("That could not be read", "Something in the address or the form is not text. Nothing was changed."),
    405: ("That cannot be done here", "This address does not take that kind of request. Nothing was changed."),
    413: ("That is too large", "A form may hold one megabyte. Nothing was saved; send less at a time."),
    414: ("That address is too long", "Shorten the search or take some filters out."),
    415: ("That could not be read", "The service does not read this kind of file."),
}
_HANDLERS: dict[type[Exception], Any] = {
    errors.NotFound: _not_found,
    errors.NotAllowed: _not_allowed,
    errors.Conflict: _conflict,
    errors.Invalid: _invalid,
    errors.TooMany: _too_many,
    StaleDataError: _stale,
    IntegrityError: _clash,
    DataError: _too_large,
    OverflowError: _too_large,
    OperationalError: _busy,
    InternalServerError: _fault,
    HTTPException: of_http,
}
