"""Many new records are saved by one flush, and what each of them asks is read once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, func, select

from actions import editing
from actions.editing import ActionDetails
from kb import gathering, history, records
from kb.errors import Invalid
from kb.models.history import Change
from kb.models.link import Link
from kb.models.organisation import Post
from kb.models.record import Kind, Visibility
from search.models import IndexChange

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from actions.models import Action
    from kb.permissions import Person
    from tests.factories import Make

SEVERAL = 2 * gathering.FEW_QUESTIONS


@pytest.fixture
def lead(make: Make) -> Person:
    return make.person(make.lead())


@pytest.fixture
def flushes(session: Session) -> Iterator[list[int]]:
    """How many new things each flush saved."""
    found: list[int] = []

    def note(session: Session, *_: object) -> None:
        found.append(len(session.new))

    event.listen(session, "before_flush", note)
    yield found
    event.remove(session, "before_flush", note)


def several(session: Session, make: Make, by: Person, **values: object) -> list[Action]:
    plan = make.the_plan
    session.flush()
    details = [ActionDetails(title=f"Train team {number}", **values) for number in range(SEVERAL)]  # type: ignore[arg-type]
    with gathering.gathered(session, by):
        return [editing.create(session, plan, one, by=by) for one in details]


def test_an_action_is_saved_with_its_history_by_one_flush(
    session: Session, make: Make, lead: Person, flushes: list[int]
) -> None:
    session.flush()
    flushes.clear()
    action = editing.create(session, make.the_plan, ActionDetails(title="Train the team"), by=lead)
    assert [number for number in flushes if number] == [2]
    assert action.version == 1
    assert [line.new for line in history.list_for(session, action, person=lead)] == ["Train the team"]


def test_gathered_actions_are_saved_by_one_flush_each_with_its_history_and_its_place_in_the_search(
    session: Session, make: Make, lead: Person, flushes: list[int]
) -> None:
    priority, post = make.priority(), make.post()
    session.flush()
    flushes.clear()
    made = several(session, make, lead, owner=post.ref, priorities=(priority.ref,))
    ids = [action.id for action in made]
    # Each with a line of its own, its link, and the line of the link on the priority.
    assert [number for number in flushes if number] == [4 * SEVERAL]
    noted = select(Change.record_id).where(Change.record_id.in_(ids), Change.field == "record")
    assert sorted(session.scalars(noted)) == sorted(ids)
    linked = select(Link.to_id).where(Link.from_id == priority.id)
    assert sorted(session.scalars(linked)) == sorted(ids)
    waiting = select(func.count(func.distinct(IndexChange.record_id))).where(IndexChange.record_id.in_(ids))
    assert session.scalar(waiting) == SEVERAL
    assert {action.owner_id for action in made} == {post.id}


def test_nothing_is_saved_of_what_is_gathered_before_it_fails(session: Session, make: Make, lead: Person) -> None:
    plan = make.the_plan
    session.flush()
    one = ActionDetails(title="Train the team")

    def fail() -> None:
        with session.begin_nested(), gathering.gathered(session, lead):
            editing.create(session, plan, one, by=lead)
            editing.create(session, plan, ActionDetails(title=""), by=lead)

    with pytest.raises(Invalid):
        fail()
    assert not session.scalars(select(Change).where(Change.new == "Train the team")).all()
    assert editing.create(session, plan, one, by=lead).id is not None


def test_refs_of_gathered_records_differ_from_each_other_and_from_deleted_ones(
    session: Session, make: Make, lead: Person
) -> None:
    make.action(ref="same", deleted_at=make.action().created_at)
    plan = make.the_plan
    session.flush()
    with gathering.gathered(session, lead):
        made = [editing.create(session, plan, ActionDetails(title="Same"), by=lead) for _ in range(SEVERAL)]
    assert sorted(action.ref for action in made) == sorted(f"same-{number}" for number in range(2, SEVERAL + 2))


def test_a_new_ref_is_free_however_many_are_taken(session: Session, make: Make) -> None:
    make.source(ref="same")
    for number in range(2, 2 * records.FEW_REFS):
        make.source(ref=f"same-{number}")
    assert records.new_ref(session, Kind.SOURCE, "Same") == f"same-{2 * records.FEW_REFS}"


def test_what_is_read_along_for_gathered_records_is_what_their_maker_may_see(session: Session, make: Make) -> None:
    viewer = make.person(make.viewer())
    seen = [make.post(title=f"Post {number:02}") for number in range(SEVERAL)]
    draft = make.post(title="Hidden", visibility=Visibility.DRAFT)
    session.flush()
    with gathering.gathered(session, viewer):
        for post in seen:
            assert gathering.named(session, Post, [post.ref], viewer) == [post]
        assert gathering.named(session, Post, [draft.ref], viewer) == []
        assert gathering.named(session, Post, [seen[1].ref, seen[0].ref], viewer) == seen[:2]


def test_posts_are_asked_for_a_few_times_however_many_are_named(session: Session, make: Make, lead: Person) -> None:
    posts = [make.post() for _ in range(SEVERAL)]
    session.flush()
    asked: list[str] = []
    event.listen(session, "do_orm_execute", lambda state: asked.append(str(state.statement)))
    with gathering.gathered(session, lead):
        for post in posts:
            gathering.named(session, Post, [post.ref], lead)
    assert len(asked) == gathering.FEW_QUESTIONS + 1
