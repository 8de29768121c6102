"""Rows of spreadsheets that are posts, indicators and readings."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from actions.indicator_models import Indicator, Reading
from kb.catalogue import organisations
from kb.errors import Invalid, NotAllowed
from kb.importing.kinds import KINDS
from kb.models.importing import Outcome
from kb.models.organisation import Post
from kb.models.user import Membership, Role
from tests.conftest import TODAY
from tests.kb.importing.sheets import Incoming, book, told, wrong

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.browsing import Browser
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


def test_a_row_that_names_another_plan_goes_there_if_the_person_leads_it(session: Session, make: Make):
    own, other = make.the_plan, make.plan(title="Another plan")
    standing = make.indicator(title="Vacancies", plan_id=other.id)
    lead = make.lead(own)
    session.add(Membership(user_id=lead.id, plan_id=other.id, role=Role.LEAD))
    session.flush()
    incoming = Incoming(session, KINDS["indicators"], make.person(lead), own)
    heading = ["Ref", "Indicator", "Plan", "Unit"]
    rows = [standing.ref, "Vacancies", "another PLAN", "%"], ["", "New one", other.ref, "staff"]
    first, second = incoming.proposals(book(heading, *rows))
    assert (first.outcome, first.record, first.problems) == (Outcome.CHANGE, standing, ())
    assert (second.outcome, told(second)["Plan"]) == (Outcome.CREATE, ("", "Another plan"))
    applied = incoming.bring(heading, *rows)
    assert standing.unit == "%"
    assert {one.record.plan_id for one in applied} == {other.id}
    assert {one.outcome for one in incoming.proposals(book(heading, rows[0]))} == {Outcome.SAME}
    incoming.undo(applied)
    assert standing.unit == ""


def test_a_row_of_a_plan_that_the_person_does_not_lead_is_left_alone_and_says_so(indicators: Incoming, make: Make):
    other = make.indicator(plan_id=make.plan(title="Another plan").id)
    heading = ["Ref", "Indicator", "Plan", "Unit"]
    for row in [other.ref, other.title, "Another plan", "%"], ["", "New one", "Another plan", "%"]:
        proposal = indicators.propose(heading, row)
        assert (proposal.outcome, proposal.differences) == (Outcome.SAME, ())
        assert wrong(proposal) == {"plan": "It belongs to another plan, “Another plan”"}
        assert indicators.bring(heading, row) == []
    assert other.unit == ""


def test_a_row_of_a_plan_that_is_not_there_is_refused(indicators: Incoming, make: Make):
    other = make.indicator(plan_id=make.plan(title="Another plan").id)
    assert "no plan called" in wrong(indicators.propose(["Indicator", "Plan"], ["New", "Some plan"]))["plan"]
    assert wrong(indicators.propose(["Ref", "Indicator"], [other.ref, other.title])).keys() == {"ref"}
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
    assert wrong(readings.propose(heading, ["", "2026-01-31", "1"])) == {"indicator": "Say which indicator was read"}
    rows = heading, ["Vacancies", "2026-01-31", "1"], ["vacancies", "31 January 2026", "2"]
    assert "row 2" in wrong(readings.propose(*rows))["ends_on"]
    with pytest.raises(Invalid, match="row 2"):
        readings.bring(*rows)


def test_a_reading_in_another_unit_is_refused_by_its_sign_or_by_its_column(readings: Incoming, make: Make):
    make.indicator(title="Vacancies", unit="%")
    make.indicator(title="Spending", unit="£ million")
    heading = ["Indicator", "Period end", "Value", "Unit"]
    right = [
        ["Vacancies", "2026-08-31", "11.5 %", ""],
        ["Vacancies", "2026-07-31", "11.5", "%"],
        ["Spending", "2026-08-31", "£1.5 million", "£  Million"],
    ]
    assert [one.outcome for one in readings.proposals(book(heading, *right))] == [Outcome.CREATE] * 3
    by_sign = wrong(readings.propose(heading, ["Vacancies", "2026-08-31", "£5", ""]))
    assert by_sign == {"value": "This is in £, but the unit is %"}
    by_column = wrong(readings.propose(heading, ["Vacancies", "2026-08-31", "5", "staff"]))
    assert by_column == {"unit": "This is in staff, but the unit is %"}
    assert wrong(readings.propose(heading, ["Spending", "2026-08-31", "5%", ""])).keys() == {"value"}


def test_a_reading_goes_by_the_ref_before_the_title_and_to_the_plan_of_its_row(session: Session, make: Make):
    own, other = make.the_plan, make.plan(title="Another plan")
    lead = make.lead(own)
    first = make.indicator(title="Vacancies")
    make.indicator(title="Vacancies")
    theirs = make.indicator(title="Vacancies", plan_id=other.id)
    incoming = Incoming(session, KINDS["readings"], make.person(lead), own)
    heading = ["Ref", "Indicator", "Plan", "Period end", "Value"]
    rows = [first.ref, "Called otherwise", "", "31/08/26", "1"], [theirs.ref, "", "Another plan", "31/08/26", "2"]
    assert [row.guessed for row in incoming.rows(book(heading, *rows))] == [("ends_on",)] * 2
    mine, left = incoming.proposals(book(heading, *rows))
    assert (mine.outcome, mine.record) == (Outcome.CREATE, first)
    assert (left.outcome, wrong(left).keys()) == (Outcome.SAME, {"plan"})
    assert wrong(incoming.propose(heading, [theirs.ref, "Vacancies", "", "31/08/26", "2"])).keys() == {"ref"}
    assert "Several" in wrong(incoming.propose(heading, ["", "Vacancies", "", "31/08/26", "2"]))["indicator"]
    session.add(Membership(user_id=lead.id, plan_id=other.id, role=Role.LEAD))
    session.flush()
    of_both = Incoming(session, KINDS["readings"], make.person(lead), own)
    applied = of_both.bring(heading, *rows)
    assert counting(session, theirs) == [(date(2026, 8, 31), 2.0, "")]
    of_both.undo(applied)
    assert counting(session, theirs) == counting(session, first) == []


def test_a_post_that_nobody_holds_is_given_from_today_and_taken_back(posts: Incoming, make: Make):
    board, somebody = make.organisation(title="Board"), make.user(email="some.body@example.org")
    post = make.post(title="Lead", organisation_id=board.id)
    rows = ["Ref", "Post", "Organisation", "Holder’s email"], [post.ref, "Lead", "Board", "Some.Body@example.org"]
    assert told(posts.propose(*rows)) == {"Holder’s email": ("", "some.body@example.org")}
    applied = posts.bring(*rows)
    [held] = organisations.holders_of(posts.session, post, today=TODAY)
    assert (held.user_id, held.from_on) == (somebody.id, TODAY)
    assert posts.propose(*rows).outcome == Outcome.SAME
    posts.undo(applied)
    assert organisations.holders_of(posts.session, post, today=TODAY) == []
    made = posts.bring(rows[0], ["", "Deputy", "Board", "some.body@example.org"])
    assert len(organisations.holders_of(posts.session, made[0].record, today=TODAY)) == 1
    posts.undo(made)
    assert made[0].record.deleted_at is not None


def test_a_second_holder_and_an_unknown_one_are_refused_with_what_to_do(posts: Incoming, make: Make):
    board = make.organisation(title="Board")
    post = make.post(title="Lead", organisation_id=board.id)
    holder, other, gone = make.owner(post), make.user(), make.user(is_active=False)
    heading = ["Ref", "Post", "Organisation", "Holder’s email"]
    assert posts.propose(heading, [post.ref, "Lead", "Board", holder.email]).outcome == Outcome.SAME
    second = wrong(posts.propose(heading, [post.ref, "Lead", "Board", other.email]))
    assert holder.name in second["holder"]
    assert "End that on the page of the post" in second["holder"]
    for unknown in ("nobody@example.org", gone.email, f"{holder.email}; {other.email}"):
        message = wrong(posts.propose(heading, ["", "Deputy", "Board", unknown]))["holder"]
        assert "Have the person invited first" in message
    later = make.post(title="Second", organisation_id=board.id)
    make.owner(later, since=TODAY + timedelta(days=9))
    assert wrong(posts.propose(heading, [later.ref, "Second", "Board", other.email])).keys() == {"holder"}


def test_an_empty_cell_does_not_end_the_time_of_a_holder(posts: Incoming, make: Make):
    post = make.post(title="Lead", organisation_id=make.organisation(title="Board").id)
    make.owner(post)
    rows = ["Ref", "Post", "Organisation", "Holder’s email", "Note"], [post.ref, "Lead", "Board", "", "New"]
    assert told(posts.propose(*rows)) == {"Note": ("", "New")}
    posts.bring(*rows)
    assert len(organisations.holders_of(posts.session, post, today=TODAY)) == 1


def test_addresses_of_holders_go_out_to_leads_alone(browse: Browser, make: Make, session: Session):
    holder = make.owner(make.post(title="Lead"))
    session.commit()
    assert holder.email in browse.sign_in(make.lead()).get("/posts?format=csv").text
    told = browse.sign_in(make.viewer()).get("/posts?format=csv").text
    assert "Held by" in told
    assert "email" not in told
    assert holder.email not in told
