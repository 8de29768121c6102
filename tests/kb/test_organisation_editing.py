from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kb import history
from kb.catalogue import organisation_editing, organisations
from kb.catalogue.organisation_editing import OrganisationDetails, PostDetails
from kb.catalogue.organisations import OrganisationFilter
from kb.errors import Conflict, Invalid, NotAllowed
from kb.models.organisation import Organisation
from kb.removal import likeness

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.permissions import Person
    from tests.browsing import Browser
    from tests.factories import Make


@pytest.fixture
def lead(make: Make) -> Person:
    return make.person(make.lead())


def test_an_organisation_is_made_and_changed_with_its_history(session: Session, make: Make, lead: Person) -> None:
    details = OrganisationDetails("Care Wales", "CW", "NHS trust", ("wales",), note="Made for a test")
    made = organisation_editing.create(session, details, by=lead)
    assert organisation_editing.details_of(made) == details
    assert made.body_kind == "nhs-trust"
    session.flush()
    changed = OrganisationDetails("Care for Wales", "CW", "charity", ("wales", "england"), is_generic=True)
    organisation_editing.edit(session, made.ref, changed, version=made.version, reason="Renamed", by=lead)
    told = {line.field: (line.old, line.new) for line in history.list_for(session, made, person=lead)}
    assert told["title"] == ("Care Wales", "Care for Wales")
    assert told["nations"] == ("Wales", "Wales; England")
    assert told["is_generic"] == ("no", "yes")
    with pytest.raises(Conflict):
        organisation_editing.edit(session, made.ref, details, version=1, reason="", by=lead)


def test_only_leads_enter_organisations_and_posts(session: Session, make: Make) -> None:
    body = make.organisation()
    for user in (make.viewer(), make.steering(), make.administrator()):
        with pytest.raises(NotAllowed):
            organisation_editing.create(session, OrganisationDetails("Care Wales"), by=make.person(user))
        with pytest.raises(NotAllowed):
            organisation_editing.create_post(session, PostDetails("Lead", body.ref), by=make.person(user))


def test_a_near_name_or_the_same_acronym_is_alike(session: Session, make: Make, lead: Person) -> None:
    body = make.organisation(title="Health Education and Improvement Wales", abbreviation="HEIW")

    def alike(*names: str) -> list[str]:
        return [one.ref for one in likeness.alike(session, Organisation, names[0], names[1:], person=lead)]

    assert alike("Health Education & Improvement Wales") == [body.ref]
    assert alike("Improvement and Education for Health", "heiw") == [body.ref]
    assert alike("HEIW") == [body.ref]
    assert alike("Social Care Wales", "SCW") == []


def test_a_post_is_in_one_organisation_under_a_name_of_its_own(session: Session, make: Make, lead: Person) -> None:
    body, other = make.organisation(title="One"), make.organisation(title="Other")
    made = organisation_editing.create_post(session, PostDetails("Lead", body.ref), by=lead)
    with pytest.raises(Invalid, match="One has a post of this name"):
        organisation_editing.create_post(session, PostDetails("lead", body.ref), by=lead)
    for ref in ("", "no-such-body"):
        with pytest.raises(Invalid) as refused:
            organisation_editing.create_post(session, PostDetails("Deputy", ref), by=lead)
        assert refused.value.field == "organisation"
    details = PostDetails("Lead", other.ref, note="Moved")
    organisation_editing.edit_post(session, made.ref, details, version=made.version, reason="", by=lead)
    told = {line.field: (line.old, line.new) for line in history.list_for(session, made, person=lead)}
    assert told["organisation"] == ("One", "Other")


def test_the_list_is_narrowed_by_kind_and_nation(session: Session, make: Make, lead: Person) -> None:
    make.organisation(title="A charity", body_kind="charity")
    details = OrganisationDetails("A board", body_kind="health board", nations=("wales",))
    organisation_editing.create(session, details, by=lead)

    def titles(wanted: OrganisationFilter) -> list[str]:
        _, found = organisations.list_organisations(session, wanted, person=lead)
        return [one.organisation.title for one in found]

    assert titles(OrganisationFilter(kinds=("charity",))) == ["A charity"]
    assert titles(OrganisationFilter(nations=("wales",))) == ["A board"]
    assert titles(OrganisationFilter(kinds=("no-such-kind",))) == []
    assert organisations.facets(session, person=lead).kinds == {"charity": 1, "health-board": 1}


def test_a_near_duplicate_is_pointed_out_and_saved_on_a_second_press(browse: Browser, make: Make) -> None:
    body = make.organisation(title="Health Education and Improvement Wales", abbreviation="HEIW")
    browse.sign_in(make.lead())
    values = {"title": "Improvement Wales", "abbreviation": "HEIW", "note": "Kept as it was typed"}
    pointed = browse.post("/organisations/new", values)
    assert pointed.status_code == 422
    assert f"/organisations/{body.ref}" in pointed.text
    assert "Kept as it was typed" in pointed.text
    saved = browse.post("/organisations/new", values | {"all_the_same": "y"})
    assert saved.status_code == 303
    page = browse.get(saved.location).text
    assert "Kept as it was typed" in page
    assert f"/posts/new?organisation={saved.location.rpartition('/')[2]}" in page
    again = {**values, "version": "1", "note": "Only the note changes"}
    assert browse.post(f"{saved.location}/edit", again).status_code == 303, "its own name is no likeness"
