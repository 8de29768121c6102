"""The record of a plan: what it is, and where to go from it."""

from __future__ import annotations

from flask import Blueprint, Response

from actions import service as actions
from actions.filters import Filters
from graph import service as graph
from kb import auth, history, plans, web
from kb.permissions import Capability

bp = Blueprint("plans", __name__)


@bp.get("/plans/<ref>")
@auth.requires(Capability.READ)
def detail(ref: str) -> Response:
    """One plan with its numbers."""
    session, person, today = web.session(), web.person(), web.today()
    plan = plans.get(session, ref, person=person)
    return web.page(
        "plans/detail.html",
        plan=plan,
        sets=plans.list_sets(session, person=person, plan=plan),
        mapped=plans.count_mapped(session, plan, person=person),
        counts=actions.counts_by_schedule(session, person, Filters(plan=plan.ref), today),
        gaps={kind: len(found) for kind, found in graph.gaps(session, person, plan, today).items()},
        changes=history.list_for(session, plan, person=person, limit=10),
    )
