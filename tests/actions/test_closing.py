from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from actions import closing, updates
from kb import history
from kb.errors import Conflict, Invalid, NotAllowed
from kb.permissions import SYSTEM
from tests.conftest import TODAY


@pytest.fixture
def post(make):
    return make.post()


@pytest.fixture
def owner(make, post):
    return make.person(make.owner(post))


def mark_done(session, action, by, evidence="Certificates of all staff"):
    return closing.mark_done(session, action.ref, evidence=evidence, version=action.version, by=by, today=TODAY)


def verify(session, action, by):
    return closing.verify(session, action.ref, version=action.version, by=by, today=TODAY)


def reopen(session, action, by, reason="Two wards are missing"):
    return closing.reopen(session, action.ref, reason=reason, version=action.version, by=by)


def told(session, action):
    return [
        (change.field, change.old, change.new, change.reason)
        for change in reversed(history.list_for(session, action, person=SYSTEM))
    ]


def test_the_owner_marks_an_action_done_with_what_shows_it(session, make, post, owner):
    action = make.action(owner_id=post.id, confidence="at-risk")
    mark_done(session, action, owner)
    session.expire_all()
    assert (action.closure, action.done_on, action.done_by_id) == ("done", TODAY, owner.user_id)
    assert (action.confidence, action.last_said_on) == ("at-risk", TODAY)
    assert updates.last_update(session, action).evidence == "Certificates of all staff"
    assert told(session, action) == [("closure", "open", "done", "")]


def test_others_than_owner_and_lead_cannot_mark_an_action_done(session, make, post):
    action = make.action(owner_id=post.id)
    for user in (make.viewer(), make.steering(), make.owner()):
        with pytest.raises(NotAllowed):
            mark_done(session, action, make.person(user))
    assert mark_done(session, action, make.person(make.lead())).closure == "done"


def test_done_needs_evidence_and_an_action_that_is_open_as_it_was_seen(session, make, post, owner):
    action = make.action(owner_id=post.id)
    with pytest.raises(Invalid, match="what shows") as refused:
        mark_done(session, action, owner, evidence=" ")
    assert refused.value.field == "evidence"
    opened = action.version
    mark_done(session, action, owner)
    with pytest.raises(Conflict) as conflict:
        closing.mark_done(session, action.ref, evidence="More", version=opened, by=owner, today=TODAY)
    assert conflict.value.theirs == {"closure": "done"}
    with pytest.raises(Invalid, match="closed already, since 23 November 2026"):
        mark_done(session, action, owner)


def test_someone_else_verifies_what_the_owner_has_marked_done(session, make, post, owner):
    action = make.action(owner_id=post.id)
    mark_done(session, action, owner)
    steering = make.person(make.steering())
    assert closing.may_verify(action, steering)
    verify(session, action, steering)
    session.expire_all()
    assert (action.closure, action.verified_on, action.verified_by_id) == ("verified", TODAY, steering.user_id)
    assert told(session, action)[-1] == ("closure", "done", "verified", "")
    assert not closing.may_verify(action, steering)


def test_nobody_verifies_their_own_action(session, make, post):
    lead = make.person(make.lead())
    action = make.action(owner_id=post.id)
    mark_done(session, action, lead)
    assert not closing.may_verify(action, lead)
    with pytest.raises(NotAllowed, match="someone else has to verify it"):
        verify(session, action, lead)
    assert action.closure == "done"
    assert verify(session, action, make.person(make.lead())).closure == "verified"


def test_an_owner_who_is_neither_lead_nor_steering_member_cannot_verify(session, make, post, owner):
    action = make.action(owner_id=post.id, closure="done", done_on=TODAY)
    for by in (owner, make.person(make.administrator()), make.person(make.lead(make.plan()))):
        with pytest.raises(NotAllowed, match="Only a strategy lead"):
            verify(session, action, by)


def test_an_open_action_cannot_be_verified(session, make):
    with pytest.raises(Invalid, match="marked done"):
        verify(session, make.action(), make.person(make.steering()))


def test_a_stale_page_verifies_and_reopens_nothing(session, make):
    action = make.action(closure="done", done_on=TODAY)
    by = make.person(make.steering())
    with pytest.raises(Conflict):
        closing.verify(session, action.ref, version=action.version + 1, by=by, today=TODAY)
    with pytest.raises(Conflict):
        closing.reopen(session, action.ref, reason="Not so", version=action.version + 1, by=by)
    assert action.closure == "done"


def test_the_owner_opens_a_done_action_again_with_a_reason(session, make, post, owner):
    action = make.action(owner_id=post.id, closure="done", done_on=TODAY - timedelta(days=3), done_by_id=owner.user_id)
    with pytest.raises(Invalid, match="why") as refused:
        reopen(session, action, owner, reason=" ")
    assert refused.value.field == "reason"
    assert closing.may_reopen(action, owner)
    reopen(session, action, owner)
    session.expire_all()
    assert (action.closure, action.done_on, action.done_by_id) == ("open", None, None)
    assert told(session, action) == [("closure", "done", "open", "Two wards are missing")]
    with pytest.raises(Invalid, match="open already"):
        reopen(session, action, owner)
    assert not closing.may_reopen(action, owner)


def test_what_was_verified_is_opened_by_lead_or_steering_group_and_not_by_its_owner(session, make, post, owner):
    action = make.action(owner_id=post.id, closure="verified", done_on=TODAY, verified_on=TODAY)
    assert not closing.may_reopen(action, owner)
    with pytest.raises(NotAllowed):
        reopen(session, action, owner)
    reopen(session, action, make.person(make.steering()))
    assert (action.closure, action.verified_on) == ("open", None)


def test_what_was_stopped_is_opened_by_lead_or_steering_group_and_not_by_its_owner(session, make, post, owner):
    action = make.action(owner_id=post.id, closure="stopped", done_on=TODAY, done_by_id=owner.user_id)
    assert not closing.may_reopen(action, owner)
    with pytest.raises(NotAllowed):
        reopen(session, action, owner)
    lead = make.person(make.lead())
    assert closing.may_reopen(action, lead)
    with pytest.raises(Invalid, match="why it is taken up again"):
        reopen(session, action, lead, reason=" ")
    reopen(session, action, lead, reason="It is needed after all")
    assert (action.closure, action.done_on, action.done_by_id) == ("open", None, None)
    assert told(session, action) == [("closure", "stopped", "open", "It is needed after all")]


def test_what_was_stopped_waits_for_no_verifying_and_is_not_marked_done(session, make, post, owner):
    action, steering = make.action(owner_id=post.id, closure="stopped", done_on=TODAY), make.person(make.steering())
    assert not closing.may_verify(action, steering)
    with pytest.raises(Invalid, match="marked done"):
        verify(session, action, steering)
    with pytest.raises(Invalid, match="closed already"):
        mark_done(session, action, owner)
    assert action.closure == "stopped"


def test_what_was_stopped_has_no_day_of_verifying(session, make):
    with pytest.raises(IntegrityError):
        make.action(closure="stopped", done_on=TODAY, verified_on=TODAY)
    session.rollback()


def test_a_bystander_opens_nothing(session, make, post):
    action = make.action(owner_id=post.id, closure="done", done_on=TODAY)
    with pytest.raises(NotAllowed):
        reopen(session, action, make.person(make.viewer()))
