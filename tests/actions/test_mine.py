from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from actions.mine import my_actions
from actions.reminding.owned import list_candidates
from actions.reminding.stages import stage_of
from kb.models.link import LinkType
from kb.models.record import Visibility
from kb.permissions import NOBODY, SYSTEM
from kb.removal import deleting
from tests.conftest import TODAY

GROUPS = ("answer_now", "due_soon", "waiting", "later", "done")


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


@pytest.fixture
def post(make):
    return make.post(title="Head of Planning")


@pytest.fixture
def owner(make, post):
    return make.person(make.owner(post))


@pytest.fixture
def owned(make, post):
    """Makes an action of the post, written down today unless said otherwise."""

    def action(**values):
        created = datetime.combine(values.pop("written_on", TODAY), time(9), UTC)
        return make.action(owner_id=post.id, created_at=created, **values)

    return action


def placed(session, person):
    """The group and the sentence of each action, by its ref."""
    mine = my_actions(session, person, TODAY)
    return {item.action.ref: (group, item.why) for group in GROUPS for item in getattr(mine, group)}


def test_actions_of_other_posts_and_drafts_of_others_are_not_mine(session, make, post, owner):
    make.action(owner_id=make.post().id, due_on=days(-1))
    make.action(due_on=days(-1))
    make.action(owner_id=post.id, due_on=days(-1), visibility=Visibility.DRAFT)
    assert placed(session, owner) == {}


def test_somebody_without_a_post_has_no_actions(session, make):
    make.action(due_on=days(-1))
    for person in (make.person(make.viewer()), NOBODY):
        mine = my_actions(session, person, TODAY)
        assert (mine.posts, mine.answer_now, mine.next_mail_on) == ([], [], None)


def test_an_overdue_action_wants_an_answer_and_tells_what_was_said_last(session, make, owner, owned):
    silent, by_me, by_another = (owned(due_on=days(-24)) for _ in range(3))
    make.update(by_me, days_ago=42, confidence="at-risk", person_id=owner.user_id)
    make.update(by_another, days_ago=14, confidence="on-track", person_id=make.user().id)
    assert placed(session, owner) == {
        silent.ref: ("answer_now", "You have not said yet how it goes. The due date has passed."),
        by_me.ref: ("answer_now", "You said “at risk” 42 days ago. The due date has passed."),
        by_another.ref: ("answer_now", "Your post said “on track” 14 days ago. The due date has passed."),
    }


def test_an_overdue_action_that_was_just_answered_is_not_asked_about_again(session, make, owner, owned):
    action = owned(due_on=days(-24))
    make.update(action, days_ago=6)
    assert placed(session, owner) == {action.ref: ("due_soon", "You answered 6 days ago. Nothing more is needed now.")}
    # Late actions are asked about again a week after the answer.
    assert my_actions(session, owner, TODAY).next_mail_on == days(1)


def test_a_silent_action_wants_an_answer_and_tells_how_long_it_has_been(session, make, owner, owned):
    never = owned(due_on=days(90), written_on=days(-40))
    by_me, by_another = owned(due_on=days(90)), owned(due_on=days(90))
    make.update(by_me, days_ago=40, person_id=owner.user_id)
    make.update(by_another, days_ago=29)
    assert placed(session, owner) == {
        never.ref: ("answer_now", "You have said nothing for 40 days."),
        by_me.ref: ("answer_now", "You said “on track”, but nothing more for 40 days."),
        by_another.ref: ("answer_now", "Your post said “on track”, but nothing more for 29 days."),
    }


def test_before_its_date_an_action_wants_an_answer_and_on_its_last_day_another(session, make, owner, owned):
    silent, last_day, answered, early = (
        owned(due_on=days(14)),
        owned(due_on=TODAY),
        owned(due_on=days(2)),
        owned(due_on=days(15)),
    )
    make.update(last_day, days_ago=1)
    make.update(answered, days_ago=5)
    make.update(early, days_ago=8)
    assert placed(session, owner) == {
        silent.ref: ("answer_now", "It is due in 14 days. Say whether you will make it."),
        last_day.ref: ("answer_now", "It is due today. Say whether you will make it."),
        answered.ref: ("due_soon", "You answered 5 days ago. Nothing more is needed now."),
        early.ref: ("due_soon", "You answered 8 days ago. Nothing more is needed now."),
    }


