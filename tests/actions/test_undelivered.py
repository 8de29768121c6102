"""Facts about mails that did not arrive: the lead of the plan is told whom they were for, and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from actions import undelivered
from actions.reminder_models import Reminder, ReminderKind
from kb.mailing import mail
from kb.models.outbox import MailState, OutboxMessage

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def write(session, make, settings):
    """Writes a mail about an action of the plan to somebody, which ends in a state."""

    def write(state=MailState.FAILED, *, user=None, action=None, at=AT, error="550 no such user"):
        user, action = user or make.user(), action or make.action()
        draft = mail.Draft(f"d:{user.id}:{at}", user, "S", "T", "H")
        message = session.get(OutboxMessage, mail.queue(session, draft, settings=settings, at=at))
        message.state, message.error = state, error
        session.add(
            Reminder(
                record_id=action.id,
                kind=ReminderKind.OVERDUE,
                occurrence=at.date(),
                recipient_id=user.id,
                planned_at=at,
                message_id=message.id,
            )
        )
        session.flush()
        return user

    return write


@pytest.fixture
def told(session, make):
    """What a person is told."""

    def told(user=None, now=AT):
        person = make.person(user or make.lead())
        return undelivered.notices(session, make.the_plan, person=person, now=now, zone="Europe/London")

    return told


def test_the_lead_is_told_whom_and_why(write, told):
    user = write()
    (line,) = told()
    assert line["text"].startswith(f"A mail to {user.name} of 23 November 2026, 09:00 could not be delivered: ")
    assert "550 no such user. They do not know" in line["text"]


def test_a_failure_without_a_word_is_told_too(write, told):
    write(error="")
    assert "no reason was given" in told()[0]["text"]


@pytest.mark.parametrize("state", sorted(set(MailState) - {MailState.FAILED, *mail.IN_HAND}))
def test_only_failures_are_told(write, told, state):
    write(state)
    assert told() == []


def test_a_person_is_told_of_once(write, told):
    user = write()
    write(user=user, at=AT + timedelta(hours=1), error="550 mailbox full")
    (line,) = told(now=AT + timedelta(hours=2))
    assert "mailbox full" in line["text"]


def test_a_later_mail_that_arrived_settles_it(write, told):
    user = write()
    write(MailState.SENT, user=user, at=AT + timedelta(days=1))
    assert told(now=AT + timedelta(days=1)) == []


def test_an_earlier_mail_that_arrived_does_not(write, told):
    user = write(MailState.SENT)
    write(user=user, at=AT + timedelta(days=1))
    assert len(told(now=AT + timedelta(days=1))) == 1


def test_it_is_told_for_thirty_days(write, told):
    write()
    assert len(told(now=AT + timedelta(days=30) - timedelta(seconds=1))) == 1
    assert told(now=AT + timedelta(days=30)) == []


def test_whoever_has_gone_is_not_told_of(write, told):
    write().is_active = False
    assert told() == []


@pytest.mark.parametrize("who", ["viewer", "steering", "owner", "administrator"])
def test_only_leads_are_told(make, write, told, who):
    write()
    assert told(getattr(make, who)()) == []


def test_leads_are_told_about_their_own_plan(make, write, told):
    plan = make.the_plan
    write(action=make.action(plan_id=make.plan().id))
    assert make.the_plan is plan
    assert told() == []


def test_without_a_plan_there_is_nothing_to_tell(session, make):
    person = make.person(make.lead())
    assert undelivered.notices(session, None, person=person, now=AT, zone="Europe/London") == []


@pytest.mark.parametrize(("number", "last"), [(4, "1 more person could"), (5, "2 more people could")])
def test_of_many_the_rest_is_counted(write, told, number, last):
    for _ in range(number):
        write()
    lines = told()
    assert len(lines) == 4
    assert lines[-1]["text"].startswith(last)


@pytest.mark.parametrize("path", ["/", "/steering"])
def test_it_stands_on_the_pages_that_a_lead_opens(browse, make, write, path):
    lead = make.lead()
    user = write(at=datetime.now(UTC))
    assert f"A mail to {user.name}" in browse.sign_in(lead).get(path).text


def test_others_do_not_see_it_there(browse, make, write):
    user = write(at=datetime.now(UTC))
    assert user.name not in browse.sign_in(make.steering()).get("/steering").text
