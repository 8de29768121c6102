from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from actions import support, updates
from actions.models import Update
from actions.updates import Said
from kb import history
from kb.errors import Conflict, Invalid, NotAllowed, NotFound
from kb.models.record import Visibility
from kb.permissions import SYSTEM, Person
from tests.conftest import TODAY

ON_TRACK = Said("on-track", "Courses are booked.")
PUBLIC = Person(reads_publicly=True)


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


@pytest.fixture
def post(make):
    return make.post()


@pytest.fixture
def owner(make, post):
    return make.person(make.owner(post))


def send(session, action, by, said=ON_TRACK, last=None):
    return updates.send_update(session, action.ref, said, last_update_id=last, by=by, today=TODAY)


def test_an_update_is_kept_and_its_newest_word_stands_on_the_action(session, make, post, owner):
    action = make.action(owner_id=post.id, due_on=days(30))
    said = Said("at-risk", " Trainers are ill. ", days(40), "No trainers", "Two trainers")
    update = send(session, action, owner, said)
    session.expire_all()
    assert (action.confidence, action.forecast_on, action.last_said_on) == ("at-risk", days(40), TODAY)
    assert (update.narrative, update.support_needed, update.channel) == ("Trainers are ill.", "Two trainers", "web")
    assert (update.person_id, update.post_id) == (owner.user_id, post.id)
    assert action.due_on == days(30)


def test_the_history_says_that_an_update_was_sent_but_not_what_it_says(session, make, post, owner):
    action = make.action(owner_id=post.id)
    send(session, action, owner)
    (change,) = history.list_for(session, action, person=SYSTEM)
    assert (change.field, change.new, change.person_id) == ("update", "23 November 2026", owner.user_id)


def test_owner_deputy_and_lead_may_send_updates_and_others_may_not(session, make, post, owner):
    deputy, lead = make.person(make.owner(post, is_deputy=True)), make.person(make.lead())
    for by in (owner, deputy):
        assert send(session, make.action(owner_id=post.id), by).post_id == post.id
    heard = replace(ON_TRACK, reported_by="mail")
    assert send(session, make.action(owner_id=post.id), lead, heard).person_id == lead.user_id
    action = make.action(owner_id=post.id)
    for user in (make.viewer(), make.steering(), make.owner(), make.administrator()):
        with pytest.raises(NotAllowed):
            send(session, action, make.person(user))
        with pytest.raises(NotAllowed):
            updates.nothing_changed(session, action.ref, last_update_id=None, by=make.person(user), today=TODAY)
    assert action.last_said_on is None


@pytest.mark.parametrize("closure", ["done", "verified"])
def test_nothing_more_is_said_about_a_closed_action(session, make, post, owner, closure):
    action = make.action(owner_id=post.id, closure=closure, done_on=TODAY)
    with pytest.raises(Invalid, match="closed"):
        send(session, action, owner)


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("confidence", replace(ON_TRACK, confidence="")),
        ("confidence", replace(ON_TRACK, confidence="splendid")),
        ("narrative", replace(ON_TRACK, narrative="  ")),
        ("forecast_on", replace(ON_TRACK, forecast_on=days(-1), forecast_reason="late")),
        ("forecast_reason", replace(ON_TRACK, forecast_on=days(31))),
        ("forecast_reason", replace(ON_TRACK, forecast_on=days(29), forecast_reason=" ")),
    ],
)
def test_what_cannot_stand_is_refused_at_its_field(session, make, post, owner, field, said):
    action = make.action(owner_id=post.id, due_on=days(30))
    with pytest.raises(Invalid) as refused:
        send(session, action, owner, said)
    assert refused.value.field == field
    assert updates.last_update(session, action) is None


def test_a_forecast_needs_no_reason_while_it_does_not_move(session, make, post, owner):
    dated, undated = make.action(owner_id=post.id, due_on=days(30)), make.action(owner_id=post.id)
    assert send(session, dated, owner, replace(ON_TRACK, forecast_on=days(30))).narrative == "Courses are booked."
    assert send(session, undated, owner, replace(ON_TRACK, forecast_on=TODAY)).forecast_on == TODAY


def test_a_forecast_moves_from_the_last_forecast_and_not_from_the_due_date(session, make, post, owner):
    action = make.action(owner_id=post.id, due_on=days(30), forecast_on=days(40))
    with pytest.raises(Invalid, match="moves from 2 January 2027"):
        send(session, action, owner, replace(ON_TRACK, forecast_on=days(30)))
    assert action.forecast_on == days(40)
    send(session, action, owner, replace(ON_TRACK, forecast_on=days(30), forecast_reason="A trainer came."))
    assert action.forecast_on == days(30), "to come back to the due date is a forecast too"


