"""The record of a plan: what it is, how it stands, and what waits in it."""

from __future__ import annotations

from flask import Blueprint, Response

from actions import service as actions
from actions.filters import Filters
from graph import service as graph
from kb import auth, history, labels, web
from kb.permissions import Capability
from kb.planning import plans, priority_sets, waiting
from search.unasked import likeness

bp = Blueprint("plans", __name__)
MOST_DOUBTS = 50
MOST_PRIORITIES = 12


@bp.get("/plans/<ref>")
@auth.requires(Capability.READ)
def detail(ref: str) -> Response:
    """One plan with its numbers, and all its reviews and suspect links."""
    session, person, today = web.session(), web.person(), web.today()
    plan = plans.get(session, ref, person=person)
    doubts = waiting.list_doubts(session, plan, person=person)
    gaps = graph.gaps(session, person, plan, today, has_pairs=False)
    return web.page(
        "plans/detail.html",
        plan=plan,
        sets=priority_sets.list_of(session, plan, person=person),
        extent=graph.extent(session, person, plan),
        counts=actions.counts_by_schedule(session, person, Filters(plan=plan.ref), today),
        gaps={kind: found for kind, found in gaps.items() if found},
        reviews=waiting.list_reviews(session, plan, person=person, until=today + waiting.REVIEW_AHEAD),
        reviews_until=today + waiting.REVIEW_AHEAD,
        doubtful=[(doubt, link) for doubt in doubts for link in doubt.links],
        most_doubts=MOST_DOUBTS,
        nations=labels.nations(),
        changes=history.list_for(session, plan, person=person, limit=10),
        alike=likeness.like(session, web.settings(), person, plan),
        most_priorities=MOST_PRIORITIES,
        may_edit=person.may(Capability.EDIT_PLAN, plan_id=plan.id),
        may_manage=person.may(Capability.MANAGE_MEMBERS, plan_id=plan.id),
    )
