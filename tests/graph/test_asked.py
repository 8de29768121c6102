"""Facts about what an address asks of a thread: filters leave a part that keeps the record, and are read once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from graph.threads import asked, asked_words
from kb.models.link import LinkType
from kb.models.record import Visibility
from kb.permissions import NOBODY
from tests.conftest import TODAY


@pytest.fixture
def woven(make):
    """Two sources of two nations and themes that meet in one priority, which two actions deliver."""
    nurses, data = make.theme(ref="nursing", title="Nursing"), make.theme(ref="data", title="Data")
    wales = make.source(title="The strategy", themes=[nurses], nations=("wales",))
    england = make.source(title="The plan", themes=[data], nations=("england",))
    more, fewer = make.implication(wales, title="More nurses"), make.implication(england, title="Better data")
    priority = make.priority(title="Staffing")
    late = make.action(title="Train", due_on=TODAY - timedelta(days=3), confidence="at-risk", measure="Ten")
    done = make.action(title="Count", closure="done", done_on=TODAY)
    measure = make.indicator(title="Nurses in post")
    for implication in (more, fewer):
        make.link(implication, LinkType.CALLS_FOR, priority)
    for action in (late, done):
        make.link(priority, LinkType.DELIVERED_BY, action)
    make.link(late, LinkType.MEASURED_BY, measure)
    return {"priority": priority, "wales": wales, "england": england, "late": late, "done": done, "measure": measure}


@pytest.fixture
def ask(session, make):
    person = make.person(make.lead())

    def ask(record, who=None, **args):
        given = {name: value if isinstance(value, list) else [value] for name, value in args.items()}
        return asked.read(session, record, who or person, given, TODAY)

    return ask


def _titles(found):
    return [node.title for node in found.thread.nodes]


def test_a_nation_keeps_its_sources_and_what_rests_on_them(ask, woven):
    found = ask(woven["priority"], nation="wales")
    assert _titles(found) == ["The strategy", "More nurses", "Staffing", "Train", "Count", "Nurses in post"]
    assert asked_words.said(found) == "6 of 8 records, on ways to or from this one that pass a source of Wales."


def test_a_theme_keeps_the_ways_that_pass_a_record_which_carries_it(ask, woven):
    assert "The plan" not in _titles(ask(woven["late"], theme="nursing"))
    assert "The strategy" not in _titles(ask(woven["late"], theme="data"))


def test_a_state_keeps_its_actions_what_they_rest_on_and_what_measures_them(ask, woven):
    late = ["The strategy", "More nurses", "Staffing", "Train", "Nurses in post"]
    for state in ("overdue", "at-risk", "open"):
        assert _titles(ask(woven["wales"], state=state)) == late
    assert _titles(ask(woven["wales"], state="done")) == ["The strategy", "More nurses", "Staffing", "Count"]
    assert _titles(ask(woven["measure"], state="overdue")) == [
        "The strategy", "The plan", "More nurses", "Better data", "Staffing", "Train", "Nurses in post",
    ]  # fmt: skip


def test_only_values_that_the_thread_has_are_offered(ask, woven):
    offered = {each.name: set(each.offered) for each in ask(woven["priority"]).filters}
    assert offered["nation"] == {"wales", "england"}
    assert offered["theme"] == {"nursing", "data"}
    assert offered["state"] == {"open", "overdue", "at-risk", "done"}
    own = {each.name: set(each.offered) for each in ask(woven["wales"]).filters}
    assert "nation" not in own
    assert "theme" not in own, "every way leads through the record itself"


def test_what_owners_say_is_no_filter_for_those_who_may_not_read_it(ask, woven):
    public = replace(NOBODY, reads_publicly=True)
    found = ask(woven["priority"], public, state="at-risk")
    assert found.on == ()
    assert set(found.filters[-1].offered) == {"open", "overdue", "done"}


@pytest.mark.parametrize("name", ["plan", "theme", "nation", "state", "by", "open"])
@pytest.mark.parametrize("value", ["", "no-such", "x" * 5_000, "-1", "\x00"])
def test_unknown_values_are_no_filter(ask, woven, name, value):
    found = ask(woven["priority"], **{name: value})
    assert found.thread == found.whole
    assert found.on == ()
    assert asked_words.said(found) == ""


def test_filters_together_ask_for_ways_that_pass_all(ask, woven):
    found = ask(woven["measure"], nation="england", state="overdue")
    assert _titles(found) == ["The plan", "Better data", "Staffing", "Train", "Nurses in post"]
    told = "5 of 7 records, on ways to or from this one that pass a source of England and an overdue action."
    assert asked_words.said(found) == told


def test_where_no_way_passes_all_the_record_is_left_alone(ask, woven):
    assert _titles(ask(woven["late"], nation="wales", theme="data")) == ["Train"]


def test_a_plan_that_the_thread_only_passes_keeps_the_record_of_another(ask, make, woven):
    other = make.plan(title="Other plan")
    theirs = make.action(title="Theirs", plan_id=other.id)
    make.link(woven["priority"], LinkType.DELIVERED_BY, theirs)
    assert _titles(ask(woven["priority"], plan=other.ref)) == [
        "The strategy", "The plan", "More nurses", "Better data", "Staffing", "Theirs",
    ]  # fmt: skip


def test_what_is_read_is_written_again(ask, woven):
    given = {"nation": "wales", "state": "open", "by": "theme", "open": ["source.nursing", "action.data"]}
    found = ask(woven["priority"], **given)
    assert found.values == given
    assert ask(woven["priority"], **found.values) == found


def test_a_theme_that_the_reader_may_not_see_is_neither_offered_nor_a_filter(ask, make, woven):
    hidden = make.theme(title="Secret", visibility=Visibility.DRAFT)
    source = make.source(themes=[hidden])
    make.link(source, LinkType.CALLS_FOR, woven["priority"])
    viewer = make.person(make.viewer())
    found = ask(woven["priority"], viewer, theme=hidden.ref)
    assert found.on == ()
    assert hidden.ref not in {value for each in found.filters for value in each.offered}


def test_a_record_filed_later_is_found_by_its_new_theme_at_once(session, ask, make, woven):
    crisis = make.theme(ref="crisis")
    assert ask(woven["priority"], theme="crisis").on == ()
    woven["england"].themes.append(crisis)
    session.flush()
    assert _titles(ask(woven["late"], theme="crisis"))[:2] == ["The plan", "Better data"]
