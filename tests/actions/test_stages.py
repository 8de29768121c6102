"""Facts about which reminder a day calls for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from actions.reminder_models import ReminderKind
from actions.reminding.stages import Facts, Stage, stage_of

DUE = date(2026, 12, 16)  # a Wednesday
KNOWN = date(2026, 11, 1)


def stage(today, *, due_on=DUE, starts_on=None, said=None, known=KNOWN, stale=365):
    return stage_of(Facts(due_on, starts_on, said, known, stale, "wales"), today)


def days(number):
    return DUE + timedelta(days=number)


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (-15, None),
        (-14, ReminderKind.DUE_SOON),
        (-1, ReminderKind.DUE_SOON),
        (0, ReminderKind.DUE_NOW),
        (1, ReminderKind.OVERDUE),
        (400, ReminderKind.OVERDUE),
    ],
)
def test_the_stage_follows_the_days_to_the_due_date(day, kind):
    reached = stage(days(day), stale=1000)
    assert (reached.kind if reached else None) == kind


def test_overdue_comes_again_every_fortnight_as_a_new_occurrence():
    occurrences = [stage(days(day)).occurrence for day in range(1, 43)]
    assert [occurrences.count(one) for one in sorted(set(occurrences))] == [14, 14, 14]
    assert occurrences[0] == DUE


def test_what_is_due_on_a_weekend_is_due_now_on_the_friday_before():
    sunday = date(2027, 1, 31)
    assert stage(date(2027, 1, 28), due_on=sunday).kind is ReminderKind.DUE_SOON
    assert stage(date(2027, 1, 29), due_on=sunday) == Stage(ReminderKind.DUE_NOW, sunday)
    assert stage(date(2027, 2, 1), due_on=sunday).kind is ReminderKind.OVERDUE


@pytest.mark.parametrize(("said", "day"), [(-14, -10), (-3, -3), (0, 0), (1, 1), (1, 14)])
def test_what_was_answered_in_its_stage_is_not_chased(said, day):
    assert stage(days(day), said=days(said)) is None


@pytest.mark.parametrize(("said", "day"), [(-15, -10), (-1, 0), (-1, 1), (1, 15), (0, 20)])
def test_an_answer_from_before_the_stage_does_not_count(said, day):
    assert stage(days(day), said=days(said)) is not None


def test_nothing_said_for_more_than_the_plans_number_of_days_is_stale_and_again_after_as_many():
    assert stage(KNOWN + timedelta(days=28), due_on=None, stale=28) is None
    assert stage(KNOWN + timedelta(days=29), due_on=None, stale=28) == Stage(ReminderKind.STALE, KNOWN)
    assert stage(KNOWN + timedelta(days=56), due_on=None, stale=28).occurrence == KNOWN
    assert stage(KNOWN + timedelta(days=57), due_on=None, stale=28).occurrence == KNOWN + timedelta(days=28)


def test_silence_counts_from_the_last_answer_and_not_before_the_start():
    said = KNOWN + timedelta(days=20)
    assert stage(KNOWN + timedelta(days=48), due_on=None, said=said, stale=28) is None
    assert stage(KNOWN + timedelta(days=49), due_on=None, said=said, stale=28).occurrence == said
    starts = KNOWN + timedelta(days=100)
    assert stage(KNOWN + timedelta(days=120), due_on=None, starts_on=starts, stale=28) is None


def test_a_late_silent_action_is_overdue_and_not_stale_as_well():
    assert stage(days(40), stale=28).kind is ReminderKind.OVERDUE


def test_each_day_of_five_years_calls_for_the_same_stage_once_each():
    """No day is skipped or doubled around the changes of the clock, leap days and the turn of the year."""
    seen = set()
    for day in range(5 * 366):
        reached = stage(days(1) + timedelta(days=day))
        seen.add(reached.occurrence)
    gaps = {later - earlier for earlier, later in zip(sorted(seen), sorted(seen)[1:], strict=False)}
    assert gaps == {timedelta(days=14)}
