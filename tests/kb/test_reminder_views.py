"""Facts about the page of a plan's reminders, and about the command that shows them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from actions.models import Action
from kb import web
from kb.models.organisation import PostHolding
from kb.models.user import User
from kb.planning.reminder_policy import policy_of
from tests.conftest import TODAY

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.models.plan import Plan
    from tests.browsing import Browser
    from tests.factories import Make

STANDING = {
    "first_days_before": "30",
    "second_days_before": "7",
    "overdue_every_days": "7",
    "stale_after_days": "28",
    "sponsor_after_days": "5",
    "steering_after_days": "15",
    "write_at_hour": "8",
    "timezone": "",
    "reason": "",
}


@pytest.fixture
def plan(make: Make, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """A plan with one action that is due in five days; its owner has held the post for long."""
    monkeypatch.setattr(web, "today", lambda: TODAY)
    post = make.post(title="Head of Planning")
    make.owner(post, since=date(2020, 1, 1)).name = "Ann Owner"
    make.action(owner_id=post.id, due_on=TODAY + timedelta(days=5), title="Train nurses")
    return make.the_plan


def form(plan: Plan, **values: str) -> dict[str, str]:
    return {**STANDING, "version": str(plan.version), **values}


def test_a_lead_finds_the_page_from_the_plan_and_reads_what_happens(browse: Browser, make: Make, plan: Plan) -> None:
    browse.sign_in(make.lead())
    assert f"/plans/{plan.ref}/reminders" in browse.get(f"/plans/{plan.ref}").text
    page = browse.get(f"/plans/{plan.ref}/reminders").text
    for words in (
        "asked 30 and 7 days before",
        "every 7 days",
        "working days in Wales, from 8:00 (Europe/London)",
        "Train nurses",
        "Ann Owner",
        "Due soon",
        "2 things, 2 mails, 1 person",
    ):
        assert words in page


def test_nobody_but_a_lead_of_the_plan_sees_it(browse: Browser, make: Make, plan: Plan) -> None:
    for user in (make.steering(), make.lead(make.plan()), make.administrator()):
        browse.sign_in(user)
        assert browse.get(f"/plans/{plan.ref}/reminders").status_code == 403
        assert "see what will be sent" not in browse.get(f"/plans/{plan.ref}").text


def test_what_will_be_sent_can_be_taken_as_a_file(browse: Browser, make: Make, plan: Plan) -> None:
    browse.sign_in(make.lead())
    answer = browse.get(f"/plans/{plan.ref}/reminders?format=csv")
    assert answer.mimetype == "text/csv"
    heading, first, *_ = answer.text.splitlines()
    assert "Day" in heading
    assert "Train nurses" in first
    assert browse.get(f"/plans/{plan.ref}/reminders?format=xlsx").status_code == 200


def test_the_policy_is_saved_by_the_form(browse: Browser, make: Make, plan: Plan) -> None:
    browse.sign_in(make.lead())
    saved = browse.post(
        f"/plans/{plan.ref}/reminders", form(plan, first_days_before="0", second_days_before="3", write_at_hour="10")
    )
    assert saved.status_code == 303
    policy = policy_of(plan)
    assert (policy.first_days_before, policy.second_days_before, policy.write_at_hour) == (0, 3, 10)
    page = browse.get(saved.location).text
    assert "asked 3 days before" in page
    assert "Nothing" not in page.split("Change when")[0].split("What will be sent")[1]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"overdue_every_days": "1"}, "Give a number from 2 to 366"),
        ({"overdue_every_days": "often"}, "Give a whole number, such as 7"),
        ({"first_days_before": ""}, "Give a number"),
        ({"write_at_hour": "2"}, "choose one of the list"),
        ({"timezone": "Mars/Olympus", "reason": "They moved"}, "is no time zone"),
    ],
)
def test_what_is_wrong_is_said_and_all_that_was_typed_is_kept(
    browse: Browser, make: Make, plan: Plan, values: dict[str, str], words: str
) -> None:
    browse.sign_in(make.lead())
    refused = browse.post(f"/plans/{plan.ref}/reminders", form(plan, stale_after_days="40", **values))
    assert refused.status_code == 422
    assert words in refused.text
    assert 'value="40"' in refused.text
    assert policy_of(plan).stale_after_days == 28


def test_a_policy_that_floods_is_refused_on_its_field(
    browse: Browser, make: Make, plan: Plan, session: Session
) -> None:
    owner = session.scalars(select(PostHolding)).first()
    assert owner is not None
    for number in range(60):
        make.action(owner_id=owner.post_id, due_on=TODAY - timedelta(days=1 + number))
    browse.sign_in(make.lead())
    refused = browse.post(f"/plans/{plan.ref}/reminders", form(plan, overdue_every_days="2"))
    assert refused.status_code == 422
    assert "In the next four weeks Ann Owner would get" in refused.text


def test_a_stale_save_shows_both(browse: Browser, make: Make, plan: Plan) -> None:
    browse.sign_in(make.lead())
    version = str(plan.version)
    browse.post(f"/plans/{plan.ref}/reminders", form(plan, first_days_before="20"))
    stale = browse.post(f"/plans/{plan.ref}/reminders", form(plan, first_days_before="10", version=version))
    assert stale.status_code == 409
    assert policy_of(plan).first_days_before == 20


def test_reminders_are_paused_and_go_on_with_a_reason(browse: Browser, make: Make, plan: Plan) -> None:
    browse.sign_in(make.lead())
    address = f"/plans/{plan.ref}/reminders/pause"
    refused = browse.post(address, {"version": str(plan.version), "is_paused": "1", "why": ""})
    assert refused.status_code == 422
    assert "Say why" in refused.text
    assert 'value="30"' in refused.text, "the other form of the page stands as it was"
    paused = browse.post(address, {"version": str(plan.version), "is_paused": "1", "why": "A new team comes"})
    assert paused.status_code == 303
    page = browse.get(paused.location).text
    assert "Nobody is written to about this plan until" in page
    assert "Nothing, since its reminders are paused" in page
    assert "Paused: nobody is written to" in browse.get(f"/plans/{plan.ref}").text
    twice = browse.post(address, {"version": str(plan.version), "is_paused": "1", "why": "Again"})
    assert (twice.status_code, "It is paused already" in twice.text) == (422, True)
    assert "When they go on again:" in page
    assert "What happens now" not in page
    browse.post(address, {"version": str(plan.version), "is_paused": "", "why": "The team is here"})
    assert not plan.is_paused


def test_an_owner_reads_that_reminders_are_paused(browse: Browser, make: Make, plan: Plan, session: Session) -> None:
    action, owner = session.scalars(select(Action)).one(), session.scalars(select(PostHolding)).one()
    pages = ("/", "/my-actions", f"/actions/{action.ref}")

    def told() -> list[int]:
        browse.sign_in(session.get_one(User, owner.user_id))
        return [browse.get(page).text.count("Reminders are paused for this plan") for page in pages]

    assert told() == [0, 0, 0]
    plan.is_paused = True
    session.flush()
    assert told() == [1, 1, 1]
    assert f"Reminders are paused for this plan:</b> {plan.title}." in browse.get("/my-actions").text
    action.closure = "done"
    session.flush()
    assert told() == [0, 0, 0]


def test_the_page_costs_the_same_for_few_and_for_many(
    browse: Browser, make: Make, plan: Plan, session: Session, count_statements
) -> None:  # type: ignore[no-untyped-def]
    browse.sign_in(make.lead())

    def cost() -> int:
        with count_statements() as count:
            assert browse.get(f"/plans/{plan.ref}/reminders").status_code == 200
        return int(count.number)

    few = cost()
    owner = session.scalars(select(PostHolding)).first()
    assert owner is not None
    for number in range(20):
        make.action(owner_id=owner.post_id, due_on=TODAY + timedelta(days=number))
    assert cost() <= few + 1 <= 20, "one more once something is told already"
