"""The members of a plan and their roles, as its lead and administrators set them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from kb.accounts import users
from kb.accounts.people import Held, State, posts_of, state_of
from kb.errors import Invalid, NotFound
from kb.models.plan import Plan
from kb.models.user import Membership, Role, User
from kb.permissions import Capability, Person, visible_to
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.orm import Session

# Leads come first, then the steering group.
ORDER = (Role.LEAD, Role.STEERING, Role.VIEWER)
ROLE_WORDS = {
    Role.LEAD: gettext("Strategy lead"),
    Role.STEERING: gettext("Steering group"),
    Role.VIEWER: gettext("Viewer"),
}


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with a role in a plan."""

    user: User
    role: Role
    state: State
    posts: Sequence[Held]


def list_members(session: Session, plan: Plan, *, person: Person, today: date) -> list[Member]:
    """Everybody with a role in a plan: leads, steering group, viewers, each by name."""
    person.require(Capability.MANAGE_MEMBERS, plan_id=plan.id)
    query = select(Membership).where(Membership.plan_id == plan.id).options(joinedload(Membership.user))
    found = session.scalars(query).all()
    posts = posts_of(session, [one.user_id for one in found], today=today)
    members = [Member(one.user, Role(one.role), state_of(one.user), posts[one.user_id]) for one in found]
    return sorted(members, key=lambda one: (ORDER.index(one.role), one.user.name.casefold(), one.user.id))


def list_active(session: Session, plan: Plan, *, person: Person) -> Sequence[User]:
    """Everybody who may be given a role in a plan, by name."""
    person.require(Capability.MANAGE_MEMBERS, plan_id=plan.id)
    return session.scalars(select(User).where(User.is_active).order_by(func.lower(User.name), User.id)).all()


def get_member(session: Session, plan: Plan, user_id: int, *, person: Person) -> User:
    """One of those with a role in a plan, or NotFound."""
    person.require(Capability.MANAGE_MEMBERS, plan_id=plan.id)
    user = users.get(session, user_id)
    if session.get(Membership, (user.id, plan.id)) is None:
        raise NotFound("member", str(user_id))
    return user


def list_led_alone(session: Session, user: User, *, person: Person) -> Sequence[Plan]:
    """The plans that nobody else leads who can sign in, by title."""
    person.require(Capability.MANAGE_PEOPLE)
    leads = select(Membership.plan_id).where(Membership.role == Role.LEAD)
    own = leads.where(Membership.user_id == user.id)
    of_others = leads.join(Membership.user).where(User.is_active, User.id != user.id)
    query = select(Plan).where(Plan.id.in_(own), Plan.id.not_in(of_others), visible_to(person)).order_by(Plan.title)
    return session.scalars(query).all()


def add(session: Session, user: User, plan: Plan, role: Role, *, by: Person) -> None:
    """Give somebody a role in a plan where they have none; raises Invalid where they have one already."""
    by.require(Capability.MANAGE_MEMBERS, plan_id=plan.id)
    # Of two who add the same person at once the second waits here, and is told.
    session.execute(select(User.id).where(User.id == user.id).with_for_update())
    query = select(Membership.role).where(Membership.user_id == user.id, Membership.plan_id == plan.id)
    held = session.scalar(query)
    if held is not None:
        told = gettext(
            "%(name)s has a role in “%(plan)s” already: %(role)s. Change it in the list",
            name=user.name,
            plan=plan.title,
            role=ROLE_WORDS[Role(held)].lower(),
        )
        raise Invalid("person", told)
    set_role(session, user, plan, role, by=by)


def set_role(session: Session, user: User, plan: Plan, role: Role | None, *, by: Person) -> None:
    """Give a member another role, or none; a deactivated account is given no new one."""
    if role is not None and not user.is_active:
        raise Invalid("person", gettext("The account of %(name)s is deactivated", name=user.name))
    users.set_role(session, user, plan, role, by=by)
