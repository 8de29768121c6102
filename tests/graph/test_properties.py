"""What holds on every map, with networkx as witness: sole justifications, coverage; the hidden counts in nothing."""

from __future__ import annotations

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.coverage.counting import of_groups, of_ways, ways
from graph.gaps.in_links import gaps
from graph.network import COLUMNS, Edge, Node, build, see
from graph.reach import counts, resting, without
from graph.threads.thread import thread

PLAN = 100
MOST_OF_EACH = {"source": 4, "implication": 4, "response": 2, "priority": 3, "action": 3, "indicator": 2}
GROUPS = (901, 902, 903)


@st.composite
def maps(draw):
    """Records from policy to measure, some no longer live, links that lead forward, and those that a reader sees."""
    kinds = [kind for kind, most in MOST_OF_EACH.items() for _ in range(draw(st.integers(kind == "action", most)))]
    nodes = [
        Node(id, kind, f"{kind}-{id}", kind, PLAN if COLUMNS[kind] > 1 else None, draw(st.integers(0, 5)) > 0)
        for id, kind in enumerate(kinds, 1)
    ]
    forward = [(a.id, b.id) for a in nodes for b in nodes if COLUMNS[a.kind] < COLUMNS[b.kind]]
    pairs = draw(st.lists(st.sampled_from(forward), unique=True)) if forward else []
    states = st.sampled_from(["current", "suspect"])
    edges = [Edge(a, b, "calls-for", "Because", draw(states)) for a, b in pairs]
    seen = draw(st.sets(st.sampled_from([node.id for node in nodes])))
    return nodes, edges, seen


def _plain(nodes, edges, without=()):
    """The live part of a map as a plain graph."""
    known = nx.DiGraph()
    known.add_nodes_from(node.id for node in nodes if node.is_live and node.id not in without)
    known.add_edges_from((e.source, e.target) for e in edges if e.source in known and e.target in known)
    return known


def _of(nodes, kind, among):
    return {node.id for node in nodes if node.kind == kind and node.id in among}


def _sources_behind(nodes, plain, id):
    return _of(nodes, "source", nx.ancestors(plain, id))


def _justified(nodes, plain):
    return {id: found for id in _of(nodes, "action", plain) if (found := _sources_behind(nodes, plain, id))}


@given(maps())
@settings(max_examples=100, deadline=None)
def test_losing_a_sole_justification_leaves_an_action_with_none_and_losing_any_other_with_some(drawn):
    nodes, edges, _ = drawn
    network, plain = build(nodes, edges), _plain(nodes, edges)
    for action, behind in _justified(nodes, plain).items():
        for source in behind:
            left = without(network, [source]).after[action]
            assert left == len(behind) - 1
            assert (action in resting(network, source).alone) == (not left)
        for other in set(network.nodes) - behind - {action}:
            if other not in nx.ancestors(plain, action):
                assert action not in without(network, [other]).before


@given(maps())
@settings(max_examples=100, deadline=None)
def test_what_stands_on_every_way_to_an_action_is_sole_and_its_removal_makes_a_gap_and_no_other_does(drawn):
    nodes, edges, _ = drawn
    network, plain = build(nodes, edges), _plain(nodes, edges)
    for action in _justified(nodes, plain):
        for removed in nx.ancestors(plain, action):
            is_sole = not _sources_behind(nodes, _plain(nodes, edges, {removed}), action)
            assert (action in without(network, [removed]).lost) == is_sole
            rest = build([node for node in nodes if node.id != removed], edges)
            assert (network.nodes[action] in gaps(rest)["action-without-source"]) == is_sole


@given(maps(), st.sets(st.integers(1, 18), max_size=4))
@settings(max_examples=100, deadline=None)
def test_a_loss_of_several_leaves_what_is_left_without_them(drawn, gone):
    nodes, edges, _ = drawn
    loss, rest = without(build(nodes, edges), gone), _plain(nodes, edges, gone)
    for id, left in loss.after.items():
        assert left == len(_sources_behind(nodes, rest, id))
    assert set(loss.lost) | set(loss.kept) == {id for id, now in loss.before.items() if now}


@given(maps(), st.data())
@settings(max_examples=100, deadline=None)
def test_coverage_counts_the_ancestors_of_each_priority(drawn, data):
    nodes, edges, _ = drawn
    network, plain = build(nodes, edges), _plain(nodes, edges)
    sources, priorities = _of(nodes, "source", network.nodes), _of(nodes, "priority", network.nodes)
    members = st.sets(st.sampled_from(sorted(sources))) if sources else st.just(set())
    groups = {group: data.draw(members) for group in GROUPS}
    found = of_groups(network, groups, priorities)
    behind = {id: _sources_behind(nodes, plain, id) for id in priorities & set(plain)}
    expected = {group: {id: len(behind[id] & of) for id in behind if behind[id] & of} for group, of in groups.items()}
    whole = set().union(*groups.values())
    reaching = set().union(*behind.values()) & whole
    assert found.cells == {group: cells for group, cells in expected.items() if cells}
    assert found.of_rows == {group: len(of & reaching) for group, of in groups.items() if of & reaching}
    assert found.of_columns == {id: len(each & whole) for id, each in behind.items() if each & whole}
    assert found.total == len(reaching)


@given(maps())
@settings(max_examples=100, deadline=None)
def test_a_cell_counts_each_simple_path_and_its_page_lists_them(drawn):
    nodes, edges, _ = drawn
    network, plain = build(nodes, edges), _plain(nodes, edges)
    sources, priorities = _of(nodes, "source", network.nodes), _of(nodes, "priority", network.nodes)
    found = of_ways(network, sources, priorities)
    for source in sources:
        for priority in priorities:
            is_there = source in plain and priority in plain
            paths = {tuple(path) for path in nx.all_simple_paths(plain, source, priority)} if is_there else set()
            assert found.cells.get(source, {}).get(priority, 0) == len(paths)
            listed = ways(network, [source], [priority])
            assert sorted(tuple(node.id for node in way.nodes) for way in listed) == sorted(paths)
    assert found.total == sum(found.of_rows.values()) == sum(found.of_columns.values())


@given(maps(), st.sets(st.integers(1, 18), max_size=3))
@settings(max_examples=100, deadline=None)
def test_what_a_reader_may_not_see_counts_in_nothing(drawn, gone):
    nodes, edges, seen = drawn
    whole, open_part = build(nodes, edges), build([node for node in nodes if node.id in seen], edges)
    keep = see(whole, seen)
    sources, priorities = whole.of_kind("source"), whole.of_kind("priority")
    assert gaps(whole, keep=keep) == gaps(open_part)
    assert counts(whole, list(whole.nodes), keep=keep) == counts(open_part, list(whole.nodes))
    assert without(whole, gone, keep=keep) == without(open_part, gone)
    groups = {GROUPS[0]: sources}
    assert of_groups(whole, groups, priorities, keep=keep) == of_groups(open_part, groups, priorities)
    assert of_ways(whole, sources, priorities, keep=keep) == of_ways(open_part, sources, priorities)
    assert ways(whole, sorted(sources), sorted(priorities), keep=keep) == ways(
        open_part, sorted(sources), sorted(priorities)
    )
    for id in seen:
        assert thread(whole, id, keep=keep) == thread(open_part, id)
