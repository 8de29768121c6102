from __future__ import annotations

from datetime import date, timedelta

from actions import remarks, service
from actions.models import Milestone
from kb.models.link import LinkType
from kb.permissions import Person
from tests.conftest import TODAY


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


def of(session, person, *actions):
    pairs = [(action, service.schedule_now(session, action, TODAY)) for action in actions]
    return remarks.of(session, pairs, person, TODAY)


def test_actions_in_a_list_are_remarked_on_where_there_is_something_to_say(session, make):
    quiet, doubtful, waiting = make.action(due_on=days(90)), make.action(due_on=days(90)), make.action()
    late = make.action(title="Late", due_on=days(-3))
    for action in (quiet, doubtful, late):
        make.update(action)
    for due_on, done_on in ((days(-5), None), (days(-9), None), (days(-30), days(-30)), (None, None)):
        session.add(Milestone(action_id=doubtful.id, title="Step", due_on=due_on, done_on=done_on))
    make.link(waiting, LinkType.DEPENDS_ON, late)
    found = of(session, make.person(make.viewer()), quiet, doubtful, waiting, late)
    assert {id: (one.mismatch, one.waits) for id, one in found.items()} == {
        doubtful.id: ("On track, but a milestone is 9 days late", ()),
        waiting.id: ("", ("Waits for “Late”, which is 3 days late",)),
        late.id: ("On track, but overdue by 3 days", ()),
    }


def test_the_public_is_told_of_dates_and_not_of_words(session, make):
    late, waiting = make.action(due_on=days(-3)), make.action()
    make.update(late)
    make.link(waiting, LinkType.DEPENDS_ON, late)
    assert set(of(session, Person(reads_publicly=True), late, waiting)) == {waiting.id}


def test_nothing_is_said_of_closed_actions_and_nothing_is_asked_for_none(session, make, count_statements):
    person = make.person(make.viewer())
    closed = make.action(due_on=days(-3), closure="done", done_on=TODAY, confidence="on-track")
    assert of(session, person, closed) == {}
    with count_statements() as count:
        assert remarks.of(session, [], person, TODAY) == {}
    assert count.number == 0
