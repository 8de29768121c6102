"""The list of plans, starting a plan, and changing one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import url_for

from kb import auth, downloads, labels, web
from kb.columns import plans as columns
from kb.forms.plans import PlanForm
from kb.models.plan import Plan
from kb.permissions import Capability
from kb.planning import plan_editing, plans
from kb.views.plans import bp
from kb.views.saving import Names, answer, look_alikes
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response
    from flask.typing import ResponseReturnValue

    from kb.models.record import Record


@bp.get("/plans")
@auth.requires(Capability.READ)
def index() -> Response:
    """All plans, by title, each with how many priorities and actions it has."""
    session, person = web.session(), web.person()
    found, counts = plans.list_plans(session, person=person), plans.count_records(session, person=person)
    if downloads.are_wanted():
        return downloads.send("plans", columns.of_plans(found, counts))
    return web.page(
        "plans/index.html",
        plans=found,
        counts=counts,
        nations=labels.nations(),
        may_add=person.may(Capability.MANAGE_PLANS),
    )


@bp.route("/plans/new", methods=["GET", "POST"])
@auth.requires(Capability.MANAGE_PLANS)
def new() -> ResponseReturnValue:
    """Start a plan; whoever does so becomes its lead."""
    form = PlanForm()
    if not plans.list_plans(web.session(), person=web.person()):
        # On the first day there is no source that could be named.
        del form.source

    def save() -> Plan:
        return plan_editing.create(web.session(), form.details(), by=web.person())

    return answer(
        form,
        save,
        gettext("The plan is started, and you are its lead."),
        near=lambda: look_alikes(Plan, Names(form.title.data or "")),
        heading=gettext("Start a plan"),
        lede=gettext("A plan has its own priorities, actions and people; sources are shared by all plans."),
        crumbs=_crumbs(),
        submit=gettext("Start the plan"),
    )


@bp.route("/plans/<ref>/edit", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_PLAN)
def edit(ref: str) -> ResponseReturnValue:
    """Change a plan; a stale save answers 409 with both versions."""
    session, person = web.session(), web.person()
    plan = plans.get(session, ref, person=person)
    person.require(Capability.EDIT_PLAN, plan_id=plan.id)
    form = PlanForm(plan_editing.details_of(plan), plan)

    def save() -> Plan:
        return plan_editing.edit(session, ref, form.details(), **form.change(), by=person)

    def near() -> Sequence[Record]:
        return look_alikes(Plan, Names(form.title.data or ""), record=plan, standing=Names(plan.title))

    return answer(
        form,
        save,
        gettext("The plan is saved."),
        near=near,
        heading=gettext("Edit this plan"),
        crumbs=[*_crumbs(), (plan.title, web.url_of(plan))],
        submit=gettext("Save"),
        record=plan,
    )


def _crumbs() -> list[tuple[str, str]]:
    return [(gettext("Plans"), url_for("plans.index"))]
