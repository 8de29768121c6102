from __future__ import annotations

from datetime import timedelta

import pytest

from actions import completeness
from tests.conftest import TODAY

WHOLE = {
    "title": "Train all wards",
    "due_on": TODAY,
    "measure": "80% of staff trained",
    "description": "A course for each ward",
    "resources": "Two trainers",
}


def check(action, **has):
    known = {"has_ground": True, "has_indicator": False, "has_milestones": False} | has
    return completeness.check(action, **known)


def fields(action, **has):
    return [one.field for one in check(action, **has).missing]


@pytest.fixture
def whole(make):
    """Makes an action that lacks nothing but what is said."""

    def making(**values):
        return make.action(**{"owner_id": make.post().id, **WHOLE, **values})

    return making


def test_an_action_that_lacks_nothing_gets_no_advice(whole):
    found = check(whole())
    assert (found.met, found.unclear, found.missing) == (5, [], [])


def test_an_action_that_lacks_everything_is_told_field_by_field(make):
    found = check(make.action(title="The training of staff"), has_ground=False)
    assert found.met == 0
    assert {part.name: [one.field for one in part.missing] for part in found.unclear} == {
        "specific": ["title", "description"],
        "measurable": ["measure"],
        "achievable": ["owner", "resources"],
        "relevant": ["priority"],
        "time-bound": ["due_on"],
    }


def test_one_part_that_lacks_something_leaves_four_of_five(whole):
    found = check(whole(measure="More staff"))
    assert (found.met, [part.name for part in found.unclear]) == (4, ["measurable"])


@pytest.mark.parametrize(
    ("title", "is_deed"),
    [
        ("Train all wards", True),
        ("Review: the role of the assessor", True),
        ("Bring health and care together", True),
        ("Commission more places", True),
        ("List the courses", True),
        ("Witness the change", True),
        ("Training of staff", False),
        ("Recruitment, and retention", False),
        ("The workforce", False),
        ("More nurses", False),
        ("Leadership", False),
        ("Capability", False),
        ("Governance", False),
    ],
)
def test_a_title_begins_with_what_is_done(whole, title, is_deed):
    assert completeness.begins_with_a_deed(title) == is_deed
    assert fields(whole(title=title)) == ([] if is_deed else ["title"])


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("", ["measure"]),
        ("More staff are trained", ["measure"]),
        ("Every ward has a lead", []),
        ("Two cohorts", []),
        ("30 posts filled", []),
    ],
)
def test_a_measure_has_a_number_or_says_every_or_none_unless_an_indicator_measures_it(whole, measure, expected):
    assert fields(whole(measure=measure)) == expected
    assert fields(whole(measure=measure), has_indicator=True) == []


@pytest.mark.parametrize("said", [{"resources": "Two trainers"}, {"support_needed": "None"}])
def test_either_resources_or_support_are_enough(whole, said):
    assert fields(whole(**{"resources": "", **said})) == []
    assert fields(whole(resources="")) == ["resources"]


def test_an_action_that_nothing_leads_to_is_told_so(whole):
    assert fields(whole(), has_ground=False) == ["priority"]


def test_a_date_that_was_made_up_is_no_date(whole):
    assert fields(whole(is_demonstration_dated=True)) == ["due_on"]


@pytest.mark.parametrize(("length", "expected"), [(183, []), (184, ["milestones"])])
def test_a_long_action_wants_milestones(whole, length, expected):
    action = whole(starts_on=TODAY, due_on=TODAY + timedelta(days=length))
    assert fields(action) == expected
    assert fields(action, has_milestones=True) == []


def test_an_action_without_a_start_runs_from_the_day_it_was_written_down(whole):
    action = whole(due_on=TODAY)
    action.due_on = action.created_at.date() + timedelta(days=184)
    assert fields(action) == ["milestones"]


def test_a_closed_action_gets_no_advice(make):
    assert check(make.action(closure="done", done_on=TODAY)).parts == ()
