"""Sources that move through their lives, and what becomes of the links that rested on one that is superseded."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from graph import service as graph
from kb import suspects
from kb.catalogue import lifecycle, resting, source_editing
from kb.catalogue.lifecycle import Step
from kb.errors import Conflict, Invalid, NotAllowed
from kb.models.history import Change
from kb.models.link import Link, LinkState, LinkType
from kb.models.plan import ResponseSource
from kb.models.record import Visibility
from tests.conftest import TODAY

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sqlalchemy.orm import Session

    from kb.models.record import Record
    from kb.models.source import Source
    from tests.factories import Make

WHY = "It says so on page 2."


@pytest.fixture
def lead(make: Make) -> Any:
    return make.person(make.lead())


def step(source: Source, **values: Any) -> Step:
    return Step(**{"since": TODAY, "reason": WHY, "version": source.version, **values})


def move(session: Session, source: Source, to: str, lead: Any, **values: Any) -> Source:
    return lifecycle.move(session, source.ref, to, step(source, **values), by=lead, today=TODAY)


def supersede(session: Session, source: Source, other: Source, carried: set[int], lead: Any, **values: Any) -> Any:
    return lifecycle.supersede(session, source.ref, other.ref, step(source, **values), carried, by=lead, today=TODAY)


def told(session: Session, record: Record) -> list[tuple[str, str | None, str | None, str]]:
    session.flush()
    query = select(Change).where(Change.record_id == record.id).order_by(Change.id)
    return [(one.field, one.old, one.new, one.reason) for one in session.scalars(query)]


def links_from(session: Session, record: Record) -> list[tuple[str, int, str]]:
    query = select(Link).where(Link.from_id == record.id).order_by(Link.id)
    return [(link.type, link.to_id, link.state) for link in session.scalars(query)]


def test_each_step_is_kept_with_its_day_and_reason_and_told_in_the_history(session, make, lead):
    source = make.source(status="draft")
    move(session, source, "in-force", lead, since=TODAY - timedelta(days=9), reason="Royal Assent")
    move(session, source, "under-review", lead)
    life = lifecycle.life_of(session, source)
    assert [(one.status, one.since, one.reason) for one in life] == [
        ("in-force", TODAY - timedelta(days=9), "Royal Assent"),
        ("under-review", TODAY, WHY),
    ]
    assert told(session, source) == [
        ("status", "draft", "in-force", "Royal Assent"),
        ("status", "in-force", "under-review", WHY),
    ]


@pytest.mark.parametrize(
    ("to", "because"),
    [
        ("withdrawn", "“Old” was withdrawn with nothing in its place"),
        ("ended", "“Old” has ended with nothing in its place"),
        ("superseded", "“Old” was superseded, and it is not recorded by what"),
    ],
)
def test_an_end_makes_links_that_carry_something_open_suspect_and_their_owners_are_asked(
    session, make, lead, to, because
):
    old, post = make.source(title="Old"), make.post()
    response = make.response(old)
    read = make.link(make.implication(old), LinkType.CALLS_FOR, make.priority())
    answered = make.link(response, LinkType.ANSWERED_BY, make.action(owner_id=post.id))
    done = make.link(response, LinkType.ANSWERED_BY, make.action(closure="done"))
    retired = make.link(old, LinkType.CALLS_FOR, make.priority(), state=LinkState.RETIRED)
    other = make.link(make.source(), LinkType.CALLS_FOR, make.priority())
    move(session, old, to, lead)
    assert {(link.state, link.suspect_because) for link in (read, answered)} == {("suspect", because)}
    assert [link.state for link in (done, retired, other)] == ["current", "retired", "current"]
    assert list(suspects.by_post(session)) == [post.id]
    move(session, old, "in-force", lead)
    assert read.state == "suspect"


def test_what_delivers_a_priority_of_the_source_itself_is_asked_about_only_while_it_is_open(session, make, lead):
    old = make.source()
    own = make.priority(set_id=make.priority_set(source_id=old.id).id, plan_id=None)
    going, done = make.action(), make.action(closure="done")
    links = [make.link(own, LinkType.DELIVERED_BY, action) for action in (going, done)]
    move(session, old, "withdrawn", lead)
    assert [link.state for link in links] == ["suspect", "current"]


def test_the_reason_names_no_successor_that_is_lacking_and_no_draft(session, make, lead):
    old, draft = make.source(title="Old"), make.source(title="Secret", visibility=Visibility.DRAFT)
    make.link(make.source(), LinkType.SUPERSEDES, old)
    replaced = make.link(old, LinkType.CALLS_FOR, make.priority())
    hidden = make.link(draft, LinkType.CALLS_FOR, make.priority())
    move(session, old, "withdrawn", lead)
    move(session, draft, "withdrawn", lead)
    assert replaced.suspect_because == "“Old” was withdrawn"
    assert hidden.suspect_because == "a draft was withdrawn with nothing in its place"


def test_the_ordinary_edit_to_withdrawn_asks_too_and_one_of_other_words_does_not(session, make, lead):
    source = make.source(status="in-force")
    link = make.link(source, LinkType.CALLS_FOR, make.priority())
    opened = source_editing.get(session, source.ref, person=lead)
    details = source_editing.details_of(opened)
    again = replace(details, summary="Other words")
    source_editing.edit(session, source.ref, again, version=opened.version, reason="Clearer", by=lead)
    assert link.state == "current"
    gone = replace(again, status="withdrawn")
    source_editing.edit(session, source.ref, gone, version=opened.version, reason="Taken back", by=lead)
    assert link.state == "suspect"


def test_since_when_it_stands_where_it_does_may_be_added_once(session, make, lead):
    source = make.source(status="in-force")
    move(session, source, "in-force", lead, since=TODAY - timedelta(days=400))
    assert told(session, source) == [("status since", None, "19 October 2025", WHY)]
    with pytest.raises(Invalid, match="stands so already"):
        move(session, source, "in-force", lead)


@pytest.mark.parametrize(
    ("to", "values", "says"),
    [
        ("repealed", {}, "Choose where it stands"),
        ("ended", {"reason": " "}, "Say why"),
        ("ended", {"since": TODAY + timedelta(days=1)}, "a day that has come"),
        ("ended", {"since": TODAY - timedelta(days=9)}, "a later one"),
    ],
)
def test_a_step_that_cannot_be_is_refused_and_leaves_nothing(session, make, lead, to, values, says):
    source = make.source(status="draft")
    move(session, source, "in-force", lead, since=TODAY - timedelta(days=2))
    with pytest.raises(Invalid, match=says):
        move(session, source, to, lead, **values)
    assert source.status == "in-force"
    assert len(lifecycle.life_of(session, source)) == 1


def test_the_ordinary_edit_writes_the_same_step_and_none_where_the_status_stays(session, make, lead):
    made = make.source(status="in-force", title="The strategy")
    source = source_editing.get(session, made.ref, person=lead)
    details = replace(source_editing.details_of(source), status="withdrawn")
    source_editing.edit(session, source.ref, details, version=source.version, reason="Taken back", by=lead)
    session.expire_all()
    again = replace(details, summary="Other words")
    source_editing.edit(session, source.ref, again, version=made.version, reason="Clearer", by=lead)
    life = lifecycle.life_of(session, made)
    assert [(one.status, one.reason, one.person_id) for one in life] == [("withdrawn", "Taken back", lead.user_id)]


def test_only_leads_move_and_supersede_sources(session, make):
    source, other = make.source(), make.source()
    for user in (make.owner(), make.viewer(), make.steering(), make.administrator()):
        person = make.person(user)
        with pytest.raises(NotAllowed):
            move(session, source, "ended", person)
        with pytest.raises(NotAllowed):
            supersede(session, source, other, set(), person)
    assert lifecycle.life_of(session, source) == []


def test_links_that_are_left_become_suspect_with_the_reason_and_those_carried_rest_on_the_successor(
    session, make, lead
):
    old, new = make.source(title="Old"), make.source(title="New")
    implication, kept, lost = make.implication(old), make.priority(), make.priority()
    action = make.action()
    make.link(kept, LinkType.DELIVERED_BY, action)
    direct = make.link(old, LinkType.CALLS_FOR, lost)
    read = make.link(implication, LinkType.CALLS_FOR, kept, reason="More staff.")
    done = supersede(session, old, new, {read.id}, lead)
    assert (done.carried, done.suspect) == (1, 1)
    assert (old.status, [one.status for one in lifecycle.life_of(session, old)]) == ("superseded", ["superseded"])
    assert links_from(session, new) == [("supersedes", old.id, "current"), ("calls-for", kept.id, "current")]
    made = session.scalars(select(Link).where(Link.from_id == new.id, Link.to_id == kept.id)).one()
    assert made.reason == "Carried from “Old”: More staff"
    assert (read.state, direct.state) == ("retired", "suspect")
    assert direct.suspect_because == "“Old” was superseded by “New”"
    assert direct.suspect_since is not None
    assert [one[0] for one in told(session, old)] == ["status", "link"]
    assert [one[0] for one in told(session, new)] == ["link", "link"]
    assert told(session, implication) == [("link", f"calls for “{kept.title}”", None, "Carried to “New”")]
    assert [why.steps[0].title for why in graph.why(session, action.id, lead)] == ["New"]


def test_two_implications_that_call_for_one_priority_are_carried_as_one_link_with_both_reasons(session, make, lead):
    old, new, priority = make.source(title="Old"), make.source(), make.priority()
    ids = {
        make.link(make.implication(old), LinkType.CALLS_FOR, priority, reason=words).id
        for words in ("Skills.", "Numbers.")
    }
    supersede(session, old, new, ids, lead)
    made = session.scalars(select(Link).where(Link.from_id == new.id, Link.to_id == priority.id)).one()
    assert made.reason == "Carried from “Old”: Skills; Numbers"


def test_reasons_that_are_too_long_together_are_cut_on_the_new_link_and_stay_on_the_old_ones(session, make, lead):
    old, new, priority = make.source(title="Old"), make.source(), make.priority()
    some = [
        make.link(make.implication(old), LinkType.CALLS_FOR, priority, reason=one * 300) for one in ("more ", "less ")
    ]
    supersede(session, old, new, {link.id for link in some}, lead)
    made = session.scalars(select(Link).where(Link.from_id == new.id, Link.to_id == priority.id)).one()
    assert made.reason.startswith("Carried from “Old”: more more")
    assert len(made.reason) <= 1_000
    assert made.reason.endswith("more…")
    assert [link.reason for link in some] == ["more " * 300, "less " * 300]


def test_a_superseding_whose_link_somebody_made_by_hand_still_doubts_what_is_not_carried(session, make, lead):
    old, new = make.source(), make.source()
    make.link(new, LinkType.SUPERSEDES, old)
    left = make.link(old, LinkType.CALLS_FOR, make.priority())
    assert supersede(session, old, new, set(), lead).suspect == 1
    assert left.state == "suspect"
    assert [one for one in links_from(session, new) if one[0] == "supersedes"] == [("supersedes", old.id, "current")]


def test_a_link_that_the_successor_has_already_is_not_made_twice(session, make, lead):
    old, new, priority = make.source(), make.source(), make.priority()
    own = make.link(new, LinkType.CALLS_FOR, priority, reason="Its own.")
    link = make.link(old, LinkType.CALLS_FOR, priority)
    supersede(session, old, new, {link.id}, lead)
    assert (link.state, own.reason) == ("retired", "Its own.")
    assert links_from(session, new) == [("calls-for", priority.id, "current"), ("supersedes", old.id, "current")]


def test_a_plans_answer_that_is_carried_answers_the_successor_and_keeps_its_links(session, make, lead):
    old, new, action = make.source(), make.source(title="New"), make.action()
    response = make.response(old)
    link = make.link(response, LinkType.ANSWERED_BY, action)
    left = make.link(response, LinkType.CALLS_FOR, make.priority())
    supersede(session, old, new, {link.id}, lead)
    rows = session.scalars(select(ResponseSource.source_id).where(ResponseSource.response_id == response.id)).all()
    assert set(rows) == {old.id, new.id}
    assert (link.state, left.state) == ("current", "suspect")
    assert link.confirmed_at is not None
    assert ("sources", None, "New") in [one[:3] for one in told(session, response)]


def test_where_the_plan_answers_the_successor_already_the_links_become_those_of_that_answer(session, make, lead):
    old, new, action = make.source(), make.source(), make.action()
    response, own = make.response(old), make.response(new)
    link = make.link(response, LinkType.ANSWERED_BY, action)
    supersede(session, old, new, {link.id}, lead)
    assert links_from(session, own) == [("answered-by", action.id, "current")]
    assert link.state == "retired"


@pytest.mark.parametrize(("standing", "state"), [("in-force", "current"), ("superseded", "retired")])
def test_an_answer_to_another_source_too_keeps_its_links_while_that_source_counts(session, make, lead, standing, state):
    old, beside, new, action = make.source(), make.source(status=standing), make.source(), make.action()
    response, own = make.response(old), make.response(new)
    session.add(ResponseSource(response_id=response.id, source_id=beside.id, position=1))
    link = make.link(response, LinkType.ANSWERED_BY, action)
    supersede(session, old, new, {link.id}, lead)
    assert links_from(session, own) == [("answered-by", action.id, "current")]
    assert link.state == state


def test_another_plans_answer_cannot_be_carried_but_its_links_become_suspect(session, make, lead):
    old, new, theirs = make.source(), make.source(), make.plan()
    response = make.response(old, plan_id=theirs.id)
    link = make.link(response, LinkType.ANSWERED_BY, make.action(plan_id=theirs.id))
    assert not lifecycle.may_carry(link, lead)
    with pytest.raises(NotAllowed):
        supersede(session, old, new, {link.id}, lead)
    session.expire_all()
    assert supersede(session, old, new, set(), lead).suspect == 1
    assert link.state == "suspect"


def test_links_that_the_person_may_not_see_become_suspect_too(session, make, lead):
    old, new, theirs = make.source(), make.source(), make.plan()
    hidden = make.priority(plan_id=theirs.id, visibility=Visibility.DRAFT)
    link = make.link(old, LinkType.CALLS_FOR, hidden)
    assert resting.list_support(session, old, person=lead) == []
    supersede(session, old, new, set(), lead)
    assert link.state == "suspect"
    assert not any(hidden.title in str(line) for line in told(session, old))


def test_a_source_cannot_take_its_own_place_nor_one_that_is_gone_nor_close_a_circle(session, make, lead):
    first, second, third = (make.source(title=title) for title in ("First", "Second", "Third"))
    make.link(first, LinkType.SUPERSEDES, second)
    make.link(second, LinkType.SUPERSEDES, third)
    for source, other, says in (
        (first, first, "its own place"),
        (first, make.source(status="withdrawn"), "nothing can rest on it"),
        (first, third, "“First” supersedes “Second”, which supersedes “Third”"),
    ):
        with pytest.raises(Invalid, match=says):
            supersede(session, source, other, set(), lead)
    assert first.status == "in-force"


def test_whoever_opened_an_older_version_is_told_so_and_nothing_changes(session, make, lead):
    old, new, other = make.source(), make.source(), make.source()
    link = make.link(old, LinkType.CALLS_FOR, make.priority())
    version = old.version
    supersede(session, old, new, {link.id}, lead)
    with pytest.raises(Conflict):
        supersede(session, old, other, set(), lead, version=version)
    assert links_from(session, other) == []


def test_superseding_takes_no_more_statements_to_list_for_many_links_than_for_few(
    session: Session, make: Make, lead: Any, count_statements: Callable[[], Any]
) -> None:
    def statements() -> int:
        session.flush()
        with count_statements() as count:
            resting.list_support(session, old, person=lead)
        return int(count.number)

    old = make.source()
    make.link(old, LinkType.CALLS_FOR, make.priority())
    few = statements()
    for _ in range(8):
        make.link(make.implication(old), LinkType.CALLS_FOR, make.priority(), state=LinkState.SUSPECT)
    assert statements() == few
