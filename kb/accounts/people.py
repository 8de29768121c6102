"""The people who have an account, as administrators see them: who came, who did not, with roles and posts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select
from sqlalchemy.orm import contains_eager

from kb.accounts import users
from kb.models.organisation import PostHolding
from kb.models.plan import Plan
from kb.models.user import AccountToken, Membership, Role, TokenPurpose, User
from kb.narrowing import Narrowing, bears
from kb.permissions import Capability, Person, visible_to

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kb.models.organisation import Post


class State(StrEnum):
    """Where an account stands; one without a password is invited, and its owner has not come yet."""

    ACTIVE = "active"
    INVITED = "invited"
    DEACTIVATED = "deactivated"


class Standing(StrEnum):
    """What to look for among people besides the roles of plans."""

    ADMINISTRATOR = "administrator"
    NO_ROLE = "none"


@dataclass(frozen=True, slots=True)
class Filters(Narrowing):
    """What a list of people is narrowed to; `role` is of the plan where one is named, else of any."""

    words: str = ""
    state: State | None = None
    role: Role | Standing | None = None
    plan_id: int | None = None


@dataclass(frozen=True, slots=True)
class PlanRole:
    """A role in a plan."""

    plan: Plan
    role: Role


@dataclass(frozen=True, slots=True)
class Held:
    """A post that somebody holds or deputises for."""

    post: Post
    is_deputy: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody with an account; `invited_at` is when the newest invitation was made."""

    user: User
    state: State
    invited_at: datetime
    roles: Sequence[PlanRole]
    posts: Sequence[Held]


def state_of(user: User) -> State:
    """Where an account stands."""
    if not user.is_active:
        return State.DEACTIVATED
    return State.ACTIVE if user.password_hash or user.is_demonstration else State.INVITED


def list_people(
    session: Session, filters: Filters, *, person: Person, today: date, offset: int = 0, limit: int = 25
) -> tuple[int, list[Listed]]:
    """How many people fit, and one page of them by name."""
    person.require(Capability.MANAGE_PEOPLE)
    fitting = select(User).where(*_criteria(filters))
    total = session.scalar(select(func.count()).select_from(fitting.subquery())) or 0
    found = session.scalars(fitting.order_by(func.lower(User.name), User.id).offset(offset).limit(limit)).all()
    return total, describe(session, found, person=person, today=today)


def get(session: Session, user_id: int, *, person: Person, today: date) -> Listed:
    """One of the people, or NotFound."""
    person.require(Capability.MANAGE_PEOPLE)
    return describe(session, [users.get(session, user_id)], person=person, today=today)[0]


def count_by_state(session: Session, *, person: Person) -> Mapping[State, int]:
    """How many accounts stand where."""
    person.require(Capability.MANAGE_PEOPLE)
    counts = [func.count(User.id).filter(_is_in(state)) for state in State]
    return dict(zip(State, session.execute(select(*counts)).one(), strict=True))


def describe(session: Session, found: Collection[User], *, person: Person, today: date) -> list[Listed]:
    """Accounts with what belongs to them, in three statements however many there are."""
    ids = [user.id for user in found]
    roles, posts, invited = _roles(session, ids, person), posts_of(session, ids, today=today), _invited_at(session, ids)
    return [
        Listed(user, state_of(user), invited.get(user.id, user.created_at), roles[user.id], posts[user.id])
        for user in found
    ]


def posts_of(session: Session, user_ids: Sequence[int], *, today: date) -> Mapping[int, list[Held]]:
    """For each of these people the posts that they hold or deputise for today, held ones first."""
    query = (
        select(PostHolding)
        .join(PostHolding.post)
        .options(contains_eager(PostHolding.post))
        .where(PostHolding.user_id.in_(user_ids), PostHolding.holds_on(today))
        .order_by(PostHolding.is_deputy, PostHolding.id)
    )
    posts: dict[int, list[Held]] = defaultdict(list)
    for holding in session.scalars(query):
        posts[holding.user_id].append(Held(holding.post, holding.is_deputy))
    return posts


def is_anybody_able(session: Session) -> bool:
    """Whether there is an account that somebody can sign in to; where there is none, signing in is a dead end."""
    able = select(User.id).where(User.is_active, or_(User.password_hash != "", User.is_demonstration))
    return session.scalar(able.limit(1)) is not None


def is_anybody_invited(session: Session) -> bool:
    """Whether somebody was invited and has not come yet."""
    return session.scalar(select(User.id).where(_is_in(State.INVITED)).limit(1)) is not None


def _criteria(filters: Filters) -> list[ColumnElement[bool]]:
    wanted = bears(filters.words, User.name, User.email)
    if filters.state is not None:
        wanted.append(_is_in(filters.state))
    members = select(Membership.user_id)
    if filters.plan_id is not None:
        members = members.where(Membership.plan_id == filters.plan_id)
    if filters.role is Standing.ADMINISTRATOR:
        wanted.append(User.is_administrator.is_(True))
    elif filters.role is Standing.NO_ROLE:
        wanted.append(User.id.not_in(members))
    elif filters.role is not None:
        wanted.append(User.id.in_(members.where(Membership.role == filters.role)))
    if filters.plan_id is not None and not isinstance(filters.role, Role) and filters.role is not Standing.NO_ROLE:
        wanted.append(User.id.in_(members))
    return wanted


def _is_in(state: State) -> ColumnElement[bool]:
    has_come = or_(User.password_hash != "", User.is_demonstration)
    if state is State.DEACTIVATED:
        return ~User.is_active
    return User.is_active & (has_come if state is State.ACTIVE else ~has_come)


def _roles(session: Session, user_ids: Sequence[int], person: Person) -> Mapping[int, list[PlanRole]]:
    query = (
        select(Membership.user_id, Membership.role, Plan)
        .join(Plan, Plan.id == Membership.plan_id)
        .where(Membership.user_id.in_(user_ids), visible_to(person))
        .order_by(Plan.title)
    )
    roles: dict[int, list[PlanRole]] = defaultdict(list)
    for user_id, role, plan in session.execute(query):
        roles[user_id].append(PlanRole(plan, Role(role)))
    return roles


def _invited_at(session: Session, user_ids: Sequence[int]) -> dict[int, datetime]:
    query = (
        select(AccountToken.user_id, func.max(AccountToken.made_at))
        .where(AccountToken.user_id.in_(user_ids), AccountToken.purpose == TokenPurpose.INVITATION)
        .group_by(AccountToken.user_id)
    )
    return dict(session.execute(query).all())
