"""What readings make of an indicator: points, spells, icons, and where limits do not fit."""

from datetime import date

import pytest

from actions.indicators.limits import Limits
from actions.indicators.run_charts import Unfit, run, unfit
from actions.indicators.special_causes import MDC, NHSR, RULESETS
from actions.indicators.variation import (
    Assurance,
    Rebase,
    Variation,
    assurance,
    process,
)

USUAL = [10, 12, 11, 9, 10, 11, 10, 12, 9, 11, 10, 11, 9, 12]


def monthly(values):
    return [(date(2024 + month // 12, month % 12 + 1, 1), value) for month, value in enumerate(values)]


def within(lower, upper):
    return Limits((lower + upper) / 2, lower, upper, lower, upper)


@pytest.mark.parametrize(
    ("better", "found"),
    [
        ("higher", [Assurance.FAILS, Assurance.PASSES, Assurance.HIT_OR_MISS]),
        ("lower", [Assurance.PASSES, Assurance.FAILS, Assurance.HIT_OR_MISS]),
        ("none", [None] * 3),
    ],
)
def test_a_target_outside_the_limits_is_always_or_never_met(better, found):
    for ruleset in (MDC, NHSR):
        assert [assurance(within(*each), better, 4, ruleset) for each in ((1, 3), (5, 7), (1, 5))] == found


def test_a_target_on_a_limit_counts_in_the_workbook_only():
    assert [assurance(within(4, 6), "higher", 4, each) for each in (MDC, NHSR)] == [
        Assurance.PASSES,
        Assurance.HIT_OR_MISS,
    ]
    assert [assurance(within(2, 4), "higher", 4, each) for each in (MDC, NHSR)] == [
        Assurance.FAILS,
        Assurance.HIT_OR_MISS,
    ]


def test_an_indicator_that_always_stands_on_its_target_passes():
    for better in ("higher", "lower"):
        assert process(monthly([100.0] * 14), better=better, target=100).assurance is Assurance.PASSES


def test_without_a_target_there_is_no_assurance():
    assert process(monthly(USUAL), better="higher").assurance is None


def test_the_last_reading_makes_the_variation():
    found = process(monthly([*USUAL, 30]), better="higher")
    assert (found.variation, found.last.side) == (Variation.IMPROVEMENT, 1)
    assert process(monthly([*USUAL, 30]), better="lower").variation is Variation.CONCERN
    assert process(monthly([*USUAL, 30]), better="none").variation is Variation.NEITHER
    assert process(monthly([*USUAL, 30, 10]), better="lower").variation is Variation.COMMON


def test_twelve_readings_have_provisional_limits_and_no_icons():
    values = [*USUAL[:11], 40]
    found = process(monthly(values), better="higher", target=50)
    assert found.now.is_provisional
    assert (found.variation, found.assurance) == (None, None)
    assert {point.variation for point in found.points} == {Variation.COMMON}
    assert process(monthly([*USUAL[:12], 40]), better="higher").variation is Variation.IMPROVEMENT


def test_a_rebase_computes_limits_anew_and_the_last_ones_judge_the_target():
    readings = monthly([*USUAL, *(value + 20 for value in USUAL)])
    whole = process(readings, better="higher", target=20)
    cut = process(readings, better="higher", target=20, rebases=[Rebase(readings[14][0])])
    assert [(spell.first, spell.end, spell.of) for spell in cut.spells] == [(0, 14, 14), (14, 28, 14)]
    assert (whole.assurance, cut.assurance) == (Assurance.HIT_OR_MISS, Assurance.PASSES)
    assert cut.variation is Variation.COMMON


def test_runs_do_not_reach_over_a_rebase():
    readings = monthly([*[10, 12] * 5, *[13] * 4, *[13] * 4, *[10, 12] * 5])
    assert any(point.causes for point in process(readings, better="higher").points)
    cut = process(readings, better="higher", rebases=[Rebase(readings[14][0])])
    shifted = [point for point in cut.points for cause in point.causes if cause.rule == "shift"]
    assert not shifted


def test_limits_may_rest_on_the_first_readings_of_a_spell():
    readings = monthly([*USUAL, *[14] * 8])
    found = process(readings, better="higher", rebases=[Rebase(date(2020, 1, 1), until=readings[13][0])])
    assert (found.now.of, found.now.end) == (14, 22)
    assert found.now.limits.mean == pytest.approx(sum(USUAL) / 14)
    assert found.variation is Variation.IMPROVEMENT


def test_a_rebase_without_readings_makes_no_spell():
    readings = monthly(USUAL)
    later = [Rebase(date(2030, 1, 1))]
    assert process(readings, better="higher", rebases=later) == process(readings, better="higher")
    before_it = [Rebase(readings[5][0], until=readings[2][0])]
    assert process(readings, better="higher", rebases=before_it).now.of == len(readings) - 5


def test_a_reading_that_is_better_and_worse_at_once_is_better_in_the_workbook():
    # Above the mean for seven readings while the last seven fall.
    values = [*[10, 10.5] * 8, 20, 19, 18, 17, 16, 15, 14]
    mdc = process(monthly(values), better="higher", ruleset=MDC)
    nhsr = process(monthly(values), better="higher", ruleset=NHSR)
    assert {cause.side for cause in mdc.last.causes} == {1, -1}
    assert (mdc.variation, nhsr.variation) == (Variation.IMPROVEMENT, Variation.CONCERN)


def test_the_hundred_percent_line_of_the_package_is_not_special():
    for ruleset in RULESETS.values():
        assert process(monthly([0.1 + 0.2] * 20), better="higher", ruleset=ruleset).variation is Variation.COMMON


def test_yearly_or_flat_readings_do_not_fit():
    assert unfit(USUAL, "monthly") is None
    assert unfit(USUAL, "yearly") is Unfit.SELDOM
    assert unfit([0, 0, 0, 1, 0, 0, 0, 0], "monthly") is Unfit.FLAT
    assert unfit([3], "monthly") is None


def test_six_in_a_row_beyond_the_median_are_a_shift_on_a_run_chart():
    assert run([1, 9, 1, 9, 1, 9, 1, 1, 9, 9, 5, 9, 9, 9, 9]).is_shift is True
    found = run([1, 2, 1, 2, 3])
    assert (found.median, found.side, found.length) == (2, 1, 1)
    assert run([4, 4, 4]).length == 0
