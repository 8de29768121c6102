from __future__ import annotations

from datetime import date, timedelta

from actions import record
from actions.models import Milestone
from actions.schedule import State
from kb.models.link import LinkState, LinkType
from kb.models.record import Visibility
from kb.permissions import Person
from tests.conftest import TODAY

PUBLIC = Person(reads_publicly=True)


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


def detail(session, action, person):
    return record.detail(session, action.ref, person, TODAY)


def test_the_page_of_an_action_has_its_links_dependencies_updates_and_advice(session, make, count_statements):
    post, person = make.post(), make.person(make.viewer())
    action = make.action(
        title="Train all", owner_id=post.id, due_on=days(50), baseline_due_on=days(20), measure="80% trained"
    )
    before, after = make.action(), make.action(due_on=days(-2))
    priority, response = make.priority(), make.response()
    make.link(action, LinkType.DEPENDS_ON, before)
    make.link(after, LinkType.DEPENDS_ON, action)
    make.link(response, LinkType.ANSWERED_BY, action)
    make.link(priority, LinkType.DELIVERED_BY, action)
    make.link(make.priority(), LinkType.DELIVERED_BY, action, state=LinkState.RETIRED)
    make.update(action, days_ago=40, support_needed="Two trainers")
    session.expunge_all()
    with count_statements() as count:
        detail = record.detail(session, action.ref, person, TODAY)
    assert count.number <= 14
    assert [one.record.ref for one in detail.links] == [priority.ref, response.ref]
    assert [one.action.ref for one in detail.depends_on] == [before.ref]
    assert [(one.action.ref, one.schedule.state) for one in detail.waits_for] == [(after.ref, State.OVERDUE)]
    assert detail.mismatch == "On track, but nothing said for 40 days"
    assert [ask.support_needed for ask in detail.asks] == ["Two trainers"]
    assert [one.field for one in detail.check.missing] == ["description", "resources"]
    assert detail.slips == [days(20), days(50)]


def test_updates_and_what_follows_from_them_are_not_shown_to_the_public(session, make):
    action = make.action(due_on=days(50))
    make.update(action, days_ago=40, support_needed="Two trainers")
    detail = record.detail(session, action.ref, PUBLIC, TODAY)
    assert (list(detail.updates), detail.asks, detail.mismatch) == ([], [], "")


def test_milestones_stand_by_their_dates_and_say_when_they_come_after_the_end(session, make):
    action = make.action(due_on=days(50))
    for title, due_on, done_on in (
        ("Undated", None, None),
        ("Late", days(-20), None),
        ("Beyond", days(51), None),
        ("Done", days(60), days(-1)),
    ):
        session.add(Milestone(action_id=action.id, title=title, due_on=due_on, done_on=done_on))
    session.flush()
    steps = detail(session, action, make.person(make.viewer())).steps
    assert [(one.milestone.title, one.schedule.state, one.beyond) for one in steps] == [
        ("Late", State.OVERDUE, ""),
        ("Beyond", State.ON_TIME, "1 day after the action is due"),
        ("Done", State.CLOSED, ""),
        ("Undated", State.NO_DATE, ""),
    ]


def test_on_track_is_held_against_a_late_milestone_and_a_late_dependency(session, make):
    action, late = make.action(due_on=days(50)), make.action(title="Late one", due_on=days(-12))
    make.update(action)
    make.link(action, LinkType.DEPENDS_ON, late)
    session.add(Milestone(action_id=action.id, title="Half", due_on=days(-20)))
    session.flush()
    found = detail(session, action, make.person(make.viewer()))
    assert found.mismatch == "On track, but a milestone is 20 days late, and it waits for something late or stopped"
    assert found.waits == ["Waits for “Late one”, which is 12 days late"]
    needed = detail(session, late, make.person(make.viewer()))
    assert [(one.action.ref, one.late) for one in needed.waits_for] == [(action.ref, "which is 12 days late")]


def test_a_draft_at_the_other_end_is_no_dependency_for_whoever_may_not_see_it(session, make):
    action, draft = make.action(due_on=days(50)), make.action(due_on=days(-12), visibility=Visibility.DRAFT)
    make.link(action, LinkType.DEPENDS_ON, draft)
    assert detail(session, action, make.person(make.viewer())).depends_on == []
    assert detail(session, action, make.person(make.viewer())).waits == []
    assert len(detail(session, action, make.person(make.lead())).waits) == 1
