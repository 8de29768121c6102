"""Facts about threads, gaps, reach and loss, on a small known map and against plain recursion on random ones."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.gaps.in_links import GAP_KINDS, find, gaps, measured
from graph.network import COLUMNS, Edge, Network, Node, build, living, related
from graph.reach import counts, resting, without
from graph.threads.thread import Stop, thread, why

PLAN, OTHER_PLAN = 100, 200
LAW, STRATEGY, ENDED, DRAFT = 1, 2, 3, 4
NURSES, DATA, CRISIS, OLD = 11, 12, 13, 14
ALIGNED, WATCHED, EMPTY = 21, 22, 23
STAFFING, HOURS, OWN, IDLE = 31, 32, 33, 34
SUPPORT, LINK, STRAY = 41, 42, 43
VACANCIES = 51

NODES = [
    Node(LAW, "source", "nurse-staffing-act", "Nurse Staffing Levels (Wales) Act 2016"),
    Node(STRATEGY, "source", "t4mh-strategy", "Together for Mental Health"),
    Node(ENDED, "source", "old-framework", "A framework that was superseded", is_live=False),
    Node(DRAFT, "source", "draft-plan", "A plan in draft"),
    Node(NURSES, "implication", "enough-nurses", "Enough nurses on every ward"),
    Node(DATA, "implication", "shared-data", "Joint planning needs shared workforce data"),
    Node(CRISIS, "implication", "crisis-cover", "Cover for crises by day and night"),
    Node(OLD, "implication", "old-duty", "A duty of the old framework"),
    Node(ALIGNED, "response", "row-1", "Row 1", PLAN, response_type="aligned"),
    Node(WATCHED, "response", "row-2", "Row 2", PLAN, response_type="monitoring"),
    Node(EMPTY, "response", "row-3", "Row 3", PLAN, is_empty=True),
    Node(STAFFING, "priority", "nurse-staffing", "Nurse staffing levels", PLAN),
    Node(HOURS, "priority", "crisis", "Crisis and out of hours", PLAN),
    Node(OWN, "priority", "ministers-own", "The strategy's own priority"),
    Node(IDLE, "priority", "idle", "A priority of another plan", OTHER_PLAN),
    Node(SUPPORT, "action", "support-act", "Support the Act", PLAN),
    Node(LINK, "action", "link-crisis", "Link with the crisis work", PLAN),
    Node(STRAY, "action", "stray", "Do something for no stated reason", PLAN),
    Node(VACANCIES, "indicator", "vacancies", "Nursing vacancies", PLAN),
]
EDGES = [
    Edge(LAW, NURSES, "owns"),
    Edge(STRATEGY, DATA, "owns"),
    Edge(STRATEGY, CRISIS, "owns"),
    Edge(ENDED, OLD, "owns"),
    Edge(STRATEGY, ALIGNED, "owns"),
    Edge(LAW, WATCHED, "owns"),
    Edge(DRAFT, EMPTY, "owns"),
    Edge(NURSES, STAFFING, "calls-for", "sets a duty in law"),
    Edge(DATA, OWN, "calls-for"),
    Edge(CRISIS, HOURS, "calls-for", "asks for cover", "suspect"),
    Edge(STRATEGY, STAFFING, "calls-for"),
    Edge(CRISIS, STAFFING, "calls-for", state="retired"),
    Edge(STAFFING, SUPPORT, "delivered-by"),
    Edge(HOURS, SUPPORT, "delivered-by"),
    Edge(HOURS, LINK, "delivered-by"),
    Edge(SUPPORT, VACANCIES, "measured-by"),
    Edge(STRATEGY, ENDED, "supersedes"),
    Edge(LINK, SUPPORT, "depends-on"),
]


@pytest.fixture(scope="module")
def wales() -> Network:
    return build(NODES, EDGES)


def ids(nodes: tuple[Node, ...]) -> list[int]:
    return [node.id for node in nodes]


def test_relations_are_no_support(wales):
    assert {edge.type for edge in wales.relations} == {"supersedes", "depends-on"}
    assert related(wales, LINK) == [Edge(LINK, SUPPORT, "depends-on")]
    assert ENDED not in thread(wales, STRATEGY).below


def test_a_relation_to_a_record_that_the_reader_may_not_see_is_hidden(wales):
    assert related(wales, ENDED, keep={ENDED, LAW}) == []


def test_a_network_cannot_be_changed(wales):
    with pytest.raises(Exception, match="Frozen"):
        wales.support.add_edge(LAW, VACANCIES)


def test_a_support_link_that_leads_backward_is_refused():
    with pytest.raises(ValueError, match="support-act calls-for nurse-staffing does not lead forward"):
        build(NODES, [Edge(SUPPORT, STAFFING, "calls-for")])


def test_links_to_records_that_are_not_there_are_left_out():
    assert not build(NODES, [Edge(LAW, 999, "owns")]).support.edges


def test_of_two_links_between_the_same_records_the_sound_one_speaks():
    sound, doubted = Edge(LAW, NURSES, "owns"), Edge(LAW, NURSES, "owns", state="suspect")
    for edges in ([sound, doubted], [doubted, sound]):
        assert build(NODES, edges).edge(LAW, NURSES) == sound


def test_a_thread_runs_up_to_every_source_and_down_to_every_measure(wales):
    found = thread(wales, SUPPORT)
    assert found.above == {LAW, STRATEGY, NURSES, CRISIS, STAFFING, HOURS}
    assert found.below == {VACANCIES}
    assert found.focus.ref == "support-act"
    assert ids(found.nodes) == [LAW, STRATEGY, NURSES, CRISIS, STAFFING, HOURS, SUPPORT, VACANCIES]


def test_a_thread_holds_every_current_and_suspect_link_between_its_records(wales):
    found = thread(wales, HOURS)
    assert {(e.source, e.target) for e in found.edges} == {
        (STRATEGY, CRISIS), (CRISIS, HOURS), (HOURS, SUPPORT), (HOURS, LINK), (SUPPORT, VACANCIES),
    }  # fmt: skip
    assert [edge.reason for edge in found.suspects] == ["asks for cover"]


def test_the_thread_of_a_response_includes_its_source(wales):
    assert ids(thread(wales, ALIGNED).nodes) == [STRATEGY, ALIGNED]


def test_what_the_reader_may_not_see_does_not_carry_a_thread(wales):
    found = thread(wales, LAW, keep=lambda id: id != STAFFING)
    assert found.below == {NURSES, WATCHED}
    with pytest.raises(KeyError):
        thread(wales, DRAFT, keep={LAW})


def test_a_thread_says_where_it_stops(wales):
    assert set(thread(wales, STRATEGY).stops) == {
        Stop(ALIGNED, "action"), Stop(DATA, "priority"), Stop(LINK, "indicator"),
    }  # fmt: skip
    assert thread(wales, LAW).stops == ()
    assert thread(wales, DRAFT).stops == (Stop(EMPTY, "response"),)
    assert set(thread(wales, STRAY).stops) == {Stop(STRAY, "source"), Stop(STRAY, "indicator")}
    assert set(thread(wales, IDLE).stops) == {Stop(IDLE, "source"), Stop(IDLE, "action")}


def test_a_thread_stops_at_its_last_record_not_at_each_before_it():
    rows = [Node(1, "source", "s", "S"), Node(2, "response", "r", "R", PLAN, response_type="aligned")]
    network = build([*rows, Node(3, "priority", "p", "P", PLAN)], [Edge(1, 2, "owns"), Edge(2, 3, "calls-for")])
    assert thread(network, 1).stops == (Stop(3, "action"),)
    assert ids(gaps(network)["response-without-action"]) == [2]


def test_gaps_are_one_list_for_each_kind(wales):
    found = {kind: ids(nodes) for kind, nodes in gaps(wales).items()}
    assert found == {
        "implication-without-priority": [DATA],
        "priority-without-action": [IDLE],
        "action-without-source": [STRAY],
        "response-without-action": [ALIGNED],
        "empty-response": [EMPTY],
        "indicator-without-action": [],
    }


def test_gaps_of_one_plan_leave_out_others_and_sources_it_does_not_map(wales):
    assert ids(gaps(wales, plan_id=PLAN)["implication-without-priority"]) == [DATA]
    assert ids(gaps(wales, plan_id=PLAN)["priority-without-action"]) == []
    other = gaps(wales, plan_id=OTHER_PLAN)
    assert ids(other["priority-without-action"]) == [IDLE]
    assert not any(other[kind] for kind in GAP_KINDS if kind != "priority-without-action")


def test_an_own_priority_that_leads_to_an_action_closes_the_gap(wales):
    network = build(NODES, [*EDGES, Edge(OWN, LINK, "delivered-by")])
    assert gaps(network)["implication-without-priority"] == ()


def test_a_gap_appears_when_what_filled_it_is_hidden(wales):
    found = gaps(wales, keep=[node.id for node in NODES if node.id != SUPPORT])
    assert ids(found["priority-without-action"]) == [STAFFING, IDLE]


def test_records_that_are_not_live_support_nothing():
    nodes = [Node(1, "source", "s", "S", is_live=False), Node(2, "priority", "p", "P", PLAN)]
    network = build([*nodes, Node(3, "action", "a", "A", PLAN)], [Edge(1, 2, "calls-for"), Edge(2, 3, "delivered-by")])
    assert ids(gaps(network)["action-without-source"]) == [3]


def test_why_tells_one_way_from_each_source_with_its_reasons(wales):
    paths = why(wales, SUPPORT)
    assert [ids(path.nodes) for path in paths] == [[STRATEGY, STAFFING, SUPPORT], [LAW, NURSES, STAFFING, SUPPORT]]
    assert [edge.reason for edge in paths[1].edges] == [None, "sets a duty in law", None]
    assert why(wales, STRAY) == []


def test_why_prefers_a_sound_link_with_a_reason():
    nodes = [Node(1, "source", "s", "S"), Node(2, "implication", "a", "A"), Node(3, "implication", "b", "B")]
    links = [Edge(1, 2, "owns"), Edge(1, 3, "owns"), Edge(2, 4, "calls-for"), Edge(3, 4, "calls-for", "because")]
    (path,) = why(build([*nodes, Node(4, "priority", "p", "P", PLAN)], links), 4)
    assert ids(path.nodes) == [1, 3, 4]


def test_counts_reach_up_and_down_and_leave_out_the_record_itself(wales):
    found = counts(wales, [LAW, SUPPORT, STRAY, 999])
    assert found == {
        LAW: {"implication": 1, "response": 1, "priority": 1, "action": 1, "indicator": 1},
        SUPPORT: {"source": 2, "implication": 2, "priority": 2, "indicator": 1},
        STRAY: {},
    }
    assert counts(wales, [LAW], keep={LAW, NURSES}) == {LAW: {"implication": 1}}


def test_without_a_source_only_what_rested_on_it_alone_is_lost(wales):
    loss = without(wales, [STRATEGY])
    assert set(loss.lost) == {DATA, CRISIS, ALIGNED, HOURS, OWN, LINK}
    assert set(loss.kept) == {STAFFING, SUPPORT, VACANCIES}
    assert (loss.before[SUPPORT], loss.after[SUPPORT]) == (2, 1)


def test_without_both_sources_nothing_is_kept(wales):
    assert without(wales, [STRATEGY, LAW]).kept == ()


def test_what_had_no_support_cannot_lose_it(wales):
    network = build(NODES, [*EDGES, Edge(IDLE, STRAY, "delivered-by")])
    assert without(network, [IDLE]).lost == ()


# --- against plain recursion on random maps -------------------------------------------------------

KINDS = list(COLUMNS)


@st.composite
def maps(draw):
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=14))
    nodes = [
        Node(
            n,
            kind,
            f"{kind}-{n}",
            kind,
            draw(st.sampled_from([None, 1, 2])) if COLUMNS[kind] else None,
            draw(st.booleans()),
        )
        for n, kind in enumerate(kinds)
    ]
    forward = [(a.id, b.id) for a in nodes for b in nodes if COLUMNS[a.kind] < COLUMNS[b.kind]]
    pairs = draw(st.lists(st.sampled_from(forward), unique=True)) if forward else []
    keep = draw(st.none() | st.sets(st.sampled_from(range(len(nodes)))))
    return nodes, [Edge(a, b, "calls-for") for a, b in pairs], keep


class Plain:
    """The same questions, asked of one record at a time by walking every path."""

    def __init__(self, nodes, edges, keep):
        self.nodes = {n.id: n for n in nodes if keep is None or n.id in keep}
        self.pairs = [(e.source, e.target) for e in edges if {e.source, e.target} <= self.nodes.keys()]

    def below(self, id):
        return {id}.union(*(self.below(b) for a, b in self.pairs if a == id))

    def above(self, id):
        return {id}.union(*(self.above(a) for a, b in self.pairs if b == id))

    def living(self, without=frozenset()):
        alive = {id for id, n in self.nodes.items() if n.is_live} - set(without)
        return Plain([self.nodes[id] for id in alive], [Edge(a, b, "") for a, b in self.pairs], None)

    def sources(self, id):
        return {a for a in self.above(id) if self.nodes[a].kind == "source"}


@given(maps())
@settings(max_examples=200, deadline=None)
def test_threads_and_counts_agree_with_plain_recursion(drawn):
    nodes, edges, keep = drawn
    network, plain = build(nodes, edges), Plain(nodes, edges, keep)
    found = counts(network, [n.id for n in nodes], keep=keep)
    assert found.keys() == plain.nodes.keys()
    for id in plain.nodes:
        one = thread(network, id, keep=keep)
        assert one.above | {id} == plain.above(id)
        assert one.below | {id} == plain.below(id)
        assert found[id] == Counter(plain.nodes[other].kind for other in one.above | one.below)
        assert {path.source.id for path in why(network, id, keep=keep)} == plain.sources(id) - {id}


@given(maps())
@settings(max_examples=200, deadline=None)
def test_gaps_agree_with_plain_recursion(drawn):
    nodes, edges, keep = drawn
    found, live = gaps(build(nodes, edges), keep=keep), Plain(nodes, edges, keep).living()
    below = {id: [live.nodes[other] for other in live.below(id)] for id in live.nodes}
    acted_on = {id for id in below if any(n.kind == "action" for n in below[id])}
    assert {n.id for n in found["priority-without-action"]} == {
        id for id, n in live.nodes.items() if n.kind == "priority" and n.plan_id and id not in acted_on
    }
    assert {n.id for n in found["action-without-source"]} == {
        id for id, n in live.nodes.items() if n.kind == "action" and not live.sources(id)
    }
    assert {n.id for n in found["implication-without-priority"]} == {
        id for id, n in live.nodes.items() if n.kind == "implication" and live.sources(id) and id not in acted_on
        and not any(other.kind == "priority" and other.plan_id for other in below[id])
    }  # fmt: skip


@given(maps(), st.sets(st.integers(0, 13), max_size=3))
@settings(max_examples=200, deadline=None)
def test_loss_agrees_with_asking_twice(drawn, gone):
    nodes, edges, keep = drawn
    loss, plain = without(build(nodes, edges), gone, keep=keep), Plain(nodes, edges, keep)
    now, then = plain.living(), plain.living(without=gone)
    touched = set().union(*(now.below(id) for id in gone & now.nodes.keys())) - gone
    assert loss.before == {id: len(now.sources(id)) for id in touched}
    assert loss.after == {id: len(then.sources(id)) for id in touched}


@given(maps(), st.sets(st.integers(0, 13)), st.sampled_from([None, 1, 2]))
@settings(max_examples=200, deadline=None)
def test_the_gaps_among_some_records_are_those_of_all_that_are_among_them(drawn, some, plan_id):
    nodes, edges, keep = drawn
    network = build(nodes, edges)
    live = living(network, keep)
    every = find(network, live, plan_id)
    assert find(network, live, plan_id, some) == {kind: ids & some for kind, ids in every.items()}


@given(maps())
@settings(max_examples=200, deadline=None)
def test_what_rests_on_a_record_agrees_with_plain_recursion(drawn):
    nodes, edges, keep = drawn
    network, plain = build(nodes, edges), Plain(nodes, edges, keep).living()
    for id in plain.nodes:
        found, left = resting(network, id, keep=keep), plain.living(without={id})
        assert found.all == plain.below(id) - {id}
        assert found.alone == {each for each in found.all if not left.sources(each) - {id}}


def test_an_indicator_leads_back_to_every_source_and_a_priority_may_be_measured_itself(wales):
    back = thread(wales, VACANCIES)
    assert {LAW, STRATEGY, STAFFING, SUPPORT} <= back.above
    assert back.below == frozenset()
    assert {path.source.id for path in why(wales, VACANCIES)} == {LAW, STRATEGY}
    assert measured(wales, {SUPPORT, HOURS, LINK}, wales.nodes.keys()) == {SUPPORT}
    direct = build(NODES, [*EDGES, Edge(HOURS, VACANCIES, "measured-by")])
    assert measured(direct, {SUPPORT, HOURS, LINK}, direct.nodes.keys()) == {SUPPORT, HOURS}
    assert measured(direct, {SUPPORT, HOURS, LINK}, direct.nodes.keys() - {VACANCIES}) == set()
    # What is measured and not done is still a gap: a number moves nothing.
    bare = build(NODES, [*EDGES, Edge(IDLE, VACANCIES, "measured-by")])
    assert IDLE in ids(gaps(bare)["priority-without-action"])
    assert Stop(IDLE, "action") in thread(bare, IDLE).stops
