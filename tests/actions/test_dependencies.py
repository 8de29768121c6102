from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from actions import dependencies
from kb.models.link import LinkState, LinkType
from kb.models.record import Visibility
from kb.permissions import Person
from tests.conftest import TODAY

PUBLIC = Person(reads_publicly=True)


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


def waits(session, make, waiting, needed, person=None, **link):
    make.link(waiting, LinkType.DEPENDS_ON, needed, **link)
    return dependencies.warnings(session, [waiting.id], TODAY, person or make.person(make.viewer()))


@pytest.mark.parametrize(
    ("needed", "words"),
    [
        ({"due_on": days(-1)}, "which is 1 day late"),
        ({"due_on": days(-12), "forecast_on": days(90)}, "which is 12 days late"),
        (
            {"due_on": days(55)},
            "which is expected on 17 January 2027, 5 days after this one is due",
        ),
        (
            {"due_on": days(10), "forecast_on": days(51)},
            "which is expected on 13 January 2027, 1 day after this one is due",
        ),
        ({"due_on": days(25)}, "which is expected on 18 December 2026, 5 days after this one starts"),
        ({"due_on": days(21)}, "which is expected on 14 December 2026, 1 day after this one starts"),
        ({"forecast_on": days(60)}, "which is expected on 22 January 2027, 10 days after this one is due"),
        # An owner who expects to be sooner than the date is believed.
        ({"due_on": days(55), "forecast_on": days(20)}, None),
        ({"due_on": days(20)}, None),
        ({}, None),
        ({"due_on": days(-12), "closure": "done", "done_on": TODAY}, None),
    ],
)
def test_whoever_waits_is_told_what_comes_too_late(session, make, needed, words):
    waiting = make.action(starts_on=days(20), due_on=days(50))
    found = waits(session, make, waiting, make.action(title="Course", **needed))
    assert found == ({waiting.id: [f"Waits for “Course”, {words}"]} if words else {})


@pytest.mark.parametrize("starts_on", [days(-30), TODAY])
def test_what_is_under_way_did_not_wait_to_start(session, make, starts_on):
    waiting = make.action(starts_on=starts_on, due_on=days(50))
    assert waits(session, make, waiting, make.action(due_on=days(40))) == {}
    assert "after this one is due" in waits(session, make, waiting, make.action(due_on=days(51)))[waiting.id][0]


def test_what_is_waited_for_is_told_of_the_other_one(session, make):
    waiting, person = make.action(starts_on=days(20), due_on=days(50)), make.person(make.viewer())
    for due_on, words in ((days(51), "1 day after that one is due"), (days(25), "5 days after that one starts")):
        needed = make.action(due_on=due_on)
        make.link(waiting, LinkType.DEPENDS_ON, needed)
        (delay,) = dependencies.delays(session, [needed.id], TODAY, person)
        assert delay.how_there.endswith(words)


def test_an_action_without_dates_is_warned_of_what_is_overdue_alone(session, make):
    assert waits(session, make, make.action(), make.action(due_on=days(400))) == {}
    assert waits(session, make, make.action(), make.action(due_on=days(-1))) != {}


def test_whoever_waits_for_what_was_stopped_is_warned_whatever_its_dates_say(session, make):
    stopped = make.action(title="Course", closure="stopped", done_on=days(-3), due_on=days(1))
    waiting = make.action(due_on=days(50))
    words = "which was stopped on 20 November 2026"
    assert waits(session, make, waiting, stopped) == {waiting.id: [f"Waits for “Course”, {words}"]}
    person = make.person(make.viewer())
    assert dependencies.awaited(session, [waiting], TODAY, person)[waiting.id][0].late == words
    assert waits(session, make, make.action(closure="done", done_on=TODAY), stopped) == {}


def test_a_closed_action_waits_for_nothing(session, make):
    assert waits(session, make, make.action(closure="done", done_on=TODAY), make.action(due_on=days(-1))) == {}


def test_a_retired_link_makes_nobody_wait_and_a_doubtful_one_does(session, make):
    late = make.action(due_on=days(-1))
    assert waits(session, make, make.action(), late, state=LinkState.RETIRED) == {}
    assert waits(session, make, make.action(), late, state=LinkState.SUSPECT) != {}


def test_the_worst_delay_comes_first(session, make):
    waiting = make.action()
    make.link(waiting, LinkType.DEPENDS_ON, make.action(title="Less", due_on=days(-2)))
    found = waits(session, make, waiting, make.action(title="More", due_on=days(-9)))
    assert [words.split("”")[0] for words in found[waiting.id]] == ["Waits for “More", "Waits for “Less"]


def test_a_draft_is_not_told_of_to_those_who_may_not_see_it(session, make):
    waiting, draft = make.action(), make.action(due_on=days(-1), visibility=Visibility.DRAFT)
    assert waits(session, make, waiting, draft) == {}
    assert dependencies.warnings(session, [waiting.id], TODAY, make.person(make.lead())) != {}


def test_what_an_owner_expects_is_not_told_to_the_public(session, make):
    waiting = make.action(due_on=days(50))
    needed = make.action(due_on=days(10), forecast_on=days(60))
    assert waits(session, make, waiting, needed, PUBLIC) == {}
    assert dependencies.warnings(session, [waiting.id], TODAY, make.person(make.viewer())) != {}


def test_both_ends_of_a_delay_are_found_and_only_those_that_wait_are_warned(session, make):
    waiting, needed, person = make.action(), make.action(due_on=days(-1)), make.person(make.viewer())
    make.link(waiting, LinkType.DEPENDS_ON, needed)
    (delay,) = dependencies.delays(session, [needed.id], TODAY, person)
    assert (delay.waiting_id, delay.needed_id, delay.how) == (waiting.id, needed.id, "which is 1 day late")
    assert dependencies.warnings(session, [needed.id], TODAY, person) == {}


def test_many_actions_take_no_more_statements_than_one(session, make, count_statements):
    assert dependencies.warnings(session, [], TODAY, PUBLIC) == {}
    actions = [make.action(due_on=days(-1)) for _ in range(12)]
    for waiting, needed in pairwise(actions):
        make.link(waiting, LinkType.DEPENDS_ON, needed)
    person = make.person(make.viewer())
    ids = [action.id for action in actions]
    session.expunge_all()
    with count_statements() as count:
        found = dependencies.warnings(session, ids, TODAY, person)
    assert len(found) == 11
    assert count.number == 1
