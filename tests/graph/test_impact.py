from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.impact import touching
from graph.impact.answers import ask
from graph.impact.questions import find, named, put
from graph.impact.told import load
from graph.network import Edge, Node, build
from graph.reach import without
from kb.errors import Invalid
from kb.models.link import LinkType
from kb.models.record import Visibility
from kb.permissions import SYSTEM, Person
from tests.conftest import TODAY

READER = Person(reads_publicly=True)


@pytest.fixture
def two(make):
    """Two sources: one priority rests on both, the other, with its action, on the first alone."""
    old, new = make.source(title="The old strategy"), make.source(title="The new strategy")
    nurses = make.implication(old, title="More nurses")
    both, alone = make.priority(title="Nursing"), make.priority(title="Crisis")
    action = make.action(title="Crisis team")
    make.link(nurses, LinkType.CALLS_FOR, both)
    make.link(new, LinkType.CALLS_FOR, both)
    make.link(old, LinkType.CALLS_FOR, alone, reason="It asks for crisis teams.")
    make.link(alone, LinkType.DELIVERED_BY, action)
    return old, new, both, alone, action


def told(session, *chosen, what="", by=None, plan=None, person=SYSTEM):
    return ask(session, put(chosen, what, by, plan), person, TODAY).told


def table(answer):
    return [(row.record.title, row.now, [one.title for one in row.kept]) for row in answer.rows]


def test_what_loses_its_last_source_comes_first_and_what_keeps_another_names_it(session, two):
    answer = told(session, two[0], what="withdrawn")
    assert answer.figures == (3, 1, 2)
    assert table(answer) == [("Crisis", 1, []), ("Crisis team", 1, []), ("Nursing", 2, ["The new strategy"])]
    assert "“Crisis” and one action for it would have no reason left" in answer.sentence


def test_any_one_other_way_is_enough_to_keep_support(session, make, two):
    make.link(make.implication(two[1]), LinkType.CALLS_FOR, two[3])
    answer = told(session, two[0])
    assert answer.figures == (3, 3, 0)
    assert answer.sentence.startswith("All of them keep a source.")


def test_of_several_sources_that_go_none_keeps_what_rests_on_them_together(session, two):
    answer = told(session, two[0], two[1])
    assert answer.figures == (3, 0, 3)


def test_a_successor_keeps_what_it_calls_for_already_and_the_other_links_may_be_carried(session, two):
    answer = told(session, two[0], by=two[1])
    assert answer.figures == (3, 1, 2)
    links = [(one.start.title, one.end.title, one.reason, one.is_there) for one in answer.carried]
    assert links == [
        ("The old strategy", "Crisis", "It asks for crisis teams.", False),
        ("More nurses", "Nursing", "It says so.", True),
    ]
    assert answer.remarks == ("If the link below is carried to “The new strategy”, nothing loses all support.",)


def test_a_plans_answer_to_the_source_leads_on_and_may_be_carried_too(session, make, two):
    action = make.action(title="Answer it")
    make.link(make.response(two[0], title="Our answer"), LinkType.ANSWERED_BY, action)
    answer = told(session, two[0], by=two[1])
    assert ("Our answer", "Answer it") in [(one.start.title, one.end.title) for one in answer.carried]


def test_a_successor_that_is_over_itself_supports_nothing_and_the_answer_says_so(session, make, two):
    over = make.source(title="Over", status="withdrawn")
    make.link(over, LinkType.CALLS_FOR, two[3])
    answer = told(session, two[0], by=over)
    assert answer.figures == (3, 1, 2)
    assert answer.remarks == ("“Over” is itself superseded or withdrawn, so it supports nothing.",)


def test_a_source_that_is_over_already_takes_nothing_with_it(session, make):
    over = make.source(title="Over", status="superseded")
    make.link(over, LinkType.CALLS_FOR, make.priority())
    answer = told(session, over)
    assert answer.figures == (0, 0, 0)
    assert "supports nothing today" in answer.remarks[0]


def test_a_delayed_source_tells_what_rests_on_nothing_else_with_the_due_dates(session, make, two):
    two[4].due_on = make.today + timedelta(days=30)
    session.flush()
    answer = told(session, two[0], what="delayed")
    assert answer.figures == (3, 1, 2)
    assert {row.record.title: row.due for row in answer.rows}["Crisis team"] == two[4].due_on
    assert answer.sentence.startswith("“Crisis team” rests on nothing else, and is due first")


