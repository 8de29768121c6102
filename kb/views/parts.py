"""Key points, implications and responses have no page: their addresses lead to their place on a source's page."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload, selectinload

from kb import auth, records, web
from kb.models.plan import Response
from kb.models.source import Implication, KeyPoint
from kb.permissions import Capability

bp = Blueprint("parts", __name__)


@bp.get("/key-points/<ref>")
@auth.requires(Capability.READ)
def key_point(ref: str) -> ResponseReturnValue:
    """Lead to a key point's place."""
    options = [joinedload(KeyPoint.source)]
    found = records.get(web.session(), KeyPoint, ref, person=web.person(), options=options)
    return _to(found.source.ref, ref)


@bp.get("/implications/<ref>")
@auth.requires(Capability.READ)
def implication(ref: str) -> ResponseReturnValue:
    """Lead to an implication's place."""
    options = [joinedload(Implication.source)]
    found = records.get(web.session(), Implication, ref, person=web.person(), options=options)
    return _to(found.source.ref, ref)


@bp.get("/responses/<ref>")
@auth.requires(Capability.READ)
def response(ref: str) -> ResponseReturnValue:
    """Lead to a response's place, on the page of the first source of its row."""
    options = [selectinload(Response.sources)]
    found = records.get(web.session(), Response, ref, person=web.person(), options=options)
    if not found.sources:
        return redirect(url_for("graph.thread", kinds="responses", ref=ref))
    return _to(found.sources[0].ref, ref)


def _to(source_ref: str, ref: str) -> ResponseReturnValue:
    return redirect(url_for("sources.detail", ref=source_ref, _anchor=ref))
