"""People who join records at the same moment. These commit, and clean up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select

from actions.models import Action
from kb import links
from kb.errors import Invalid
from kb.models.history import Change, Channel
from kb.models.link import Link, LinkType
from kb.models.plan import Plan
from kb.models.record import Record
from kb.permissions import SYSTEM
from search.models import IndexChange
from tests.conftest import TODAY
from tests.factories import Make

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.db import Database

pytestmark = pytest.mark.differs

ROUNDS, IN_A_RING = 3, 4


@pytest.fixture
def database(empty_database: Database) -> Iterator[Database]:
    """The database itself, so that transactions can meet; what the test left is deleted."""
    yield empty_database
    with empty_database.writing(Channel.COMMAND) as session:
        for table in (Link, Change):
            session.execute(delete(table))
        for table in (Action, Plan, Record):
            session.execute(delete(table.__table__))
        session.execute(delete(IndexChange))


def test_links_made_at_once_close_no_circle_though_each_alone_would_do(database: Database) -> None:
    for number in range(ROUNDS):
        with database.writing(Channel.COMMAND) as session:
            make = Make(session, TODAY)
            make.plan(ref=f"plan-{number}")
            ids = [make.action(ref=f"action-{number}-{place}").id for place in range(IN_A_RING)]
        gate = Barrier(IN_A_RING)

        def join(place: int, ids: list[int] = ids, gate: Barrier = gate) -> bool:
            gate.wait()
            try:
                with database.writing(Channel.WEB) as session:
                    start, end = (session.get_one(Action, ids[one % IN_A_RING]) for one in (place, place + 1))
                    links.make(session, start, LinkType.DEPENDS_ON, end, reason="It waits.", by=SYSTEM)
            except Invalid:
                return False
            return True

        with ThreadPoolExecutor(IN_A_RING) as threads:
            assert sorted(threads.map(join, range(IN_A_RING))) == [False, *[True] * (IN_A_RING - 1)]
        with database.reader() as session:
            made = session.scalars(select(Link.id).where(Link.from_id.in_(ids))).all()
            assert len(made) == IN_A_RING - 1
