"""The days of a review's cycle, in working days of the plan's nation."""

from __future__ import annotations

from datetime import date

from actions.reviews.cycle import Stage, cycle_of

CHRISTMAS = cycle_of(date(2027, 1, 5), 10, 3, "wales")


def test_days_are_counted_back_over_weekends_and_bank_holidays() -> None:
    assert CHRISTMAS.closes_on == date(2026, 12, 30)
    assert CHRISTMAS.asks_on == date(2026, 12, 17)


def test_the_silent_are_reminded_half_way_and_on_the_day_before_the_close() -> None:
    cycle = cycle_of(date(2026, 12, 7), 15, 5, "wales")
    assert cycle.reminds_on == (date(2026, 11, 23), date(2026, 11, 27))


def test_a_short_cycle_reminds_once_or_never() -> None:
    assert len(cycle_of(date(2026, 12, 7), 3, 1, "").reminds_on) == 1
    assert cycle_of(date(2026, 12, 7), 1, 0, "").reminds_on == ()


def test_what_was_said_before_the_request_is_no_answer() -> None:
    assert not CHRISTMAS.is_answered(None)
    assert not CHRISTMAS.is_answered(date(2026, 12, 16))
    assert CHRISTMAS.is_answered(date(2026, 12, 17))


def test_an_answer_is_late_after_the_close() -> None:
    assert not CHRISTMAS.is_late(date(2026, 12, 30))
    assert CHRISTMAS.is_late(date(2026, 12, 31))


def test_the_stage_follows_the_days_until_the_pack_is_frozen_and_the_meeting_closed() -> None:
    def stage(day: date, *, is_frozen: bool = False, is_closed: bool = False) -> Stage:
        return CHRISTMAS.stage(day, is_frozen=is_frozen, is_closed=is_closed)

    assert stage(date(2026, 12, 16)) is Stage.AHEAD
    assert stage(date(2026, 12, 17)) is Stage.ASKING
    assert stage(date(2026, 12, 30)) is Stage.ASKING
    assert stage(date(2026, 12, 31)) is Stage.CLOSED_FOR_ANSWERS
    assert stage(date(2026, 12, 18), is_frozen=True) is Stage.FROZEN
    assert stage(date(2026, 12, 18), is_frozen=True, is_closed=True) is Stage.CLOSED
