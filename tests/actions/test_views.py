"""The pages of actions over HTTP: what they show to whom, what a form keeps, and where it leads."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from actions import updates
from actions.models import Action, Update
from kb.models.link import LinkType
from kb.models.organisation import Post
from tests.browsing import Browser
from tests.conftest import TODAY


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


def parts(name: str, day: date) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def text_of(html: str) -> str:
    """What a reader sees, on one line."""
    main = html[html.index('id="main"') :]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def version_of(browse, path: str) -> str:
    found = re.search(r'name="version"[^>]*value="(\d*)"', browse.get(path).text)
    assert found, f"{path} carries no version"
    return found.group(1)


@pytest.fixture
def post(make):
    return make.post(title="Lead, Training")


@pytest.fixture
def action(make, post) -> Action:
    return make.action(title="Train all wards", owner_id=post.id, due_on=days(-3), measure="All 20 wards")


@pytest.fixture
def as_owner(browse, make, post):
    return browse.sign_in(make.owner(post))


@pytest.fixture
def as_lead(browse, make):
    return browse.sign_in(make.lead())


@pytest.fixture
def as_steering(browse, make):
    return browse.sign_in(make.steering())


@pytest.fixture
def in_public(app):
    """The same application where published records need no sign-in."""
    app.extensions["settings"] = replace(app.extensions["settings"], public_read=True)


# The list


def test_the_list_says_what_it_is_filtered_by_and_how_to_take_it_off(as_lead, make, action):
    make.action(title="Something else", due_on=days(90))
    page = as_lead.get("/actions?schedule=overdue&only=no-measure&q=wards&sort=title")
    told = text_of(page.text)
    assert "0 actions" in told
    assert "Without the filters there are 2." in told
    assert "Open, without a measure of success" in told
    assert "/actions?schedule=overdue&amp;q=wards&amp;sort=title" in page.text
    assert "1 action " in text_of(as_lead.get("/actions?schedule=overdue&q=wards").text)


@pytest.mark.parametrize(
    "query", ["schedule=nonsense", "confidence=nonsense&closure=x&term=y", "page=0&sort=nonsense", "owner=" + "x" * 999]
)
def test_filters_that_mean_nothing_never_fail(as_lead, make, query):
    make.action()
    assert as_lead.get(f"/actions?{query}").status_code == 200


def test_a_list_of_many_shows_one_page_and_keeps_its_filters_on_the_next(as_lead, make):
    for _ in range(30):
        make.action(due_on=days(-1))
    page = as_lead.get("/actions?schedule=overdue").text
    assert "1 to 25 of 30" in text_of(page)
    assert "/actions?schedule=overdue&amp;page=2" in page
    assert "26 to 30 of 30" in text_of(as_lead.get("/actions?schedule=overdue&page=2").text)


def test_a_forecast_shows_only_where_it_is_later_than_the_date_and_to_people_who_may_know(
    in_public, browse, make, action
):
    action.forecast_on = days(20)
    for path in ("/actions", f"/actions/{action.ref}", "/steering"):
        assert "13 December 2026" not in browse.get(path).text
    browse.sign_in(make.viewer())
    for path in ("/actions", f"/actions/{action.ref}", "/steering"):
        assert "orecast 13 December 2026" in browse.get(path).text
    action.forecast_on = days(-4)
    assert "orecast" not in text_of(browse.get("/actions").text)


# The record


def test_the_public_sees_the_promise_and_nothing_of_what_was_said(in_public, browse, make, action):
    make.update(action, confidence="off-track", narrative="Two trainers left.", support_needed="Two trainers")
    page = browse.get(f"/actions/{action.ref}").text
    told = text_of(page)
    assert "Overdue 3 days" in told
    assert "Two trainers" not in told
    assert "Off track" not in told.split("Schedule from the dates")[0]
    assert "Updates are for people who have signed in." in told


def test_the_record_tells_what_was_said_asked_and_changed_in_order(as_lead, make, action):
    make.update(action, days_ago=2, confidence="on-track", narrative="Nearly there.", support_needed="A room")
    action.due_on = action.baseline_due_on = days(4)
    make.session.flush()
    version = version_of(as_lead, f"/actions/{action.ref}/edit")
    moved = as_lead.post(
        f"/actions/{action.ref}/edit",
        {"version": version, "title": action.title, "measure": action.measure, "reason": "Asked for"}
        | {"owner": post_ref(make, action), **parts("due_on", days(9))},
    )
    assert moved.status_code == 303
    told = text_of(as_lead.get(f"/actions/{action.ref}").text)
    assert "Due in 9 days" in told
    assert "Moved once" in told
    assert "5 days later than first agreed" in told
    assert told.index("Due date: 27 November 2026 to 2 December 2026: “Asked for”") < told.index("Nearly there.")
    assert "Asks the steering group: A room" in told


def post_ref(make, action: Action) -> str:
    return make.session.get_one(Post, action.owner_id).ref


def test_a_mismatch_of_word_and_dates_is_a_sentence(as_lead, make, action):
    make.update(action, days_ago=10, confidence="on-track")
    assert "On track, but overdue by 3 days" in text_of(as_lead.get(f"/actions/{action.ref}").text)


def test_the_record_says_why_it_is_there_and_what_waits_for_it(as_lead, make, action):
    source = make.source(title="Nurse Staffing Act")
    priority = make.priority(title="Safe wards")
    make.link(make.implication(source, title="More nurses"), LinkType.CALLS_FOR, priority, reason="It is a duty.")
    make.link(priority, LinkType.DELIVERED_BY, action)
    other = make.action(title="Open the ward", due_on=days(90))
    make.link(other, LinkType.DEPENDS_ON, action)
    told = text_of(as_lead.get(f"/actions/{action.ref}").text)
    assert "Nurse Staffing Act" in told
    assert "It is a duty." in told
    assert "Waits for this" in told
    assert "Open the ward" in told


def test_advice_leads_to_the_field_that_would_answer_it(as_lead, make):
    bare = make.action()
    page = as_lead.get(f"/actions/{bare.ref}").text
    assert f'href="/actions/{bare.ref}/edit#owner"' in page
    assert f'href="/actions/{bare.ref}/edit#due_on-day"' in page
    edit = as_lead.get(f"/actions/{bare.ref}/edit").text
    assert 'id="owner"' in edit
    assert 'id="due_on-day"' in edit


@pytest.mark.parametrize("who", ["viewer", "owner", "lead", "steering"])
def test_only_what_the_reader_may_do_is_offered(browse, make, post, action, who):
    make.update(action, support_needed="A room")
    browse.sign_in(make.owner(post) if who == "owner" else getattr(make, who)())
    page = browse.get(f"/actions/{action.ref}").text
    assert (f"/actions/{action.ref}/update" in page) == (who in {"owner", "lead"})
    assert (f"/actions/{action.ref}/edit" in page) == (who == "lead")
    assert (">Answer</a>" in page) == (who in {"lead", "steering"})
    assert page.count('class="nhsuk-button"') == (1 if who in {"owner", "lead"} else 0)


# Updates


def test_an_update_is_sent_and_leads_to_the_next_action_that_wants_an_answer(as_owner, make, post, action):
    waiting = make.action(title="Hire trainers", owner_id=post.id, due_on=days(-1))
    page = as_owner.get(f"/actions/{action.ref}/update").text
    assert "Update 1 of 2" in text_of(page)
    sent = as_owner.post(
        f"/actions/{action.ref}/update",
        {
            "version": "",
            "confidence": "at-risk",
            "narrative": "The trainer is ill.",
            "forecast_reason": "Illness",
            "support_needed": "A second trainer",
            **parts("forecast_on", days(30)),
        },
    )
    assert (sent.status_code, sent.location) == (303, f"/actions/{waiting.ref}/update")
    assert "Here is the next one" in as_owner.get(sent.location).text
    kept = make.session.query(Update).one()
    assert (kept.narrative, kept.forecast_on, kept.support_needed) == (
        "The trainer is ill.",
        days(30),
        "A second trainer",
    )
    values = {"version": "", "confidence": "on-track", "narrative": "Now.", "forecast_reason": "Late start"}
    last = as_owner.post(f"/actions/{waiting.ref}/update", values | parts("forecast_on", days(5)))
    assert (last.status_code, last.location) == (303, "/my-actions")
    assert "Thank you" in as_owner.get("/my-actions").text


def test_the_expected_date_stands_in_the_form_unless_it_has_passed(as_owner, make, action):
    make.update(action, narrative="Words of last time.")
    path = f"/actions/{action.ref}/update"
    assert "It was expected on 20 November 2026, which has passed." in as_owner.get(path).text
    assert 'value="20"' not in as_owner.get(path).text
    action.forecast_on = days(4)
    page = as_owner.get(path).text
    assert 'value="27"' in page
    assert re.search(r"<textarea[^>]*></textarea>", page), "text is never filled in from last time"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"confidence": ""}, "Say whether it is on track, at risk or off track"),
        ({"confidence": "sure"}, "choice"),
        ({"narrative": " "}, "Say in a sentence or two what has changed"),
        (parts("forecast_on", days(-1)), "has passed"),
        ({**parts("forecast_on", days(40)), "forecast_reason": ""}, "say why"),
        ({"forecast_on-day": "31", "forecast_on-month": "2", "forecast_on-year": "2027"}, "there is no 31/2/2027"),
        ({"forecast_on-day": "3", "forecast_on-month": "", "forecast_on-year": "2027"}, "month"),
    ],
)
def test_a_wrong_field_comes_back_beside_the_field_with_everything_else_kept(as_owner, make, action, wrong, message):
    values = {
        "version": "",
        "confidence": "at-risk",
        "narrative": "The trainer is ill.",
        "forecast_reason": "Illness",
        "support_needed": "A <b>second</b> trainer",
        **parts("forecast_on", days(30)),
    }
    page = as_owner.post(f"/actions/{action.ref}/update", values | wrong)
    assert page.status_code == 422
    assert message in text_of(page.text)
    assert "There is a problem" in text_of(page.text)
    assert "A &lt;b&gt;second&lt;/b&gt; trainer" in page.text
    assert "narrative" in wrong or "The trainer is ill." in page.text
    assert make.session.query(Update).count() == 0


def test_nothing_has_changed_is_one_press_where_there_is_something_to_repeat(as_owner, make, action):
    path = f"/actions/{action.ref}/update"
    assert "nothing_changed" not in as_owner.get(path).text
    make.update(action, days_ago=40, confidence="at-risk")
    assert "nothing_changed" not in as_owner.get(path).text, "its date has passed"
    action.forecast_on = days(10)
    assert "nothing_changed" in as_owner.get(path).text
    sent = as_owner.post(path, {"version": version_of(as_owner, path), "nothing_changed": "1"})
    assert sent.status_code == 303
    newest = make.session.query(Update).order_by(Update.id.desc()).first()
    assert (newest.confidence, newest.said_on) == ("at-risk", TODAY)


@pytest.mark.parametrize(
    "written",
    [
        {"narrative": "The trainer is ill."},
        {"support_needed": "A second trainer"},
        {"evidence": "The rota"},
        {"forecast_reason": "Illness"},
        {"confidence": "off-track"},
        parts("forecast_on", days(12)),
        {"forecast_on-day": "31", "forecast_on-month": "2", "forecast_on-year": "2027"},
    ],
)
def test_what_was_written_is_not_dropped_by_nothing_has_changed(as_owner, make, action, written):
    action.forecast_on = days(10)
    last = make.update(action, days_ago=40, confidence="at-risk")
    values = {"version": str(last.id), "confidence": "at-risk", "nothing_changed": "1"} | parts("forecast_on", days(10))
    path = f"/actions/{action.ref}/update"
    page = as_owner.post(path, values | written)
    assert page.status_code == 422
    assert "You wrote something: press Send, or empty the form" in text_of(page.text)
    for name, value in written.items():
        assert "checked" in page.text if name == "confidence" else value in page.text
    assert make.session.query(Update).count() == 1
    assert as_owner.post(path, values).status_code == 303, "the filled in day and the last word say nothing new"
    assert action.forecast_on == days(10)


def test_an_emptied_date_is_no_words_and_takes_the_forecast_back_where_it_is_sent(as_owner, make, action):
    action.forecast_on = days(10)
    last = make.update(action, days_ago=40, confidence="at-risk")
    path = f"/actions/{action.ref}/update"
    emptied = {"version": str(last.id), "forecast_on-day": "", "forecast_on-month": "", "forecast_on-year": ""}
    assert as_owner.post(path, emptied | {"nothing_changed": "1"}).status_code == 303
    assert action.forecast_on == days(10)
    newest = updates.last_update(make.session, action)
    words = {"version": str(newest.id), "confidence": "at-risk", "narrative": "We cannot say when."}
    assert as_owner.post(path, emptied | words).status_code == 303
    assert action.forecast_on is None


def test_the_hint_beside_the_date_says_that_it_moves_nothing_and_where_to_ask(as_owner, make, post):
    action = make.action(owner_id=post.id, due_on=days(20))
    page = as_owner.get(f"/actions/{action.ref}/update").text
    assert "This tells when you expect it; it does not move the due date." in text_of(page)
    assert f'href="/actions/{action.ref}/requests/new?what=due-date">Ask for another due date</a>' in page


def test_the_page_of_a_conflict_speaks_the_words_of_the_form(as_owner, make, action):
    make.update(action, confidence="on-track", narrative="First words.")
    values = {"version": "", "confidence": "off-track", "narrative": "Second words."}
    told = text_of(as_owner.post(f"/actions/{action.ref}/update", values).text)
    assert "What has changed? Saved now First words. Yours Second words." in told
    assert "How sure are you that it will be done? Saved now on track Yours off track" in told
    assert "Narrative" not in told
    assert "Send mine as well" in told
    assert "Put mine in its place" not in told
    early = text_of(as_owner.post(f"/actions/{action.ref}/update", {"version": "", "nothing_changed": "1"}).text)
    assert "Send mine as well" in early


def test_the_second_of_two_answers_to_an_ask_comes_back_with_its_text(as_steering, make, action):
    ask = make.update(action, support_needed="A room")
    assert as_steering.post(f"/support/{ask.id}", {"answer": "Room 5."}).status_code == 303
    again = as_steering.post(f"/support/{ask.id}", {"answer": "Room 6 <b>or</b> 7."})
    assert again.status_code == 409
    assert "Room 5." in again.text
    assert "Room 6 &lt;b&gt;or&lt;/b&gt; 7." in again.text
    assert ask.support_answer == "Room 5."


def test_a_form_that_is_sent_twice_makes_one_update_and_can_be_sent_on_purpose(as_owner, make, action):
    path = f"/actions/{action.ref}/update"
    values = {"version": "", "confidence": "on-track", "narrative": "First words."}
    assert as_owner.post(path, values).status_code == 303
    again = as_owner.post(path, values | {"narrative": "Second words."})
    assert again.status_code == 409
    assert "First words." in again.text
    assert "Second words." in again.text
    assert make.session.query(Update).count() == 1
    shown = re.search(r'name="version" value="(\d+)"', again.text)
    assert shown, "the page of the conflict knows the newest update"
    meant = as_owner.post(path, values | {"narrative": "Second words.", "version": shown.group(1)})
    assert meant.status_code == 303
    assert make.session.query(Update).count() == 2


def test_a_closed_action_shows_no_form_and_takes_no_update(as_owner, make, action):
    action.closure, action.done_on = "done", TODAY
    path = f"/actions/{action.ref}/update"
    assert "This action is closed" in as_owner.get(path).text
    sent = as_owner.post(path, {"confidence": "on-track", "narrative": "More."}, page="/actions")
    assert sent.status_code in {400, 403, 422}
    assert make.session.query(Update).count() == 0


def test_an_update_on_an_action_of_another_post_is_refused(as_owner, make):
    other = make.action(owner_id=make.post().id)
    assert as_owner.get(f"/actions/{other.ref}/update").status_code == 403


def test_a_lead_who_holds_no_post_comes_back_to_the_action(as_lead, action):
    values = {"version": "", "confidence": "on-track", "narrative": "The owner told me.", "reported_by": "telephone"}
    sent = as_lead.post(f"/actions/{action.ref}/update", values)
    assert (sent.status_code, sent.location) == (303, f"/actions/{action.ref}")


# Support, closing, editing


def test_an_ask_is_answered_once_and_the_answer_stands_with_it(as_steering, make, action):
    ask = make.update(action, support_needed="A room")
    path = f"/support/{ask.id}"
    assert "Say what support there will be" in text_of(as_steering.post(path, {"answer": " "}).text)
    assert as_steering.post(path, {"answer": "Room 5 is yours."}).status_code == 303
    assert "Answer: Room 5 is yours." in text_of(as_steering.get(f"/actions/{action.ref}").text)
    assert "Answered already: Room 5 is yours." in text_of(as_steering.get(path).text)


def test_done_is_said_with_evidence_and_verified_by_someone_else(app, browse, make, post, action):
    owner = Browser(app, make.session).sign_in(make.owner(post))
    path = f"/actions/{action.ref}"
    refused = owner.post(f"{path}/done", {"version": action.version, "evidence": ""})
    assert (refused.status_code, "what shows that it is done" in refused.text) == (422, True)
    assert owner.post(f"{path}/done", {"version": action.version, "evidence": "Report of May"}).status_code == 303
    assert "Someone else has to verify it." in owner.get(path).text
    group = browse.sign_in(make.steering())
    assert "Report of May" in group.get(f"{path}/verify").text
    assert group.post(f"{path}/verify", {"version": action.version}).status_code == 303
    assert "verified 23 November 2026" in text_of(group.get(path).text)
    assert group.post(f"{path}/reopen", {"version": action.version, "reason": "One ward was missed"}).status_code == 303
    make.session.refresh(action)
    assert action.is_open


def test_whoever_marked_it_done_is_told_that_someone_else_verifies(as_lead, action):
    path = f"/actions/{action.ref}"
    assert as_lead.post(f"{path}/done", {"version": action.version, "evidence": "Report"}).status_code == 303
    refused = as_lead.get(f"{path}/verify")
    assert refused.status_code == 403
    assert "someone else has to verify it" in refused.text


def test_an_action_is_added_with_all_its_fields_and_a_wrong_one_keeps_the_rest(as_lead, make, post):
    theme, body = make.theme(), make.organisation()
    values = {
        "title": "Open a second unit",
        "owner": post.ref,
        "sponsor": "",
        "contributors": [body.ref],
        "themes": [theme.ref],
        "term": "short",
        "measure": "Two units",
        **parts("starts_on", days(10)),
    }
    path = f"/actions/new?plan={make.the_plan.ref}"
    wrong = as_lead.post(path, values | parts("due_on", days(5)))
    assert wrong.status_code == 422
    assert "The due date is before the start" in wrong.text
    assert "Two units" in wrong.text
    assert re.search(rf'value="{theme.ref}"[^>]*checked', wrong.text)
    made = as_lead.post(path, values | parts("due_on", days(50)))
    assert (made.status_code, made.location) == (303, "/actions/open-a-second-unit")
    told = text_of(as_lead.get(made.location).text)
    assert theme.title in told
    assert f"Contributing {body.title}" in told


def test_a_stale_edit_answers_409_with_both_texts(as_lead, make, action):
    old = version_of(as_lead, f"/actions/{action.ref}/edit")
    values = {"version": old, "title": "Theirs", "owner": post_ref(make, action), **parts("due_on", action.due_on)}
    assert as_lead.post(f"/actions/{action.ref}/edit", values).status_code == 303
    stale = as_lead.post(f"/actions/{action.ref}/edit", values | {"title": "Mine"})
    assert stale.status_code == 409
    assert "Theirs" in stale.text
    assert "Mine" in stale.text


# My actions and the steering group


def test_my_actions_have_one_green_button_and_lead_to_the_form(as_owner, make, post, action):
    make.action(owner_id=post.id, due_on=days(-1))
    make.action(owner_id=post.id, due_on=days(20), last_said_on=days(-1), confidence="on-track")
    page = as_owner.get("/my-actions").text
    assert page.count('class="nhsuk-button"') == 1
    assert "Answer now: 2" in text_of(page)
    assert "Due soon: 1" in text_of(page)
    assert "You hold Lead, Training." in text_of(page)


def test_somebody_without_a_post_is_told_so(as_lead):
    assert "You hold no post" in as_lead.get("/my-actions").text


def test_the_steering_page_begins_each_decision_with_its_verb(as_steering, make, action):
    ask = make.update(action, support_needed="A room", confidence="off-track")
    done = make.action(title="Write the guide", closure="done", done_on=days(-2))
    page = as_steering.get("/steering").text
    told = text_of(page)
    assert "Two decisions wanted" in told
    assert re.search(r"Answer : Train all wards : A room", told)
    assert f"/support/{ask.id}" in page
    assert f"/actions/{done.ref}/verify" in page
    assert "Overdue 3 days" in told


def test_the_steering_page_tells_the_public_nothing_that_owners_say(in_public, browse, make, action):
    make.update(action, support_needed="A room", confidence="off-track", narrative="Two trainers left.")
    page = browse.get("/steering").text
    told = text_of(page)
    assert "Overdue 3 days" in told
    for secret in ("A room", "Two trainers", "/support/"):
        assert secret not in page
    assert "signed in" in told


def test_what_may_stay_unchanged_needs_a_word_and_a_date_to_come(make):
    assert not updates.may_stay_unchanged(make.action(), TODAY)
    assert updates.may_stay_unchanged(make.action(confidence="on-track"), TODAY)
    assert not updates.may_stay_unchanged(make.action(confidence="on-track", due_on=days(-1)), TODAY)
    assert updates.may_stay_unchanged(make.action(confidence="on-track", due_on=TODAY), TODAY)


# One press, undoing, and what leads write down


def test_nothing_has_changed_is_one_press_in_the_list_and_can_be_undone(as_owner, make, post):
    action = make.action(title="Hire trainers", owner_id=post.id, due_on=days(4))
    last = make.update(action, days_ago=40, confidence="at-risk")
    page = as_owner.get("/my-actions").text
    assert page.count('name="nothing_changed"') == 1
    values = {"version": str(last.id), "from": "list", "nothing_changed": "1"}
    path = f"/actions/{action.ref}/update"
    for _ in range(2):  # a double press counts once
        sent = as_owner.post(path, values)
        assert (sent.status_code, sent.location) == (303, "/my-actions")
    assert make.session.query(Update).count() == 2
    page = as_owner.get("/my-actions").text
    assert "“Hire trainers”: nothing has changed, still at risk." in text_of(page)
    newest_id = make.session.query(Update).order_by(Update.id.desc()).first().id
    assert f'action="/actions/{action.ref}/take-back"' in page
    back = as_owner.post(f"/actions/{action.ref}/take-back", {"update_id": str(newest_id)}, page="/my-actions")
    assert (back.status_code, back.location) == (303, "/my-actions")
    page = as_owner.get("/my-actions").text
    assert "Undone." in text_of(page)
    assert "Answer now: 1" in text_of(page)
    for wrong in (str(newest_id), "", "x", "9" * 20):
        as_owner.post(f"/actions/{action.ref}/take-back", {"update_id": wrong}, page="/my-actions")
        assert "There is nothing to undo any more" in text_of(as_owner.get("/my-actions").text)


def test_nothing_has_changed_on_the_form_leads_on_and_can_be_undone_too(as_owner, make, post):
    action, other = (make.action(owner_id=post.id, due_on=days(number)) for number in (4, 6))
    last = make.update(action, days_ago=40)
    path = f"/actions/{action.ref}/update"
    sent = as_owner.post(path, {"version": str(last.id), "nothing_changed": "1"})
    assert sent.location == f"/actions/{other.ref}/update"
    page = as_owner.get(sent.location).text
    assert "still on track. Here is the next one." in text_of(page)
    assert "/take-back" in page


def test_what_a_lead_heard_is_shown_as_such_everywhere_and_the_owner_is_told(browse, make, post, action):
    lead, owner = make.lead(), make.owner(post)
    path = f"/actions/{action.ref}/update"
    page = browse.sign_in(lead).get(path).text
    assert "How did you hear it?" in page
    assert " checked" not in page
    values = {"version": "", "confidence": "at-risk", "narrative": "The trainer is ill.", "evidence": "Rota of May"}
    refused = browse.post(path, values)
    assert refused.status_code == 422
    assert "Say how you heard it" in text_of(refused.text)
    assert "The trainer is ill." in refused.text
    assert browse.post(path, values | {"reported_by": "telephone"}).location == f"/actions/{action.ref}"
    words = f"reported by telephone by {lead.name} for Lead, Training"
    for address in (f"/actions/{action.ref}", "/steering"):
        assert words in text_of(browse.get(address).text)
    (told,) = browse.get(f"/api/v1/actions/{action.ref}").get_json()["updates"]
    assert (told["reported_by"], told["evidence"]) == ("telephone", "Rota of May")
    assert "By telephone" in browse.get("/steering?format=csv&table=6").text
    browse.sign_in(owner)
    page = browse.get(path).text
    assert words in text_of(page)
    assert "How did you hear it?" not in page
    action.last_said_on = days(-20)
    assert "“at risk” was written down for you 20 days ago." in text_of(browse.get("/my-actions").text)


def test_nothing_has_changed_needs_to_be_heard_too(as_lead, make, action):
    action.forecast_on = days(9)
    last = make.update(action, days_ago=20)
    path = f"/actions/{action.ref}/update"
    values = {"version": str(last.id), "nothing_changed": "1"}
    assert as_lead.post(path, values).status_code == 422
    sent = as_lead.post(path, values | {"reported_by": "meeting"})
    assert sent.location == f"/actions/{action.ref}"
    page = as_lead.get(sent.location).text
    assert "reported in a meeting by" in text_of(page)
    newest = make.session.query(Update).order_by(Update.id.desc()).first()
    back = as_lead.post(f"/actions/{action.ref}/take-back", {"update_id": str(newest.id)}, page=path)
    assert back.location == f"/actions/{action.ref}"


# Answers on their way back, and long lists


def test_an_answer_returns_to_whoever_asked_until_they_say_more(browse, make, post, action):
    owner, steering = make.owner(post), make.steering()
    path = f"/actions/{action.ref}/update"
    values = {"version": "", "confidence": "at-risk", "narrative": "No room.", "support_needed": "A room"}
    browse.sign_in(owner).post(path, values)
    ask = make.session.query(Update).one()
    assert "Not answered yet." in text_of(browse.get(path).text)
    browse.sign_in(steering).post(f"/support/{ask.id}", {"answer": "Room 5 is yours."})
    assert f"Answered on 23 November 2026 by {steering.name}." in text_of(browse.get(f"/actions/{action.ref}").text)
    browse.sign_in(owner)
    for address in ("/my-actions", "/"):
        told = text_of(browse.get(address).text)
        assert "Your ask on “Train all wards” was answered today: Room 5 is yours." in told
    told = text_of(browse.get(path).text)
    assert f"You asked: A room Answer: Room 5 is yours. Answered on 23 November 2026 by {steering.name}." in told
    browse.post(path, {"version": str(ask.id), "confidence": "on-track", "narrative": "We moved in."})
    assert "was answered" not in browse.get("/my-actions").text


def test_an_answer_that_came_after_a_later_update_stands_beside_the_form(browse, make, post, action):
    ask = make.update(action, days_ago=9, support_needed="A room")
    make.update(action, days_ago=2)
    browse.sign_in(make.lead()).post(f"/support/{ask.id}", {"answer": "Room 5 is yours."})
    browse.sign_in(make.owner(post))
    assert "Answer: Room 5 is yours." in text_of(browse.get(f"/actions/{action.ref}/update").text)


def test_a_long_group_shows_its_first_rows_and_has_pages_of_its_own(as_owner, make, post):
    for number in range(30):
        make.action(owner_id=post.id, due_on=days(-1 - number))
        make.action(owner_id=post.id, due_on=days(300))
    page = as_owner.get("/my-actions").text
    assert "Answer now: 30" in text_of(page)
    assert page.count(">Update<") == 25
    assert "/my-actions?group=answer_now" in page
    assert "/my-actions?group=later" in page
    second = as_owner.get("/my-actions?group=answer_now&page=2").text
    assert "26 to 30 of 30" in text_of(second)
    assert second.count(">Update<") == 5
    assert "None." in text_of(as_owner.get("/my-actions?group=done").text)
    assert as_owner.get("/my-actions?group=nonsense").status_code == 200


def test_the_page_costs_no_more_statements_for_many_actions(as_owner, make, post, count_statements):
    def cost() -> int:
        make.session.expunge_all()
        with count_statements() as count:
            assert as_owner.get("/my-actions").status_code == 200
        return count.number

    def more(number: int) -> None:
        for _ in range(number):
            action = make.action(owner_id=post_id, due_on=days(-3))
            make.update(action, days_ago=30, support_needed="A room", support_answer="No", support_answered_on=TODAY)

    post_id = post.id
    more(2)
    few = cost()
    more(20)
    assert cost() == few
