"""Figures: the list, one with what it differs from, and writing one down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, request, url_for

from actions.measures import service as indicators
from kb import auth, downloads, history, labels, records, web
from kb.catalogue import figures
from kb.columns import figures as columns
from kb.errors import Invalid
from kb.forms import figure_filters
from kb.forms.base import add_error
from kb.forms.figures import FigureEditForm, FigureForm
from kb.models.source import Source
from kb.paging import paged
from kb.permissions import Capability
from kb.planning import plans
from kb.words import gettext
from search.unasked import likeness

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kb.models.figure import Figure

bp = Blueprint("figures", __name__)


@bp.get("/figures")
@auth.requires(Capability.READ)
def index() -> Response:
    """All figures, narrowed by the filters in the address."""
    session, person = web.session(), web.person()
    wanted = figure_filters.read(request.args)
    if downloads.are_wanted():
        return downloads.send("figures", columns.of_figures(wanted))
    facets = figures.facets(session, person=person)
    paging = paged(figures.count(session, wanted, person=person))
    return web.page(
        "figures/index.html",
        figures=figures.list_figures(session, wanted, person=person, offset=paging.offset, limit=paging.limit),
        paging=paging,
        wanted=wanted,
        offered=figure_filters.offered(facets, wanted, plans.list_plans(session, person=person)),
        everything=sum(facets.kinds.values()),
        labels=labels,
    )


@bp.get("/figures/<ref>")
@auth.requires(Capability.READ)
def detail(ref: str) -> Response:
    """One figure, with what it differs from and what is measured by it."""
    session, person = web.session(), web.person()
    figure = figures.get(session, ref, person=person)
    return web.page(
        "figures/detail.html",
        figure=figure,
        indicators=indicators.from_figure(session, figure, person=person),
        changes=history.list_for(session, figure, person=person, limit=10),
        alike=likeness.like(session, web.settings(), person, figure),
        labels=labels,
        may_edit=person.may(Capability.EDIT_SHARED),
    )


@bp.route("/figures/new", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def new() -> ResponseReturnValue:
    """Write down a figure of the source that the address names."""
    session, person = web.session(), web.person()
    source = records.get(session, Source, request.args.get("source", ""), person=person)
    form = FigureForm.showing()
    if request.method == "POST" and form.validate():
        try:
            figure = figures.create(session, source.ref, form.details(), by=person)
        except Invalid as error:
            add_error(form, error)
        else:
            web.commit()
            web.say(gettext("The figure is added."))
            return redirect(url_for(".detail", ref=figure.ref), code=303)
    return _page(form, source, None)


@bp.route("/figures/<ref>/edit", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def edit(ref: str) -> ResponseReturnValue:
    """Change a figure; a stale save answers 409 with both versions."""
    session, person = web.session(), web.person()
    figure = figures.get(session, ref, person=person)
    form = FigureEditForm.showing(figures.details_of(figure), figure.version)
    if request.method == "POST" and form.validate():
        version, reason = form.version.data or 0, form["reason"].data or ""
        try:
            figures.edit(session, ref, form.details(), version=version, reason=reason, by=person)
        except Invalid as error:
            add_error(form, error)
        else:
            web.commit()
            web.say(gettext("The figure is saved."))
            return redirect(url_for(".detail", ref=ref), code=303)
    return _page(form, figure.source, figure)


def _page(form: FigureForm, source: Source, figure: Figure | None) -> Response:
    status = 422 if form.errors or form.form_errors else 200
    return web.page("figures/edit.html", form=form, source=source, figure=figure, status=status)
