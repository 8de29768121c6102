from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from graph import service, snapshot
from graph.network import COLUMNS
from kb.errors import Invalid, NotFound
from kb.models.link import LinkState, LinkType
from kb.models.record import Record, Visibility
from kb.permissions import NOBODY, SYSTEM, Person, visible_to
from tests.conftest import TODAY


@pytest.fixture
def line(make):
    """One whole line: source, implication, priority, action."""
    source = make.source(title="The strategy")
    implication = make.implication(source, title="More nurses")
    priority = make.priority(title="Nursing")
    action = make.action(title="Train nurses")
    make.link(implication, LinkType.CALLS_FOR, priority, reason="The strategy asks for nurses.")
    make.link(priority, LinkType.DELIVERED_BY, action, reason="Training makes nurses.")
    return source, implication, priority, action


def test_a_strip_counts_the_kinds_above_and_below_in_the_order_of_the_thread(session, line):
    source, _, priority, action = line
    strips = service.strips(session, [source.id, priority.id, action.id], SYSTEM)
    assert strips[source.id] == [("implication", 1), ("priority", 1), ("action", 1)]
    assert strips[priority.id] == [("source", 1), ("implication", 1), ("action", 1)]
    assert strips[action.id] == [("source", 1), ("implication", 1), ("priority", 1)]


def test_a_strip_counts_the_overdue_among_its_actions_as_far_as_they_may_be_seen(session, make, line):
    source, _, priority, action = line
    draft = make.action(visibility=Visibility.DRAFT)
    make.link(priority, LinkType.DELIVERED_BY, draft)
    elsewhere = make.action()
    overdue = {action.id, draft.id, elsewhere.id}
    for person, number in ((SYSTEM, 2), (Person(reads_publicly=True), 1)):
        strips = service.strips(session, [source.id, action.id], person, overdue=overdue)
        assert strips[source.id] == [("implication", 1), ("priority", 1), ("action", number), ("overdue", number)]
        assert strips[action.id] == [("source", 1), ("implication", 1), ("priority", 1)]


def test_a_strip_names_what_should_follow_where_the_thread_stops(session, make):
    source, bare, priority = make.source(), make.source(), make.priority()
    implication = make.implication(source)
    make.response(bare)
    strips = service.strips(session, [source.id, implication.id, bare.id, priority.id], SYSTEM)
    assert strips[source.id] == [("implication", 1), ("priority", 0)]
    assert strips[implication.id] == [("source", 1), ("priority", 0)]
    assert strips[bare.id] == [("implication", 0)], "a response alone does not say what the source means"
    assert strips[priority.id] == [("action", 0)]


def test_a_source_weighs_what_rests_on_it_in_the_plan_and_what_rests_on_nothing_else(session, make, line):
    source, _, priority, _ = line
    shared, done = make.action(title="Shared"), make.action(title="Done", closure="done")
    for action in (shared, done):
        make.link(priority, LinkType.DELIVERED_BY, action)
    other = make.priority(title="From another source")
    make.link(make.source(), LinkType.CALLS_FOR, other)
    make.link(other, LinkType.DELIVERED_BY, shared)
    elsewhere = make.priority(plan_id=make.plan().id)
    make.link(source, LinkType.CALLS_FOR, elsewhere)
    weight = service.weigh(session, [source.id], SYSTEM, make.the_plan)[source.id]
    assert (weight.all, weight.alone) == (3, 2), "the priority and two open actions, of which one has another source"


def test_a_source_that_was_superseded_still_weighs(session, make, line):
    line[0].status = "superseded"
    weight = service.weigh(session, [line[0].id], SYSTEM, make.the_plan)[line[0].id]
    assert (weight.all, weight.alone) == (2, 2)


def test_the_extent_of_a_plan_counts_what_it_maps(session, make, line):
    source = line[0]
    make.response(source)
    make.implication(make.source(title="Not mapped"))
    make.implication(source, visibility=Visibility.DRAFT)
    make.priority(plan_id=make.plan().id)
    make.indicator()
    make.link(line[3], LinkType.MEASURED_BY, make.indicator())
    make.indicator(visibility=Visibility.DRAFT)
    extent = service.extent(session, make.person(make.viewer()), make.the_plan)
    assert (extent.held, extent.sources, extent.implications, extent.priorities) == (2, 1, 1, 1)
    assert (extent.indicators, extent.linked_indicators) == (2, 1)


def test_records_off_the_thread_have_an_empty_strip(session, make):
    theme = make.theme()
    assert service.strips(session, [theme.id, 99_999], SYSTEM) == {theme.id: [], 99_999: []}


