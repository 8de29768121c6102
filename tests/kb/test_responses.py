from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kb import history
from kb.errors import Conflict, Invalid, NotAllowed
from kb.models.record import Visibility
from kb.planning import responses
from kb.planning.responses import ResponseDetails
from tests.conftest import TODAY

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.permissions import Person
    from tests.browsing import Browser
    from tests.factories import Make


@pytest.fixture
def lead(make: Make) -> Person:
    return make.person(make.lead())


def test_a_row_names_several_sources_in_order(session: Session, make: Make, lead: Person) -> None:
    for title in ("The strategy", "Its delivery plan"):
        make.source(title=title)
    details = ResponseDetails(("its delivery plan", "The strategy"), "Policy", "aligned", "We follow both.")
    made = responses.create(session, make.the_plan, details, by=lead)
    assert [source.title for source in made.sources] == ["Its delivery plan", "The strategy"]
    assert (made.section, made.position) == ("policy", 1)


def test_a_row_changes_with_its_history(session: Session, make: Make, lead: Person) -> None:
    first, second = make.source(title="First"), make.source(title="Second")
    post = make.post(title="Lead")
    row = make.response(first, response_type="aligned", text="We follow it.")
    version = row.version
    details = ResponseDetails(("Second", "First"), "", "monitoring", "We watch it.", post.ref, TODAY)
    responses.edit(session, row.ref, details, version=version, reason="Agreed", by=lead)
    session.expire_all()
    assert [one.id for one in responses.get(session, row.ref, person=lead).sources] == [second.id, first.id]
    told = {line.field: (line.old, line.new) for line in history.list_for(session, row, person=lead)}
    assert told["sources"] == ("First", "Second; First")
    assert told["owner"] == (None, "Lead")
    assert told["response_type"] == ("aligned", "monitoring")
    with pytest.raises(Conflict):
        responses.edit(session, row.ref, details, version=version, reason="", by=lead)


@pytest.mark.parametrize(
    ("details", "field"),
    [
        (ResponseDetails(()), "sources"),
        (ResponseDetails(("No such title",)), "sources"),
        (ResponseDetails(("Taken",)), "sources"),
        (ResponseDetails(("Free",), response_type="aligned"), "text"),
        (ResponseDetails(("Free",), response_type="praised", text="So"), "response_type"),
        (ResponseDetails(("Free",), owner="nobody-here"), "owner"),
    ],
)
def test_a_row_that_cannot_stand_is_refused_by_field(
    session: Session, make: Make, lead: Person, details: ResponseDetails, field: str
) -> None:
    make.response(make.source(title="Taken"))
    make.source(title="Free")
    with pytest.raises(Invalid) as refused:
        responses.create(session, make.the_plan, details, by=lead)
    assert refused.value.field == field


def test_a_row_is_a_draft_while_all_its_sources_are(session: Session, make: Make, lead: Person) -> None:
    make.source(title="Draft", visibility=Visibility.DRAFT)
    make.source(title="Shown")
    row = responses.create(session, make.the_plan, ResponseDetails(("Draft",)), by=lead)
    assert row.visibility == Visibility.DRAFT
    session.flush()
    details = ResponseDetails(("Draft", "Shown"))
    responses.edit(session, row.ref, details, version=row.version, reason="", by=lead)
    assert row.visibility == Visibility.PUBLISHED


def test_only_leads_of_the_plan_change_its_rows(session: Session, make: Make) -> None:
    row = make.response(make.source())
    for user in (make.viewer(), make.steering(), make.lead(make.plan())):
        with pytest.raises(NotAllowed):
            responses.edit(session, row.ref, ResponseDetails(), version=row.version, reason="", by=make.person(user))


def test_a_lead_adds_a_row_by_form_and_finds_it_on_the_source(browse: Browser, make: Make) -> None:
    source, plan = make.source(title="The strategy"), make.the_plan
    browse.sign_in(make.lead())
    path = f"/plans/{plan.ref}/responses/new?source={source.ref}"
    assert "The strategy</textarea>" in browse.get(path).text
    made = browse.post(path, {"sources": "The strategy", "response_type": "aligned", "text": "We follow it."})
    assert made.status_code == 303
    page = browse.get(f"/sources/{source.ref}").text
    assert "We follow it." in page
    assert "Edit this answer" in page
