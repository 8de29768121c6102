"""Two people who answer the same ask at the same moment. These commit, and clean up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select

from actions import support
from actions.models import Action, Update
from kb.errors import Conflict
from kb.models.history import Change, Channel
from kb.models.organisation import Organisation
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

ANSWERING = 4


@pytest.fixture
def database(empty_database: Database) -> Iterator[Database]:
    """The database itself, so that transactions can meet; what the test left is deleted."""
    yield empty_database
    with empty_database.writing(Channel.COMMAND) as session:
        for table in (User, Change, Update):
            session.execute(delete(table))
        for of_records in (Action, Plan, Organisation, Record):
            session.execute(delete(of_records.__table__))  # type: ignore[arg-type]
        session.execute(delete(IndexChange))


def test_of_several_who_answer_at_once_one_is_kept_and_the_others_are_told(database: Database) -> None:
    with database.writing(Channel.COMMAND) as session:
        make = Make(session, TODAY)
        ask_id = make.update(make.action(), support_needed="A room").id
        people = [make.person(make.lead()) for _ in range(ANSWERING)]
    gate = Barrier(ANSWERING)

    def answer(person: Person) -> str:
        gate.wait()
        try:
            with database.writing(Channel.WEB) as session:
                support.answer_support(session, ask_id, person.name, by=person, today=TODAY)
        except Conflict:
            return ""
        return person.name

    with ThreadPoolExecutor(ANSWERING) as threads:
        kept = list(filter(None, threads.map(answer, people)))
    with database.reader() as session:
        assert kept == [session.scalars(select(Update.support_answer).where(Update.id == ask_id)).one()]