def test_a_strip_counts_only_what_the_reader_may_see(session, make, line):
    source = line[0]
    make.implication(source, visibility=Visibility.DRAFT)
    viewer, lead = make.person(make.viewer()), make.person(make.lead())
    assert service.strips(session, [source.id], viewer)[source.id][0] == ("implication", 1)
    assert service.strips(session, [source.id], lead)[source.id][0] == ("implication", 2)


def test_why_tells_the_way_from_the_source_with_the_reason_of_each_link(session, line):
    (why,) = service.why(session, line[3].id, SYSTEM)
    assert [(step.kind, step.title, step.reason) for step in why.steps] == [
        ("source", "The strategy", ""),
        ("implication", "More nurses", "The strategy asks for nurses."),
        ("priority", "Nursing", "Training makes nurses."),
        ("action", "Train nurses", ""),
    ]


def test_why_tells_law_before_strategy_before_research_and_what_is_gone_last(session, make):
    priority = make.priority()
    given = [
        ("Gone law", {"is_statutory": True, "status": "superseded"}),
        ("Research", {"category": "research"}),
        ("A strategy", {}),
        ("Statute", {"is_statutory": True}),
    ]
    for title, values in given:
        make.link(make.source(title=title, **values), LinkType.CALLS_FOR, priority)
    found = service.why(session, priority.id, SYSTEM)
    assert [why.steps[0].title for why in found] == ["Statute", "A strategy", "Research", "Gone law"]


def test_why_is_empty_for_a_source_and_for_what_the_reader_may_not_see(session, make, line):
    hidden = make.action(visibility=Visibility.DRAFT)
    assert service.why(session, line[0].id, SYSTEM) == []
    assert service.why(session, hidden.id, make.person(make.viewer())) == []


def test_a_suspect_link_is_named_on_the_step_before_it(session, make):
    source, priority = make.source(), make.priority()
    make.link(source, LinkType.CALLS_FOR, priority, state=LinkState.SUSPECT)
    (why,) = service.why(session, priority.id, SYSTEM)
    assert [step.is_suspect for step in why.steps] == [True, False]


def test_the_thread_as_json_names_the_ends_of_each_link(session, line):
    source, implication, priority, _ = line
    document = service.thread_as_json(session, priority, SYSTEM)
    assert document["record"] == {"kind": "priority", "ref": priority.ref, "title": "Nursing"}
    assert [node["title"] for node in document["nodes"]] == ["The strategy", "More nurses", "Nursing", "Train nurses"]
    assert document["links"][0] == {
        "from": f"source:{source.ref}",
        "to": f"implication:{implication.ref}",
        "type": "owns",
        "reason": "",
        "state": "current",
    }
    assert document["links"][2]["from"] == f"priority:{priority.ref}"
    assert document["links"][2]["reason"] == "Training makes nurses."


def test_a_kind_off_the_thread_is_refused(session, make):
    with pytest.raises(Invalid, match="no thread"):
        service.thread(session, make.theme(), SYSTEM)


def test_a_thread_that_the_reader_may_not_see_is_not_found(session, make):
    hidden = make.action(visibility=Visibility.DRAFT)
    with pytest.raises(NotFound):
        service.thread(session, hidden, make.person(make.viewer()))


def test_a_thread_within_one_plan_leaves_the_other_plans_records_out(session, make, line):
    other = make.plan()
    elsewhere = make.priority(plan_id=other.id)
    make.link(line[1], LinkType.CALLS_FOR, elsewhere)
    source = line[0]
    assert elsewhere.id in {node.id for node in service.thread(session, source, SYSTEM).nodes}
    assert elsewhere.id not in {node.id for node in service.thread(session, source, SYSTEM, make.the_plan).nodes}


def test_the_snapshot_lets_each_reader_see_what_the_database_does(session, make):
    plan, other = make.plan(), make.plan()
    author = make.viewer(plan)
    for plan_id in (plan.id, other.id):
        for author_id in (None, author.id):
            for visibility in Visibility:
                make.action(plan_id=plan_id, author_id=author_id, visibility=visibility)
    for visibility in Visibility:
        make.source(visibility=visibility, author_id=author.id)
        make.source(visibility=visibility)
    users = [author, make.lead(plan), make.steering(other), make.viewer(other), make.administrator()]
    readers = [*map(make.person, users), NOBODY, Person(reads_publicly=True), SYSTEM]
    held = snapshot.current(session)
    for reader in readers:
        query = select(Record.id).where(visible_to(reader), Record.kind.in_(COLUMNS))
        assert held.seen_by(reader) == set(session.scalars(query)), reader


def test_an_implication_of_a_hidden_source_is_hidden(session, make):
    implication = make.implication(make.source(visibility=Visibility.DRAFT))
    seen = snapshot.current(session).seen_by(make.person(make.viewer()))
    assert seen is not None
    assert implication.id not in seen


