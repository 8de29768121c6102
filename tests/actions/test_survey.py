"""Facts about mails that come by themselves, other things that fall due, and the rules of plans."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select

from actions.models import Closure
from actions.reminder_models import AnswerLink, Reminder
from actions.reminding import planning, reminders
from kb.mailing import declining
from kb.models.history import Change, Channel
from kb.models.outbox import MailState, OutboxMessage
from kb.models.user import Membership, Role
from tests.actions.clock import LONG_AGO, TODAY, at, days

pytestmark = pytest.mark.differs

# Five working days after Monday 16 November, and fifteen after Monday 2 November.
SPONSOR_HEARS, STEERING_HEARS = date(2026, 11, 16), date(2026, 11, 2)


@pytest.fixture
def held(make):
    """Makes a post that somebody has held for long."""

    def held(**values):
        post = make.post(**values)
        post.who = make.owner(post, since=LONG_AGO)
        return post

    return held


@pytest.fixture
def told(session):
    """What stands as told: kind and reader, in the order of planning."""

    def told():
        query = select(Reminder.kind, Reminder.recipient_id).where(Reminder.cancelled_at.is_(None))
        return [tuple(row) for row in session.execute(query.order_by(Reminder.id))]

    return told


@pytest.fixture
def sent(session):
    def sent(state=MailState.SENT):
        for mail in session.scalars(select(OutboxMessage).where(OutboxMessage.state == MailState.QUEUED)):
            mail.state = state
        session.flush()

    return sent


@pytest.fixture
def given(session, make):
    """Notes that a lead made a post the owner of an action."""

    def given(action, post, *, day=TODAY, by=None, channel=Channel.WEB, field="owner"):
        action.owner_id = post.id
        person_id = by.id if by else make.lead().id
        session.add(Change(record_id=action.id, at=at(day, 8), channel=channel, field=field, new=post.title,
                           reason="", person_id=person_id))  # fmt: skip
        session.flush()

    return given


def of(kind, found):
    return [reader for told, reader in found if told == kind]


# Told higher up


@pytest.mark.parametrize(("due_on", "hears"), [(SPONSOR_HEARS, True), (SPONSOR_HEARS + timedelta(days=1), False)])
def test_the_sponsor_hears_after_five_working_days_and_once(make, held, plan, told, sent, session, due_on, hears):
    owner, sponsor = held(title="Head of Planning"), held(title="Director")
    make.action(owner_id=owner.id, sponsor_id=sponsor.id, due_on=due_on, title="Train nurses")
    plan()
    assert of("to-sponsor", told()) == ([sponsor.who.id] if hears else [])
    sent()
    for number in range(1, 5):
        plan(days(number))
        sent()
    assert of("to-sponsor", told()) == [sponsor.who.id]
    mail = session.scalar(select(OutboxMessage).where(OutboxMessage.dedupe.startswith("to-sponsor:")))
    assert "Train nurses" in mail.text
    assert "Head of Planning" in mail.text


def test_the_deputy_of_a_sponsor_hears_where_nobody_holds_the_post(make, plan, told):
    sponsor = make.post()
    deputy = make.owner(sponsor, is_deputy=True)
    make.action(sponsor_id=sponsor.id, due_on=SPONSOR_HEARS)
    plan()
    assert told() == [("to-sponsor", deputy.id)], "though nobody owns it"


def test_the_steering_group_hears_after_fifteen_and_another_member_later_is_not_told_again(
    make, held, plan, told, sent, session
):
    first, second = make.steering(), make.steering()
    make.steering(make.plan())
    make.steering().is_active = False
    action = make.action(owner_id=held().id, due_on=STEERING_HEARS)
    make.update(action, days_ago=2, narrative="The room is not free.")
    plan()
    assert of("to-steering", told()) == [first.id, second.id]
    mail = session.scalar(select(OutboxMessage).where(OutboxMessage.dedupe.startswith("to-steering:")))
    assert "The room is not free." in mail.text
    sent()
    make.steering()
    plan(days(1))
    assert of("to-steering", told()) == [first.id, second.id]


def test_a_moved_date_that_passes_again_is_told_higher_up_again(make, held, plan, told, sent, session):
    sponsor = held()
    action = make.action(owner_id=held().id, sponsor_id=sponsor.id, due_on=SPONSOR_HEARS)
    plan()
    sent()
    action.due_on = days(1)
    session.flush()
    plan(days(9))
    assert of("to-sponsor", told()) == [sponsor.who.id, sponsor.who.id]


def test_whoever_owns_and_sponsors_or_sponsors_and_steers_hears_once(make, held, plan, told, session):
    both, sponsor = held(), held()
    session.get(Membership, (sponsor.who.id, make.the_plan.id)).role = Role.STEERING
    make.action(owner_id=both.id, sponsor_id=both.id, due_on=SPONSOR_HEARS)
    make.action(owner_id=both.id, sponsor_id=sponsor.id, due_on=STEERING_HEARS)
    plan()
    assert of("to-sponsor", told()) == []
    assert of("to-steering", told()) == [sponsor.who.id]


@pytest.mark.parametrize("kind", ["to-sponsor", "to-steering"])
def test_no_days_mean_that_nobody_hears(make, held, plan, told, kind):
    make.plan(sponsor_after_days=0, steering_after_days=0)
    make.steering()
    make.action(owner_id=held().id, sponsor_id=held().id, due_on=date(2026, 1, 5))
    plan()
    assert of(kind, told()) == []


def test_many_late_actions_are_one_mail_to_their_sponsor(make, held, plan, session):
    owner, sponsor = held(), held()
    for _ in range(30):
        make.action(owner_id=owner.id, sponsor_id=sponsor.id, due_on=SPONSOR_HEARS)
    plan()
    assert len(session.scalars(select(OutboxMessage)).all()) == 2


def test_a_sponsor_whose_mail_was_taken_back_is_told_when_it_is_late_again(make, held, plan, told, session):
    sponsor = held()
    action = make.action(owner_id=held().id, sponsor_id=sponsor.id, due_on=SPONSOR_HEARS)
    plan()
    action.due_on = days(60)
    session.flush()
    assert plan(hour=10).withdrawn == 2
    assert told() == []
    action.due_on = SPONSOR_HEARS
    session.flush()
    plan(hour=11)
    assert of("to-sponsor", told()) == [sponsor.who.id]


def test_an_escalation_that_waits_overnight_is_not_written_again(make, held, plan, told, session):
    sponsor = held()
    make.action(sponsor_id=sponsor.id, due_on=SPONSOR_HEARS)
    plan()
    assert plan(days(1)) == reminders.Planned()
    assert told() == [("to-sponsor", sponsor.who.id)]


@pytest.fixture
def leaves(session):
    """Which mails a worker would send at an hour, by how their keys begin."""

    def leaves(day, hour):
        query = select(OutboxMessage.dedupe).where(
            OutboxMessage.state == MailState.QUEUED, OutboxMessage.next_try_at <= at(day, hour)
        )
        return sorted(dedupe.partition(":")[0] for dedupe in session.scalars(query))

    return leaves


@pytest.mark.parametrize("state", [MailState.QUEUED, MailState.CLAIMED])
def test_a_digest_that_waited_overnight_does_not_leave_at_night_and_there_is_one_on_the_next_day(
    make, held, plan, told, session, leaves, state
):
    owner = held()
    make.action(owner_id=owner.id, due_on=days(-1))
    plan(hour=22)
    for mail in session.scalars(select(OutboxMessage)):
        # Else the worker that held it died with the service.
        mail.state = state
        mail.claimed_until = at(hour=22, minute=10) if state is MailState.CLAIMED else None
    session.flush()
    assert plan(days(1), hour=0).withdrawn == 1
    assert leaves(days(1), 0) == []
    assert plan(days(1), hour=8).mails == 1
    assert leaves(days(1), 8) == ["digest"]
    assert told() == [("overdue", owner.who.id)]


@pytest.mark.parametrize(("nation", "day", "leaves_on"), [
    ("wales", days(0), days(1)),
    ("wales", days(4), days(7)),  # over the weekend
    ("scotland", days(4), days(8)),  # Monday is Saint Andrew's Day
])  # fmt: skip
def test_an_escalation_that_waited_overnight_leaves_at_the_next_hour_of_its_plan(
    make, held, plan, told, session, leaves, nation, day, leaves_on
):
    sponsor = held()
    plan_of_it = make.plan(nation=nation, write_at_hour=10)
    make.action(sponsor_id=sponsor.id, due_on=SPONSOR_HEARS, plan_id=plan_of_it.id)
    plan(day, hour=22)
    assert plan(day + timedelta(days=1), hour=0) == reminders.Planned()
    assert leaves(leaves_on, 9) == []
    assert leaves(leaves_on, 10) == ["to-sponsor"]
    assert plan(leaves_on, hour=10) == reminders.Planned()
    assert told() == [("to-sponsor", sponsor.who.id)]


def test_a_mail_whose_reminders_are_gone_with_their_record_stops_no_planning(make, held, plan, session, leaves):
    make.action(sponsor_id=held().id, due_on=SPONSOR_HEARS)
    plan(hour=22)
    session.execute(delete(Reminder))
    assert plan(days(1), hour=0) == reminders.Planned()
    assert leaves(days(1), 0) == ["to-sponsor"]


def test_an_unknown_mail_is_rolled_into_that_of_the_next_day(make, held, plan, told, sent, session):
    owner, sponsor = held(), held()
    make.action(owner_id=owner.id, sponsor_id=sponsor.id, due_on=days(-11))
    plan()
    sent(MailState.UNKNOWN)
    assert plan(hour=15).mails == 0
    assert plan(days(1)).mails == 2
    sent()
    assert plan(days(2)).mails == 0
    assert sorted(told()) == [("overdue", owner.who.id), ("to-sponsor", sponsor.who.id)]


# New owners


def test_a_new_owner_is_told_once_what_they_hold_and_asked_nothing_about_its_past(
    make, held, plan, told, sent, given, session
):
    post = held()
    late, soon = make.action(due_on=days(-24), title="Late one"), make.action(due_on=days(20))
    for action in (late, soon):
        given(action, post)
    assert plan().mails == 1
    assert told() == [("assigned", post.who.id)] * 2
    mail = session.scalar(select(OutboxMessage).where(OutboxMessage.dedupe.startswith("assigned:")))
    assert "24 days overdue" in mail.text
    sent()
    for number in range(1, 4):
        assert plan(days(number)).mails == 0
    # The next week of the late one begins on Saturday, and they are asked on the Monday.
    for number in range(4, 9):
        plan(days(number))
        sent()
    assert told()[2:] == [("overdue", post.who.id)]


def test_who_was_given_another_action_on_the_same_day_hears_of_it_at_once(make, held, plan, told, given, session):
    post = held()
    given(make.action(), post)
    plan()
    given(make.action(), post)
    plan(hour=11)
    assert told() == [("assigned", post.who.id)] * 2
    assert len(session.scalars(select(OutboxMessage)).all()) == 2


@pytest.mark.parametrize(
    "values",
    [{"channel": Channel.SEED}, {"channel": Channel.COMMAND}, {"day": date(2026, 11, 16)}],
    ids=["the seed", "an import", "long ago"],
)
def test_who_owned_it_from_the_beginning_is_not_told(make, held, plan, told, given, values):
    given(make.action(), held(), **values)
    plan()
    assert told() == []


def test_who_took_it_upon_themselves_is_not_told(make, held, plan, told, given):
    post = held()
    given(make.action(), post, by=post.who, field="record")
    plan()
    assert told() == []


def test_a_new_holder_of_a_post_is_told_all_that_it_owns(make, held, plan, told, session):
    post = make.post()
    make.action(owner_id=post.id), make.action(owner_id=post.id, due_on=days(-3))
    make.action(owner_id=post.id, closure=Closure.DONE, done_on=TODAY)
    holder = make.owner(post)
    session.add(Change(record_id=post.id, channel=Channel.WEB, field="holder", new=holder.name, reason=""))
    session.flush()
    plan()
    assert told() == [("assigned", holder.id)] * 2


def test_who_had_a_reminder_about_it_knows_that_it_is_theirs(make, held, plan, told, sent, given):
    post = held()
    action = make.action(owner_id=post.id, due_on=TODAY)
    plan()
    sent()
    given(action, post)
    plan(days(1))
    assert [kind for kind, _ in told()] == ["due-now", "overdue"]


def test_the_mail_to_a_new_owner_is_taken_back_when_somebody_else_gets_it(make, held, plan, told, given):
    action, first, second = make.action(), held(), held()
    given(action, first)
    plan()
    given(action, second)
    assert plan(hour=10).withdrawn == 1
    assert told() == [("assigned", second.who.id)]


# Other things that fall due


def test_reviews_ends_and_readings_come_in_the_same_digest(make, held, plan, told, sent, session):
    post = held()
    make.action(owner_id=post.id, due_on=TODAY)
    make.response(owner_id=post.id, review_by=days(7))
    make.source(curator_id=post.id, review_by=days(-1), ends_on=days(30), ends_precision="day", ends_words="then")
    monthly = make.indicator(owner_id=post.id, frequency="monthly", created_at=at(date(2026, 1, 1)))
    make.reading(monthly, ends_on=date(2026, 9, 30), value=1)
    assert plan().mails == 1
    assert sorted(kind for kind, _ in told()) == ["due-now", "reading", "review", "source-end", "source-review"]
    links = session.scalars(select(AnswerLink)).all()
    assert len(links) == 1, "only actions are answered from the mail"
    sent()
    assert plan(days(1)).reminders == 1, "the action is overdue, and nothing else is told again"


@pytest.mark.parametrize(("field", "kind"), [("review_by", "review"), ("review_by", "source-review")])
def test_a_review_comes_again_every_four_weeks_until_it_is_done(make, held, plan, told, sent, session, field, kind):
    post = held()
    one = (
        make.response(owner_id=post.id, review_by=TODAY)
        if kind == "review"
        else make.source(curator_id=post.id, review_by=TODAY)
    )
    for number in range(60):
        plan(days(number))
        sent()
    assert [told for told, _ in told()] == [kind] * 3
    one.review_by = days(400)
    session.flush()
    assert plan(days(90)).mails == 0


@pytest.mark.parametrize(("ends_on", "status", "is_told"), [
    (days(30), "in-force", True),
    (days(31), "in-force", False),
    (days(-42), "in-force", True),
    (days(-43), "in-force", False),
    (days(10), "withdrawn", False),
])  # fmt: skip
def test_the_end_of_a_source_is_told_near_it_and_not_long_after(make, held, plan, told, ends_on, status, is_told):
    make.source(curator_id=held().id, ends_on=ends_on, ends_precision="day", ends_words="then", status=status)
    plan()
    assert bool(told()) is is_told


def test_what_nobody_looks_after_is_told_to_nobody(make, plan):
    make.source(review_by=TODAY)
    make.response(owner_id=make.post().id, review_by=TODAY)
    make.indicator(frequency="monthly", created_at=at(date(2025, 1, 1)))
    assert plan() == reminders.Planned()


def test_a_reading_that_was_made_takes_the_mail_back(make, held, plan, session):
    monthly = make.indicator(owner_id=held().id, frequency="monthly", created_at=at(date(2026, 1, 1)))
    assert plan().mails == 1
    make.reading(monthly, ends_on=date(2026, 11, 1), value=1)
    assert plan(hour=10).withdrawn == 1


def test_what_is_no_duty_and_declined_is_not_written(make, held, plan, told, session):
    post, member = held(), make.steering()
    make.source(curator_id=post.id, review_by=TODAY)
    make.action(owner_id=post.id, due_on=STEERING_HEARS)
    declining.decline(session, post.who.id, "sources", at=at())
    declining.decline(session, member.id, "steering", at=at())
    plan()
    assert told() == [("overdue", post.who.id)]


# The rules of plans


def test_a_paused_plan_is_silent_and_what_is_queued_of_it_is_taken_back(make, held, plan, told, given, session):
    post, paused = held(), make.the_plan
    make.action(owner_id=post.id, sponsor_id=held().id, due_on=STEERING_HEARS)
    make.steering()
    make.response(owner_id=post.id, review_by=TODAY)
    given(make.action(), post)
    assert plan().mails == 4
    paused.is_paused = True
    session.flush()
    assert plan(hour=10).withdrawn == 4
    assert plan(days(1)) == reminders.Planned()
    assert told() == []
    paused.is_paused = False
    session.flush()
    assert plan(days(2)).mails == 4


@pytest.mark.parametrize(("timezone", "hour", "mails"), [
    ("", 13, 0), ("", 14, 1), ("Europe/Dublin", 14, 1), ("Europe/Helsinki", 11, 0), ("Europe/Helsinki", 12, 1),
])  # fmt: skip
def test_mails_are_written_from_the_hour_of_the_plan_in_its_zone(make, held, plan, timezone, hour, mails):
    make.plan(write_at_hour=14, timezone=timezone)
    make.action(owner_id=held().id, due_on=TODAY)
    assert plan(hour=hour).mails == mails


@pytest.mark.parametrize(("day", "hour", "mails"), [
    (date(2026, 10, 23), 8, 0),  # nine in summer time
    (date(2026, 10, 23), 9, 1),
    (date(2026, 10, 26), 9, 0),  # nine in winter time, since Sunday
    (date(2026, 10, 26), 10, 1),
    (date(2027, 3, 29), 9, 0),  # Easter Monday, in summer time since Sunday
    (date(2027, 3, 30), 8, 0),
    (date(2027, 3, 30), 9, 1),
])  # fmt: skip
def test_the_hour_is_the_same_on_both_sides_of_a_change_of_the_clock(make, held, plan, day, hour, mails):
    make.plan(write_at_hour=10)
    make.action(owner_id=held().id, due_on=day)
    assert plan(day, hour).mails == mails


def test_who_has_things_in_plans_of_different_hours_is_written_to_at_the_latest(make, held, plan):
    post, late = held(), make.plan(write_at_hour=11)
    make.action(owner_id=post.id, due_on=TODAY, plan_id=make.plan().id)
    make.action(owner_id=held().id, due_on=TODAY, plan_id=make.plan().id)
    make.action(owner_id=post.id, due_on=TODAY, plan_id=late.id)
    assert plan(hour=9).reminders == 1
    planned = plan(hour=11)
    assert (planned.mails, planned.reminders) == (1, 2)


def test_a_plans_own_days_decide(make, held, plan, told):
    make.plan(first_days_before=10, second_days_before=0, overdue_every_days=14, stale_after_days=90)
    post = held()
    make.action(owner_id=post.id, due_on=days(11), created_at=at(days(-80)))
    make.action(owner_id=post.id, due_on=days(10))
    plan()
    assert told() == [("due-soon", post.who.id)]


@pytest.mark.parametrize("hours", [1, 24, 24 * 40])
def test_after_any_downtime_there_is_one_digest_with_the_newest_stage_of_each_thing(make, held, plan, told, hours):
    post, back = held(), at(hour=10) + timedelta(hours=hours)
    for number in range(-20, 40, 5):
        make.action(owner_id=post.id, due_on=days(number), created_at=at(days(-60)))
    plan(hour=7)
    planned = plan(back.date() + timedelta(days=2 * (back.weekday() > 4)), 12)
    assert planned.mails == 1
    assert len(told()) == planned.reminders <= 12


def test_a_changed_policy_is_noticed_at_once(make, held, session, settings):
    """The idle tick compares numbers, and a plan's policy has none of its own."""
    plan_of_it = make.plan(first_days_before=10)
    make.action(owner_id=held().id, due_on=days(20))
    assert planning.plan_if_needed(session, TODAY, at(), settings).mails == 0
    plan_of_it.first_days_before = 30
    session.flush()
    assert planning.plan_if_needed(session, TODAY, at(minute=1), settings).mails == 1
    plan_of_it.is_paused = True
    session.flush()
    assert planning.plan_if_needed(session, TODAY, at(minute=2), settings).withdrawn == 1


