"""The permission table, read as facts, and who sees which record."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from kb.errors import NotAllowed
from kb.models.record import Record, Visibility
from kb.models.source import Source
from kb.models.user import Role
from kb.permissions import NOBODY, PUBLIC, SYSTEM, TABLE, Capability, Holder, Person, visible_to

PLAN, OTHER_PLAN, POST, OTHER_POST = 1, 2, 10, 20
PEOPLE = {
    "nobody": NOBODY,
    "public reader": Person(reads_publicly=True),
    "viewer": Person(user_id=1, roles={PLAN: Role.VIEWER}),
    "owner": Person(user_id=2, roles={PLAN: Role.VIEWER}, posts={POST: "Lead, Body"}),
    "lead": Person(user_id=3, roles={PLAN: Role.LEAD}),
    "steering": Person(user_id=4, roles={PLAN: Role.STEERING}),
    "administrator": Person(user_id=5, is_administrator=True),
}
SIGNED_IN = {"viewer", "owner", "lead", "steering", "administrator"}
# Written out, so that a change of the table is a decision made twice.
FACTS = {
    Capability.READ: {"public reader", *SIGNED_IN},
    Capability.READ_UPDATES: SIGNED_IN,
    Capability.READ_DRAFTS: {"lead", "steering"},
    Capability.EDIT_SHARED: {"lead"},
    Capability.EDIT_PLAN: {"lead"},
    Capability.UPDATE_ACTION: {"owner", "lead"},
    Capability.ADD_READING: {"owner", "lead"},
    Capability.VERIFY_ACTION: {"lead", "steering"},
    Capability.ANSWER_SUPPORT: {"lead", "steering"},
    Capability.PROPOSE_CHANGE: {"owner", "lead"},
    Capability.DECIDE_CHANGE: {"lead", "steering"},
    Capability.DECIDE_LATE_CHANGE: {"steering"},
    Capability.RUN_REVIEW: {"lead", "steering"},
    Capability.RECORD_DECISION: {"lead", "steering"},
    Capability.SETTLE_LINK: {"owner", "lead"},
    Capability.SEE_OUTBOX: {"administrator"},
    Capability.SEE_STATUS: {"administrator"},
    Capability.MANAGE_PLANS: {"administrator"},
    Capability.MANAGE_MEMBERS: {"lead", "administrator"},
    Capability.MANAGE_PEOPLE: {"administrator"},
}


@pytest.mark.parametrize("capability", Capability)
def test_a_capability_belongs_to_these_people_and_no_others(capability):
    may = {name for name, person in PEOPLE.items() if person.may(capability, plan_id=PLAN, owner_id=POST)}
    assert may == FACTS[capability]


def test_every_capability_is_in_the_table_and_nobody_at_all_is_given_one():
    assert set(TABLE) == set(Capability)
    assert all(Holder.ANYONE not in given for given in TABLE.values())


def test_only_reading_becomes_public():
    assert {Capability.READ} == PUBLIC
    assert not any(PEOPLE["public reader"].may(capability) for capability in Capability if capability not in PUBLIC)


@pytest.mark.parametrize("name", ["lead", "steering"])
def test_a_role_reaches_no_further_than_its_plan(name):
    person = PEOPLE[name]
    wide = {c for c in Capability if person.may(c, plan_id=OTHER_PLAN)}
    assert wide == {Capability.READ, Capability.READ_UPDATES}
    assert person.may(Capability.VERIFY_ACTION), "without a plan, a role in any plan counts"


def test_an_owner_updates_only_the_actions_of_their_own_posts():
    owner = PEOPLE["owner"]
    assert not owner.may(Capability.UPDATE_ACTION, plan_id=PLAN, owner_id=OTHER_POST)
    assert not owner.may(Capability.UPDATE_ACTION, plan_id=PLAN, owner_id=None)


def test_an_administrator_reads_like_a_viewer_and_changes_nothing_in_a_plan():
    may = {c for c in Capability if PEOPLE["administrator"].may(c, plan_id=PLAN)}
    assert may == {
        Capability.READ,
        Capability.READ_UPDATES,
        Capability.SEE_OUTBOX,
        Capability.SEE_STATUS,
        Capability.MANAGE_PLANS,
        Capability.MANAGE_MEMBERS,
        Capability.MANAGE_PEOPLE,
    }


def test_a_lead_gives_roles_in_the_plans_that_they_lead_and_in_no_other():
    lead = PEOPLE["lead"]
    assert lead.may(Capability.MANAGE_MEMBERS, plan_id=PLAN)
    assert not lead.may(Capability.MANAGE_MEMBERS, plan_id=OTHER_PLAN)
    assert PEOPLE["administrator"].may(Capability.MANAGE_MEMBERS, plan_id=OTHER_PLAN)


def test_requiring_what_one_may_not_do_names_it():
    with pytest.raises(NotAllowed, match="see the mails"):
        PEOPLE["lead"].require(Capability.SEE_OUTBOX)
    PEOPLE["administrator"].require(Capability.SEE_OUTBOX)


def test_the_machine_itself_may_do_everything():
    assert all(SYSTEM.may(capability, plan_id=PLAN) for capability in Capability)


def test_a_copy_of_the_machines_person_may_not():
    assert not Person(user_id=None, name=SYSTEM.name, is_administrator=True).may(Capability.MANAGE_PEOPLE)


def test_drafts_are_for_their_author_and_those_who_lead(session, make):
    plan, other = make.plan(), make.plan()
    author = make.viewer(plan)
    shared = make.source(visibility=Visibility.DRAFT, author_id=author.id)
    of_plan = make.priority(plan_id=plan.id, visibility=Visibility.DRAFT)
    open_to_all = make.source()

    def seen_by(person: Person) -> set[int]:
        ids = {shared.id, of_plan.id, open_to_all.id}
        return set(session.scalars(select(Record.id).where(visible_to(person), Record.id.in_(ids))))

    assert seen_by(NOBODY) == set()
    assert seen_by(Person(reads_publicly=True)) == {open_to_all.id}
    assert seen_by(make.person(make.viewer(plan))) == {open_to_all.id}
    assert seen_by(make.person(author)) == {open_to_all.id, shared.id}
    assert seen_by(make.person(make.lead(plan))) == {open_to_all.id, shared.id, of_plan.id}
    assert seen_by(make.person(make.steering(other))) == {open_to_all.id, shared.id}
    assert seen_by(make.person(make.administrator())) == {open_to_all.id}
    assert seen_by(SYSTEM) == {open_to_all.id, shared.id, of_plan.id}
    assert session.get(Source, shared.id) is not None