def test_what_is_done_or_stopped_or_of_another_plan_is_not_touched(session, make, two):
    other = make.plan(title="Another plan")
    make.link(two[0], LinkType.CALLS_FOR, make.priority(plan_id=other.id, title="Elsewhere"))
    two[4].closure = "done"
    session.flush()
    assert {row.record.title for row in told(session, two[0]).rows} == {"Crisis", "Nursing", "Elsewhere"}
    assert {row.record.title for row in told(session, two[0], plan=make.the_plan).rows} == {"Crisis", "Nursing"}
    assert {row.record.title for row in told(session, two[0], plan=other).rows} == {"Elsewhere"}


def test_what_the_reader_may_not_see_is_neither_touched_nor_a_support_nor_carried(session, make, two):
    secret = make.source(title="Secret", visibility=Visibility.DRAFT)
    make.link(secret, LinkType.CALLS_FOR, two[3])
    make.link(two[0], LinkType.CALLS_FOR, make.priority(title="Secret aim", visibility=Visibility.DRAFT))
    answer = told(session, two[0], by=two[1], person=READER)
    assert answer.figures == (3, 1, 2)
    assert "Secret" not in str(answer)
    assert told(session, two[0]).figures == (4, 3, 1)
    assert ask(session, put([two[0]]), SYSTEM, TODAY).names_drafts
    assert not ask(session, put([two[0]]), READER, TODAY).names_drafts


def test_a_stopped_action_takes_the_only_action_of_priorities_and_indicators_and_lets_others_wait(session, make):
    action, other, waiting = (make.action(title=title) for title in ("This", "Other", "Waiting"))
    first, second = make.priority(title="Alone"), make.priority(title="Shared")
    indicator = make.indicator(title="Measured")
    for start, kind, end in (
        (first, LinkType.DELIVERED_BY, action), (second, LinkType.DELIVERED_BY, action),
        (second, LinkType.DELIVERED_BY, other), (action, LinkType.MEASURED_BY, indicator),
        (waiting, LinkType.DEPENDS_ON, action),
    ):  # fmt: skip
        make.link(start, kind, end)
    answer = told(session, action)
    assert answer.figures == (3, 1, 2)
    assert table(answer) == [("Alone", 1, []), ("Measured", 1, []), ("Shared", 2, ["Other"])]
    assert [one.record.title for one in answer.waits] == ["Waiting"]
    assert answer.sentence.endswith("One action waits for it.")


def test_a_delayed_action_reaches_what_waits_for_it_at_any_distance_and_says_how_much_room_there_is(session, make):
    def due(days, title):
        return make.action(title=title, due_on=make.today + timedelta(days=days))

    late, near, far = due(10, "Late"), due(15, "Near"), due(10, "Far")
    make.link(near, LinkType.DEPENDS_ON, late)
    make.link(far, LinkType.DEPENDS_ON, near)
    answer = told(session, late, what="delayed")
    assert answer.figures == (2, 1, 1)
    assert [(one.record.title, one.needed.title, one.is_direct, one.room) for one in answer.waits] == [
        ("Far", "Near", False, 0),
        ("Near", "Late", True, 5),
    ]
    assert "any delay reaches it" in answer.sentence


def test_the_room_is_counted_from_the_forecast_and_for_whoever_may_not_read_it_from_today(session, make):
    late = make.action(title="Late", due_on=make.today - timedelta(days=6), forecast_on=make.today + timedelta(days=19))
    make.link(make.action(title="Next", due_on=make.today + timedelta(days=17)), LinkType.DEPENDS_ON, late)
    answer = told(session, late, what="delayed")
    assert (answer.figures, answer.waits[0].room) == ((1, 0, 1), -2)
    assert answer.sentence.endswith("is due on 10 December 2026, 2 days before it is expected.")
    assert "is forecast for 12 December 2026" in answer.remarks[0]
    public = told(session, late, what="delayed", person=READER)
    assert (public.figures, public.waits[0].room) == ((1, 1, 0), 17)
    assert "counted from today" in public.remarks[0]
    assert "12 December" not in str(public)


def test_an_answer_that_goes_by_a_forecast_is_marked_so(session, make):
    late = make.action(due_on=TODAY, forecast_on=TODAY + timedelta(days=9))
    assert ask(session, put([late], "delayed"), SYSTEM, TODAY).tells_forecasts
    assert not ask(session, put([late], "delayed"), READER, TODAY).tells_forecasts
    assert not ask(session, put([late], "stopped"), SYSTEM, TODAY).tells_forecasts


