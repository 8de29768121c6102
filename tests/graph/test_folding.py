"""Facts about summaries: nothing is lost, a box opens to exactly its records, closing returns, boxes are bounded."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.folding import MOST_BOXES, MOST_CLOSED, PART, By, Folding, fold
from graph.network import Edge, Node, build
from graph.threads.thread import thread
from tests.graph.test_properties import maps

KINDS = {"source": 60, "implication": 400, "response": 60, "priority": 60, "action": 300, "indicator": 80}
THEMES = 40


@pytest.fixture(scope="module")
def large():
    """The thread of one source with some hundred records, as links at random make it, and themes of its records."""
    chance = random.Random(20261122)
    ids, nodes = {}, []
    for kind, number in KINDS.items():
        ids[kind] = range(len(nodes) + 1, len(nodes) + 1 + number)
        nodes += [Node(id, kind, f"{kind}-{id}", f"{kind} {id}", 1) for id in ids[kind]]
    edges = {(1, id) for id in chance.sample(ids["implication"], 380)}
    for start, end in (("implication", "priority"), ("priority", "action"), ("action", "indicator")):
        edges |= {(chance.choice(ids[start]), chance.choice(ids[end])) for _ in range(500)}
    network = build(nodes, [Edge(a, b, "calls-for") for a, b in sorted(edges)])
    themes = {f"theme-{n}": (f"Theme {n}", frozenset(chance.sample(range(1, 900), 40))) for n in range(THEMES)}
    return thread(network, 1), themes


def _ids(groups):
    return sorted(node.id for group in groups for node in group.nodes)


@pytest.mark.parametrize("by", [None, *By])
def test_a_large_thread_begins_with_few_boxes_that_hold_every_record_once(large, by):
    whole, themes = large
    folded = fold(whole, Folding(by, (), themes))
    assert len(whole.nodes) > 2 * MOST_BOXES
    assert folded.by == (by or By.PRIORITY)
    assert len(folded.groups) <= MOST_CLOSED
    assert _ids(folded.groups) == sorted(node.id for node in whole.nodes)
    assert len({group.key for group in folded.groups if group.key}) == sum(group.is_folded for group in folded.groups)
    assert all(len({node.kind for node in group.nodes}) == 1 for group in folded.groups)


@pytest.mark.parametrize("by", list(By))
def test_opening_a_box_shows_exactly_its_records_and_closing_returns(large, by):
    whole, themes = large
    closed = fold(whole, Folding(by, (), themes))
    for group in closed.groups:
        if not group.is_folded:
            continue
        opened = fold(whole, Folding(by, (group.key,), themes))
        new = [each for each in opened.groups if each not in closed.groups]
        assert _ids(new) == _ids([group])
        assert [each for each in closed.groups if each not in opened.groups] == [group]
        (told,) = opened.opened
        alone = [each for each in new if not each.is_folded]
        assert (told.group, told.keys, told.shown) == (group, (group.key,), len(alone))
        assert len(alone) == (len(group.nodes) if len(group.nodes) <= PART + 1 else PART)
        left = tuple(key for key in (group.key,) if key not in told.keys)
        assert fold(whole, Folding(by, left, themes)) == closed


@pytest.mark.parametrize("by", list(By))
def test_what_is_left_of_an_opened_box_opens_in_turn_until_all_is_shown(large, by):
    whole, themes = large
    largest = max(fold(whole, Folding(by, (), themes)).groups, key=lambda group: len(group.nodes))
    assert len(largest.nodes) > PART + 1
    keys: list[str] = [largest.key]
    while True:
        folded = fold(whole, Folding(by, tuple(keys), themes))
        rest = [group for group in folded.groups if group.key.startswith(f"{largest.key}~")]
        if not rest:
            break
        (only,) = rest
        keys.append(only.key)
    (told,) = folded.opened
    assert (told.shown, told.keys) == (len(largest.nodes), tuple(keys))


@pytest.mark.parametrize("by", list(By))
def test_however_much_is_opened_there_is_room_for_it(large, by):
    whole, themes = large
    keys: tuple[str, ...] = ()
    for _ in range(12):
        folded = fold(whole, Folding(by, keys, themes))
        assert len(folded.groups) <= MOST_BOXES
        assert _ids(folded.groups) == sorted(node.id for node in whole.nodes)
        keys += tuple(group.key for group in folded.groups if group.key and group.key not in keys)
    assert folded.is_full


def test_keys_that_are_not_of_the_picture_open_nothing(large):
    whole, themes = large
    closed = fold(whole, Folding(By.PRIORITY, (), themes))
    key = next(group.key for group in closed.groups if len(group.nodes) > PART + 1)
    assert (
        fold(whole, Folding(By.PRIORITY, ("", "~", "~2", "nonsense", f"{key}~2", f"{key}~x", "=1"), themes)) == closed
    )


def test_a_thread_that_fits_is_folded_only_where_that_is_asked_for(large):
    whole, themes = large
    assert not any(group.is_folded for group in fold(whole, most=len(whole.nodes)).groups)
    asked = fold(whole, Folding(By.THEME, (), themes), len(whole.nodes))
    assert asked.by == By.THEME
    assert any(group.is_folded for group in asked.groups)


@given(maps(), st.sampled_from(list(By)), st.data())
@settings(max_examples=150, deadline=None)
def test_no_record_is_lost_and_records_that_lack_something_stand_with_none_that_do_not(drawn, by, data):
    nodes, edges, _ = drawn
    ids = [node.id for node in nodes]
    found = thread(build(nodes, edges), data.draw(st.sampled_from(ids)))
    themes = {ref: (ref, data.draw(st.frozensets(st.sampled_from(ids)))) for ref in ("one", "two")}
    missing = {stop.id: set() for stop in found.stops}
    for stop in found.stops:
        missing[stop.id].add(stop.missing)
    closed = fold(found, Folding(by, (), themes))
    keys = tuple(group.key for group in closed.groups if group.is_folded)
    opened = fold(found, Folding(by, keys, themes))
    for folded in (closed, opened):
        assert _ids(folded.groups) == sorted(node.id for node in found.nodes)
        for group in folded.groups:
            assert group.is_folded == (len(group.nodes) > 1)
            assert len({frozenset(missing.get(node.id, ())) for node in group.nodes}) == 1
    assert not any(group.is_folded for group in opened.groups)
