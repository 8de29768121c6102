"""The glossary: the list, one acronym with its meanings, and entering them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request, url_for

from kb import auth, downloads, history, web
from kb.catalogue import terms
from kb.columns import bodies as columns
from kb.forms.filtering import word
from kb.forms.vocabulary import TermForm
from kb.paging import paged
from kb.permissions import Capability
from kb.views.saving import answer, show
from kb.words import gettext
from search.unasked import likeness

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue
    from werkzeug.datastructures import MultiDict

    from kb.models.term import Term

bp = Blueprint("terms", __name__)
PER_PAGE = 50
TEMPLATE = "terms/edit.html"


@bp.get("/glossary")
@auth.requires(Capability.READ)
def index() -> Response:
    """Acronyms from A to Z, or those that hold words."""
    session, person = web.session(), web.person()
    words = word(request.args, "q")
    letter = request.args.get("letter", "")[:1].upper()
    if downloads.are_wanted():
        return downloads.send("glossary", columns.of_terms(words, letter))
    total, _ = terms.list_terms(session, person=person, words=words, letter=letter, limit=0)
    paging = paged(total, PER_PAGE)
    _, found = terms.list_terms(
        session, person=person, words=words, letter=letter, offset=paging.offset, limit=paging.limit
    )
    return web.page(
        "terms/index.html",
        terms=found,
        paging=paging,
        words=words,
        letter=letter,
        letters=terms.letters(session, person=person),
        may_add=person.may(Capability.EDIT_SHARED),
    )


@bp.get("/glossary/<ref>")
@auth.requires(Capability.READ)
def detail(ref: str) -> Response:
    """One acronym with its meanings."""
    session, person = web.session(), web.person()
    term = terms.get(session, ref, person=person)
    return web.page(
        "terms/detail.html",
        term=term,
        changes=history.list_for(session, term, person=person, limit=10),
        alike=likeness.like(session, web.settings(), person, term),
        may_edit=person.may(Capability.EDIT_SHARED),
    )


@bp.route("/glossary/new", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def new() -> ResponseReturnValue:
    """Add an acronym."""
    form = TermForm(_posted(), None, None)

    def save() -> Term:
        return terms.create(web.session(), form.details(), by=web.person())

    crumbs = [(gettext("Glossary"), url_for("terms.index"))]
    heading, submit = gettext("Add an acronym"), gettext("Add the acronym")
    return _answer(form, save, gettext("The acronym is added."), heading=heading, crumbs=crumbs, submit=submit)


@bp.route("/glossary/<ref>/edit", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def edit(ref: str) -> ResponseReturnValue:
    """Change an acronym and its meanings; a stale save answers 409."""
    session, person = web.session(), web.person()
    term = terms.get(session, ref, person=person)
    form = TermForm(_posted(), terms.details_of(term), term)

    def save() -> Term:
        return terms.edit(session, ref, form.details(), **form.change(), by=person)

    crumbs = [(gettext("Glossary"), url_for("terms.index")), (term.title, web.url_of(term))]
    values = {"heading": gettext("Edit this acronym"), "crumbs": crumbs, "submit": gettext("Save"), "record": term}
    return _answer(form, save, gettext("The acronym is saved."), **values)


def _answer(form: TermForm, save: Callable[[], Term], said: str, **values: Any) -> ResponseReturnValue:
    """One more row where that was asked for, else as every form is answered."""
    if "add" not in request.form:
        return answer(form, save, said, TEMPLATE, **values)
    form.add_row()
    return show(form, TEMPLATE, **values)


def _posted() -> MultiDict[str, str] | None:
    return request.form if request.method == "POST" else None
