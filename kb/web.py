"""What every view uses: the request's session, person and day, pages and messages, cookies, addresses of records."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol, cast
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import Response, current_app, g, make_response, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.exc import SQLAlchemyError

from kb import pulse
from kb.accounts import sessions
from kb.db import Database, now
from kb.models.history import Channel
from kb.models.record import Kind
from kb.permissions import NOBODY, Person
from kb.records import KIND_IN_ADDRESS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from kb.config import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
MESSAGE_SECONDS = 300
LONGEST_MESSAGE = 1_000
log = logging.getLogger(__name__)


class Named(Protocol):
    """Anything that has a page: a record, or a row or answer that names one."""

    @property
    def kind(self) -> str: ...

    @property
    def ref(self) -> str: ...


def settings() -> Settings:
    """The settings of this process."""
    return cast("Settings", current_app.extensions["settings"])


def database() -> Database:
    """The database of this process, for what needs a transaction of its own."""
    return cast("Database", current_app.extensions["database"])


def session() -> Session:
    """The request's database session: it reads for GET and HEAD, and may write for anything else."""
    if "db_session" not in g:
        # What is downloaded is read in many steps, all of one moment.
        reads = request.method in SAFE_METHODS
        g.db_session = database().reader(is_steady="format" in request.args) if reads else database().writer()
        g.db_session.info["channel"] = Channel.API if in_api() else Channel.WEB
    return cast("Session", g.db_session)


def commit() -> None:
    """Make the request's changes last; what follows from them (the search index) is done after the answer.

    What the page reads from here on takes no lock: else SQLite might call a change too busy that has been saved.
    """
    written = session()
    written.commit()
    written.bind = database().reader().bind
    g.has_committed = True


def close_session(_error: BaseException | None = None) -> None:
    """Give the connection back; whatever was not committed is undone. Then the visit is stamped, if it is time."""
    open_session: Session | None = g.pop("db_session", None)
    if open_session is not None:
        open_session.close()
    visit: sessions.Visit | None = g.pop("visit_to_stamp", None)
    if visit is not None:
        _stamp(visit, now())


def local_time(at: datetime) -> datetime:
    """An instant as clocks show it where the service is."""
    return at.astimezone(ZoneInfo(settings().timezone))


def today() -> date:
    """The day it is where the service is; tests set `app.config["TODAY"]`."""
    fixed = current_app.config.get("TODAY")
    return fixed if isinstance(fixed, date) else local_time(now()).date()


def in_api() -> bool:
    """Whether the request is answered with JSON."""
    return request.path == "/api" or request.path.startswith("/api/")


def person() -> Person:
    """Whoever asks; loaded once per request, and only when asked for."""
    if "person" not in g:
        visit = _visit(now())
        found = visit.person if visit else NOBODY
        g.shortlisted = visit.shortlisted if visit else 0
        g.last_here = visit.last_here if visit else None
        g.person = replace(found, reads_publicly=settings().public_read)
    return cast("Person", g.person)


def shortlisted() -> int:
    """How many entries the person's shortlist has; none where nobody has signed in."""
    return int(g.get("shortlisted", 0))


def last_here() -> datetime | None:
    """When the person was here before this visit; None on their first, and where nobody has signed in."""
    return cast("datetime | None", g.get("last_here"))


def _visit(at: datetime) -> sessions.Visit | None:
    token = request.cookies.get(cookie_name("session"))
    if not token:
        return None
    idle = timedelta(hours=settings().session_hours)
    visit = sessions.find(session(), token, now=at, today=today(), idle=idle)
    if visit and visit.needs_stamp(at) and request.method in SAFE_METHODS:
        g.visit_to_stamp = visit
    return visit


def _stamp(visit: sessions.Visit, at: datetime) -> None:
    """Write the stamp in a transaction of its own; a page is not refused because a stamp could not be written."""
    try:
        with database().writing(Channel.WEB) as short:
            sessions.stamp(short, visit.token_hash, now=at)
    except SQLAlchemyError:
        log.warning("A session could not be stamped as used", exc_info=True)


