from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kb import terms
from kb.permissions import SYSTEM

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

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


def test_a_theme_leads_to_its_sources(browse: Browser, make: Make) -> None:
    theme = make.theme()
    found = browse.sign_in(make.viewer()).get(f"/themes/{theme.ref}")
    assert found.status_code == 302
    assert found.location.endswith(f"/sources?theme={theme.ref}")
