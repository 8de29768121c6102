"""Deleting records with what hangs on them, and undoing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

import search.documents.outbox
from actions.models import Action
from kb import history, records
from kb.errors import Invalid, NotAllowed, NotFound
from kb.models.figure import Comparison, Figure
from kb.models.link import Link, LinkType
from kb.models.organisation import Post
from kb.models.plan import Plan, Response
from kb.models.record import Kind, Record
from kb.models.source import KeyPoint, Source
from kb.permissions import SYSTEM
from kb.removal import deleting, hanging
from kb.removal.hanging import Loss
from search.models import IndexChange

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.factories import Make


@pytest.fixture(autouse=True)
def _hooks(session: Session) -> None:
    search.documents.outbox.install()


def test_a_source_takes_along_what_it_says_and_the_answers_that_name_no_other(session: Session, make: Make) -> None:
    source, other = make.source(), make.source()
    point = make.key_point(source)
    implication = make.implication(source, key_points=(point,))
    alone, shared = make.response(source), make.response(source, other)
    deleting.delete(session, source, reason="Entered twice", by=SYSTEM)
    standing = set(session.scalars(select(Record.id)))
    assert standing.isdisjoint({source.id, point.id, implication.id, alone.id})
    assert {other.id, shared.id} <= standing


def test_what_hangs_on_a_record_is_told_before_it_goes(session: Session, make: Make) -> None:
    person = make.person(make.lead())
    source, other = make.source(), make.source()
    make.key_point(source), make.key_point(source)
    make.response(source, other)
    priority = make.priority()
    make.link(source, LinkType.CALLS_FOR, priority)
    found = hanging.what_hangs_on(session, source, person=person)
    assert [(sort.kind, sort.number) for sort in found.going] == [("key_point", 2)]
    assert {(sort.loss, sort.kind, sort.number) for sort in found.losing} == {
        (Loss.SOURCE, "response", 1),
        (Loss.LINK, "priority", 1),
    }
    assert found.links == 1


def test_undoing_brings_back_just_what_went_with_it(session: Session, make: Make) -> None:
    source = make.source()
    earlier, point = make.key_point(source), make.key_point(source)
    link = make.link(source, LinkType.CALLS_FOR, make.priority())
    deleting.delete(session, earlier, reason="Says nothing", by=SYSTEM)
    deletion = deleting.delete(session, source, reason="A mistake", by=SYSTEM)
    assert session.scalar(select(Link.id).where(Link.id == link.id)) is None
    deleting.undo(session, deletion.id, by=SYSTEM)
    assert set(session.scalars(select(KeyPoint.id).where(KeyPoint.source_id == source.id))) == {point.id}
    assert session.scalar(select(Link.id).where(Link.id == link.id)) == link.id
    told = [(change.field, change.old) for change in history.list_for(session, source, person=SYSTEM)]
    assert told == [("deletion", "deleted"), ("deletion", None), ("key_point", earlier.title)]


def test_a_part_comes_back_only_when_what_it_belongs_to_is_there(session: Session, make: Make) -> None:
    point = make.key_point()
    source = session.scalars(select(Source).where(Source.id == point.source_id)).one()
    of_point = deleting.delete(session, point, reason="Says nothing", by=SYSTEM)
    deleting.delete(session, source, reason="A mistake", by=SYSTEM)
    with pytest.raises(Invalid, match="Undo that deletion first"):
        deleting.undo(session, of_point.id, by=SYSTEM)


def test_a_post_leaves_its_actions_without_owner_and_undoing_gives_it_back(session: Session, make: Make) -> None:
    body = make.organisation()
    post = make.post(organisation_id=body.id)
    action = make.action(owner_id=post.id, sponsor_id=post.id)
    deletion = deleting.delete(session, body, reason="Dissolved", by=SYSTEM)
    assert (action.owner_id, action.sponsor_id) == (None, None)
    assert session.scalar(select(Post.id)) is None
    told = {(change.field, change.old, change.reason) for change in history.list_for(session, action, person=SYSTEM)}
    assert told == {("owner", post.title, "Dissolved"), ("sponsor", post.title, "Dissolved")}
    deleting.undo(session, deletion.id, by=SYSTEM)
    assert (action.owner_id, action.sponsor_id) == (post.id, post.id)


def test_an_owner_chosen_since_is_kept_when_the_old_one_comes_back(session: Session, make: Make) -> None:
    post, successor = make.post(), make.post()
    action = make.action(owner_id=post.id)
    deletion = deleting.delete(session, post, reason="Abolished", by=SYSTEM)
    action.owner_id = successor.id
    deleting.undo(session, deletion.id, by=SYSTEM)
    assert action.owner_id == successor.id


def test_a_plan_takes_all_of_its_own_and_only_an_administrator_may_delete_it(session: Session, make: Make) -> None:
    plan = make.plan()
    make.action(), make.priority(), make.response(make.source())
    with pytest.raises(NotAllowed):
        deleting.delete(session, plan, reason="Over", by=make.person(make.lead()))
    deletion = deleting.delete(session, plan, reason="Over", by=make.person(make.administrator()))
    for model in (Plan, Action, Response):
        assert session.scalar(select(model.id)) is None
    assert session.scalar(select(Source.id)) is not None
    deleting.undo(session, deletion.id, by=make.person(make.administrator()))
    assert session.scalar(select(Action.id)) is not None


def test_a_source_that_another_plan_answers_is_not_deleted_over_its_lead(session: Session, make: Make) -> None:
    lead = make.person(make.lead())
    theirs = make.plan(title="Their plan")
    source = make.source()
    make.response(source, plan_id=theirs.id)
    with pytest.raises(Invalid, match="Their plan answers it"):
        deleting.delete(session, source, reason="Not needed", by=lead)


def test_a_deletion_needs_a_reason(session: Session, make: Make) -> None:
    with pytest.raises(Invalid, match="Say why"):
        deleting.delete(session, make.source(), reason=" ", by=SYSTEM)


def test_a_comparison_goes_with_the_figure_that_leaves_it_one(session: Session, make: Make) -> None:
    source = make.source()
    figures = [
        Figure(ref=f"f{n}", title="Posts", source_id=source.id, position=n, figure_kind="fact", value=str(n))
        for n in range(3)
    ]
    session.add_all([*figures, Comparison(ref="two", title="Two", figures=figures[:2])])
    session.add(Comparison(ref="three", title="Three", figures=figures))
    session.flush()
    deleting.delete(session, figures[0], reason="Misread", by=SYSTEM)
    assert list(session.scalars(select(Comparison.ref))) == ["three"]


def test_a_ref_is_never_used_again_nor_a_place_in_a_source(session: Session, make: Make) -> None:
    source = make.source(ref="same", title="Same")
    point = make.key_point(source, position=1)
    deleting.delete(session, point, reason="Says nothing", by=SYSTEM)
    assert records.last_position(session, KeyPoint, source) == 1
    deleting.delete(session, source, reason="A mistake", by=SYSTEM)
    assert records.new_ref(session, Kind.SOURCE, "Same") == "same-2"


def test_the_index_hears_of_every_part(session: Session, make: Make) -> None:
    point = make.key_point()
    source = session.scalars(select(Source).where(Source.id == point.source_id)).one()
    session.query(IndexChange).delete()
    deletion = deleting.delete(session, source, reason="A mistake", by=SYSTEM)
    assert {source.id, point.id} <= set(session.scalars(select(IndexChange.record_id)))
    session.query(IndexChange).delete()
    deleting.undo(session, deletion.id, by=SYSTEM)
    assert {source.id, point.id} <= set(session.scalars(select(IndexChange.record_id)))


def test_who_may_not_see_a_deleted_draft_is_told_nothing_of_it(session: Session, make: Make) -> None:
    source = make.source(visibility="draft")
    deletion = deleting.delete(session, source, reason="A mistake", by=SYSTEM)
    viewer = make.person(make.viewer())
    assert deleting.find_gone(session, "source", source.ref, person=viewer) is None
    with pytest.raises(NotFound):
        deleting.get(session, deletion.id, person=viewer)