def cookie_name(name: str) -> str:
    """`__Host-` binds a cookie to this host and to HTTPS, so it is used wherever HTTPS is."""
    return f"__Host-{name}" if settings().secure_cookies else name


def set_cookie(response: Response, name: str, value: str, *, max_age: timedelta | None = None) -> None:
    """Set one of our cookies: never readable by scripts, never sent along from other sites."""
    response.set_cookie(
        cookie_name(name), value, max_age=max_age, secure=settings().secure_cookies, httponly=True, samesite="Lax"
    )


def delete_cookie(response: Response, name: str) -> None:
    response.delete_cookie(cookie_name(name), secure=settings().secure_cookies, httponly=True, samesite="Lax")


# Pages and messages


def page(template: str, *, status: int = 200, notices: Sequence[Mapping[str, str]] = (), **values: Any) -> Response:
    """Render a template; the message that the request before left is shown once, and administrators see faults."""
    left = _message_left()
    values.setdefault("message", left.get("text", ""))
    values.setdefault("undo", left.get("undo"))
    values["notices"] = [*notices, *_notices()]
    return make_response(render_template(template, **values), status)


def person_or_nobody() -> Person:
    """Whoever asks; nobody on an error page that is shown because the database does not answer."""
    try:
        return person()
    except SQLAlchemyError:
        g.person = NOBODY
        return NOBODY


def _notices() -> list[dict[str, str]]:
    if not person_or_nobody().is_administrator:
        return []
    try:
        warning = pulse.warning(session(), now(), settings().timezone)
    except SQLAlchemyError:
        return []
    return [{"text": warning, "url": url_for("health.status")}] if warning else []


def say(message: str, *, undo: tuple[str, list[tuple[str, str]]] | None = None) -> None:
    """Leave one line for the top of the next page, where it has the focus.

    `undo` is the address and the fields of a form that takes back what was done; too long a one is left out.
    """
    told: dict[str, Any] = {"text": message[:LONGEST_MESSAGE]}
    is_short = undo is not None and sum(len(name) + len(value) for name, value in undo[1]) <= LONGEST_MESSAGE
    g.message_to_leave = told | {"undo": undo} if is_short else told


def _message_left() -> dict[str, Any]:
    signed = request.cookies.get(cookie_name("said"))
    if not signed:
        return {}
    g.message_was_shown = True
    try:
        left = _signer().loads(signed, max_age=MESSAGE_SECONDS)
    except BadSignature:
        return {}
    return left if isinstance(left, dict) else {}


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().secret_key, salt="said")


def finish_response(response: Response) -> Response:
    """After each request: leave or clear the message, set a visitor's cookie, follow up on a commit."""
    if "message_to_leave" in g:
        set_cookie(response, "said", _signer().dumps(g.message_to_leave), max_age=timedelta(seconds=MESSAGE_SECONDS))
    elif "message_was_shown" in g:
        delete_cookie(response, "said")
    if "new_visitor" in g:
        set_cookie(response, "visitor", g.new_visitor)
    if g.get("has_committed"):
        _follow_up(response)
    return response


def _follow_up(response: Response) -> None:
    followers: list[Callable[[Database, Settings], object]] = current_app.extensions["after_commit"]
    ours, theirs = database(), settings()

    def follow() -> None:
        for follower in followers:
            try:
                follower(ours, theirs)
            except Exception:  # the change is saved; the worker's next tick does what failed here
                log.exception("What follows a commit failed: %s", follower)

    response.call_on_close(follow)


def url_of(record: Named) -> str:
    """The address of a record's page."""
    return f"{request.script_root}/{KIND_IN_ADDRESS[Kind(record.kind)]}/{quote(record.ref, safe='')}"


def url_to(deed: str, record: Named) -> str:
    """The address where something is done with a record: delete it, merge it."""
    return f"{request.script_root}/{deed}/{KIND_IN_ADDRESS[Kind(record.kind)]}/{quote(record.ref, safe='')}"
