"""A page sends the same number of SQL statements however many rows there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb import history, shortlists
from kb.models.link import LinkState, LinkType
from kb.models.organisation import PostHolding
from kb.models.user import Membership, Role
from kb.permissions import SYSTEM
from kb.removal import deleting
from tests.project.test_budgets import statements_of, warm

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from actions.indicator_models import Indicator
    from actions.models import Action
    from kb.models.figure import Figure
    from kb.models.organisation import Post
    from kb.models.plan import Priority
    from kb.models.source import Source
    from kb.models.user import User
    from tests.browsing import Browser
    from tests.factories import Make

FEW, MANY = 3, 30  # more than a page of a list
LISTS = (
    *(
        "/",
        "/steering",
        "/gaps",
        "/coverage",
        "/coverage?by=sources",
        "/coverage?by=actions",
        "/coverage/cell",
        "/changes",
        "/my-actions",
        "/shortlist",
        "/deletions",
        "/people",
        "/search?q=nurse&kind=source",
    ),
    *(
        "/sources",
        "/sources?sort=newest",
        "/actions",
        "/actions?sort=owner",
        "/timeline?span=all",
        "/priorities",
        "/plans",
        "/indicators",
    ),
    *("/organisations", "/posts", "/themes", "/staff-groups", "/glossary", "/figures", "/comparisons", "/key-points"),
    *("/duplicates?kind=source", "/duplicates?kind=organisation", "/search?q=nurse&kind=source"),
    *("/api/v1/actions", "/api/v1/sources", "/api/v1/figures", "/api/v1/indicators"),
)


def test_ten_times_the_rows_take_the_same_number_of_statements(browse: Browser, make: Make, session: Session) -> None:
    reader = make.user(role=Role.LEAD, is_administrator=True)
    source, post = make.source(ref="a-source"), make.post(ref="a-post")
    figure, action = make.figure(source, ref="a-figure"), make.action(ref="an-action", owner_id=post.id)
    priority, indicator = make.priority(ref="a-priority"), make.indicator(ref="an-indicator")
    one_set = make.priority_set(ref="a-set", source_id=source.id)
    session.add(PostHolding(post_id=post.id, user_id=reader.id, from_on=make.today))

    def fill(number: int) -> None:
        for _ in range(number):
            _one_of_each(make, session, reader)
            _around_a_source(make, source, figure, one_set.id)
            _around_an_action(make, session, reader, action, priority, indicator, post)
        session.commit()

    records = (
        *("/sources/a-source", "/sources/a-source/map", "/sources/a-source/thread", "/delete/sources/a-source"),
        *("/sources/a-source/thread/explore/data", "/sources/a-source/thread/explore/near"),
        *("/history/sources/a-source", "/figures/a-figure", "/priority-sets/a-set", "/priorities/a-priority"),
        *("/priorities/a-priority/thread", "/actions/an-action", "/actions/an-action/update", "/posts/a-post"),
        *("/indicators/an-indicator", f"/plans/{make.the_plan.ref}", f"/plans/{make.the_plan.ref}/members"),
    )
    browse.sign_in(reader)
    fill(FEW)
    warm(browse)
    few = {address: len(statements_of(browse, address)) for address in (*LISTS, *records)}
    fill(MANY - FEW)
    warm(browse)
    many = {address: len(statements_of(browse, address)) for address in (*LISTS, *records)}
    assert {address: (few[address], many[address]) for address in few if few[address] != many[address]} == {}


def _one_of_each(make: Make, session: Session, reader: User) -> None:
    """One more row of every list."""
    theme, group, body = make.theme(), make.staff_group(), make.organisation(body_kind="health-board")
    post = make.post(organisation_id=body.id)
    source = make.source(nations=("wales",), publishers=[body], themes=[theme], summary="More nurses.")
    implication = make.implication(source, key_points=(make.key_point(source, site="Tees"),), staff_groups=[group])
    make.comparison(make.figure(source), make.figure(source))
    response = make.response(source, text="We agree.", response_type="aligned", review_by=make.today)
    make.link(implication, LinkType.CALLS_FOR, make.priority(), state=LinkState.SUSPECT)
    action = make.action(owner_id=post.id, due_on=make.today, measure="Posts filled.")
    make.link(response, LinkType.ANSWERED_BY, action)
    make.reading(make.indicator(owner_id=post.id), ends_on=make.today, value=1.0)
    make.term(f"N-{theme.ref}", "National union of nurses", "Nurses")
    make.owner(post)
    session.add(Membership(user_id=reader.id, plan_id=make.plan().id, role=Role.VIEWER))
    by = make.person(reader)
    shortlists.add(session, [f"source:{source.ref}", f"action:{action.ref}"], by=by)
    history.note(session, source, "title", "Old", source.title, by=by)
    deleting.delete(session, make.source(), reason="Entered twice", by=SYSTEM)


def _around_a_source(make: Make, source: Source, figure: Figure, set_id: int) -> None:
    """One more part of everything that the page of a source shows."""
    make.implication(source, key_points=(make.key_point(source),))
    make.comparison(figure, make.figure(source))
    make.priority(set_id=set_id, plan_id=None)
    make.link(source, LinkType.DRAWS_ON, make.source())


def _around_an_action(
    make: Make, session: Session, reader: User, action: Action, priority: Priority, indicator: Indicator, post: Post
) -> None:
    """One more of everything that the pages of an action, a priority, an indicator and a post show."""
    make.update(action, confidence="at-risk", support_needed="Two trainers.")
    make.link(priority, LinkType.DELIVERED_BY, make.action(owner_id=post.id, due_on=make.today))
    make.link(make.priority(), LinkType.DELIVERED_BY, action)
    make.link(make.implication(), LinkType.CALLS_FOR, priority)
    make.link(action, LinkType.MEASURED_BY, make.indicator())
    make.link(make.action(), LinkType.MEASURED_BY, indicator)
    history.note(session, action, "title", "Old", action.title, by=make.person(reader))
