"""Facts about reminders: who is written to, when, about what, and never twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from actions.models import Closure
from actions.reminder_models import Reminder, ReminderKind
from actions.reminding import reminders
from kb.models.organisation import PostHolding
from kb.models.outbox import MailState, OutboxMessage
from tests.actions.clock import LONG_AGO, TODAY, at


@pytest.fixture
def owned(make):
    """Makes a published action whose owner's post somebody has held for long."""
    held = set()

    def owned(post=None, **values):
        post = post or make.post(title="Head of Planning")
        if post.id not in held:
            make.owner(post, since=LONG_AGO)
            held.add(post.id)
        return make.action(owner_id=post.id, **{"created_at": at(date(2026, 11, 20)), **values})

    return owned


@pytest.fixture
def mails(session):
    def mails(state=MailState.QUEUED):
        return session.scalars(
            select(OutboxMessage).where(OutboxMessage.state == state).order_by(OutboxMessage.id)
        ).all()

    return mails


def kinds(session):
    return session.scalars(select(Reminder.kind).where(Reminder.cancelled_at.is_(None)).order_by(Reminder.id)).all()


def test_an_owner_is_written_to_once_about_what_is_due_soon(owned, plan, mails, session):
    owned(due_on=TODAY + timedelta(days=14))
    assert plan().mails == 1
    assert plan().mails == 0
    assert kinds(session) == [ReminderKind.DUE_SOON]
    (mail,) = mails()
    assert "Due on 7 December 2026, in 14 days" in mail.text
    assert "/answer/" in mail.text


def test_no_mail_when_nothing_is_due(owned, plan, mails):
    owned(due_on=TODAY + timedelta(days=60))
    assert plan() == reminders.Planned()
    assert mails() == []


def test_one_person_gets_one_mail_about_all_their_actions_worst_first(owned, plan, mails, make):
    post = make.post(title="Head of Planning", organisation_id=make.organisation(abbreviation="HEIW").id)
    for days, title in [(5, "Soon"), (-24, "Late"), (0, "Today")]:
        owned(post, due_on=TODAY + timedelta(days=days), title=title)
    assert plan().reminders == 3
    (mail,) = mails()
    assert mail.subject == "3 of your actions need an answer by Monday 30 November"
    assert mail.text.startswith(mail.subject)
    assert mail.text.index("* Late") < mail.text.index("* Today") < mail.text.index("* Soon")
    assert "Was due on 30 October 2026: 24 days overdue." in mail.text
    assert "Sent because you hold the post Head of Planning, HEIW." in mail.text


def test_a_mail_shows_five_actions_and_counts_the_others(owned, plan, mails, make, session):
    post = make.post()
    for _ in range(9):
        owned(post, due_on=TODAY)
    plan()
    (mail,) = mails()
    assert mail.text.count("/answer/") == 5
    assert "and 4 more" in mail.text
    assert mail.html.count("/answer/") >= 5
    assert len(kinds(session)) == 9


def test_a_mail_shows_what_is_coming_and_asks_nothing_about_it(owned, plan, mails, make):
    post = make.post()
    owned(post, due_on=TODAY)
    owned(post, due_on=date(2027, 1, 1), title="Improve data")
    plan()
    (mail,) = mails()
    assert "Improve data: due 1 January 2027" in mail.text
    assert mail.subject.startswith("1 of your actions needs")


def test_titles_are_escaped_in_html_and_left_alone_in_text(owned, plan, mails):
    owned(due_on=TODAY, title="Pay & <script>conditions</script>")
    plan()
    (mail,) = mails()
    assert "Pay &amp; &lt;script&gt;" in mail.html
    assert "Pay & <script>" in mail.text


def test_the_last_answer_is_told(owned, plan, mails, make):
    action = owned(due_on=TODAY - timedelta(days=24))
    make.update(action, days_ago=42, confidence="at-risk")
    plan()
    assert "Last answer: “at risk”, on 12 October 2026." in mails()[0].text


