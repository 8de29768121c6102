"""The pages of an action's parts: milestones, evidence, dependencies, and where a new action comes from."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from actions import editing
from actions.models import Evidence, Milestone
from kb.models.link import Link, LinkType
from kb.models.organisation import Post
from kb.models.record import Visibility
from kb.permissions import SYSTEM
from tests.actions.test_views import parts, text_of, version_of
from tests.conftest import TODAY


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


@pytest.fixture
def post(make):
    return make.post(title="Lead, Training")


@pytest.fixture
def action(make, post):
    return make.action(title="Train all wards", owner_id=post.id, starts_on=days(-30), due_on=days(40))


@pytest.fixture
def as_owner(browse, make, post):
    return browse.sign_in(make.owner(post))


@pytest.fixture
def as_lead(browse, make):
    return browse.sign_in(make.lead())


def test_a_milestone_is_added_kept_when_wrong_reached_opened_moved_and_removed(as_lead, make, action):
    path = f"/actions/{action.ref}"
    assert "None yet." in text_of(as_lead.get(path).text)
    wrong = as_lead.post(f"{path}/milestones/new", {"title": "Half <way>", **parts("due_on", days(-40))})
    assert wrong.status_code == 422
    assert "before the action starts" in wrong.text
    assert 'value="Half &lt;way&gt;"' in wrong.text
    nonsense = as_lead.post(f"{path}/milestones/new", {"title": "", "due_on-day": "31", "due_on-month": "2"})
    assert nonsense.status_code == 422
    assert 'value="31"' in nonsense.text
    assert as_lead.post(f"{path}/milestones/new", {"title": "Half way", **parts("due_on", days(-2))}).status_code == 303
    assert "Overdue 2 days" in text_of(as_lead.get(path).text)
    milestone = make.session.query(Milestone).one()
    own = f"{path}/milestones/{milestone.id}"
    as_lead.post(f"{own}/finish", page=path)
    make.session.refresh(milestone)
    assert milestone.done_on == TODAY
    as_lead.post(f"{own}/open", page=path)
    make.session.refresh(milestone)
    assert milestone.done_on is None
    unreasoned = as_lead.post(own, {"title": "Half way", **parts("due_on", days(50))})
    assert unreasoned.status_code == 422
    assert "Say why its date changes" in unreasoned.text
    moved = as_lead.post(own, {"title": "Half way", "reason": "Boards asked", **parts("due_on", days(50))})
    assert moved.status_code == 303
    assert "10 days after the action is due" in text_of(as_lead.get(path).text)
    assert "Remove this milestone?" in as_lead.get(f"{own}/remove").text
    assert make.session.query(Milestone).count() == 1
    assert as_lead.post(f"{own}/remove", {"reason": "x" * 501}).status_code == 422
    assert as_lead.post(f"{own}/remove", {"reason": "Never needed"}).status_code == 303
    assert make.session.query(Milestone).count() == 0
    assert "Milestone removed: Half way (due 12 January 2027): “Never needed”" in text_of(as_lead.get(path).text)
    assert as_lead.get(own).status_code == 404


def test_an_owner_reaches_milestones_and_is_not_offered_to_set_them(as_owner, make, action):
    milestone = make.milestone(action)
    page = as_owner.get(f"/actions/{action.ref}").text
    assert f"/milestones/{milestone.id}/finish" in page
    assert "/milestones/new" not in page
    assert as_owner.get(f"/actions/{action.ref}/milestones/new").status_code == 403
    assert as_owner.post(f"/actions/{action.ref}/milestones/{milestone.id}/finish", page="/account").status_code == 303


def test_evidence_is_a_link_that_leads_away_safely(as_owner, make, action):
    path = f"/actions/{action.ref}/evidence"
    for address in ("javascript:alert(1)", "data:text/html,x", "minutes.pdf"):
        wrong = as_owner.post(path, {"title": "Minutes <b>", "address": address})
        assert wrong.status_code == 422
        assert "starting with https:// or http://" in wrong.text
        assert f'value="{address}"' in wrong.text
    sent = as_owner.post(path, {"title": "Minutes <b>", "address": "www.example.org/a?b=1&c=2"})
    assert sent.status_code == 303
    page = as_owner.get(f"/actions/{action.ref}").text
    link = 'href="https://www.example.org/a?b=1&amp;c=2" rel="noopener noreferrer nofollow">Minutes &lt;b&gt;</a>'
    assert link in page
    kept = make.session.query(Evidence).one()
    assert as_owner.post(f"{path}/{kept.id}/remove", page=path).status_code == 303
    assert "rel=" not in as_owner.get(f"/actions/{action.ref}").text.split('id="evidence"')[1].split("</section>")[0]


def test_whoever_verifies_sees_the_evidence(browse, make, action):
    make.evidence(action, title="Minutes of the board")
    action.closure, action.done_on = "done", days(-1)
    page = browse.sign_in(make.steering()).get(f"/actions/{action.ref}/verify").text
    assert "Minutes of the board" in page
    assert 'rel="noopener noreferrer nofollow"' in page


def test_the_public_is_shown_no_evidence(app, browse, make, action):
    from dataclasses import replace

    app.extensions["settings"] = replace(app.extensions["settings"], public_read=True)
    make.evidence(action, title="Minutes of the board")
    assert "Minutes of the board" not in browse.get(f"/actions/{action.ref}").text


def test_what_an_action_waits_for_is_added_warned_of_and_taken_away(as_lead, make, action):
    late = make.action(title="Write the course", due_on=days(-12))
    path = f"/actions/{action.ref}"
    new = f"/links/new?from=action:{action.ref}&way=depends-on"
    assert new.replace("&", "&amp;").replace(":", "%3A", 0) in as_lead.get(path).text.replace("%3A", ":")
    values = {"way": "depends-on", "words": late.ref, "reason": "The course comes first."}
    assert as_lead.post(new, values).status_code == 303
    told = text_of(as_lead.get(path).text)
    assert "Waits for “Write the course”, which is 12 days late." in told
    assert "Waits for “Write the course”, which is 12 days late" in text_of(as_lead.get("/actions").text)
    assert "it waits for this, which is 12 days late" in text_of(as_lead.get(f"/actions/{late.ref}").text)
    back = {"way": "depends-on", "words": action.ref, "reason": "It is a circle."}
    circle = as_lead.post(f"/links/new?from=action:{late.ref}&way=depends-on", back)
    assert circle.status_code == 422
    assert "“Train all wards” depends on “Write the course”" in circle.text
    assert "It is a circle." in circle.text
    link = make.session.query(Link).one()
    assert f"/links/{link.id}/confirm" in as_lead.get(path).text
    as_lead.post(f"/links/{link.id}/retire", {"reason": "No longer"}, page=f"/links/{link.id}/confirm")
    assert "Write the course" not in text_of(as_lead.get(path).text).split("Depends on")[1].split("Could be")[0]


def test_a_draft_that_an_action_waits_for_is_not_told_of(browse, make, action):
    secret = make.action(title="Secret course", due_on=days(-12), visibility=Visibility.DRAFT)
    make.link(action, LinkType.DEPENDS_ON, secret)
    browse.sign_in(make.viewer())
    for path in (f"/actions/{action.ref}", "/actions", "/actions?format=csv", "/steering"):
        assert "Secret course" not in browse.get(path).text


def test_every_move_is_told_with_its_reason(as_lead, make, action):
    for to, reason in ((days(60), "Boards asked"), (days(55), "Found time")):
        editing.move_due_date(
            make.session, action.ref, to=to, reason=reason, version=action.version, by=SYSTEM, today=TODAY
        )
        make.session.flush()
    told = text_of(as_lead.get(f"/actions/{action.ref}").text)
    assert "First agreed for 2 January 2027 Now due 17 January 2027 Moved twice" in told
    assert "2 January 2027 to 22 January 2027 : 20 days later “Boards asked”" in told.replace("2027: ", "2027 : ")
    assert "5 days earlier “Found time”" in told


def test_an_action_that_starts_from_a_row_of_the_mapping_closes_its_gap(as_lead, make):
    source = make.source()
    response = make.response(source, response_type="aligned", text="It is taken up.")
    page = as_lead.get(f"/sources/{source.ref}").text
    address = f"/actions/new?plan={make.the_plan.ref}&response={response.ref}"
    assert address.replace("&", "&amp;") in page
    assert response.title in as_lead.get(address).text
    made = as_lead.post(address, {"title": "Train all wards", "owner": "", "sponsor": "", "term": ""})
    assert made.status_code == 303
    after = as_lead.get(f"/sources/{source.ref}").text
    assert "Gap: no action" not in after
    assert "Train all wards" in after


def test_a_row_of_another_plan_is_not_answered(as_lead, make):
    plan = make.the_plan
    foreign = make.response(make.source(), plan_id=make.plan().id, response_type="aligned", text="Theirs.")
    for named in (foreign.ref, "no-such-row"):
        assert as_lead.get(f"/actions/new?plan={plan.ref}&response={named}").status_code == 404


def test_an_action_that_starts_from_a_priority_has_it_ticked(as_lead, make):
    priority = make.priority()
    page = as_lead.get(f"/actions/new?plan={make.the_plan.ref}&priority={priority.ref}").text
    assert re.search(rf'value="{priority.ref}" checked', page)


def test_a_lead_keeps_an_action_as_a_draft_and_publishes_it(as_lead, make, action):
    path = f"/actions/{action.ref}/edit"
    values = {"title": action.title, "owner": "lead-training", **parts("starts_on", days(-30))}
    values |= {**parts("due_on", days(40)), "reason": ""}
    owner = make.session.get(type(action), action.id).owner_id
    values["owner"] = next(post.ref for post in make.session.query(type(make.post())) if post.id == owner)
    assert as_lead.post(path, values | {"version": version_of(as_lead, path), "visibility": "draft"}).status_code == 303
    make.session.refresh(action)
    assert action.visibility == "draft"
    # A form without the question leaves the answer as it is.
    assert as_lead.post(path, values | {"version": version_of(as_lead, path)}).status_code == 303
    make.session.refresh(action)
    assert action.visibility == "draft"
    wrong = as_lead.post(path, values | {"version": version_of(as_lead, path), "visibility": "secret"})
    assert wrong.status_code == 422


def test_a_due_date_before_the_start_is_refused_and_the_text_kept(as_lead, make, action):
    path = f"/actions/{action.ref}/edit"
    values = {"version": version_of(as_lead, path), "title": "Train everybody", "measure": "All 20 wards"}
    wrong = as_lead.post(path, values | parts("starts_on", days(10)) | parts("due_on", days(5)))
    assert wrong.status_code == 422
    assert "The due date is before the start" in wrong.text
    assert "All 20 wards" in wrong.text


def test_the_date_of_an_overdue_action_is_asked_for_and_the_form_says_so_and_keeps_the_text(as_lead, make, action):
    action.due_on = action.baseline_due_on = days(-3)
    make.session.flush()
    path = f"/actions/{action.ref}/edit"
    page = as_lead.get(path).text
    assert "This action is overdue: only the steering group moves its date." in page
    assert f'href="/actions/{action.ref}/requests/new"' in page
    values = {"version": version_of(as_lead, path), "title": "Train everybody", "measure": "All 20 wards"}
    values |= {"owner": make.session.get(Post, action.owner_id).ref, "reason": "Later"}
    wrong = as_lead.post(path, values | parts("due_on", days(50)))
    assert wrong.status_code == 422
    assert "All 20 wards" in wrong.text
    assert "only the steering group moves its date" in wrong.text
    assert as_lead.post(path, values | parts("due_on", days(-3))).status_code == 303


def test_what_is_needed_is_told_after_what_of_the_other_it_comes(as_lead, make, action):
    action.due_on = days(40)
    needed = make.action(title="Write the course", due_on=days(45))
    make.link(action, LinkType.DEPENDS_ON, needed)
    assert "5 days after that one is due" in text_of(as_lead.get(f"/actions/{needed.ref}").text)
    assert "5 days after this one is due" in text_of(as_lead.get(f"/actions/{action.ref}").text)


def test_the_list_narrows_to_what_is_incomplete(as_lead, make, action):
    whole = make.action(title="Whole", owner_id=action.owner_id, due_on=days(9), measure="All 20 wards")
    make.link(make.priority(), LinkType.DELIVERED_BY, whole)
    page = as_lead.get("/actions?only=incomplete").text
    assert action.title in page
    assert "Whole" not in text_of(page)


def test_the_file_of_the_list_has_the_whole_matrix(as_lead, make, action):
    sponsor, body = make.post(title="Director"), make.organisation(title="Board A")
    make.session.refresh(action, ["contributors"])
    action.sponsor_id, action.contributors = sponsor.id, [body]
    make.session.flush()
    lead = make.person(make.lead())
    editing.move_due_date(
        make.session, action.ref, to=days(60), reason="asked", version=action.version, by=lead, today=TODAY
    )
    lines = as_lead.get("/actions?format=csv").text
    for words in ("Sponsor", "Contributing organisations", "Times moved", "First agreed", "Forecast", "Term"):
        assert words in lines
    assert "Director" in lines
    assert "Board A" in lines


def test_the_page_of_an_action_takes_few_statements(as_lead, make, action, count_statements):
    for number in range(5):
        make.milestone(action)
        make.evidence(action, address=f"https://example.org/{number}", person_id=make.user().id)
        make.link(action, LinkType.DEPENDS_ON, make.action(due_on=days(-1)))
        make.link(make.action(), LinkType.DEPENDS_ON, action)
        make.update(action, days_ago=number)
    as_lead.get(f"/actions/{action.ref}")
    with count_statements() as count:
        as_lead.get(f"/actions/{action.ref}")
    assert count.number <= 26  # the request's own, the session and the shortlist among them
