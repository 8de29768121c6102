"""Who has answered before a meeting, who said nothing, and who was late."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from actions.reviews import service
from actions.reviews.answers import Answers, answers
from kb.errors import NotAllowed
from kb.models.record import Visibility
from kb.permissions import NOBODY
from tests.conftest import TODAY

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from actions.models import Action
    from actions.review_models import Review
    from tests.factories import Make

pytestmark = pytest.mark.differs


@pytest.fixture
def review(make: Make) -> Review:
    """A meeting whose request has been out for a few days."""
    return make.review(TODAY + timedelta(days=14), request_days=15, close_days=5)


def owned(make: Make, post: Any, said_on: date | None = None, **values: Any) -> Action:
    action = make.action(owner_id=post.id, **values)
    if said_on:
        make.update(action, days_ago=(TODAY - said_on).days)
    return action


def test_owners_who_said_something_since_the_request_have_answered(session: Session, make: Make, review: Review):
    asks_on = service.cycle(review).asks_on
    quick, slow = make.post(title="Quick"), make.post(title="Slow")
    owned(make, quick, asks_on)
    late = owned(make, slow, asks_on - timedelta(days=1))
    found = answers(session, review, service.READER, TODAY)
    assert (found.asked, found.answered) == (2, 1)
    assert [(one.post.title, one.actions[0].title, one.last_said_on) for one in found.silent] == [
        ("Slow", late.title, asks_on - timedelta(days=1))
    ]


def test_whoever_left_one_of_several_actions_out_has_not_answered(session: Session, make: Make, review: Review):
    post = make.post()
    owned(make, post, TODAY)
    left = owned(make, post)
    found = answers(session, review, service.READER, TODAY)
    assert (found.asked, found.answered) == (1, 0)
    assert [action.ref for action in found.silent[0].actions] == [left.ref]


def test_closed_future_draft_and_other_plans_actions_are_not_asked_for(session: Session, make: Make, review: Review):
    post = make.post()
    owned(make, post, closure="done")
    owned(make, post, starts_on=TODAY + timedelta(days=1))
    owned(make, post, visibility=Visibility.DRAFT)
    owned(make, post, plan_id=make.plan().id)
    assert answers(session, review, service.READER, TODAY) == Answers()


def test_before_the_request_nobody_is_silent(session: Session, make: Make):
    review = make.review(TODAY + timedelta(days=200))
    owned(make, make.post())
    assert answers(session, review, service.READER, TODAY) == Answers()


def test_a_first_answer_after_the_close_is_late_and_a_second_one_is_not(session: Session, make: Make):
    review = make.review(TODAY + timedelta(days=1), request_days=15, close_days=5)
    cycle = service.cycle(review)
    after = cycle.closes_on + timedelta(days=1)
    late, again = owned(make, make.post(), after), owned(make, make.post(), cycle.closes_on)
    make.update(again, days_ago=(TODAY - after).days)
    assert answers(session, review, service.READER, TODAY).late == {late.id}


def test_whoever_may_not_read_updates_is_told_nothing(session: Session, review: Review):
    with pytest.raises(NotAllowed):
        answers(session, review, NOBODY, TODAY)
