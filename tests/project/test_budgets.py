"""How many SQL statements a page may send, over the whole seed."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

    from tests.browsing import Browser
    from tests.project.seeded import Seeded

pytestmark = pytest.mark.every_database

LIST, RECORD = 12, 20
HOME = 25  # over its budget of 20; it may only come down
LISTS = (
    "/sources",
    "/actions",
    "/priorities",
    "/organisations",
    "/glossary",
    "/gaps",
    "/changes",
    "/my-actions",
    "/shortlist",
    "/deletions",
    "/duplicates?kind=source",
    "/outbox",
    "/actions?schedule=overdue",
    "/api/v1/sources",
    "/api/v1/actions",
    "/figures",
    "/comparisons",
    "/key-points",
    "/indicators",
    "/api/v1/figures",
    "/api/v1/indicators",
)
# Pages of one record, and those that gather many kinds.
RECORDS = (
    "/delete/sources/t4mh-delivery-plan-2019-22",
    "/merge/sources/t4mh-strategy",
    "/history/sources/t4mh-strategy",
    "/search?q=nursing",
    "/api/v1/search?q=nursing",
    "/steering",
    "/sources/t4mh-strategy",
    "/sources/t4mh-delivery-plan-2019-22",
    "/sources/t4mh-strategy/thread",
    "/sources/t4mh-strategy/map?plan=mental-health-workforce-wales",
    "/priorities/wales-phase1-02",
    "/priorities/wales-phase1-03/thread",
    "/plans/mental-health-workforce-wales",
    "/actions/t4mh-18",
    "/actions/t4mh-18/thread",
    "/actions/t4mh-18/update",
    "/actions/t4mh-18/edit",
    "/organisations/welsh-government",
    "/posts/plan-lead",
    "/links/new?from=source:t4mh-strategy",
    "/api/v1/sources/t4mh-strategy",
    "/api/v1/actions/t4mh-18",
    "/sources/stepping-forward",
    "/figures/iapt-therapists-4500",
    "/comparisons/compare-iapt-therapists",
    "/indicators/psychologist-vacancy-rate",
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


def statements_of(browser: Browser, address: str) -> list[str]:
    """What one request sends, when the map and the index are already in memory."""
    browser.client.get(address)
    with counting(browser.session.get_bind()) as sent:
        answer = browser.client.get(address)
    assert answer.status_code in (200, 303), f"{address}: {answer.status_code}"
    return sent


def test_every_page_keeps_to_its_number_of_statements(seed: Seeded) -> None:
    lead, administrator = seed.browse("lead"), seed.browse("administrator")
    over = {}
    for address, budget in [("/", HOME), *((a, LIST) for a in LISTS), *((a, RECORD) for a in RECORDS)]:
        browser = administrator if address == "/outbox" else lead
        sent = statements_of(browser, address)
        if len(sent) > budget:
            over[address] = sent
    assert {address: len(sent) for address, sent in over.items()} == {}
