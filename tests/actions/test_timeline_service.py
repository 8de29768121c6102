"""Which actions a timeline shows, in which groups and order, and how few statements that takes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from actions.models import Milestone
from actions.timeline import service
from actions.timeline.axis import Span, usual_span
from actions.timeline.choosing import Wanted, choose
from kb.models.link import LinkState, LinkType
from kb.models.record import Visibility
from kb.permissions import SYSTEM, Person
from tests.conftest import TODAY

PUBLIC = Person(reads_publicly=True)


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


@pytest.fixture
def show(session):
    """The titles on a timeline, with its totals and page."""

    def shown(wanted: Wanted | None = None, person: Person = SYSTEM, **limits):
        wanted, choices = service.offered(session, wanted or Wanted(), person)
        chosen = choose(session, wanted, person, TODAY)
        totals = service.totals(session, chosen, TODAY)
        page = service.page(session, chosen, choices, totals.span, TODAY, **{"limit": 30, **limits})
        return [entry.action.title for entry in page.entries], totals, page

    return shown


def test_without_a_wish_it_is_the_readers_own_plan_over_the_usual_months(session, make, show):
    other = make.plan(title="A plan that comes first")
    own = make.plan(title="Z plan")
    make.action(title="Other", plan_id=other.id, due_on=days(30))
    make.action(title="Own", plan_id=own.id, due_on=days(30))
    person = make.person(make.lead(own))
    titles, totals, _ = show(person=person)
    assert titles == ["Own"]
    assert totals.span == usual_span(TODAY)
    assert show()[0] == ["Other"]  # nobody's own: the first there is
    assert show(Wanted(plan="all"))[0] == ["Other", "Own"]
    assert show(Wanted(plan="no-such-plan"))[0] == []


def test_a_priority_brings_its_own_plan_and_shows_its_actions_alone(make, show):
    make.plan(title="A plan")
    plan = make.plan(title="B plan")
    one = make.priority(plan_id=plan.id, ref="one", title="One")
    another = make.priority(plan_id=plan.id, ref="another")
    action = make.action(title="Delivers both", plan_id=plan.id, due_on=days(30))
    make.action(title="Delivers none", plan_id=plan.id, due_on=days(30))
    make.link(another, LinkType.DELIVERED_BY, action)
    make.link(one, LinkType.DELIVERED_BY, action)
    titles, totals, page = show(Wanted(priority="one"))
    assert titles == ["Delivers both"]
    assert page.titles == {one.id: "One"}
    assert totals.groups[one.id].shown == 1
    assert show(Wanted(priority="there-is-none"))[0] == []


def test_an_action_of_two_priorities_stands_once_under_the_first_and_those_without_come_last(make, show):
    first, second = make.priority(title="First"), make.priority(title="Second")
    both = make.action(title="Both", due_on=days(90))
    later = make.action(title="Later", due_on=days(40))
    retired = make.action(title="Retired", due_on=days(1))
    for priority, action in ((second, both), (first, both), (second, later)):
        make.link(priority, LinkType.DELIVERED_BY, action)
    make.link(first, LinkType.DELIVERED_BY, retired, state=LinkState.RETIRED)
    titles, totals, page = show()
    assert titles == ["Both", "Later", "Retired"]
    assert [entry.group_id for entry in page.entries] == [first.id, second.id, None]
    assert {id: group.shown for id, group in totals.groups.items()} == {first.id: 1, second.id: 1, None: 1}


def test_groups_by_organisation_and_by_plan_have_their_names(make, show):
    post = make.post(organisation_id=make.organisation(title="Powys").id)
    make.action(title="Owned", owner_id=post.id, due_on=days(50))
    make.action(title="Nobody’s", due_on=days(10))
    _, totals, page = show(Wanted(by="organisation"))
    assert [page.titles.get(entry.group_id, "") for entry in page.entries] == ["Powys", ""]
    assert totals.groups[post.organisation_id].shown == 1
    _, _, page = show(Wanted(by="plan"))
    assert [page.titles[entry.group_id] for entry in page.entries] == [make.the_plan.title] * 2


def test_filters_narrow_by_owner_and_theme_and_leave_out_what_is_done(make, session, show):
    post = make.post(ref="owner")
    action = make.action(title="Owned", owner_id=post.id, due_on=days(50))
    make.action(title="Not owned", due_on=days(50))
    make.action(title="Done", due_on=days(50), closure="done", done_on=days(-1))
    session.refresh(action, ["themes"])
    action.themes.append(make.theme(ref="safe"))
    session.flush()
    assert show(Wanted(owner="owner"))[0] == ["Owned"]
    assert show(Wanted(theme="safe"))[0] == ["Owned"]
    assert show(Wanted(owner="none"))[0] == ["Not owned"]
    assert sorted(show(Wanted(with_done=True))[0]) == ["Done", "Not owned", "Owned"]
    assert show(Wanted(owner="nobody-at-all", theme="nothing"))[0] == []


@pytest.mark.parametrize(
    ("values", "is_shown"),
    [
        ({"due_on": date(2028, 1, 10)}, True),
        ({"due_on": date(2027, 12, 31)}, False),
        ({"due_on": date(2028, 2, 1)}, False),
        ({"due_on": date(2028, 3, 1), "starts_on": date(2027, 1, 1)}, True),
        ({"due_on": date(2028, 3, 1), "starts_on": date(2028, 2, 1)}, False),
        ({"due_on": date(2028, 3, 1), "baseline_due_on": date(2028, 1, 31)}, True),
        ({"due_on": date(2027, 3, 1), "forecast_on": date(2028, 1, 1)}, True),
        ({"due_on": date(2027, 3, 1), "forecast_on": date(2028, 1, 1), "closure": "done", "done_on": TODAY}, False),
        ({"due_on": days(-90)}, False),
    ],
)
def test_an_action_is_shown_when_its_bar_or_its_slip_lies_within_the_days(make, show, values, is_shown):
    make.action(title="It", **values)
    january = Span(date(2028, 1, 1), date(2028, 1, 31))
    titles, totals, _ = show(Wanted(span=january, with_done=True))
    assert titles == (["It"] if is_shown else [])
    assert (totals.shown, totals.outside, totals.undated) == (is_shown, not is_shown, 0)


def test_what_is_late_is_shown_for_as_long_as_it_is_and_counted_by_group(make, show):
    priority = make.priority()
    late = make.action(title="Late", due_on=days(-400))
    make.link(priority, LinkType.DELIVERED_BY, late)
    make.action(title="Done late", due_on=days(-400), closure="done", done_on=days(-1))
    make.action(title="On time", due_on=days(20))
    titles, totals, page = show(Wanted(with_done=True))
    assert titles == ["Late", "On time"]
    assert (totals.late, totals.groups[priority.id].late, totals.groups[None].late) == (1, 1, 0)
    assert page.next_due.title == "On time"


def test_a_forecast_brings_no_action_to_whoever_may_not_read_it(make, show):
    make.action(due_on=days(100), forecast_on=days(400))
    far = Span(days(390), days(420))
    assert len(show(Wanted(span=far))[0]) == 1
    assert show(Wanted(span=far), person=PUBLIC)[0] == []
    assert show(Wanted(is_whole=True))[1].span.last >= days(400)
    assert show(Wanted(is_whole=True), person=PUBLIC)[1].span.last < days(400)


def test_all_dates_reach_from_the_first_start_to_the_last_end(make, show):
    make.action(starts_on=date(2019, 5, 6), due_on=date(2031, 3, 4))
    assert show(Wanted(is_whole=True))[1].span == Span(date(2019, 5, 1), date(2031, 3, 31))


def test_actions_without_a_date_stand_apart_and_are_counted_in_full(make, show):
    for number in range(5):
        make.action(title=f"No date {number}", position=number)
    make.action(title="Dated", due_on=days(10))
    titles, totals, page = show(undated=2)
    assert titles == ["Dated"]
    assert totals.undated == 5
    assert [one.action.title for one in page.undated] == ["No date 0", "No date 1"]


def test_milestones_and_what_is_waited_for_come_along_with_what_is_too_late(make, session, show):
    needed = make.action(title="Needed", due_on=days(-5))
    waiting = make.action(title="Waiting", due_on=days(20))
    fine = make.action(title="Fine", due_on=days(90))
    session.add(Milestone(action_id=waiting.id, title="Half way", due_on=days(10)))
    session.flush()
    make.link(waiting, LinkType.DEPENDS_ON, needed)
    make.link(fine, LinkType.DEPENDS_ON, waiting)
    make.link(fine, LinkType.DEPENDS_ON, needed, state=LinkState.RETIRED)
    by_title = {entry.action.title: entry for entry in show()[2].entries}
    assert [one.title for one in by_title["Waiting"].action.milestones] == ["Half way"]
    assert [(one.action.title, bool(one.late)) for one in by_title["Waiting"].waits_for] == [("Needed", True)]
    assert [(one.action.title, bool(one.late)) for one in by_title["Fine"].waits_for] == [("Waiting", False)]
    assert by_title["Needed"].waits_for == ()


def test_a_draft_is_neither_shown_nor_named_nor_counted_for_who_may_not_see_it(make, show):
    draft = make.action(title="Draft", due_on=days(30), visibility=Visibility.DRAFT)
    seen = make.action(title="Seen", due_on=days(40))
    make.link(seen, LinkType.DEPENDS_ON, draft)
    secret = make.priority(title="Secret", visibility=Visibility.DRAFT)
    make.link(secret, LinkType.DELIVERED_BY, seen)
    titles, totals, page = show(person=PUBLIC)
    assert titles == ["Seen"]
    assert totals.shown == 1
    assert page.entries[0].waits_for == ()
    assert page.entries[0].group_id is None
    assert show(person=make.person(make.lead()))[0] == ["Seen", "Draft"]


def test_pages_go_on_where_the_one_before_ended(make, show):
    for number in range(7):
        make.action(title=f"Action {number}", due_on=days(number))
    first, second = (show(offset=offset, limit=4)[0] for offset in (0, 4))
    assert first + second == [f"Action {number}" for number in range(7)]


def test_a_timeline_takes_the_same_few_statements_for_few_actions_and_for_many(session, make, show, count_statements):
    def statements() -> int:
        session.flush()
        session.expire_all()
        with count_statements() as count:
            show()
        return count.number

    def fill(number: int) -> None:
        for _ in range(number):
            action = make.action(due_on=days(5), owner_id=make.post().id)
            make.link(make.priority(), LinkType.DELIVERED_BY, action)
            make.link(action, LinkType.DEPENDS_ON, make.action(due_on=days(6)))
            make.action()
            session.add(Milestone(action_id=action.id, title="Step", due_on=days(3)))

    fill(2)
    few = statements()
    fill(15)
    assert statements() == few <= 10