def test_an_owner_who_cannot_say_when_takes_the_forecast_back(session, make, post, owner):
    action = make.action(owner_id=post.id, due_on=days(30), forecast_on=days(40))
    assert send(session, action, owner, ON_TRACK).forecast_on is None
    assert action.forecast_on is None
    assert updates.still_expected_on(action, TODAY) == days(30)


def test_whoever_was_not_asked_for_a_date_leaves_the_forecast_standing(session, make, post, owner):
    action = make.action(owner_id=post.id, due_on=days(30), forecast_on=days(40))
    assert send(session, action, owner, replace(ON_TRACK, keeps_forecast=True)).forecast_on == days(40)
    assert action.forecast_on == days(40)


@pytest.mark.parametrize("forecast_on", [None, days(30)])
def test_the_due_date_that_the_form_was_filled_in_with_is_no_forecast(session, make, post, owner, forecast_on):
    action = make.action(owner_id=post.id, due_on=days(30), forecast_on=forecast_on)
    assert send(session, action, owner, replace(ON_TRACK, forecast_on=days(30))).forecast_on is None
    assert action.forecast_on is None


def test_a_form_is_filled_in_with_no_day_that_has_passed(make):
    assert updates.still_expected_on(make.action(due_on=TODAY), TODAY) == TODAY
    assert updates.still_expected_on(make.action(due_on=days(30), forecast_on=days(-1)), TODAY) is None
    assert updates.still_expected_on(make.action(), TODAY) is None


def test_a_form_that_is_sent_twice_counts_once_and_shows_the_newer_word(session, make, post):
    user = make.owner(post)
    by = make.person(user)
    action = make.action(owner_id=post.id)
    first = send(session, action, by)
    with pytest.raises(Conflict) as refused:
        send(session, action, by)
    assert refused.value.theirs["narrative"] == "Courses are booked."
    assert (refused.value.saved_by, refused.value.version) == (user.name, first.id)
    send(session, action, by, last=first.id)
    assert len(updates.list_for(session, action, by)) == 2


def test_an_update_whose_sender_is_gone_conflicts_without_a_name(session, make, post, owner):
    action = make.action(owner_id=post.id)
    make.update(action)
    with pytest.raises(Conflict) as refused:
        send(session, action, owner)
    assert refused.value.saved_by == ""


def test_nothing_changed_says_the_last_word_again_without_a_narrative(session, make, post, owner):
    action = make.action(owner_id=post.id, due_on=days(30), forecast_on=days(35))
    last = make.update(action, days_ago=20, confidence="at-risk")
    update = updates.nothing_changed(session, action.ref, last_update_id=last.id, by=owner, today=TODAY)
    assert (update.confidence, update.narrative, update.forecast_on) == ("at-risk", "Nothing has changed.", days(35))
    assert action.last_said_on == TODAY


def test_nothing_changed_is_refused_where_nothing_was_said_or_the_date_has_passed(session, make, post, owner):
    fresh, late = make.action(owner_id=post.id), make.action(owner_id=post.id, due_on=days(-1))
    make.update(late, days_ago=20)
    with pytest.raises(Invalid, match="Nothing has been said yet"):
        updates.nothing_changed(session, fresh.ref, last_update_id=None, by=owner, today=TODAY)
    last = updates.last_update(session, late)
    with pytest.raises(Invalid, match="has passed") as refused:
        updates.nothing_changed(session, late.ref, last_update_id=last.id, by=owner, today=TODAY)
    assert refused.value.field == "forecast_on"
    with pytest.raises(Conflict):
        updates.nothing_changed(session, late.ref, last_update_id=None, by=owner, today=TODAY)


def test_an_ask_for_support_is_answered_once_by_lead_or_steering_group(session, make):
    ask = make.update(make.action(), support_needed="Two trainers")
    steering = make.person(make.steering())
    for user in (make.viewer(), make.owner(), make.lead(make.plan())):
        with pytest.raises(NotAllowed):
            support.answer_support(session, ask.id, "Yes", by=make.person(user), today=TODAY)
    with pytest.raises(Invalid) as refused:
        support.answer_support(session, ask.id, " ", by=steering, today=TODAY)
    assert refused.value.field == "answer"
    support.answer_support(session, ask.id, " From January. ", by=steering, today=TODAY)
    session.flush()
    with pytest.raises(Conflict) as conflict:
        support.answer_support(session, ask.id, "No", by=make.person(make.lead()), today=TODAY)
    assert conflict.value.theirs == {"answer": "From January."}
    assert ask.support_answer == "From January."
    assert (ask.support_answered_on, ask.support_answered_by_id) == (TODAY, steering.user_id)
    (change,) = history.list_for(session, ask.action, person=SYSTEM)
    assert (change.field, change.new) == ("support", "answered")


