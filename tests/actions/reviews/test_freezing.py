"""Freezing: once, by those who may, and nothing that changes afterwards is in the pack."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from actions import closing
from actions.review_models import Review
from actions.reviews import freezing, service
from actions.reviews.pack import digest_of
from kb.db import now
from kb.errors import Conflict, Invalid, NotAllowed
from kb.models.history import Change
from kb.models.record import Visibility
from tests.conftest import TODAY

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.factories import Make

pytestmark = pytest.mark.differs


@pytest.fixture
def review(make: Make) -> Review:
    return make.review(TODAY + timedelta(days=14))


@pytest.fixture
def lead(make: Make) -> Any:
    return make.person(make.lead())


def freeze(session: Session, review: Review, by: Any, **values: Any) -> Review:
    given = {"version": review.version, "today": TODAY, "now": now(), **values}
    return freezing.freeze(session, review.id, by=by, **given)


def test_the_pack_says_how_things_stand_and_bears_its_digest(session: Session, make: Make, review: Review, lead: Any):
    post = make.post(title="Head of training")
    late = make.action(title="Train nurses", owner_id=post.id, due_on=TODAY - timedelta(days=5))
    make.update(late, narrative="Two have left.", support_needed="Two trainers.", confidence="off-track")
    waiting = make.action(title="Build it", closure="done", done_on=TODAY)
    review.summary = "In short."
    session.flush()
    found = freezing.read(freeze(session, review, lead))
    assert found is not None
    assert (found.plan.title, found.cover.summary, found.frozen_by) == (review.plan.title, "In short.", lead.name)
    line = next(one for one in found.actions if one.record.ref == late.ref)
    assert (line.owner, line.state_words, line.said) == ("Head of training", "Overdue 5 days", "Two have left.")
    assert line.is_exception
    assert [(one.verb, one.record.ref) for one in found.wanted] == [("Answer", late.ref), ("Verify", waiting.ref)]
    assert found.count("overdue").records[0].ref == late.ref
    assert review.numbers["overdue"] == 1
    assert review.digest == digest_of(review.pack)
    assert review.frozen_by_id == lead.user_id


def test_what_changes_after_the_freeze_does_not_change_the_pack(
    session: Session, make: Make, review: Review, lead: Any
):
    action = make.action(title="Train nurses", due_on=TODAY + timedelta(days=40))
    before = freezing.read(freeze(session, review, lead))
    content = review.pack
    action.title, action.due_on = "Train midwives", TODAY + timedelta(days=90)
    session.flush()
    closing.mark_done(session, action.ref, evidence="The list.", version=action.version, by=lead, today=TODAY)
    make.action(title="Another one")
    session.expire_all()
    again = service.get(session, review.id, lead, with_pack=True)
    assert again.pack == content
    assert freezing.read(again) == before


def test_drafts_and_other_plans_are_in_no_pack(session: Session, make: Make, review: Review, lead: Any):
    make.action(title="Not yet", visibility=Visibility.DRAFT)
    make.action(title="Elsewhere", plan_id=make.plan().id)
    assert freezing.read(freeze(session, review, lead)).actions == ()


def test_a_pack_is_frozen_once(session: Session, review: Review, lead: Any):
    freeze(session, review, lead)
    with pytest.raises(Conflict, match="frozen already"):
        freeze(session, review, lead)


def test_whoever_saw_an_older_meeting_is_told(session: Session, review: Review, lead: Any):
    with pytest.raises(Conflict, match="changed while"):
        freeze(session, review, lead, version=review.version + 1)
    assert not review.is_frozen


def test_before_owners_were_asked_there_is_nothing_to_freeze(session: Session, make: Make, lead: Any):
    with pytest.raises(Invalid, match="nothing to freeze"):
        freeze(session, make.review(TODAY + timedelta(days=90)), lead)


def test_only_leads_and_the_group_freeze(session: Session, make: Make, review: Review):
    with pytest.raises(NotAllowed):
        freeze(session, review, make.person(make.viewer()))


def test_a_frozen_meeting_keeps_its_day_and_its_cover(session: Session, review: Review, lead: Any):
    freeze(session, review, lead)
    with pytest.raises(Conflict, match="no longer be changed"):
        service.cancel(session, review.id, version=review.version, by=lead)
    with pytest.raises(Conflict, match="no longer be changed"):
        service.write_cover(session, review.id, service.cover(review), version=review.version, by=lead)


def test_the_plans_history_says_that_it_was_frozen(session: Session, review: Review, lead: Any):
    freeze(session, review, lead)
    session.flush()
    query = select(Change.field, Change.new).where(Change.record_id == review.plan_id)
    assert session.execute(query).all() == [("pack_frozen", "7 December 2026")]


def test_the_worker_freezes_what_has_closed_and_nothing_else(
    make: Make, database: Any, settings: Any, session: Session
):
    closed, open_ = make.review(TODAY + timedelta(days=3)), make.review(TODAY + timedelta(days=30))
    at = now().replace(year=TODAY.year, month=TODAY.month, day=TODAY.day, hour=12)
    assert freezing.freeze_due(database, settings, at) == 1
    session.expire_all()
    assert (closed.is_frozen, open_.is_frozen) == (True, False)
    assert freezing.freeze_due(database, settings, at) == 0
