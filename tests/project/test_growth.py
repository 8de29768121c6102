"""A page sends the same number of SQL statements however many rows there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kb.models.link import LinkType
from tests.project.test_budgets import statements_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.browsing import Browser
    from tests.factories import Make

pytestmark = pytest.mark.every_database

FEW, MANY = 10, 100
LISTS = (
    *("/sources", "/actions", "/actions?sort=owner", "/organisations", "/api/v1/actions", "/api/v1/sources"),
    *("/figures", "/comparisons", "/key-points", "/indicators", "/api/v1/figures", "/api/v1/indicators"),
)


@pytest.mark.parametrize("address", LISTS)
def test_ten_times_the_rows_take_the_same_number_of_statements(
    browse: Browser, make: Make, session: Session, address: str
) -> None:
    def fill(number: int) -> None:
        for _ in range(number):
            post = make.post()
            make.action(owner_id=post.id, due_on=make.today, measure="Posts filled.")
            source = make.source(nations=("wales",))
            make.implication(source)
            make.comparison(make.figure(source), make.figure(source))
            make.key_point(source, site="Tees")
            make.reading(make.indicator(owner_id=post.id), ends_on=make.today, value=1.0)
        session.commit()

    browse.sign_in(make.lead())
    fill(FEW)
    few = statements_of(browse, address)
    fill(MANY - FEW)
    assert len(statements_of(browse, address)) == len(few)


def test_a_priority_and_the_steering_page_take_the_same_number_with_ten_times_the_rows(
    browse: Browser, make: Make, session: Session
) -> None:
    priority = make.priority()

    def fill(number: int) -> None:
        for _ in range(number):
            action = make.action(owner_id=make.post().id, due_on=make.today)
            make.update(action, days_ago=3, confidence="at-risk", support_needed="Two trainers.")
            make.link(priority, LinkType.DELIVERED_BY, action)
            make.link(make.implication(), LinkType.CALLS_FOR, priority)
        session.commit()

    browse.sign_in(make.lead())
    fill(FEW)
    addresses = ("/", "/steering", "/gaps", f"/priorities/{priority.ref}", f"/priorities/{priority.ref}/thread")
    few = {address: len(statements_of(browse, address)) for address in addresses}
    fill(MANY - FEW)
    assert {address: len(statements_of(browse, address)) for address in addresses} == few
