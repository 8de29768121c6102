"""Two people at the same moment: the last administrator, one link, one membership. These commit, and clean up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select

from kb.accounts import account_tokens, invitations, members, users
from kb.accounts.account_tokens import LinkRefused, Why
from kb.db import now
from kb.errors import Invalid
from kb.models.history import Change, Channel
from kb.models.plan import Plan
from kb.models.record import Record
from kb.models.user import Membership, Role, TokenPurpose, User
from kb.permissions import SYSTEM, Person
from search.models import IndexChange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.orm import Session

    from kb.db import Database

pytestmark = pytest.mark.differs

ROUNDS = 3


@pytest.fixture
def database(empty_database: Database) -> Iterator[Database]:
    """The database itself, so that two transactions can meet; what the test left is deleted."""
    yield empty_database
    with empty_database.writing(Channel.COMMAND) as session:
        session.execute(delete(User))
        session.execute(delete(Change))
        session.execute(delete(Plan.__table__))
        session.execute(delete(Record.__table__))
        session.execute(delete(IndexChange))


def at_once(database: Database, *deeds: Callable[[Session], object]) -> list[object]:
    """What came of each deed, done in a transaction of its own, all beginning together."""
    gate = Barrier(len(deeds))

    def run(deed: Callable[[Session], object]) -> object:
        gate.wait()
        try:
            with database.writing(Channel.WEB) as session:
                return deed(session)
        except (Invalid, LinkRefused) as error:
            return error

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(run, deeds))


def test_two_administrators_who_end_each_other_leave_one(database: Database) -> None:
    for number in range(ROUNDS):
        with database.writing(Channel.COMMAND) as session:
            session.execute(delete(User))
            pair = [
                User(email=f"{number}{one}@example.org", name=one, password_hash="x", is_administrator=True)
                for one in "ab"
            ]
            session.add_all(pair)
            session.flush()
            first, second = (Person(user_id=user.id, name=user.name, is_administrator=True) for user in pair)

        def end(session: Session, whom: Person, by: Person) -> None:
            users.deactivate(session, users.get(session, whom.user_id or 0), today=date(2026, 11, 23), by=by)

        def unmake(session: Session, whom: Person, by: Person) -> None:
            users.set_administrator(session, users.get(session, whom.user_id or 0), False, by=by)

        told = at_once(
            database, lambda s, a=first, b=second: end(s, b, a), lambda s, a=first, b=second: unmake(s, a, b)
        )
        assert sorted(type(one).__name__ for one in told) == ["Invalid", "NoneType"]
        with database.reading() as reader:
            assert len(reader.scalars(select(User.id).where(users.can_administer())).all()) == 1


def test_a_link_that_two_browsers_use_at_once_sets_one_password(database: Database) -> None:
    with database.writing(Channel.COMMAND) as session:
        user = User(email="new@example.org", name="New")
        session.add(user)
        session.flush()
        token = account_tokens.issue(session, user, TokenPurpose.INVITATION, at=now(), by=SYSTEM).token

    def accept(session: Session, password: str) -> str:
        return invitations.accept(session, token, TokenPurpose.INVITATION, password, at=now()).email

    told = at_once(database, lambda s: accept(s, "three quiet otters"), lambda s: accept(s, "four louder herons"))
    refused = [one.why for one in told if isinstance(one, LinkRefused)]
    assert refused == [Why.USED]
    assert "new@example.org" in told


def test_a_member_whom_two_leads_add_at_once_is_added_once(database: Database) -> None:
    with database.writing(Channel.COMMAND) as session:
        user, plan = User(email="new@example.org", name="New"), Plan(ref="plan", title="Plan")
        session.add_all([user, plan])
        session.flush()
        user_id, plan_id = user.id, plan.id

    def add(session: Session, role: Role) -> None:
        plan = session.get(Plan, plan_id)
        assert plan is not None
        members.add(session, users.get(session, user_id), plan, role, by=SYSTEM)

    told = at_once(database, lambda s: add(s, Role.LEAD), lambda s: add(s, Role.VIEWER))
    assert sorted(type(one).__name__ for one in told) == ["Invalid", "NoneType"]
    with database.reading() as reader:
        assert len(reader.scalars(select(Membership)).all()) == 1
