"""Rows of a plan's mapping table, entered one by one: for a row with several sources, or its section."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, request, url_for

from actions import editing as actions
from kb import auth, records, web
from kb.forms.responses import ResponseForm
from kb.models.source import Source
from kb.permissions import Capability
from kb.planning import plans, responses
from kb.planning.responses import ResponseDetails
from kb.views.saving import answer
from kb.words import gettext

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kb.models.plan import Response

bp = Blueprint("responses", __name__)


@bp.route("/plans/<ref>/responses/new", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_PLAN)
def new(ref: str) -> ResponseReturnValue:
    """Add a row, for the source that the address may name."""
    session, person = web.session(), web.person()
    plan = plans.get(session, ref, person=person)
    person.require(Capability.EDIT_PLAN, plan_id=plan.id)
    named = request.args.get("source", "")
    sources = (records.get(session, Source, named, person=person).title,) if named else ()
    form = _form(ResponseDetails(sources=sources))

    def save() -> Response:
        return responses.create(session, plan, form.details(), by=person)

    return answer(
        form,
        save,
        gettext("The row is added to the mapping."),
        heading=gettext("Add a row to the mapping"),
        lede=gettext("How %(plan)s stands to one source, or to several that are answered together.", plan=plan.title),
        crumbs=[(gettext("Plans"), url_for("plans.index")), (plan.title, web.url_of(plan))],
        submit=gettext("Add the row"),
    )


@bp.route("/responses/<ref>/edit", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_PLAN)
def edit(ref: str) -> ResponseReturnValue:
    """Change a row; a stale save answers 409 with both versions."""
    session, person = web.session(), web.person()
    response = responses.get(session, ref, person=person)
    person.require(Capability.EDIT_PLAN, plan_id=response.plan_id)
    plan = plans.plan_of(session, response, person=person)
    form = _form(responses.details_of(response), response)

    def save() -> Response:
        return responses.edit(session, ref, form.details(), **form.change(), by=person)

    source = response.sources[0] if response.sources else None
    return answer(
        form,
        save,
        gettext("The row is saved."),
        heading=gettext("Edit how the plan answers"),
        lede=plan.title if plan else "",
        crumbs=[
            (gettext("Sources"), url_for("sources.index")),
            *([(source.title, web.url_of(response))] if source else []),
        ],
        submit=gettext("Save"),
    )


def _form(details: ResponseDetails, response: Response | None = None) -> ResponseForm:
    session, person = web.session(), web.person()
    posts = actions.list_owners(session, person)
    return ResponseForm.offering(details, posts, responses.list_sections(session), response)
