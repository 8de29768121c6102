"""The list of people, members of plans, and the first day, by their services."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from kb.accounts import account_tokens, first_day, members, people
from kb.accounts.first_day import Step
from kb.accounts.people import Filters, Standing, State
from kb.db import now
from kb.errors import Invalid, NotAllowed, NotFound
from kb.models.history import Change
from kb.models.user import Membership, Role, TokenPurpose
from kb.permissions import SYSTEM
from tests.conftest import TODAY

MADE = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def administrator(make):
    return make.person(make.user(name="Ada", is_administrator=True, password_hash="x"))


def names(session, person, **filters):
    return [one.user.name for one in people.list_people(session, Filters(**filters), person=person, today=TODAY)[1]]


def test_a_person_is_listed_with_state_roles_and_posts(session, make, administrator):
    plan, other = make.plan(title="B plan"), make.plan(title="A plan")
    user = make.user(name="Zoe", role=Role.LEAD, plan=plan)
    session.add(Membership(user_id=user.id, plan_id=other.id, role=Role.VIEWER))
    post = make.post(title="Lead for nurses")
    holder = make.owner(post)
    account_tokens.issue(session, user, TokenPurpose.INVITATION, at=MADE - timedelta(days=3), by=SYSTEM)
    account_tokens.issue(session, user, TokenPurpose.INVITATION, at=MADE, by=SYSTEM)
    listed = people.get(session, user.id, person=administrator, today=TODAY)
    assert (listed.state, listed.invited_at) == (State.INVITED, MADE)
    assert [(one.plan.title, one.role) for one in listed.roles] == [("A plan", "viewer"), ("B plan", "lead")]
    held = people.get(session, holder.id, person=administrator, today=TODAY)
    assert [(one.post.title, one.is_deputy) for one in held.posts] == [("Lead for nurses", False)]
    assert held.invited_at == holder.created_at


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({}, State.INVITED),
        ({"password_hash": "x"}, State.ACTIVE),
        ({"is_demonstration": True}, State.ACTIVE),
        ({"is_active": False, "password_hash": "x"}, State.DEACTIVATED),
        ({"is_active": False}, State.DEACTIVATED),
    ],
)
def test_the_state_told_is_the_state_searched_for(session, make, administrator, values, state):
    user = make.user(name="Zoe", **values)
    assert people.state_of(user) is state
    found = {one for one in State if "Zoe" in names(session, administrator, state=one)}
    assert found == {state}
    assert people.count_by_state(session, person=administrator)[state] == (2 if state is State.ACTIVE else 1)


def test_people_are_found_by_words_roles_and_plans(session, make, administrator):
    plan, other = make.plan(), make.plan()
    make.user(name="bea", role=Role.LEAD, plan=plan, email="bea@north.example.org")
    make.user(name="Cy", role=Role.VIEWER, plan=other)
    make.user(name="Di 50%")
    assert names(session, administrator) == ["Ada", "bea", "Cy", "Di 50%"]
    assert names(session, administrator, words="NORTH be") == ["bea"]
    assert names(session, administrator, words="0%") == ["Di 50%"]
    assert names(session, administrator, role=Role.LEAD) == ["bea"]
    assert names(session, administrator, role=Role.LEAD, plan_id=other.id) == []
    assert names(session, administrator, plan_id=other.id) == ["Cy"]
    assert names(session, administrator, role=Standing.ADMINISTRATOR) == ["Ada"]
    assert names(session, administrator, role=Standing.ADMINISTRATOR, plan_id=plan.id) == []
    assert names(session, administrator, role=Standing.NO_ROLE) == ["Ada", "Di 50%"]
    assert names(session, administrator, role=Standing.NO_ROLE, plan_id=plan.id) == ["Ada", "Cy", "Di 50%"]


def test_the_list_takes_as_many_statements_for_many_as_for_few(session, make, administrator, count_statements):
    numbers = []
    for _ in range(2):
        for _ in range(6):
            make.owner()
        with count_statements() as count:
            people.list_people(session, Filters(), person=administrator, today=TODAY)
        numbers.append(count.number)
    assert numbers[0] == numbers[1] <= 6


def test_people_are_for_those_who_manage_them(session, make):
    lead = make.person(make.lead())
    for deed in (
        lambda: people.list_people(session, Filters(), person=lead, today=TODAY),
        lambda: people.get(session, lead.user_id, person=lead, today=TODAY),
        lambda: people.count_by_state(session, person=lead),
        lambda: members.list_led_alone(session, make.user(), person=lead),
    ):
        with pytest.raises(NotAllowed):
            deed()


def test_somebody_can_sign_in_where_there_is_a_password_or_a_demonstration(session, make):
    assert not people.is_anybody_able(session)
    make.user(is_active=False, password_hash="x")
    assert (people.is_anybody_able(session), people.is_anybody_invited(session)) == (False, False)
    user = make.user()
    assert (people.is_anybody_able(session), people.is_anybody_invited(session)) == (False, True)
    user.password_hash = "x"
    session.flush()
    assert (people.is_anybody_able(session), people.is_anybody_invited(session)) == (True, False)


def test_a_lead_gives_roles_in_their_own_plan_and_in_no_other(session, make):
    plan, other = make.plan(), make.plan()
    lead, user = make.person(make.lead(plan)), make.user()
    members.add(session, user, plan, Role.STEERING, by=lead)
    members.set_role(session, user, plan, Role.VIEWER, by=lead)
    assert [(one.user.id, one.role) for one in members.list_members(session, plan, person=lead, today=TODAY)] == [
        (lead.user_id, "lead"),
        (user.id, "viewer"),
    ]
    assert members.get_member(session, plan, user.id, person=lead) is user
    for deed in (
        lambda: members.add(session, user, other, Role.VIEWER, by=lead),
        lambda: members.set_role(session, user, other, Role.VIEWER, by=lead),
        lambda: members.list_members(session, other, person=lead, today=TODAY),
        lambda: members.list_active(session, other, person=lead),
        lambda: members.get_member(session, other, user.id, person=lead),
    ):
        with pytest.raises(NotAllowed):
            deed()
    lines = session.scalars(select(Change.new).where(Change.field == "role").order_by(Change.id)).all()
    assert lines == [f"{user.name}: steering", f"{user.name}: viewer"]


@pytest.mark.parametrize("kind", ["viewer", "steering"])
def test_other_members_give_no_roles(session, make, kind):
    by = make.person(getattr(make, kind)())
    with pytest.raises(NotAllowed):
        members.add(session, make.user(), make.the_plan, Role.VIEWER, by=by)


def test_a_membership_twice_is_refused_with_the_role_that_is_held(session, make, administrator):
    user = make.steering()
    with pytest.raises(Invalid, match=r"has a role in “Plan .*” already: steering group") as refused:
        members.add(session, user, make.the_plan, Role.LEAD, by=administrator)
    assert refused.value.field == "person"
    assert session.scalars(select(Membership.role)).all() == ["steering"]


def test_a_deactivated_account_is_given_no_role_and_can_lose_the_one_it_has(session, make, administrator):
    user = make.lead()
    user.is_active = False
    with pytest.raises(Invalid, match="deactivated"):
        members.set_role(session, user, make.the_plan, Role.VIEWER, by=administrator)
    members.set_role(session, user, make.the_plan, None, by=administrator)
    with pytest.raises(NotFound):
        members.get_member(session, make.the_plan, user.id, person=administrator)


def test_plans_that_somebody_leads_alone_are_named(session, make, administrator):
    plan, shared, steered = make.plan(title="Alone"), make.plan(title="Shared"), make.plan(title="Steered")
    user, other, gone = make.lead(plan), make.lead(shared), make.lead(plan)
    gone.is_active = False
    session.add_all(
        [
            Membership(user_id=user.id, plan_id=shared.id, role=Role.LEAD),
            Membership(user_id=user.id, plan_id=steered.id, role=Role.STEERING),
        ]
    )
    session.flush()
    assert [one.title for one in members.list_led_alone(session, user, person=administrator)] == ["Alone"]
    assert members.list_led_alone(session, other, person=administrator) == []


def told(day):
    return None if day is None else {line.step: (line.is_done, line.is_open, line.is_next) for line in day.lines}


def test_the_first_administrator_begins_with_a_plan(session, make):
    person = make.person(make.administrator())
    lines = told(first_day.of(session, None, person=person, today=TODAY))
    assert lines[Step.PLAN] == (False, True, True)
    assert lines[Step.PEOPLE] == (False, True, False)
    assert {lines[step] for step in Step if step not in (Step.PLAN, Step.PEOPLE)} == {(False, False, False)}


def test_the_steps_follow_what_is_there_until_nothing_is_missing(session, make):
    user = make.administrator()
    plan = make.plan()
    session.add(Membership(user_id=user.id, plan_id=plan.id, role=Role.LEAD))
    session.flush()

    def following():
        day = first_day.of(session, plan, person=make.person(user), today=TODAY)
        return day and next((line.step for line in day.lines if line.is_next), None)

    assert following() is Step.ORGANISATION
    post = make.post()
    assert following() is Step.PEOPLE
    make.owner(post, is_deputy=True)
    assert following() is Step.POST, "a deputy does not hold a post"
    make.owner(post)
    assert following() is Step.PRIORITY, "without one, nothing can be called for"
    make.priority()
    assert following() is Step.SOURCE
    source = make.source()
    assert first_day.of(session, plan, person=make.person(user), today=TODAY).source == source.ref
    response = make.response(source)
    assert following() is Step.SOURCE, "an empty response maps nothing"
    response.text = "We follow it."
    session.flush()
    assert following() is Step.ACTION
    action = make.action()
    assert first_day.of(session, plan, person=make.person(user), today=TODAY) is None
    action.deleted_at = now()
    session.flush()
    assert following() is Step.ACTION, "what was deleted is missing again"


def test_an_administrator_who_leads_nothing_sees_the_place_and_not_the_thread(session, make):
    person = make.person(make.administrator())
    lines = told(first_day.of(session, make.plan(), person=person, today=TODAY))
    assert set(lines) == {Step.PLAN, Step.ORGANISATION, Step.PEOPLE}
    assert lines[Step.ORGANISATION] == (False, False, False), "a lead adds it"
    make.organisation()
    make.user()
    assert first_day.of(session, make.the_plan, person=person, today=TODAY) is None


def test_a_lead_sees_the_steps_of_their_plan_and_others_none(session, make):
    plan = make.plan()
    lead = make.person(make.lead(plan))
    lines = told(first_day.of(session, plan, person=lead, today=TODAY))
    assert lines[Step.PLAN] == (True, False, False)
    assert lines[Step.PEOPLE] == (False, True, False)
    for user in (make.viewer(), make.steering(), make.lead(make.plan())):
        assert first_day.of(session, plan, person=make.person(user), today=TODAY) is None


def test_what_was_done_is_followed_by_the_next_step_until_the_first_thread_stands(browse, make):
    lead = browse.sign_in(make.lead())
    make.organisation()
    added = lead.post("/organisations/new", {"title": "A trust"})
    assert 'First steps: 2 of 7 done. Next: <a href="/plans/' in lead.get(added.location).text
    assert "First steps:" not in lead.get("/organisations").text, "it stands beside a message only"
