from __future__ import annotations

from datetime import date, timedelta

import pytest

from actions import evidence, milestones, service
from kb import history
from kb.errors import Invalid, NotAllowed, NotFound
from kb.permissions import SYSTEM
from tests.conftest import TODAY


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


@pytest.fixture
def lead(make):
    return make.person(make.lead())


def told(session, action):
    """What the history says of the milestones, oldest first: from, to and reason."""
    changes = reversed(history.list_for(session, action, person=SYSTEM))
    return [(each.old, each.new, each.reason) for each in changes if each.field == "milestone"]


def test_a_lead_adds_a_milestone_and_the_owner_says_when_it_is_reached_and_that_it_was_not(session, make, lead):
    post = make.post()
    action = make.action(owner_id=post.id, starts_on=TODAY)
    milestone = milestones.add(session, action.ref, title=" Course ready ", due_on=days(5), by=lead)
    owner = make.person(make.owner(post))
    milestones.finish(session, action.ref, milestone.id, done_on=days(-1), by=owner, today=TODAY)
    session.expunge_all()
    (kept,) = service.get(session, action.ref, lead).milestones
    assert (kept.title, kept.due_on, kept.done_on) == ("Course ready", days(5), days(-1))
    assert milestones.open_again(session, action.ref, kept.id, by=owner).done_on is None
    open_words, done_words = "Course ready (due 28 November 2026)", "Course ready (reached on 22 November 2026)"
    assert told(session, action) == [
        (None, open_words, ""),
        (open_words, done_words, ""),
        (done_words, open_words, ""),
    ]


def test_pressing_twice_counts_once(session, make, lead):
    action = make.action()
    milestone = milestones.add(session, action.ref, title="Step", due_on=None, by=lead)
    for day in (days(-3), TODAY):
        milestones.finish(session, action.ref, milestone.id, done_on=day, by=lead, today=TODAY)
    assert milestone.done_on == days(-3)
    for _ in range(2):
        milestones.open_again(session, action.ref, milestone.id, by=lead)
    assert len(told(session, action)) == 3


def test_another_date_needs_a_reason_and_another_title_does_not(session, make, lead):
    action = make.action()
    milestone = milestones.add(session, action.ref, title="Step", due_on=days(5), by=lead)

    def edit(title, due_on, reason=""):
        milestones.edit(session, action.ref, milestone.id, title=title, due_on=due_on, reason=reason, by=lead)

    for due_on in (days(6), None):
        with pytest.raises(Invalid, match="why its date") as refused:
            edit("Step", due_on)
        assert refused.value.field == "reason"
    edit("First step", days(5))
    edit("First step", days(6), " Boards asked ")
    edit("First step", days(6))
    assert told(session, action)[1:] == [
        ("Step (due 28 November 2026)", "First step (due 28 November 2026)", ""),
        ("First step (due 28 November 2026)", "First step (due 29 November 2026)", "Boards asked"),
    ]


def test_a_first_date_needs_no_reason(session, make, lead):
    action = make.action()
    milestone = milestones.add(session, action.ref, title="Step", due_on=None, by=lead)
    milestones.edit(session, action.ref, milestone.id, title="Step", due_on=days(5), by=lead)
    assert milestone.due_on == days(5)


def test_what_was_removed_stays_in_the_history(session, make, lead):
    action = make.action()
    milestone = milestones.add(session, action.ref, title="Step", due_on=None, by=lead)
    milestones.remove(session, action.ref, milestone.id, reason="Not needed", by=lead)
    session.expire_all()
    assert service.get(session, action.ref, lead).milestones == []
    assert told(session, action)[-1] == ("Step", None, "Not needed")


def test_a_milestone_needs_words_a_date_after_the_start_and_an_end_that_has_come(session, make, lead):
    action, other = make.action(starts_on=TODAY), make.action()
    for title in (" ", "x" * 301):
        with pytest.raises(Invalid) as refused:
            milestones.add(session, action.ref, title=title, due_on=None, by=lead)
        assert refused.value.field == "title"
    with pytest.raises(Invalid, match="before the action starts"):
        milestones.add(session, action.ref, title="Step", due_on=days(-1), by=lead)
    milestone = milestones.add(session, action.ref, title="Step", due_on=days(500), by=lead)
    with pytest.raises(Invalid, match="still to come"):
        milestones.finish(session, action.ref, milestone.id, done_on=days(1), by=lead, today=TODAY)
    with pytest.raises(NotFound):
        milestones.finish(session, other.ref, milestone.id, done_on=TODAY, by=lead, today=TODAY)
    assert milestone.done_on is None


def test_owners_reach_milestones_and_only_leads_set_them(session, make, lead):
    post = make.post()
    action = make.action(owner_id=post.id)
    milestone = milestones.add(session, action.ref, title="Step", due_on=None, by=lead)
    owner, viewer = make.person(make.owner(post)), make.person(make.viewer())
    for by in (owner, viewer):
        with pytest.raises(NotAllowed):
            milestones.add(session, action.ref, title="Step", due_on=None, by=by)
        with pytest.raises(NotAllowed):
            milestones.edit(session, action.ref, milestone.id, title="Other", due_on=None, by=by)
        with pytest.raises(NotAllowed):
            milestones.remove(session, action.ref, milestone.id, by=by)
    for deed in (milestones.open_again, lambda *args, by: milestones.finish(*args, done_on=TODAY, by=by, today=TODAY)):
        with pytest.raises(NotAllowed):
            deed(session, action.ref, milestone.id, by=viewer)


def test_a_milestone_that_somebody_changed_meanwhile_is_not_overwritten_unseen(session, make, lead):
    action = make.action()
    milestone = milestones.add(session, action.ref, title="Course ready", due_on=None, by=lead)
    was = milestones.as_told(milestone)
    milestones.edit(session, action.ref, milestone.id, title="Course agreed", due_on=None, was=was, by=lead)
    with pytest.raises(Invalid, match="now “Course agreed”") as refused:
        milestones.edit(session, action.ref, milestone.id, title="Course begun", due_on=None, was=was, by=lead)
    assert refused.value.field == "title"
    now = milestones.as_told(milestone)
    milestones.edit(session, action.ref, milestone.id, title="Course begun", due_on=None, was=now, by=lead)
    assert milestone.title == "Course begun"


@pytest.mark.parametrize("closure", ["verified", "stopped"])
def test_what_a_verification_rests_on_stays_as_it_is(session, make, lead, closure):
    action = make.action()
    milestone = milestones.add(session, action.ref, title="Course ready", due_on=None, by=lead)
    shown = evidence.add(session, action.ref, title="Minutes", address="https://example.org/m", by=lead, today=TODAY)
    action.closure = closure
    session.flush()
    for change in (
        lambda: milestones.remove(session, action.ref, milestone.id, by=lead),
        lambda: milestones.finish(session, action.ref, milestone.id, done_on=TODAY, by=lead, today=TODAY),
        lambda: evidence.remove(session, action.ref, shown.id, by=lead),
        lambda: evidence.add(session, action.ref, title="P", address="https://example.org/p", by=lead, today=TODAY),
    ):
        with pytest.raises(NotAllowed, match="Open it again first"):
            change()
