"""Facts about declining mails: one click, for a subject that is no duty, by nobody but the mail's reader."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from kb.errors import Invalid
from kb.mailing import declining, mail, unsubscribing
from kb.mailing.unsubscribing import Subject
from kb.models.outbox import Declined, MailState, OutboxMessage

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


def token_of(settings, user, subject=Subject.STEERING):
    return unsubscribing.token_for(settings, user.id, subject)


@pytest.fixture
def own(app):
    """The settings that pages see."""
    return app.extensions["settings"]


def test_a_token_tells_who_declines_what(settings, make):
    user = make.user()
    assert unsubscribing.read(settings, token_of(settings, user)) == unsubscribing.Wish(user.id, Subject.STEERING)
    assert unsubscribing.url_for(settings, user.id, "sources").startswith(f"{settings.base_url}/unsubscribe/")


@pytest.mark.parametrize(
    "wrong", ["", "-", "1-steering-", "1-duties-x", "x-steering-y", "9" * 40 + "-steering-z", "²-steering-a"]
)
def test_a_made_up_token_asks_for_nothing(settings, wrong):
    assert unsubscribing.read(settings, wrong) is None


def test_a_token_holds_for_its_person_and_subject_alone(settings, make):
    token = token_of(settings, make.user())
    number, _, rest = token.partition("-")
    assert unsubscribing.read(settings, f"{int(number) + 1}-{rest}") is None
    assert unsubscribing.read(settings, token.replace("steering", "sources")) is None
    assert unsubscribing.read(replace(settings, secret_key="another" * 8), token) is None


def test_declining_twice_is_declining_once(session, make):
    user = make.user()
    for _ in range(2):
        declining.decline(session, user.id, Subject.SOURCES, at=AT)
    assert declining.by_subject(session) == {Subject.SOURCES: {user.id}}
    declining.want_again(session, user.id, Subject.SOURCES)
    assert declining.by_subject(session) == {}


def test_a_duty_cannot_be_declined(session, make):
    user = make.user()
    for deed in (
        lambda: declining.decline(session, user.id, "actions", at=AT),
        lambda: declining.want_again(session, user.id, "actions"),
    ):
        with pytest.raises(Invalid):
            deed()


def test_whoever_is_gone_declines_nothing(session):
    declining.decline(session, 999_999, Subject.SOURCES, at=AT)
    assert session.scalar(select(func.count(Declined.user_id))) == 0


def test_what_waits_about_a_declined_subject_is_taken_back_and_nothing_else(session, make, settings):
    user = make.user()
    for dedupe, subject in (("a", "steering"), ("b", "sources"), ("c", "")):
        mail.queue(session, mail.Draft(dedupe, user, "S", "T", "H", unsubscribe=subject), settings=settings, at=AT)
    declining.decline(session, user.id, Subject.STEERING, at=AT)
    states = dict(session.execute(select(OutboxMessage.dedupe, OutboxMessage.state)).all())
    assert states == {"a": MailState.CANCELLED, "b": MailState.QUEUED, "c": MailState.QUEUED}


def test_only_what_comes_or_was_declined_is_offered(session, make):
    curator_post = make.post()
    assert declining.list_open(session, make.person(make.viewer())) == []
    assert declining.list_open(session, make.person(make.steering())) == [Subject.STEERING]
    curator = make.owner(curator_post)
    assert declining.list_open(session, make.person(curator)) == []
    make.source(curator_id=curator_post.id)
    assert declining.list_open(session, make.person(curator)) == [Subject.SOURCES]
    viewer = make.viewer()
    declining.decline(session, viewer.id, Subject.STEERING, at=AT)
    assert declining.list_open(session, make.person(viewer)) == [Subject.STEERING]


# Pages


def test_opening_the_address_stops_nothing(browse, session, make, own):
    user = make.steering()
    for _ in range(3):
        page = browse.get(f"/unsubscribe/{token_of(own, user)}")
        browse.client.head(f"/unsubscribe/{token_of(own, user)}").close()
    assert page.status_code == 200
    assert "Stop these mails?" in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_a_mail_program_stops_them_with_one_post_without_a_cookie_or_a_token(app, session, make, own):
    user = make.steering()
    session.commit()
    answer = app.test_client().post(
        f"/unsubscribe/{token_of(own, user)}",
        data={"List-Unsubscribe": "One-Click"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 200
    session.expire_all()
    assert declining.by_subject(session) == {Subject.STEERING: {user.id}}


def test_the_page_says_afterwards_that_they_have_stopped(browse, make, own):
    address = f"/unsubscribe/{token_of(own, make.steering())}"
    assert "These mails have stopped" in browse.post(address).text
    assert "These mails have stopped" in browse.get(address).text


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_altered_address_changes_nothing(browse, session, make, own, method):
    user = make.steering()
    page = getattr(browse, method)(f"/unsubscribe/{token_of(own, user)}x")
    assert page.status_code == 404
    assert "Nothing was changed." in page.text


def test_mails_are_stopped_and_had_again_on_the_account(browse, session, make):
    user = make.steering()
    browse.sign_in(user)
    assert "Stop these mails" in browse.get("/account").text
    assert browse.post("/account/mails/steering", page="/account").status_code == 303
    assert declining.by_subject(session) == {Subject.STEERING: {user.id}}
    assert "Have these mails again" in browse.get("/account").text
    browse.post("/account/mails/steering", {"want": "1"}, page="/account")


def test_only_known_subjects_stand_on_the_account(browse, make):
    browse.sign_in(make.steering())
    assert browse.post("/account/mails/actions", page="/account").status_code == 404


def test_a_viewer_without_such_mails_is_offered_nothing(browse, make):
    assert "Mails that you need not have" not in browse.sign_in(make.viewer()).get("/account").text


def test_other_addresses_still_ask_for_the_token_of_a_form(browse, session, make):
    browse.sign_in(make.steering())
    session.commit()
    assert browse.client.post("/account/mails/steering", data={}).status_code == 400