def test_the_page_asks_for_what_the_mail_asks_for(session, make, owner, owned):
    for number in range(-30, 40):
        owned(due_on=days(number), written_on=days(-35))
        make.update(owned(due_on=days(number)), days_ago=abs(number) % 20)
        owned(due_on=days(number), starts_on=days(-400))
    candidates = list_candidates(session, today=TODAY)
    mailed = {one.ref for one in candidates if stage_of(one.facts, TODAY) is not None}
    assert {item.action.ref for item in my_actions(session, owner, TODAY).answer_now} == mailed


def test_what_is_due_within_thirty_days_says_when_we_will_ask(session, make, owner, owned):
    make.the_plan.first_days_before = 14
    action, beyond = owned(due_on=days(30)), owned(due_on=days(31))
    assert placed(session, owner) == {
        action.ref: ("due_soon", "Nothing is needed yet. We will ask you from 9 December 2026."),
        beyond.ref: ("later", "Nothing is needed from you now."),
    }


def test_what_has_not_started_or_has_no_date_can_wait(session, owner, owned):
    ahead, undated = owned(starts_on=days(3)), owned()
    assert placed(session, owner) == {
        ahead.ref: ("later", "It starts on 26 November 2026. Nothing is needed from you yet."),
        undated.ref: ("later", "It has no due date. Nothing is needed from you now."),
    }


def test_an_action_waits_on_others_while_an_ask_is_open_unless_an_answer_is_due(session, make, owner, owned):
    mine, anothers, answered, late = owned(), owned(due_on=days(20)), owned(), owned(due_on=days(-1))
    make.update(mine, days_ago=19, support_needed="two trainers", person_id=owner.user_id)
    make.update(anothers, days_ago=1, support_needed="a room " * 30)
    make.update(answered, support_needed="money", support_answer="No")
    make.update(late, days_ago=8, support_needed="money")
    found = placed(session, owner)
    assert found[mine.ref] == ("waiting", "You asked for “two trainers” 19 days ago; nobody has answered yet.")
    group, why = found[anothers.ref]
    assert group == "waiting"
    assert why.startswith("Your post asked for “a room a room")
    assert why.endswith(" room…” yesterday; nobody has answered yet.")
    assert (found[answered.ref][0], found[late.ref][0]) == ("later", "answer_now")


def test_what_is_done_waits_for_being_verified_and_then_is_done(session, make, owner, owned):
    closed = {"closure": "done", "done_on": days(-14), "due_on": days(-20)}
    mine, anothers = owned(**closed, done_by_id=owner.user_id), owned(**closed)
    verified = owned(closure="verified", done_on=days(-14), verified_on=days(-7))
    assert placed(session, owner) == {
        mine.ref: ("waiting", "You closed it on 9 November 2026. Someone else has to verify it."),
        anothers.ref: ("waiting", "It was closed for you on 9 November 2026. Someone has to verify it."),
        verified.ref: ("done", "Verified on 16 November 2026."),
    }


def test_what_was_stopped_says_so_among_what_is_done_and_the_newest_stands_first(session, owner, owned):
    undated = owned(closure="stopped")
    verified = owned(closure="verified", done_on=days(-14), verified_on=days(-7))
    stopped = owned(closure="stopped", done_on=days(-2), due_on=days(-20))
    assert placed(session, owner) == {
        stopped.ref: ("done", "Stopped on 21 November 2026, by decision."),
        verified.ref: ("done", "Verified on 16 November 2026."),
        undated.ref: ("done", "Stopped, by decision."),
    }
    mine = my_actions(session, owner, TODAY)
    assert [item.action.ref for item in mine.done] == [stopped.ref, verified.ref, undated.ref]
    assert mine.next_mail_on is None


def test_the_most_urgent_answer_is_wanted_first(session, make, owner, owned):
    short = owned(written_on=days(-30), due_on=days(90))
    long = owned(written_on=days(-60), due_on=days(80))
    soon, sooner = owned(due_on=days(5)), owned(due_on=days(2))
    late, later = owned(due_on=days(-20)), owned(due_on=days(-3))
    mine = my_actions(session, owner, TODAY)
    expected = [late, later, sooner, soon, long, short]
    assert [item.action.ref for item in mine.answer_now] == [action.ref for action in expected]