def test_only_an_ask_that_is_there_and_may_be_seen_is_answered(session, make):
    draft = make.update(make.action(visibility=Visibility.DRAFT, plan_id=make.plan().id), support_needed="Help")
    other_plan = make.plan()
    steering = make.person(make.steering(other_plan))
    plain = make.update(make.action())
    for number in (draft.id, plain.id, 999_999, 0, 2**40):
        with pytest.raises(NotFound):
            support.answer_support(session, number, "Yes", by=steering, today=TODAY)


def test_updates_of_an_action_are_listed_newest_first_and_to_those_who_may_read_them(session, make):
    action = make.action()
    newer, older = make.update(action, days_ago=1), make.update(action, days_ago=9)
    viewer = make.person(make.viewer())
    assert [one.id for one in updates.list_for(session, action, viewer)] == [newer.id, older.id]
    assert [one.id for one in updates.list_for(session, action, viewer, limit=1)] == [newer.id]
    assert updates.last_update(session, action).id == newer.id
    assert list(updates.list_for(session, action, PUBLIC)) == []


def test_the_latest_updates_come_from_all_visible_actions_of_the_plan_in_one_statement(session, make, count_statements):
    usual, other = make.the_plan, make.plan()
    here = make.update(make.action(), days_ago=2)
    there = make.update(make.action(plan_id=other.id), days_ago=1)
    make.update(make.action(visibility=Visibility.DRAFT))
    viewer = make.person(make.viewer())
    session.expunge_all()
    with count_statements() as count:
        _, latest = support.asks_and_latest(session, viewer, None, 5)
        assert [one.action.title for one in latest]
    assert count.number == 1
    assert [one.id for one in latest] == [there.id, here.id]
    assert [one.id for one in support.asks_and_latest(session, viewer, usual.id, 5)[1]] == [here.id]
    assert support.asks_and_latest(session, PUBLIC, None, 5) == ((), ())


def test_asks_are_listed_until_they_are_answered_or_the_action_is_closed(session, make):
    old = make.update(make.action(), days_ago=9, support_needed="Trainers")
    new = make.update(make.action(), days_ago=1, support_needed="Rooms")
    make.update(make.action(), support_needed="Money", support_answer="No")
    make.update(make.action(closure="done", done_on=TODAY), support_needed="Time")
    viewer = make.person(make.viewer())
    asks, latest = support.asks_and_latest(session, viewer, None, 1)
    assert [one.id for one in asks] == [old.id, new.id]
    assert len(latest) == 1


def test_an_ask_is_shown_with_its_action_to_those_who_may_read_updates(session, make):
    ask = make.update(make.action(), support_needed="Trainers")
    found: Update = support.get_ask(session, ask.id, make.person(make.viewer()))
    assert (found.id, found.action.title) == (ask.id, ask.action.title)
    with pytest.raises(NotAllowed):
        support.get_ask(session, ask.id, PUBLIC)


# What a lead writes down for an owner


@pytest.mark.parametrize("how", ["telephone", "mail", "meeting"])
def test_a_lead_who_writes_for_an_owner_says_how_they_heard_it_and_the_word_is_the_posts(session, make, post, how):
    lead, action = make.person(make.lead()), make.action(owner_id=post.id)
    update = send(session, action, lead, replace(ON_TRACK, reported_by=how))
    assert (update.reported_by, update.person_id, update.post_id) == (how, lead.user_id, post.id)
    again = updates.nothing_changed(
        session, action.ref, last_update_id=update.id, by=lead, today=TODAY, reported_by="telephone"
    )
    assert (again.reported_by, again.post_id) == ("telephone", post.id)


@pytest.mark.parametrize("how", ["", "by pigeon"])
def test_a_lead_who_does_not_say_how_they_heard_it_is_refused(session, make, post, how):
    lead, action = make.person(make.lead()), make.action(owner_id=post.id)
    with pytest.raises(Invalid, match="how you heard") as refused:
        send(session, action, lead, replace(ON_TRACK, reported_by=how))
    assert refused.value.field == "reported_by"
    assert updates.last_update(session, action) is None


def test_owners_deputies_and_leads_of_what_nobody_owns_speak_for_themselves(session, make, post, owner):
    deputy, lead = make.person(make.owner(post, is_deputy=True)), make.person(make.lead())
    for by, owner_id in ((owner, post.id), (deputy, post.id), (lead, None)):
        action = make.action(owner_id=owner_id)
        assert not updates.is_for_owner(action, by)
        assert send(session, action, by, replace(ON_TRACK, reported_by="mail")).reported_by is None
    assert not updates.is_for_owner(make.action(owner_id=post.id), SYSTEM)
    assert updates.is_for_owner(make.action(owner_id=post.id), lead)


