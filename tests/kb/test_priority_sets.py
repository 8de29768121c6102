from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kb import history
from kb.errors import Conflict, Invalid, NotAllowed
from kb.models.record import Visibility
from kb.planning import plans, priority_sets
from kb.planning.priority_sets import PriorityDetails, SetDetails

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.permissions import Person
    from tests.browsing import Browser
    from tests.factories import Make


@pytest.fixture
def lead(make: Make) -> Person:
    return make.person(make.lead())


def test_a_set_belongs_to_a_plan_or_a_source_and_never_to_both(session: Session, make: Make, lead: Person) -> None:
    plan, source = make.the_plan, make.source()
    ours = priority_sets.create(session, SetDetails("Goals"), plan=plan, by=lead)
    theirs = priority_sets.create(session, SetDetails("Goals"), source=source, by=lead)
    assert (ours.plan_id, ours.source_id) == (plan.id, None)
    assert (theirs.plan_id, theirs.source_id) == (None, source.id)
    for owners in ({}, {"plan": plan, "source": source}):
        with pytest.raises(Invalid, match="one plan or to one source"):
            priority_sets.create(session, SetDetails("Goals"), by=lead, **owners)


def test_a_new_set_is_listed_before_it_holds_anything(session: Session, make: Make, lead: Person) -> None:
    source = make.source()
    made = priority_sets.create(session, SetDetails("Aims"), source=source, by=lead)
    (listed,) = priority_sets.list_of(session, source, person=lead)
    assert (listed.set, listed.priorities) == (made, [])
    assert plans.list_sets(session, person=lead) == [], "it is the source's, not a plan's"


def test_what_is_added_to_a_draft_source_is_as_hidden_as_it(session: Session, make: Make, lead: Person) -> None:
    source = make.source(visibility=Visibility.DRAFT)
    made = priority_sets.create(session, SetDetails("Aims"), source=source, by=lead)
    priority = priority_sets.add_priority(session, made.ref, PriorityDetails("More nurses"), by=lead)
    assert made.visibility == priority.visibility == Visibility.DRAFT


def test_priorities_are_added_at_the_end_and_put_in_another_order(session: Session, make: Make, lead: Person) -> None:
    made = priority_sets.create(session, SetDetails("Aims"), plan=make.the_plan, by=lead)
    for title in ("One", "Two", "Three"):
        priority_sets.add_priority(session, made.ref, PriorityDetails(title), by=lead)
    one, two, three = priority_sets.get(session, made.ref, person=lead).priorities
    details = SetDetails("Aims", {one.ref: 3, two.ref: 2, three.ref: 1})
    priority_sets.edit(session, made.ref, details, version=made.version, reason="As printed", by=lead)
    session.expire_all()
    assert [one.title for one in priority_sets.get(session, made.ref, person=lead).priorities] == [
        "Three",
        "Two",
        "One",
    ]
    line = history.list_for(session, three, person=lead)[0]
    assert (line.field, line.old, line.new, line.reason) == ("place", "3", "1", "As printed")


def test_only_leads_of_the_plan_change_its_sets_and_any_lead_those_of_sources(session: Session, make: Make) -> None:
    ours, source = make.priority_set(), make.source()
    theirs = make.priority_set(source_id=source.id)
    other = make.person(make.lead(make.plan()))
    for person in (other, make.person(make.steering()), make.person(make.viewer())):
        with pytest.raises(NotAllowed):
            priority_sets.add_priority(session, ours.ref, PriorityDetails("More nurses"), by=person)
    assert priority_sets.add_priority(session, theirs.ref, PriorityDetails("More nurses"), by=other).plan_id is None


def test_a_reworded_priority_keeps_its_old_words_in_its_history(session: Session, make: Make, lead: Person) -> None:
    priority, theme = make.priority(title="Nurses"), make.theme(title="Nursing")
    details = PriorityDetails(" More nurses ", priority_kind="Goal", themes=(theme.ref,))
    version = priority.version
    priority_sets.edit_priority(session, priority.ref, details, version=version, reason="Clearer", by=lead)
    told = {line.field: (line.old, line.new, line.reason) for line in history.list_for(session, priority, person=lead)}
    assert told["title"] == ("Nurses", "More nurses", "Clearer")
    assert told["themes"] == (None, "Nursing", "Clearer")
    assert priority.priority_kind == "goal"
    with pytest.raises(Conflict) as stale:
        priority_sets.edit_priority(session, priority.ref, details, version=version, reason="So", by=lead)
    assert stale.value.theirs["title"] == "More nurses"


def test_a_priority_changes_only_with_a_title_and_a_reason(session: Session, make: Make, lead: Person) -> None:
    priority = make.priority()
    for details, reason, field in ((PriorityDetails(" "), "So", "title"), (PriorityDetails("Other"), " ", "reason")):
        with pytest.raises(Invalid) as refused:
            priority_sets.edit_priority(
                session, priority.ref, details, version=priority.version, reason=reason, by=lead
            )
        assert refused.value.field == field


# Pages


def test_a_lead_gives_a_source_its_own_priorities_and_the_pages_say_whose_they_are(browse: Browser, make: Make) -> None:
    source = make.source()
    browse.sign_in(make.lead())
    made = browse.post(f"/sources/{source.ref}/priority-sets/new", {"title": "Its aims"})
    assert made.status_code == 303
    added = browse.post(f"{made.location}/priorities/new", {"title": "More nurses", "priority_kind": "aim"})
    assert added.status_code == 303
    page = browse.get(f"/sources/{source.ref}").text
    assert "Its aims" in page
    assert "not a plan’s" in page
    assert added.location == made.location
    alone = browse.get("/priorities/more-nurses").text
    assert "sets this priority itself" in alone
    assert "Gap:" not in alone


def test_the_form_of_a_set_reorders_and_keeps_what_is_no_number(browse: Browser, make: Make) -> None:
    one = make.priority_set(title="Aims")
    first, second = (make.priority(title=title, set_id=one.id) for title in ("Earlier", "Later"))
    path = f"/priority-sets/{one.ref}/edit"
    browse.sign_in(make.lead())
    values = {"version": one.version, "title": "Aims", f"place-{first.ref}": "last", f"place-{second.ref}": "1"}
    refused = browse.post(path, values)
    assert refused.status_code == 422
    assert 'value="last"' in refused.text
    assert browse.post(path, values | {f"place-{first.ref}": "2"}).status_code == 303
    page = browse.get(f"/priority-sets/{one.ref}").text
    assert page.index("Later") < page.index("Earlier")
