"""The pages of change requests over HTTP: asking, deciding, withdrawing, and where each of them shows."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta

import pytest

from actions.request_models import ChangeRequest
from kb.models.organisation import Post
from tests.browsing import Browser
from tests.conftest import TODAY
from tests.project.test_budgets import counting


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


def parts(day: date, name: str = "due_on") -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def text_of(html: str) -> str:
    """What a reader sees, on one line."""
    main = html[html.index('id="main"') :]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def version_of(html: str) -> str:
    found = re.search(r'name="version"[^>]*value="(\d+)"', html)
    assert found
    return found.group(1)


@pytest.fixture
def post(make):
    return make.post(title="Lead, Training")


@pytest.fixture
def holder(make, post):
    return make.owner(post)


@pytest.fixture
def action(make, post):
    return make.action(title="Train all wards", ref="wards", owner_id=post.id, due_on=days(40), starts_on=days(-9))


@pytest.fixture
def request_(make, action, holder):
    return make.request(action, holder, proposed_on=days(90))


@pytest.fixture
def browser_of(app, session):
    """Browsers of several people, each signed in."""
    return lambda user: Browser(app, session).sign_in(user)


def decide(browser, request_, answer, words="", version=None):
    address = f"/requests/{request_.id}"
    values = {"answer": answer, "decision": words, "version": version or version_of(browser.get(address).text)}
    return browser.post(address, values, page="/account")


def test_an_owner_asks_from_the_page_of_the_action_and_sees_where_it_stands(session, browse, holder, action):
    page = browse.sign_in(holder).get("/actions/wards")
    assert 'href="/actions/wards/requests/new"' in page.text
    assert "what=due-date" in browse.get("/actions/wards/update").text
    form = browse.get("/actions/wards/requests/new?what=due-date")
    assert re.search(r'value="due-date"[^>]*checked', form.text)
    answer = browse.post(
        "/actions/wards/requests/new", {"what": "due-date", "reason": "They come later", **parts(days(90))}
    )
    made = session.query(ChangeRequest).one()
    assert (answer.status_code, answer.location) == (303, f"/requests/{made.id}")
    told = text_of(browse.get(answer.location).text)
    for words in (
        "As it stands now Due 2 January 2027",
        "Asked for Due 21 February 2027",
        "They come later",
        "Withdraw it",
    ):
        assert words in told
    assert "Accept" not in told
    assert "Another due date : 21 February 2027 instead of 2 January 2027" in text_of(
        browse.get("/actions/wards").text
    ).replace(": Train all wards :", ":")
    mine = text_of(browse.get("/my-actions").text)
    assert "Changes you asked for: 1" in mine
    assert "Waits for a decision" in mine


def test_the_form_offers_the_forecast_and_leaves_out_what_was_asked_for_already(
    session, browse, holder, action, request_
):
    action.forecast_on = days(60)
    page = browse.sign_in(holder).get("/actions/wards/requests/new")
    assert re.search(r'name="due_on-year"[^>]*value="2027"', page.text) is None
    assert 'value="due-date"' not in page.text
    assert "Asked for already" in page.text
    request_.state = "withdrawn"
    assert re.search(r'name="due_on-day"[^>]*value="22"', browse.get("/actions/wards/requests/new").text)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "Choose what should change"),
        ({"what": "sponsor"}, "Not a valid choice"),
        ({"what": "due-date"}, "Give the date by which it will be done"),
        ({"what": "due-date", **parts(days(-20))}, "3 November 2026 has passed"),
        ({"what": "due-date", "due_on-day": "31", "due_on-month": "2", "due_on-year": "2027"}, "there is no 31/2/2027"),
        ({"what": "owner"}, "Choose who should own it"),
        ({"what": "owner", "owner": "nobody"}, "choose one of the list"),
        ({"what": "scope", "title": "Train all wards"}, "It says this already"),
        ({"what": "closure"}, "no longer needed, or done as far as it goes"),
    ],
)
def test_a_wrong_form_says_why_and_keeps_what_was_typed(session, browse, holder, action, values, words):
    answer = browse.sign_in(holder).post("/actions/wards/requests/new", {"reason": "Because of the floods", **values})
    assert answer.status_code == 422
    assert words in text_of(answer.text)
    assert "Because of the floods" in answer.text
    assert session.query(ChangeRequest).count() == 0


def test_only_the_fields_of_the_chosen_answer_count(session, browse, make, holder, action):
    other = make.post(ref="other")
    values = {"what": "owner", "owner": "other", "reason": "They moved", "due_on-day": "99", "ends": "nonsense"}
    assert browse.sign_in(holder).post("/actions/wards/requests/new", values).status_code == 303
    assert session.query(ChangeRequest).one().proposed_post_id == other.id
    assert session.get_one(Post, other.id) is not None


def test_a_reason_is_asked_for_on_the_form(browse, holder, action):
    answer = browse.sign_in(holder).post("/actions/wards/requests/new", {"what": "closure", "ends": "no-longer-needed"})
    assert (answer.status_code, "Say why, so that someone else can decide" in answer.text) == (422, True)


def test_a_closed_action_and_one_on_which_all_was_asked_have_no_form(session, browse, make, holder, action):
    browse.sign_in(holder)
    for what, values in (("due-date", {"proposed_on": days(90)}), ("owner", {}), ("scope", {}), ("closure", {})):
        make.request(action, holder, what=what, **values)
    assert "Every kind of change was asked for already" in browse.get("/actions/wards/requests/new").text
    action.closure = "done"
    page = browse.get("/actions/wards/requests/new").text
    assert "nothing to change" in page
    assert "Ask for a change" not in browse.get("/actions/wards").text


def test_a_lead_accepts_and_whoever_asked_finds_the_answer(session, make, action, holder, request_, browser_of):
    lead = browser_of(make.lead())
    page = text_of(lead.get(f"/requests/{request_.id}").text)
    assert "A strategy lead or the steering group" in page
    answer = decide(lead, request_, "accept", "Agreed with the board")
    assert (answer.status_code, answer.location) == (303, f"/requests/{request_.id}")
    after = text_of(lead.get(answer.location).text)
    assert "Accepted: the action is now due on 21 February 2027." in after
    assert "When it was asked for Due 2 January 2027" in after
    assert action.due_on == days(90)
    owner = browser_of(holder)
    mine = text_of(owner.get("/my-actions").text)
    assert "Another due date, accepted today:" in mine
    assert "“Agreed with the board”" in mine
    history = text_of(owner.get("/actions/wards").text)
    assert "Asked for: “The trainers come later.” Decided: “Agreed with the board”" in history


def test_refusing_without_a_word_is_refused(session, make, action, request_, browser_of):
    lead = browser_of(make.lead())
    answer = decide(lead, request_, "refuse")
    assert (answer.status_code, "Say why not" in answer.text) == (422, True)
    assert decide(lead, request_, "refuse", "The board said no").status_code == 303
    assert "Refused. Whoever asked sees your reason." in lead.get(f"/requests/{request_.id}").text
    assert action.due_on == days(40)


def test_words_that_are_too_long_are_kept_and_decide_nothing(make, action, request_, browser_of):
    answer = decide(browser_of(make.lead()), request_, "accept", "x" * 4_001)
    assert (answer.status_code, "x" * 4_001 in answer.text) == (422, True)
    assert (request_.state, action.due_on) == ("open", days(40))


def test_a_button_that_says_neither_accepts_nothing(make, action, request_, browser_of):
    assert decide(browser_of(make.lead()), request_, "", "Well").status_code == 303
    assert (request_.state, action.due_on) == ("refused", days(40))


def test_what_is_overdue_shows_a_lead_who_decides_and_the_group_the_form(session, make, action, request_, browser_of):
    action.due_on = action.baseline_due_on = days(-1)
    lead, member = browser_of(make.lead()), make.steering()
    page = lead.get(f"/requests/{request_.id}").text
    assert "The steering group, since the action is overdue." in page
    assert member.name in page
    assert 'name="decision"' not in page
    assert decide(lead, request_, "accept", version=str(request_.version)).status_code == 403
    group = browser_of(member)
    steering = group.get("/steering").text
    assert f'href="/requests/{request_.id}"' in steering
    assert "Another due date: 21 February 2027 instead of 22 November 2026" in text_of(steering)
    assert decide(group, request_, "accept").status_code == 303
    assert f"/requests/{request_.id}" not in group.get("/steering").text


def test_an_ordinary_request_stands_on_the_steering_page_of_leads_alone(make, action, request_, browser_of):
    assert "Decide" in text_of(browser_of(make.lead()).get("/steering").text)
    assert f"/requests/{request_.id}" not in browser_of(make.steering()).get("/steering").text


def test_the_second_decision_is_answered_with_the_first_and_keeps_its_words(
    session, make, action, request_, browser_of
):
    first, second = make.lead(), browser_of(make.lead())
    opened = version_of(second.get(f"/requests/{request_.id}").text)
    assert decide(browser_of(first), request_, "refuse", "The board said no").status_code == 303
    answer = decide(second, request_, "accept", "Yes, with pleasure", version=opened)
    told = text_of(answer.text)
    assert answer.status_code == 409
    for words in ("This was refused before your answer came.", first.name, "The board said no", "Yes, with pleasure"):
        assert words in told
    assert action.due_on == days(40)


def test_a_request_that_was_overtaken_can_only_be_refused(session, make, action, request_, browser_of):
    lead = browser_of(make.lead())
    version = version_of(lead.get("/actions/wards/edit").text)
    values = {"title": action.title, "owner": action.owner.ref, "reason": "Agreed", "version": version}
    values |= parts(days(50)) | parts(days(-9), "starts_on")
    assert lead.post("/actions/wards/edit", values).status_code == 303
    member = browser_of(make.steering())
    page = member.get(f"/requests/{request_.id}").text
    assert "The due date has changed since this was asked for: it is 12 January 2027 now." in page
    assert 'value="accept"' not in page
    answer = decide(member, request_, "accept")
    assert (answer.status_code, action.due_on) == (422, days(50))


def test_whoever_asked_withdraws_it(session, action, holder, request_, browser_of):
    owner = browser_of(holder)
    page = f"/requests/{request_.id}"
    values = {"version": version_of(owner.get(page).text)}
    answer = owner.post(f"{page}/withdraw", values, page="/account")
    assert (answer.status_code, answer.location, request_.state) == (303, page, "withdrawn")
    assert "Withdrawn" in owner.get(page).text
    assert owner.post(f"{page}/withdraw", values, page="/account").status_code == 409


def test_what_waits_is_named_before_the_action_is_marked_done_and_ends_by_itself(action, request_, browser_of, make):
    lead = browser_of(make.lead())
    form = lead.get("/actions/wards/done").text
    assert "What was asked for and waits for a decision ends undecided: another due date." in form
    values = {"version": version_of(form), "evidence": "A list"}
    assert lead.post("/actions/wards/done", values).status_code == 303
    page = text_of(lead.get(f"/requests/{request_.id}").text)
    assert "It ended by itself on 23 November 2026, with nothing decided: the action was marked done." in page
    assert "by whoever asked" not in page
    assert "The action was marked done, 23 November 2026" in text_of(lead.get("/requests").text)


def test_whoever_asked_reads_that_it_ended_with_the_action(action, holder, request_, browser_of, make):
    lead = browser_of(make.lead())
    form = lead.get("/actions/wards/done").text
    lead.post("/actions/wards/done", {"version": version_of(form), "evidence": "A list"})
    assert "“The action was marked done”" in text_of(browser_of(holder).get("/my-actions").text)


def test_the_list_counts_filters_and_comes_as_a_file(session, make, action, holder, request_, browser_of):
    other = make.action(title="Open a ward")
    for number in range(26):
        make.request(make.action(), make.user(), what="scope", proposed_words=f"Number {number}", state="refused")
    lead = browser_of(make.lead())
    page = text_of(lead.get("/requests").text)
    assert "27 requests" in page
    assert "1 to 25 of 27" in page
    assert page.index("Train all wards") < page.index("Refused", page.index("Those that wait first"))
    one = text_of(lead.get("/requests?state=open&whose=to-decide").text)
    assert "1 request " in one
    assert "Decide" in one
    assert "No request fits all these filters" in lead.get("/requests?what=closure").text
    assert "27 requests" in text_of(lead.get("/requests?state=nonsense&whose=x&what=y").text)
    told = lead.get("/requests?format=csv").text
    assert len(told.strip().splitlines()) == 28
    assert "2 January 2027,21 February 2027" in told
    assert lead.get("/requests?state=open&format=xlsx").status_code == 200
    assert other.title not in told


def test_an_empty_list_says_where_requests_come_from(make, browser_of):
    assert "Nobody has asked for a change yet" in browser_of(make.lead()).get("/requests").text


def test_an_action_that_was_stopped_is_called_so_and_never_verified(session, make, action, holder, browser_of):
    end = make.request(action, holder, what="closure", proposed_words="no-longer-needed")
    lead = browser_of(make.lead())
    assert decide(lead, end, "accept").status_code == 303
    page = text_of(lead.get("/actions/wards").text)
    assert "Stopped Closed unfinished on 23 November 2026, by decision. It is no longer needed." in page
    assert "Closed unfinished: it is no longer needed." in page
    assert "Closure: open to stopped: “Asked for:" in page
    listed = text_of(lead.get("/actions?closure=stopped").text)
    assert "1 action" in listed
    assert "Stopped: closed unfinished, by decision" in listed
    (row,) = csv.DictReader(io.StringIO(lead.get("/actions?closure=stopped&format=csv").text.lstrip("\ufeff")))
    assert (row["Closure"], row["Done or stopped on"], row["Verified on"]) == ("Stopped", "2026-11-23", "")
    assert lead.get("/actions?closure=verified&format=csv").text.count("wards") == 0
    told = lead.get("/api/v1/actions/wards").json
    assert (told["closure"], told["done_on"], told["verified_on"]) == ("stopped", "2026-11-23", None)
    again = text_of(lead.get("/actions/wards/reopen").text)
    assert "Stopped 23 November 2026" in again
    assert "Marked done" not in again
    assert "Why it was stopped" in again


def test_nothing_of_a_request_is_public(app, browse, action, request_):
    from dataclasses import replace  # used here alone

    app.extensions["settings"] = replace(app.extensions["settings"], public_read=True)
    assert "The trainers come later" not in browse.get("/actions/wards").text
    assert "asked for" not in text_of(browse.get("/actions/wards").text)
    for address in ("/requests", f"/requests/{request_.id}"):
        assert browse.get(address).location.startswith("/sign-in")


def test_the_page_of_a_request_keeps_to_its_number_of_statements(session, make, action, request_, browser_of):
    lead = browser_of(make.lead())
    for address, most in ((f"/requests/{request_.id}", 20), ("/requests", 12), ("/actions/wards", 20)):
        lead.get(address)
        with counting(session.get_bind()) as sent:
            lead.client.get(address)
        assert len(sent) <= most, address
