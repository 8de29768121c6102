from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kb import history
from kb.catalogue import vocabulary
from kb.catalogue.vocabulary import WordDetails
from kb.errors import Conflict, NotAllowed
from kb.models.organisation import StaffGroup
from kb.models.record import Theme, Visibility

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.permissions import Person
    from tests.browsing import Browser
    from tests.factories import Make


@pytest.fixture
def lead(make: Make) -> Person:
    return make.person(make.lead())


@pytest.mark.parametrize("model", [Theme, StaffGroup])
def test_a_word_of_a_list_is_made_renamed_and_noted(
    session: Session, lead: Person, model: type[Theme] | type[StaffGroup]
) -> None:
    made = vocabulary.create(session, model, WordDetails("Nurses", ("RN; RMN", "nursing  staff")), by=lead)
    session.flush()
    assert vocabulary.names_of(made) == ("RN", "RMN", "nursing staff")
    version = made.version
    vocabulary.edit(session, model, made.ref, WordDetails("Nursing"), version=version, reason="So", by=lead)
    told = {line.field: (line.old, line.new) for line in history.list_for(session, made, person=lead)}
    assert told["title"] == ("Nurses", "Nursing")
    with pytest.raises(Conflict):
        vocabulary.edit(session, model, made.ref, WordDetails("Other"), version=version, reason="", by=lead)


def test_a_list_counts_what_the_reader_may_see(session: Session, make: Make) -> None:
    theme, group = make.theme(), make.staff_group()
    make.source(themes=[theme])
    make.source(themes=[theme], visibility=Visibility.DRAFT)
    make.action(themes=[theme])
    make.implication(staff_groups=[group])
    viewer = make.person(make.viewer())
    (themes,) = vocabulary.list_words(session, Theme, "", person=viewer)
    (groups,) = vocabulary.list_words(session, StaffGroup, "", person=viewer)
    assert (themes.counts, groups.counts) == ({"source": 1, "action": 1}, {"implication": 1})
    assert vocabulary.list_words(session, Theme, "nothing like it", person=viewer) == []


def test_only_leads_change_the_lists(session: Session, make: Make) -> None:
    with pytest.raises(NotAllowed):
        vocabulary.create(session, Theme, WordDetails("Nurses"), by=make.person(make.steering()))


def test_the_pages_of_the_lists_lead_to_what_is_filed(browse: Browser, make: Make) -> None:
    theme, group = make.theme(title="Nursing"), make.staff_group(title="Nurses")
    make.source(title="The strategy", themes=[theme])
    make.implication(title="More are needed", staff_groups=[group])
    browse.sign_in(make.lead())
    assert f"/sources?theme={theme.ref}" in browse.get("/themes").text
    assert "The strategy" in browse.get(f"/themes/{theme.ref}").text
    assert "More are needed" in browse.get(f"/staff-groups/{group.ref}").text
    for kinds in ("themes", "staff-groups"):
        assert browse.get(f"/{kinds}/new").status_code == 200
    near = browse.post("/staff-groups/new", {"title": "Nurses", "also_called": ""})
    assert near.status_code == 422
    assert "This may be here already" in near.text
    made = browse.post("/staff-groups/new", {"title": "Doctors", "also_called": "medics"})
    assert "medics" in browse.get(made.location).text
