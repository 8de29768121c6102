"""Facts about what will be sent, and about policies that would send too much."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import timedelta

import pytest
from sqlalchemy import select

from actions.reminder_models import Reminder
from actions.reminding import foresight, reminders
from kb import history
from kb.errors import Conflict, Invalid, NotAllowed
from kb.models.outbox import OutboxMessage
from kb.planning import reminder_policy
from kb.planning.reminder_policy import Policy, policy_of
from tests.actions.clock import LONG_AGO, TODAY, at, days

NOW = at()
# Foresight counts in Python what the plan of reminders, which runs on each database, has read.
counted_once = pytest.mark.page


@pytest.fixture
def post(make):
    post = make.post(title="Head of Planning")
    post.who = make.owner(post, since=LONG_AGO)
    return post


@pytest.fixture
def coming(session, make, settings):
    def coming():
        found = foresight.list_sendings(session, make.the_plan, today=TODAY, settings=settings)
        return [(one.day, one.due.stage.kind, one.due.title) for one in found]

    return coming


@pytest.fixture
def change(session, make, settings):
    def change(*, version=None, by=None, reason="Agreed", **values):
        session.flush()
        return foresight.change_policy(
            session,
            make.the_plan.ref,
            Policy(**values),
            version=version or make.the_plan.version,
            reason=reason,
            by=by or make.person(make.lead()),
            today=TODAY,
            settings=settings,
        )

    return change


def test_the_next_days_tell_each_reminder_on_its_working_day_and_once(make, post, coming):
    make.action(owner_id=post.id, due_on=TODAY, title="Now")
    make.action(owner_id=post.id, due_on=days(35), title="On Saturday")
    make.action(owner_id=post.id, due_on=days(33), title="On Thursday")
    make.action(owner_id=post.id, due_on=TODAY, plan_id=make.plan().id)
    assert coming() == [(TODAY, "due-now", "Now"), (days(1), "overdue", "Now"), (days(3), "due-soon", "On Thursday")]


def test_who_had_todays_mail_gets_the_rest_tomorrow(make, post, coming, session, settings):
    make.action(owner_id=post.id, due_on=days(5), title="First")
    reminders.plan(session, TODAY, NOW, settings)
    make.action(owner_id=post.id, due_on=days(6), title="Second")
    assert coming() == [(days(1), "due-soon", "Second"), (days(4), "due-now", "First"), (days(4), "due-now", "Second")]


def test_what_is_foreseen_is_what_is_sent(make, post, coming, session, settings):
    for number in range(-40, 40, 3):
        make.action(owner_id=post.id, sponsor_id=post.id, due_on=days(number), title=f"Due in {number}")
    make.steering()
    foreseen = coming()
    sent = []
    for number in range(7):
        reminders.plan(session, days(number), NOW + timedelta(days=number), settings)
        session.flush()
        for mail in session.scalars(select(OutboxMessage)):
            mail.state = "sent"
        new = select(Reminder).where(Reminder.planned_at == NOW + timedelta(days=number))
        sent += [(days(number), one.kind, one.occurrence) for one in session.scalars(new)]
    assert len(foreseen) == len(sent)
    assert sorted((day, str(kind)) for day, kind, _ in foreseen) == sorted((day, kind) for day, kind, _ in sent)


def test_a_paused_plan_sends_nothing(make, post, coming, session):
    make.action(owner_id=post.id, due_on=TODAY)
    make.the_plan.is_paused = True
    session.flush()
    assert coming() == []


def test_a_policy_is_changed_with_its_reason_kept(make, change, session):
    plan = change(first_days_before=21, timezone="Europe/Dublin")
    assert policy_of(plan) == Policy(first_days_before=21, timezone="Europe/Dublin")
    lines = history.list_for(session, plan, person=make.person(make.lead()))
    assert {(line.field, line.old, line.new, line.reason) for line in lines} >= {
        ("first_days_before", "30", "21", "Agreed"),
    }


def test_saving_what_stands_changes_nothing(make, change, session):
    plan = change()
    assert history.list_for(session, plan, person=make.person(make.lead())) == []


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"overdue_every_days": 1}, "overdue_every_days"),
        ({"overdue_every_days": 400}, "overdue_every_days"),
        ({"stale_after_days": 6}, "stale_after_days"),
        ({"first_days_before": -1}, "first_days_before"),
        ({"second_days_before": 30}, "second_days_before"),
        ({"sponsor_after_days": 261}, "sponsor_after_days"),
        ({"steering_after_days": 4}, "steering_after_days"),
        ({"write_at_hour": 3}, "write_at_hour"),
        ({"write_at_hour": 23}, "write_at_hour"),
        ({"timezone": "Europe/Atlantis"}, "timezone"),
        ({"timezone": "../etc"}, "timezone"),
        ({"timezone": "posixrules"}, "timezone"),
        ({"timezone": "Factory"}, "timezone"),
        ({"timezone": "localtime"}, "timezone"),
        ({"timezone": "Etc/GMT+5"}, "timezone"),
        ({"timezone": "Europe"}, "timezone"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(change, values, field):
    with pytest.raises(Invalid) as refused:
        change(**values)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "values",
    [
        {"first_days_before": 0, "second_days_before": 14},
        {"first_days_before": 0, "second_days_before": 0},
        {"sponsor_after_days": 0, "steering_after_days": 2},
        {"steering_after_days": 0},
        {"sponsor_after_days": 15},
        {"timezone": "UTC"},
        {"timezone": "America/Argentina/Ushuaia"},
    ],
)
def test_what_is_switched_off_stands_in_no_order(change, values):
    assert asdict(policy_of(change(**values))) == asdict(Policy(**values))


@counted_once
def test_a_policy_that_floods_somebody_is_refused_with_the_number_and_what_to_change(make, post, change, session):
    for number in range(1000):
        make.action(owner_id=post.id, due_on=days(-1 - number % 50))
    with pytest.raises(Invalid, match=r"would get \d+ mails with 1\d,\d+ questions|with 1\d{4} questions") as refused:
        change(overdue_every_days=2)
    assert refused.value.field == "overdue_every_days"
    assert re.search(r"Remind less often while actions are overdue: \d days would do\.", str(refused.value))
    assert make.the_plan.overdue_every_days == 7
    assert session.scalar(select(OutboxMessage)) is None
    # What is too much already may become less.
    assert change(overdue_every_days=14).overdue_every_days == 14


def busy(make, post):
    """Actions that call for something on every working day of four weeks, by the shipped policy."""
    for number in range(-30, 60):
        make.action(owner_id=post.id, due_on=days(number), created_at=NOW - timedelta(days=90 + number % 28))


def test_the_shipped_policy_is_always_allowed_and_so_is_what_sends_no_more(make, post, change):
    busy(make, post)
    change(first_days_before=0, second_days_before=0, overdue_every_days=366, stale_after_days=366)
    assert policy_of(change()) == Policy()
    change(first_days_before=0, second_days_before=0, overdue_every_days=366, stale_after_days=366)
    assert change(overdue_every_days=8, first_days_before=28).overdue_every_days == 8


def test_the_change_that_is_named_is_enough_and_the_day_before_it_is_not(make, post, change):
    for number in range(60):
        make.action(owner_id=post.id, due_on=days(-1 - number), created_at=NOW)
    with pytest.raises(Invalid, match=r"overdue: (\d) days would do") as refused:
        change(overdue_every_days=2)
    enough = int(re.search(r"(\d) days would do", str(refused.value))[1])
    assert 2 < enough <= 7
    with pytest.raises(Invalid):
        change(overdue_every_days=enough - 1)
    assert change(overdue_every_days=enough).overdue_every_days == enough


@counted_once
def test_where_no_single_number_is_enough_the_shipped_ones_are_named(make, post, change):
    for number in range(60):
        make.action(owner_id=post.id, due_on=days(-1 - number % 20), created_at=NOW)
        make.action(owner_id=post.id, due_on=days(300), created_at=NOW - timedelta(days=30))
    make.action(owner_id=post.id, due_on=days(300), created_at=NOW - timedelta(days=30))
    with pytest.raises(Invalid, match=r"What plans begin with would do.*: 30, 7, 7, 28, 5, 15") as refused:
        change(overdue_every_days=2, stale_after_days=7)
    assert refused.value.field == "overdue_every_days"


@counted_once
def test_a_number_that_could_not_stand_beside_the_others_is_not_named(make, post, change):
    for _ in range(250):
        make.action(owner_id=post.id, due_on=days(110), created_at=NOW)
    # A first reminder 30 days before cannot come before a second one 100 days before.
    with pytest.raises(Invalid, match=r"What plans begin with would do.*: 30, 7,") as refused:
        change(first_days_before=300, second_days_before=100)
    assert refused.value.field == "first_days_before"


@counted_once
@pytest.mark.parametrize(
    ("action", "values", "field"),
    [
        ({"due_on": days(300), "created_at": NOW - timedelta(days=5)}, {"stale_after_days": 7}, "stale_after_days"),
        ({"due_on": days(60)}, {"first_days_before": 60}, "first_days_before"),
    ],
)
def test_the_refusal_names_what_most_of_it_comes_from(make, post, change, action, values, field):
    for _ in range(250):
        make.action(owner_id=post.id, **{"created_at": NOW, **action})
    with pytest.raises(Invalid) as refused:
        change(**values)
    assert refused.value.field == field


def test_only_its_lead_may_change_or_pause_and_only_what_they_saw(make, change, session):
    lead = make.person(make.lead())
    stranger = make.person(make.lead(make.plan()))
    with pytest.raises(NotAllowed):
        change(by=stranger)
    with pytest.raises(NotAllowed):
        reminder_policy.set_paused(session, make.the_plan.ref, is_paused=True, version=1, reason="x", by=stranger)
    version = make.the_plan.version
    change(first_days_before=20, version=version, by=lead)
    with pytest.raises(Conflict) as conflict:
        change(first_days_before=10, version=version, by=lead)
    assert conflict.value.theirs["first_days_before"] == "20"


def test_pausing_needs_a_reason_and_is_noted(make, session):
    lead = make.person(make.lead())

    def pause(is_paused, reason="It is summer"):
        return reminder_policy.set_paused(
            session, make.the_plan.ref, is_paused=is_paused, version=make.the_plan.version, reason=reason, by=lead
        )

    with pytest.raises(Invalid, match="Say why"):
        pause(True, " ")
    with pytest.raises(Invalid, match="not paused"):
        pause(False)
    plan = pause(True)
    with pytest.raises(Invalid, match="paused already"):
        pause(True)
    (line,) = history.list_for(session, plan, person=lead)
    assert (line.field, line.new, line.reason) == ("reminders_paused", "yes", "It is summer")
    assert not pause(False).is_paused
