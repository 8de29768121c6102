"""Two people who decide the same request at the same moment. These commit, and clean up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm.exc import StaleDataError

from actions.models import Action
from actions.request_models import ChangeRequest
from actions.requests import settling
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

ROUNDS, DECIDERS = 3, 4


@pytest.fixture
def database(empty_database: Database) -> Iterator[Database]:
    """The database itself, so that transactions can meet; what the test left is deleted."""
    yield empty_database
    with empty_database.writing(Channel.COMMAND) as session:
        for table in (User, Change, ChangeRequest):
            session.execute(delete(table))
        for table in (Action, Plan, Organisation, Record):
            session.execute(delete(table.__table__))
        session.execute(delete(IndexChange))


def test_of_several_who_decide_at_once_one_is_heard_and_the_others_are_told(database: Database) -> None:
    for _ in range(ROUNDS):
        with database.writing(Channel.COMMAND) as session:
            make = Make(session, TODAY)
            number = session.scalars(select(User.id)).all()
            plan = make.plan(ref=f"plan-at-once-{len(number)}")
            action = make.action(ref=f"action-at-once-{len(number)}", due_on=TODAY)
            users = [
                make.user(role="lead", plan=plan, email=f"{len(number)}-{each}@example.org")
                for each in range(DECIDERS + 1)
            ]
            request_id = make.request(action, users[0], proposed_on=TODAY.replace(year=2027)).id
            people = [make.person(user) for user in users[1:]]
            action_id = action.id
        gate = Barrier(DECIDERS)

        def decide(person: Person, gate: Barrier = gate, request_id: int = request_id) -> str:
            gate.wait()
            deed = settling.accept if (person.user_id or 0) % 2 else settling.refuse
            try:
                with database.writing(Channel.WEB) as session:
                    deed(session, request_id, words=person.name, version=1, by=person, today=TODAY)
            except (Conflict, StaleDataError):
                return ""
            return person.name

        with ThreadPoolExecutor(DECIDERS) as threads:
            heard = list(filter(None, threads.map(decide, people)))
        with database.reader() as session:
            request = session.get_one(ChangeRequest, request_id)
            assert heard == [request.decision]
            due_on = session.scalars(select(Action.due_on).where(Action.id == action_id)).one()
            assert (due_on == request.proposed_on) == (request.state == "accepted")
