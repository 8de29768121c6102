from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from actions import service
from actions.filters import Filters
from actions.steering import overview
from kb.models.link import LinkState, LinkType
from kb.models.record import Visibility
from kb.permissions import SYSTEM, Person
from tests.conftest import TODAY

PUBLIC = Person(reads_publicly=True)
TODAY_MORNING = datetime.combine(TODAY, time(9), UTC)


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


@pytest.fixture
def steering(make):
    return make.person(make.steering())


@pytest.fixture
def whole(make):
    """Makes an action that lacks nothing, but for what the test says."""

    def action(**values):
        values = {
            "owner_id": make.post().id,
            "measure": "All staff",
            "due_on": days(90),
            "last_said_on": TODAY,
            **values,
        }
        return make.action(**values)

    return action


def numbers(page):
    return {one.key: one.number for one in page.numbers if one.number}


def refs(listed):
    return [one.action.ref for one in listed]


def test_a_plan_in_good_order_gives_no_numbers_and_wants_no_decisions(session, whole, steering):
    whole()
    page = overview(session, steering, TODAY)
    assert (numbers(page), page.decisions, list(page.latest)) == ({}, [], [])
    assert not any(page.lists.values())


def test_each_finding_is_counted(session, make, whole, steering):
    whole(due_on=days(-1))
    whole(due_on=days(30))
    whole(last_said_on=days(-29))
    whole(owner_id=None)
    whole(measure="")
    whole(confidence="off-track")
    whole(forecast_on=days(95))
    whole(closure="done", done_on=TODAY, confidence="off-track", due_on=days(-5))
    whole(closure="stopped", done_on=TODAY, confidence="off-track", due_on=days(-5), owner_id=None)
    make.update(whole(), support_needed="Two trainers")
    page = overview(session, steering, TODAY)
    keys = ["overdue", "due_soon", "silent", "no_owner", "no_measure", "off_track", "slipped", "to_verify", "asks"]
    assert [one.key for one in page.numbers] == keys
    assert numbers(page) == dict.fromkeys(keys, 1)
    assert page.number("overdue") == 1


def test_every_number_opens_the_list_that_it_counts(session, make, whole, steering):
    for number, values in enumerate(
        (
            {"due_on": days(-1)},
            {"due_on": days(3), "owner_id": None},
            {"last_said_on": days(-40), "measure": ""},
            {"last_said_on": days(-40), "due_on": days(-1)},
            {"baseline_due_on": days(50)},
            {"closure": "done", "done_on": TODAY},
            {"confidence": "off-track"},
            {"closure": "verified", "done_on": TODAY, "confidence": "off-track", "measure": ""},
        )
    ):
        for _ in range(number % 2 + 1):
            make.update(
                whole(**values), support_needed="Help" if number == 4 else "", confidence=values.get("confidence")
            )
    other = make.plan()
    whole(plan_id=other.id, due_on=days(-1))
    for plan in ("", make.the_plan.ref):
        for one in overview(session, steering, TODAY, plan=plan).numbers:
            filters = {**one.filters}
            if "schedule" in filters:
                filters["schedule"] = (filters["schedule"],)
            total = service.count(session, steering, Filters(**filters), TODAY)
            assert (one.key, total) == (one.key, one.number)


def test_the_worst_stands_first_in_each_list(session, whole, steering):
    later, late = whole(due_on=days(-2)), whole(due_on=days(-9))
    quiet, never = (
        whole(last_said_on=days(-40)),
        whole(last_said_on=None, created_at=TODAY_MORNING - timedelta(days=50)),
    )
    undated, dated = whole(owner_id=None, due_on=None), whole(owner_id=None)
    page = overview(session, steering, TODAY)
    assert refs(page.lists["overdue"]) == [late.ref, later.ref]
    assert refs(page.lists["silent"]) == [never.ref, quiet.ref]
    assert refs(page.lists["no_owner"]) == [dated.ref, undated.ref]
    assert page.lists["overdue"][0].schedule.days == 9


def test_one_plan_can_be_looked_at_alone_and_an_unknown_one_means_all(session, make, whole, steering):
    here, other = make.the_plan, make.plan()
    mine, theirs = whole(due_on=days(-1)), whole(due_on=days(-2), plan_id=other.id)
    make.update(theirs, support_needed="Help", confidence=None)
    whole(plan_id=other.id, closure="done", done_on=TODAY)
    page = overview(session, steering, TODAY, plan=here.ref)
    assert (page.plan, refs(page.lists["overdue"])) == (here, [mine.ref])
    assert (page.decisions, list(page.latest)) == ([], [])
    assert page.numbers[0].filters == {"plan": here.ref, "schedule": "overdue"}
    everything = overview(session, steering, TODAY, plan="no-such-plan")
    assert everything.plan is None
    assert len(everything.plans) == everything.number("overdue") == len(everything.decisions) == 2


def test_asks_come_before_what_waits_for_being_verified_and_each_begins_with_its_verb(session, make, whole, steering):
    post = make.post(title="Perinatal Lead")
    ask = make.update(whole(), days_ago=9, support_needed="Two trainers", post_id=post.id)
    loose = make.update(whole(), days_ago=1, support_needed="A room")
    done = whole(closure="done", done_on=days(-6), done_by_id=make.user().id)
    decisions = overview(session, steering, TODAY).decisions
    assert [(one.verb, one.words, one.note) for one in decisions] == [
        ("Answer", "Two trainers", "Perinatal Lead, asked 9 days ago"),
        ("Answer", "A room", "Asked yesterday"),
        ("Verify", done.title, "Marked done on 17 November 2026"),
    ]
    assert [one.update_id for one in decisions] == [ask.id, loose.id, None]
    assert all(one.may_decide for one in decisions)