def test_a_preview_tells_of_all_kinds(make, held, session, settings, given):
    post = held()
    make.steering()
    make.action(owner_id=post.id, sponsor_id=held().id, due_on=STEERING_HEARS)
    make.response(owner_id=post.id, review_by=TODAY)
    given(make.action(), post)
    entries = reminders.preview(session, TODAY, settings)
    assert sorted((entry["mail"], entry["kind"], entry["record"]) for entry in entries) == [
        ("assigned", "assigned", "action"),
        ("digest", "overdue", "action"),
        ("digest", "review", "response"),
        ("to-sponsor", "to-sponsor", "action"),
        ("to-steering", "to-steering", "action"),
    ]
    assert all(entry["subject"] for entry in entries)
    assert session.scalars(select(Reminder)).all() == session.scalars(select(AnswerLink)).all() == []


def test_planning_costs_the_same_for_few_and_for_many(make, held, session, settings, sent, count_statements):
    def cost(day):
        session.expunge_all()
        with count_statements() as count:
            reminders.plan(session, day, at(day), settings)
        return count.number

    post, sponsor = held(), held()
    make.steering()
    make.action(owner_id=post.id, sponsor_id=sponsor.id, due_on=STEERING_HEARS)
    few = cost(TODAY)
    for number in range(25):
        make.action(owner_id=post.id, sponsor_id=sponsor.id, due_on=STEERING_HEARS - timedelta(days=number))
        make.response(owner_id=post.id, review_by=TODAY)
    sent()
    assert cost(days(1)) <= few + 15, "a mail has up to five links to answer with"
