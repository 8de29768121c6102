from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from actions.schedule import (
    Schedule,
    State,
    add_working_days,
    is_working_day,
    mismatch,
    previous_working_day,
    schedule_of,
    schedule_of_milestone,
)
from tests.conftest import TODAY


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


def schedule(**values: Any) -> Schedule:
    usual = {
        "starts_on": None,
        "due_on": days(100),
        "is_open": True,
        "last_said_on": TODAY,
        "counted_from": days(-100),
        "stale_after_days": 28,
        "today": TODAY,
    }
    return schedule_of(**{**usual, **values})


@pytest.mark.parametrize(
    ("due_in", "done", "state"),
    [
        (-1, False, State.OVERDUE),
        (30, False, State.DUE_SOON),
        (31, False, State.ON_TIME),
        (None, False, State.NO_DATE),
        (-1, True, State.CLOSED),
    ],
)
def test_a_milestone_stands_by_its_own_date_alone(due_in, done, state):
    due_on = None if due_in is None else days(due_in)
    assert schedule_of_milestone(due_on, TODAY if done else None, TODAY).state == state


def test_a_closed_action_has_no_schedule_however_late_it_was():
    assert schedule(is_open=False, due_on=days(-5)) == Schedule(State.CLOSED, None, days(-5))


def test_an_action_whose_start_lies_ahead_has_not_started_and_is_not_silent():
    assert schedule(starts_on=days(1), last_said_on=None).state == State.NOT_STARTED
    assert schedule(starts_on=TODAY).state == State.ON_TIME


def test_the_day_after_the_due_date_an_action_is_overdue_by_one_day():
    assert schedule(due_on=days(-1)) == Schedule(State.OVERDUE, 1, days(-1))


def test_overdue_is_said_before_silence():
    assert schedule(due_on=days(-24), last_said_on=days(-80)) == Schedule(State.OVERDUE, 24, days(-24))


@pytest.mark.parametrize("ahead", [0, 1, 30])
def test_from_thirty_days_before_until_the_due_date_an_action_is_due_soon(ahead):
    assert schedule(due_on=days(ahead)) == Schedule(State.DUE_SOON, ahead, days(ahead))


def test_due_soon_is_said_before_silence():
    assert schedule(due_on=days(30), last_said_on=None).state == State.DUE_SOON


def test_more_than_thirty_days_before_the_due_date_an_action_is_on_time():
    assert schedule(due_on=days(31)) == Schedule(State.ON_TIME, 31, days(31))


def test_silence_begins_after_the_days_that_the_plan_allows():
    assert schedule(last_said_on=days(-28)).state == State.ON_TIME
    assert schedule(last_said_on=days(-29)) == Schedule(State.STALE, 29, days(100))


def test_where_nothing_was_ever_said_silence_counts_from_the_day_an_update_could_be_expected():
    assert schedule(last_said_on=None, counted_from=days(-40)).days == 40
    assert schedule(last_said_on=None, counted_from=days(-10)).state == State.ON_TIME


def test_an_action_without_due_date_has_none_until_it_falls_silent():
    assert schedule(due_on=None) == Schedule(State.NO_DATE, None, None)
    assert schedule(due_on=None, last_said_on=days(-29)) == Schedule(State.STALE, 29, None)


def test_on_track_and_overdue_do_not_agree():
    overdue = schedule(due_on=days(-1))
    assert mismatch(overdue, "on-track", TODAY, TODAY) == "On track, but overdue by 1 day"
    assert mismatch(overdue, "on-track", None, TODAY) == "On track, but overdue by 1 day"


def test_a_word_from_before_the_due_date_is_told_with_its_age():
    said = mismatch(schedule(due_on=days(-24)), "on-track", days(-40), TODAY)
    assert said == "On track, but overdue by 24 days, and nothing said for 40 days"


def test_a_word_about_a_silent_action_is_told_with_its_age():
    silent = schedule(last_said_on=days(-40))
    assert mismatch(silent, "on-track", days(-40), TODAY) == "On track, but nothing said for 40 days"
    assert mismatch(silent, "off-track", days(-40), TODAY) == "Off track, but nothing said for 40 days"


def test_words_and_dates_that_agree_need_no_sentence():
    assert mismatch(schedule(), "on-track", TODAY, TODAY) == ""
    assert mismatch(schedule(due_on=days(-1)), "off-track", TODAY, TODAY) == ""
    assert mismatch(schedule(last_said_on=days(-40)), None, None, TODAY) == ""


def test_weekends_are_no_working_days():
    assert not is_working_day(date(2026, 11, 21), "wales")
    assert is_working_day(date(2026, 11, 23), "wales")


@pytest.mark.parametrize(
    ("day", "off"),
    [
        (date(2026, 1, 2), {"scotland"}),
        (date(2026, 3, 17), {"northern-ireland"}),
        (date(2026, 4, 6), {"england", "wales", "northern-ireland", ""}),
        (date(2026, 12, 25), {"england", "wales", "northern-ireland", "scotland", ""}),
    ],
)
def test_each_nation_has_its_own_bank_holidays_and_no_nation_means_england(day, off):
    nations = {"england", "wales", "northern-ireland", "scotland", ""}
    assert {nation for nation in nations if not is_working_day(day, nation)} == off


def test_working_days_are_counted_over_weekends_and_bank_holidays():
    assert add_working_days(date(2026, 12, 24), 1, "england") == date(2026, 12, 29)
    assert add_working_days(date(2026, 11, 20), 5, "wales") == date(2026, 11, 27)
    assert add_working_days(date(2026, 11, 21), 0, "wales") == date(2026, 11, 21)


def test_the_previous_working_day_is_the_day_itself_when_people_work():
    assert previous_working_day(date(2026, 12, 28), "england") == date(2026, 12, 24)
    assert previous_working_day(date(2026, 11, 23), "england") == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({"forecast_on": days(101)}, "expected 1 day after it is due"),
        ({"milestone_days_late": 20}, "a milestone is 20 days late"),
        ({"waits_for_late": True}, "it waits for something late or stopped"),
        (
            {"forecast_on": days(105), "milestone_days_late": 1, "waits_for_late": True},
            "expected 5 days after it is due, and a milestone is 1 day late, "
            "and it waits for something late or stopped",
        ),
    ],
)
def test_on_track_is_held_against_all_that_is_known(known, words):
    said = {"last_said_on": TODAY, "today": TODAY}
    assert mismatch(schedule(), "on-track", **said, **known) == f"On track, but {words}"
    assert mismatch(schedule(), "at-risk", **said, **known) == ""
    assert mismatch(schedule(is_open=False), "on-track", **said, **known) == ""


@pytest.mark.parametrize("forecast_on", [days(100), days(99)])
def test_an_owner_who_expects_to_be_in_time_says_nothing_against_on_track(forecast_on):
    assert mismatch(schedule(), "on-track", TODAY, TODAY, forecast_on=forecast_on) == ""
    assert mismatch(schedule(due_on=None), "on-track", TODAY, TODAY, forecast_on=forecast_on) == ""