def test_a_viewer_sees_what_is_wanted_but_may_not_decide(session, make, whole):
    make.update(whole(), support_needed="A room")
    whole(closure="done", done_on=TODAY)
    decisions = overview(session, make.person(make.viewer()), TODAY).decisions
    assert [one.may_decide for one in decisions] == [False, False]


def test_the_latest_updates_stand_newest_first(session, make, whole, steering):
    older, newer = make.update(whole(), days_ago=2), make.update(whole(), days_ago=1)
    assert [one.id for one in overview(session, steering, TODAY).latest] == [newer.id, older.id]


def test_the_public_learns_nothing_that_updates_say(session, make, whole):
    make.update(whole(forecast_on=days(99)), confidence="off-track", support_needed="A room")
    page = overview(session, PUBLIC, TODAY)
    assert {"off_track", "asks"}.isdisjoint(one.key for one in page.numbers)
    assert (page.number("slipped"), page.number("asks"), page.decisions, list(page.latest)) == (0, 0, [], [])


def test_drafts_are_counted_only_for_those_who_may_see_them(session, make, whole, steering):
    whole(due_on=days(-1), visibility=Visibility.DRAFT)
    assert overview(session, steering, TODAY).number("overdue") == 1
    assert overview(session, make.person(make.viewer()), TODAY).number("overdue") == 0


def test_the_page_takes_the_same_few_statements_for_few_actions_and_for_many(session, make, whole, count_statements):
    def cost() -> int:
        session.expunge_all()
        with count_statements() as count:
            page = overview(session, SYSTEM, TODAY)
            assert [one.action.owner.organisation.title for one in page.lists["overdue"]]
        return count.number

    whole(due_on=days(-1))
    few = cost()
    for number in range(20):
        make.update(whole(due_on=days(-number)), support_needed="Help")
        whole(plan_id=make.plan(stale_after_days=number + 1).id, closure="done", done_on=TODAY)
    assert cost() == few <= 14


def test_a_person_with_one_plan_sees_that_plan_first(session, make, whole):
    own, other = make.plan(), make.plan()
    whole(due_on=days(-1), plan_id=other.id)
    member = make.person(make.steering(own))
    assert overview(session, member, TODAY).plan is own
    assert numbers(overview(session, member, TODAY)) == {}
    assert numbers(overview(session, member, TODAY, plan="all")) == {"overdue": 1}
    assert overview(session, make.person(make.user()), TODAY).plan is None


def test_suspect_links_are_counted_with_the_age_of_the_oldest_in_the_plan_that_is_shown(session, make, steering):
    theirs = make.plan(ref="theirs")
    for plan_id, age in ((make.the_plan.id, 3), (make.the_plan.id, 9), (theirs.id, 40)):
        since = TODAY_MORNING - timedelta(days=age)
        end = make.priority(plan_id=plan_id)
        make.link(make.source(), LinkType.CALLS_FOR, end, state=LinkState.SUSPECT, suspect_since=since)
    page = overview(session, steering, TODAY)
    assert (page.suspects.number, page.suspects.oldest) == (2, TODAY_MORNING - timedelta(days=9))
    assert overview(session, steering, TODAY, plan="all").suspects.number == 3


def test_the_page_says_how_long_the_oldest_suspect_link_waits_and_leads_to_the_list(browse, make):
    since = TODAY_MORNING - timedelta(days=9)
    end = make.priority()
    make.link(make.source(), LinkType.CALLS_FOR, end, state=LinkState.SUSPECT, suspect_since=since)
    browse.sign_in(make.steering())
    page = browse.get("/steering").text
    assert "the oldest waits for 9 days" in page
    assert f'href="/suspect-links?plan={make.the_plan.ref}"' in page


def test_open_actions_without_a_live_source_are_a_number_and_a_list_on_the_page_and_in_the_file(browse, make):
    gone, live = make.source(status="withdrawn"), make.source()
    lost, kept, done = make.action(title="Lost"), make.action(title="Kept"), make.action(title="Done", closure="done")
    elsewhere = make.action(title="Elsewhere", plan_id=make.plan(title="Other plan").id)
    answer = make.response(gone)
    for action in (lost, done):
        make.link(answer, LinkType.ANSWERED_BY, action)
    make.link(make.response(live), LinkType.ANSWERED_BY, kept)
    browse.sign_in(make.steering())
    page = browse.get(f"/steering?plan={make.the_plan.ref}").text
    listed = page[page.index('id="no-source"') :].partition("</section>")[0]
    assert f'href="/actions/{lost.ref}"' in listed
    for other in (kept, done, elsewhere):
        assert other.ref not in listed
    row = page[: page.index('href="#no-source"')].rpartition("<tr")[2]
    assert ">1<" in row
    file = browse.get(f"/steering?plan={make.the_plan.ref}&format=csv&table=8").text
    assert "Lost" in file
    assert "Kept" not in file
    assert "Elsewhere" in browse.get("/steering?plan=all").text.partition('id="no-source"')[2]
