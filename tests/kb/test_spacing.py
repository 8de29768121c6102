"""What stands in a row keeps apart, as near as can be to where it would like to stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.spacing import spaced

numbers = st.floats(-1e4, 1e4)


def test_those_that_do_not_touch_stay():
    assert spaced([0, 20, 50], [10, 10]) == [0, 20, 50]
    assert spaced([], []) == []


def test_a_pair_that_touches_moves_by_half_each():
    assert spaced([10, 10], [8]) == [6, 14]


@given(st.lists(st.tuples(numbers, st.floats(0, 100)), min_size=1, max_size=12))
def test_gaps_are_kept_and_the_middle_stays(rows):
    wanted, gaps = [place for place, _ in rows], [gap for _, gap in rows][1:]
    found = spaced(wanted, gaps)
    assert all(after - before >= gap - 1e-6 for before, after, gap in zip(found, found[1:], gaps, strict=False))
    assert sum(found) == pytest.approx(sum(wanted), abs=1e-4)  # least squares moves no more one way than the other
