"""Facts about when reviews, ends and readings call for a reminder."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from actions.reminder_models import ReminderKind
from actions.reminding.falling_due import end_near, reading_due, review_due
from kb.planning.reminder_policy import Policy

DAY = date(2026, 12, 16)  # a Wednesday


def days(number):
    return DAY + timedelta(days=number)


@pytest.mark.parametrize(("day", "occurrence"), [
    (-8, None), (-7, DAY), (0, DAY), (27, DAY), (28, days(28)), (55, days(28)), (56, days(56)),
])  # fmt: skip
def test_a_review_is_told_a_week_ahead_and_every_four_weeks_while_it_waits(day, occurrence):
    reached = review_due(ReminderKind.REVIEW, DAY, Policy(), "wales", days(day))
    assert (reached and reached.stage.occurrence) == occurrence


@pytest.mark.parametrize(("policy", "begun_on"), [
    ({}, days(-7)),
    ({"second_days_before": 0}, days(-30)),
    ({"first_days_before": 0, "second_days_before": 0}, DAY),
])  # fmt: skip
def test_a_review_is_told_by_the_plans_days(policy, begun_on):
    assert review_due(ReminderKind.REVIEW, DAY, Policy(**policy), "wales", DAY).begun_on == begun_on


@pytest.mark.parametrize(("nation", "is_told"), [("scotland", True), ("wales", False)])
def test_what_would_be_told_on_a_bank_holiday_is_told_on_the_working_day_before(nation, is_told):
    day = date(2026, 12, 7)  # a week after Saint Andrew's
    assert bool(review_due(ReminderKind.REVIEW, day, Policy(), nation, date(2026, 11, 27))) is is_told


@pytest.mark.parametrize(("day", "is_told"), [(-31, False), (-30, True), (42, True), (43, False)])
def test_an_end_is_told_once_near_it(day, is_told):
    reached = end_near(DAY, Policy(), days(day))
    assert bool(reached) is is_told
    assert not reached or reached.stage.occurrence == DAY


@pytest.mark.parametrize(("frequency", "newest", "today", "due"), [
    ("monthly", date(2026, 10, 31), date(2026, 11, 29), None),
    ("monthly", date(2026, 10, 31), date(2026, 11, 30), date(2026, 11, 30)),
    ("monthly", date(2026, 1, 31), date(2026, 12, 15), date(2026, 11, 30)),
    ("monthly", date(2026, 1, 15), date(2026, 3, 14), date(2026, 2, 15)),
    ("monthly", date(2027, 12, 31), date(2028, 2, 29), date(2028, 2, 29)),
    ("quarterly", date(2026, 9, 30), date(2026, 12, 30), None),
    ("quarterly", date(2026, 9, 30), date(2026, 12, 31), date(2026, 12, 31)),
    ("yearly", date(2028, 2, 29), date(2029, 2, 27), None),
    ("yearly", date(2028, 2, 29), date(2029, 2, 28), date(2029, 2, 28)),
    ("yearly", date(2028, 2, 28), date(2029, 2, 28), date(2029, 2, 28)),
    ("once", date(2020, 1, 1), date(2026, 1, 1), None),
    ("not-stated", None, date(2026, 1, 1), None),
    ("monthly", None, date(2026, 2, 1), None),
    ("monthly", None, date(2026, 2, 2), date(2026, 2, 2)),
    ("monthly", date(2027, 1, 31), date(2026, 12, 1), None),
])  # fmt: skip
def test_a_reading_is_due_when_its_next_period_has_ended_and_the_newest_of_several_is_told(
    frequency, newest, today, due
):
    reached = reading_due(frequency, newest, date(2026, 1, 2), today)
    assert (reached and reached.stage.occurrence) == due
