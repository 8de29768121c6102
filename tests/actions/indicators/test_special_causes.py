"""The rules of NHSRplotthedots and of “Making Data Count”, one by one."""

from itertools import accumulate

import pytest

from actions.indicators.limits import limits
from actions.indicators.special_causes import MDC, NHSR, Rule, causes, shifts, trends, two_of_three


@pytest.mark.parametrize(
    ("sides", "found"),
    [
        ([], []),
        ([1] * 6, [0] * 6),
        ([*[1] * 6, -1], [0] * 7),
        ([*[1] * 8, -1], [*[1] * 8, 0]),
        ([*[-1] * 8, 1], [*[-1] * 8, 0]),
        ([-1, *[1] * 8, -1], [0, *[1] * 8, 0]),
        ([1, 1, 1, 0, 1, 1, 1, 1], [0] * 8),
        ([0] * 9, [0] * 9),
    ],
)
def test_seven_on_one_side_are_a_shift_and_one_on_the_mean_breaks_it(sides, found):
    assert shifts(sides) == found


@pytest.mark.parametrize("ties_break", [True, False])
@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([], []),
        ([5], [0]),
        ([1, 2, 3, 4, 5, 6], [0] * 6),
        ([1, 2, 3, 4, 5, 6, 7], [1] * 7),
        ([2, 1, 2, 3, 4, 5, 6, 7, 3], [0, *[1] * 7, 0]),
        ([7, 6, 5, 4, 3, 2, 1], [-1] * 7),
        ([2, 7, 6, 5, 4, 3, 2, 1, 3], [0, *[-1] * 7, 0]),
        ([*range(1, 8), *range(6, 0, -1)], [*[1] * 6, *[-1] * 7]),
        ([1, 2, 3, 3, 4, 5, 6], [0] * 7),
        ([4] * 9, [0] * 9),
    ],
)
def test_seven_that_rise_or_fall_are_a_trend_and_the_later_one_wins(values, found, ties_break):
    assert trends(values, ties_break=ties_break) == found


def test_equal_values_end_a_trend_in_one_ruleset_and_not_in_the_other():
    values = [1, 2, 3, 3, 4, 5, 6, 7]
    assert trends(values, ties_break=True) == [0] * 8
    assert trends(values, ties_break=False) == [1] * 8
    assert trends([*values, 7, 6, 5], ties_break=False) == [*[1] * 8, 0, 0, 0]


@pytest.mark.parametrize(
    ("near", "sides", "found"),
    [
        ([], [], []),
        ([1, 0, 1], [1, 1, 1], [1, 0, 1]),
        ([0, 1, 1], [1, 1, 1], [0, 1, 1]),
        ([1, 1, 0], [1, 1, 1], [1, 1, 0]),
        ([-1, -1, 0], [-1, -1, -1], [-1, -1, 0]),
        ([1, 0, -1], [1, 1, -1], [0, 0, 0]),
        ([1, 1, 0], [1, 1, -1], [0, 0, 0]),
        ([1, 0, 0, 1], [1, 1, 1, 1], [0, 0, 0, 0]),
        ([1, 0, 0, 1, 1], [1, 1, 1, 1, 1], [0, 0, 0, 1, 1]),
    ],
)
def test_two_of_three_near_a_limit_count_where_all_three_lie_on_that_side(near, sides, found):
    assert two_of_three(near, sides) == found


def test_a_reading_outside_counts_among_two_of_three_in_the_workbook_only():
    values = [*[-1, 1] * 8, 3.2, 5.8, 1, -1]
    found = limits([-1, 1] * 8)
    near, outside = values.index(3.2), 17
    values[near] = found.near_upper + 0.1
    values[outside] = found.upper + 0.1
    mdc, nhsr = causes(values, found, MDC), causes(values, found, NHSR)
    assert [cause.rule for cause in mdc[near]] == [Rule.NEAR_LIMIT]
    assert not nhsr[near]
    assert [cause.rule for cause in mdc[outside]] == [Rule.OUTSIDE, Rule.NEAR_LIMIT]
    assert [cause.rule for cause in nhsr[outside]] == [Rule.OUTSIDE]


def test_a_reading_on_a_limit_is_within_it():
    found = limits(list(accumulate([0, *[1] * 12])))
    assert not any(cause.rule == Rule.OUTSIDE for each in causes([found.upper, found.lower], found) for cause in each)


def test_only_the_outlier_of_the_vignette_is_special():
    values = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]
    for ruleset in (MDC, NHSR):
        found = causes(values, limits(values, screens=ruleset.screens), ruleset)
        assert [at for at, each in enumerate(found) if each] == [4]


def test_screened_limits_of_one_differing_reading_flag_them_all():
    values = [1, 1, 1, 1, 2]
    assert all(causes(values, limits(values, screens=True), NHSR))
