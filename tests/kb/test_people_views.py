"""The pages about people: the way in, the list, one person, members of a plan, one's own account."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from kb.accounts import account_tokens, passwords, people, users
from kb.db import now
from kb.models.organisation import PostHolding
from kb.models.outbox import OutboxMessage
from kb.models.user import AccountToken, Membership, Role, TokenPurpose, User, WebSession
from kb.permissions import SYSTEM
from tests.browsing import Browser
from tests.conftest import TODAY

GOOD, OTHER = "three quiet otters", "four louder herons"
LINK = re.compile(r"http://127\.0\.0\.1:5000(/(?:invitations|new-password)/[\w-]+)")


@pytest.fixture
def administrator(make):
    return make.user(name="Ada", is_administrator=True, password_hash="x")


@pytest.fixture
def member(session, make):
    user = make.user(name="Mem Ber", email="member@example.org")
    users.set_password(session, user, GOOD, by=SYSTEM)
    session.commit()
    return user


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def link_for(session, user, purpose=TokenPurpose.INVITATION, **at):
    issued = account_tokens.issue(session, user, purpose, at=now() - timedelta(**at), by=SYSTEM)
    session.commit()
    return issued.address("")


def is_in(browse):
    return browse.client.get("/account").status_code == 200


def test_where_nobody_can_sign_in_the_page_says_how_the_first_administrator_comes(browse, make):
    told = browse.get(browse.get("/").location)
    assert "kb init --email" in told.text
    assert "it has no administrator" in told.text
    assert "<form class" not in told.text, "no form that leads nowhere, and none to register"
    make.administrator()
    assert "has been invited and has not come yet" in browse.get("/sign-in").text
    make.user(password_hash="x")
    assert 'name="password"' in browse.get("/sign-in").text


def test_an_administrator_invites_somebody_who_comes_in(app, browse, session, make, administrator):
    plan = make.plan(title="Our plan")
    browse.sign_in(administrator)
    values = {"name": "New Lead", "email": "new@example.org", "plan": plan.ref, "role": "lead"}
    answer = browse.post("/people/new", values)
    path = LINK.search(answer.text).group(1)
    mail = session.scalars(select(OutboxMessage)).one()
    assert path in mail.text
    assert path not in browse.get(f"/outbox/{mail.id}").text, "the link is for its reader"
    assert path not in browse.get("/people").text, "and shown once"
    assert "not come yet" in words(browse.get("/people"))

    new = Browser(app, session)
    assert "Welcome, New Lead" in new.get(path).text
    assert session.scalars(select(AccountToken.used_at)).all() == [None], "looking uses nothing up"
    answer = new.post(path, {"password": GOOD, "again": GOOD})
    assert (answer.status_code, answer.location) == (303, "/")
    assert is_in(new)
    assert "Strategy lead, Our plan" in words(new.get("/account"))
    again = new.get(path)
    assert again.status_code == 410
    assert "This link has been used" in again.text
    assert "Invite again" not in browse.get(f"/people/{mail.recipient_id}").text


def test_an_invitation_that_cannot_be_made_keeps_what_was_typed(browse, session, make, administrator, member):
    browse.sign_in(administrator)
    answer = browse.post("/people/new", {"name": "Typed Name", "email": member.email})
    assert answer.status_code == 422
    assert "already an account" in answer.text
    assert 'value="Typed Name"' in answer.text
    assert browse.post("/people/new", {"name": "", "email": "x"}).status_code == 422
    assert session.scalars(select(OutboxMessage)).all() == []


@pytest.mark.parametrize("folder", ["invitations", "new-password"])
def test_each_link_that_does_not_work_has_an_answer_of_its_own(browse, session, make, folder):
    purpose = TokenPurpose.INVITATION if folder == "invitations" else TokenPurpose.RESET
    user, closed, used = make.user(), make.user(), make.user(password_hash="x")
    first, second = (link_for(session, user, purpose) for _ in range(2))
    shut, spent = link_for(session, closed, purpose), link_for(session, used, purpose)
    session.scalars(select(AccountToken).where(AccountToken.user_id == used.id)).one().used_at = now()
    closed.is_active = False
    answers = {
        first: (410, "There is a newer link"),
        shut: (410, "This account is closed"),
        spent: (410, "This link has been used"),
        second + "x": (404, "This link does not work"),
        f"/{folder}/": None,
        link_for(session, make.user(), purpose, days=8): (410, "This link has ended"),
    }
    for path, expected in answers.items():
        if expected is None:
            continue
        for answer in (
            browse.get(path),
            browse.post(path, {"password": GOOD, "again": GOOD}, page="/forgotten-password"),
        ):
            assert answer.status_code == expected[0]
            assert f"<h1>{expected[1]}" in answer.text
    assert browse.get(second).status_code == 200
    assert session.scalars(select(WebSession)).all() == []


def test_a_wrong_new_password_leaves_the_link_open(browse, session, make):
    user = make.user()
    path = link_for(session, user)
    for values, told in (
        ({"password": GOOD, "again": OTHER}, "differ"),
        ({"password": "short", "again": "short"}, "at least 12"),
        ({}, "Give a new password"),
    ):
        answer = browse.post(path, values)
        assert answer.status_code == 422
        assert told in answer.text
    assert browse.post(path, {"password": GOOD, "again": GOOD}).status_code == 303


def test_whoever_opens_a_link_while_signed_in_as_another_is_told_so(browse, session, make, member):
    path = link_for(session, make.user(name="Other"))
    assert "You are signed in as Mem Ber" in browse.sign_in(member).get(path).text
    browse.post(path, {"password": GOOD, "again": GOOD})
    assert "Other" in browse.get("/account").text


def test_a_forgotten_password_is_mended_and_every_other_browser_signed_out(app, browse, session, member):
    left = Browser(app, session).sign_in(member)
    answer = browse.post("/forgotten-password", {"email": "Member@example.org"})
    assert answer.location == "/sign-in"
    path = LINK.search(session.scalars(select(OutboxMessage.text)).one()).group(1)
    assert browse.post(path, {"password": OTHER, "again": OTHER}).location == "/"
    assert (is_in(browse), is_in(left)) == (True, False)
    session.refresh(member)
    assert passwords.matches(OTHER, member.password_hash)


def test_the_answer_is_the_same_with_and_without_an_account(app, session, member):
    told = set()
    for email in (member.email, "nobody@example.org"):
        browse = Browser(app, session)
        answer = browse.post("/forgotten-password", {"email": email})
        told.add((answer.status_code, answer.location, browse.get("/sign-in").text.split('name="csrf_token"')[0]))
    assert len(told) == 1
    assert len(session.scalars(select(OutboxMessage)).all()) == 1


def test_asking_is_limited_and_apart_from_signing_in(browse, member):
    answers = [browse.post("/forgotten-password", {"email": member.email}).status_code for _ in range(11)]
    assert answers == [303] * 10 + [429]
    assert browse.post("/sign-in", {"email": member.email, "password": GOOD}).status_code == 303
    assert browse.post("/forgotten-password", {"email": ""}).status_code == 422


def test_without_a_mail_server_the_pages_do_not_promise_a_mail(app, browse, session, administrator, member):
    assert "no mail server" in browse.get("/forgotten-password").text
    browse.post("/forgotten-password", {"email": member.email})
    assert "ask an administrator for a link" in browse.get("/sign-in").text
    browse.sign_in(administrator)
    shown = browse.post(f"/people/{member.id}/new-password", page=f"/people/{member.id}")
    assert LINK.search(shown.text)
    assert "no mail leaves" in shown.text
    app.extensions["settings"] = replace(app.extensions["settings"], smtp_url="smtp://mail.example.org")
    app.jinja_env.globals["settings"] = app.extensions["settings"]
    sent = browse.post(f"/people/{member.id}/new-password", page=f"/people/{member.id}")
    assert not LINK.search(sent.text), "where mail leaves, the link is for its reader alone"
    assert "no mail server" not in browse.get("/forgotten-password").text
    browse.post("/forgotten-password", {"email": member.email})
    assert "a mail is on its way" in browse.get("/").text


def test_people_are_listed_with_filters_in_the_address(browse, make, administrator):
    plan = make.plan(title="Our plan")
    make.user(name="Lee Lead", role=Role.LEAD, plan=plan, password_hash="x", last_seen_at=now())
    make.user(name="Gone Guest", is_active=False)
    browse.sign_in(administrator)
    page = words(browse.get("/people"))
    assert "3 people" in page
    assert "Lee Lead" in words(browse.get(f"/people?role=lead&plan={plan.ref}&state=active&q=lee"))
    assert "Lee Lead" not in browse.get("/people?state=deactivated").text
    assert "Nobody fits" in browse.get("/people?q=nobody-of-this-name").text
    unknown = browse.get("/people?state=x&role=y&plan=z&page=99")
    assert "3 people" in words(unknown)


def test_the_list_is_paged_and_takes_few_statements(browse, session, make, administrator, count_statements):
    browse.sign_in(administrator)
    make.lead()
    browse.get("/people")
    numbers = []
    for _ in range(2):
        with count_statements() as count:
            browse.get("/people")
        numbers.append(count.number)
        for number in range(30):
            make.owner().name = f"Z {number:02}"
        session.commit()
    assert numbers[0] == numbers[1] <= 12
    assert "1 to 25 of" in browse.get("/people").text
    assert "Z 29" in browse.get("/people?page=3").text


def test_roles_are_given_changed_and_taken_on_the_page_of_a_person(browse, session, make, administrator):
    plan, user = make.plan(), make.user(password_hash="x")
    browse.sign_in(administrator)
    page = f"/people/{user.id}"

    def send(path, values):
        return browse.post(f"{page}{path}", values, page=page)

    assert send("/roles", {"plan": plan.ref, "role": "viewer"}).status_code == 303
    twice = send("/roles", {"plan": plan.ref, "role": "lead"})
    assert twice.status_code == 422
    assert "already: viewer" in twice.text
    assert send(f"/roles/{plan.ref}", {"role": "lead"}).status_code == 303
    assert session.scalars(select(Membership.role)).all() == ["lead"]
    for path, values in (("/roles", {"plan": "x", "role": "lead"}), (f"/roles/{plan.ref}", {"role": "king"})):
        assert send(path, values).status_code == 422
    assert send("/roles/there-is-none", {"role": "lead"}).status_code == 404
    assert send(f"/roles/{plan.ref}", {"role": ""}).status_code == 303
    assert session.scalars(select(Membership)).all() == []
    user.is_active = False
    assert send(f"/roles/{plan.ref}", {"role": "lead"}).status_code == 422


def test_administrators_are_made_and_unmade_and_the_last_one_stays(browse, session, make, administrator):
    user = make.user(name="Bea", password_hash="x")
    browse.sign_in(administrator)

    def send(whom, value):
        return browse.post(f"/people/{whom.id}/administrator", {"is_administrator": value}, page="/people/new")

    refused = send(administrator, "")
    assert refused.status_code == 422
    assert "Ada is the only administrator who can sign in" in refused.text
    assert send(user, "y").location == f"/people/{user.id}"
    assert send(administrator, "").location == "/", "the page is not theirs any more"
    assert session.scalars(select(User.name).where(User.is_administrator)).all() == ["Bea"]


def test_ending_an_account_shows_first_what_it_empties(browse, session, make, administrator):
    post = make.post(title="Lead for nurses")
    make.action(owner_id=post.id)
    make.action(owner_id=post.id, closure="done")
    user = make.owner(post)
    user.password_hash = "x"
    session.get(Membership, (user.id, make.the_plan.id)).role = Role.LEAD
    browse.sign_in(administrator)
    page = words(browse.get(f"/people/{user.id}/deactivate"))
    assert "One post becomes empty today Lead for nurses" in page
    assert "It owns one open action" in page
    assert "One plan is left without a lead" in page
    assert user.is_active
    assert browse.post(f"/people/{user.id}/deactivate").status_code == 303
    assert session.scalars(select(PostHolding.until_on)).all() == [TODAY]
    assert "Empty post" in browse.get(f"/posts/{post.ref}").text
    assert "Cannot sign in" in browse.get(f"/people/{user.id}").text
    assert browse.post(f"/people/{user.id}/activate", page=f"/people/{user.id}").status_code == 303
    assert people.state_of(session.get(User, user.id)) is people.State.ACTIVE


def test_nobody_ends_their_own_account_and_one_who_never_came_is_invited_again(browse, session, make, administrator):
    browse.sign_in(administrator)
    own = browse.post(f"/people/{administrator.id}/deactivate")
    assert own.status_code == 422
    assert "Somebody else has to end your account" in own.text
    user = make.user()
    page = f"/people/{user.id}"
    assert LINK.search(browse.post(f"{page}/invite", page=page).text)
    reset = browse.post(f"{page}/new-password", page=page)
    assert reset.status_code == 422
    assert "send the invitation again" in reset.text
    browse.post(f"{page}/deactivate")
    assert browse.post(f"{page}/invite", page="/people/new").status_code == 422
    browse.post(f"{page}/activate", page=page)
    assert "Send the invitation again" in browse.get(page).text
    assert browse.get("/people/999999").status_code == 404


def test_a_lead_keeps_the_members_of_their_plan(browse, session, make):
    plan, other = make.plan(), make.plan()
    lead, user, gone = make.lead(plan), make.user(name="Una"), make.user(name="Gil", is_active=False)
    browse.sign_in(lead)
    page = f"/plans/{plan.ref}/members"
    assert browse.get(f"/plans/{other.ref}/members").status_code == 403
    assert browse.post(page, {"person": user.id, "role": "viewer"}).status_code == 303
    twice = browse.post(page, {"person": user.id, "role": "viewer"})
    assert twice.status_code == 422
    assert "already: viewer" in twice.text
    assert browse.post(page, {"person": gone.id, "role": "viewer"}).status_code == 422
    assert browse.post(f"{page}/{user.id}", {"role": "steering"}, page=page).location == page
    assert browse.post(f"{page}/{gone.id}", {"role": "lead"}, page=page).status_code == 404
    assert browse.post(f"{page}/{user.id}", {"role": "king"}, page=page).status_code == 422
    assert "Una" in browse.get(page).text
    own = browse.post(f"{page}/{lead.id}", {"role": ""}, page=page)
    assert own.location == f"/plans/{plan.ref}", "who leads no more does not see the list"
    assert session.scalars(select(Membership.role)).all() == ["steering"]


def test_a_member_whose_account_ended_is_given_no_other_role(browse, session, make, administrator):
    user = make.viewer()
    user.is_active = False
    browse.sign_in(administrator)
    page = f"/plans/{make.the_plan.ref}/members"
    assert browse.post(f"{page}/{user.id}", {"role": "lead"}, page=page).status_code == 422
    assert "No lead" in browse.get(page).text


def test_one_renames_oneself_and_signs_out_everywhere(app, browse, session, member):
    left = Browser(app, session).sign_in(member)
    browse.sign_in(member)
    assert browse.post("/account/name", {"name": "Mem Other"}, page="/account").status_code == 303
    assert "Mem Other" in browse.get("/account").text
    empty = browse.post("/account/name", {"name": " "}, page="/account")
    assert empty.status_code == 422
    assert "Give your name" in empty.text
    assert browse.post("/account/sign-out-everywhere", page="/account").status_code == 303
    assert (is_in(browse), is_in(left)) == (False, False)


def test_a_demonstration_account_keeps_its_name(browse, make):
    user = make.user(is_demonstration=True)
    browse.sign_in(user)
    assert browse.post("/account/name", {"name": "Another"}, page="/account").status_code == 422


def test_home_leads_a_first_administrator_on(browse, session, make, administrator):
    browse.sign_in(administrator)
    page = browse.get("/")
    assert 'class="nhsuk-button" href="/plans/new"' in page.text
    assert "0 of 7 done" in words(page)
    plan = make.plan()
    session.add(Membership(user_id=administrator.id, plan_id=plan.id, role=Role.LEAD))
    page = browse.get("/")
    assert 'class="nhsuk-button" href="/organisations/new"' in page.text
    assert f"/actions/new?plan={plan.ref}" in page.text
    assert page.text.count('class="nhsuk-button"') == 1
    source = make.source()
    assert f"/sources/{source.ref}/map?plan={plan.ref}" in browse.get("/").text
    make.response(source, text="We follow it.")
    make.owner(make.post())
    make.priority()
    make.action()
    assert "First steps" not in browse.get("/").text


def test_a_lead_who_is_no_administrator_is_led_to_the_members(browse, make):
    page = browse.sign_in(make.lead()).get("/").text
    assert f"/plans/{make.the_plan.ref}/members" in page
    assert "/people/new" not in page
    assert "First steps" not in Browser(browse.app, browse.session).sign_in(make.viewer()).get("/").text
