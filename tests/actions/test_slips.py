from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from actions import editing, slips, updates
from kb import history
from kb.permissions import SYSTEM, Person
from tests.conftest import TODAY


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


@pytest.fixture
def lead(make):
    return make.person(make.lead())


def move(session, action, to, by, reason="asked"):
    editing.move_due_date(session, action.ref, to=to, reason=reason, version=action.version, by=by, today=TODAY)


def moves(session, action, person):
    return slips.moves_of(session, [action.id], person).get(action.id, [])


def test_each_move_says_from_to_by_how_much_when_by_whom_and_why(session, make, lead):
    action = make.action(due_on=days(10))
    move(session, action, days(20), lead, "Boards asked")
    move(session, action, days(15), SYSTEM, "Found time")
    first, second = moves(session, action, lead)
    assert (first.before, first.after, first.days, first.reason) == (days(10), days(20), 10, "Boards asked")
    assert (second.before, second.after, second.days) == (days(20), days(15), -5)
    assert first.by
    assert first.on == datetime.now(UTC).date()
    assert slips.dates_of(action, [first, second]) == [days(10), days(20), days(15)]


def test_the_public_reads_the_moves_without_names(session, make, lead):
    action = make.action(due_on=days(10))
    move(session, action, days(20), lead)
    assert [one.by for one in moves(session, action, Person(reads_publicly=True))] == [""]


def test_a_first_date_is_no_move_and_one_that_was_taken_away_moves_from_what_it_was(session, make, lead):
    action = make.action(due_on=days(10))
    undated = make.action()
    for old, new in ((None, days(10)), (days(10), None), (None, days(30)), (days(30), days(30)), ("soon", "later")):
        history.note(session, action, "due_on", old, new, by=lead)
    move(session, undated, days(5), lead)
    assert [(one.before, one.after) for one in moves(session, action, lead)] == [(days(10), days(30))]
    assert moves(session, undated, lead) == []
    assert slips.dates_of(undated, []) == [days(5)]


def test_no_action_asks_nothing(session, lead, count_statements):
    with count_statements() as count:
        assert slips.moves_of(session, [], lead) == {}
    assert count.number == 0


def forecasts(session, action, person):
    return slips.forecasts_of(action, updates.list_for(session, action, person), moves(session, action, person))


def test_what_the_owner_expected_moves_from_the_due_date_and_then_from_forecast_to_forecast(session, make, lead):
    post = make.post()
    action = make.action(due_on=days(10))
    make.update(action, days_ago=30, forecast_on=None)
    make.update(action, days_ago=20, forecast_on=days(10))
    make.update(action, days_ago=10, forecast_on=days(15), forecast_reason="Two left", post_id=post.id)
    make.update(action, days_ago=5, forecast_on=days(15), person_id=lead.user_id)
    make.update(action, days_ago=1, forecast_on=days(12), person_id=lead.user_id)
    found = forecasts(session, action, lead)
    assert [(one.before, one.after, one.is_forecast) for one in found] == [
        (days(10), days(15), True),
        (days(15), days(12), True),
    ]
    assert (found[0].reason, found[0].by, found[0].on) == ("Two left", post.title, days(-10))
    assert found[1].by.startswith("Person")


def test_a_forecast_is_held_against_the_due_date_of_its_day(session, make, lead):
    action = make.action(due_on=days(10))
    make.update(action, days_ago=20, forecast_on=days(10))
    move(session, action, days(40), lead)
    assert forecasts(session, action, lead) == []


def test_a_forecast_of_an_action_without_a_date_moves_once_it_is_said_otherwise(session, make, lead):
    action = make.action()
    make.update(action, days_ago=20, forecast_on=days(10))
    make.update(action, days_ago=10, forecast_on=days(11))
    assert [(one.before, one.after, one.by) for one in forecasts(session, action, lead)] == [(days(10), days(11), "")]
