from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kb import history
from kb.catalogue import terms
from kb.catalogue.terms import MeaningDetails, TermDetails
from kb.errors import Conflict, Invalid, NotAllowed
from kb.permissions import SYSTEM

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.permissions import Person
    from tests.browsing import Browser
    from tests.factories import Make


@pytest.fixture
def glossary(make: Make) -> None:
    make.term("CAMHS", "Child and adolescent mental health services")
    make.term("A", "advanced", "assessment")
    make.term("cCBT", "computerised cognitive behavioural therapy")
    make.term("HEIW", "Health Education and Improvement Wales")


def _titles(session: Session, **wanted: str) -> list[str]:
    total, found = terms.list_terms(session, person=SYSTEM, **wanted)
    assert total == len(found)
    return [term.title for term in found]


@pytest.mark.usefixtures("glossary")
def test_acronyms_come_in_the_order_of_letters_whatever_their_case(session: Session) -> None:
    assert _titles(session) == ["A", "CAMHS", "cCBT", "HEIW"]
    assert terms.letters(session, person=SYSTEM) == ["A", "C", "H"]
    assert _titles(session, letter="c") == ["CAMHS", "cCBT"]


@pytest.mark.usefixtures("glossary")
def test_words_are_sought_in_the_acronym_and_in_what_it_stands_for(session: Session) -> None:
    assert _titles(session, words="health") == ["CAMHS", "HEIW"]
    assert _titles(session, words="health cam") == ["CAMHS"]
    assert _titles(session, words="100%") == []


@pytest.mark.usefixtures("glossary")
def test_the_glossary_marks_what_has_several_meanings(browse: Browser, make: Make) -> None:
    browse.sign_in(make.viewer())
    page = browse.get("/glossary").text
    assert "4 acronyms" in page
    assert page.count("several meanings") == 1
    assert "1 acronym with “wales”" in browse.get("/glossary?q=wales").text
    assert "2 acronyms under C" in browse.get("/glossary?letter=c").text
    assert "No acronym has these words" in browse.get("/glossary?letter=Z").text


@pytest.mark.usefixtures("glossary")
def test_the_page_of_an_acronym_tells_each_meaning(browse: Browser, make: Make) -> None:
    page = browse.sign_in(make.viewer()).get("/glossary/a").text
    assert "several meanings" in page
    assert "advanced" in page
    assert "assessment" in page


@pytest.fixture
def lead(make: Make) -> Person:
    return make.person(make.lead())


def test_meanings_are_added_reordered_reworded_and_removed(session: Session, make: Make, lead: Person) -> None:
    term = make.term("PA", "physician associate", "personal assistant")
    kept = (MeaningDetails("personal assistant", "In offices"), MeaningDetails("cynorthwyydd", language="cy"))
    version = term.version
    terms.edit(session, term.ref, TermDetails("PA", kept), version=version, reason="Checked", by=lead)
    session.expire_all()
    found = terms.get(session, term.ref, person=lead)
    assert terms.details_of(found) == TermDetails("PA", kept)
    (line,) = history.list_for(session, term, person=lead)
    assert line.old == "physician associate; personal assistant"
    assert line.new == "personal assistant (In offices); cynorthwyydd [Welsh]"
    with pytest.raises(Conflict) as stale:
        terms.edit(session, term.ref, TermDetails("PA", kept), version=version, reason="", by=lead)
    assert stale.value.theirs["meaning-1-expansion"] == "personal assistant"


@pytest.mark.parametrize(
    ("details", "words"),
    [
        (TermDetails("CAMHS", (MeaningDetails("something else"),)), "in the glossary already"),
        (TermDetails("NEW"), "Say what NEW stands for"),
        (TermDetails("NEW", (MeaningDetails("", "only a note"),)), "only a note"),
        (TermDetails("NEW", (MeaningDetails("new", language="fr"),)), "not one of the choices"),
    ],
)
def test_a_term_that_cannot_stand_is_refused_plainly(
    session: Session, make: Make, lead: Person, details: TermDetails, words: str
) -> None:
    make.term("CAMHS", "child and adolescent mental health services")
    with pytest.raises(Invalid, match=words):
        terms.create(session, details, by=lead)


def test_only_leads_change_the_glossary(session: Session, make: Make) -> None:
    details = TermDetails("NEW", (MeaningDetails("new thing"),))
    with pytest.raises(NotAllowed):
        terms.create(session, details, by=make.person(make.viewer()))


def test_a_lead_adds_a_row_for_each_meaning_and_the_page_says_that_it_is_ambiguous(browse: Browser, make: Make) -> None:
    browse.sign_in(make.lead())
    values = {"title": "PA", "meaning-1-expansion": "physician associate", "meaning-1-language": "en"}
    more = browse.post("/glossary/new", values | {"add": "meaning"})
    assert more.status_code == 200
    assert 'name="meaning-2-expansion"' in more.text
    assert "physician associate" in more.text
    made = browse.post("/glossary/new", values | {"meaning-2-expansion": "personal assistant"})
    assert made.status_code == 303
    assert "It is ambiguous: it can mean any of these two." in browse.get(made.location).text
    removed = {**values, "version": "1", "meaning-1-is_removed": "y", "meaning-2-expansion": "personal assistant"}
    assert browse.post(f"{made.location}/edit", removed).status_code == 303
    assert "physician associate" not in browse.get(made.location).text.partition('id="history"')[0]
