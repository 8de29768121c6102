"""A small knowledge base with something of every kind and somebody in every role, for trials that use the pages."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from kb.accounts import sessions
from kb.assembly import open_database
from kb.db import now
from kb.models.link import LinkType
from kb.models.plan import PrioritySet
from kb.models.user import User
from search import service as search
from tests.factories import Make

if TYPE_CHECKING:
    from kb.config import Settings

TODAY = date(2026, 11, 23)
ROLES = ("lead", "steering", "viewer", "owner", "administrator")


def fill(settings: Settings) -> None:
    """Two threads from source to action, one of them broken, and one person in each role."""
    database = open_database(settings)
    with database.writing("seed") as session:
        make = Make(session, TODAY)
        make.plan(ref="plan", title="Workforce plan")
        for role in ("lead", "steering", "viewer"):
            getattr(make, role)().email = f"{role}@example.org"
        make.administrator().email = "administrator@example.org"
        post = make.post(ref="post", title="Head of planning")
        make.owner(post).email = "owner@example.org"
        make.term("AB", "First meaning", "Second meaning")
        make.theme(title="Retention")
        chosen = PrioritySet(ref="set", title="Priorities", plan_id=make.the_plan.id)
        session.add(chosen)
        session.flush()
        for number in range(3):
            source = make.source(nations=("wales",), ref=f"source-{number}")
            point = make.key_point(source)
            implication = make.implication(source, key_points=(point,))
            response = make.response(source, response_type="aligned", text="We do.")
            action = make.action(
                ref=f"action-{number}", owner_id=post.id, due_on=TODAY + timedelta(days=20 * number - 10)
            )
            make.update(action, days_ago=5)
            if number:
                priority = make.priority(set_id=chosen.id)
                make.link(implication, LinkType.CALLS_FOR, priority)
                make.link(priority, LinkType.DELIVERED_BY, action)
                make.link(response, LinkType.ANSWERED_BY, action)
    search.rebuild(database, settings)
    database.engine.dispose()


def sign_in(settings: Settings, role: str) -> str:
    """The session token of the person in this role."""
    database = open_database(settings)
    with database.writing("command") as session:
        user = session.scalars(select(User).where(User.email == f"{role}@example.org")).one()
        token = sessions.open_session(session, user, now=now())
    database.engine.dispose()
    return token
