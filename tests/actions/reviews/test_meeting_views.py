"""The pages of meetings, as people use them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from actions.review_models import Review
from kb import web
from kb.models.record import Visibility
from tests.actions.reviews.frozen import frozen
from tests.conftest import TODAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from kb.models.plan import Plan
    from tests.browsing import Browser
    from tests.factories import Make

MEETS_ON = date(2026, 12, 14)
AT = "/meetings/{}"


@pytest.fixture(autouse=True)
def the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "today", lambda: TODAY)


@pytest.fixture
def plan(make: Make) -> Plan:
    make.the_plan.nation = "wales"
    return make.the_plan


@pytest.fixture
def review(make: Make, plan: Plan) -> Review:
    """A meeting for which owners are asked from today on."""
    return make.review(MEETS_ON)


def form(day: date | None = MEETS_ON, **values: Any) -> dict[str, Any]:
    parts = (
        {"day": day.day, "month": day.month, "year": day.year} if day else dict.fromkeys(("day", "month", "year"), "")
    )
    given = {"place": "Room 1", "request_days": "15", "close_days": "5", "every": "", "times": "1", **values}
    return {**{f"meets_on-{name}": str(value) for name, value in parts.items()}, **given}


def meetings(session: Session) -> list[date]:
    session.expire_all()
    return list(session.scalars(select(Review.meets_on).order_by(Review.meets_on)))


def test_a_lead_plans_a_series_and_is_told_which_days_moved(
    browse: Browser, session: Session, make: Make, plan: Plan
) -> None:
    browse.sign_in(make.lead())
    at = f"/plans/{plan.ref}/meetings"
    assert at in browse.get(f"/plans/{plan.ref}").text
    answer = browse.post(at, form(date(2027, 1, 30), every="monthly", times="2"))
    assert answer.status_code == 303
    page = browse.get(answer.headers["Location"]).text
    assert "2 meetings are planned, from 1 February 2027 to 1 March 2027." in page
    assert "30 January 2027 is no working day, so the group meets on 1 February 2027." in page
    assert meetings(session) == [date(2027, 2, 1), date(2027, 3, 1)]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (form(None), "Give the day of the meeting"),
        (form(MEETS_ON, **{"meets_on-day": "31", "meets_on-month": "2"}), "there is no 31/2/2026"),
        (form(TODAY - timedelta(days=1)), "is past: give a day from today on"),
        (form(request_days="soon"), "Give a whole number"),
        (form(request_days="5"), "give more working days than for the close"),
        (form(close_days="-1"), "from 0 to 60"),
        (form(request_days="9" * 40), "of at most 60"),
        (form(TODAY + timedelta(days=3)), "Answers would have closed on 19 November 2026"),
        (form(every="weekly"), "choose one of the list"),
        (form(times="25", every="monthly"), "from 1 to 24"),
        (form(times="3"), "Choose how often"),
        (form(place="x" * 301), "at most 300 characters"),
    ],
)
def test_what_cannot_be_planned_is_said_and_what_was_typed_is_kept(
    browse: Browser, session: Session, make: Make, plan: Plan, values: dict[str, Any], told: str
) -> None:
    browse.sign_in(make.lead())
    answer = browse.post(f"/plans/{plan.ref}/meetings", values)
    assert answer.status_code == 422
    assert told in answer.text
    assert values["place"] in answer.text
    assert meetings(session) == []


def test_a_day_that_is_taken_is_named(browse: Browser, make: Make, plan: Plan, review: Review) -> None:
    browse.sign_in(make.steering())
    answer = browse.post(f"/plans/{plan.ref}/meetings", form())
    assert answer.status_code == 422
    assert "meets on 14 December 2026 already" in answer.text


def test_readers_see_the_meetings_and_no_form(browse: Browser, make: Make, plan: Plan, review: Review) -> None:
    browse.sign_in(make.viewer())
    page = browse.get(f"/plans/{plan.ref}/meetings").text
    assert "Owners are asked; answers close on 7 December 2026" in page
    assert "Plan meetings" not in page
    detail = browse.get(AT.format(review.id)).text
    for absent in ("/change", "/cancel", "/cover", "/freeze"):
        assert f"{AT.format(review.id)}{absent}" not in detail


def test_a_meeting_shows_its_days_who_answered_and_who_said_nothing(
    browse: Browser, make: Make, plan: Plan, review: Review
) -> None:
    quick, slow = make.post(title="Quick"), make.post(title="Slow")
    holder = make.owner(slow)
    make.update(make.action(owner_id=quick.id), days_ago=0)
    for number in range(7):
        make.action(owner_id=slow.id, title=f"Silent action {number}")
    browse.sign_in(make.lead())
    page = browse.get(AT.format(review.id)).text
    for words in (
        *("23 November 2026", "30 November 2026", "4 December 2026", "7 December 2026", "8 December 2026"),
        *("1 of 2 owners have answered", "1 owner has still to answer", "Slow", holder.name, "and 2 more"),
    ):
        assert words in page, words
    assert "Quick" not in page.partition("still to answer")[2]


def test_a_post_without_a_holder_says_that_nobody_was_asked(browse: Browser, make: Make, review: Review) -> None:
    make.action(owner_id=make.post().id)
    browse.sign_in(make.lead())
    assert "nobody holds this post, so nobody was asked" in browse.get(AT.format(review.id)).text


def test_late_answers_are_named_as_late(
    browse: Browser, make: Make, plan: Plan, monkeypatch: pytest.MonkeyPatch, review: Review
) -> None:
    action = make.action(owner_id=make.post().id, title="Came late")
    make.update(action, days_ago=-16)
    monkeypatch.setattr(web, "today", lambda: MEETS_ON)
    browse.sign_in(make.lead())
    page = browse.get(AT.format(review.id)).text
    assert "1 answer came late, after 7 December 2026" in page
    assert "Came late" in page


def test_a_meeting_is_moved_and_says_where_it_ended_up(
    browse: Browser, session: Session, make: Make, review: Review
) -> None:
    browse.sign_in(make.lead())
    at = f"{AT.format(review.id)}/change"
    answer = browse.post(at, form(date(2026, 12, 25), version=str(review.version)))
    assert answer.status_code == 303
    page = browse.get(answer.headers["Location"]).text
    assert "25 December 2026 is no working day, so the group meets on 29 December 2026." in page
    assert meetings(session) == [date(2026, 12, 29)]


def test_a_stale_change_shows_both_and_keeps_the_text(
    browse: Browser, session: Session, make: Make, review: Review
) -> None:
    browse.sign_in(make.lead())
    at = AT.format(review.id)
    answer = browse.post(f"{at}/change", form(version="0"))
    assert answer.status_code == 409
    assert "Room 1" in answer.text
    answer = browse.post(f"{at}/cover", {"version": "0", "summary": "My words", "purposes": ["note"]})
    assert answer.status_code == 409
    assert "My words" in answer.text


def test_cancelling_says_what_happens_and_takes_the_meeting_away(
    browse: Browser, session: Session, make: Make, plan: Plan, review: Review
) -> None:
    browse.sign_in(make.lead())
    at = f"{AT.format(review.id)}/cancel"
    page = browse.get(at).text
    assert "Nobody is asked or reminded for this meeting any more" in page
    answer = browse.post(at, {"version": str(review.version)})
    assert answer.headers["Location"].endswith(f"/plans/{plan.ref}/meetings")
    assert "The meeting of 14 December 2026 is cancelled." in browse.get(answer.headers["Location"]).text
    assert meetings(session) == []
    assert "The steering group’s meeting of 14 December 2026 was cancelled" in browse.get(f"/plans/{plan.ref}").text


def test_a_cover_sheet_is_written_and_shown(browse: Browser, session: Session, make: Make, review: Review) -> None:
    browse.sign_in(make.steering())
    at = f"{AT.format(review.id)}/cover"
    values = {"version": str(review.version), "purposes": ["approve", "assure"], "assurance": "limited"}
    answer = browse.post(at, {**values, "assurance_reason": "Two are late.", "equality": "Assessed."})
    assert answer.status_code == 303
    page = browse.get(answer.headers["Location"]).text
    for words in ("Approve, Take assurance", "Limited", "Two are late.", "Assessed."):
        assert words in page


@pytest.mark.parametrize("values", [{"assurance": "total"}, {"purposes": ["eat"]}, {"summary": "x" * 4_001}])
def test_a_cover_sheet_with_what_is_not_in_its_lists_is_refused(
    browse: Browser, make: Make, review: Review, values: dict[str, Any]
) -> None:
    browse.sign_in(make.lead())
    at = f"{AT.format(review.id)}/cover"
    answer = browse.post(at, {"version": str(review.version), "recommendation": "Kept", **values})
    assert answer.status_code == 422
    assert "Kept" in answer.text


def test_a_frozen_meeting_opens_no_form_and_takes_none(
    browse: Browser, session: Session, make: Make, plan: Plan
) -> None:
    kept = frozen(make, MEETS_ON)
    browse.sign_in(make.lead())
    for deed in ("change", "cover", "cancel"):
        at = f"{AT.format(kept.id)}/{deed}"
        answer = browse.get(at)
        assert answer.status_code == 303
        assert "can no longer be changed" in browse.get(answer.headers["Location"]).text
        sent = browse.post(at, form(version=str(kept.version)), page=f"/plans/{plan.ref}/meetings")
        assert sent.status_code == 409
    assert meetings(session) == [MEETS_ON]
    page = browse.get(AT.format(kept.id)).text
    assert "Record decisions" in page


def test_after_an_early_freeze_no_day_is_shown_on_which_nothing_happens_any_more(
    browse: Browser, make: Make, plan: Plan
) -> None:
    kept = frozen(make, MEETS_ON, frozen_at=datetime(2026, 12, 1, 9, tzinfo=UTC))
    browse.sign_in(make.lead())
    line = browse.get(AT.format(kept.id)).text.partition("gt-days")[2].partition("</ol>")[0]
    days = ("23 November 2026", "30 November 2026", "1 December 2026", "14 December 2026")
    assert re.findall(r"\d+ \w+ 2026", line) == list(days)


def test_meetings_of_a_draft_plan_are_not_told_of(browse: Browser, make: Make) -> None:
    hidden = make.plan(visibility=Visibility.DRAFT)
    review = make.review(MEETS_ON, plan=hidden)
    browse.sign_in(make.viewer())
    assert browse.get(AT.format(review.id)).status_code == 404
    assert browse.get(f"{AT.format(2**70)}").status_code == 404


def test_the_pages_cost_the_same_for_few_and_for_many(
    browse: Browser, make: Make, plan: Plan, review: Review, count_statements: Callable[..., Any]
) -> None:
    browse.sign_in(make.lead())

    def cost(address: str) -> int:
        with count_statements() as count:
            assert browse.get(address).status_code == 200
        return int(count.number)

    pages = {f"/plans/{plan.ref}/meetings": 12, AT.format(review.id): 20}
    for number in range(3):
        make.update(make.action(owner_id=make.post().id), days_ago=-15)
        make.action(owner_id=make.post().id)
        make.review(MEETS_ON + timedelta(days=30 + number))
    few = {address: cost(address) for address in pages}
    assert all(few[address] <= most for address, most in pages.items())
    for number in range(12):
        make.update(make.action(owner_id=make.post().id), days_ago=-15)
        make.action(owner_id=make.post().id)
        make.review(MEETS_ON + timedelta(days=60 + number))
    assert {address: cost(address) for address in pages} == few
