from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kb import history
from kb.errors import Conflict, Invalid, NotAllowed
from kb.models.user import Role
from kb.permissions import NOBODY
from kb.planning import plan_editing, plans
from kb.planning.plan_editing import PlanDetails

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.browsing import Browser
    from tests.factories import Make


def test_an_administrator_starts_a_plan_and_leads_it(session: Session, make: Make) -> None:
    user = make.administrator()
    source = make.source(title="The plan as printed")
    details = PlanDetails("Our plan", nation="wales", source="as printed")
    plan = plan_editing.create(session, details, by=make.person(user))
    assert make.person(user).roles == {plan.id: Role.LEAD}
    assert (plan.source, plan.stale_after_days) == (source, 28)
    assert {line.field for line in history.list_for(session, plan, person=make.person(user))} == {"record", "role"}
    assert "role" not in {line.field for line in history.list_for(session, plan, person=NOBODY)}


def test_leads_start_no_plan_and_change_only_their_own(session: Session, make: Make) -> None:
    plan, lead = make.the_plan, make.person(make.lead())
    other = make.plan()
    with pytest.raises(NotAllowed):
        plan_editing.create(session, PlanDetails("Another"), by=lead)
    with pytest.raises(NotAllowed):
        plan_editing.edit(session, other.ref, PlanDetails("Mine"), version=other.version, reason="", by=lead)
    administrator = make.person(make.administrator())
    with pytest.raises(NotAllowed):
        plan_editing.edit(session, plan.ref, PlanDetails("Mine"), version=plan.version, reason="", by=administrator)


def test_every_change_of_a_plan_is_noted_and_a_stale_one_refused(session: Session, make: Make) -> None:
    plan, lead = make.the_plan, make.person(make.lead())
    make.source(title="The strategy")
    version = plans.get(session, plan.ref, person=lead).version
    details = PlanDetails("New name", "For staff", "wales", "The strategy")
    plan_editing.edit(session, plan.ref, details, version=version, reason="Agreed", by=lead)
    told = {line.field: line.new for line in history.list_for(session, plan, person=lead)}
    assert told == {"title": "New name", "summary": "For staff", "source": "The strategy"}
    with pytest.raises(Conflict):
        plan_editing.edit(session, plan.ref, details, version=version, reason="", by=lead)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": " "}, "title"),
        ({"nation": "france"}, "nation"),
        ({"source": "nothing like it"}, "source"),
        ({"source": "strategy"}, "source"),
        ({"heavy_post_percent": 0}, "heavy_post_percent"),
        ({"heavy_post_percent": 101}, "heavy_post_percent"),
    ],
)
def test_a_plan_that_cannot_stand_is_refused_by_field(
    session: Session, make: Make, values: dict[str, Any], field: str
) -> None:
    make.source(title="A strategy")
    make.source(title="Another strategy")
    details = PlanDetails(**{"title": "Our plan", **values})
    with pytest.raises(Invalid) as refused:
        plan_editing.create(session, details, by=make.person(make.administrator()))
    assert refused.value.field == field


def test_a_first_plan_is_started_by_form_and_its_page_shows_the_next_steps(browse: Browser, make: Make) -> None:
    browse.sign_in(make.administrator())
    assert "There is no plan yet" in browse.get("/plans").text
    refused = browse.post("/plans/new", {"title": ""})
    assert refused.status_code == 422
    made = browse.post("/plans/new", {"title": "Our plan", "nation": ""})
    assert made.status_code == 303
    page = browse.get(made.location).text
    for words in ("Add a set of priorities", "Add an action", "Members"):
        assert words in page
    near = browse.post("/plans/new", {"title": "Our plan"})
    assert near.status_code == 422
    assert "This may be here already" in near.text


def test_the_share_that_is_too_much_for_one_post_is_changed_on_the_plans_form(browse: Browser, make: Make) -> None:
    plan = make.the_plan
    browse.sign_in(make.lead())
    address = f"/plans/{plan.ref}/edit"
    assert 'name="heavy_post_percent" type="text" value="25"' in " ".join(browse.get(address).text.split())
    sent = {"title": plan.title, "version": str(plan.version)}
    for typed in ("0", "101", "many", ""):
        assert browse.post(address, {**sent, "heavy_post_percent": typed}).status_code == 422, typed
    assert browse.post(address, {**sent, "heavy_post_percent": "40"}).status_code == 303
    assert plan.heavy_post_percent == 40
    page = browse.get(f"/plans/{plan.ref}").text
    assert "Share of open actions that is too much for one post" in page
