"""Facts about which reminder a day calls for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from actions.reminder_models import ReminderKind
from actions.reminding.stages import (
    Facts,
    Stage,
    asks_from,
    next_asked_on,
    reached_by,
    stage_of,
    told_higher_on,
    working_days_late,
)
from kb.planning.reminder_policy import Policy

DUE = date(2026, 12, 16)  # a Wednesday
KNOWN = date(2026, 11, 1)
FIRST = DUE.replace(year=1626)


def facts(*, due_on=DUE, starts_on=None, said=None, known=KNOWN, nation="wales", **policy):
    return Facts(due_on, starts_on, said, known, Policy(**{"stale_after_days": 365, **policy}), nation)


def stage(today, **values):
    return stage_of(facts(**values), today)


def days(number):
    return DUE + timedelta(days=number)


@pytest.mark.parametrize(
    ("day", "reached"),
    [
        (-31, None),
        (-30, Stage(ReminderKind.DUE_SOON, FIRST)),
        (-8, Stage(ReminderKind.DUE_SOON, FIRST)),
        (-7, Stage(ReminderKind.DUE_SOON, DUE)),
        (-1, Stage(ReminderKind.DUE_SOON, DUE)),
        (0, Stage(ReminderKind.DUE_NOW, DUE)),
        (1, Stage(ReminderKind.OVERDUE, DUE)),
        (7, Stage(ReminderKind.OVERDUE, DUE)),
        (8, Stage(ReminderKind.OVERDUE, DUE + timedelta(days=7))),
        (400, Stage(ReminderKind.OVERDUE, DUE + timedelta(days=399))),
    ],
)
def test_the_stage_follows_the_days_to_the_due_date(day, reached):
    assert stage(days(day), stale_after_days=1000) == reached


@pytest.mark.parametrize(
    ("policy", "kinds"),
    [
        ({"first_days_before": 0}, {-30: None, -8: None, -7: "due-soon"}),
        ({"second_days_before": 0}, {-30: "due-soon", -1: "due-soon"}),
        ({"first_days_before": 0, "second_days_before": 0}, {-30: None, -1: None, 0: "due-now"}),
    ],
)
def test_no_days_before_switch_a_reminder_off(policy, kinds):
    assert {day: getattr(stage(days(day), **policy), "kind", None) for day in kinds} == kinds


def test_both_reminders_before_a_date_are_told_apart_whatever_the_date_moves_to():
    """Moved by the days between the two, what was the second becomes the first: another due date, another reminder."""
    seen = {}
    for moved in range(-60, 400):
        due_on = days(moved)
        for before in (30, 7):
            occurrence = stage(due_on - timedelta(days=before), due_on=due_on).occurrence
            assert seen.setdefault(occurrence, (due_on, before)) == (due_on, before)
    assert len(seen) == 2 * 460


def test_a_leap_day_has_both_reminders():
    leap_day = date(2028, 2, 29)
    assert stage(leap_day - timedelta(days=30), due_on=leap_day).occurrence == date(1628, 2, 29)
    assert stage(leap_day, due_on=leap_day).kind is ReminderKind.DUE_NOW
    assert stage(date(2028, 3, 1), due_on=leap_day) == Stage(ReminderKind.OVERDUE, leap_day)


def test_overdue_comes_again_every_week_or_as_the_plan_says_as_a_new_occurrence():
    for every in (7, 14):
        occurrences = [stage(days(day), overdue_every_days=every).occurrence for day in range(1, 3 * every + 1)]
        assert [occurrences.count(one) for one in sorted(set(occurrences))] == [every] * 3
        assert occurrences[0] == DUE


def test_what_is_due_on_a_weekend_is_due_now_on_the_friday_before():
    sunday = date(2027, 1, 31)
    assert stage(date(2027, 1, 28), due_on=sunday).kind is ReminderKind.DUE_SOON
    assert stage(date(2027, 1, 29), due_on=sunday) == Stage(ReminderKind.DUE_NOW, sunday)
    assert stage(date(2027, 2, 1), due_on=sunday).kind is ReminderKind.OVERDUE


@pytest.mark.parametrize(("nation", "kind"), [("scotland", ReminderKind.DUE_NOW), ("wales", ReminderKind.DUE_SOON)])
def test_what_is_due_on_a_bank_holiday_is_due_now_on_the_working_day_before_in_that_nation(nation, kind):
    saint_andrews = date(2026, 11, 30)  # a Monday
    assert stage(date(2026, 11, 27), due_on=saint_andrews, nation=nation).kind is kind


@pytest.mark.parametrize(("said", "day"), [(-30, -10), (-7, -3), (0, 0), (1, 1), (1, 7), (3, 9)])
def test_what_was_answered_in_its_stage_is_not_chased(said, day):
    assert stage(days(day), said=days(said)) is None


@pytest.mark.parametrize(("said", "day"), [(-31, -10), (-8, -7), (-1, 0), (-1, 1), (1, 8), (0, 20)])
def test_an_answer_from_before_the_stage_does_not_count(said, day):
    assert stage(days(day), said=days(said)) is not None


def test_nothing_said_for_more_than_the_plans_number_of_days_is_stale_and_again_after_as_many():
    def silent(day):
        return stage(KNOWN + timedelta(days=day), due_on=None, stale_after_days=28)

    assert silent(28) is None
    assert silent(29) == Stage(ReminderKind.STALE, KNOWN)
    assert silent(56).occurrence == KNOWN
    assert silent(57).occurrence == KNOWN + timedelta(days=28)


def test_silence_counts_from_the_last_answer_and_not_before_the_start():
    def silent(day, **values):
        return stage(KNOWN + timedelta(days=day), due_on=None, stale_after_days=28, **values)

    said = KNOWN + timedelta(days=20)
    assert silent(48, said=said) is None
    assert silent(49, said=said).occurrence == said
    assert silent(120, starts_on=KNOWN + timedelta(days=100)) is None


def test_a_late_silent_action_is_overdue_and_not_stale_as_well():
    assert stage(days(40), stale_after_days=28).kind is ReminderKind.OVERDUE


def test_a_stage_begins_on_its_first_day():
    for day in range(-30, 60):
        reached = reached_by(facts(), days(day))
        assert reached_by(facts(), reached.begun_on).stage == reached.stage
        assert reached_by(facts(), reached.begun_on - timedelta(days=1)) != reached
    silent = reached_by(facts(due_on=None, stale_after_days=28), KNOWN + timedelta(days=60))
    assert silent.begun_on == KNOWN + timedelta(days=57)


def test_each_day_of_five_years_calls_for_the_same_stage_once_each():
    """No day is skipped or doubled around the changes of the clock, leap days and the turn of the year."""
    seen = set()
    for day in range(5 * 366):
        seen.add(stage(days(1) + timedelta(days=day)).occurrence)
    gaps = {later - earlier for earlier, later in zip(sorted(seen), sorted(seen)[1:], strict=False)}
    assert gaps == {timedelta(days=7)}


@pytest.mark.parametrize(
    ("policy", "day"),
    [
        ({}, DUE - timedelta(days=30)),
        ({"first_days_before": 0}, DUE - timedelta(days=7)),
        ({"first_days_before": 0, "second_days_before": 0}, DUE),
    ],
)
def test_an_owner_is_asked_from_the_first_reminder_or_the_day_itself(policy, day):
    assert asks_from(DUE, Policy(**policy), "wales") == day


@pytest.mark.parametrize(
    ("today", "values", "day"),
    [
        (KNOWN, {}, date(2026, 11, 16)),
        (days(-20), {"said": days(-25)}, days(-7)),
        (days(-3), {"said": days(-3)}, DUE),
        (DUE, {"said": DUE}, date(2026, 12, 23)),  # an answer about a late action holds for a week
        (days(5), {"said": days(5)}, date(2026, 12, 29)),  # the 28th is a bank holiday
        (KNOWN, {"due_on": None, "stale_after_days": 28}, date(2026, 11, 30)),
        (days(10), {"known": date(2020, 1, 1)}, None),  # it asks already, and goes on as it does
    ],
)
def test_the_next_day_of_asking_is_the_first_working_day_of_the_next_stage(today, values, day):
    assert next_asked_on(facts(**values), today) == day


def test_others_hear_after_working_days_with_the_bank_holidays_of_the_nation():
    christmas_eve = date(2026, 12, 24)
    assert told_higher_on(christmas_eve, 5, "wales") == date(2027, 1, 5)
    assert told_higher_on(christmas_eve, 5, "scotland") == date(2027, 1, 6)  # the second of January is kept on the 4th
    assert working_days_late(christmas_eve, date(2027, 1, 5), "wales") == 5
    assert working_days_late(christmas_eve, date(2027, 1, 5), "scotland") == 4
    assert working_days_late(christmas_eve, christmas_eve, "wales") == 0
