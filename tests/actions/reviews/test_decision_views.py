"""The pages of a meeting's record, its minutes and the action log, as people use them."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import docx
import pytest
from sqlalchemy import select

from actions.models import Action
from actions.review_models import Decision, Review
from actions.reviews import deciding
from actions.reviews.deciding import FollowUp, Said
from kb.removal import deleting
from tests.actions.reviews.frozen import frozen, of, of_ask, of_done, of_request
from tests.conftest import TODAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from tests.browsing import Browser
    from tests.factories import Make

MEETING = TODAY + timedelta(days=2)
LATER = TODAY + timedelta(days=90)
HUGE = 2**70


@pytest.fixture
def review(make: Make) -> Review:
    """A meeting with a matter of each sort, and one that moved."""
    action = make.action(title="Train the nurses", due_on=TODAY, ref="train")
    owner = make.owner(make.post(ref="trainer", title="Head of training"))
    request = make.request(action, owner, proposed_on=LATER)
    gone = make.request(action, owner, what="closure", proposed_words="no-longer-needed", state="withdrawn")
    gone.decided_on = TODAY
    ask = make.update(action, support_needed="Two trainers.")
    done = make.action(title="Build a dashboard", closure="done", done_on=TODAY)
    wanted = (
        of_request(request, action),
        of_request(gone, action),
        of_ask(ask, action),
        of_done(done),
        of("The budget"),
    )
    return frozen(make, MEETING, *wanted)


def decision_of(session: Session, number: int) -> Decision | None:
    session.expire_all()
    return session.scalars(select(Decision).where(Decision.position == number)).one_or_none()


def test_the_agenda_says_what_is_wanted_and_what_has_moved(browse: Browser, make: Make, review: Review) -> None:
    page = browse.sign_in(make.steering()).get(f"/meetings/{review.id}/record").text
    assert "5 matters are still to be decided." in page
    assert "It was withdrawn on 23 November 2026." in page
    assert page.count(f'href="/meetings/{review.id}/decide?matter=') == 5


def test_before_the_freeze_the_page_says_that_there_is_no_record(browse: Browser, make: Make) -> None:
    ahead = make.review(LATER)
    browse.sign_in(make.lead())
    assert "There is no record yet" in browse.get(f"/meetings/{ahead.id}/record").text
    for address in ("decide", "decide?matter=1", "close", "minutes"):
        answer = browse.get(f"/meetings/{ahead.id}/{address}")
        assert (answer.status_code, answer.location) == (303, f"/meetings/{ahead.id}/record")


def test_those_who_only_read_get_no_buttons(browse: Browser, make: Make, review: Review) -> None:
    page = browse.sign_in(make.viewer()).get(f"/meetings/{review.id}/record").text
    assert "/decide" not in page
    assert "Close the meeting" not in page
    assert browse.get(f"/meetings/{review.id}/decide?matter=1").status_code == 403


def test_a_decision_takes_effect_from_its_page(browse: Browser, make: Make, session: Session, review: Review) -> None:
    address = f"/meetings/{review.id}/decide?matter=1"
    page = browse.sign_in(make.steering()).get(address).text
    assert "It takes effect at once: 21 February 2027 instead of 23 November 2026." in page
    answer = browse.post(address, {"verdict": "approve", "reason": "Agreed.", "version": "0"})
    assert (answer.status_code, answer.location) == (303, f"/meetings/{review.id}/record")
    assert session.scalars(select(Action.due_on).where(Action.ref == "train")).one() == LATER
    page = browse.get(answer.location).text
    assert "Approved. 4 matters are undecided." in page
    assert "To undo it, change the action" in page
    action = browse.get("/actions/train").text
    assert "Approved by the steering group on 25 November 2026" in action
    assert f'<a href="/meetings/{review.id}/minutes">on 25 November 2026</a>' in action


def test_a_refusal_stands_beside_its_field_and_the_text_is_kept(browse: Browser, make: Make, review: Review) -> None:
    browse.sign_in(make.steering())
    answer = browse.post(f"/meetings/{review.id}/decide?matter=5", {"verdict": "reject", "reason": ""})
    assert answer.status_code == 422
    assert "Say why it is rejected" in answer.text
    answer = browse.post(f"/meetings/{review.id}/decide?matter=5", {"verdict": "", "reason": "Kept words"})
    assert answer.status_code == 422
    assert "Kept words" in answer.text


def test_what_cannot_be_decided_is_said_before_the_button(browse: Browser, make: Make, session: Session) -> None:
    member = make.steering()
    action = make.action(due_on=TODAY)
    own = frozen(make, MEETING, of_request(make.request(action, member, proposed_on=LATER), action))
    page = browse.sign_in(member).get(f"/meetings/{own.id}/decide?matter=1").text
    assert "You asked for it, so someone else has to decide." in page
    assert "Record the decision" not in page
    assert f'href="/meetings/{own.id}/decide?matter=' not in browse.get(f"/meetings/{own.id}/record").text


def test_other_business_is_added_changed_and_taken_back(
    browse: Browser, make: Make, session: Session, review: Review
) -> None:
    browse.sign_in(make.steering())
    browse.post(
        f"/meetings/{review.id}/decide",
        {"matter": "A launch", "about": "train", "verdict": "defer", "reason": "In May."},
    )
    decision = decision_of(session, 6)
    assert decision is not None
    assert decision.matter == "A launch"
    page = browse.get(f"/meetings/{review.id}/decide?matter=6").text
    version = page.partition('name="version"')[2].partition('value="')[2].partition('"')[0]
    values = {"matter": "A small launch", "about": "", "verdict": "note", "reason": "", "version": version}
    assert browse.post(f"/meetings/{review.id}/decide?matter=6", values).status_code == 303
    changed = decision_of(session, 6)
    assert changed is not None
    assert (changed.matter, changed.record_id) == ("A small launch", None)
    stale = browse.post(f"/meetings/{review.id}/decide/6/take-back", {"version": version}, page="/account")
    assert stale.status_code == 409
    page = browse.get(f"/meetings/{review.id}/record").text
    version = page.partition("/decide/6/take-back")[2].partition('name="version" value="')[2].partition('"')[0]
    browse.post(f"/meetings/{review.id}/decide/6/take-back", {"version": version}, page="/account")
    assert decision_of(session, 6) is None


def test_of_several_records_of_one_name_the_page_offers_the_refs(browse: Browser, make: Make, review: Review) -> None:
    make.action(title="Train the trainers", ref="trainers")
    values = {"verdict": "note", "matter": "Training", "about": "train the"}
    answer = browse.sign_in(make.lead()).post(f"/meetings/{review.id}/decide", values)
    assert answer.status_code == 422
    assert "Which of these?" in answer.text
    assert "action:trainers" in answer.text
    assert "action:train<" in answer.text


def test_a_decision_becomes_an_action_that_the_log_and_the_minutes_name(
    browse: Browser, make: Make, session: Session, review: Review
) -> None:
    browse.sign_in(make.lead())
    browse.post(f"/meetings/{review.id}/decide?matter=5", {"verdict": "approve", "reason": ""})
    address = f"/meetings/{review.id}/decide/5/action"
    empty = browse.post(address, {"title": "Write the budget", "owner": ""})
    assert empty.status_code == 422
    assert "Choose who will do it" in empty.text
    values = {"title": "Write the budget", "owner": "trainer"}
    values |= {"due_on-day": "1", "due_on-month": "2", "due_on-year": "2027"}
    assert browse.post(address, values).status_code == 303
    for page in (f"/meetings/{review.id}/record", f"/meetings/{review.id}/minutes", "/plans/plan-1/action-log"):
        told = browse.get(page).text
        assert 'href="/actions/write-the-budget"' in told, page
        assert "Head of training" in told, page


def test_closing_names_what_is_undecided_and_locks_every_page(
    browse: Browser, make: Make, session: Session, review: Review
) -> None:
    browse.sign_in(make.lead())
    browse.post(f"/meetings/{review.id}/decide?matter=5", {"verdict": "note", "reason": "Fine."})
    page = browse.get(f"/meetings/{review.id}/close").text
    assert "4 matters are undecided" in page
    assert "Close it, with 4 matters undecided" in page
    answer = browse.post(f"/meetings/{review.id}/close", page=f"/meetings/{review.id}/close")
    assert answer.location == f"/meetings/{review.id}/minutes"
    assert "these minutes do not change any more" in browse.get(answer.location).text
    record = browse.get(f"/meetings/{review.id}/record").text
    assert "<textarea" not in record
    assert "/decide" not in record
    for address, values in (
        (f"/meetings/{review.id}/decide?matter=1", {"verdict": "note", "reason": "My words"}),
        (f"/meetings/{review.id}/decide", {"verdict": "note", "matter": "My words"}),
        (f"/meetings/{review.id}/record", {"notes": "My words"}),
    ):
        refused = browse.post(address, values, page="/account")
        assert refused.status_code == 409
        assert "The meeting of 25 November 2026 is closed" in refused.text
        assert "My words" in refused.text
    assert browse.post(f"/meetings/{review.id}/close", page="/account").status_code == 409


def test_what_happens_after_the_close_does_not_change_the_minutes(
    browse: Browser, make: Make, session: Session, review: Review
) -> None:
    lead = make.lead()
    person = make.person(lead)
    deciding.decide(session, review.id, 5, Said("approve", ""), version=0, by=person, today=TODAY)
    wanted = FollowUp("Write the budget", "", "trainer", LATER)
    action = deciding.follow_up(session, review.id, 5, wanted, by=person, today=TODAY)
    browse.sign_in(lead)
    browse.post(f"/meetings/{review.id}/close", page="/account")
    browse.get("/account")  # shows what was said
    before = browse.get(f"/meetings/{review.id}/minutes").text.partition("<main")[2]
    page = browse.get(f"/actions/{action.ref}/edit").text
    version = page.partition('name="version"')[2].partition('value="')[2].partition('"')[0]
    values = {"title": "Write the budgets", "owner": "trainer", "reason": "Later", "version": version}
    values |= {"due_on-day": "1", "due_on-month": "5", "due_on-year": "2027", "visibility": "published"}
    assert browse.post(f"/actions/{action.ref}/edit", values).status_code == 303
    browse.post("/requests/1", {"answer": "refuse", "decision": "No", "version": "1"})
    browse.get("/account")  # shows what was said
    assert browse.get(f"/meetings/{review.id}/minutes").text.partition("<main")[2] == before
    assert "Write the budgets" in browse.get("/plans/plan-1/action-log").text
    deleting.delete(session, session.get_one(Action, action.id), reason="Twice", by=person)
    told = browse.get(f"/meetings/{review.id}/minutes").text
    assert "It became an action: Write the budget<" in told
    assert f'href="/actions/{action.ref}"' not in told
    assert "The action was deleted" in browse.get("/plans/plan-1/action-log").text


def test_the_minutes_for_word_have_headings_and_tables_with_a_row_of_headings(
    browse: Browser, make: Make, session: Session, review: Review
) -> None:
    review.present, review.notes = "The chair\nThe lead", "Thanks were given."
    browse.sign_in(make.lead())
    browse.post(f"/meetings/{review.id}/decide?matter=5", {"verdict": "defer", "reason": "Until the budget is set."})
    answer = browse.get(f"/meetings/{review.id}/minutes?format=docx")
    document = docx.Document(io.BytesIO(answer.data))
    assert document.core_properties.language == "en-GB"
    assert [one.text for one in document.paragraphs if one.style.name == "Heading 1"] == [
        "Attendance", "Agenda", "Notes"
    ]  # fmt: skip
    (table,) = document.tables
    assert [cell.text for cell in table.rows[0].cells] == ["No.", "Matter", "Decision", "Why, or what was said"]
    assert table.rows[0]._tr.trPr.xpath("w:tblHeader")
    assert [cell.text for cell in table.rows[5].cells] == [
        "5", "Decide: The budget", "Deferred", "Until the budget is set."
    ]  # fmt: skip
    words = [one.text for one in document.paragraphs]
    assert "Draft: the meeting is not closed yet, so these minutes may still change." in words
    assert {"The chair", "The lead", "Thanks were given."} <= set(words)


def test_the_log_is_a_file_too(browse: Browser, make: Make, review: Review) -> None:
    browse.sign_in(make.lead())
    browse.post(f"/meetings/{review.id}/decide?matter=5", {"verdict": "defer", "reason": "Too early."})
    answer = browse.get("/plans/plan-1/action-log?format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [(row["Meeting"], row["Matter"], row["Open"], row["How it stands"]) for row in rows] == [
        ("2026-11-25", "Decide: The budget", "Yes", "Waits to be decided")
    ]
    assert browse.get("/plans/plan-1/action-log?format=xlsx").status_code == 200
    assert "Nothing yet" in browse.get(f"/plans/{make.plan().ref}/action-log").text


def test_a_matter_that_an_earlier_meeting_put_off_is_taken_up(browse: Browser, make: Make, session: Session) -> None:
    chair = make.steering()
    action = make.action(ref="train")
    earlier = frozen(make, TODAY - timedelta(days=30))
    made = deciding.add(session, earlier.id, Said("defer", "Later.", "A launch", "train"), by=make.person(chair))
    now = frozen(make, MEETING)
    page = browse.sign_in(chair).get(f"/meetings/{now.id}/record").text
    assert "Left open by earlier meetings: 1" in page
    page = browse.get(f"/meetings/{now.id}/decide?carried={made.id}").text
    assert 'value="A launch"' in page
    assert f'value="action:{action.ref}"' in page


@pytest.mark.parametrize(
    "address",
    [
        "/meetings/0/record",
        f"/meetings/{HUGE}/record",
        f"/meetings/{HUGE}/minutes",
        f"/meetings/{HUGE}/close",
        "/meetings/{id}/decide?matter=99",
        "/meetings/{id}/decide?matter=-1",
        "/meetings/{id}/decide?matter=x",
        f"/meetings/{{id}}/decide?matter={HUGE}",
        f"/meetings/{{id}}/decide/{HUGE}/action",
        "/meetings/{id}/decide/1/action",
        "/plans/nothing/action-log",
    ],
)
def test_what_is_not_there_is_not_found(browse: Browser, make: Make, review: Review, address: str) -> None:
    assert browse.sign_in(make.lead()).get(address.format(id=review.id)).status_code == 404


@pytest.mark.parametrize("carried", ["", "x", "0", str(HUGE), "-3"])
def test_a_matter_to_take_up_that_is_not_there_leaves_the_form_empty(
    browse: Browser, make: Make, review: Review, carried: str
) -> None:
    assert browse.sign_in(make.lead()).get(f"/meetings/{review.id}/decide?carried={carried}").status_code == 200


@pytest.mark.parametrize(
    ("address", "values"),
    [
        ("decide?matter=5", {"verdict": "perhaps"}),
        ("decide?matter=5", {"verdict": "note", "reason": "x" * 100_000}),
        ("decide?matter=2", {"verdict": "approve", "reason": "It is gone."}),
        ("decide", {}),
        ("decide", {"verdict": "note"}),
        ("decide", {"verdict": "note", "matter": "x" * 100_000}),
        ("decide", {"verdict": "note", "matter": "It", "about": "x" * 100_000}),
        ("decide", {"verdict": "note", "matter": "It", "about": "\\%_'\"<b>"}),
        ("decide", {"verdict": "note", "matter": "It", "about": ":::"}),
        ("record", {"present": "x" * 100_000}),
        ("record", {"notes": "x" * 100_000}),
    ],
)
def test_bad_input_is_told_and_nothing_is_saved(
    browse: Browser, make: Make, session: Session, review: Review, address: str, values: dict[str, Any]
) -> None:
    answer = browse.sign_in(make.steering()).post(f"/meetings/{review.id}/{address}", values)
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert session.scalars(select(Decision)).all() == []
    assert not session.get_one(Review, review.id).notes


@pytest.mark.parametrize("version", ["", "abc", "-1", str(HUGE)])
def test_a_version_that_is_none_counts_as_none(
    browse: Browser, make: Make, session: Session, review: Review, version: str
) -> None:
    browse.sign_in(make.steering())
    browse.post(f"/meetings/{review.id}/decide?matter=5", {"verdict": "note", "reason": "First", "version": "0"})
    values = {"verdict": "note", "reason": "Second", "version": version}
    answer = browse.post(f"/meetings/{review.id}/decide?matter=5", values)
    assert answer.status_code in (409, 422)
    decision = decision_of(session, 5)
    assert decision is not None
    assert decision.reason == "First"


def test_other_plans_records_are_closed_to_their_leads(browse: Browser, make: Make, review: Review) -> None:
    other = make.lead(make.plan())
    browse.sign_in(other)
    for address in ("decide?matter=1", "decide", "close"):
        assert browse.get(f"/meetings/{review.id}/{address}").status_code == 403
    for address in ("decide?matter=1", "decide", "close", "record", "decide/1/take-back", "decide/1/action"):
        answer = browse.post(f"/meetings/{review.id}/{address}", {"verdict": "note", "matter": "It"}, page="/account")
        assert answer.status_code == 403, address


def test_the_pages_keep_to_their_number_of_statements(
    browse: Browser, make: Make, review: Review, count_statements: Callable[[], Any]
) -> None:
    lead = make.lead()
    earlier, person = frozen(make, TODAY - timedelta(days=30), of("One"), of("Two"), of("Three")), make.person(lead)
    session = browse.session
    for number, verdict in ((1, "defer"), (2, "approve")):
        deciding.decide(session, earlier.id, number, Said(verdict, "So."), version=0, by=person, today=TODAY)
        deciding.decide(session, review.id, 3 + number, Said("defer", "So."), version=0, by=person, today=TODAY)
    wanted = FollowUp("Write it", "", "trainer", LATER)
    deciding.follow_up(session, earlier.id, 2, wanted, by=person, today=TODAY)
    deciding.follow_up(session, review.id, 5, FollowUp("Do it", "", "trainer", LATER), by=person, today=TODAY)
    browse.sign_in(lead)
    for address, most in (
        (f"/meetings/{review.id}/record", 20),
        (f"/meetings/{review.id}/decide?matter=1", 20),
        (f"/meetings/{review.id}/decide", 20),
        (f"/meetings/{review.id}/decide/4/action", 20),
        (f"/meetings/{review.id}/close", 20),
        (f"/meetings/{review.id}/minutes", 20),
        ("/plans/plan-1/action-log", 12),
    ):
        with count_statements() as count:
            assert browse.client.get(address).status_code == 200
        assert count.number <= most, address
