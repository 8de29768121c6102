"""Which links are offered: to whom, why, and which never again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graph import suggesting
from kb import dismissals, link_choices
from kb.errors import NotAllowed
from kb.models.link import LinkState, LinkType
from kb.models.record import Visibility
from kb.permissions import NOBODY, SYSTEM

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.factories import Make


def offered(session: Session, record, person=SYSTEM, way: str = "") -> list[str]:
    session.flush()
    ways = suggesting.offered_ways(link_choices.ways_from(record.kind), record.kind)
    chosen = [each for each in ways if way in ("", each.value)]
    return [each.title for each in suggesting.likely(session, record, chosen, person=person)]


def test_an_implication_is_offered_the_priority_that_shares_its_words_and_the_theme_of_its_source(session, make: Make):
    crisis = make.theme(title="Crisis care")
    source = make.source(themes=[crisis])
    implication = make.implication(source, title="More therapists in perinatal crisis teams")
    priority = make.priority(title="Perinatal crisis services", themes=[crisis])
    make.priority(title="Recruitment abroad")
    session.flush()
    ways = suggesting.offered_ways(link_choices.ways_from(implication.kind), implication.kind)
    (likely,) = suggesting.likely(session, implication, ways, person=SYSTEM)
    assert (likely.kind, likely.ref, likely.way.value) == ("priority", priority.ref, "calls-for")
    assert likely.themes == ("Crisis care",)
    assert set(likely.words) == {"perinatal", "crisis"}


@pytest.mark.parametrize(
    ("start", "kind", "end"),
    [
        ("source", LinkType.CALLS_FOR, "priority"),
        ("implication", LinkType.CALLS_FOR, "priority"),
        ("response", LinkType.ANSWERED_BY, "action"),
        ("priority", LinkType.DELIVERED_BY, "action"),
        ("action", LinkType.MEASURED_BY, "indicator"),
    ],
)
def test_each_kind_is_offered_what_follows_it_and_no_longer_once_it_is_linked(session, make: Make, start, kind, end):
    one, other = getattr(make, start)(title="Perinatal nurses"), getattr(make, end)(title="Perinatal nurses at night")
    assert offered(session, one, way=kind) == ["Perinatal nurses at night"]
    make.link(one, kind, other)
    assert offered(session, one, way=kind) == []


@pytest.mark.parametrize("state", [LinkState.SUSPECT, LinkState.RETIRED])
def test_a_link_about_which_somebody_has_decided_is_not_offered(session, make: Make, state):
    priority, action = make.priority(title="Perinatal nurses"), make.action(title="Train perinatal nurses")
    make.link(priority, LinkType.DELIVERED_BY, action, state=state)
    assert offered(session, priority, way="delivered-by") == []
    assert offered(session, action, way="delivered-by-back") == []


def test_what_is_dismissed_is_not_offered_from_either_end_until_it_is_taken_back(session, make: Make):
    priority, action = make.priority(title="Perinatal nurses"), make.action(title="Train perinatal nurses")
    lead = make.person(make.lead())
    assert offered(session, action, way="delivered-by-back") == ["Perinatal nurses"]
    for _ in range(2):
        dismissals.dismiss(session, priority, LinkType.DELIVERED_BY, action, by=lead)
    assert offered(session, priority, way="delivered-by") == []
    assert offered(session, action, way="delivered-by-back") == []
    ((pair, other),) = dismissals.list_of(session, priority, person=lead)
    assert (pair.type, other.id, pair.person_id) == ("delivered-by", action.id, lead.user_id)
    dismissals.take_back(session, priority, LinkType.DELIVERED_BY, action, by=lead)
    assert offered(session, priority, way="delivered-by") == ["Train perinatal nurses"]


def test_dismissing_one_way_of_linking_leaves_the_others_offered(session, make: Make):
    response, action = make.response(title="Perinatal nurses"), make.action(title="Train perinatal nurses")
    priority = make.priority(title="Perinatal nurses and midwives")
    dismissals.dismiss(session, response, LinkType.ANSWERED_BY, action, by=SYSTEM)
    assert offered(session, response) == [priority.title]


def test_only_whoever_may_link_dismisses_and_takes_back(session, make: Make):
    priority, action = make.priority(), make.action()
    other = make.person(make.lead(make.plan()))
    for deed in (dismissals.dismiss, dismissals.take_back):
        with pytest.raises(NotAllowed):
            deed(session, priority, LinkType.DELIVERED_BY, action, by=other)


def test_another_plans_records_are_not_offered(session, make: Make):
    mine, theirs = make.plan(), make.plan()
    source = make.source(title="Perinatal nurses")
    make.priority(title="Perinatal nurses here", plan_id=mine.id)
    make.priority(title="Perinatal nurses there", plan_id=theirs.id)
    action = make.action(title="Perinatal nurses trained", plan_id=mine.id)
    assert offered(session, source, make.person(make.lead(mine))) == ["Perinatal nurses here"]
    assert offered(session, action, way="delivered-by-back") == ["Perinatal nurses here"]


def test_what_the_reader_may_not_see_is_neither_offered_nor_speaks_for_others(session, make: Make):
    plan = make.plan()
    source = make.source(title="Zebrafish wards")
    make.priority(title="Zebrafish wards draft", plan_id=plan.id, visibility=Visibility.DRAFT)
    priority = make.priority(title="Night shifts", plan_id=plan.id)
    hidden = make.action(title="Zebrafish wards", plan_id=plan.id, visibility=Visibility.DRAFT)
    make.link(priority, LinkType.DELIVERED_BY, hidden)
    assert sorted(offered(session, source)) == ["Night shifts", "Zebrafish wards draft"]
    assert offered(session, source, make.person(make.viewer(plan))) == []
    assert offered(session, source, NOBODY) == []


def test_what_is_over_is_not_offered(session, make: Make):
    source = make.source(title="Perinatal nurses", status="withdrawn")
    priority = make.priority(title="Perinatal nurses at night")
    action = make.action(title="Perinatal nurses", closure="stopped")
    assert action.title not in offered(session, priority, way="delivered-by")
    assert offered(session, source) == [priority.title]


def test_a_record_page_offers_at_most_three_and_to_those_alone_who_may_link(session, make: Make):
    plan = make.plan()
    priority = make.priority(title="Perinatal nurses", plan_id=plan.id)
    for number in range(5):
        make.action(title=f"Perinatal nurses {number}", plan_id=plan.id)
    session.flush()
    assert len(suggesting.of_record(session, priority, make.person(make.lead(plan)))) == suggesting.OF_EACH
    for user in (make.viewer(plan), make.steering(plan), make.lead(make.plan())):
        assert suggesting.of_record(session, priority, make.person(user)) == []


def test_of_very_many_records_those_that_share_words_are_compared(session, make: Make, monkeypatch):
    monkeypatch.setattr(suggesting, "MOST_COMPARED", 2)
    priority = make.priority(title="Perinatal nurses")
    for number in range(4):
        make.action(title=f"Something else {number}")
    make.action(title="Perinatal nurses at night")
    assert offered(session, priority, way="delivered-by") == ["Perinatal nurses at night"]


def test_a_record_of_a_kind_that_nothing_is_offered_for_has_none(session, make: Make):
    assert offered(session, make.organisation(title="Perinatal nurses")) == []
