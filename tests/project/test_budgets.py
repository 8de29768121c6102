"""How many SQL statements a page may send, over the whole seed."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, select

from actions.models import Action
from kb.models.plan import Plan
from tests.conftest import TODAY
from tests.factories import Make
from tests.project.seeded import ROLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

    from tests.browsing import Browser
    from tests.project.seeded import Seeded

pytestmark = pytest.mark.page  # how often a page asks is the same on each database

LIST, RECORD, HOME = 12, 20, 20
LISTS = (
    "/sources",
    "/actions",
    "/priorities",
    "/organisations",
    "/glossary",
    "/gaps",
    "/same-actions",
    "/same-actions/dismissed",
    "/coverage",
    "/coverage?by=sources&plan=all&nation=wales",
    "/coverage?by=actions&theme=perinatal",
    "/coverage/cell?by=themes",
    "/changes",
    "/my-actions",
    "/timeline",
    "/timeline?plan=all&by=organisation&span=all",
    "/requests",
    "/shortlist",
    "/deletions",
    "/imports",
    "/imports/new",
    "/duplicates?kind=source",
    "/duplicates?kind=organisation",
    "/plans",
    "/posts",
    "/themes",
    "/staff-groups",
    "/actions?schedule=overdue",
    "/api/v1/sources",
    "/api/v1/actions",
    "/figures",
    "/comparisons",
    "/plans/mental-health-workforce-wales/action-log",
    "/key-points",
    "/indicators",
    "/api/v1/figures",
    "/api/v1/indicators",
)
ADMINISTRATORS = ("/people", "/outbox")
# Pages of one record, and those that gather many kinds.
RECORDS = (
    "/delete/sources/t4mh-delivery-plan-2019-22",
    "/merge/sources/t4mh-strategy",
    "/history/sources/t4mh-strategy",
    "/search?q=nursing",
    "/search/suggest?q=nurs",
    "/like/actions/t4mh-18",
    "/api/v1/search?q=nursing",
    "/steering",
    "/sources/t4mh-strategy",
    "/sources/t4mh-delivery-plan-2019-22",
    "/sources/t4mh-strategy/thread",
    "/actions/t4mh-15/thread?nation=wales&by=theme&open=implication.children-young-people",
    "/sources/t4mh-strategy/thread/explore",
    "/sources/t4mh-strategy/thread/explore/data",
    "/sources/t4mh-strategy/thread/explore/near",
    "/sources/t4mh-strategy/map?plan=mental-health-workforce-wales",
    "/priorities/wales-phase1-02",
    "/priorities/wales-phase1-03/thread",
    "/plans/mental-health-workforce-wales",
    "/plans/mental-health-workforce-wales/members",
    "/actions/t4mh-18",
    "/actions/t4mh-18/thread",
    "/actions/t4mh-18/why",
    "/actions/t4mh-18/update",
    "/actions/t4mh-18/edit",
    "/actions/t4mh-18/requests/new",
    "/organisations/welsh-government",
    "/posts/plan-lead",
    "/links/new?from=source:t4mh-strategy",
    "/links/new?from=action:t4mh-18",
    "/links/find?from=action:t4mh-18&way=depends-on&q=nurs",
    "/links/likely?from=source:t4mh-strategy",
    "/api/v1/sources/t4mh-strategy",
    "/api/v1/actions/t4mh-18",
    "/sources/stepping-forward",
    "/figures/iapt-therapists-4500",
    "/comparisons/compare-iapt-therapists",
    "/indicators/psychologist-vacancy-rate",
    "/indicators/scorecard",
    "/indicators/support-staff-job-titles",
    "/indicators/support-staff-job-titles/thread",
    "/indicators/psychologist-vacancy-rate/edit",
    "/api/v1/indicators/psychologist-vacancy-rate",
)
TRANSACTION = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN")  # the test's own, around each request


@contextmanager
def counting(engine: Engine | Connection) -> Iterator[list[str]]:
    """The SQL statements that are sent meanwhile."""
    sent: list[str] = []

    def heard(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(TRANSACTION):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", heard)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", heard)


# These bring the map and the index into memory, for all pages after them.
WARMING = ("/gaps", "/steering", "/search?q=nursing", "/search/suggest?q=nurs")


def warm(browser: Browser) -> None:
    """Ask for pages after which no other has the map or the index to read."""
    for address in WARMING:
        browser.client.get(address)


def statements_of(browser: Browser, address: str) -> list[str]:
    """What one request sends; `warm` comes before."""
    with counting(browser.session.get_bind()) as sent:
        answer = browser.client.get(address)
    assert answer.status_code in (200, 303), f"{address}: {answer.status_code}"
    return sent


def test_every_page_keeps_to_its_number_of_statements(seed: Seeded) -> None:
    budgets = dict.fromkeys(LISTS, LIST) | dict.fromkeys(RECORDS, RECORD)
    of_roles = {role: {"/": HOME} for role in ROLES}
    of_roles["lead"] |= budgets
    of_roles["administrator"] |= dict.fromkeys(ADMINISTRATORS, LIST)
    over = {}
    for role, pages in of_roles.items():
        browser = seed.browse(role)
        warm(browser)
        for address, budget in pages.items():
            number = len(statements_of(browser, address))
            if number > budget:
                over[role, address] = number
    assert over == {}


def test_the_steering_page_keeps_to_its_number_of_statements_before_a_meeting(seed: Seeded) -> None:
    browser = seed.browse("lead")
    make = Make(browser.session, today=TODAY)
    plan = browser.session.scalars(select(Plan).where(Plan.ref == "mental-health-workforce-wales")).one()
    action = browser.session.scalars(select(Action).where(Action.ref == "t4mh-18")).one()
    action.due_on = TODAY - timedelta(days=1)
    make.request(action, make.user(), proposed_on=TODAY + timedelta(days=40))
    make.update(action, support_needed="Two trainers")
    # Two days before the meeting answers are closed, so that late ones are looked for.
    review = make.review(TODAY + timedelta(days=2), plan=plan)
    browser.session.commit()
    warm(browser)
    address = f"/steering?plan={plan.ref}"
    assert "Meeting of" in browser.get(address).text
    assert len(statements_of(browser, address)) <= RECORD
    assert len(statements_of(browser, f"/steering/since?plan={plan.ref}&key=asks")) <= RECORD
    browser.session.delete(review)
    browser.session.commit()
    assert len(statements_of(browser, address)) <= RECORD
