"""Comparisons: figures side by side, and what a named person makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, request, url_for
from wtforms.fields.choices import SelectChoice

from kb import auth, downloads, history, labels, web
from kb.catalogue import comparisons, figures
from kb.catalogue.sums import sum_check
from kb.columns import figures as columns
from kb.errors import Invalid
from kb.forms import figure_filters
from kb.forms.base import add_error
from kb.forms.figures import ComparisonEditForm, ComparisonForm, SettleForm
from kb.paging import paged
from kb.permissions import Capability
from kb.words import gettext
from search.unasked import likeness

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from kb.models.figure import Comparison, Figure

bp = Blueprint("comparisons", __name__, url_prefix="/comparisons")
# The name of the button that looks for figures and saves nothing.
FIND = "find"
MOST_FOUND = 20


@bp.get("")
@auth.requires(Capability.READ)
def index() -> Response:
    """All comparisons, those that nobody has settled first."""
    session, person = web.session(), web.person()
    wanted = figure_filters.read_comparisons(request.args)
    if downloads.are_wanted():
        return downloads.send("comparisons", columns.of_comparisons(wanted))
    total, _ = comparisons.list_comparisons(session, wanted, person=person, limit=0)
    paging = paged(total)
    _, found = comparisons.list_comparisons(session, wanted, person=person, offset=paging.offset, limit=paging.limit)
    counts = comparisons.counts(session, person=person)
    return web.page(
        "comparisons/index.html",
        comparisons=found,
        paging=paging,
        wanted=wanted,
        counts=counts,
        checks={one.id: sum_check(one) for one in found},
        everything=sum(counts.values()),
        labels=labels,
        may_edit=person.may(Capability.EDIT_SHARED),
    )


@bp.get("/<ref>")
@auth.requires(Capability.READ)
def detail(ref: str) -> Response:
    """One comparison with its figures side by side."""
    session, person = web.session(), web.person()
    comparison = comparisons.get(session, ref, person=person)
    return web.page(
        "comparisons/detail.html",
        comparison=comparison,
        check=sum_check(comparison),
        changes=history.list_for(session, comparison, person=person, limit=10),
        alike=likeness.like(session, web.settings(), person, comparison),
        labels=labels,
        may_know=person.may(Capability.READ_UPDATES),
        may_edit=person.may(Capability.EDIT_SHARED),
    )


@bp.route("/new", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def new() -> ResponseReturnValue:
    """Put figures side by side, beginning with the one that the address names."""
    session, person = web.session(), web.person()
    started = figures.by_refs(session, request.args.getlist("figure")[:1], person=person)
    form = ComparisonForm(data={"title": started[0].title if started else "", "chosen": [one.ref for one in started]})
    offer(form, started)
    if request.method == "POST" and FIND not in request.form and form.validate():
        try:
            made = comparisons.create(session, form.title.data or "", form.chosen.data or (), by=person)
        except Invalid as error:
            add_error(form, error)
        else:
            web.commit()
            web.say(gettext("The figures stand side by side."))
            return redirect(url_for(".detail", ref=made.ref), code=303)
    return _page(form, None)


@bp.route("/<ref>/edit", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def edit(ref: str) -> ResponseReturnValue:
    """Reword a comparison, or compare other figures."""
    session, person = web.session(), web.person()
    comparison = comparisons.get(session, ref, person=person)
    chosen = [figure.ref for figure in comparison.figures]
    whole = comparisons.whole_of(comparison)
    form = ComparisonEditForm(
        data={
            "title": comparison.title,
            "chosen": chosen,
            "whole": whole.ref if whole else "",
            "version": comparison.version,
        }
    )
    offer(form, comparison.figures)
    form.whole.choices = [
        SelectChoice("", gettext("No, they stand beside one another")),
        *(choice for choice in form.chosen.choices or () if isinstance(choice, SelectChoice)),
    ]
    if request.method == "POST" and FIND not in request.form and form.validate():
        values = form.values("words", "chosen")
        try:
            comparisons.edit(session, ref, refs=form.chosen.data or (), by=person, **values)
        except Invalid as error:
            add_error(form, error)
        else:
            web.commit()
            web.say(gettext("The comparison is saved."))
            return redirect(url_for(".detail", ref=ref), code=303)
    return _page(form, comparison)


@bp.route("/<ref>/settle", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def settle(ref: str) -> ResponseReturnValue:
    """Say what comes of a comparison."""
    session, person = web.session(), web.person()
    comparison = comparisons.get(session, ref, person=person)
    form = SettleForm.offering(comparison)
    if request.method == "POST" and form.validate():
        try:
            comparisons.settle(session, ref, **form.values(), by=person, today=web.today())
        except Invalid as error:
            add_error(form, error)
        else:
            web.commit()
            web.say(gettext("What comes of it is written down. The figures stay as they are."))
            return redirect(url_for(".detail", ref=ref), code=303)
    status = 422 if form.errors or form.form_errors else 200
    return web.page(
        "comparisons/settle.html",
        form=form,
        comparison=comparison,
        check=sum_check(comparison),
        labels=labels,
        status=status,
    )


def offer(form: ComparisonForm, standing: Sequence[Figure]) -> None:
    """Offer the figures that stand, those that were ticked, and those that the words find."""
    session, person = web.session(), web.person()
    ticked = figures.by_refs(session, form.chosen.data or (), person=person)
    words = form.words.data or ""
    found = figures.find(session, words, person=person, limit=MOST_FOUND) if words else ()
    form.chosen.offer(list(dict.fromkeys((*standing, *ticked))), found)
    if words and not found:
        form.words.errors = [*form.words.errors, gettext("No figure holds all these words. Try fewer")]


def _page(form: ComparisonForm, comparison: Comparison | None) -> Response:
    status = 422 if form.errors or form.form_errors else 200
    return web.page(
        "comparisons/edit.html", form=form, comparison=comparison, find=FIND, most=MOST_FOUND, status=status
    )
