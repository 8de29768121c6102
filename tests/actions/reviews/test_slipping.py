"""How far an action slipped, and how often it was moved."""

from __future__ import annotations

from datetime import date

from actions.reviews.slipping import Dates, Slip, middle, slip_of

JUNE, JULY, AUGUST, MAY = date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1), date(2026, 5, 1)
FROM_JUNE, TO_JULY = "1 June 2026", "1 July 2026"


def test_a_due_date_that_moved_later_is_a_slip_by_the_days_between():
    assert slip_of(Dates(JULY, None, [(FROM_JUNE, TO_JULY)])) == Slip(30, 1, JUNE, JULY, is_forecast=False)


def test_a_due_date_that_came_forward_is_none():
    assert slip_of(Dates(JUNE, None, [(TO_JULY, FROM_JUNE)])) is None


def test_what_was_moved_later_and_back_again_did_not_slip():
    assert slip_of(Dates(JUNE, None, [(FROM_JUNE, TO_JULY), (TO_JULY, FROM_JUNE)])) is None


def test_two_moves_are_one_slip_from_the_first_day_to_the_last():
    moved = [(FROM_JUNE, TO_JULY), (TO_JULY, "1 August 2026")]
    assert slip_of(Dates(AUGUST, None, moved)) == Slip(61, 2, JUNE, AUGUST, is_forecast=False)


def test_a_date_that_was_taken_away_and_set_again_moved_from_what_it_was():
    assert slip_of(Dates(JULY, None, [(FROM_JUNE, None), (None, TO_JULY)])) == Slip(
        30, 1, JUNE, JULY, is_forecast=False
    )


def test_an_action_that_had_no_date_before_did_not_slip():
    assert slip_of(Dates(JULY, None, [(None, TO_JULY)])) is None


def test_a_first_forecast_counts_from_the_due_date():
    assert slip_of(Dates(JUNE, JULY, expected=[JULY])) == Slip(30, 1, JUNE, JULY, is_forecast=True)


def test_a_later_forecast_counts_from_the_one_before():
    found = slip_of(Dates(JUNE, AUGUST, expected=[JULY, AUGUST], had_forecast=True))
    assert found == Slip(31, 1, JULY, AUGUST, is_forecast=True)


def test_a_forecast_counts_from_the_due_date_that_stood_then_and_not_from_the_one_of_today():
    moved = [("1 May 2026", FROM_JUNE)]
    assert slip_of(Dates(JUNE, JULY, moved, [JULY])) == Slip(61, 1, MAY, JULY, is_forecast=True)


def test_a_forecast_that_was_given_up_is_none():
    assert slip_of(Dates(JUNE, None, expected=[JULY])) is None


def test_a_forecast_that_came_forward_or_stayed_is_none():
    assert slip_of(Dates(JUNE, JULY, expected=[AUGUST, JULY], had_forecast=True)) is None
    assert slip_of(Dates(JUNE, JULY, expected=[JULY, JULY], had_forecast=True)) is None


def test_the_days_in_the_middle_are_the_median():
    slips = [Slip(days, 1, JUNE, JULY, is_forecast=False) for days in (10, 90, 37)]
    assert middle(slips) == 37
    assert middle([]) == 0
