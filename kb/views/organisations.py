"""Organisations: the list, one with what it publishes, and entering them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, request, url_for

from kb import auth, downloads, history, labels, web
from kb.catalogue import organisation_editing, organisations
from kb.columns import bodies as columns
from kb.forms import organisation_filters
from kb.forms.organisations import OrganisationForm
from kb.models.organisation import Organisation
from kb.paging import paged
from kb.permissions import Capability
from kb.views.saving import Names, answer, look_alikes
from kb.words import gettext
from search.unasked import likeness

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from kb.catalogue.organisation_editing import OrganisationDetails
    from kb.models.record import Record

bp = Blueprint("organisations", __name__)


@bp.get("/organisations")
@auth.requires(Capability.READ)
def index() -> Response:
    """All organisations, by name, narrowed by the filters in the address."""
    session, person = web.session(), web.person()
    wanted = organisation_filters.read(request.args)
    if downloads.are_wanted():
        return downloads.send("organisations", columns.of_organisations(wanted))
    facets = organisations.facets(session, person=person)
    total, _ = organisations.list_organisations(session, wanted, person=person, limit=0)
    paging = paged(total)
    _, found = organisations.list_organisations(
        session, wanted, person=person, offset=paging.offset, limit=paging.limit
    )
    return web.page(
        "organisations/index.html",
        found=found,
        paging=paging,
        wanted=wanted,
        kinds=organisation_filters.kinds(facets, wanted),
        nations=organisation_filters.nations(facets, wanted),
        labels=labels,
        may_add=person.may(Capability.EDIT_SHARED),
    )


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
        changes=history.list_for(session, organisation, person=person, limit=10),
        alike=likeness.like(session, web.settings(), person, organisation),
        labels=labels,
        may_edit=person.may(Capability.EDIT_SHARED),
    )


@bp.route("/organisations/new", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def new() -> ResponseReturnValue:
    """Add an organisation; those that may be the same one are pointed out first."""
    form = _form(OrganisationForm())

    def save() -> Organisation:
        return organisation_editing.create(web.session(), form.details(), by=web.person())

    return answer(
        form,
        save,
        gettext("The organisation is added."),
        near=lambda: look_alikes(Organisation, _names(form.details())),
        heading=gettext("Add an organisation"),
        crumbs=_crumbs(),
        submit=gettext("Add the organisation"),
    )


@bp.route("/organisations/<ref>/edit", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_SHARED)
def edit(ref: str) -> ResponseReturnValue:
    """Change an organisation; a stale save answers 409 with both versions."""
    session, person = web.session(), web.person()
    organisation = organisations.get(session, ref, person=person)
    standing = organisation_editing.details_of(organisation)
    form = _form(OrganisationForm(standing, organisation))

    def save() -> Organisation:
        return organisation_editing.edit(session, ref, form.details(), **form.change(), by=person)

    def near() -> Sequence[Record]:
        return look_alikes(Organisation, _names(form.details()), record=organisation, standing=_names(standing))

    return answer(
        form,
        save,
        gettext("The organisation is saved."),
        near=near,
        heading=gettext("Edit this organisation"),
        crumbs=[*_crumbs(), (organisation.title, web.url_of(organisation))],
        submit=gettext("Save"),
        record=organisation,
    )


def _form(form: OrganisationForm) -> OrganisationForm:
    return form.offer(organisations.facets(web.session(), person=web.person()).kinds)


def _names(details: OrganisationDetails) -> Names:
    return Names(details.title, (details.abbreviation,))


def _crumbs() -> list[tuple[str, str]]:
    return [(gettext("Organisations"), url_for("organisations.index"))]
