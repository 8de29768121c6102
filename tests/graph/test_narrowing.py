"""What holds of every narrowed thread, with the simple paths of networkx as witness."""

from __future__ import annotations

from itertools import chain

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.network import Edge, Node, build
from graph.threads.narrowing import narrow
from graph.threads.thread import thread
from tests.graph.test_properties import maps

groups_of = st.lists(st.sets(st.integers(1, 18), max_size=6), max_size=3)


def _paths(plain, found, side):
    """Every way between the record and an end of one of its sides, as the records beside the record itself."""
    part = plain.subgraph({*side, found.id})
    down = nx.descendants(part, found.id)
    ends = [id for id in side if not (part.succ[id] if id in down else part.pred[id])]
    both = chain.from_iterable(
        nx.all_simple_paths(part, found.id, end) if end in down else nx.all_simple_paths(part, end, found.id)
        for end in ends
    )
    return [set(path) - {found.id} for path in both]


@given(maps(), groups_of, st.data())
@settings(max_examples=200, deadline=None)
def test_a_narrowed_thread_is_the_ways_that_pass_every_group_that_a_side_has(drawn, groups, data):
    nodes, edges, _ = drawn
    network = build(nodes, edges)
    found = thread(network, data.draw(st.sampled_from([node.id for node in nodes])))
    narrowed = narrow(network, found, groups)
    expected = {found.id}
    if all(group & (found.above | found.below) for group in groups):
        passing, others = set(), set()
        for side in (found.above, found.below):
            asked = [group for group in groups if group & side]
            for path in _paths(network.support, found, side):
                if all(group & path for group in asked):
                    (passing if asked else others).update(path)
        expected |= passing | others if passing or not groups else set()
    assert {node.id for node in narrowed.nodes} == expected
    assert set(narrowed.nodes) <= set(found.nodes)
    assert set(narrowed.stops) <= set(found.stops)
    assert set(narrowed.edges) == {edge for edge in found.edges if {edge.source, edge.target} <= expected}
    assert (narrowed.above, narrowed.below) == (found.above & expected, found.below & expected)
    if not groups:
        assert narrowed == found


def test_a_side_without_any_of_a_group_is_left_whole_and_what_is_left_out_makes_no_gap():
    nodes = [
        Node(1, "source", "wales", "Of Wales"),
        Node(2, "source", "england", "Of England"),
        Node(3, "priority", "p", "Staffing", 1),
        Node(4, "action", "a", "Train", 1),
        Node(5, "action", "b", "Count", 1),
    ]
    edges = [Edge(1, 3, "calls-for"), Edge(2, 3, "calls-for"), Edge(3, 4, "delivered-by"), Edge(3, 5, "delivered-by")]
    network = build(nodes, edges)
    whole = thread(network, 3)
    assert {node.id for node in narrow(network, whole, [{1}]).nodes} == {1, 3, 4, 5}
    only = narrow(network, whole, [{1}, {4}])
    assert {node.id for node in only.nodes} == {1, 3, 4}
    assert {node.id for node in narrow(network, whole, [{99}]).nodes} == {3}
    assert not any(stop.missing == "action" for stop in narrow(network, whole, [{99}]).stops)