def test_what_has_to_start_first_has_room_until_then_and_what_has_started_until_it_is_due(session, make):
    def waiting(title, starts):
        action = make.action(title=title, starts_on=TODAY + timedelta(days=starts), due_on=TODAY + timedelta(days=60))
        make.link(action, LinkType.DEPENDS_ON, late)

    late = make.action(due_on=TODAY + timedelta(days=30))
    waiting("To start", 20)
    waiting("Started", -20)
    answer = told(session, late, what="delayed")
    assert {one.record.title: (one.room, one.starts is not None) for one in answer.waits} == {
        "To start": (-10, True),
        "Started": (30, False),
    }
    assert "is to start on 13 December 2026, 10 days before it is expected" in answer.sentence


def test_what_has_no_date_is_counted_without_room_and_the_answer_says_so(session, make):
    late = make.action(due_on=TODAY)
    make.link(make.action(due_on=None), LinkType.DEPENDS_ON, late)
    answer = told(session, late, what="delayed")
    assert answer.figures == (1, 0, 1)
    assert answer.remarks == ("One has no date to go by, and is counted among those without room.",)


def test_what_is_done_cannot_be_delayed(session, make):
    done = make.action(title="Done", due_on=TODAY, closure="done", done_on=TODAY)
    assert told(session, done, what="delayed").remarks == ("“Done” is done or stopped, so it cannot be delayed.",)


def test_a_circle_of_waiting_actions_ends_where_it_closes():
    nodes = [Node(id, "action", str(id), str(id)) for id in (1, 2, 3)]
    network = build(nodes, [Edge(one, other, "depends-on") for one, other in ((2, 1), (3, 2), (1, 3))])
    assert [(wait.id, wait.is_direct) for wait in touching.waits(network, [1], {1, 2, 3})] == [(2, True), (3, False)]


def test_what_waits_for_another_action_and_other_relations_wait_for_nothing_here():
    nodes = [Node(id, "action", f"a{id}", f"Action {id}") for id in (1, 2, 3)] + [Node(4, "source", "s", "A source")]
    edges = [Edge(2, 1, "depends-on"), Edge(3, 9, "depends-on"), Edge(3, 2, "same-as")]
    outside = build([*nodes, Node(9, "action", "a9", "Of another plan")], edges)
    assert [wait.id for wait in touching.waits(outside, [1], {2, 3})] == [2]


def test_a_lost_post_leaves_its_records_without_owner_and_priorities_that_nobody_else_acts_for(session, make):
    post, other = make.post(title="Lost"), make.post(title="Other")
    mine, theirs = make.action(title="Mine", owner_id=post.id), make.action(title="Theirs", owner_id=other.id)
    make.response(make.source(), title="My answer", owner_id=post.id)
    make.indicator(title="My measure", owner_id=post.id)
    alone, shared = make.priority(title="Alone"), make.priority(title="Shared")
    for start, end in ((alone, mine), (shared, mine), (shared, theirs)):
        make.link(start, LinkType.DELIVERED_BY, end)
    make.action(title="Done", owner_id=post.id, closure="done")
    make.action(title="Backed", owner_id=other.id, sponsor_id=post.id)
    answer = told(session, post)
    assert [one.record.title for one in answer.owned] == ["My answer", "Mine", "My measure"]
    assert answer.figures == (3, 1, 1)
    assert table(answer) == [("Alone", 1, []), ("Shared", 2, ["Other"])]
    assert answer.remarks == ("One open action loses its sponsor.",)


def test_an_organisation_takes_all_its_posts_with_it(session, make):
    body = make.organisation()
    posts = [make.post(title=title, organisation_id=body.id) for title in ("First", "Second")]
    priority = make.priority(title="Shared")
    for post in posts:
        make.link(priority, LinkType.DELIVERED_BY, make.action(owner_id=post.id))
    answer = told(session, body)
    assert [one.title for one in answer.posts] == ["First", "Second"]
    assert answer.figures == (2, 0, 1)
    assert told(session, posts[0]).figures == (1, 1, 0)


def test_what_an_organisation_contributes_to_is_listed_apart_from_what_it_owns(session, make):
    body, other = make.organisation(title="Body"), make.organisation(title="Other")
    own, theirs = make.post(organisation_id=body.id), make.post(title="Owner", organisation_id=other.id)
    make.action(title="Own", owner_id=own.id, contributors=[body])
    make.action(title="Shared", owner_id=theirs.id, contributors=[body, other])
    make.action(title="Alone", contributors=[body])
    make.action(title="Done", contributors=[body], closure="done")
    make.action(title="Elsewhere", contributors=[body], plan_id=make.plan().id)
    answer = told(session, body, plan=make.the_plan)
    assert answer.figures == (1, 0, 0)
    assert answer.helps == (2, 1, 1)
    listed = [
        (one.record.title, one.owner and one.owner.title, [each.title for each in one.others]) for one in answer.helped
    ]
    assert listed == [("Alone", None, []), ("Shared", "Owner", ["Other"])]
    assert answer.remarks == ("It contributes to 2 open actions of other owners; 1 of them has no other contributor.",)
    assert load(*answer.dumped()) == answer
    assert told(session, body).helps == (3, 1, 2)
    assert told(session, body, other, plan=make.the_plan).helps == (1, 0, 1)


