"""/health for machines that watch: 200 while pages are answered, 503 when the database does not answer.

A worker that has been silent for three minutes makes the status `degraded`, still with 200: reading and editing go
on, and a balancer that took the web process away for it would make things worse. `kb doctor` says more, and /status
says it to administrators in plain words.
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from kb import auth, health, web
from kb.db import now
from kb.permissions import Capability

bp = Blueprint("health", __name__)


@bp.get("/health")
@auth.open_to_all
def show() -> Response:
    """The state of the service as JSON, without signing in and without naming anything that is in it."""
    try:
        return jsonify(health.look(web.session(), now()))
    except SQLAlchemyError:
        web.log.exception("The database does not answer")
        response = jsonify(status="failed", database="unreachable")
        response.status_code = 503
        return response


@bp.get("/status")
@auth.requires(Capability.SEE_STATUS)
def status() -> Response:
    """Whether the worker lives and what it last did, and whether mails, search and database are well."""
    lines = health.examine(web.session(), web.settings(), person=web.person(), at=now())
    return web.page("status/index.html", lines=lines)
