"""A decision and the close of its meeting, or two decisions, at the same moment. These commit, and clean up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from actions.models import Action
from actions.request_models import ChangeRequest
from actions.review_models import Decision, Review
from actions.reviews import deciding, record
from actions.reviews.deciding import Said
from kb.errors import Conflict
from kb.models.history import Change, Channel
from kb.models.organisation import Organisation
from kb.models.plan import Plan
from kb.models.record import Record
from kb.models.user import User
from search.models import IndexChange
from tests.actions.reviews.frozen import frozen, of, of_request
from tests.conftest import TODAY
from tests.factories import Make

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kb.db import Database
    from kb.permissions import Person

pytestmark = pytest.mark.differs

ROUNDS, DECIDERS = 3, 4


@pytest.fixture
def database(empty_database: Database) -> Iterator[Database]:
    """The database itself, so that transactions can meet; what the test left is deleted."""
    yield empty_database
    with empty_database.writing(Channel.COMMAND) as session:
        for table in (User, Change, Decision, Review, ChangeRequest):
            session.execute(delete(table))
        for table in (Action, Plan, Organisation, Record):
            session.execute(delete(table.__table__))
        session.execute(delete(IndexChange))


def at_once(deeds: list[Callable[[], str]]) -> list[str]:
    """What those say that were heard."""
    gate = Barrier(len(deeds))

    def run(deed: Callable[[], str]) -> str:
        gate.wait()
        try:
            return deed()
        except (Conflict, StaleDataError, IntegrityError):
            return ""

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(filter(None, threads.map(run, deeds)))


def people_of(make: Make, plan: Plan, about: str) -> list[Person]:
    return [
        make.person(make.user(role="steering", plan=plan, email=f"{about}-{each}@example.org"))
        for each in range(DECIDERS)
    ]


def test_of_several_who_decide_a_matter_at_once_one_is_heard(database: Database) -> None:
    for number in range(ROUNDS):
        with database.writing(Channel.COMMAND) as session:
            make = Make(session, TODAY)
            plan = make.plan(ref=f"plan-{number}")
            action = make.action(ref=f"action-{number}", due_on=TODAY)
            proposer = make.user(email=f"asks-{number}@example.org")
            request = make.request(action, proposer, proposed_on=TODAY.replace(year=2027))
            review_id = frozen(make, TODAY, of_request(request, action)).id
            people, request_id = people_of(make, plan, f"one-{number}"), request.id

        def decide(person: Person, review_id: int = review_id) -> str:
            verdict = "approve" if (person.user_id or 0) % 2 else "reject"
            with database.writing(Channel.WEB) as session:
                deciding.decide(session, review_id, 1, Said(verdict, person.name), version=0, by=person, today=TODAY)
            return person.name

        heard = at_once([lambda person=person: decide(person) for person in people])
        with database.reader() as session:
            decisions = session.scalars(select(Decision).where(Decision.review_id == review_id)).all()
            assert heard == [decision.reason for decision in decisions]
            request = session.get_one(ChangeRequest, request_id)
            assert request.decision.endswith(heard[0])
            assert (request.state == "accepted") == (decisions[0].verdict == "approve")


def test_nothing_is_decided_on_a_meeting_that_is_closed_at_the_same_moment(database: Database) -> None:
    for number in range(ROUNDS):
        with database.writing(Channel.COMMAND) as session:
            make = Make(session, TODAY)
            plan = make.plan(ref=f"plan-closed-{number}")
            review_id = frozen(make, TODAY, *(of(f"Matter {each}") for each in range(DECIDERS))).id
            people = people_of(make, plan, f"two-{number}")

        def decide(person: Person, place: int, review_id: int = review_id) -> str:
            with database.writing(Channel.WEB) as session:
                said = Said("note", person.name)
                deciding.decide(session, review_id, place, said, version=0, by=person, today=TODAY)
            return person.name

        def close(person: Person, review_id: int = review_id) -> str:
            with database.writing(Channel.WEB) as session:
                record.close(session, review_id, by=person)
            return "closed"

        deeds = [lambda person=person, place=place: decide(person, place) for place, person in enumerate(people, 1)]
        heard = at_once([*deeds, *(lambda person=person: close(person) for person in people[:2])])
        with database.reader() as session:
            review = session.get_one(Review, review_id)
            decisions = session.scalars(select(Decision).where(Decision.review_id == review_id)).all()
        assert heard.count("closed") == 1
        assert sorted(heard) == sorted(["closed", *(decision.reason for decision in decisions)])
        assert review.closed_at is not None
        assert all(decision.made_at <= review.closed_at for decision in decisions)


def test_matters_that_two_people_add_at_once_both_stand(database: Database) -> None:
    with database.writing(Channel.COMMAND) as session:
        make = Make(session, TODAY)
        plan = make.plan(ref="plan-added")
        review_id = frozen(make, TODAY, of("Matter")).id
        people = people_of(make, plan, "three")

    def add(person: Person) -> str:
        with database.writing(Channel.WEB) as session:
            deciding.add(session, review_id, Said("note", "", person.name), by=person)
        return person.name

    heard = at_once([lambda person=person: add(person) for person in people])
    with database.reader() as session:
        decisions = session.scalars(select(Decision).order_by(Decision.position)).all()
    assert sorted(heard) == sorted(decision.matter for decision in decisions)
    assert [decision.position for decision in decisions] == [2, 3, 4, 5]