def test_a_deputy_sees_for_which_post_they_answer(session, make, post, owned):
    user = make.owner(post, is_deputy=True)
    owned(due_on=days(-1))
    mine = my_actions(session, make.person(user), TODAY)
    (item,) = mine.answer_now
    assert item.deputy_for.startswith("Head of Planning")
    assert (mine.posts, len(mine.deputised)) == ([], 1)


def test_the_holder_of_a_post_answers_for_nobody_else(session, owner, owned):
    owned(due_on=days(-1))
    mine = my_actions(session, owner, TODAY)
    assert mine.answer_now[0].deputy_for == ""
    assert (len(mine.posts), mine.deputised) == (1, [])


def test_the_next_mail_is_on_the_first_working_day_on_which_something_calls_for_an_answer(session, owner, owned):
    assert my_actions(session, owner, TODAY).next_mail_on is None
    owned(due_on=days(200))
    # More than twenty-eight days of silence are reached on Tuesday 22 December.
    assert my_actions(session, owner, TODAY).next_mail_on == date(2026, 12, 22)
    # Thirty days before Monday 4 January is Saturday 5 December; mails are written on the Monday.
    owned(due_on=date(2027, 1, 4))
    assert my_actions(session, owner, TODAY).next_mail_on == date(2026, 12, 7)


def test_a_paused_plan_calls_for_no_mail(session, make, owner, owned):
    make.the_plan.is_paused = True
    owned(due_on=days(60))
    assert my_actions(session, owner, TODAY).next_mail_on is None


def test_what_is_closed_calls_for_no_mail(session, owner, owned):
    owned(closure="done", done_on=TODAY, due_on=days(10))
    assert my_actions(session, owner, TODAY).next_mail_on is None


def test_my_actions_cost_the_same_for_few_and_for_many(session, make, owner, owned, count_statements):
    def cost() -> int:
        session.expunge_all()
        with count_statements() as count:
            mine = my_actions(session, owner, TODAY)
            assert [item.plan.title for item in mine.answer_now]
        return count.number

    owned(due_on=days(-1))
    few = cost()
    for number in range(20):
        make.update(owned(due_on=days(-number)), support_needed="Help")
    assert cost() == few <= 7


def test_an_action_that_waits_for_a_late_one_waits_on_others_and_says_for_what(session, make, owner, owned):
    late = make.action(title="Buy beds", owner_id=make.post().id, due_on=days(-12))
    quiet, asked = owned(due_on=days(200)), owned(due_on=days(-1))
    for one in (quiet, asked):
        make.link(one, LinkType.DEPENDS_ON, late)
    found = placed(session, owner)
    assert found[quiet.ref] == ("waiting", "Waits for “Buy beds”, which is 12 days late.")
    assert found[asked.ref] == (
        "answer_now",
        "You have not said yet how it goes. The due date has passed. Waits for “Buy beds”, which is 12 days late.",
    )


def test_what_is_deleted_is_nobodys_action(session, make, owner, owned):
    deleting.delete(session, owned(due_on=days(-1)), reason="Entered twice", by=SYSTEM)
    assert placed(session, owner) == {}


def test_what_a_lead_wrote_down_is_not_taken_for_ones_own_word(session, make, owner, owned):
    late, silent = owned(due_on=days(-40)), owned(due_on=days(90))
    lead = make.lead()
    for one, ago in ((late, 30), (silent, 40)):
        make.update(one, days_ago=ago, person_id=lead.id, reported_by="telephone")
    assert placed(session, owner) == {
        late.ref: ("answer_now", "“on track” was written down for you 30 days ago. The due date has passed."),
        silent.ref: ("answer_now", "“on track” was written down for you, and nothing more for 40 days."),
    }


def test_only_where_there_is_a_word_and_time_left_can_it_be_repeated(session, make, owner, owned):
    fresh, said, late = owned(due_on=days(3)), owned(due_on=days(3)), owned(due_on=days(-3))
    last = make.update(said, days_ago=30)
    make.update(late, days_ago=30)
    items = {item.action.ref: item for item in my_actions(session, owner, TODAY).answer_now}
    assert [items[one.ref].may_repeat for one in (fresh, said, late)] == [False, True, False]
    assert (items[fresh.ref].last_update_id, items[said.ref].last_update_id) == (None, last.id)
