"""What the group decides takes effect, until its meeting is closed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from actions import closing
from actions.models import Action
from actions.requests import settling
from actions.review_models import Decision
from actions.reviews import action_log, agenda, deciding, record
from actions.reviews.deciding import FollowUp, Said
from actions.reviews.record import Notes
from kb import history
from kb.db import now
from kb.errors import Conflict, Invalid, NotAllowed, NotFound
from kb.models.history import Change
from kb.models.plan import Plan
from kb.permissions import SYSTEM, Person
from kb.removal import deleting
from tests.actions.reviews.frozen import frozen, of, of_ask, of_done, of_request
from tests.conftest import TODAY

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from actions.review_models import Review
    from actions.reviews.matters import Matter
    from tests.factories import Make

MEETING = TODAY + timedelta(days=2)
LATER = TODAY + timedelta(days=90)


@pytest.fixture
def chair(make: Make) -> Person:
    return make.person(make.steering())


def decide(session: Session, review: Review, verdict: str, by: Person, *, number: int = 1, **values: Any) -> Matter:
    said = Said(verdict, values.pop("reason", "It is so."), **{k: v for k, v in values.items() if k != "version"})
    return deciding.decide(session, review.id, number, said, version=values.get("version", 0), by=by, today=TODAY)


def matter(session: Session, review: Review, person: Person, number: int = 1) -> Matter:
    session.flush()
    session.expire_all()
    return record.get(session, review.id, person, TODAY).matters[number - 1]


def of_change(make: Make, **values: Any) -> tuple[Action, Any, Review]:
    action = make.action(due_on=TODAY + timedelta(days=30), baseline_due_on=TODAY + timedelta(days=30))
    request = make.request(action, make.owner(make.post()), proposed_on=LATER, **values)
    return action, request, frozen(make, MEETING, of_request(request, action))


def test_an_approved_request_takes_effect_and_stands_in_the_history(
    session: Session, make: Make, chair: Person
) -> None:
    action, request, review = of_change(make)
    decide(session, review, "approve", chair, reason="The trainers are booked.")
    assert action.due_on == LATER
    assert request.state == "accepted"
    assert request.decision == "Steering group, 25 November 2026: The trainers are booked."
    line = session.scalars(select(Change).where(Change.record_id == action.id, Change.field == "decision")).one()
    assert (line.new, line.reason) == ("Approved by the steering group on 25 November 2026", "The trainers are booked.")


def test_what_the_group_decided_is_told_to_those_alone_who_may_read_updates(
    session: Session, make: Make, chair: Person
) -> None:
    action, _, review = of_change(make)
    decide(session, review, "defer", chair)
    session.flush()
    public = Person(reads_publicly=True)
    for reader, is_told in ((public, False), (make.person(make.viewer()), True)):
        fields = {change.field for change in history.list_for(session, action, person=reader)}
        assert ("decision" in fields) == is_told
    assert list(agenda.list_about(session, action, public)) == []


def test_a_rejected_request_leaves_the_action_as_it_is(session: Session, make: Make, chair: Person) -> None:
    action, request, review = of_change(make)
    decide(session, review, "reject", chair)
    assert action.due_on != LATER
    assert request.state == "refused"


@pytest.mark.parametrize("verdict", ["defer", "note"])
def test_a_deferred_or_noted_request_still_waits(session: Session, make: Make, chair: Person, verdict: str) -> None:
    _, request, review = of_change(make)
    decide(session, review, verdict, chair)
    assert request.state == "open"


def test_what_was_only_deferred_can_be_decided_otherwise(session: Session, make: Make, chair: Person) -> None:
    action, _, review = of_change(make)
    decide(session, review, "defer", chair)
    decide(session, review, "approve", chair, version=matter(session, review, chair).version)
    assert action.due_on == LATER


def test_what_has_taken_effect_says_how_it_is_undone(session: Session, make: Make, chair: Person) -> None:
    _, _, review = of_change(make)
    decide(session, review, "approve", chair)
    found = matter(session, review, chair)
    for change in (
        lambda: decide(session, review, "reject", chair, version=found.version),
        lambda: deciding.take_back(session, review.id, 1, version=found.version, by=chair, today=TODAY),
    ):
        with pytest.raises(Conflict, match="To undo it, change the action"):
            change()


def test_an_answer_given_at_the_meeting_goes_to_the_owner(session: Session, make: Make, chair: Person) -> None:
    action = make.action()
    ask = make.update(action, support_needed="Two trainers.")
    review = frozen(make, MEETING, of_ask(ask, action))
    decide(session, review, "note", chair, reason="We lend you two.")
    assert ask.support_answer == "Steering group, 25 November 2026: We lend you two."
    assert "The owner has the answer" in matter(session, review, chair).settled


def test_a_deferred_ask_waits_without_an_answer(session: Session, make: Make, chair: Person) -> None:
    action = make.action()
    ask = make.update(action, support_needed="Two trainers.")
    decide(session, frozen(make, MEETING, of_ask(ask, action)), "defer", chair)
    assert ask.support_answer == ""


def test_an_ask_is_not_approved_without_saying_what_there_will_be(session: Session, make: Make, chair: Person) -> None:
    action = make.action()
    review = frozen(make, MEETING, of_ask(make.update(action, support_needed="Two trainers."), action))
    with pytest.raises(Invalid, match="what support there will be"):
        decide(session, review, "approve", chair, reason=" ")


def test_nobody_answers_their_own_ask(session: Session, make: Make) -> None:
    lead, action = make.lead(), make.action()
    ask = make.update(action, support_needed="Two trainers.", person_id=lead.id)
    review = frozen(make, MEETING, of_ask(ask, action))
    with pytest.raises(NotAllowed, match="You asked for it"):
        decide(session, review, "approve", make.person(lead))


def test_an_action_is_verified_or_opened_again(session: Session, make: Make, chair: Person) -> None:
    done, claimed = (make.action(closure="done", done_on=TODAY) for _ in range(2))
    review = frozen(make, MEETING, of_done(done), of_done(claimed))
    decide(session, review, "approve", chair)
    decide(session, review, "reject", chair, number=2, reason="Nobody was trained.")
    assert (done.closure, claimed.closure) == ("verified", "open")


@pytest.mark.parametrize("verdict", ["approve", "reject", "defer", "note"])
def test_nobody_decides_on_what_they_marked_done(session: Session, make: Make, verdict: str) -> None:
    lead = make.lead()
    review = frozen(make, MEETING, of_done(make.action(closure="done", done_on=TODAY, done_by_id=lead.id)))
    person = make.person(lead)
    assert matter(session, review, person).verdicts == ()
    with pytest.raises(NotAllowed, match="someone else has to verify it"):
        decide(session, review, verdict, person)


@pytest.mark.parametrize("verdict", ["approve", "reject", "defer", "note"])
def test_nobody_decides_what_they_asked_for(session: Session, make: Make, verdict: str) -> None:
    member, action = make.steering(), make.action(due_on=TODAY)
    request = make.request(action, member, proposed_on=LATER)
    review = frozen(make, MEETING, of_request(request, action))
    with pytest.raises(NotAllowed, match="someone else has to decide"):
        decide(session, review, verdict, make.person(member))


def test_a_lead_records_that_the_groups_own_matters_are_put_off_but_does_not_decide_them(
    session: Session, make: Make
) -> None:
    action = make.action(due_on=TODAY - timedelta(days=3))
    request = make.request(action, make.owner(make.post()), proposed_on=LATER)
    review, lead = frozen(make, MEETING, of_request(request, action)), make.person(make.lead())
    assert "only a member of the steering group" in matter(session, review, lead).why_not
    with pytest.raises(NotAllowed, match="only a member of the steering group"):
        decide(session, review, "approve", lead)
    decide(session, review, "defer", lead)
    assert request.state == "open"


def test_a_withdrawn_request_is_told_and_can_only_be_noted(session: Session, make: Make, chair: Person) -> None:
    action = make.action(due_on=TODAY)
    owner = make.owner(make.post())
    request = make.request(action, owner, proposed_on=LATER)
    review = frozen(make, MEETING, of_request(request, action))
    settling.withdraw(session, request.id, version=request.version, by=make.person(owner), today=TODAY)
    assert matter(session, review, chair).moved == "It was withdrawn on 23 November 2026."
    with pytest.raises(Invalid, match="It can only be noted"):
        decide(session, review, "approve", chair)
    decide(session, review, "note", chair)
    assert request.state == "withdrawn"


def test_what_was_decided_elsewhere_names_who_decided(session: Session, make: Make, chair: Person) -> None:
    _, request, review = of_change(make)
    lead = make.person(make.lead())
    settling.accept(session, request.id, words="", version=request.version, by=lead, today=TODAY)
    assert f"Accepted on 23 November 2026 by {lead.name}" in matter(session, review, chair).moved


def test_a_request_that_no_longer_fits_its_action_cannot_be_approved(
    session: Session, make: Make, chair: Person
) -> None:
    action, _, review = of_change(make)
    action.due_on = TODAY + timedelta(days=5)
    history.note_changes(session, action, by=chair, reason="It was moved.")
    assert "approve" not in matter(session, review, chair).verdicts
    with pytest.raises(Invalid, match="The due date has changed"):
        decide(session, review, "approve", chair)
    decide(session, review, "reject", chair)


@pytest.mark.parametrize(
    ("verdict", "told"), [("reject", "Say why it is rejected"), ("defer", "Say why it is deferred")]
)
def test_a_rejection_and_a_deferral_need_a_reason(
    session: Session, make: Make, chair: Person, verdict: str, told: str
) -> None:
    review = frozen(make, MEETING, of("The budget"))
    with pytest.raises(Invalid, match=told):
        decide(session, review, verdict, chair, reason=" ")


def test_an_unknown_verdict_is_refused(session: Session, make: Make, chair: Person) -> None:
    with pytest.raises(Invalid, match="Choose what was decided"):
        decide(session, frozen(make, MEETING, of("The budget")), "perhaps", chair)


def test_a_matter_that_is_not_there_is_not_found(session: Session, make: Make, chair: Person) -> None:
    with pytest.raises(NotFound):
        decide(session, frozen(make, MEETING, of("The budget")), "note", chair, number=2)


def test_a_decision_that_others_have_changed_is_told(session: Session, make: Make, chair: Person) -> None:
    review = frozen(make, MEETING, of("The budget"))
    decide(session, review, "defer", chair)
    with pytest.raises(Conflict, match="decided while you were writing"):
        decide(session, review, "approve", chair)


def test_other_business_is_recorded_about_a_record_named_by_its_title(
    session: Session, make: Make, chair: Person
) -> None:
    action = make.action(title="Train the trainers")
    review = frozen(make, MEETING, of("The budget"))
    made = deciding.add(session, review.id, Said("note", "", "The training", "the TRAINERS"), by=chair)
    assert (made.position, made.record_id) == (2, action.id)
    line = session.scalars(select(Change).where(Change.record_id == action.id, Change.field == "decision")).one()
    assert line.new == "Noted by the steering group on 25 November 2026"


@pytest.mark.parametrize(
    ("about", "told"), [("no such thing", "No record is called so"), ("Train", "Several records"), ("%", "No record")]
)
def test_a_name_that_does_not_fit_one_record_says_what_to_give(
    session: Session, make: Make, chair: Person, about: str, told: str
) -> None:
    make.action(title="Train the trainers")
    make.action(title="Train the nurses")
    with pytest.raises(Invalid, match=told):
        deciding.add(session, frozen(make, MEETING).id, Said("note", "", "It", about), by=chair)


def test_other_business_is_not_about_another_plan(session: Session, make: Make, chair: Person) -> None:
    review = frozen(make, MEETING)
    other = make.plan()
    for name in (make.action(plan_id=other.id).ref, f"plan:{other.ref}"):
        with pytest.raises(Invalid, match="belongs to another plan"):
            deciding.add(session, review.id, Said("note", "", "It", name), by=chair)
    with pytest.raises(Invalid, match="No record is called so"):
        deciding.add(session, review.id, Said("note", "", "It", other.title), by=chair)
    deciding.add(session, review.id, Said("note", "", "It", f"plan:{review.plan.ref}"), by=chair)
    deciding.add(session, review.id, Said("note", "", "It", make.source().ref), by=chair)


def test_other_business_can_be_about_something_else_after_all(session: Session, make: Make, chair: Person) -> None:
    one, other = make.action(), make.action()
    review = frozen(make, MEETING)
    deciding.add(session, review.id, Said("note", "", "It", one.ref), by=chair)
    version = matter(session, review, chair).version
    decide(session, review, "note", chair, version=version, matter="That", about=other.ref)
    decision = session.scalars(select(Decision)).one()
    assert (decision.matter, decision.record_id) == ("That", other.id)
    lines = session.scalars(select(Change).where(Change.field == "decision").order_by(Change.id)).all()
    assert [(line.record_id, bool(line.new)) for line in lines] == [(one.id, True), (one.id, False), (other.id, True)]


def test_a_decision_without_an_effect_can_be_taken_back(session: Session, make: Make, chair: Person) -> None:
    action, _, review = of_change(make)
    decide(session, review, "defer", chair)
    deciding.take_back(session, review.id, 1, version=matter(session, review, chair).version, by=chair, today=TODAY)
    assert session.scalars(select(Decision)).all() == []
    lines = session.scalars(select(Change).where(Change.record_id == action.id).order_by(Change.id)).all()
    assert lines[-1].old == "Deferred by the steering group on 25 November 2026"


def test_a_decision_becomes_an_action_with_owner_and_date(session: Session, make: Make, chair: Person) -> None:
    post, lead = make.post(), make.person(make.lead())
    review = frozen(make, MEETING, of("The budget"))
    decide(session, review, "approve", chair)
    action = deciding.follow_up(
        session, review.id, 1, FollowUp("Write the budget", "", post.ref, LATER), by=lead, today=TODAY
    )
    assert (action.plan_id, action.owner_id, action.due_on) == (review.plan_id, post.id, LATER)
    line = session.scalars(select(Change).where(Change.record_id == action.id, Change.field == "decision")).one()
    assert (line.new, line.reason) == ("Approved by the steering group on 25 November 2026", "Decide: The budget")
    found = matter(session, review, chair)
    assert found.follow_up is not None
    assert found.follow_up.action.id == action.id
    with pytest.raises(Conflict, match="an action already"):
        deciding.follow_up(session, review.id, 1, FollowUp("Again", "", post.ref, LATER), by=lead, today=TODAY)
    with pytest.raises(Conflict, match="Delete that first"):
        deciding.take_back(session, review.id, 1, version=found.version, by=chair, today=TODAY)


@pytest.mark.parametrize(
    ("owner", "days", "field"),
    [("", 9, "owner"), ("nobody", 9, "owner"), ("post", None, "due_on"), ("post", -1, "due_on")],
)
def test_the_action_of_a_decision_needs_an_owner_and_a_day_to_come(
    session: Session, make: Make, owner: str, days: int | None, field: str
) -> None:
    make.post(ref="post")
    lead, review = make.person(make.lead()), frozen(make, MEETING, of("The budget"))
    decide(session, review, "approve", lead)
    due_on = TODAY + timedelta(days=days) if days is not None else None
    with pytest.raises(Invalid) as refused:
        deciding.follow_up(session, review.id, 1, FollowUp("Write it", "", owner, due_on), by=lead, today=TODAY)
    assert refused.value.field == field


def test_only_who_may_change_the_plan_makes_actions_of_decisions(session: Session, make: Make, chair: Person) -> None:
    review = frozen(make, MEETING, of("The budget"))
    decide(session, review, "approve", chair)
    with pytest.raises(NotAllowed):
        deciding.follow_up(session, review.id, 1, FollowUp("It", "", make.post().ref, LATER), by=chair, today=TODAY)


def test_who_was_there_is_kept_and_a_change_meanwhile_is_told(session: Session, make: Make, chair: Person) -> None:
    review = frozen(make, MEETING)
    version = record.notes_of(review).version
    record.write(session, review.id, Notes("The chair", "Nobody", "Tea"), version=version, by=chair)
    assert (review.present, review.apologies, review.notes) == ("The chair", "Nobody", "Tea")
    with pytest.raises(Conflict, match="were changed while you were writing") as refused:
        record.write(session, review.id, Notes("The lead", "", ""), version=version, by=chair)
    assert refused.value.theirs["present"] == "The chair"


def test_a_closed_meeting_takes_no_more(session: Session, make: Make) -> None:
    lead = make.person(make.lead())
    review = frozen(make, MEETING, of("The budget"), of("The room"))
    decide(session, review, "approve", lead)
    version = matter(session, review, lead).version
    record.close(session, review.id, by=lead)
    assert review.closed_by_id == lead.user_id
    follow_up = FollowUp("It", "", make.post().ref, LATER)
    for deed in (
        lambda: decide(session, review, "note", lead, number=2),
        lambda: decide(session, review, "reject", lead, version=version),
        lambda: deciding.add(session, review.id, Said("note", "", "More"), by=lead),
        lambda: deciding.take_back(session, review.id, 1, version=version, by=lead, today=TODAY),
        lambda: deciding.follow_up(session, review.id, 1, follow_up, by=lead, today=TODAY),
        lambda: record.write(session, review.id, Notes("", "", ""), version=0, by=lead),
        lambda: record.close(session, review.id, by=lead),
    ):
        with pytest.raises(Conflict, match="The meeting of 25 November 2026 is closed"):
            deed()


def test_before_the_freeze_there_is_no_record(session: Session, make: Make, chair: Person) -> None:
    review = make.review(MEETING)
    assert record.get(session, review.id, chair, TODAY).pack is None
    for deed in (
        lambda: decide(session, review, "note", chair),
        lambda: deciding.add(session, review.id, Said("note", "", "More"), by=chair),
        lambda: record.close(session, review.id, by=chair),
    ):
        with pytest.raises(Conflict, match="not frozen yet"):
            deed()


def test_those_of_another_plan_record_nothing(session: Session, make: Make) -> None:
    review = frozen(make, MEETING, of("The budget"))
    other = make.person(make.steering(make.plan()))
    for deed in (
        lambda: decide(session, review, "note", other),
        lambda: deciding.add(session, review.id, Said("note", "", "More"), by=other),
        lambda: deciding.take_back(session, review.id, 1, version=0, by=other, today=TODAY),
        lambda: record.write(session, review.id, Notes("", "", ""), version=0, by=other),
        lambda: record.close(session, review.id, by=other),
    ):
        with pytest.raises(NotAllowed):
            deed()


# The action log


def entries(session: Session, make: Make, person: Person, **values: Any) -> list[tuple[str, bool, str]]:
    session.flush()
    session.expire_all()
    plan = session.get_one(Plan, make.the_plan.id)
    found = action_log.list_entries(session, plan, person, TODAY, **values)
    return [(entry.decision.matter, entry.is_open, entry.stands) for entry in found]


def test_the_log_has_actions_and_deferred_matters_open_ones_first(session: Session, make: Make) -> None:
    lead = make.person(make.lead())
    review = frozen(make, MEETING, of("One"), of("Two"), of("Three"), of("Four"))
    for number, verdict in enumerate(("approve", "approve", "defer", "approve"), 1):
        decide(session, review, verdict, lead, number=number)
    late, soon = (TODAY + timedelta(days=days) for days in (60, 3))
    ref = make.post().ref
    for number, due_on in ((1, late), (2, soon)):
        deciding.follow_up(session, review.id, number, FollowUp(f"Do {number}", "", ref, due_on), by=lead, today=TODAY)
    session.scalars(select(Action).where(Action.title == "Do 1")).one().closure = "stopped"
    assert entries(session, make, lead) == [
        ("Decide: Two", True, "Due in 3 days"),
        ("Decide: Three", True, "Waits to be decided"),
        ("Decide: One", False, "Stopped"),
    ]


def test_what_is_deferred_and_becomes_an_action_stands_in_the_log_as_both(session: Session, make: Make) -> None:
    lead, post = make.person(make.lead()), make.post()
    review = frozen(make, MEETING, of("The budget"))
    decide(session, review, "defer", lead)
    deciding.follow_up(session, review.id, 1, FollowUp("Draft it", "", post.ref, LATER), by=lead, today=TODAY)
    assert sorted(stands for _, _, stands in entries(session, make, lead)) == ["On time", "Waits to be decided"]


def test_a_deferred_request_leaves_the_log_once_it_is_decided(session: Session, make: Make, chair: Person) -> None:
    _, request, review = of_change(make)
    decide(session, review, "defer", chair)
    assert [is_open for _, is_open, _ in entries(session, make, chair)] == [True]
    settling.refuse(session, request.id, words="No.", version=request.version, by=chair, today=TODAY)
    assert [stands for _, _, stands in entries(session, make, chair)] == ["Refused on 23 November 2026"]


def test_what_was_deferred_leaves_the_log_with_its_action(session: Session, make: Make, chair: Person) -> None:
    action, _, review = of_change(make)
    decide(session, review, "defer", chair)
    deleting.delete(session, action, reason="Twice", by=SYSTEM)
    assert [(is_open, stands) for _, is_open, stands in entries(session, make, chair)] == [
        (False, "Its action was deleted")
    ]
    assert matter(session, review, chair).moved == "The request is not there any more."


def test_a_deferred_matter_is_closed_by_what_a_later_meeting_decides(
    session: Session, make: Make, chair: Person
) -> None:
    first = frozen(make, MEETING, closed_at=None)
    deciding.add(session, first.id, Said("defer", "Too early.", "The room"), by=chair)
    second, third = frozen(make, MEETING + timedelta(days=30)), frozen(make, MEETING + timedelta(days=60))
    deciding.add(session, second.id, Said("defer", "Still too early.", "The room"), by=chair)
    assert [(is_open, stands) for _, is_open, stands in entries(session, make, chair)] == [
        (True, "Waits to be decided"),
        (False, "Deferred again on 25 December 2026"),
    ]
    deciding.add(session, third.id, Said("reject", "No room.", "The room"), by=chair)
    assert {stands for _, _, stands in entries(session, make, chair)} == {"Rejected on 24 January 2027"}
    assert [is_open for _, is_open, _ in entries(session, make, chair, before=third.meets_on)] == [True, False]


def test_a_deferred_verification_leaves_the_log_with_the_action(session: Session, make: Make, chair: Person) -> None:
    action = make.action(closure="done", done_on=TODAY)
    review = frozen(make, MEETING, of_done(action))
    decide(session, review, "defer", chair)
    closing.verify(session, action.ref, version=action.version, by=chair, today=TODAY)
    assert [(is_open, stands) for _, is_open, stands in entries(session, make, chair)] == [(False, "Verified")]


def test_what_was_put_off_and_is_on_the_agenda_again_is_not_told_twice(
    session: Session, make: Make, chair: Person
) -> None:
    action, request, review = of_change(make)
    asking = make.action()
    ask = make.update(asking, support_needed="Two trainers.")
    other = frozen(make, MEETING + timedelta(days=1), of_ask(ask, asking), of("The budget"), of("The room"))
    decide(session, review, "defer", chair)
    for number in (1, 2, 3):
        decide(session, other, "defer", chair, number=number)
    again = (of_request(request, action), of_ask(ask, asking), of("The budget"))
    later = frozen(make, MEETING + timedelta(days=30), *again)
    session.flush()
    session.expire_all()
    carried = record.get(session, later.id, chair, TODAY).carried
    assert [entry.decision.matter for entry in carried] == ["Decide: The room"]


def test_what_is_carried_over_names_the_action_and_how_it_stands(session: Session, make: Make) -> None:
    lead, post = make.person(make.lead()), make.post()
    review = frozen(make, MEETING, of("The budget"))
    decide(session, review, "approve", lead)
    action = deciding.follow_up(session, review.id, 1, FollowUp("Write it", "", post.ref, TODAY), by=lead, today=TODAY)
    plan = review.plan
    assert action_log.carried(session, plan, lead, before=MEETING, today=TODAY) == ()
    (one,) = action_log.carried(session, plan, lead, before=LATER, today=TODAY)
    assert one.record is not None
    assert (one.record.ref, one.owner, one.due_on, one.state_words) == (action.ref, post.title, TODAY, "Due today")
    assert one.decided_on == MEETING


def test_closed_at_is_the_moment_of_the_close(session: Session, make: Make, chair: Person) -> None:
    review, before = frozen(make, MEETING), now()
    record.close(session, review.id, by=chair)
    assert review.closed_at is not None
    assert before <= review.closed_at <= now()
