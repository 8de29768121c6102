"""Deleted records stay out of every question that does not ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from actions.models import Action
from kb.db import now
from kb.models.link import Link, LinkType
from kb.models.organisation import Post
from kb.models.plan import Response
from kb.models.record import Record
from kb.models.source import KeyPoint, Source

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.factories import Make

POST = aliased(Post, flat=True)


@pytest.fixture
def world(session: Session, make: Make) -> Any:
    """Two sources, of which the second is deleted with what it says; an action whose owner is deleted."""
    standing, gone = make.source(ref="standing"), make.source(ref="gone")
    make.key_point(standing, ref="said"), make.key_point(gone, ref="unsaid")
    make.response(standing, gone, ref="answer")
    make.link(standing, LinkType.SUPERSEDES, gone)
    action = make.action(ref="deed", owner_id=make.post(ref="nobody").id)
    for record in session.scalars(select(Record).where(Record.ref.in_(("gone", "unsaid", "nobody")))):
        record.deleted_at = now()
    session.flush()
    session.expunge_all()
    return action


LINK = aliased(Link)
ASKED: dict[str, tuple[Any, list[Any]]] = {
    "a class": (select(Source.ref), ["standing"]),
    "the class above": (select(Record.ref).where(Record.kind == "key_point"), ["said"]),
    "an alias": (select(aliased(Source, flat=True).ref), ["standing"]),
    "a count": (select(func.count(Source.id)), [1]),
    "a subquery": (select(func.count()).select_from(select(Source.id).subquery()), [1]),
    "exists": (select(Source.ref).where(select(KeyPoint.id).where(KeyPoint.ref == "unsaid").exists()), []),
    "a join": (select(Action.ref).join(POST, POST.id == Action.owner_id), []),
    "an outer join": (select(POST.ref).select_from(Action).outerjoin(POST, POST.id == Action.owner_id), [None]),
    "links with one end": (select(Link.id), []),
    "links under another name": (select(LINK.id).join(Source, Source.id == LINK.from_id), []),
}


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("asked", ASKED)
def test_deleted_records_are_out_of_sight_of(asked: str, session: Session) -> None:
    query, expected = ASKED[asked]
    assert session.scalars(query).all() == expected


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("load", [joinedload, selectinload])
def test_what_is_loaded_along_relationships_is_hidden_too(load: Any, session: Session) -> None:
    action = session.scalars(select(Action).options(load(Action.owner))).one()
    answer = session.scalars(select(Response).options(load(Response.sources))).unique().one()
    assert action.owner is None
    assert [source.ref for source in answer.sources] == ["standing"]


@pytest.mark.usefixtures("world")
def test_a_question_may_ask_for_deleted_records_too(session: Session) -> None:
    query = select(Source).options(selectinload(Source.key_points)).execution_options(with_deleted=True)
    assert {source.ref: len(source.key_points) for source in session.scalars(query)} == {"standing": 1, "gone": 1}
