"""Home: find, and know what waits; and the list of recent changes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, Response

from actions import mine
from actions import service as actions
from actions.filters import Filters
from graph import service as graph
from kb import auth, history, plans, stats, web
from kb.permissions import Capability

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from kb.models.plan import Plan
    from kb.permissions import Person

bp = Blueprint("kb", __name__)
SHOWN = 3
REVIEW_AHEAD = timedelta(days=60)
PER_PAGE = 50


@bp.get("/")
@auth.requires(Capability.READ)
def home() -> Response:
    """The search box, what needs attention, and the plan from end to end."""
    session, person, today = web.session(), web.person(), web.today()
    plan = plans.chosen(session, None, person=person)
    return web.page(
        "home/index.html",
        plan=plan,
        attention=_attention(session, person, plan, today) if plan else None,
        mine=mine.my_actions(session, person, today) if person.posts else None,
        changes=history.list_recent(session, person=person, limit=5),
        may_edit=person.may(Capability.EDIT_SHARED),
        may_know=person.may(Capability.READ_UPDATES),
    )


def _attention(session: Session, person: Person, plan: Plan, today: date) -> dict[str, object]:
    """What waits in a plan: reviews, suspect links, gaps; and its numbers from end to end."""
    reviews = plans.reviews_due(session, plan, person=person, until=today + REVIEW_AHEAD)
    suspects = plans.suspect_links(session, person=person)
    gaps = {kind: found for kind, found in graph.gaps(session, person, plan, today).items() if found}
    counts = stats.count(session)
    by_schedule = actions.counts_by_schedule(session, person, Filters(plan=plan.ref), today)
    return {
        "reviews": reviews,
        "suspects": suspects,
        "gaps": gaps,
        "over": plans.over_without_successor(session, plan, person=person, today=today),
        "mapped": plans.count_mapped(session, plan, person=person),
        "counts": counts,
        "overdue": by_schedule.get("overdue", 0),
        "closed": by_schedule.get("closed", 0),
        "actions": sum(by_schedule.values()),
    }


@bp.get("/changes")
@auth.requires(Capability.READ)
def changes() -> Response:
    """What people changed lately, newest first."""
    session, person = web.session(), web.person()
    return web.page(
        "home/changes.html",
        changes=history.list_recent(session, person=person, limit=PER_PAGE),
        may_know=person.may(Capability.READ_UPDATES),
    )