@pytest.mark.parametrize(
    "values",
    [
        {"closure": Closure.DONE, "done_on": TODAY},
        {"visibility": "draft"},
    ],
)
def test_closed_actions_and_drafts_are_not_chased(owned, plan, values):
    owned(due_on=TODAY, **values)
    assert plan().mails == 0


def test_what_was_answered_is_not_chased(owned, plan, make):
    make.update(owned(due_on=TODAY + timedelta(days=5)), days_ago=1)
    assert plan().mails == 0


def test_the_deputy_answers_where_there_is_no_holder_and_says_so(plan, mails, make, session):
    post = make.post(title="Lead, North region")
    deputy = make.owner(post, is_deputy=True)
    make.action(owner_id=post.id, due_on=TODAY)
    plan()
    (mail,) = mails()
    assert mail.recipient_id == deputy.id
    assert "you are the deputy for Lead, North region" in mail.text


def test_the_holder_is_written_to_and_not_the_deputy(plan, mails, make):
    post = make.post()
    make.owner(post, is_deputy=True)
    holder = make.owner(post)
    make.action(owner_id=post.id, due_on=TODAY)
    plan()
    assert [mail.recipient_id for mail in mails()] == [holder.id]


def test_the_deputy_steps_in_when_the_holders_account_is_closed(plan, mails, make, session):
    post = make.post()
    deputy = make.owner(post, is_deputy=True)
    make.owner(post).is_active = False
    make.action(owner_id=post.id, due_on=TODAY)
    plan()
    assert [mail.recipient_id for mail in mails()] == [deputy.id]


def test_an_empty_post_is_no_fault_of_the_planning(plan, make):
    make.action(owner_id=make.post().id, due_on=TODAY)
    make.action(due_on=TODAY)
    assert plan().mails == 0


@pytest.mark.parametrize(("hour", "mails"), [(7, 0), (8, 1), (23, 1)])
def test_mails_are_written_from_eight(owned, plan, hour, mails):
    owned(due_on=TODAY)
    assert plan(hour=hour).mails == mails


@pytest.mark.parametrize(("day", "hour", "mails"), [
    (date(2026, 10, 23), 6, 0),  # 07:59 is the last minute of 07 in summer time
    (date(2026, 10, 23), 7, 1),  # summer time: 07:00 UTC is eight
    (date(2026, 10, 26), 7, 0),  # winter time since Sunday: 07:00 UTC is seven
    (date(2026, 10, 26), 8, 1),
    (date(2027, 3, 26), 7, 0),
    (date(2027, 3, 30), 7, 1),
])  # fmt: skip
def test_eight_is_eight_on_both_sides_of_a_change_of_the_clock(owned, plan, day, hour, mails):
    owned(due_on=day)
    if day == date(2027, 3, 26):
        day = date(2027, 3, 25)  # the 26th is Good Friday
    assert plan(day, hour).mails == mails


@pytest.mark.parametrize(
    "day", [date(2026, 11, 21), date(2026, 11, 22), date(2026, 12, 25), date(2026, 12, 28), date(2027, 3, 26)]
)
def test_nobody_is_written_to_on_a_weekend_or_bank_holiday(owned, plan, day):
    owned(due_on=day)
    assert plan(day).mails == 0


def test_bank_holidays_are_those_of_the_plans_nation(owned, plan, make):
    day = date(2026, 11, 30)  # Saint Andrew's
    make.plan(nation="scotland")
    owned(due_on=day)
    assert plan(day).mails == 0
    wales = make.plan(nation="wales")
    owned(due_on=day, plan_id=wales.id)
    assert plan(day).reminders == 1


def test_in_demonstration_mode_mails_are_written_at_once(owned, plan):
    owned(due_on=TODAY - timedelta(days=3))
    assert plan(date(2026, 11, 22), hour=3, demo=True).mails == 1


def test_after_downtime_only_the_newest_stage_is_told(owned, plan, session):
    owned(due_on=TODAY - timedelta(days=40))
    plan()
    assert kinds(session) == [ReminderKind.OVERDUE]


