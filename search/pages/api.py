"""Searching through the API: the same answer that `kb search --json` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, jsonify, request

from kb import auth, web
from kb.paging import number
from kb.permissions import Capability
from search import service
from search.language.asked import Asked

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("search_api", __name__, url_prefix="/api/v1/search")


@bp.get("")
@auth.requires(Capability.READ)
def find() -> ResponseReturnValue:
    """Records that match `q`, narrowed by the filters; `limit` up to 100, `page` from 1."""
    results = service.find(
        web.session(),
        web.settings(),
        web.person(),
        Asked.from_address(request.args),
        today=web.today(),
        page=number("page", 1),
        limit=number("limit", service.PER_PAGE),
    )
    return jsonify(service.as_json(results))
