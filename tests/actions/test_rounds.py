"""Facts about the request for updates before a meeting: who is asked, when, how often, and when it is taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from actions.mine import my_actions
from actions.models import Closure
from actions.reminder_models import AnswerLink, Reminder, ReminderKind
from actions.reminding import asking, foresight, planning, reminders
from actions.reminding.stages import FIRST_OF_TWO, Facts, Stage, meeting_of, next_asked_on, reached_by, stage_of
from actions.reviews import service
from actions.reviews.cycle import cycle_of
from actions.reviews.service import Arrangements
from kb.db import now
from kb.models.history import Change, Channel
from kb.models.outbox import MailState, OutboxMessage
from kb.models.record import Visibility
from kb.permissions import SYSTEM
from kb.planning.reminder_policy import Policy
from tests.actions.clock import LONG_AGO, TODAY, at, days

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from actions.models import Action
    from actions.review_models import Review
    from kb.config import Settings
    from kb.models.organisation import Post
    from tests.factories import Make

pytestmark = pytest.mark.differs

MEETS_ON = date(2026, 12, 14)  # asked on 23 November, reminded on 30 November and 4 December, closed on 7 December
HALF_WAY, LAST_CALL, CLOSES_ON = days(7), days(11), days(14)
CYCLE = cycle_of(MEETS_ON, 15, 5, "wales")


@pytest.fixture
def post(make: Make) -> Post:
    """A post that somebody has held for long."""
    post = make.post(title="Head of Planning")
    make.owner(post, since=LONG_AGO)
    return post


@pytest.fixture
def review(make: Make) -> Review:
    """A meeting for which owners are asked from the Monday on."""
    return make.review(MEETS_ON)


@pytest.fixture
def owned(make: Make, post: Post) -> Callable[..., Action]:
    """Makes an action of the post that calls for nothing by its own dates."""

    def owned(**values: Any) -> Action:
        return make.action(**{"owner_id": post.id, "created_at": at(days(-3)), "due_on": days(200), **values})

    return owned


@pytest.fixture
def mails(session: Session) -> Callable[..., list[OutboxMessage]]:
    """The mails that wait, oldest first."""

    def mails(state: str = MailState.QUEUED) -> list[OutboxMessage]:
        query = select(OutboxMessage).where(OutboxMessage.state == state).order_by(OutboxMessage.id)
        return list(session.scalars(query))

    return mails


def asked(session: Session) -> list[Any]:
    """Which actions were asked about, of all that stands."""
    query = select(Reminder.record_id).where(Reminder.kind == ReminderKind.MEETING, Reminder.cancelled_at.is_(None))
    return list(session.scalars(query.order_by(Reminder.id)))


def leave(session: Session) -> None:
    """Let all mails that wait leave."""
    for message in session.scalars(select(OutboxMessage)):
        message.state = MailState.SENT
    session.flush()


def facts(**values: Any) -> Facts:
    given = {
        "due_on": None,
        "starts_on": None,
        "last_said_on": days(-3),
        "known_since": days(-300),
        "policy": Policy(stale_after_days=365),
        "nation": "wales",
        "rounds": (CYCLE,),
    }
    return Facts(**{**given, **values})


@pytest.mark.parametrize(
    ("day", "occurrence"),
    [
        (TODAY - timedelta(days=1), None),
        (TODAY, MEETS_ON),
        (HALF_WAY - timedelta(days=1), MEETS_ON),
        (HALF_WAY, MEETS_ON - FIRST_OF_TWO),
        (LAST_CALL, MEETS_ON - 2 * FIRST_OF_TWO),
        (CLOSES_ON, MEETS_ON - 2 * FIRST_OF_TWO),
        (CLOSES_ON + timedelta(days=1), None),
    ],
)
def test_an_owner_is_asked_on_the_first_day_and_reminded_until_answers_close(day: date, occurrence: date | None):
    assert stage_of(facts(), day) == (Stage(ReminderKind.MEETING, occurrence) if occurrence else None)


def test_an_answer_since_the_request_is_enough_and_an_earlier_one_is_not():
    assert stage_of(facts(last_said_on=TODAY), HALF_WAY) is None
    assert stage_of(facts(last_said_on=TODAY - timedelta(days=1)), HALF_WAY) is not None


def test_nobody_is_asked_about_what_has_not_begun():
    assert stage_of(facts(starts_on=days(1)), TODAY) is None
    assert stage_of(facts(starts_on=TODAY), TODAY) is not None


def test_of_two_meetings_the_sooner_one_is_asked_for_first():
    later = cycle_of(MEETS_ON + timedelta(days=2), 17, 5, "wales")
    both = facts(rounds=(CYCLE, later))
    reached = reached_by(both, TODAY)
    assert reached is not None
    assert meeting_of(both, reached.stage) == CYCLE


def test_the_later_of_two_questions_about_an_action_stands():
    late = facts(due_on=days(2))
    assert [stage.kind for day in (0, 2, 3, 7) if (stage := stage_of(late, days(day)))] == [
        ReminderKind.MEETING,
        ReminderKind.DUE_NOW,
        ReminderKind.OVERDUE,
        ReminderKind.MEETING,
    ]


def test_the_day_of_the_request_is_the_next_on_which_an_owner_hears_from_us():
    assert next_asked_on(facts(), TODAY - timedelta(days=10)) == TODAY
    assert next_asked_on(facts(), TODAY) == HALF_WAY


def test_each_action_asked_about_has_its_own_link_under_the_meetings_day(
    session: Session, make: Make, review: Review, owned: Callable[..., Action], plan: Any, mails: Any
):
    one, other = owned(title="Train the trainers"), owned(title="Write the plan", due_on=None)
    assert plan().reminders == 2
    (mail,) = mails()
    assert mail.subject == "For the steering group’s meeting on 14 December 2026: answer by 7 December"
    assert "goes into the pack that the group reads" in mail.text
    assert mail.text.count("/answer/") == 2
    assert set(session.scalars(select(AnswerLink.action_id))) == {one.id, other.id}
    assert session.scalars(select(Reminder.kind).distinct()).all() == [ReminderKind.MEETING]


def test_what_else_needs_an_answer_comes_below_and_has_its_link(
    review: Review, owned: Callable[..., Action], make: Make, post: Post, plan: Any, mails: Any
):
    for number in range(6):
        owned(title=f"For the meeting {number}")
    owned(title="Of another plan", plan_id=make.plan().id, due_on=TODAY)
    plan()
    (mail,) = mails()
    assert mail.subject == (
        "For the steering group’s meeting on 14 December 2026: answer by 7 December; "
        "1 other action needs an answer by Monday 30 November"
    )
    assert "MEETING ON 14 DECEMBER 2026: ANSWER BY 7 DECEMBER\n" in mail.text
    assert "OTHER ACTIONS THAT NEED AN ANSWER" in mail.text
    assert "and 1 more" in mail.text
    assert mail.text.count("/answer/") == 6
    assert mail.text.index("For the meeting 0") < mail.text.index("Of another plan")


def test_only_those_who_have_not_answered_are_reminded_and_only_once(
    session: Session, make: Make, review: Review, owned: Callable[..., Action], plan: Any, mails: Any
):
    silent, spoken = owned(), owned()
    assert plan().reminders == 2
    leave(session)
    assert plan(days(1)).reminders == 0
    make.update(spoken, days_ago=-1)
    assert plan(HALF_WAY).reminders == 1
    leave(session)
    assert plan(HALF_WAY).reminders == plan(days(8)).reminders == 0
    assert plan(LAST_CALL).reminders == 1
    assert asked(session) == [silent.id, spoken.id, silent.id, silent.id]
    leave(session)
    assert plan(CLOSES_ON + timedelta(days=1)).reminders == 0


@pytest.mark.parametrize(
    "values",
    [
        {"closure": Closure.DONE, "done_on": days(-1)},
        {"visibility": Visibility.DRAFT},
        {"starts_on": days(1)},
        {"owner_id": None},
        {"last_said_on": TODAY},
    ],
)
def test_nobody_is_asked_about_what_is_closed_a_draft_ahead_unowned_or_answered(
    review: Review, owned: Callable[..., Action], plan: Any, values: dict[str, Any]
):
    owned(**values)
    assert plan() == reminders.Planned()


def test_another_plans_owners_are_not_asked(
    make: Make, review: Review, owned: Callable[..., Action], session: Session, plan: Any
):
    owned(plan_id=make.plan().id)
    assert plan().reminders == 0


def test_a_deputy_is_asked_where_nobody_holds_the_post(
    session: Session, make: Make, review: Review, owned: Callable[..., Action], plan: Any, mails: Any
):
    post = make.post(title="Digital lead")
    deputy = make.owner(post, is_deputy=True, since=LONG_AGO)
    owned(owner_id=post.id)
    plan()
    (mail,) = mails()
    assert mail.recipient_id == deputy.id
    assert "you are the deputy for Digital lead" in mail.text


def test_a_paused_plan_asks_nobody(
    session: Session, make: Make, review: Review, owned: Callable[..., Action], plan: Any
):
    owned()
    make.the_plan.is_paused = True
    session.flush()
    assert plan().reminders == 0


def test_the_request_waits_for_the_plans_hour_unless_people_come_at_any_time(
    review: Review, owned: Callable[..., Action], plan: Any
):
    owned()
    assert plan(hour=5).mails == 0
    assert plan(hour=5, demo=True).mails == 1


def test_whoever_was_just_told_that_an_action_is_theirs_is_asked_for_the_meeting_next(
    session: Session, make: Make, review: Review, plan: Any
):
    post = make.post()
    holder = make.owner(post, since=TODAY)
    session.add(Change(record_id=post.id, channel=Channel.WEB, field="holder", new=holder.name, reason=""))
    make.action(owner_id=post.id, created_at=at(days(-3)), due_on=days(200))
    assert plan().mails == 1
    assert asked(session) == []
    leave(session)
    plan(days(1))
    assert len(asked(session)) == 1


def test_a_meeting_that_is_cancelled_takes_back_what_waits(
    session: Session, review: Review, owned: Callable[..., Action], plan: Any, mails: Any
):
    owned()
    plan()
    service.cancel(session, review.id, version=review.version, by=SYSTEM)
    assert plan().withdrawn == 1
    assert mails() == []
    assert asked(session) == []


def test_a_frozen_pack_takes_back_what_waits(
    session: Session, review: Review, owned: Callable[..., Action], plan: Any, mails: Any
):
    owned()
    plan()
    review.frozen_at, review.pack, review.digest = now(), b"{}", "0" * 64
    session.flush()
    assert plan().withdrawn == 1
    assert mails() == []


def test_an_answer_takes_back_what_waits(
    make: Make, review: Review, owned: Callable[..., Action], plan: Any, mails: Any
):
    action = owned()
    plan()
    make.update(action, days_ago=0)
    assert plan().withdrawn == 1
    assert mails() == []


def test_a_meeting_that_moves_takes_back_what_waits_and_asks_again_by_its_new_days(
    session: Session, review: Review, owned: Callable[..., Action], plan: Any, mails: Any
):
    owned()
    plan()
    review.meets_on = MEETS_ON + timedelta(days=7)
    session.flush()
    assert plan().withdrawn == 1
    assert mails() == []
    assert plan(days(7)).reminders == 1
    (mail,) = mails()
    assert "meeting on 21 December 2026: answer by 14 December" in mail.subject


def test_a_meeting_that_moves_after_owners_were_asked_asks_those_who_have_not_answered_in_its_round(
    session: Session, make: Make, review: Review, owned: Callable[..., Action], plan: Any
):
    owned()
    plan()
    leave(session)
    review.meets_on = MEETS_ON + timedelta(days=1)
    session.flush()
    assert plan(days(1)).reminders == 1
    assert len(asked(session)) == 2


def test_other_days_of_the_same_meeting_ask_nobody_a_second_time(
    session: Session, review: Review, owned: Callable[..., Action], plan: Any
):
    owned()
    plan()
    leave(session)
    review.request_days = 14
    session.flush()
    assert plan(days(1)).reminders == 0


def test_a_new_a_changed_and_a_cancelled_meeting_are_planned_for_at_once(
    session: Session, make: Make, owned: Callable[..., Action], settings: Settings
):
    owned()

    def plan(minute: int) -> reminders.Planned:
        return planning.plan_if_needed(session, TODAY, at(TODAY, 9, minute), settings)

    assert plan(0).reminders == 0
    review = make.review(MEETS_ON, request_days=14)
    assert plan(1).reminders == 0
    review.request_days = 15
    session.flush()
    assert plan(2).reminders == 1
    session.delete(review)
    session.flush()
    assert plan(3).withdrawn == 1


def test_the_preview_and_the_coming_days_name_the_request(
    session: Session, make: Make, review: Review, owned: Callable[..., Action], settings: Settings
):
    action = owned()
    (entry,) = reminders.preview(session, TODAY, settings)
    assert (entry["kind"], entry["ref"]) == ("meeting", action.ref)
    assert entry["subject"].startswith("For the steering group’s meeting on 14 December 2026")
    before = days(-3)
    (sending,) = foresight.list_sendings(session, make.the_plan, today=before, settings=replace(settings, demo=False))
    assert (sending.day, sending.due.meets_on, sending.due.answer_by) == (TODAY, MEETS_ON, CLOSES_ON)


def test_the_action_says_when_its_owner_was_asked(
    session: Session, review: Review, owned: Callable[..., Action], settings: Settings, plan: Any
):
    action = owned()
    plan()
    told = asking.notice(session, action, today=TODAY, settings=settings)
    assert told is not None
    assert told.told_on is not None


def test_ones_own_actions_say_for_which_meeting_an_answer_is_needed(
    session: Session, make: Make, review: Review, owned: Callable[..., Action], post: Post
):
    action = owned()
    person = replace(make.person(make.viewer()), posts={post.id: post.title})
    (item,) = my_actions(session, person, TODAY).answer_now
    assert item.action.ref == action.ref
    assert item.why.startswith("For the meeting on 14 December 2026: answer by 7 December.")
    assert my_actions(session, person, days(-3)).next_mail_on == TODAY


def test_the_meeting_service_plans_a_round_that_asks(
    session: Session, make: Make, owned: Callable[..., Action], plan: Any
):
    owned()
    service.arrange(session, make.the_plan, Arrangements(MEETS_ON), by=SYSTEM)
    assert plan().reminders == 1
