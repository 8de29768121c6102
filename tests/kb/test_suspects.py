"""Links that wait for a person: which they are, who should look at them, and who may settle them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from kb import history, link_owners, links, suspects
from kb.db import now
from kb.errors import Invalid, NotAllowed
from kb.models.link import LinkState, LinkType
from kb.models.record import Visibility
from kb.permissions import NOBODY, SYSTEM
from kb.suspects import Wanted
from tests.conftest import TODAY

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sqlalchemy.orm import Session

    from tests.factories import Make


def suspect(make: Make, start: Any, kind: LinkType, end: Any, *, days: int = 3) -> Any:
    since = now() - timedelta(days=days)
    return make.link(
        start, kind, end, state=LinkState.SUSPECT, suspect_since=since, suspect_because="It was superseded"
    )


def owned(make: Make, **values: Any) -> tuple[Any, Any, Any]:
    """A suspect link to a priority, the action below it, and its owner."""
    post, priority = make.post(), make.priority()
    action = make.action(owner_id=post.id, **values)
    make.link(priority, LinkType.DELIVERED_BY, action)
    return suspect(make, make.source(), LinkType.CALLS_FOR, priority), post, make.person(make.owner(post))


def listed(session: Session, person: Any, wanted: Wanted | None = None) -> list[int]:
    return [
        one.link.id
        for one in suspects.list_suspects(session, wanted or Wanted(), person=person, today=TODAY, offset=0, limit=25)
    ]


def test_what_hangs_on_a_link_belongs_to_the_owners_at_its_end_and_below_and_of_its_response(session, make):
    post, other, third, fourth = make.post(), make.post(), make.post(), make.post()
    priority, action = make.priority(), make.action(owner_id=post.id)
    make.link(priority, LinkType.DELIVERED_BY, action)
    make.link(priority, LinkType.DELIVERED_BY, make.action(owner_id=other.id, closure="verified"))
    gone = make.action(owner_id=other.id)
    make.link(priority, LinkType.DELIVERED_BY, gone, state=LinkState.RETIRED)
    called = suspect(make, make.source(), LinkType.CALLS_FOR, priority)
    answered = suspect(make, make.response(owner_id=third.id), LinkType.ANSWERED_BY, action)
    measured = suspect(make, action, LinkType.MEASURED_BY, make.indicator(owner_id=fourth.id))
    waits = suspect(make, gone, LinkType.DEPENDS_ON, action)
    bare = suspect(make, make.source(), LinkType.CALLS_FOR, make.priority())
    found = link_owners.owners_of(session, [one.id for one in (called, answered, measured, waits, bare)])
    assert found == {
        called.id: [post.id],
        answered.id: sorted([post.id, third.id]),
        measured.id: [fourth.id],
        waits.id: [other.id],
    }


@pytest.mark.parametrize("deed", [links.confirm, links.retire])
def test_an_owner_settles_a_suspect_link_that_their_own_action_hangs_on_and_nothing_else(session, make, deed):
    link, _, owner = owned(make)
    other, *_ = owned(make)
    settled = deed(session, link.id, reason="I looked.", by=owner)
    assert (settled.suspect_since, settled.suspect_because) == (None, "")
    assert settled.state == (LinkState.CURRENT if deed is links.confirm else LinkState.RETIRED)
    for link_id in (other.id, link.id):  # another's, and one that is suspect no more
        with pytest.raises(NotAllowed):
            deed(session, link_id, reason="I looked.", by=owner)


def test_a_deputy_settles_as_the_owner_does(session, make):
    link, post, _ = owned(make)
    deputy = make.person(make.owner(post, is_deputy=True))
    assert links.confirm(session, link.id, reason="I looked.", by=deputy).state == LinkState.CURRENT


def test_nobody_settles_a_link_but_its_leads_and_the_owners_of_what_hangs_on_it(session, make):
    link, *_ = owned(make)
    closed, _, was_owner = owned(make, closure="verified")
    people = [make.viewer(), make.steering(), make.administrator(), make.owner()]
    for person in [*map(make.person, people), was_owner]:
        for each in (link, closed):
            for deed in (links.confirm, links.retire):
                with pytest.raises(NotAllowed):
                    deed(session, each.id, reason="I looked.", by=person)
    assert not links.may_settle(link, NOBODY, [])
    assert links.may_settle(link, make.person(make.lead()), [])
    assert links.may_settle(link, SYSTEM, [])


def test_a_lead_of_one_plan_does_not_settle_what_starts_in_another(session, make):
    theirs = make.plan()
    link = suspect(make, make.priority(plan_id=theirs.id), LinkType.DELIVERED_BY, make.action(plan_id=theirs.id))
    lead = make.person(make.lead(make.plan()))
    with pytest.raises(NotAllowed):
        links.retire(session, link.id, reason="I looked.", by=lead)


def test_the_longest_in_doubt_comes_first_and_those_of_unknown_age_last(session, make):
    unknown = make.link(make.source(), LinkType.CALLS_FOR, make.priority(), state=LinkState.SUSPECT)
    new = suspect(make, make.source(), LinkType.CALLS_FOR, make.priority(), days=1)
    old = suspect(make, make.source(), LinkType.CALLS_FOR, make.priority(), days=30)
    make.link(make.source(), LinkType.CALLS_FOR, make.priority())
    assert listed(session, SYSTEM) == [old.id, new.id, unknown.id]
    found = suspects.waiting(session, Wanted(), person=SYSTEM)
    assert (found.number, found.oldest) == (3, old.suspect_since)


def test_a_plan_and_what_is_mine_narrow_the_list(session, make):
    link, _, owner = owned(make)
    theirs = make.plan()
    other = suspect(make, make.source(), LinkType.CALLS_FOR, make.priority(plan_id=theirs.id))
    assert listed(session, owner, Wanted(is_mine=True)) == [link.id]
    assert listed(session, owner, Wanted(plan=theirs)) == [other.id]
    assert listed(session, make.person(make.viewer()), Wanted(is_mine=True)) == []


def test_links_from_or_to_what_the_reader_may_not_see_are_not_listed_nor_counted(session, make):
    suspect(make, make.source(visibility=Visibility.DRAFT), LinkType.CALLS_FOR, make.priority())
    suspect(make, make.source(), LinkType.CALLS_FOR, make.priority(visibility=Visibility.DRAFT))
    viewer = make.person(make.viewer())
    assert listed(session, viewer) == []
    assert suspects.waiting(session, Wanted(), person=viewer).number == 0


def test_several_are_settled_with_one_reason_and_those_settled_meanwhile_are_left(session, make):
    lead = make.person(make.lead())
    some = [suspect(make, make.source(), LinkType.CALLS_FOR, make.priority()) for _ in range(3)]
    links.confirm(session, some[0].id, reason="It holds.", by=lead)
    ids = [one.id for one in some]
    assert suspects.settle(session, ids, LinkState.RETIRED, reason="Not any more.", by=lead) == ids[1:]
    assert [one.state for one in some] == ["current", "retired", "retired"]
    told = history.list_for(session, some[1].start, person=lead)[0]
    assert (told.field, told.new, told.reason) == ("link", None, "Not any more.")


@pytest.mark.parametrize(("ids", "reason", "field"), [(False, "Why", "link"), (True, "  ", "reason")])
def test_settling_needs_links_and_a_reason(session, make, ids, reason, field):
    link, *_ = owned(make)
    with pytest.raises(Invalid) as refused:
        suspects.settle(session, [link.id] if ids else [], LinkState.CURRENT, reason=reason, by=SYSTEM)
    assert refused.value.field == field
    assert link.state == LinkState.SUSPECT


def test_only_a_current_link_becomes_suspect_and_says_why_and_since_when(session, make):
    lead = make.person(make.lead())
    link = make.link(make.source(), LinkType.CALLS_FOR, make.priority())
    retired = make.link(make.source(), LinkType.CALLS_FOR, make.priority(), state=LinkState.RETIRED)
    for each in (link, retired):
        each = links.get(session, each.id, person=lead)
        links.doubt(session, each, because="It was reworded", by=lead)
    assert (link.state, link.suspect_because, retired.state) == ("suspect", "It was reworded", "retired")
    first = link.suspect_since
    links.doubt(session, link, because="Again", by=lead)
    assert (link.suspect_since, link.suspect_because) == (first, "It was reworded")


def test_the_list_takes_as_many_statements_for_many_as_for_few(
    session: Session, make: Make, count_statements: Callable[[], Any]
) -> None:
    def statements() -> int:
        session.flush()
        session.expunge_all()
        with count_statements() as count:
            found = suspects.list_suspects(session, Wanted(is_mine=True), person=owner, today=TODAY, offset=0, limit=25)
            assert found[0].days(TODAY) is not None
        return int(count.number)

    link, post, owner = owned(make)
    few = statements()
    for _ in range(6):
        priority, action = make.priority(), make.action(owner_id=post.id)
        make.link(priority, LinkType.DELIVERED_BY, action)
        suspect(make, make.source(), LinkType.CALLS_FOR, priority)
    assert statements() == few
    assert link.state == LinkState.SUSPECT
