from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kb.errors import NotFound
from kb.models.link import LinkState, LinkType
from kb.models.record import Visibility
from kb.permissions import SYSTEM, Person
from kb.planning import plans
from tests.conftest import TODAY

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sqlalchemy.orm import Session

    from tests.browsing import Browser
    from tests.factories import Make


def test_the_plan_is_the_one_named_else_ones_own_else_the_first(session: Session, make: Make) -> None:
    first, own = make.plan(title="A plan"), make.plan(title="B plan")
    member = make.person(make.viewer(own))
    assert plans.chosen(session, first.ref, person=member) == first
    assert plans.chosen(session, None, person=member) == own
    assert plans.chosen(session, "no-such-plan", person=Person(reads_publicly=True)) == first


def test_sets_hold_the_priorities_that_the_reader_may_see_and_not_those_of_sources(
    session: Session, make: Make
) -> None:
    shown = make.priority(title="Shown")
    make.priority(title="Draft", set_id=shown.set_id, visibility=Visibility.DRAFT)
    other = make.plan()
    make.priority(title="Elsewhere", plan_id=other.id)

    def titles(person: Person, **values: Any) -> list[list[str]]:
        listed = plans.list_sets(session, person=person, **values)
        return [[priority.title for priority in one.priorities] for one in listed]

    assert titles(make.person(make.viewer())) == [["Shown"], ["Elsewhere"]]
    assert titles(make.person(make.lead()), plan=make.the_plan) == [["Shown", "Draft"]]


def test_what_calls_for_a_priority_is_told_law_first_with_its_source(session: Session, make: Make) -> None:
    priority = make.priority()
    research = make.source(title="Research", category="research")
    policy, law = make.source(title="Policy"), make.source(title="The Act", is_statutory=True)
    starts = [research, make.implication(policy, title="More nurses"), make.response(law, title="Row")]
    for start in starts:
        make.link(start, LinkType.CALLS_FOR, priority)
    make.link(make.source(), LinkType.CALLS_FOR, priority, state=LinkState.RETIRED)
    found = plans.supports_of(session, priority, person=SYSTEM)
    assert [(one.record.title, one.source and one.source.title) for one in found] == [
        ("Row", "The Act"),
        ("More nurses", "Policy"),
        ("Research", "Research"),
    ]


def test_what_is_asked_by_a_hidden_source_is_not_told(session: Session, make: Make) -> None:
    priority, hidden = make.priority(), make.source(visibility=Visibility.DRAFT)
    for start in (hidden, make.implication(hidden), make.source(title="Shown")):
        make.link(start, LinkType.CALLS_FOR, priority)
    found = plans.supports_of(session, priority, person=make.person(make.viewer()))
    assert [one.record.title for one in found] == ["Shown"]


def test_a_hidden_plan_and_a_hidden_priority_are_not_found(session: Session, make: Make) -> None:
    plan = make.plan(visibility=Visibility.DRAFT)
    priority = make.priority(visibility=Visibility.DRAFT)
    with pytest.raises(NotFound):
        plans.get(session, plan.ref, person=make.person(make.viewer()))
    with pytest.raises(NotFound):
        plans.get_priority(session, priority.ref, person=make.person(make.viewer()))


# Pages


def test_the_list_of_priorities_shows_one_plan_and_ones_own_first(browse: Browser, make: Make) -> None:
    make.priority(title="Ours")
    other = make.plan(title="A plan")
    make.priority(title="Theirs", plan_id=other.id)
    browse.sign_in(make.viewer())
    for address, shown, hidden in (("", "Ours", "Theirs"), (f"?plan={other.ref}", "Theirs", "Ours")):
        page = browse.get(f"/priorities{address}").text
        assert shown in page
        assert hidden not in page


def test_the_page_of_a_priority_says_what_calls_for_it_and_what_delivers_it(browse: Browser, make: Make) -> None:
    priority, action = make.priority(), make.action(title="Train nurses", due_on=TODAY)
    make.link(make.implication(title="More nurses"), LinkType.CALLS_FOR, priority, reason="Nurses are few.")
    make.link(priority, LinkType.DELIVERED_BY, action, reason="Training makes nurses.")
    page = browse.sign_in(make.viewer()).get(f"/priorities/{priority.ref}").text
    for words in ("More nurses", "Nurses are few.", "Train nurses", "Training makes nurses.", "Due today"):
        assert words in page
    assert "Gap: " not in page
    assert "/edit" not in page


def test_a_priority_on_its_own_shows_its_gaps_and_a_lead_the_way_to_mend_them(browse: Browser, make: Make) -> None:
    priority = make.priority()
    page = browse.sign_in(make.lead()).get(f"/priorities/{priority.ref}").text
    assert "Gap: no action" in page
    assert "Gap: no source" in page
    assert f"/links/new?from=priority:{priority.ref}&amp;way=delivered-by" in page


def test_a_lead_rewords_a_priority_on_its_page(browse: Browser, make: Make) -> None:
    priority = make.priority(title="Nurses")
    path = f"/priorities/{priority.ref}/edit"
    browse.sign_in(make.lead())
    refused = browse.post(path, {"version": priority.version, "title": "More nurses", "summary": "", "reason": ""})
    assert refused.status_code == 422
    assert "More nurses" in refused.text
    values = {"version": priority.version, "title": "More nurses", "summary": "", "reason": "Clearer"}
    assert browse.post(path, values).status_code == 303
    assert "More nurses" in browse.get(f"/priorities/{priority.ref}").text
    stale = browse.post(path, values | {"title": "Doctors"})
    assert stale.status_code == 409
    assert "Doctors" in stale.text


def test_the_page_of_a_plan_lists_its_reviews_suspect_links_and_gaps(browse: Browser, make: Make) -> None:
    make.response(make.source(title="To review"), review_by=TODAY, response_type="aligned", text="We act")
    start, end = make.implication(title="More nurses"), make.priority(title="Nursing")
    link = make.link(start, LinkType.CALLS_FOR, end, state=LinkState.SUSPECT)
    plan = make.the_plan
    viewed = browse.sign_in(make.viewer()).get(f"/plans/{plan.ref}").text
    for words in ("To review", "Due today", "1 suspect link", "More nurses", "1 priority without an action"):
        assert words in viewed
    assert "Confirm or retire" not in viewed
    assert f"/links/{link.id}/confirm" in browse.sign_in(make.lead()).get(f"/plans/{plan.ref}").text


def test_plan_and_priority_pages_take_as_many_statements_for_many_records_as_for_few(
    browse: Browser, make: Make, count_statements: Callable[[], Any]
) -> None:
    priority = make.priority()
    paths = {f"/priorities/{priority.ref}": 20, "/priorities": 12, f"/plans/{make.the_plan.ref}": 20}

    def more() -> None:
        source = make.source(title="Over", status="ended")
        make.response(source, review_by=TODAY, response_type="aligned", text="We act")
        make.link(make.implication(source), LinkType.CALLS_FOR, priority, state=LinkState.SUSPECT)
        make.link(priority, LinkType.DELIVERED_BY, make.action(owner_id=make.post().id))
        make.priority()

    def statements(path: str) -> int:
        browse.get(path)
        with count_statements() as count:
            browse.get(path)
        return int(count.number)

    browse.sign_in(make.lead())
    more()
    few = {path: statements(path) for path in paths}
    for _ in range(10):
        more()
    assert {path: statements(path) for path in paths} == few
    assert all(few[path] <= most for path, most in paths.items()), few
