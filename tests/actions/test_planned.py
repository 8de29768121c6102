"""Trajectories: what was read beside them, what organisations' parts come to, and what falls short."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from actions.measures import editing, scorecard, service, track_words
from actions.measures.planned import by_period
from kb import history
from kb.errors import Invalid

FIRST, SECOND = date(2020, 3, 31), date(2021, 3, 31)


@pytest.fixture
def plan(session, make):
    """An indicator with what is planned by day and organisation, and what was read."""

    def plan(points, readings=(), **details):
        details.setdefault("direction", "higher")
        details.setdefault("unit", "staff")
        indicator = make.indicator(**details)
        for position, (day, value, body) in enumerate(points):
            period = f"{day.year - 1}/{day.year % 100}"
            organisation_id = body.id if body else None
            make.point(
                indicator, position=position, period=period, ends_on=day, value=value, organisation_id=organisation_id
            )
        for day, value in readings:
            make.reading(indicator, ends_on=day, value=value)
        session.expire_all()
        return service.get(session, indicator.ref, make.person(make.lead()))

    return plan


def told(indicator):
    latest = by_period(indicator).latest
    return track_words.sentence(indicator, latest.actual, latest.against)


def test_the_newest_reading_that_was_planned_for_is_told_with_its_shortfall(plan):
    points = [(FIRST, 1000.0, None), (SECOND, 1168.0, None)]
    short = plan(points, [(FIRST, 1000.0), (SECOND, 958.0), (date(2021, 4, 30), 960.0)], tolerance=5)
    assert told(short) == (
        "Off trajectory: 958 staff on 31 March 2021, against a plan of 1,168 staff. Short by 210 staff, 18%. "
        "Up to 5% is tolerated."
    )
    assert [track_words.beside(period.against, "staff") for period in by_period(short).periods] == [
        "on plan",
        "210 staff, 18%",
    ]
    tolerated = plan(points, [(SECOND, 1150.0)], tolerance=5)
    assert told(tolerated) == (
        "On trajectory: 1,150 staff on 31 March 2021, against a plan of 1,168 staff. Short by 18 staff, 1.5%, within "
        "the 5% that is tolerated."
    )
    assert told(plan(points, [(SECOND, 1200.0)])) == (
        "On trajectory: 1,200 staff on 31 March 2021, against a plan of 1,168 staff."
    )


def test_without_a_better_side_there_is_a_difference_and_no_verdict(plan):
    points = [(FIRST, 50.0, None)]
    found = [told(plan(points, [(FIRST, value)], direction="none", unit="%")) for value in (53.0, 48.5, 50.0)]
    assert found == [
        "53% on 31 March 2020, against a plan of 50%: 3 points more.",
        "48.5% on 31 March 2020, against a plan of 50%: 1.5 points less.",
        "50% on 31 March 2020, against a plan of 50%: as planned.",
    ]


def test_parts_that_do_not_add_up_to_the_whole_say_by_how_much(plan, make):
    north, south = make.organisation(title="North"), make.organisation(title="South")
    table = by_period(
        plan(
            [
                (FIRST, 100.0, None),
                (FIRST, 60.0, north),
                (FIRST, 40.0, south),
                (SECOND, 100.0, None),
                (SECOND, 60.0, north),
                (SECOND, 54.0, south),
            ]
        )
    )
    assert (table.is_checked, table.is_summed) == (True, False)
    assert [track_words.parts_apart(period.parts_apart, "staff") for period in table.periods] == [
        "add up",
        "14 staff too many",
    ]
    assert [period.whole for period in table.periods] == [100.0, 100.0]


def test_parts_alone_are_summed_and_a_reading_stands_beside_the_sum_where_none_is_missing(plan, make):
    north, south = make.organisation(title="North"), make.organisation(title="South")
    points = [(FIRST, 60.0, north), (FIRST, 40.0, south), (SECOND, 70.0, north)]
    table = by_period(plan(points, [(FIRST, 90.0), (SECOND, 60.0)]))
    assert (table.is_checked, table.is_summed) == (False, True)
    assert [(period.parts, period.whole) for period in table.periods] == [(100.0, 100.0), (70.0, None)]
    assert table.latest.against.short_by == 10.0
    assert table.line == [(FIRST, 100.0)]


def test_shares_and_a_single_part_are_not_summed(plan, make):
    north, south = make.organisation(title="North"), make.organisation(title="South")
    shares = by_period(plan([(FIRST, 60.0, north), (FIRST, 40.0, south)], [(FIRST, 50.0)], unit="% of staff"))
    alone = by_period(plan([(FIRST, 60.0, north)], [(FIRST, 50.0)]))
    assert [(table.adds_up, table.latest, table.line) for table in (shares, alone)] == [(False, None, [])] * 2


def test_what_is_short_of_its_trajectory_is_listed_the_furthest_first(session, make, plan):
    points = [(FIRST, 100.0, None)]
    near = plan(points, [(FIRST, 90.0)])
    far = plan(points, [(FIRST, 130.0)], direction="lower", unit="%")
    plan(points, [(FIRST, 98.0)], tolerance=5)
    plan(points, [(FIRST, 10.0)], plan_id=make.plan().id)
    plan(points)
    lead = make.person(make.lead())
    found = scorecard.off_trajectory(session, [make.the_plan], lead)
    assert [(one.indicator.id, one.latest.value, one.planned, one.short_by, one.words) for one in found] == [
        (far.id, 130.0, 100.0, 30.0, "off trajectory by 30 points, 30%"),
        (near.id, 90.0, 100.0, 10.0, "off trajectory by 10 staff, 10%"),
    ]
    card = scorecard.scorecard(session, make.the_plan, lead)
    assert card.off_trajectory == 2
    assert [
        track_words.brief(row.against[1], "") for row in card.rows if row.against and not row.is_off_trajectory
    ] == ["on trajectory, within what is tolerated"]


def test_a_tolerance_is_a_share_and_its_change_is_kept(session, make, plan):
    indicator, lead = plan([(FIRST, 100.0, None)], [(FIRST, 96.0)]), make.person(make.lead())
    details = editing.details_of(indicator)
    assert details.tolerance is None
    for wrong in (-1.0, 101.0):
        with pytest.raises(Invalid, match="0 to 100") as refused:
            editing.edit(
                session, indicator.ref, change(details, wrong), version=indicator.version, reason="So", by=lead
            )
        assert refused.value.field == "tolerance"
    editing.edit(session, indicator.ref, change(details, 5.0), version=indicator.version, reason="Agreed", by=lead)
    assert by_period(indicator).latest.against.track == "within"
    changed = history.list_for(session, indicator, person=lead, limit=1)[0]
    assert (changed.field, changed.new, changed.reason) == ("tolerance", "5", "Agreed")


def change(details, tolerance):
    return replace(details, tolerance=tolerance)


def test_the_pages_say_what_is_short_and_that_the_parts_do_not_add_up(session, make, plan, browse):
    north, south = make.organisation(title="North"), make.organisation(title="South")
    indicator = plan(
        [(FIRST, 100.0, None), (FIRST, 60.0, north), (FIRST, 54.0, south)], [(FIRST, 88.0)], ref="the-staff"
    )
    browse.sign_in(make.lead())
    page = " ".join(browse.get(f"/indicators/{indicator.ref}").text.split())
    assert "Off trajectory: 88 staff on 31 March 2020, against a plan of 100 staff. Short by 12 staff, 12%." in page
    assert "In 1 period the parts do not add up" in page
    assert "14 too many" in page
    card = browse.get(f"/indicators/scorecard?plan={make.the_plan.ref}").text
    assert "off trajectory by 12 staff, 12%" in card
    assert "one off trajectory" in card
