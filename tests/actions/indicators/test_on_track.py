"""What was read beside what was planned."""

import pytest

from actions.indicators.on_track import Track, against, sum_of


@pytest.mark.parametrize(
    ("planned", "actual", "better", "tolerance", "track", "short_by"),
    [
        (100, 100, "higher", 0, Track.ON_PLAN, 0),
        (100, 120, "higher", 0, Track.ON_PLAN, 0),
        (100, 99, "higher", 0, Track.SHORT, 1),
        (100, 95, "higher", 5, Track.WITHIN, 5),
        (100, 94.9, "higher", 5, Track.SHORT, 5.1),
        (0.3, 0.1 + 0.2, "lower", 0, Track.ON_PLAN, 0),
        (18, 17, "lower", 0, Track.ON_PLAN, 0),
        (18, 20, "lower", 10, Track.SHORT, 2),
        (18, 19, "lower", 10, Track.WITHIN, 1),
        (-8, -9, "higher", 10, Track.SHORT, 1),
        (-8, -8.5, "higher", 10, Track.WITHIN, 0.5),
        (0, 1, "lower", 50, Track.SHORT, 1),
        (100, 50, "none", 0, Track.NEITHER, 0),
    ],
)
def test_a_reading_is_on_plan_tolerated_or_short_by_the_side_that_is_better(
    planned, actual, better, tolerance, track, short_by
):
    found = against(planned, actual, better, tolerance)
    assert (found.track, found.short_by) == (track, pytest.approx(short_by))
    assert found.difference == actual - planned


def test_a_share_is_of_what_was_planned():
    assert against(1168, 958, "higher").share == pytest.approx(17.98, abs=0.01)
    assert against(-8, -10, "higher").share == 25
    assert against(0, 1, "lower").share is None


def test_parts_are_summed_where_there_are_two_and_one_is_stated():
    assert sum_of([0.1, 0.2, None]) == pytest.approx(0.3)
    assert sum_of([0.1] * 10) == 1.0
    assert sum_of([None, None]) is None
    assert sum_of([5.0]) is None
