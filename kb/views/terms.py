"""The glossary."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from kb import auth, records, terms, web
from kb.models.record import Theme
from kb.permissions import Capability

bp = Blueprint("terms", __name__)
LONGEST_WORDS = 200
PER_PAGE = 50


@bp.get("/glossary")
@auth.requires(Capability.READ)
def index() -> Response:
    """Acronyms from A to Z, or those that hold words."""
    session, person = web.session(), web.person()
    words = request.args.get("q", "").strip()[:LONGEST_WORDS]
    letter = request.args.get("letter", "")[:1].upper()
    total, _ = terms.list_terms(session, person=person, words=words, letter=letter, limit=0)
    paging = web.paging(total, PER_PAGE)
    _, found = terms.list_terms(
        session, person=person, words=words, letter=letter, offset=paging.offset, limit=paging.limit
    )
    letters = terms.letters(session, person=person)
    return web.page("terms/index.html", terms=found, paging=paging, words=words, letter=letter, letters=letters)


@bp.get("/glossary/<ref>")
@auth.requires(Capability.READ)
def detail(ref: str) -> Response:
    """One acronym with its meanings."""
    session, person = web.session(), web.person()
    return web.page("terms/detail.html", term=terms.get(session, ref, person=person))


@bp.get("/themes/<ref>")
@auth.requires(Capability.READ)
def theme(ref: str) -> ResponseReturnValue:
    """A theme is shown as the sources that are filed under it."""
    found = records.get(web.session(), Theme, ref, person=web.person())
    return redirect(url_for("sources.index", theme=found.ref))
