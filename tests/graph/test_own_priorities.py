"""A source's own priorities rest on the source, and answer nothing that it asks of a plan."""

from __future__ import annotations

import pytest

from graph import service, snapshot
from graph.impact import touching
from graph.network import OWNS
from kb.models.link import LinkState, LinkType
from kb.permissions import SYSTEM
from kb.planning import priority_sets
from kb.planning.priority_sets import PriorityDetails, SetDetails
from tests.conftest import TODAY


@pytest.fixture
def source(make):
    return make.source(title="A Healthier Wales")


@pytest.fixture
def own(make, source):
    return make.priority(title="Prevention", plan_id=None, set_id=make.priority_set(source_id=source.id).id)


def edge(session, source, own):
    return snapshot.current(session).network.edge(source.id, own.id)


def test_a_source_supports_the_priorities_of_its_sets_and_a_plan_is_no_source(session, make, source, own):
    plans = make.priority()
    assert edge(session, source, own).type == OWNS
    network = snapshot.current(session).network
    assert network.before[own.id] == (source.id,)
    assert network.before[plans.id] == ()


def test_a_priority_that_is_added_to_a_sources_set_is_on_the_map_at_once(session, make, source):
    lead = make.person(make.lead())
    made = priority_sets.create(session, SetDetails("Aims"), source=source, by=lead)
    session.commit()
    before = snapshot.current(session)
    added = priority_sets.add_priority(session, made.ref, PriorityDetails("Prevention"), by=lead)
    session.commit()
    assert added.id not in before.network.nodes
    assert edge(session, source, added).type == OWNS


def test_a_link_with_a_reason_speaks_and_a_suspect_one_does_not(session, make, source, own):
    link = make.link(source, LinkType.CALLS_FOR, own, reason="It names prevention first.")
    assert edge(session, source, own).reason == "It names prevention first."
    assert service.size(session) == 1, "the same two records are joined once"
    link.state = LinkState.SUSPECT
    assert not edge(session, source, own).is_suspect


def test_an_action_that_delivers_a_sources_own_priority_has_a_source(session, make, source, own):
    action = make.action()
    assert [gap.ref for gap in gaps(session, make)["action-without-source"]] == [action.ref]
    make.link(own, LinkType.DELIVERED_BY, action)
    assert gaps(session, make)["action-without-source"] == []
    (why,) = service.why(session, action.id, SYSTEM)
    assert [step.title for step in why.steps] == ["A Healthier Wales", "Prevention", action.title]


def gaps(session, make):
    return service.gaps(session, SYSTEM, make.the_plan, TODAY)


def test_a_sources_own_priority_is_no_gap_and_fills_none(session, make, source, own):
    make.response(source, response_type="context-only", text="As background")
    implication = make.implication(source)
    found = gaps(session, make)
    assert found["priority-without-action"] == []
    assert [gap.ref for gap in found["implication-without-priority"]] == [implication.ref]
    thread = service.thread(session, source, SYSTEM)
    assert {(stop.id, stop.missing) for stop in thread.stops} == {(implication.id, "priority")}


def test_the_strip_of_a_source_counts_its_own_priority_only_where_an_action_delivers_it(session, make, source, own):
    make.implication(source)
    assert service.strips(session, [source.id], SYSTEM)[source.id] == [("implication", 1), ("priority", 0)]
    make.link(own, LinkType.DELIVERED_BY, make.action())
    counted = [("implication", 1), ("priority", 1), ("action", 1)]
    assert service.strips(session, [source.id], SYSTEM)[source.id] == counted


def test_what_a_source_puts_first_itself_does_not_count_as_resting_on_it(session, make, source, own):
    bearing = service.bearing(session, source.id, SYSTEM)
    assert (bearing.alone, bearing.others) == ((), 0)
    action = make.action()
    make.link(own, LinkType.DELIVERED_BY, action)
    assert [node.ref for node in service.bearing(session, source.id, SYSTEM).alone] == [action.ref]


def test_a_successor_is_offered_what_the_source_calls_for_but_not_its_own_priorities(session, make, source, own):
    action, called = make.action(), make.priority()
    make.link(own, LinkType.DELIVERED_BY, action)
    make.link(make.implication(source), LinkType.CALLS_FOR, called)
    network = snapshot.current(session).network
    successor = make.source()
    network = snapshot.current(session).network
    heirs = touching.heirs(network, [source.id], successor.id, network.nodes.keys())
    assert [heir.edge.target for heir in heirs] == [called.id]
