from __future__ import annotations

import pytest

from actions.completeness import missing
from tests.conftest import TODAY

WHOLE = {"due_on": TODAY, "measure": "80% of staff trained", "description": "A course for each ward"}


def fields(action, has_priority=True):
    return [one.field for one in missing(action, has_priority=has_priority)]


def test_an_action_that_lacks_nothing_gets_no_advice(make):
    assert fields(make.action(owner_id=make.post().id, **WHOLE)) == []


def test_an_action_that_lacks_everything_gets_the_three_pieces_of_advice_that_matter_most(make):
    assert fields(make.action(), has_priority=False) == ["owner", "due_on", "measure"]


def test_an_action_without_priority_is_told_so(make):
    assert fields(make.action(owner_id=make.post().id, **WHOLE), has_priority=False) == ["priority"]


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("More staff are trained", ["measure"]),
        ("Every ward has a lead", []),
        ("Two cohorts", []),
        ("30 posts filled", []),
    ],
)
def test_a_measure_should_have_a_number_or_say_every_or_none(make, measure, expected):
    assert fields(make.action(owner_id=make.post().id, **{**WHOLE, "measure": measure})) == expected


def test_a_closed_action_gets_no_advice(make):
    assert fields(make.action(closure="done", done_on=TODAY)) == []
