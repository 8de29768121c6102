"""Organisations and posts."""

from __future__ import annotations

from flask import Blueprint, Response, request

from actions import service as actions
from actions.filters import Filters
from kb import auth, labels, organisations, web
from kb.permissions import Capability

bp = Blueprint("organisations", __name__)
LONGEST_WORDS = 200


@bp.get("/organisations")
@auth.requires(Capability.READ)
def index() -> Response:
    """All organisations, by name."""
    session, person = web.session(), web.person()
    words = request.args.get("q", "").strip()[:LONGEST_WORDS]
    total, _ = organisations.list_organisations(session, person=person, words=words, limit=0)
    paging = web.paging(total)
    _, found = organisations.list_organisations(
        session, person=person, words=words, offset=paging.offset, limit=paging.limit
    )
    return web.page("organisations/index.html", found=found, paging=paging, words=words, labels=labels)


@bp.get("/organisations/<ref>")
@auth.requires(Capability.READ)
def detail(ref: str) -> Response:
    """One organisation with what it published and its posts."""
    session, person = web.session(), web.person()
    organisation = organisations.get(session, ref, person=person)
    return web.page(
        "organisations/detail.html",
        organisation=organisation,
        sources=organisations.published_by(session, organisation, person=person),
        labels=labels,
    )


@bp.get("/posts/<ref>")
@auth.requires(Capability.READ)
def post(ref: str) -> Response:
    """One post: who holds it, for those who may know, and what it owns."""
    session, person, today = web.session(), web.person(), web.today()
    found = organisations.get_post(session, ref, person=person)
    wanted = Filters(owner=found.ref)
    total, owned = actions.list_actions(session, person, wanted, today, limit=web.PER_PAGE)
    may_know = person.may(Capability.READ_UPDATES)
    return web.page(
        "posts/detail.html",
        post=found,
        holders=organisations.holders_of(session, found, today=today) if may_know else (),
        may_know=may_know,
        owned=owned,
        total=total,
    )
