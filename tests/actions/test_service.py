from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import product

import pytest

from actions import service
from actions.filters import SORTS, Filters
from actions.schedule import State
from kb.errors import NotFound
from kb.models.link import LinkState, LinkType
from kb.models.record import Visibility
from kb.permissions import NOBODY, SYSTEM, Person
from tests.conftest import TODAY

pytestmark = pytest.mark.differs

PUBLIC = Person(reads_publicly=True)


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


def at(day: date, hour: int = 12) -> datetime:
    return datetime.combine(day, time(hour), UTC)


def refs(session, person=SYSTEM, **wanted):
    listed = service.list_actions(session, person, Filters(**wanted), TODAY)
    return [one.action.ref for one in listed]


def test_the_schedule_in_sql_is_the_schedule_in_python_for_every_mix_of_dates(session, make):
    plans = [make.plan(stale_after_days=28), make.plan(stale_after_days=7)]
    dates = product(
        plans,
        (None, -40, -8, 0, 1),  # starts
        (None, -1, 0, 30, 31),  # due
        (None, -29, -28, -8, -7, 0),  # last said
        (-29, -28, -8, -7),  # written down
    )
    for plan, starts, due, said, made in dates:
        if starts is None or due is None or starts <= due:
            make.action(
                plan_id=plan.id,
                starts_on=None if starts is None else days(starts),
                due_on=None if due is None else days(due),
                last_said_on=None if said is None else days(said),
                created_at=at(days(made), 0 if made % 2 else 23),
            )
    make.action(closure="done", done_on=TODAY, due_on=days(-3))
    seen = {}
    for state in State:
        listed = service.list_actions(session, SYSTEM, Filters(schedule=(state,)), TODAY, limit=5_000)
        assert {one.schedule.state for one in listed} == {state}
        seen[state.value] = len(listed)
    total = service.count(session, SYSTEM, Filters(), TODAY)
    assert sum(seen.values()) == total > 900
    assert service.counts_by_schedule(session, SYSTEM, Filters(), TODAY) == seen


def test_several_schedules_widen_the_list_and_unknown_ones_find_nothing(session, make):
    late, soon = make.action(due_on=days(-1)), make.action(due_on=days(5))
    make.action(due_on=days(90))
    assert refs(session, schedule=("overdue", "due_soon", "nonsense")) == [late.ref, soon.ref]
    assert refs(session, schedule=("nonsense",)) == []


def test_sorting_is_no_narrowing_and_a_filter_is():
    assert not Filters(sort="title").is_narrowing
    assert Filters(words="nurse").is_narrowing
    assert not Filters(words="nurse").without("words").is_narrowing


def test_counts_by_schedule_follow_all_other_filters(session, make):
    here, there = make.plan(), make.plan()
    make.action(plan_id=here.id, due_on=days(-1))
    make.action(plan_id=there.id, due_on=days(-1))
    counts = service.counts_by_schedule(session, SYSTEM, Filters(plan=here.ref, schedule=("on_time",)), TODAY)
    assert {state for state, number in counts.items() if number} == {"overdue"}
    assert counts["overdue"] == 1


def test_actions_are_found_by_plan_owner_confidence_and_closure(session, make):
    post, usual, other_plan = make.post(), make.the_plan, make.plan()
    mine = make.action(owner_id=post.id, confidence="at-risk", plan_id=other_plan.id)
    loose = make.action()
    done = make.action(closure="done", done_on=TODAY, owner_id=make.post().id, confidence="on-track")
    assert refs(session, plan=other_plan.ref) == [mine.ref]
    assert refs(session, plan=usual.ref) == [loose.ref, done.ref]
    assert refs(session, owner=post.ref) == [mine.ref]
    assert refs(session, owner="none") == [loose.ref]
    assert refs(session, confidence="at-risk") == [mine.ref]
    assert refs(session, confidence="none") == [loose.ref]
    assert refs(session, closure="done") == [done.ref]
    stopped = make.action(closure="stopped", done_on=TODAY, due_on=TODAY)
    assert refs(session, closure="stopped") == refs(session, schedule=("closed",), closure="stopped") == [stopped.ref]
    assert stopped.ref not in refs(session, closure="verified") + refs(session, schedule=("overdue", "due_soon"))
    assert refs(session, owner="nobody-of-that-name") == []


def test_an_action_is_found_by_the_priority_that_it_delivers_until_the_link_is_retired(session, make):
    priority, action = make.priority(), make.action()
    make.action()
    link = make.link(priority, LinkType.DELIVERED_BY, action)
    assert refs(session, priority=priority.ref) == [action.ref]
    link.state = LinkState.RETIRED
    assert refs(session, priority=priority.ref) == []


def test_an_action_is_found_by_its_theme(session, make):
    theme = make.theme()
    filed = make.action(themes=[theme])
    make.action()
    assert refs(session, theme=theme.ref) == [filed.ref]


def test_every_word_must_stand_somewhere_in_the_action_and_signs_are_only_signs(session, make):
    found = make.action(title="Train 100% of nurses", measure="Every ward has a trained nurse")
    make.action(title="Train doctors")
    assert refs(session, words="WARD train") == [found.ref]
    assert refs(session, words="100%") == [found.ref]
    assert refs(session, words="train_") == []
    assert len(refs(session, words="  ")) == 2


