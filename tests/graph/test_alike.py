"""Facts about which titles are near enough to be offered as the same action."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest

from graph.network import Edge, Node, build
from graph.same import alike
from graph.same.alike import MOST_KEPT, in_common, likely

FILLERS = (
    "Publish a toolkit for managers",
    "Review the budget of the library",
    "Fund places on the leadership course",
    "Survey staff about their wellbeing",
)


def _network(*titles, plans=None, edges=(), others=()):
    plans = plans or [1] * len(titles)
    nodes = [
        Node(number, "action", f"a-{number}", title, plan)
        for number, (title, plan) in enumerate(zip(titles, plans, strict=True), 1)
    ]
    fillers = [Node(100 + number, "action", f"f-{number}", title, 9) for number, title in enumerate(FILLERS)]
    return build([*nodes, *fillers, *others], edges)


def _pairs(network, seen=None, closed=frozenset()):
    return [(pair.one, pair.other) for pair in likely(network, network.nodes.keys() if seen is None else seen, closed)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Train perinatal nurses", "Train perinatal nurses"),
        ("Train perinatal nurses", "Training for perinatal nurses"),
        ("Set out career pathways for psychology", "Report on career pathways for psychology graduates"),
        ("Recruit community psychiatrists", "Recruit comunity psychiatrists"),
        (
            "Put the staffing act into practice for nursing",
            "Put the staffing act into practice on all wards, with data",
        ),
    ],
)
def test_titles_that_share_their_telling_words_are_offered(one, other):
    assert _pairs(_network(one, other, plans=[1, 2])) == [(1, 2)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Train perinatal nurses", "Measure vacancies each quarter"),
        ("Train perinatal nurses", "Train the board in finance"),
        ("Recruit 10 nurses", "Recruit 20 nurses"),
        ("Reach the target of 2024", "Reach the target of 2025"),
    ],
)
def test_titles_about_other_things_or_with_other_numbers_are_not(one, other):
    assert _pairs(_network(one, other, plans=[1, 2])) == []


def test_one_sentence_with_another_word_in_its_place_is_a_list_within_a_plan_and_a_likeness_between_two():
    titles = ("Finish the draft joint plan for Wirral", "Finish the draft joint plan for Cambridge")
    assert _pairs(_network(*titles)) == []
    assert _pairs(_network(*titles, plans=[1, 2])) == [(1, 2)]


def test_another_spelling_is_no_list():
    assert _pairs(_network("Start a psychology clinic in Gwent", "Start a psycology clinic in Gwent")) == [(1, 2)]


def test_looking_only_where_rare_words_are_shared_loses_no_pair(monkeypatch):
    chance = Random(7)
    words = ["train", "recruit", "perinatal", "nurses", "crisis", "teams", "wards", "data", "review", "clinic"]
    titles = [" ".join(chance.sample(words, 5)) for _ in range(30)]
    network = _network(*titles, plans=[1 + number % 3 for number in range(30)])
    found = _pairs(network)
    alike._near.cache_clear()
    monkeypatch.setattr(alike, "_worth_comparing", lambda actions, *_: combinations(range(len(actions)), 2))
    assert len(found) > 5
    assert found == _pairs(network)
    alike._near.cache_clear()


def test_a_list_of_many_like_sentences_offers_nothing():
    teams = ("crisis", "assertive outreach", "early intervention", "gateway worker", "carer support", "prison")
    assert _pairs(_network(*(f"Reach the local target for {team} teams" for team in teams))) == []


def test_what_is_closed_stopped_or_not_to_be_seen_is_in_no_pair():
    network = _network("Train perinatal nurses", "Train perinatal nurses")
    assert _pairs(network) == [(1, 2)]
    assert _pairs(network, closed=frozenset({2})) == []
    assert _pairs(network, seen=network.nodes.keys() - {1}) == []


def test_a_source_or_priority_behind_both_makes_them_nearer_and_is_named():
    titles = ("Set out career pathways for psychology", "Report on career pathways for psychology graduates")
    priority, indicator = Node(50, "priority", "p", "Careers", 1), Node(51, "indicator", "i", "Staff", 1)
    edges = [
        Edge(50, 1, "delivered-by"),
        Edge(50, 2, "delivered-by"),
        Edge(1, 51, "measured-by"),
        Edge(2, 51, "measured-by"),
    ]
    (apart,) = likely(_network(*titles, plans=[1, 2]), range(200), frozenset())
    (together,) = likely(
        _network(*titles, plans=[1, 2], edges=edges, others=(priority, indicator)), range(200), frozenset()
    )
    assert together.nearness > apart.nearness
    assert (apart.ground, together.ground) == ((), (50,))
    assert together.words == ("career", "pathways", "psychology")


def test_two_actions_that_nobody_offered_can_be_compared_as_well():
    network = _network("Train perinatal nurses", "Train the board")
    assert in_common(network, 1, 2, network.nodes.keys()) == (("train",), ())


def test_the_nearest_come_first_each_pair_once():
    network = _network(
        "Train perinatal nurses", "Train perinatal nurses", "Train perinatal nurses well", plans=[1, 2, 3]
    )
    found = likely(network, network.nodes.keys(), frozenset())
    assert (found[0].one, found[0].other) == (1, 2)
    assert {(pair.one, pair.other) for pair in found} == set(combinations((1, 2, 3), 2))


def test_a_thousand_actions_of_one_name_are_offered_in_bounds():
    nodes = [Node(number, "action", f"a-{number}", "Train nurses", number) for number in range(1000)]
    assert 0 < len(_pairs(build(nodes, []))) <= MOST_KEPT
