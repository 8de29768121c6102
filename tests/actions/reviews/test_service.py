"""Facts about planning meetings: one, a series, moving and cancelling one, and its cover sheet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from actions.review_models import Review
from actions.reviews import service
from actions.reviews.answers import answers, answers_of, holders
from actions.reviews.pack import Cover
from actions.reviews.service import Arrangements
from kb import history
from kb.db import now
from kb.errors import Conflict, Invalid, NotAllowed, NotFound
from kb.permissions import SYSTEM
from tests.actions.reviews.frozen import frozen
from tests.conftest import TODAY

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.permissions import Person
    from tests.factories import Make

pytestmark = pytest.mark.differs

NEW_YEAR = date(2027, 1, 1)  # a bank holiday, and a Friday
SATURDAY = date(2027, 1, 30)


@pytest.fixture
def lead(make: Make) -> Person:
    return make.person(make.lead())


def arrange(session: Session, make: Make, day: date, by: Person = SYSTEM, **values: Any) -> list[service.Arranged]:
    given: dict[str, Any] = {"every": "", "times": 1, "today": TODAY, **values}
    return service.arrange_series(session, make.the_plan, Arrangements(day), by=by, **given)


def days(made: list[service.Arranged]) -> list[date]:
    return [one.review.meets_on for one in made]


def test_a_meeting_on_a_day_off_is_on_the_next_working_day_and_says_so(session: Session, make: Make) -> None:
    make.the_plan.nation = "wales"
    (made,) = arrange(session, make, NEW_YEAR)
    assert (made.review.meets_on, made.moved_from) == (date(2027, 1, 4), NEW_YEAR)
    (other,) = arrange(session, make, date(2027, 1, 5))
    assert other.moved_from is None


def test_a_series_keeps_the_day_of_the_month_and_ends_shorter_months_on_their_last(
    session: Session, make: Make
) -> None:
    make.the_plan.nation = "wales"
    made = arrange(session, make, date(2026, 12, 31), every="quarterly", times=3)
    assert days(made) == [date(2026, 12, 31), date(2027, 3, 31), date(2027, 6, 30)]
    made = arrange(session, make, SATURDAY, every="monthly", times=2)
    assert days(made) == [date(2027, 2, 1), date(2027, 3, 1)]
    assert [one.moved_from for one in made] == [SATURDAY, date(2027, 2, 28)]


def test_a_series_with_a_day_that_is_taken_plans_nothing(session: Session, make: Make) -> None:
    arrange(session, make, date(2027, 2, 3))
    with pytest.raises(Invalid, match="3 February 2027") as refused:
        arrange(session, make, date(2026, 12, 3), every="monthly", times=4)
    assert refused.value.field == "meets_on"
    assert len(session.scalars(select(Review)).all()) == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"day": TODAY - timedelta(days=1)}, "meets_on"),
        ({"every": "monthly", "times": 0}, "times"),
        ({"every": "monthly", "times": service.MOST_IN_SERIES + 1}, "times"),
        ({"every": "", "times": 2}, "every"),
    ],
)
def test_past_days_and_senseless_series_are_refused(
    session: Session, make: Make, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        arrange(session, make, **{"day": TODAY + timedelta(days=30), **values})
    assert refused.value.field == field


@pytest.mark.parametrize(("request_days", "close_days", "field"), [
    (5, 5, "request_days"), (4, 5, "request_days"), (61, 5, "request_days"), (15, -1, "close_days"),
])  # fmt: skip
def test_owners_are_asked_before_their_answers_close(
    session: Session, make: Make, request_days: int, close_days: int, field: str
) -> None:
    wanted = Arrangements(TODAY + timedelta(days=30), "", request_days, close_days)
    with pytest.raises(Invalid) as refused:
        service.arrange(session, make.the_plan, wanted, by=SYSTEM)
    assert refused.value.field == field


def test_a_meeting_leaves_its_owners_time_to_answer(session: Session, make: Make, lead: Person) -> None:
    make.the_plan.nation = "wales"
    soon = TODAY + timedelta(days=4)
    with pytest.raises(Invalid, match="20 November 2026") as refused:
        arrange(session, make, soon)
    assert refused.value.field == "close_days"
    wanted = Arrangements(soon, "", 5, 4)
    (made,) = service.arrange_series(session, make.the_plan, wanted, every="", times=1, by=lead, today=TODAY)
    later, version = TODAY + timedelta(days=1), made.review.version
    with pytest.raises(Invalid, match="would have closed"):
        service.rearrange(session, made.review.id, Arrangements(later), version=version, by=lead, today=TODAY)


def test_only_leads_and_the_group_plan_change_and_cancel(session: Session, make: Make) -> None:
    review = make.review(TODAY + timedelta(days=30))
    version = review.version
    for user in (make.viewer(), make.owner(), make.lead(make.plan())):
        person = make.person(user)
        with pytest.raises(NotAllowed):
            arrange(session, make, TODAY + timedelta(days=40), by=person)
        with pytest.raises(NotAllowed):
            service.cancel(session, review.id, version=version, by=person)
        with pytest.raises(NotAllowed):
            service.write_cover(session, review.id, Cover(), version=version, by=person)
    assert arrange(session, make, TODAY + timedelta(days=40), by=make.person(make.steering()))


def test_what_the_last_cover_sheet_said_of_the_plan_carries_over(session: Session, make: Make, lead: Person) -> None:
    first = make.review(TODAY + timedelta(days=30))
    said = Cover(
        purposes=("approve", "assure"), objective="Growth", recommendation="Approve it", prepared_by="The team"
    )
    service.write_cover(session, first.id, said, version=first.version, by=lead)
    (made,) = arrange(session, make, TODAY + timedelta(days=60))
    cover = service.cover(made.review)
    assert (cover.purposes, cover.objective, cover.prepared_by) == (("approve", "assure"), "Growth", "The team")
    assert cover.recommendation == ""


def test_a_meeting_moves_off_a_day_off_and_the_plan_remembers_its_days(
    session: Session, make: Make, lead: Person
) -> None:
    make.the_plan.nation = "wales"
    review = make.review(date(2026, 12, 14))
    made = service.rearrange(
        session, review.id, Arrangements(NEW_YEAR, "Room 2"), version=review.version, by=lead, today=TODAY
    )
    assert (made.review.meets_on, made.moved_from, review.place) == (date(2027, 1, 4), NEW_YEAR, "Room 2")
    change = next(one for one in history.list_for(session, make.the_plan, person=lead) if one.field == "meeting")
    assert (change.old, change.new) == ("14 December 2026", "4 January 2027")


def test_a_meeting_keeps_a_past_day_while_other_things_change(session: Session, make: Make, lead: Person) -> None:
    review = make.review(TODAY - timedelta(days=2))
    wanted = Arrangements(review.meets_on, "Online")
    service.rearrange(session, review.id, wanted, version=review.version, by=lead, today=TODAY)
    assert review.place == "Online"
    earlier = Arrangements(TODAY - timedelta(days=3))
    with pytest.raises(Invalid, match="past"):
        service.rearrange(session, review.id, earlier, version=review.version, by=lead, today=TODAY)


def test_a_stale_form_is_told_what_stands_now(session: Session, make: Make, lead: Person) -> None:
    review = make.review(date(2026, 12, 14), place="Room 1", summary="As it stands")
    wanted = Arrangements(date(2026, 12, 15), "Room 2")
    with pytest.raises(Conflict) as refused:
        service.rearrange(session, review.id, wanted, version=review.version - 1, by=lead, today=TODAY)
    assert refused.value.theirs["place"] == "Room 1"
    assert refused.value.theirs["meets_on"] == "14 December 2026"
    with pytest.raises(Conflict) as refused:
        service.write_cover(session, review.id, Cover(summary="Mine"), version=review.version - 1, by=lead)
    assert refused.value.theirs["summary"] == "As it stands"


def test_a_frozen_meeting_is_neither_moved_nor_cancelled_nor_given_a_cover_sheet(
    session: Session, make: Make, lead: Person
) -> None:
    review = frozen(make, TODAY + timedelta(days=3))
    for change in (
        lambda: service.cancel(session, review.id, version=review.version, by=lead),
        lambda: service.write_cover(session, review.id, Cover(), version=review.version, by=lead),
        lambda: service.rearrange(
            session, review.id, Arrangements(TODAY + timedelta(days=9)), version=review.version, by=lead, today=TODAY
        ),
    ):
        with pytest.raises(Conflict, match="frozen"):
            change()


@pytest.mark.parametrize("number", [0, -1, 999_999, 2**70])
def test_a_meeting_that_is_not_there_is_not_found(session: Session, lead: Person, number: int) -> None:
    with pytest.raises(NotFound):
        service.get(session, number, lead)


def test_a_frozen_pack_keeps_who_was_silent_whatever_they_say_later(session: Session, make: Make) -> None:
    post = make.post()
    action = make.action(owner_id=post.id)
    review = make.review(TODAY + timedelta(days=14))
    silent = answers(session, review, SYSTEM, TODAY).silent
    assert [one.post.ref for one in silent] == [post.ref]
    kept = frozen(make, TODAY + timedelta(days=15), frozen_at=now())
    make.update(action, days_ago=0)
    found = answers_of(session, service.get(session, kept.id, SYSTEM, with_pack=True), SYSTEM, TODAY)
    assert (found.asked, found.silent) == (0, ())


def test_the_holder_of_a_silent_post_is_named_and_else_its_deputy(session: Session, make: Make) -> None:
    held, deputised, empty = make.post(), make.post(), make.post()
    holder, deputy = make.owner(held), make.owner(deputised, is_deputy=True)
    make.owner(held, is_deputy=True)
    for post in (held, deputised, empty):
        make.action(owner_id=post.id)
    review = make.review(TODAY + timedelta(days=14))
    found = answers(session, review, SYSTEM, TODAY)
    assert holders(session, found, TODAY) == {held.ref: holder.name, deputised.ref: f"{deputy.name}, deputy"}


def test_the_meeting_that_is_prepared_is_the_next_one_and_a_past_one_until_owners_are_asked_again(make: Make) -> None:
    past = make.review(TODAY - timedelta(days=3))
    far, near = make.review(TODAY + timedelta(days=90)), make.review(TODAY + timedelta(days=7))
    assert service.current([far, past], TODAY) is past
    assert service.current([far, near, past], TODAY) is near
    past.closed_at = now()
    assert service.current([far, past], TODAY) is far
    assert service.current([past], TODAY) is None
