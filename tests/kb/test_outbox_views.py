"""Facts about the outbox page: who sees it, what it explains, and what a person may decide."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kb.db import now
from kb.mailing import mail
from kb.models.outbox import MailState, OutboxMessage, Pulse


@pytest.fixture
def administrator(browse, make):
    return browse.sign_in(make.administrator())


@pytest.fixture
def write(session, make, settings):
    """Queues a mail, puts it into a state, and returns it."""

    def write(state=MailState.QUEUED, **values):
        subject = values.pop("subject", "1 of your actions needs an answer")
        draft = mail.Draft(f"test:{make.user().id}", make.user(), subject, "Hello\n<b>there</b>", "<p>Hello</p>")
        message = session.get(OutboxMessage, mail.queue(session, draft, settings=settings, at=now()))
        message.state = state
        for name, value in values.items():
            setattr(message, name, value)
        session.flush()
        return message

    return write


def test_an_empty_outbox_says_why(administrator):
    page = administrator.get("/outbox")
    assert page.status_code == 200
    assert "No mail has been written yet." in page.text


@pytest.mark.parametrize("state", MailState)
def test_each_state_has_its_page_and_its_tab(administrator, write, state):
    held = {"claimed_until": now()} if state in mail.IN_HAND else {}
    sent = {"sent_at": now()} if state == MailState.SENT else {}
    message = write(state, **held, **sent)
    assert administrator.get(f"/outbox?state={state}").text.count(message.subject) == 1
    assert administrator.get(f"/outbox/{message.id}").status_code == 200


def test_an_unknown_mail_is_explained_and_a_person_decides(administrator, write, session):
    message = write(MailState.UNKNOWN, error="SMTPServerDisconnected")
    listed = administrator.get("/outbox").text
    assert "1 mail may or may not have arrived." in listed
    page = administrator.get(f"/outbox/{message.id}").text
    assert "It may or may not have arrived" in page
    assert "It arrived</button>" in page
    assert "Send again</button>" in page


def test_a_person_may_say_that_a_mail_arrived(administrator, write, session):
    message = write(MailState.UNKNOWN)
    assert administrator.post(f"/outbox/{message.id}/arrived", page=f"/outbox/{message.id}").status_code == 303
    session.refresh(message)
    assert message.state == MailState.SENT
    assert message.sent_at is not None
    assert "It arrived" in message.error


@pytest.mark.parametrize("state", [MailState.UNKNOWN, MailState.FAILED])
def test_a_person_may_have_a_mail_sent_again_under_the_same_message_id(administrator, write, session, state):
    message = write(state, attempts=20)
    before = message.message_id
    assert administrator.post(f"/outbox/{message.id}/send-again", page=f"/outbox/{message.id}").status_code == 303
    session.refresh(message)
    assert (message.state, message.attempts, message.message_id) == (MailState.QUEUED, 0, before)


@pytest.mark.parametrize("deed", ["arrived", "send-again"])
def test_a_mail_that_is_not_in_question_is_left_alone(administrator, write, session, deed):
    message = write(MailState.SENT, sent_at=now())
    page = administrator.post(f"/outbox/{message.id}/{deed}", page="/outbox")
    assert page.status_code == 422
    assert "decided already" in page.text
    session.refresh(message)
    assert message.state == MailState.SENT


def test_the_mail_is_shown_as_text(administrator, write):
    page = administrator.get(f"/outbox/{write().id}").text
    assert "&lt;b&gt;there&lt;/b&gt;" in page


@pytest.mark.parametrize("number", ["0", "999", "99999999999999999999999", "-1", "x"])
def test_a_mail_that_is_not_there_is_not_found(administrator, number):
    assert administrator.get(f"/outbox/{number}").status_code == 404


def test_an_unknown_filter_is_ignored(administrator, write):
    assert write().subject in administrator.get("/outbox?state=nonsense").text


def test_a_silent_worker_is_told(administrator, session):
    assert "The worker has never run here." in administrator.get("/outbox").text
    session.merge(Pulse(name="worker", at=now()))
    assert "The worker" not in administrator.get("/outbox").text


def test_a_list_takes_few_statements_however_long(administrator, write, count_statements):
    for number in range(30):
        write(subject=f"Mail {number}")
    with count_statements() as count:
        page = administrator.get("/outbox")
    assert "1 to 25 of 30" in page.text
    assert count.number <= 12


@pytest.mark.parametrize("who", ["lead", "steering", "owner", "viewer"])
def test_only_administrators_see_mails(browse, make, write, who):
    message = write()
    browse.sign_in(getattr(make, who)())
    for path in ("/outbox", f"/outbox/{message.id}"):
        assert browse.get(path).status_code == 403
    assert browse.post(f"/outbox/{message.id}/arrived", page="/outbox").status_code in (400, 403)


def test_whoever_has_not_signed_in_is_asked_to(browse):
    page = browse.client.get("/outbox")
    assert page.status_code == 303
    assert "/sign-in" in page.headers["Location"]


def test_a_failed_mail_says_why_and_can_be_sent_again(administrator, write):
    message = write(MailState.FAILED, error="550 no such user here")
    for path in ("/outbox?state=failed", f"/outbox/{message.id}"):
        assert "not tried again by itself: 550 no such user here" in administrator.get(path).text
    assert "Send again</button>" in administrator.get(f"/outbox/{message.id}").text


def test_a_failure_without_a_word_is_told_all_the_same(administrator, write):
    assert "not tried again by itself." in administrator.get(f"/outbox/{write(MailState.FAILED).id}").text


def test_what_an_unknown_reminder_was_about_is_told_again_and_a_password_link_is_not(administrator, write):
    message = write(MailState.UNKNOWN)
    again = "told again in its reader’s next mail"
    assert again in administrator.get(f"/outbox/{message.id}").text
    message.dedupe = "account-reset:1"
    assert again not in administrator.get(f"/outbox/{message.id}").text


def test_the_page_says_what_may_be_declined(administrator, write):
    assert "May be declined" not in administrator.get(f"/outbox/{write().id}").text
    assert "for the steering group" in administrator.get(f"/outbox/{write(unsubscribe='steering').id}").text


def test_links_to_answer_with_are_shown_in_a_demonstration_only(administrator, app, write):
    message = write(text="Answer: http://127.0.0.1:5000/answer/abc_D-1")
    assert "abc_D-1" not in administrator.get(f"/outbox/{message.id}").text
    app.jinja_env.globals["settings"] = own = replace(app.extensions["settings"], demo=True)
    app.extensions["settings"] = own
    assert 'href="http://127.0.0.1:5000/answer/abc_D-1"' in administrator.get(f"/outbox/{message.id}").text
