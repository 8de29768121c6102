"""Which periods of an indicator have ended, and which nobody has read."""

from datetime import date

import pytest

from actions.indicators.periods import last_ended, later, missing

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("frequency", "counted", "ended"),
    [
        ("monthly", date(2026, 9, 30), date(2026, 10, 31)),
        ("monthly", date(2026, 10, 31), None),
        ("monthly", date(2026, 10, 22), TODAY),
        ("monthly", date(2026, 10, 23), None),
        ("quarterly", date(2026, 3, 31), date(2026, 9, 30)),
        ("quarterly", date(2026, 9, 30), None),
        ("yearly", date(2024, 3, 31), date(2026, 3, 31)),
        ("once", date(2020, 1, 1), None),
        ("not-stated", date(2020, 1, 1), None),
        ("monthly", date(2027, 1, 31), None),
    ],
)
def test_the_newest_period_that_ended_is_the_one_to_read(frequency, counted, ended):
    assert last_ended(frequency, counted, TODAY) == ended


def test_the_last_day_of_a_month_stays_the_last():
    assert [later(date(2026, 1, 31), months) for months in (1, 2, 13)] == [
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2027, 2, 28),
    ]
    assert later(date(2026, 1, 30), 1) == date(2026, 2, 28)


def test_periods_without_a_reading_are_named():
    days = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 5, 31), date(2026, 6, 15)]
    assert missing(days, "monthly") == [date(2026, 3, 31), date(2026, 4, 30)]
    assert missing(days, "quarterly") == []
    assert missing([date(2025, 3, 31), date(2025, 12, 31)], "quarterly") == [date(2025, 6, 30), date(2025, 9, 30)]
    assert missing(days, "not-stated") == missing([], "monthly") == []
