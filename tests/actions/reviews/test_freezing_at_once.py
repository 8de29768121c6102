"""Several people who freeze one pack at the same moment. These commit, and clean up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm.exc import StaleDataError

from actions.models import Action
from actions.review_models import Review
from actions.reviews import freezing
from kb.db import now
from kb.errors import Conflict
from kb.models.history import Change, Channel
from kb.models.plan import Plan
from kb.models.record import Record
from kb.models.user import User
from search.models import IndexChange
from tests.conftest import TODAY
from tests.factories import Make

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.db import Database
    from kb.permissions import Person

pytestmark = pytest.mark.differs
FREEZERS = 4


@pytest.fixture
def database(empty_database: Database) -> Iterator[Database]:
    """The database itself, so that transactions can meet; what the test left is deleted."""
    yield empty_database
    with empty_database.writing(Channel.COMMAND) as session:
        for table in (User, Change, Review):
            session.execute(delete(table))
        for table in (Action, Plan, Record):
            session.execute(delete(table.__table__))
        session.execute(delete(IndexChange))


def test_of_several_who_freeze_at_once_one_does_and_the_others_are_told(database: Database) -> None:
    with database.writing(Channel.COMMAND) as session:
        make = Make(session, TODAY)
        plan = make.plan()
        review = make.review(TODAY + timedelta(days=14))
        people = [make.person(make.user(role="lead", plan=plan)) for _ in range(FREEZERS)]
        review_id, version = review.id, review.version
    together = Barrier(FREEZERS)

    def freeze(person: Person) -> str:
        together.wait()
        try:
            with database.writing(Channel.WEB) as session:
                freezing.freeze(session, review_id, version=version, by=person, today=TODAY, now=now())
        except (Conflict, StaleDataError) as error:
            return type(error).__name__
        return "frozen"

    with ThreadPoolExecutor(FREEZERS) as pool:
        ended = list(pool.map(freeze, people))
    assert ended.count("frozen") == 1
    with database.reading() as session:
        told = session.scalars(select(Change).where(Change.field == "pack_frozen")).all()
        assert len(told) == 1
        kept = session.scalars(select(Review)).one()
        assert kept.frozen_by_id == told[0].person_id
