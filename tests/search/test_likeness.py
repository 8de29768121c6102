from __future__ import annotations

import pytest
from sqlalchemy import update

from kb.errors import NotFound
from kb.models.link import LinkType
from kb.models.record import Kind, Visibility
from kb.permissions import SYSTEM, Person
from search.index import pointer
from search.models import IndexState
from search.unasked import likeness

READER = Person(reads_publicly=True)


@pytest.fixture
def like(session, own, keep_up):
    """The titles of what is like a record."""

    def liking(record, person=READER, **options):
        keep_up()
        return [each.title for each in likeness.like(session, own, person, record, **options)]

    return liking


@pytest.fixture
def others(make):
    """Records about other things, with one word in common."""
    for word in ("dental", "ambulance", "podiatry", "pharmacy", "maternity", "radiology", "audiology", "dietetic"):
        make.source(title=f"{word.title()} strategy")


def test_what_uses_the_same_rare_words_is_alike_and_what_shares_common_ones_is_not(make, like, others):
    record = make.source(title="Perinatal nursing strategy")
    make.source(title="Perinatal nursing in prisons")
    assert like(record) == ["Perinatal nursing in prisons"]


def test_a_record_is_not_like_itself_its_parts_or_what_it_stands_in(make, like, others):
    source = make.source(title="Perinatal nursing strategy")
    point = make.key_point(source, title="Perinatal nursing is taught everywhere")
    make.implication(source, title="Perinatal nursing needs teachers")
    make.figure(source, title="Perinatal nursing posts")
    make.response(source, title="Perinatal nursing is agreed", response_type="aligned", text="Yes.")
    assert like(source) == []
    assert "Perinatal nursing strategy" not in like(point)
    assert "Perinatal nursing is taught everywhere" not in like(point)


def test_what_is_linked_with_a_record_is_on_its_page_already(make, like, others):
    record, other = make.source(title="Perinatal nursing strategy"), make.source(title="Perinatal nursing review")
    assert like(record) == ["Perinatal nursing review"]
    make.link(other, LinkType.REVIEWS, record)
    assert like(record) == []


def test_themes_that_both_are_filed_under_are_the_reason(session, make, own, keep_up, others):
    theme = make.theme(title="Mothers and babies")
    record = make.source(title="Perinatal nursing strategy", themes=[theme])
    make.source(title="Perinatal nursing report", themes=[theme])
    keep_up()
    (alike,) = likeness.like(session, own, READER, record)
    assert alike.themes == ("Mothers and babies",)
    assert set(alike.words) == {"Perinatal", "nursing"}


def test_drafts_and_parts_of_drafts_are_like_nothing_to_those_who_may_not_see_them(make, like, others):
    record = make.source(title="Perinatal nursing strategy")
    draft = make.source(title="Perinatal nursing draft", visibility=Visibility.DRAFT)
    make.key_point(draft, title="Perinatal nursing is hidden")
    assert like(record) == []
    assert set(like(record, SYSTEM)) == {"Perinatal nursing draft", "Perinatal nursing is hidden"}


def test_one_source_speaks_with_no_more_than_two_of_its_parts(make, like, others):
    record = make.source(title="Perinatal nursing strategy")
    other = make.source(title="Ten years on")
    for number in range(4):
        make.key_point(other, title=f"Perinatal nursing grows in region {number}")
    assert sum(title.startswith("Perinatal nursing grows") for title in like(record)) == 2


def test_there_are_at_most_as_many_as_asked_for(make, like, others):
    record = make.source(title="Perinatal nursing strategy")
    for number in range(7):
        make.source(title=f"Perinatal nursing report {number}")
    assert len(like(record)) == 5
    assert len(like(record, most=6)) == 6


def test_a_record_that_the_index_does_not_have_yet_is_like_nothing(session, make, own, keep_up):
    keep_up()
    assert likeness.like(session, own, READER, make.source(title="Perinatal nursing strategy")) == ()


def test_without_a_usable_index_nothing_is_alike(make, like, own, session, others):
    record = make.source(title="Perinatal nursing strategy")
    make.source(title="Perinatal nursing report")
    assert like(record)
    pointer.discard(own.index_dir)
    assert likeness.like(session, own, READER, record) == ()


def test_a_part_of_a_draft_cannot_be_asked_for(session, make):
    point = make.key_point(make.source(visibility=Visibility.DRAFT), ref="hidden")
    assert likeness.get(session, Kind.KEY_POINT, "hidden", person=SYSTEM) is point
    with pytest.raises(NotFound):
        likeness.get(session, Kind.KEY_POINT, "hidden", person=READER)


def test_with_the_index_of_another_database_nothing_is_alike(session, own, make, like, others):
    record = make.source(title="Perinatal nursing strategy")
    make.source(title="Perinatal nursing report")
    assert like(record)
    session.execute(update(IndexState).values(mark="another"))
    assert likeness.like(session, own, READER, record) == ()
