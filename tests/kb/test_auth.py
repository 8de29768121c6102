"""Signing in and out, sessions that end when they should, and who may open a view."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import url_for
from sqlalchemy import select

from kb import auth, web
from kb.accounts import passwords, sessions, sign_in, users
from kb.db import now
from kb.models.organisation import PostHolding
from kb.models.user import Membership, Role, SignInAttempt, WebSession
from kb.permissions import SYSTEM, Capability
from tests.browsing import TOKEN, Browser, lend

GOOD = "three quiet otters"


@pytest.fixture
def owner(session, make):
    user = make.owner()
    user.email = "owner@example.org"
    users.set_password(session, user, GOOD, by=SYSTEM)
    session.commit()
    return user


def enter(browse, *, email="owner@example.org", password=GOOD, **values):
    return browse.post("/sign-in", {"email": email, "password": password, **values})


def cookie(browse, name="session"):
    found = browse.client.get_cookie(name)
    return found.value if found else None


def is_in(browse):
    return browse.client.get("/account").status_code == 200


def test_signing_in_leads_to_the_page_that_was_asked_for(browse, owner):
    asked = browse.get("/account?x=1&y=2")
    assert asked.status_code == 303
    page = browse.get(asked.location)
    assert 'value="/account?x=1&amp;y=2"' in page.text
    answer = enter(browse, next="/account?x=1&y=2")
    assert (answer.status_code, answer.location) == (303, "/account?x=1&y=2")
    assert is_in(browse)


@pytest.mark.parametrize(("role", "first", "page"), [
    ("viewer", "", "/my-actions"), ("viewer", "/", "/my-actions"), ("lead", "", "/"), ("steering", "/", "/"),
])  # fmt: skip
def test_an_owner_who_asked_for_no_page_lands_on_what_waits_for_them(browse, owner, session, role, first, page):
    session.scalars(select(Membership).where(Membership.user_id == owner.id)).one().role = role
    session.commit()
    assert enter(browse, next=first).location == page
    assert browse.get("/sign-in").location == page


def test_the_cookie_holds_no_more_than_a_token_whose_hash_is_kept(browse, owner, session):
    enter(browse)
    token = cookie(browse)
    row = session.scalars(select(WebSession)).one()
    assert row.token_hash == sessions.hash_of(token) != token
    assert len(token) >= 43, "256 bits"
    assert cookie(browse, "visitor") is None


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(browse, owner):
    header = next(h for h in enter(browse).headers.getlist("Set-Cookie") if h.startswith("session="))
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(header.split("; "))
    assert "Secure" not in header
    assert "Domain" not in header


def test_behind_https_the_cookie_is_bound_to_the_host(app, browse, owner, settings):
    app.extensions["settings"] = replace(app.extensions["settings"], secure_cookies=True)
    secure = {"base_url": "https://localhost"}
    token = TOKEN.search(browse.client.get("/sign-in", **secure).text).group(1)
    values = {"csrf_token": token, "email": owner.email, "password": GOOD}
    header = browse.client.post("/sign-in", data=values, **secure).headers.getlist("Set-Cookie")
    mine = next(h for h in header if h.startswith("__Host-session="))
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(mine.split("; "))
    assert browse.client.get("/account", **secure).headers["Strict-Transport-Security"].startswith("max-age=")


def test_signing_in_gives_another_token_and_ends_the_one_before(browse, owner, session):
    browse.client.set_cookie("session", "a token that somebody else chose")
    enter(browse)
    first = cookie(browse)
    assert first != "a token that somebody else chose"
    browse.client.get("/account")
    token = TOKEN.search(browse.client.get("/account").text).group(1)
    browse.client.post("/sign-in", data={"csrf_token": token, "email": owner.email, "password": GOOD})
    assert cookie(browse) != first
    assert len(session.scalars(select(WebSession)).all()) == 1


@pytest.mark.parametrize(
    ("email", "password"),
    [("owner@example.org", "wrong"), ("unknown@example.org", GOOD), ("owner@example.org' --", GOOD), ("x", "\ud7ff")],
)
def test_a_wrong_email_or_password_get_the_same_words_and_the_email_stays(browse, owner, email, password):
    answer = enter(browse, email=email, password=password)
    assert answer.status_code == 422
    assert "The email address or the password is not right" in answer.text
    assert password not in answer.text
    assert not is_in(browse)


def test_empty_boxes_are_named_and_not_counted_as_a_try(browse, owner, session):
    answer = enter(browse, email="", password="")
    assert answer.status_code == 422
    assert "Give your email address" in answer.text
    assert "Give your password" in answer.text
    assert session.scalars(select(SignInAttempt)).all() == []


def test_too_many_tries_are_refused_before_any_hashing(browse, owner, monkeypatch):
    for _ in range(sign_in.MOST_FOR_ACCOUNT_FROM_ADDRESS):
        enter(browse, password="wrong")
    monkeypatch.setattr(passwords, "matches", lambda *_: pytest.fail("hashed after the limit"))
    answer = enter(browse)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 900
    assert "Wait 15 minutes" in answer.text


def test_the_limit_counts_the_address_that_a_trusted_proxy_names_and_no_other(browse, owner, session):
    token = TOKEN.search(browse.client.get("/sign-in").text).group(1)
    values = {"csrf_token": token, "email": "x@example.org", "password": "wrong"}
    browse.client.post("/sign-in", data=values, headers={"X-Forwarded-For": "203.0.113.9"})
    assert session.scalars(select(SignInAttempt.address)).all() == ["127.0.0.1"]


def test_a_copied_cookie_is_worth_nothing_after_signing_out(app, browse, owner, session):
    enter(browse)
    thief = Browser(app, session)
    thief.client.set_cookie("session", cookie(browse))
    assert is_in(thief)
    answer = browse.post("/sign-out", page="/account")
    assert answer.status_code == 303
    assert cookie(browse) is None
    assert not is_in(thief)
    assert "You have signed out." in browse.get(answer.location).text


def test_a_new_password_signs_every_other_browser_out_and_this_one_stays(app, browse, owner, session):
    other = Browser(app, session).sign_in(owner)
    enter(browse)
    values = {"current": GOOD, "password": "four louder otters", "again": "four louder otters"}
    answer = browse.post("/account/password", values, page="/account")
    assert answer.status_code == 303
    assert is_in(browse)
    assert not is_in(other)
    assert enter(Browser(app, session)).status_code == 422
    assert enter(Browser(app, session), password="four louder otters").status_code == 303


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"current": "wrong"}, "This is not the password you have now"),
        ({"again": "something else here"}, "The two new passwords differ"),
        ({"password": "short", "again": "short"}, "at least 12 characters"),
        ({"password": "", "again": ""}, "Give a new password"),
    ],
)
def test_a_password_stays_when_anything_is_wrong(app, browse, owner, session, change, said):
    enter(browse)
    values = {"current": GOOD, "password": "four louder otters", "again": "four louder otters", **change}
    answer = browse.post("/account/password", values, page="/account")
    assert answer.status_code == 422
    assert said in answer.text
    assert enter(Browser(app, session)).status_code == 303


def test_guessing_the_password_of_a_browser_left_open_is_limited_too(browse, owner):
    enter(browse)
    values = {"current": "wrong", "password": "four louder otters", "again": "four louder otters"}
    answers = [browse.post("/account/password", values, page="/account").status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


def test_ending_an_account_ends_its_sessions_at_once(browse, owner, make, session):
    make.user(password_hash="of somebody who stays")
    enter(browse)
    users.deactivate(session, owner, today=datetime.now(UTC).date(), by=SYSTEM)
    session.commit()
    assert not is_in(browse)
    assert enter(browse).status_code == 422


def test_a_role_holds_from_the_next_request(browse, make, session, app):
    user = make.viewer()
    browse.sign_in(user)
    with app.test_request_context(headers={"Cookie": f"session={cookie(browse)}"}):
        assert not web.person().may(Capability.EDIT_PLAN)
    users.set_role(session, user, make.the_plan, Role.LEAD, by=SYSTEM)
    session.commit()
    with app.test_request_context(headers={"Cookie": f"session={cookie(browse)}"}):
        assert web.person().may(Capability.EDIT_PLAN)


def test_a_session_ends_after_hours_without_use_and_after_thirty_days_in_any_case(browse, owner, settings):
    start = now()
    with time_machine.travel(start, tick=False) as clock:
        enter(browse)
        clock.shift(timedelta(hours=settings.session_hours) - timedelta(seconds=1))
        assert is_in(browse)
        clock.shift(timedelta(hours=settings.session_hours))
        assert not is_in(browse)
    with time_machine.travel(start, tick=False) as clock:
        enter(browse)
        steps = 0
        while is_in(browse):
            clock.shift(timedelta(hours=settings.session_hours - 1))
            steps += 1
        assert timedelta(days=30) <= steps * timedelta(hours=settings.session_hours - 1) < timedelta(days=31)


def test_use_is_stamped_at_most_every_ten_minutes(browse, owner, session):
    with time_machine.travel(now(), tick=False) as clock:
        enter(browse)
        stamps = set()
        for _ in range(25):
            clock.shift(timedelta(minutes=1))
            is_in(browse)
            stamps.add(session.scalars(select(WebSession.last_used_at)).one())
        assert len(stamps) == 3
        session.refresh(owner)
        assert owner.last_seen_at == max(stamps)


def test_sessions_that_no_longer_hold_can_be_forgotten(session, make):
    user, start = make.user(), now()
    for age in (timedelta(0), timedelta(hours=13), timedelta(days=31)):
        sessions.open_session(session, user, now=start - age)
    session.flush()
    assert sessions.forget_ended(session, now=start, idle=timedelta(hours=12)) == 2


def test_a_person_is_loaded_in_two_statements_with_roles_and_the_posts_of_today(session, make, count_statements):
    plan, mine, deputised, past, coming = make.plan(), *(make.post(title=t) for t in ("B", "A", "Past", "Coming"))
    user = make.lead(plan)
    day = timedelta(days=1)
    for post, values in (
        (mine, {}),
        (deputised, {"is_deputy": True}),
        (past, {"from_on": make.today - 9 * day, "until_on": make.today}),
        (coming, {"from_on": make.today + day}),
    ):
        session.add(PostHolding(post_id=post.id, user_id=user.id, **{"from_on": make.today, **values}))
    token = sessions.open_session(session, user, now=now())
    session.commit()
    session.expire_all()
    with count_statements() as count:
        visit = sessions.find(session, token, now=now(), today=make.today, idle=timedelta(hours=1))
    assert count.number == 2
    assert visit.person.roles == {plan.id: Role.LEAD}
    assert visit.person.post_titles == ["B", "A"], "held posts come before deputised ones"
    assert visit.person.deputises == {deputised.id}


@pytest.mark.parametrize("token", ["", "nonsense", "é" * 50, "x" * 10_000, "' OR 1=1 --", '"; session=x'])
def test_a_made_up_token_is_nobodys(browse, owner, token):
    answer = browse.client.get("/account", headers={"Cookie": f"session={token}"})
    assert answer.status_code == 303


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "https://evil.example/",
        "http:evil.example",
        "javascript:alert(1)",
        "http://localhost.evil.example/",
        "http://localhost@evil.example/",
        "http://localhost//evil.example",
        "evil.example",
        "/x\x7f",
        "//[",
        "/" + "x" * 3_000,
        "",
        None,
    ],
)
def test_nobody_is_led_off_the_site(app, browse, owner, address):
    with app.test_request_context():
        assert auth.safe_next(address) == ""
        home = url_for("actions.mine")
    assert enter(browse, next=address or "").location in {home, "/x"}


@pytest.mark.parametrize(
    "address", ["/", "/actions?owner=none&page=2", "/sources/t4mh#map", "/x?next=https://a.example"]
)
def test_a_page_of_the_site_may_follow(app, address):
    with app.test_request_context():
        assert auth.safe_next(address) == address
        assert auth.safe_next(f"http://localhost{address}") == address


def test_whoever_is_signed_in_goes_on_from_the_sign_in_page(browse, owner):
    enter(browse)
    assert browse.get("/sign-in?next=/help").location == "/help"
    assert not browse.get("/sign-in?next=//evil.example").location.startswith("//")


def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(browse, owner, session):
    enter(browse)
    page = browse.get("/account")
    token = TOKEN.search(page.text).group(1)
    sessions.end_all(session, owner)
    session.commit()
    answer = browse.client.post(
        "/account/password", data={"csrf_token": token}, headers={"Referer": "http://localhost/account"}
    )
    assert answer.location == "/sign-in?next=/account"


def guarded(app, capability):
    for address in ("/guarded", "/api/v1/guarded"):
        lend(app, address, auth.requires(capability)(lambda: "in"))


@pytest.mark.adds_address
def test_a_view_is_for_those_whom_the_table_names(app, browse, make, session):
    guarded(app, Capability.SEE_OUTBOX)
    assert browse.get("/guarded").location == "/sign-in?next=/guarded"
    refused = browse.client.get("/api/v1/guarded")
    assert (refused.status_code, refused.json["error"]["status"]) == (401, 401)
    assert Browser(app, session).sign_in(make.lead()).get("/guarded").status_code == 403
    assert Browser(app, session).sign_in(make.administrator()).client.get("/guarded").text == "in"


@pytest.mark.adds_address
def test_whoever_holds_a_post_may_open_what_owners_open(app, session, make):
    guarded(app, Capability.UPDATE_ACTION)
    assert Browser(app, session).sign_in(make.viewer()).get("/guarded").status_code == 403
    assert Browser(app, session).sign_in(make.owner()).client.get("/guarded").text == "in"


@pytest.mark.adds_address
def test_public_reading_opens_reading_and_nothing_else(app, browse):
    app.extensions["settings"] = replace(app.extensions["settings"], public_read=True)
    guarded(app, Capability.READ)
    lend(app, "/closed", auth.requires(Capability.READ_UPDATES)(lambda: "in"))
    assert browse.client.get("/guarded").text == "in"
    assert browse.client.get("/closed").status_code == 303


@pytest.fixture
def demonstration(app, make):
    app.extensions["settings"] = replace(app.extensions["settings"], demo=True, public_read=True)
    app.jinja_env.globals["demonstration"] = True
    return make.user(name="Strategy lead", role=Role.LEAD, is_demonstration=True, email="lead@demonstration.invalid")


def test_a_demonstration_account_needs_one_click(browse, demonstration):
    page = browse.get("/sign-in?next=/account")
    assert "Strategy lead" in page.text
    answer = browse.post(
        "/sign-in/demonstration", {"user_id": demonstration.id, "next": "/account"}, page="/sign-in?next=/account"
    )
    assert answer.location == "/account"
    assert "demonstration account" in browse.get("/account").text


def test_outside_demonstration_mode_it_does_not_exist(app, browse, demonstration):
    app.extensions["settings"] = replace(app.extensions["settings"], demo=False)
    app.jinja_env.globals["demonstration"] = False
    assert "Strategy lead" not in browse.get("/sign-in").text
    answer = browse.post("/sign-in/demonstration", {"user_id": demonstration.id}, page="/sign-in")
    assert answer.status_code == 404
    assert cookie(browse) is None


@pytest.mark.parametrize("given", ["{person}", "0", "-1", "", "x", "٣", "9" * 40])
def test_one_click_opens_no_other_account(browse, demonstration, owner, given):
    answer = browse.post("/sign-in/demonstration", {"user_id": given.format(person=owner.id)}, page="/sign-in")
    assert answer.status_code == 404
    assert cookie(browse) is None
