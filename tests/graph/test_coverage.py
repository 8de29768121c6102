"""Facts about the matrix: what a figure counts, what its totals count, and the ways behind it."""

from __future__ import annotations

import pytest

from graph.coverage.counting import of_groups, of_ways, ways
from graph.network import Edge, Network, Node, build

LAW, STRATEGY, GONE, ALONE = 1, 2, 3, 4
DUTY, ASK = 11, 12
ROW = 21
NURSES, BEDS, IDLE = 31, 32, 33
TRAIN, HIRE, STOPPED = 41, 42, 43
WALES, DATA = 901, 902

NODES = [
    Node(LAW, "source", "law", "A law"),
    Node(STRATEGY, "source", "strategy", "A strategy"),
    Node(GONE, "source", "gone", "Superseded", is_live=False),
    Node(ALONE, "source", "alone", "Asks for nothing"),
    Node(DUTY, "implication", "duty", "A duty"),
    Node(ASK, "implication", "ask", "An ask"),
    Node(ROW, "response", "row", "A row", 100),
    Node(NURSES, "priority", "nurses", "Nurses", 100),
    Node(BEDS, "priority", "beds", "Beds", 100),
    Node(IDLE, "priority", "idle", "Idle", 100),
    Node(TRAIN, "action", "train", "Train", 100),
    Node(HIRE, "action", "hire", "Hire", 100),
    Node(STOPPED, "action", "stopped", "Stopped", 100, is_live=False),
]
EDGES = [
    Edge(LAW, DUTY, "owns"),
    Edge(LAW, ROW, "owns"),
    Edge(STRATEGY, ASK, "owns"),
    Edge(LAW, NURSES, "calls-for", "says so itself"),
    Edge(DUTY, NURSES, "calls-for", "is a duty"),
    Edge(ROW, NURSES, "calls-for"),
    Edge(ASK, NURSES, "calls-for", state="suspect"),
    Edge(ASK, BEDS, "calls-for", state="retired"),
    Edge(STRATEGY, BEDS, "calls-for"),
    Edge(GONE, BEDS, "calls-for"),
    Edge(NURSES, TRAIN, "delivered-by"),
    Edge(BEDS, TRAIN, "delivered-by"),
    Edge(BEDS, STOPPED, "delivered-by"),
]
GROUPS = {WALES: {LAW, STRATEGY, GONE}, DATA: {STRATEGY, ALONE}}
PRIORITIES = [NURSES, BEDS, IDLE]


@pytest.fixture(scope="module")
def held() -> Network:
    return build(NODES, EDGES)


def test_a_figure_counts_the_live_sources_of_the_row_that_reach_the_column_at_any_distance(held):
    assert of_groups(held, GROUPS, PRIORITIES).cells == {WALES: {NURSES: 2, BEDS: 1}, DATA: {NURSES: 1, BEDS: 1}}


def test_a_source_in_two_rows_counts_once_in_the_totals(held):
    found = of_groups(held, GROUPS, PRIORITIES)
    assert found.of_rows == {WALES: 2, DATA: 1}
    assert found.of_columns == {NURSES: 2, BEDS: 1}
    assert found.total == 2


def test_what_the_reader_may_not_see_counts_in_nothing(held):
    seen = set(held.nodes) - {STRATEGY}
    assert of_groups(held, GROUPS, PRIORITIES, keep=seen).cells == {WALES: {NURSES: 1}}
    assert of_ways(held, [LAW, STRATEGY], PRIORITIES, keep=seen).total == 3
    assert of_ways(held, [LAW], PRIORITIES, keep=seen - {DUTY, NURSES}).total == 0
    assert ways(held, [LAW, STRATEGY], PRIORITIES, keep=seen - {LAW}) == []


def test_ways_are_counted_one_by_one_and_suspect_links_still_hold(held):
    found = of_ways(held, [LAW, STRATEGY, GONE, ALONE], PRIORITIES)
    assert found.cells == {LAW: {NURSES: 3}, STRATEGY: {NURSES: 1, BEDS: 1}}
    assert (found.of_rows, found.of_columns, found.total) == ({LAW: 3, STRATEGY: 2}, {NURSES: 4, BEDS: 1}, 5)


def test_an_action_that_was_stopped_delivers_nothing(held):
    found = of_ways(held, PRIORITIES, [TRAIN, HIRE, STOPPED]).turned()
    assert found.cells == {TRAIN: {NURSES: 1, BEDS: 1}}
    assert (found.of_rows, found.of_columns) == ({TRAIN: 2}, {NURSES: 1, BEDS: 1})


def test_the_ways_of_a_cell_are_as_many_as_it_counts_each_with_its_reasons(held):
    listed = ways(held, [LAW], [NURSES])
    assert {tuple(node.id for node in way.nodes): way.edges[-1].reason for way in listed} == {
        (LAW, NURSES): "says so itself",
        (LAW, DUTY, NURSES): "is a duty",
        (LAW, ROW, NURSES): None,
    }
    assert ways(held, [GONE, ALONE], PRIORITIES) == []