def test_the_snapshot_is_kept_until_something_on_the_map_changes(session, make, line):
    session.commit()
    first = snapshot.current(session)
    make.theme()
    make.user()
    assert snapshot.current(session).network is not first.network, "a new record counts before it is committed"
    session.commit()
    second = snapshot.current(session)
    assert snapshot.current(session) is second
    line[3].title = "Train many nurses"
    session.commit()
    third = snapshot.current(session)
    assert third.network.nodes[line[3].id].title == "Train many nurses"
    assert second.network.nodes[line[3].id].title == "Train nurses", "one that is in use does not change"


def test_a_snapshot_that_holds_costs_one_statement_in_each_transaction(session, line, count_statements):
    session.commit()
    service.size(session)
    session.commit()
    with count_statements() as count:
        service.strips(session, [record.id for record in line], SYSTEM)
        service.why(session, line[3].id, SYSTEM)
    assert count.number == 1


def test_what_is_undone_is_in_no_snapshot_that_is_kept(session, line):
    session.commit()
    before = snapshot.current(session)
    line[3].title = "Never saved"
    assert snapshot.current(session).network.nodes[line[3].id].title == "Never saved"
    session.rollback()
    session.info.clear()  # as the next request's session begins
    assert snapshot.current(session) is before


def test_a_thread_stops_at_an_action_without_a_measure_in_words(session, make, line):
    action = line[3]
    assert [(stop.id, stop.missing) for stop in service.thread(session, action, SYSTEM).stops] == [
        (action.id, "indicator")
    ]
    action.measure = "Ten nurses"
    assert service.thread(session, action, SYSTEM).stops == ()


def test_an_indicator_measures_an_action_as_words_do(session, make, line):
    action, indicator = line[3], make.indicator(visibility="draft")
    link = make.link(action, LinkType.MEASURED_BY, indicator)
    assert service.thread(session, action, SYSTEM).stops == ()
    assert action.title not in _gaps(session, make).get("action-without-measure", [])
    assert ("indicator", 1) in service.strips(session, [action.id], SYSTEM)[action.id]
    # Whoever may not see the indicator is told what they can see: nothing says how it is measured.
    viewer = make.person(make.viewer())
    assert action.title in _gaps(session, make, viewer)["action-without-measure"]
    link.state = LinkState.RETIRED
    session.flush()
    assert action.title in _gaps(session, make)["action-without-measure"]


def test_retired_links_are_not_on_the_map(session, make, line):
    assert service.size(session) == 3
    make.link(line[0], LinkType.CALLS_FOR, line[2], state=LinkState.RETIRED)
    make.link(line[0], LinkType.DRAWS_ON, make.source())
    assert service.size(session) == 4


@pytest.mark.parametrize(
    ("closure", "is_gap"), [("open", False), ("done", False), ("verified", False), ("stopped", True)]
)
def test_a_stopped_action_delivers_nothing_while_one_that_is_done_does(session, make, line, closure, is_gap):
    _, _, priority, action = line
    action.closure = closure
    session.flush()
    assert (priority.title in _gaps(session, make).get("priority-without-action", [])) is is_gap
    stops = [(stop.id, stop.missing) for stop in service.thread(session, priority, SYSTEM).stops]
    assert ((priority.id, "action") in stops) is is_gap
    assert action.title not in _gaps(session, make).get("action-without-source", [])


def test_a_stopped_action_keeps_its_thread_and_weighs_nothing(session, make, line):
    source, _, _, action = line
    before = service.weigh(session, [source.id], SYSTEM, make.the_plan)[source.id].all
    action.closure = "stopped"
    session.flush()
    assert service.weigh(session, [source.id], SYSTEM, make.the_plan)[source.id].all == before - 1
    assert [why.steps[0].ref for why in service.why(session, action.id, SYSTEM)] == [source.ref]
    assert action.id in {node.id for node in service.thread(session, source, SYSTEM).nodes}


def _gaps(session, make, person=SYSTEM):
    found = service.gaps(session, person, make.the_plan, TODAY)
    return {kind: [gap.title for gap in listed] for kind, listed in found.items() if listed}


def test_an_unfinished_action_is_in_a_list_for_each_thing_that_lacks(session, make, line):
    post = make.post(title="Lead for nurses")
    make.owner(post)
    whole = make.action(title="Whole", owner_id=post.id, due_on=TODAY, measure="Ten nurses", timescale="By June")
    bare = make.action(title="Bare", timescale="In time")
    done = make.action(title="Done", closure="done")
    for action in (whole, bare, done):
        make.link(line[2], LinkType.DELIVERED_BY, action)
    found = _gaps(session, make)
    for kind in ("action-without-owner", "action-without-date", "action-without-measure"):
        assert found[kind] == ["Train nurses", "Bare"]
    listed = service.gaps(session, SYSTEM, make.the_plan, TODAY)["action-without-date"]
    assert (listed[1].kind, listed[1].ref, listed[1].detail) == ("action", bare.ref, "In time")


