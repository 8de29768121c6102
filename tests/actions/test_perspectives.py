"""The perspectives of a scorecard: their order, and names that go to the indicators as well."""

from __future__ import annotations

import pytest

from actions.measures import perspectives, scorecard
from actions.measures.perspectives import Perspective, Wanted
from kb import history
from kb.errors import Conflict, Invalid, NotAllowed


@pytest.fixture
def lead(make):
    return make.person(make.lead())


@pytest.fixture
def change(session, make, lead):
    def change(*wanted, reason="Agreed by the board", by=lead, version=None):
        plan = make.the_plan
        version = plan.version if version is None else version
        return perspectives.change(session, plan.ref, wanted, version=version, reason=reason, by=by)

    return change


def groups(session, make, lead):
    session.expire_all()
    card = scorecard.scorecard(session, make.the_plan, lead)
    return {name: [row.indicator.title for row in rows] for name, rows in card.groups.items()}


def test_the_scorecard_follows_the_plans_order_with_the_empty_and_the_others_after(session, make, lead, change):
    make.indicator(title="A", perspective="")
    make.indicator(title="B", perspective="Estates")
    make.indicator(title="C", perspective="finance ")
    make.indicator(title="D", perspective="Service users")
    assert list(groups(session, make, lead)) == ["Estates", "finance ", "Service users", ""]
    change(Wanted("Service users"), Wanted("Learning"), Wanted("Finance"))
    assert groups(session, make, lead) == {
        "Service users": ["D"],
        "Learning": [],
        "Finance": ["C"],
        "Estates": ["B"],
        "": ["A"],
    }
    newest = history.list_for(session, make.the_plan, person=lead, limit=1)[0]
    assert (newest.field, newest.new, newest.reason) == (
        "perspectives",
        "Service users\nLearning\nFinance",
        "Agreed by the board",
    )


def test_another_name_goes_to_the_indicators_and_two_may_change_places(session, make, lead, change):
    staff, money = make.indicator(perspective="Staff"), make.indicator(perspective="Money")
    other = make.indicator(perspective="Staff", plan_id=make.plan().id)
    change(Wanted("Staff"), Wanted("Money"))
    _, carried = change(Wanted(" Our   people ", "Staff"), Wanted("Money", "Money"))
    assert (carried, staff.perspective, money.perspective, other.perspective) == (1, "Our people", "Money", "Staff")
    newest = history.list_for(session, staff, person=lead, limit=1)[0]
    assert (newest.field, newest.old, newest.new) == ("perspective", "Staff", "Our people")
    change(Wanted("Our people", "Money"), Wanted("Money", "Our people"))
    assert (staff.perspective, money.perspective) == ("Money", "Our people")


def test_a_perspective_that_leaves_the_list_stays_on_its_indicators(session, make, lead, change):
    make.indicator(title="A", perspective="Staff")
    change(Wanted("Staff"), Wanted("Finance"))
    change(Wanted("", "Staff"), Wanted("Finance", "Finance"))
    assert groups(session, make, lead) == {"Finance": [], "Staff": ["A"]}
    assert perspectives.perspectives(session, make.the_plan, lead) == [
        Perspective("Finance", True, 0),
        Perspective("Staff", False, 1),
    ]
    assert perspectives.offered(session, make.the_plan.id, lead) == ["Finance", "Staff"]
    assert perspectives.offered(session, 0, lead) == []


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["Finance", " finance"], "stands twice"),
        (["x" * 101], "under 100 letters"),
        ([str(number) for number in range(21)], "at most 20"),
    ],
)
def test_perspectives_that_cannot_be_are_refused_with_what_is_wrong(change, make, names, words):
    with pytest.raises(Invalid, match=words):
        change(*map(Wanted, names))
    assert make.the_plan.perspectives == ""


def test_a_reason_the_right_and_the_newest_version_are_asked_for(change, make):
    with pytest.raises(Invalid, match="Say why"):
        change(Wanted("Finance"), reason=" ")
    with pytest.raises(NotAllowed):
        change(Wanted("Finance"), by=make.person(make.steering()))
    with pytest.raises(Conflict):
        change(Wanted("Finance"), version=0)


def test_a_lead_orders_and_renames_them_on_a_page_from_the_scorecard(session, make, lead, browse):
    make.indicator(title="Vacancies", perspective="Staff", ref="vacancies")
    plan = make.the_plan
    address = f"/indicators/scorecard/{plan.ref}/perspectives"
    browse.sign_in(make.lead())
    assert address in browse.get(f"/indicators/scorecard?plan={plan.ref}").text
    assert "not in the list" in browse.get(address).text
    rows = {
        "version": plan.version,
        "row-0-was": "Staff",
        "row-0-place": "2",
        "row-0-name": "Our people",
        "row-1-place": "1",
        "row-1-name": "Finance",
        "row-2-place": "",
        "row-2-name": "Learning",
    }
    unsaid = browse.post(address, rows)
    assert (unsaid.status_code, "Say why it changes" in unsaid.text, "Our people" in unsaid.text) == (422, True, True)
    wrong = browse.post(address, {**rows, "row-1-place": "first", "reason": "So"})
    assert (wrong.status_code, "Give each place as a number" in wrong.text) == (422, True)
    twice = browse.post(address, {**rows, "row-1-name": "our people", "reason": "So"})
    assert (twice.status_code, "stands twice" in twice.text) == (422, True)
    assert browse.post(address, {**rows, "reason": "Balanced"}).status_code == 303
    assert groups(session, make, lead) == {"Finance": [], "Our people": ["Vacancies"], "Learning": []}
    card = browse.get(f"/indicators/scorecard?plan={plan.ref}").text
    assert "No indicator is seen from here yet." in card
    assert "It has 1 indicator, which nobody has read yet." in card
    form = browse.get("/indicators/vacancies/edit").text
    assert '<option value="Finance">' in form
    assert "Whose view it takes, such as: Finance, Our people, Learning." in form