def test_the_findings_of_the_steering_page_can_be_listed(session, make):
    owned = {"owner_id": make.post().id, "measure": "All staff"}
    no_owner = make.action(measure="All staff")
    no_measure = make.action(owner_id=owned["owner_id"])
    silent = make.action(**owned, last_said_on=days(-60), due_on=days(-1))
    moved = make.action(**owned, due_on=days(50), baseline_due_on=days(40))
    late = make.action(**owned, due_on=days(70), forecast_on=days(71))
    asking = make.action(**owned)
    make.update(asking, support_needed="Two trainers")
    answered = make.action(**owned)
    make.update(answered, support_needed="Two trainers", support_answer="Yes")
    make.action(closure="done", done_on=TODAY)
    assert refs(session, only="no-owner") == [no_owner.ref]
    assert refs(session, only="no-measure") == [no_measure.ref]
    assert refs(session, only="silent") == [silent.ref]
    assert refs(session, only="slipped") == [moved.ref, late.ref]
    assert refs(session, only="asks") == [asking.ref]
    assert refs(session, only="nonsense") == []


def test_what_updates_say_cannot_be_found_out_by_filtering_without_the_right_to_read_them(session, make):
    asking = make.action(due_on=days(70), forecast_on=days(71))
    make.update(asking, support_needed="Two trainers", confidence="off-track")
    make.action()
    assert len(refs(session, PUBLIC, confidence="off-track")) == 2
    assert refs(session, PUBLIC, only="asks") == []
    assert refs(session, PUBLIC, only="slipped") == []


def test_by_due_date_open_actions_come_first_and_those_without_a_date_last_among_them(session, make):
    done = make.action(closure="done", done_on=TODAY, due_on=days(-9))
    undated, late, soon = make.action(), make.action(due_on=days(-1)), make.action(due_on=days(3))
    expected = [late.ref, soon.ref, undated.ref, done.ref]
    assert refs(session, sort="due") == expected
    assert refs(session, sort="nonsense") == expected


@pytest.mark.parametrize(
    ("sort", "expected"),
    [("title", ["b", "a", "c"]), ("silent", ["c", "a", "b"]), ("plan", ["c", "b", "a"]), ("owner", ["a", "b", "c"])],
)
def test_actions_sort_by_title_silence_place_in_the_plan_and_owner(session, make, sort, expected):
    first, second = make.post(title="A post"), make.post(title="B post")
    make.action(ref="a", title="Bring", last_said_on=days(-9), position=3, owner_id=first.id)
    make.action(ref="b", title="Add", last_said_on=days(-1), position=2, owner_id=second.id)
    make.action(ref="c", title="Change", position=1)
    assert refs(session, sort=sort) == expected
    assert sort in SORTS


def test_a_page_of_the_list_costs_the_same_for_few_actions_and_for_many(session, make, count_statements):
    post = make.post()

    def cost() -> int:
        session.expunge_all()
        with count_statements() as count:
            listed = service.list_actions(session, SYSTEM, Filters(), TODAY, limit=50)
            assert [one.action.owner.organisation.title for one in listed]
            assert [one.plan.title for one in listed]
        return count.number

    make.action(owner_id=post.id)
    few = cost()
    for _ in range(30):
        make.action(owner_id=make.post().id, plan_id=make.plan().id)
    assert cost() == few <= 4


def test_offset_and_limit_cut_a_page_out_of_the_list_and_leave_the_total(session, make):
    actions = [make.action(due_on=days(number)) for number in range(1, 6)]
    page = service.list_actions(session, SYSTEM, Filters(), TODAY, offset=2, limit=2)
    assert service.count(session, SYSTEM, Filters(), TODAY) == 5
    assert [one.action.ref for one in page] == [actions[2].ref, actions[3].ref]


def test_drafts_are_listed_for_those_who_may_see_them(session, make):
    draft = make.action(visibility=Visibility.DRAFT)
    assert refs(session, make.person(make.lead())) == [draft.ref]
    assert refs(session, make.person(make.viewer())) == []
    assert refs(session, NOBODY) == []
    assert service.counts_by_schedule(session, NOBODY, Filters(), TODAY)["on_time"] == 0


def test_the_filters_offer_what_visible_actions_have(session, make):
    theme, post, priority = make.theme(), make.post(), make.priority()
    make.post()
    make.theme()
    make.action(owner_id=post.id, themes=[theme])
    choices = service.choices(session, SYSTEM)
    assert choices.owners == [(post.ref, post.title)]
    assert choices.themes == [(theme.ref, theme.title)]
    assert choices.priorities == [(priority.ref, priority.title)]
    assert choices.plans == [(make.the_plan.ref, make.the_plan.title)]


def test_an_unknown_action_and_one_that_may_not_be_seen_are_both_not_found(session, make):
    draft = make.action(visibility=Visibility.DRAFT)
    for ref in ("no-such-action", draft.ref):
        with pytest.raises(NotFound):
            service.get(session, ref, make.person(make.viewer()))
