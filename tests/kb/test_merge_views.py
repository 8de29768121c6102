"""Merging on the pages, and the list of likely duplicates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.models.link import LinkType
from kb.models.record import Kind
from kb.permissions import SYSTEM
from kb.removal import duplicates, merging

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.browsing import Browser
    from tests.factories import Make


def test_a_lead_finds_the_other_sees_both_and_merges_them(browse: Browser, make: Make) -> None:
    make.source(ref="ltp", title="The NHS Long Term Plan", summary="Ten years")
    make.source(ref="long-term-plan", title="NHS Long-Term Plan")
    browse.sign_in(make.lead())
    assert "?with=long-term-plan" in browse.get("/merge/sources/ltp").text
    assert "?with=long-term-plan" in browse.get("/merge/sources/ltp?q=long-term").text
    address = "/merge/sources/ltp?with=long-term-plan"
    assert "Ten years" in browse.get(address).text
    wrong = browse.post(address, {"survivor": "ltp", "reason": ""})
    assert wrong.status_code == 422
    done = browse.post(address, {"survivor": "ltp", "reason": "Entered twice"})
    assert done.location == "/sources/ltp"
    assert "NHS Long-Term Plan" in browse.get("/sources/ltp").text


def test_the_address_of_the_one_that_went_leads_to_the_one_that_stays(
    browse: Browser, session: Session, make: Make
) -> None:
    loser, survivor = make.source(ref="gone"), make.source(ref="stays")
    merging.merge(session, loser, survivor, reason="Entered twice", by=SYSTEM)
    browse.sign_in(make.lead())
    for address in ("/sources/gone", "/api/v1/sources/gone", "/sources/gone/edit"):
        answer = browse.get(address)
        assert (answer.status_code, answer.location) == (301, address.replace("gone", "stays"))


def test_a_survivor_that_was_not_offered_changes_nothing(browse: Browser, make: Make) -> None:
    make.source(ref="one"), make.source(ref="other"), make.source(ref="third")
    browse.sign_in(make.lead())
    answer = browse.post("/merge/sources/one?with=other", {"survivor": "third", "reason": "So"})
    assert answer.status_code == 422
    assert browse.get("/sources/other").status_code == 200


def test_likely_duplicates_are_near_in_title_or_share_an_acronym_and_no_link_joins_them(
    session: Session, make: Make
) -> None:
    person = make.person(make.lead())
    make.source(title="Mental Health Strategy for Scotland 2017")
    make.source(title="Mental health strategy for Scotland 2027")
    one = make.source(title="Facing the Facts, Shaping the Future")
    other = make.source(title="Facing facts, shaping the future")
    old, new = make.source(title="Talk to me too, a strategy"), make.source(title="Talk to me too: the strategy")
    make.link(new, LinkType.SUPERSEDES, old)
    found = duplicates.list_likely(session, Kind.SOURCE, person=person)
    assert [(pair.one.id, pair.other.id) for pair in found] == [(one.id, other.id)]


def test_organisations_with_one_abbreviation_are_likely_duplicates(browse: Browser, make: Make) -> None:
    make.organisation(title="Health Education and Improvement Wales", abbreviation="HEIW")
    make.organisation(title="HEIW")
    page = browse.sign_in(make.lead()).get("/duplicates?kind=organisation")
    assert "1 pair" in page.text
