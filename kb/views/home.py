"""Home: find, and know what waits; and the list of recent changes."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, Response

from actions import mine, steering
from kb import auth, history, organisations, plans, web
from kb.models.user import Role
from kb.permissions import Capability
from kb.views import attention

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from kb.models.history import Change

bp = Blueprint("kb", __name__)
CHANGES_SHOWN = 5
WEEK = timedelta(days=7)


@bp.get("/")
@auth.requires(Capability.READ)
def home() -> Response:
    """The search box, what waits for the reader, and the plan from end to end."""
    session, person, today = web.session(), web.person(), web.today()
    plan = plans.chosen(session, None, person=person)
    newest = history.list_recent(session, person=person, limit=CHANGES_SHOWN)
    of_week = [change for change in newest if change.at >= _start_of(today - WEEK)]
    changes = of_week or newest
    steers = plan is not None and person.roles.get(plan.id) == Role.STEERING
    return web.page(
        "home/index.html",
        plan=plan,
        attention=attention.of(session, person, plan, today) if plan else None,
        mine=mine.my_actions(session, person, today) if person.posts else None,
        numbers=steering.numbers(session, person, today, plan) if steers else None,
        changes=changes,
        are_of_this_week=bool(of_week),
        posts=_posts_of(changes, today),
        may_edit=plan is not None and person.may(Capability.EDIT_PLAN, plan_id=plan.id),
    )


@bp.get("/changes")
@auth.requires(Capability.READ)
def changes() -> Response:
    """What people changed, newest first."""
    session, person = web.session(), web.person()
    paging = web.paging(history.count_recent(session, person=person))
    found = history.list_recent(session, person=person, limit=paging.limit, offset=paging.offset)
    return web.page("home/changes.html", changes=found, paging=paging, posts=_posts_of(found, web.today()))


def _posts_of(changes: Sequence[Change], today: date) -> dict[int, str] | None:
    """The posts of those who made the changes, by their ids; None for readers who may not know."""
    if not web.person().may(Capability.READ_UPDATES):
        return None
    made_by = {change.person_id for change in changes if change.person_id is not None}
    return organisations.posts_held(web.session(), made_by, today=today) if made_by else {}


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