def test_a_long_life_brings_each_stage_once(owned, plan, session, mails):
    owned(due_on=date(2027, 1, 6))
    for days in range(72):
        for hour in (7, 9, 16):
            plan(TODAY + timedelta(days=days), hour)
        for mail in mails():
            mail.state, mail.sent_at = MailState.SENT, at()
        session.flush()
    told = session.execute(select(Reminder.kind, Reminder.occurrence).order_by(Reminder.id)).all()
    # On the 7th of December, the 30th, the day itself, the 7th of January, and each week later.
    assert told == [
        (ReminderKind.DUE_SOON, date(1627, 1, 6)),
        (ReminderKind.DUE_SOON, date(2027, 1, 6)),
        (ReminderKind.DUE_NOW, date(2027, 1, 6)),
        (ReminderKind.OVERDUE, date(2027, 1, 6)),
        (ReminderKind.OVERDUE, date(2027, 1, 13)),
        (ReminderKind.OVERDUE, date(2027, 1, 20)),
        (ReminderKind.OVERDUE, date(2027, 1, 27)),
    ]


def test_a_person_is_written_to_at_most_once_a_day(owned, plan, make, session, mails):
    post = make.post()
    owned(post, due_on=TODAY)
    plan()
    for mail in mails():
        mail.state = MailState.SENT
    owned(post, due_on=TODAY + timedelta(days=1))
    assert plan(hour=15).mails == 0
    assert plan(TODAY + timedelta(days=1)).mails == 1


def test_a_moved_due_date_takes_the_queued_mail_back(owned, plan, mails, session):
    action = owned(due_on=TODAY)
    plan()
    action.due_on = TODAY + timedelta(days=100)
    session.flush()
    assert plan(hour=10).withdrawn == 1
    assert mails() == []
    assert len(mails(MailState.CANCELLED)) == 1
    assert kinds(session) == []


def test_a_closed_action_leaves_the_queued_mail_and_the_others_stay_in_it(owned, plan, mails, make, session):
    post = make.post()
    done = owned(post, due_on=TODAY, title="The one that is done")
    owned(post, due_on=TODAY, title="The other one")
    plan()
    done.closure, done.done_on = Closure.DONE, TODAY
    session.flush()
    planned = plan(hour=10)
    assert (planned.withdrawn, planned.mails, planned.reminders) == (1, 1, 1)
    (mail,) = mails()
    assert "The other one" in mail.text
    assert "The one that is done" not in mail.text


def test_a_queued_mail_is_taken_back_when_its_action_is_answered_or_its_owner_changes(
    owned, plan, make, session, mails
):
    answered, handed_on = owned(due_on=TODAY), owned(due_on=TODAY)
    plan()
    make.update(answered)
    handed_on.owner_id = make.post().id
    session.flush()
    assert plan(hour=10).withdrawn == 2
    assert mails() == []


def test_a_mail_on_its_way_is_not_taken_back(owned, plan, mails, session):
    action = owned(due_on=TODAY)
    plan()
    (mail,) = mails()
    mail.state, mail.claimed_until = MailState.SENDING, at()
    action.due_on = TODAY + timedelta(days=100)
    session.flush()
    assert plan(hour=10).withdrawn == 0


def test_a_due_date_that_moves_away_and_back_is_told_about_again(owned, plan, mails, session):
    action = owned(due_on=TODAY)
    plan()
    for due_on in (TODAY + timedelta(days=100), TODAY):
        action.due_on = due_on
        session.flush()
        plan(hour=10)
    assert len(mails()) == 1
    assert kinds(session) == [ReminderKind.DUE_NOW]


def test_a_moved_due_date_brings_its_own_reminders(owned, plan, mails, session):
    action = owned(due_on=TODAY + timedelta(days=10))
    plan()
    mails()[0].state = MailState.SENT
    action.due_on = TODAY + timedelta(days=12)
    session.flush()
    assert plan(TODAY + timedelta(days=1)).reminders == 1


def test_mails_that_waited_overnight_become_one_of_today(owned, plan, mails, make):
    post = make.post()
    owned(post, due_on=TODAY)
    plan()
    owned(post, due_on=TODAY + timedelta(days=1))
    planned = plan(TODAY + timedelta(days=1))
    assert (planned.withdrawn, planned.mails, planned.reminders) == (1, 1, 2)
    (mail,) = mails()
    assert mail.dedupe.startswith("digest:2026-11-24")