def test_a_contribution_to_what_the_reader_may_not_see_is_not_counted(session, make):
    body, secret = make.organisation(), make.organisation(visibility=Visibility.DRAFT)
    make.action(contributors=[body], visibility=Visibility.DRAFT)
    make.action(contributors=[body, secret])
    assert told(session, body).helps == (2, 1, 1)
    assert told(session, body, person=READER).helps == (1, 0, 1)


def test_an_owner_that_the_reader_may_not_see_counts_as_none(session, make):
    post, secret = make.post(), make.post(visibility=Visibility.DRAFT)
    priority = make.priority()
    for owner in (post, secret):
        make.link(priority, LinkType.DELIVERED_BY, make.action(owner_id=owner.id))
    assert told(session, post).figures == (1, 1, 0)
    assert told(session, post, person=READER).figures == (1, 0, 1)


def test_what_does_not_go_together_is_refused_and_what_cannot_happen_is_read_as_the_usual(make):
    source, action = make.source(), make.action()
    with pytest.raises(Invalid, match="one kind"):
        put([source, action])
    with pytest.raises(Invalid, match="own place"):
        put([source], "superseded", source)
    with pytest.raises(Invalid, match="Only a source"):
        put([source], "superseded", action)
    assert put([action], "superseded").what == "stopped"
    assert put([source], "delayed", source).by is None


def test_names_that_fit_nothing_visible_are_given_back(session, make):
    source, draft = make.source(ref="here"), make.source(ref="draft", visibility=Visibility.DRAFT)
    asked = ["source:here", "here", "", f"source:{draft.ref}", "action:here", "x" * 5_000]
    found, unknown = named(session, asked, READER)
    assert found == [source]
    assert unknown == ["source:draft", "action:here", "x" * 200]


def test_records_are_found_by_words_or_ref_among_what_may_be_seen(session, make):
    source = make.source(title="Perinatal strategy", ref="peri")
    make.source(title="Perinatal draft", visibility=Visibility.DRAFT)
    make.priority(title="Perinatal priority")
    assert find(session, "perinatal", READER) == [source]
    assert find(session, "source:peri", READER) == [source]
    assert find(session, " ", READER) == []


def test_an_answer_is_read_back_as_it_was_kept(session, make, two):
    two[4].due_on = make.today
    make.link(make.action(due_on=make.today), LinkType.DEPENDS_ON, two[4])
    for answer in (told(session, two[0], by=two[1], plan=make.the_plan), told(session, two[4])):
        assert load(*answer.dumped()) == answer
    owned = told(session, make.post(title="Nobody"))
    assert load(*owned.dumped()) == owned


def test_statements_do_not_grow_with_what_is_touched(session, make, two, count_statements):
    with count_statements() as few:
        told(session, two[0], by=two[1])
    for _ in range(8):
        make.link(two[0], LinkType.CALLS_FOR, make.priority())
    with count_statements() as many:
        told(session, two[0], by=two[1])
    assert few.number == many.number


KINDS = ["source", "implication", "priority", "action"]


@st.composite
def networks(draw):
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=2, max_size=12))
    nodes = [Node(id, kind, f"r{id}", f"R{id}", is_live=draw(st.booleans()) or id < 3) for id, kind in enumerate(kinds)]
    pairs = [(a.id, b.id) for a in nodes for b in nodes if KINDS.index(a.kind) < KINDS.index(b.kind)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    return build(nodes, [Edge(a, b, "calls-for") for a, b in chosen])


@given(networks(), st.data())
def test_removing_the_only_source_behind_a_record_leaves_none_and_removing_another_leaves_some(network, data):
    sources = sorted(network.of_kind("source"))
    gone = set(data.draw(st.lists(st.sampled_from(sources), unique=True))) if sources else set()
    acting = network.of_kind("priority") | network.of_kind("action")
    for line in touching.of_sources(network, gone, acting):
        assert set(line.then) == set(line.now) - gone
        assert line.is_lost == (set(line.now) <= gone)


@given(networks())
def test_the_names_behind_each_record_are_as_many_as_the_counts_of_a_loss(network):
    sources = network.of_kind("source")
    loss = without(network, sources)
    lines = touching.of_sources(network, sources, network.nodes.keys())
    assert {line.id: len(line.now) for line in lines} == dict(loss.before)
    assert {line.id: len(line.then) for line in lines} == dict(loss.after)
