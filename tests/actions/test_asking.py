"""Facts about reminding an owner at once: on any day, once, and with an answer where there is nothing to send."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from actions.reminding import asking, reminders
from kb.errors import Invalid, NotAllowed
from kb.models.outbox import OutboxMessage
from kb.permissions import Person
from tests.actions.clock import LONG_AGO

SUNDAY = date(2026, 11, 22)
EARLY = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


@pytest.fixture
def action(make, session):
    post = make.post(title="Head of Planning")
    make.owner(post, since=LONG_AGO)
    return make.action(owner_id=post.id, due_on=SUNDAY + timedelta(days=4))


@pytest.fixture
def remind(session, make, settings, action):
    lead = make.person(make.lead())

    def remind(by: Person = lead):
        asking.remind_now(session, action, by=by, today=SUNDAY, now=EARLY, settings=settings)
        session.flush()

    return remind


def test_the_page_names_the_next_working_day_and_a_lead_need_not_wait_for_it(session, settings, action, remind):
    before = asking.notice(session, action, today=SUNDAY, settings=settings)
    assert (before.told_on, before.due_on) == (None, date(2026, 11, 23))
    remind()
    after = asking.notice(session, action, today=SUNDAY, settings=settings)
    assert (after.told_on, after.due_on) == (SUNDAY, None)
    assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 1


def test_an_owner_is_not_reminded_twice_of_the_same(remind):
    remind()
    with pytest.raises(Invalid, match="reminded of this already"):
        remind()


def test_nothing_is_sent_about_an_action_that_is_not_near_its_date(action, remind, session):
    action.due_on = SUNDAY + timedelta(days=200)
    session.flush()
    with pytest.raises(Invalid, match="No reminder is due"):
        remind()


def test_a_reminder_about_another_action_waits_when_there_was_a_mail_today(remind, make, action, session, settings):
    remind()
    other = make.action(owner_id=action.owner_id, plan_id=action.plan_id, due_on=SUNDAY + timedelta(days=3))
    with pytest.raises(Invalid, match="has had a mail today"):
        asking.remind_now(session, other, by=make.person(make.lead()), today=SUNDAY, now=EARLY, settings=settings)


def test_who_was_asked_late_about_a_late_action_is_not_asked_again_when_its_next_week_begins(
    session, settings, action, remind
):
    action.due_on, friday = SUNDAY - timedelta(days=8), SUNDAY - timedelta(days=2)
    session.flush()
    reminders.plan(session, friday, EARLY.replace(day=20, hour=9), settings)
    session.flush()
    notice = asking.notice(session, action, today=SUNDAY, settings=settings)
    assert (notice.told_on, notice.due_on) == (friday, None)
    with pytest.raises(Invalid, match="reminded of this already"):
        remind()
    assert asking.notice(session, action, today=friday + timedelta(days=7), settings=settings).told_on is None


def test_only_a_lead_may_remind(remind, make):
    with pytest.raises(NotAllowed):
        remind(by=make.person(make.user()))
