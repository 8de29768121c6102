"""Limits agree with published values and with an implementation that is not ours."""

import random

import pytest
from statprocon import XmR

from actions.indicators.limits import limits

# The vignette “deviations” of NHSRplotthedots.
ONE_OUTLIER = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]
# The first twenty normal deviates that R draws after set.seed(123): tests of NHSRplotthedots, ptd_spc_standard.
NORMAL = [
    *(-0.56047565, -0.23017749, 1.55870831, 0.07050839, 0.12928774, 1.71506499, 0.46091621, -1.26506123, -0.68685285),
    *(-0.44566197, 1.22408180, 0.35981383, 0.40077145, 0.11068272, -0.55584113, 1.78691314, 0.49785048, -1.96661716),
    *(0.70135590, -0.47279141),
]
NORMAL_WITH_OUTLIER = [*NORMAL[:14], 10.0, *NORMAL[15:]]


@pytest.mark.parametrize(
    ("values", "screens", "mean", "lower", "upper"),
    [
        (ONE_OUTLIER, True, 1.94, -0.72, 4.6),
        (ONE_OUTLIER, False, 1.94, -3.06, 6.95),
        (NORMAL, True, 0.1416238, -3.01138, 3.294627),
        (NORMAL_WITH_OUTLIER, True, 0.6694159, -2.383666, 3.722497),
        (NORMAL_WITH_OUTLIER, False, 0.6694159, -4.596625, 5.935457),
        (range(1, 11), True, 5.5, 2.84, 8.16),
        ([3, 1, 4, 1, 5, 9, 2], True, 3.5714, -6.6252, 13.7681),
    ],
)
def test_limits_are_those_that_were_published(values, screens, mean, lower, upper):
    found = limits(list(values), screens=screens)
    printed = [len(f"{number}".partition(".")[2]) for number in (mean, lower, upper)]
    assert [
        round(each, digits) for each, digits in zip((found.mean, found.lower, found.upper), printed, strict=True)
    ] == [
        mean,
        lower,
        upper,
    ]


def test_near_limits_are_two_thirds_of_the_way():
    found = limits(list(range(1, 11)), screens=True)
    assert (round(found.near_lower, 4), round(found.near_upper, 4)) == (3.7267, 7.2733)


def test_a_thousand_series_have_the_limits_that_statprocon_gives():
    for seed in range(1000):
        draw = random.Random(seed)
        values = [
            round(draw.gauss(draw.choice((0, 50, 1e4)), draw.choice((0.5, 9, 300))), 2)
            for _ in range(draw.randint(2, 60))
        ]
        other, found = XmR(values), limits(values)
        # It prints two decimals and multiplies by 2.66 as we do.
        assert found.upper == pytest.approx(float(other.upper_natural_process_limit()[0]), abs=0.06), seed
        assert found.lower == pytest.approx(float(other.lower_natural_process_limit()[0]), abs=0.06), seed


def test_readings_that_never_change_lie_on_their_limits():
    for screens in (True, False):
        found = limits([0.7] * 14, screens=screens)
        assert (found.side(0.7), found.outside(0.7), found.beyond_near(0.7)) == (0, 0, 0)
        assert (found.outside(0.71), found.outside(0.69)) == (1, -1)


def test_screening_may_leave_no_room_where_one_reading_differs():
    assert limits([1, 1, 1, 1, 2], screens=True).upper == pytest.approx(1.2)  # as NHSRplotthedots has it
    assert limits([1, 1, 1, 1, 2]).upper == pytest.approx(1.865)


def test_one_reading_is_its_own_mean():
    assert limits([4]).mean == limits([4]).upper == 4