def test_the_owner_acts_on_a_gap_and_the_lead_where_there_is_none(session, make):
    post = make.post(title="Lead for nurses")
    make.action(title="Owned", owner_id=post.id)
    make.action(title="Alone")
    found = service.gaps(session, SYSTEM, make.the_plan, TODAY)["action-without-date"]
    assert [(gap.title, gap.who) for gap in found] == [("Owned", "Lead for nurses"), ("Alone", "Strategy lead")]


def test_a_review_that_is_past_is_a_gap_and_one_that_is_due_today_is_not(session, make):
    source = make.source()
    late = make.response(source, title="Late", response_type="aligned", text="We follow", review_by=TODAY)
    make.response(source, title="Today", response_type="aligned", text="We follow", review_by=TODAY)
    late.review_by = TODAY - timedelta(days=1)
    (gap,) = service.gaps(session, SYSTEM, make.the_plan, TODAY)["review-overdue"]
    assert (gap.title, gap.detail) == ("Late", "Review was due on 22 November 2026")


def test_a_post_that_owns_something_open_and_that_nobody_holds_is_a_gap(session, make):
    empty, held, deputised, idle, ended = (make.post(title=f"Post {n}") for n in "abcde")
    make.owner(held)
    make.owner(deputised, is_deputy=True)
    for post in (empty, held, deputised, ended):
        make.action(owner_id=post.id)
    make.action(owner_id=idle.id, closure="done")
    assert _gaps(session, make)["empty-post"] == ["Post a", "Post c", "Post e"]


def test_whether_a_post_is_held_is_not_told_to_the_public(session, make):
    make.action(owner_id=make.post().id)
    assert "empty-post" not in service.gaps(session, Person(reads_publicly=True), make.the_plan, TODAY)


def test_gaps_in_the_links_name_the_source_of_an_implication(session, make, line):
    source = make.source(title="Another strategy")
    make.response(source, title="Row", response_type="aligned", text="We act")
    make.response(make.source(), title="Empty row")
    make.implication(source, title="More doctors")
    make.priority(title="Doctors")
    make.action(title="Train doctors")
    found = service.gaps(session, SYSTEM, make.the_plan, TODAY)
    (gap,) = found["implication-without-priority"]
    assert (gap.kind, gap.title, gap.who, gap.detail) == (
        "implication",
        "More doctors",
        "Strategy lead",
        "Another strategy",
    )
    titles = _gaps(session, make)
    assert titles["priority-without-action"] == ["Doctors"]
    assert titles["action-without-source"] == ["Train doctors"]
    assert titles["response-without-action"] == ["Row"]
    assert titles["empty-response"] == ["Empty row"]


def test_gaps_are_those_of_the_plan_alone_or_of_all(session, make):
    make.plan()
    other = make.plan()
    make.priority(title="Ours")
    make.priority(title="Theirs", plan_id=other.id)
    make.action(title="Their action", plan_id=other.id)
    assert _gaps(session, make)["priority-without-action"] == ["Ours"]
    assert "action-without-owner" not in _gaps(session, make)
    found = service.gaps(session, SYSTEM, None, TODAY)
    assert [gap.title for gap in found["priority-without-action"]] == ["Ours", "Theirs"]


def test_drafts_are_in_no_list_of_those_who_may_not_see_them(session, make):
    make.action(title="Secret", visibility=Visibility.DRAFT)
    assert _gaps(session, make)["action-without-owner"] == ["Secret"]
    assert _gaps(session, make, make.person(make.viewer())) == {}


def test_the_gaps_as_json_say_who_should_act(session, make):
    action = make.action(title="Bare")
    document = service.gaps_as_json(session, SYSTEM, make.the_plan, make.today)
    assert document["action-without-owner"] == [
        {"kind": "action", "ref": action.ref, "title": "Bare", "who": "Strategy lead", "about": ""}
    ]
    assert document["empty-response"] == []


def test_the_gap_lists_take_as_many_statements_for_many_records_as_for_few(session, make, count_statements):
    def statements() -> int:
        session.commit()
        service.gaps(session, SYSTEM, make.the_plan, TODAY)
        with count_statements() as count:
            service.gaps(session, SYSTEM, make.the_plan, TODAY)
        return int(count.number)

    make.action(owner_id=make.post().id)
    few = statements()
    for _ in range(20):
        make.action(owner_id=make.post().id)
        make.response(make.source())
    assert statements() == few <= 6
