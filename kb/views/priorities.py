"""Priorities: the list by sets, and the record of one with what calls for it and what delivers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, request, url_for

from actions.brief import briefs
from actions.measures import service as measures
from graph import service as graph
from kb import auth, downloads, history, labels, web
from kb.columns import plans as columns
from kb.permissions import Capability
from kb.planning import plans, priority_sets
from kb.views.priority_sets import priority_form
from kb.views.saving import answer
from kb.words import gettext
from search.unasked import likeness

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kb.models.plan import Priority

bp = Blueprint("priorities", __name__)


@bp.get("/priorities")
@auth.requires(Capability.READ)
def index() -> Response:
    """The priorities of one plan, by set; the person's own plan first of all."""
    session, person = web.session(), web.person()
    offered = plans.list_plans(session, person=person)
    plan = plans.choose(offered, request.args.get("plan"), person=person)
    sets = plans.list_sets(session, person=person, plan=plan) if plan else []
    ids = [priority.id for one in sets for priority in one.priorities]
    strips, of_plans = graph.strips(session, ids, person), {plan.id: plan for plan in offered}
    if downloads.are_wanted():
        rows = [(one.set, priority) for one in sets for priority in one.priorities]
        told = [plan.title] if plan else []
        return downloads.send("priorities", columns.of_priorities(rows, of_plans, strips), filters=told)
    return web.page(
        "priorities/index.html",
        sets=sets,
        total=len(ids),
        plan=plan,
        may_add=plan is not None and person.may(Capability.EDIT_PLAN, plan_id=plan.id),
        offered=offered if len(offered) > 1 else [],
        plans=of_plans,
        strips=strips,
    )


@bp.get("/priorities/<ref>")
@auth.requires(Capability.READ)
def detail(ref: str) -> Response:
    """One priority."""
    session, person = web.session(), web.person()
    priority = plans.get_priority(session, ref, person=person)
    delivered = plans.actions_of(session, priority)
    return web.page(
        "priorities/detail.html",
        priority=priority,
        plan=plans.plan_of(session, priority, person=person),
        source=plans.source_of(session, priority, person=person),
        supports=plans.supports_of(session, priority, person=person),
        delivered=delivered,
        briefs=briefs(session, [link.to_id for link in delivered], person=person, today=web.today()),
        strip=graph.strips(session, [priority.id], person).get(priority.id, []),
        indicators=measures.measuring(session, priority, person=person),
        changes=history.list_for(session, priority, person=person, limit=10),
        alike=likeness.like(session, web.settings(), person, priority),
        labels=labels,
        may_edit=priority_sets.may_edit(priority, person),
    )


@bp.route("/priorities/<ref>/edit", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_PLAN)
def edit(ref: str) -> ResponseReturnValue:
    """Reword a priority."""
    session, person = web.session(), web.person()
    priority = plans.get_priority(session, ref, person=person)
    priority_sets.require_editing(priority, person)
    form = priority_form(priority)

    def save() -> Priority:
        return priority_sets.edit_priority(session, ref, form.details(), **form.change(), by=person)

    return answer(
        form,
        save,
        gettext("The priority is saved."),
        heading=gettext("Edit this priority"),
        crumbs=[(gettext("Priorities"), url_for(".index")), (priority.title, web.url_of(priority))],
        submit=gettext("Save"),
        record=priority,
    )
