"""Links: which may be made, and that they leave a trace."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from kb import history, links
from kb.errors import Invalid, NotAllowed, NotFound
from kb.models.history import Change
from kb.models.link import ALLOWED, Link, LinkState, LinkType
from kb.models.record import Visibility
from kb.permissions import SYSTEM

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.factories import Make


def test_a_link_joins_two_records_and_is_noted_with_its_reason(session: Session, make: Make) -> None:
    implication, priority, lead = make.implication(), make.priority(), make.person(make.lead())
    link = links.make(session, implication, LinkType.CALLS_FOR, priority, reason="It asks for staff.", by=lead)
    session.flush()
    assert (link.reason, link.state) == ("It asks for staff.", LinkState.CURRENT)
    change = session.scalars(select(Change).where(Change.record_id == implication.id)).one()
    assert (change.field, change.reason, change.person_id) == ("link", "It asks for staff.", lead.user_id)
    assert change.new == f"calls for “{priority.title}”"


def test_kinds_that_do_not_join_are_refused(session: Session, make: Make) -> None:
    lead = make.person(make.lead())
    with pytest.raises(Invalid, match="cannot join a source to an action"):
        links.make(session, make.source(), LinkType.DELIVERED_BY, make.action(), reason="", by=lead)


def test_the_database_itself_refuses_kinds_that_do_not_join(session: Session, make: Make) -> None:
    source, action = make.source(), make.action()
    with pytest.raises(IntegrityError):
        make.link(source, LinkType.DELIVERED_BY, action)


def test_a_record_is_not_linked_to_itself(session: Session, make: Make) -> None:
    action = make.action()
    with pytest.raises(Invalid, match="itself"):
        links.make(session, action, LinkType.DEPENDS_ON, action, reason="", by=make.person(make.lead()))


def test_the_same_link_is_not_made_twice(session: Session, make: Make) -> None:
    priority, action = make.priority(), make.action()
    make.link(priority, LinkType.DELIVERED_BY, action)
    with pytest.raises(Invalid, match="is already delivered by"):
        links.make(session, priority, LinkType.DELIVERED_BY, action, reason="", by=make.person(make.lead()))


def test_a_link_that_closes_a_circle_is_refused(session: Session, make: Make) -> None:
    first, second, third = make.action(), make.action(), make.action()
    lead = make.person(make.lead())
    make.link(first, LinkType.DEPENDS_ON, second)
    make.link(second, LinkType.DEPENDS_ON, third)
    with pytest.raises(Invalid, match="close a circle"):
        links.make(session, third, LinkType.DEPENDS_ON, first, reason="", by=lead)


def test_a_retired_link_closes_no_circle(session: Session, make: Make) -> None:
    old, new, lead = make.source(), make.source(), make.person(make.lead())
    make.link(old, LinkType.SUPERSEDES, new, state=LinkState.RETIRED)
    link = links.make(session, new, LinkType.SUPERSEDES, old, reason="It is newer.", by=lead)
    assert link.from_id == new.id


def test_a_person_without_the_role_makes_no_link(session: Session, make: Make) -> None:
    priority, action = make.priority(), make.action()
    with pytest.raises(NotAllowed):
        links.make(session, priority, LinkType.DELIVERED_BY, action, reason="", by=make.person(make.viewer()))


def test_a_lead_of_another_plan_makes_no_link_in_this_one(session: Session, make: Make) -> None:
    priority, action = make.priority(), make.action()
    other = make.lead(make.plan())
    with pytest.raises(NotAllowed):
        links.make(session, priority, LinkType.DELIVERED_BY, action, reason="", by=make.person(other))


def test_retiring_and_confirming_leave_the_reason_in_the_history(session: Session, make: Make) -> None:
    source, priority, lead = make.source(), make.priority(), make.person(make.lead())
    link = make.link(source, LinkType.CALLS_FOR, priority, state=LinkState.SUSPECT)
    links.confirm(session, link.id, reason="Read again.", by=lead)
    assert link.state == LinkState.CURRENT
    assert link.confirmed_at is not None
    links.retire(session, link.id, reason="No longer said.", by=lead)
    session.flush()
    reasons = session.scalars(select(Change.reason).where(Change.record_id == source.id).order_by(Change.id)).all()
    assert link.state == LinkState.RETIRED
    assert reasons == ["Read again.", "No longer said."]


def test_a_link_that_is_not_there_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        links.get(session, 4_000_000, person=SYSTEM)


def test_all_links_of_a_record_are_listed_from_both_ends(session: Session, make: Make) -> None:
    response, action, priority = make.response(), make.action(), make.priority()
    make.link(response, LinkType.ANSWERED_BY, action)
    make.link(priority, LinkType.DELIVERED_BY, action)
    assert {link.start.id for link in links.list_of(session, action.id, person=SYSTEM)} == {response.id, priority.id}


def test_the_history_of_an_open_record_does_not_name_a_draft_that_it_is_linked_to(session, make) -> None:
    start, end = make.source(), make.source(title="Secret strategy", visibility=Visibility.DRAFT)
    links.make(session, start, LinkType.DRAWS_ON, end, reason="It says so.", by=make.person(make.lead()))
    session.flush()
    (line,) = history.list_for(session, start, person=make.person(make.viewer()))
    assert line.new == "draws on a draft"
    assert links.told(end, LinkType.DRAWS_ON, start) == f"draws on “{start.title}”"


def test_every_type_of_link_has_its_words_and_its_kinds() -> None:
    assert set(ALLOWED) == set(links.PHRASES) == set(LinkType)


def test_links_go_with_a_record_that_is_deleted(session: Session, make: Make) -> None:
    priority, action = make.priority(), make.action()
    make.link(priority, LinkType.DELIVERED_BY, action)
    session.execute(text("DELETE FROM record WHERE id = :id"), {"id": action.id})
    assert session.scalars(select(Link)).all() == []


def test_a_circle_is_refused_with_the_chain_that_would_close(session: Session, make: Make) -> None:
    first, second, third = (make.action(title=title) for title in ("Plan", "Train", "Open"))
    lead = make.person(make.lead())
    make.link(second, LinkType.DEPENDS_ON, third)
    make.link(third, LinkType.DEPENDS_ON, first)
    with pytest.raises(Invalid) as refused:
        links.make(session, first, LinkType.DEPENDS_ON, second, reason="", by=lead)
    assert str(refused.value) == (
        "This would close a circle: “Plan” would wait for itself, since “Train” depends on “Open”, "
        "which depends on “Plan”"
    )


def test_a_circle_names_no_draft_that_the_person_may_not_see(session: Session, make: Make) -> None:
    first, second = make.action(title="Plan"), make.action(title="Train")
    secret = make.action(title="Secret", plan_id=make.plan().id, visibility=Visibility.DRAFT)
    make.link(second, LinkType.DEPENDS_ON, secret)
    make.link(secret, LinkType.DEPENDS_ON, first)
    with pytest.raises(Invalid, match="a record that you may not see") as refused:
        links.make(session, first, LinkType.DEPENDS_ON, second, reason="", by=make.person(make.lead()))
    assert "Secret" not in str(refused.value)


def test_a_long_circle_is_told_without_its_middle(session: Session, make: Make) -> None:
    sources = [make.source() for _ in range(9)]
    for newer, older in pairwise(sources):
        make.link(newer, LinkType.SUPERSEDES, older)
    with pytest.raises(Invalid, match="lead back to itself") as refused:
        links.make(session, sources[-1], LinkType.SUPERSEDES, sources[0], reason="", by=make.person(make.lead()))
    assert str(refused.value).count("“") == 6
    assert "which supersedes others, which supersedes" in str(refused.value)


def test_a_retired_link_does_not_hold_again_where_others_lead_the_other_way_by_now(
    session: Session, make: Make
) -> None:
    first, second = make.action(), make.action()
    retired = make.link(first, LinkType.DEPENDS_ON, second, state=LinkState.RETIRED)
    make.link(second, LinkType.DEPENDS_ON, first)
    with pytest.raises(Invalid, match="close a circle"):
        links.confirm(session, retired.id, reason="It holds.", by=make.person(make.lead()))
    assert retired.state == LinkState.RETIRED


def test_records_are_not_said_to_be_the_same_twice_whichever_is_named_first(session: Session, make: Make) -> None:
    first, second, lead = make.action(title="Train wards"), make.action(title="Wards trained"), make.lead()
    links.make(session, first, LinkType.SAME_AS, second, reason="", by=make.person(lead))
    session.flush()
    for start, end in ((first, second), (second, first)):
        with pytest.raises(Invalid, match="already"):
            links.make(session, start, LinkType.SAME_AS, end, reason="", by=make.person(lead))


@pytest.mark.parametrize("kind", LinkType)
def test_no_link_of_any_type_leads_to_itself_or_joins_kinds_that_it_does_not_join(session, make, kind) -> None:
    action, response = make.action(), make.response()
    with pytest.raises(Invalid, match="itself"):
        links.make(session, action, kind, action, reason="", by=SYSTEM)
    with pytest.raises(Invalid, match="cannot join an action to a response"):
        links.make(session, action, kind, response, reason="", by=SYSTEM)


def test_a_source_does_not_rest_on_the_one_that_superseded_it(session: Session, make: Make) -> None:
    lead = make.person(make.lead())
    for kind in (LinkType.IMPLEMENTS, LinkType.AMENDS, LinkType.DRAWS_ON):
        old, new = make.source(title="Old act"), make.source(title="New act")
        make.link(new, LinkType.SUPERSEDES, old)
        with pytest.raises(Invalid, match="“New act” supersedes “Old act”"):
            links.make(session, old, kind, new, reason="It does.", by=lead)
        links.make(session, new, kind, old, reason="It does.", by=lead)
        session.flush()


def test_a_source_does_not_supersede_one_that_rests_on_it(session: Session, make: Make) -> None:
    lead = make.person(make.lead())
    old, new = make.source(title="Old act"), make.source(title="New act")
    standing = make.link(old, LinkType.IMPLEMENTS, new)
    with pytest.raises(Invalid, match="“Old act” implements “New act”"):
        links.make(session, new, LinkType.SUPERSEDES, old, reason="It is newer.", by=lead)
    standing.state = LinkState.RETIRED
    links.make(session, new, LinkType.SUPERSEDES, old, reason="It is newer.", by=lead)


def test_what_waits_for_another_is_not_the_same_as_it_at_any_distance(session: Session, make: Make) -> None:
    lead = make.person(make.lead())
    first, second, third = (make.action(title=title) for title in ("Hire", "Train", "Open"))
    make.link(third, LinkType.DEPENDS_ON, second)
    make.link(second, LinkType.DEPENDS_ON, first)
    chain = "“Open” depends on “Train”, which depends on “Hire”"
    for one, other in ((first, third), (third, first)):
        with pytest.raises(Invalid, match=chain):
            links.make(session, one, LinkType.SAME_AS, other, reason="", by=lead)


def test_what_is_the_same_does_not_come_to_wait_for_itself_through_others(session: Session, make: Make) -> None:
    lead = make.person(make.lead())
    first, second, third = (make.action(title=title) for title in ("Hire", "Train", "Open"))
    make.link(first, LinkType.SAME_AS, third)
    links.make(session, third, LinkType.DEPENDS_ON, second, reason="", by=lead)
    session.flush()
    with pytest.raises(Invalid, match="“Hire” is the same as “Open”"):
        links.make(session, second, LinkType.DEPENDS_ON, first, reason="", by=lead)


def test_a_retired_link_that_contradicts_what_stands_now_is_not_confirmed(session: Session, make: Make) -> None:
    old, new = make.source(), make.source()
    retired = make.link(old, LinkType.IMPLEMENTS, new, state=LinkState.RETIRED)
    make.link(new, LinkType.SUPERSEDES, old)
    with pytest.raises(Invalid, match="contradicts"):
        links.confirm(session, retired.id, reason="It holds.", by=make.person(make.lead()))


def test_a_contradiction_names_no_draft_that_the_person_may_not_see(session: Session, make: Make) -> None:
    lead = make.person(make.lead())
    first, last = make.action(title="Hire"), make.action(title="Open")
    secret = make.action(title="Secret", plan_id=make.plan().id, visibility=Visibility.DRAFT)
    make.link(last, LinkType.DEPENDS_ON, secret)
    make.link(secret, LinkType.DEPENDS_ON, first)
    with pytest.raises(Invalid, match="a record that you may not see") as told:
        links.make(session, first, LinkType.SAME_AS, last, reason="", by=lead)
    assert "Secret" not in str(told.value)


def test_a_reason_is_limited_wherever_a_link_is_made_or_settled(session: Session, make: Make) -> None:
    lead = make.person(make.lead())
    priority, action = make.priority(), make.action()
    long = "x" * (links.LONGEST_REASON + 1)
    with pytest.raises(Invalid, match="Use at most 1,000 characters"):
        links.make(session, priority, LinkType.DELIVERED_BY, action, reason=long, by=lead)
    link = links.make(session, priority, LinkType.DELIVERED_BY, action, reason=f" {long[1:]} ", by=lead)
    session.flush()
    assert len(link.reason) == links.LONGEST_REASON
    for settle in (links.confirm, links.retire):
        with pytest.raises(Invalid, match="at most 1,000"):
            settle(session, link.id, reason=long, by=lead)
    assert link.state == LinkState.CURRENT


def test_a_lead_gives_no_duty_to_another_plan(session: Session, make: Make) -> None:
    mine, theirs = make.plan(), make.plan()
    lead, priority = make.lead(mine), make.priority(plan_id=mine.id)
    foreign = make.action(plan_id=theirs.id)
    with pytest.raises(NotAllowed):
        links.make(session, priority, LinkType.DELIVERED_BY, foreign, reason="So.", by=make.person(lead))
    own = make.action(plan_id=mine.id)
    links.make(session, own, LinkType.DEPENDS_ON, foreign, reason="It waits.", by=make.person(lead))
    links.make(session, priority, LinkType.DELIVERED_BY, foreign, reason="So.", by=SYSTEM)
