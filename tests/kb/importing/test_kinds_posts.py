"""Rows of spreadsheets that are posts, indicators and readings."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from actions.indicator_models import Indicator, Reading
from kb.errors import Invalid, NotAllowed
from kb.importing.kinds import KINDS
from kb.models.importing import Outcome
from kb.models.organisation import Post
from tests.kb.importing.sheets import Incoming, book, told, wrong

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.factories import Make


@pytest.fixture
def posts(session: Session, make: Make) -> Incoming:
    return Incoming(session, KINDS["posts"], make.person(make.lead()))


@pytest.fixture
def indicators(session: Session, make: Make) -> Incoming:
    return Incoming(session, KINDS["indicators"], make.person(make.lead()), make.the_plan)


@pytest.fixture
def readings(session: Session, make: Make) -> Incoming:
    return Incoming(session, KINDS["readings"], make.person(make.lead()), make.the_plan)


def counting(session: Session, indicator: Indicator) -> list[tuple[date, float, str]]:
    query = select(Reading).where(Reading.indicator_id == indicator.id, Reading.replaced_at.is_(None))
    return [(one.ends_on, one.value, one.quality_note) for one in session.scalars(query.order_by(Reading.ends_on))]


def test_a_post_of_the_same_title_in_another_organisation_is_another_post(posts: Incoming, make: Make):
    board, other = make.organisation(title="Board", abbreviation="BRD"), make.organisation(title="College")
    standing = make.post(title="Lead", organisation_id=board.id)
    rows = [["Post", "Organisation", "Note"], ["lead", "brd", "Named in a paper"], ["Lead", "College", ""]]
    first, second = posts.proposals(book(*rows))
    assert (first.outcome, first.record, told(first)) == (Outcome.CHANGE, standing, {"Note": ("", "Named in a paper")})
    assert second.outcome == Outcome.CREATE
    posts.bring(*rows)
    assert standing.note == "Named in a paper"
    query = select(Post.title).where(Post.organisation_id == other.id)
    assert posts.session.scalars(query).all() == ["Lead"]
    assert {one.outcome for one in posts.proposals(book(*rows))} == {Outcome.SAME}


def test_a_post_in_an_unknown_organisation_is_refused_with_the_nearest(posts: Incoming, make: Make):
    make.organisation(title="Public Health Wales")
    found = wrong(posts.propose(["Post", "Organisation"], ["Lead", "Public Helth Wales"]))
    assert "Public Health Wales" in found["organisation"]
    assert wrong(posts.propose(["Post", "Organisation"], ["Lead", ""])).keys() == {"organisation"}


def test_a_post_may_not_take_the_title_of_another_of_its_organisation(posts: Incoming, make: Make):
    board = make.organisation(title="Board")
    make.post(title="Lead", organisation_id=board.id)
    other = make.post(title="Deputy", organisation_id=board.id)
    rows = ["Ref", "Post", "Organisation"], [other.ref, "Lead", "Board"]
    assert "already" in wrong(posts.propose(*rows))["title"]
    applied = posts.bring(rows[0], [other.ref, "Second lead", "Board"])
    assert other.title == "Second lead"
    posts.undo(applied)
    assert other.title == "Deputy"


def test_an_indicator_comes_in_and_goes_back(indicators: Incoming, make: Make, session: Session):
    post = make.post(title="Analyst")
    heading = ["Indicator", "Unit", "Frequency", "Baseline", "Target", "Target date", "Direction", "Owner"]
    row = ["Vacancies", "%", "monthly", "12.5%", "1,234.5", "31/3/2027", "Lower is better", "Analyst"]
    [made] = indicators.bring(heading, row)
    indicator = session.get_one(Indicator, made.record.id)
    assert (indicator.baseline, indicator.target, indicator.target_on) == (12.5, 1234.5, date(2027, 3, 31))
    assert (indicator.frequency, indicator.direction, indicator.owner_id) == ("monthly", "lower", post.id)
    rows = ["Ref", "Indicator", "Target", "Target by"], [indicator.ref, "Vacancies", "", "31 March 2027"]
    assert wrong(indicators.propose(*rows)).keys() == {"target"}
    changed = indicators.bring(["Ref", "Indicator", "Target"], [indicator.ref, "Empty posts", "5"])
    assert (indicator.title, indicator.target) == ("Empty posts", 5.0)
    indicators.undo([made, *changed])
    assert indicator.deleted_at is not None
    assert indicator.target == 1234.5


def test_rows_of_another_plan_are_refused(indicators: Incoming, make: Make):
    other = make.indicator(plan_id=make.plan(title="Another plan").id)
    assert wrong(indicators.propose(["Ref", "Indicator"], [other.ref, other.title])).keys() == {"ref"}
    assert "Another plan" in wrong(indicators.propose(["Indicator", "Plan"], ["New", "Another plan"]))["plan"]
    outsider = Incoming(indicators.session, indicators.kind, make.person(make.lead(make.plan())), make.the_plan)
    with pytest.raises(NotAllowed):
        outsider.propose(["Indicator", "Unit"], ["New", "%"])


def test_readings_are_added_corrected_left_alone_and_taken_back(readings: Incoming, make: Make, session: Session):
    indicator = make.indicator(title="Vacancies")
    make.reading(indicator, ends_on=date(2026, 8, 31), value=10.0, quality_note="Two teams missing")
    make.reading(indicator, ends_on=date(2026, 7, 31), value=9.0)
    standing = counting(session, indicator)
    heading = ["Indicator", "Period end", "Value", "Quality note"]
    rows = [
        [indicator.ref, "September 2026", "11.5%", "Whole"],
        ["vacancies", "2026-08-31", "10.5", ""],
        ["Vacancies", "31/7/2026", "9", ""],
    ]
    found = readings.proposals(book(heading, *rows))
    assert [one.outcome for one in found] == [Outcome.CREATE, Outcome.CHANGE, Outcome.SAME]
    assert {one.record for one in found} == {indicator}
    assert told(found[1]) == {"Value": ("10", "10.5")}
    applied = readings.bring(heading, *rows)
    assert counting(session, indicator) == [
        (date(2026, 7, 31), 9.0, ""),
        (date(2026, 8, 31), 10.5, "Two teams missing"),
        (date(2026, 9, 30), 11.5, "Whole"),
    ]
    assert {one.outcome for one in readings.proposals(book(heading, *rows))} == {Outcome.SAME}
    readings.undo(applied)
    assert counting(session, indicator) == standing


def test_a_reading_that_makes_no_sense_is_refused(readings: Incoming, make: Make):
    make.indicator(title="Vacancies")
    heading = ["Indicator", "Period end", "Value"]
    assert wrong(readings.propose(heading, ["Vacancy", "never", "many"])).keys() == {"indicator", "ends_on", "value"}
    assert wrong(readings.propose(heading, ["Vacancies", "2027-01-31", "1"])).keys() == {"ends_on"}
    assert wrong(readings.propose(heading, ["Vacancies", "", ""])).keys() == {"ends_on", "value"}
    rows = heading, ["Vacancies", "2026-01-31", "1"], ["vacancies", "31 January 2026", "2"]
    assert "row 2" in wrong(readings.propose(*rows))["ends_on"]
    with pytest.raises(Invalid, match="row 2"):
        readings.bring(*rows)
