"""Two leads who supersede a source at the same moment. These commit, and clean up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, func, select

from kb.catalogue import lifecycle
from kb.errors import Conflict
from kb.models.history import Change, Channel
from kb.models.link import Link, LinkType
from kb.models.plan import Plan, Priority, PrioritySet
from kb.models.record import Record
from kb.models.source import Source, SourceState
from kb.permissions import SYSTEM
from search.models import IndexChange
from tests.conftest import TODAY
from tests.factories import Make

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.db import Database

pytestmark = pytest.mark.differs

ROUNDS = 3


@pytest.fixture
def database(empty_database: Database) -> Iterator[Database]:
    """The database itself, so that transactions can meet; what the test left is deleted."""
    yield empty_database
    with empty_database.writing(Channel.COMMAND) as session:
        for table in (Link, Change, SourceState):
            session.execute(delete(table))
        for table in (Priority, PrioritySet, Source, Plan, Record):
            session.execute(delete(table.__table__))
        session.execute(delete(IndexChange))


@pytest.mark.parametrize("is_same", [True, False])
def test_the_second_is_told_that_it_was_done_and_nothing_is_doubled(database: Database, is_same: bool) -> None:
    for number in range(ROUNDS):
        with database.writing(Channel.COMMAND) as session:
            make = Make(session, TODAY)
            make.plan(ref=f"plan-{number}")
            old = make.source(ref=f"old-{number}")
            others = [make.source(ref=f"new-{number}-{place}") for place in range(2)]
            chosen = {"set_id": make.priority_set(ref=f"set-{number}").id}
            carried = make.link(old, LinkType.CALLS_FOR, make.priority(ref=f"one-{number}", **chosen)).id
            left = make.link(old, LinkType.CALLS_FOR, make.priority(ref=f"two-{number}", **chosen)).id
            old_id, ref, version = old.id, old.ref, old.version
            refs = [others[0 if is_same else place].ref for place in range(2)]
        gate = Barrier(2)

        def supersede(
            other: str, gate: Barrier = gate, ref: str = ref, version: int = version, carried: int = carried
        ) -> bool:
            gate.wait()
            step = lifecycle.Step(TODAY, "A new one is out.", version)
            try:
                with database.writing(Channel.WEB) as session:
                    lifecycle.supersede(session, ref, other, step, {carried}, by=SYSTEM, today=TODAY)
            except Conflict:
                return False
            return True

        with ThreadPoolExecutor(2) as threads:
            assert sorted(threads.map(supersede, refs)) == [False, True]
        with database.reader() as session:
            made = session.scalars(select(Link).where(Link.type == LinkType.SUPERSEDES, Link.to_id == old_id)).all()
            assert len(made) == 1
            own = session.scalars(select(Link.to_id).where(Link.from_id == made[0].from_id)).all()
            assert len(own) == 2
            assert session.get_one(Link, carried).state == "retired"
            assert session.get_one(Link, left).state == "suspect"
            steps = select(func.count(SourceState.id)).where(SourceState.source_id == old_id)
            assert session.scalar(steps) == 1