# Nothing has changed, and undoing it


def test_nothing_changed_counts_once_however_often_it_is_pressed(session, make, post, owner):
    action = make.action(owner_id=post.id)
    last = make.update(action, days_ago=20)
    pressed = [
        updates.nothing_changed(session, action.ref, last_update_id=last.id, by=owner, today=TODAY).id for _ in range(3)
    ]
    assert len(set(pressed)) == 1
    deputy = make.person(make.owner(post, is_deputy=True))
    with pytest.raises(Conflict):
        updates.nothing_changed(session, action.ref, last_update_id=last.id, by=deputy, today=TODAY)


def test_nothing_changed_is_undone_and_the_word_before_stands_again(session, make, post, owner):
    action = make.action(owner_id=post.id)
    last = make.update(action, days_ago=20, confidence="at-risk")
    pressed = updates.nothing_changed(session, action.ref, last_update_id=last.id, by=owner, today=TODAY)
    updates.take_back(session, action.ref, pressed.id, by=owner, today=TODAY)
    assert (action.last_said_on, action.confidence) == (days(-20), "at-risk")
    assert updates.last_update(session, action).id == last.id
    assert next(change.new for change in history.list_for(session, action, person=SYSTEM)) == "taken back"
    with pytest.raises(Invalid, match="nothing to undo"):
        updates.take_back(session, action.ref, pressed.id, by=owner, today=TODAY)


def test_an_action_without_any_other_word_is_silent_again_after_undoing(session, make, post, owner):
    action = make.action(owner_id=post.id, confidence="on-track")
    pressed = updates.nothing_changed(session, action.ref, last_update_id=None, by=owner, today=TODAY)
    updates.take_back(session, action.ref, pressed.id, by=owner, today=TODAY)
    assert action.last_said_on is None


def test_only_ones_own_newest_repeat_of_today_can_be_undone(session, make, post, owner):
    deputy = make.person(make.owner(post, is_deputy=True))
    action, told, closed = (make.action(owner_id=post.id, confidence="on-track") for _ in range(3))
    pressed = updates.nothing_changed(session, action.ref, last_update_id=None, by=owner, today=TODAY)
    real = send(session, told, owner)
    on_closed = updates.nothing_changed(session, closed.ref, last_update_id=None, by=owner, today=TODAY)
    closed.closure, closed.done_on = "done", TODAY
    session.flush()
    for one, update_id, by, day in (
        (action, pressed.id, deputy, TODAY),
        (action, pressed.id, owner, days(1)),
        (action, pressed.id + 999, owner, TODAY),
        (told, real.id, owner, TODAY),
        (closed, on_closed.id, owner, TODAY),
    ):
        with pytest.raises(Invalid, match="nothing to undo"):
            updates.take_back(session, one.ref, update_id, by=by, today=day)
    with pytest.raises(NotAllowed):
        updates.take_back(session, action.ref, pressed.id, by=make.person(make.viewer()), today=TODAY)


# Answers on their way back


def test_an_answer_is_news_to_the_owner_until_somebody_says_more(session, make, post, owner):
    action = make.action(owner_id=post.id)
    ask = send(session, action, owner, replace(ON_TRACK, support_needed="A room"))
    assert list(support.list_answered(session, owner)) == []
    lead = make.person(make.lead())
    support.answer_support(session, ask.id, "Room 5", by=lead, today=TODAY)
    session.flush()
    session.expire_all()
    (news,) = support.list_answered(session, owner)
    assert (news.id, news.support_answered_by.name, news.action.title) == (ask.id, lead.name, action.title)
    send(session, action, owner, last=ask.id)
    assert list(support.list_answered(session, owner)) == []


def test_an_answer_that_comes_after_a_later_update_is_news_too(session, make, post, owner):
    action = make.action(owner_id=post.id)
    ask = send(session, action, owner, replace(ON_TRACK, support_needed="A room"))
    send(session, action, owner, last=ask.id)
    support.answer_support(session, ask.id, "Room 5", by=make.person(make.lead()), today=TODAY)
    session.flush()
    assert [one.id for one in support.list_answered(session, owner)] == [ask.id]


def test_answers_to_other_posts_and_on_closed_actions_are_no_news(session, make, post, owner):
    for action in (make.action(owner_id=make.post().id), make.action(owner_id=post.id, closure="done", done_on=TODAY)):
        make.update(action, support_needed="A room", support_answer="Room 5", support_answered_on=TODAY)
    assert list(support.list_answered(session, owner)) == []
    assert list(support.list_answered(session, make.person(make.lead()))) == []