def test_an_unknown_mail_is_not_planned_again(owned, plan, mails):
    owned(due_on=TODAY)
    plan()
    mails()[0].state = MailState.UNKNOWN
    assert plan(hour=10).mails == 0
    assert plan(TODAY + timedelta(days=1)).reminders == 1, "the next stage is told"


def test_a_new_holder_is_told_what_the_old_one_was(owned, plan, mails, make, session):
    post = make.post()
    owned(post, due_on=TODAY + timedelta(days=10))
    plan()
    mails()[0].state = MailState.SENT
    session.scalar(select(PostHolding).where(PostHolding.post_id == post.id)).until_on = TODAY
    new = make.owner(post)
    session.flush()
    plan(TODAY + timedelta(days=1))
    assert [mail.recipient_id for mail in mails()] == [new.id]


def test_a_preview_says_who_would_be_told_what_and_changes_nothing(owned, plan, session, settings):
    action = owned(due_on=TODAY)
    (entry,) = reminders.preview(session, TODAY, settings)
    assert (entry["action"], entry["kind"], entry["due_on"]) == (action.ref, "due-now", TODAY)
    assert entry["subject"] == "1 of your actions needs an answer by Monday 30 November"
    assert session.scalar(select(func.count()).select_from(Reminder)) == 0
    assert reminders.preview(session, date(2026, 11, 22), settings) == []
    plan()
    assert reminders.preview(session, TODAY, settings) == []


def test_a_planning_that_meets_anothers_reminder_is_undone_whole(owned, plan, session, settings, monkeypatch):
    action = owned(due_on=TODAY)
    plan()
    monkeypatch.setattr(reminders.owned, "list_told", lambda *_: set())
    monkeypatch.setattr(
        reminders, "_keys", lambda *_: {person: f"digest:other:{person}" for person in [_recipient(session)]}
    )
    with pytest.raises(reminders.PlannedElsewhere):
        reminders.plan(session, TODAY, at(hour=10), settings)
    assert action.ref


@pytest.fixture
def days_told(plan, mails):
    """Plans on each of so many days from one, all mails arriving, and says on which somebody was written to."""

    def days_told(first, number):
        told = []
        for day in (first + timedelta(days=count) for count in range(number)):
            if plan(day).mails:
                told.append(day)
            for mail in mails():
                mail.state = MailState.SENT
        return told

    return days_told


def test_what_was_asked_late_is_not_asked_again_before_its_time_is_over(owned, days_told):
    # Its weeks begin on Mondays; the worker was away until the Friday.
    owned(due_on=date(2026, 11, 15))
    friday = date(2026, 11, 20)
    assert days_told(friday, 21) == [friday, friday + timedelta(days=7), friday + timedelta(days=14)]


def test_another_due_date_is_asked_about_in_its_own_time(owned, days_told, session):
    action = owned(due_on=date(2026, 11, 15))
    assert days_told(date(2026, 11, 20), 1) == [date(2026, 11, 20)]
    action.due_on = date(2026, 11, 23)
    session.flush()
    assert days_told(date(2026, 11, 24), 3) == [date(2026, 11, 24)]


def test_what_may_never_have_arrived_is_asked_again_at_once(owned, plan, mails):
    owned(due_on=date(2026, 11, 15))
    plan(date(2026, 11, 20))
    for mail in mails():
        mail.state = MailState.UNKNOWN
    assert plan(TODAY).mails == 1


def _recipient(session):
    return session.scalar(select(Reminder.recipient_id))


@pytest.mark.parametrize(
    ("due_on", "words"),
    [(None, "no due date is set"), (date(2027, 2, 26), "due on 26 February 2027")],
)
def test_a_silent_action_says_for_how_long(owned, plan, mails, due_on, words):
    owned(due_on=due_on, created_at=at(TODAY - timedelta(days=40)))
    plan()
    assert f"Nothing said for 40 days; {words}." in mails()[0].text
