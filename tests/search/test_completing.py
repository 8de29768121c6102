from __future__ import annotations

import pytest
from sqlalchemy import update

from kb.models.record import Visibility
from kb.permissions import SYSTEM, Person
from search.index import pointer
from search.models import IndexState
from search.unasked import completing

READER = Person(reads_publicly=True)


@pytest.fixture
def suggest(session, own, keep_up):
    """The titles that are suggested for what somebody typed."""

    def suggesting(typed, person=READER):
        keep_up()
        return [each.title for each in completing.suggestions(session, own, person, typed)]

    return suggesting


def test_beginnings_of_words_in_any_order_find_a_title(make, suggest):
    make.source(title="Mental Health Workforce Plan")
    make.source(title="Workforce of ambulances")
    assert suggest("work ment heal") == ["Mental Health Workforce Plan"]
    assert suggest("orkforce") == []


def test_accents_and_case_do_not_matter(make, suggest):
    make.source(title="Cynllun Gŵyl Dewi")
    assert suggest("gwyl") == suggest("GŴYL") == ["Cynllun Gŵyl Dewi"]


def test_an_acronym_comes_first_and_says_what_it_stands_for(session, own, keep_up, make):
    make.source(title="CAMHS peer review")
    make.term("CAMHS", "Child and adolescent mental health services")
    keep_up()
    found = completing.suggestions(session, own, READER, "camhs")
    assert [(each.kind, each.title) for each in found] == [("term", "CAMHS"), ("source", "CAMHS peer review")]
    assert found[0].about == "Child and adolescent mental health services"


def test_an_acronym_is_found_by_what_it_stands_for(make, suggest):
    make.term("CAMHS", "Child and adolescent mental health services")
    assert suggest("child adol") == ["CAMHS"]


def test_posts_are_suggested_with_their_organisations(session, own, keep_up, make):
    make.post(title="Director of nursing", organisation_id=make.organisation(title="North Trust").id)
    keep_up()
    (found,) = completing.suggestions(session, own, READER, "dire")
    assert (found.kind, found.title, found.about) == ("post", "Director of nursing", "North Trust")


def test_names_come_before_sentences_and_shorter_ones_first(make, suggest):
    source = make.source(title="Report on nursing in Wales")
    make.key_point(source, title="Nursing needs people")
    make.source(title="Nursing now and then")
    make.source(title="Nursing now")
    assert suggest("nurs") == [
        "Nursing now",
        "Nursing now and then",
        "Report on nursing in Wales",
        "Nursing needs people",
    ]


def test_there_are_at_most_eight_and_many_sources_do_not_hide_the_post(make, suggest):
    for number in range(12):
        make.source(title=f"Nursing report {number}")
    make.post(title="Head of the nursing school")
    found = suggest("nurs")
    assert len(found) == 8
    assert "Head of the nursing school" in found


def test_drafts_and_parts_of_drafts_are_suggested_to_nobody_who_may_not_see_them(make, suggest):
    draft = make.source(title="Nursing draft", visibility=Visibility.DRAFT)
    make.key_point(draft, title="Nursing point")
    assert suggest("nurs") == []
    assert set(suggest("nurs", SYSTEM)) == {"Nursing draft", "Nursing point"}


def test_what_became_a_draft_a_moment_ago_is_not_suggested(session, own, keep_up, make):
    source = make.source(title="Nursing report")
    keep_up()
    source.visibility = Visibility.DRAFT
    session.flush()
    assert completing.suggestions(session, own, READER, "nurs") == ()


def test_somebody_who_may_read_nothing_gets_nothing(make, suggest):
    make.source(title="Nursing report")
    assert suggest("nurs", Person()) == []


def test_without_a_usable_index_nothing_is_suggested(session, own, make, suggest):
    make.source(title="Nursing report")
    assert suggest("nurs")
    pointer.discard(own.index_dir)
    assert completing.suggestions(session, own, READER, "nurs") == ()


@pytest.mark.parametrize("typed", ["", "n", "*", "((", '"', "\ud800", "‮", "%%%", "n" * 100_000, "a b c " * 5_000])
def test_hostile_or_too_little_typing_suggests_nothing(make, suggest, typed):
    make.source(title="Nursing report")
    assert suggest(typed) == []


def test_with_the_index_of_another_database_nothing_is_suggested(session, own, make, suggest):
    make.source(title="Nursing report")
    assert suggest("nurs")
    session.execute(update(IndexState).values(mark="another"))
    assert completing.suggestions(session, own, READER, "nurs") == ()
