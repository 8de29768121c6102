"""Accounts: making them, their passwords, roles in plans, and ending them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import contains_eager, selectinload

from kb import history
from kb.accounts import account_tokens, passwords, sessions
from kb.accounts.sign_in import tidy_email
from kb.db import LARGEST_KEY, now
from kb.errors import Invalid, NotFound
from kb.models.organisation import PostHolding
from kb.models.plan import Plan
from kb.models.user import Membership, Role, User
from kb.permissions import Capability, Person
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

LONGEST_NAME = 200
# Accounts belong to no record's history; who changed them stands in the log.
log = logging.getLogger(__name__)


def create(
    session: Session, *, email: str, name: str, password: str = "", is_administrator: bool = False, by: Person
) -> User:
    """Make an account; nobody can sign in to it until it has a password.

    Raises Invalid for an email, name or password that will not do, or an email that has an account.
    """
    by.require(Capability.MANAGE_PEOPLE)
    name = _checked_name(name)
    email = _checked_email(email)
    if session.scalar(select(User.id).where(User.email == email)) is not None:
        raise Invalid(
            "email",
            gettext(
                "There is already an account with the email address %(email)s; look for it on the page People",
                email=email,
            ),
        )
    user = User(email=email, name=name, is_administrator=is_administrator)
    if password:
        passwords.check(password, name=name, email=email)
        user.password_hash = passwords.hash_of(password)
    session.add(user)
    session.flush()
    log.info("%s made the account %s", by.name, user.id)
    return user


def get(session: Session, user_id: int) -> User:
    """The user with this number, or NotFound."""
    user = session.get(User, user_id) if 0 < user_id <= LARGEST_KEY else None
    if user is None:
        raise NotFound("user", str(user_id))
    return user


def get_by_email(session: Session, email: str) -> User:
    """The user with this email, or NotFound."""
    user = session.scalars(select(User).where(User.email == tidy_email(email))).one_or_none()
    if user is None:
        raise NotFound("user", email)
    return user


def list_all(session: Session, *, person: Person) -> Sequence[User]:
    """All accounts by name, with their roles loaded, for those who manage them."""
    person.require(Capability.MANAGE_PEOPLE)
    return session.scalars(select(User).options(selectinload(User.memberships)).order_by(User.name, User.id)).all()


@dataclass(frozen=True, slots=True)
class DemonstrationAccount:
    """One of the accounts that anybody may take in demonstration mode, and what it is for."""

    user_id: int
    name: str
    can: str


def list_demonstration(session: Session) -> list[DemonstrationAccount]:
    """The demonstration accounts in the order they were made; the view offers them in demonstration mode only."""
    query = (
        select(User)
        .where(User.is_demonstration, User.is_active)
        .options(selectinload(User.memberships))
        .order_by(User.id)
    )
    users = session.scalars(query).all()
    holders = set(
        session.scalars(
            select(PostHolding.user_id).where(
                PostHolding.until_on.is_(None), PostHolding.user_id.in_([user.id for user in users])
            )
        )
    )
    return [DemonstrationAccount(user.id, user.name, _can(user, user.id in holders)) for user in users]


def _can(user: User, is_holder: bool) -> str:
    roles = {membership.role for membership in user.memberships}
    if user.is_administrator:
        return gettext("Sees which mails wait or went; reads everything else")
    if Role.LEAD in roles:
        return gettext("Finds, adds and maps sources, and keeps the plan")
    if Role.STEERING in roles:
        return gettext("Sees what is late, answers asks for support, verifies what is done")
    if is_holder:
        return gettext("Says how the actions of a post are going")
    return gettext("Reads what is published, with the updates")


def get_demonstration(session: Session, user_id: int) -> User:
    """The demonstration account with this number, or NotFound, also for any other account."""
    user = get(session, user_id)
    if not (user.is_demonstration and user.is_active):
        raise NotFound("demonstration account", str(user_id))
    return user


def rename(session: Session, user: User, name: str, *, by: Person) -> None:
    """Name a user otherwise on pages; what they did before shows the new name too."""
    if by.user_id != user.id or by.user_id is None:
        by.require(Capability.MANAGE_PEOPLE)
    if user.is_demonstration:
        raise Invalid("name", gettext("A demonstration account keeps its name"))
    user.name = _checked_name(name)
    log.info("%s renamed the account %s", by.name, user.id)


def set_password(session: Session, user: User, password: str, *, by: Person) -> None:
    """Give a user a new password and end all their sessions and links; raise Invalid for one that is soon guessed."""
    if by.user_id != user.id or by.user_id is None:
        by.require(Capability.MANAGE_PEOPLE)
    if user.is_demonstration:
        raise Invalid("password", gettext("A demonstration account has no password"))
    passwords.check(password, name=user.name, email=user.email)
    user.password_hash = passwords.hash_of(password)
    sessions.end_all(session, user)
    account_tokens.end_open(session, user, at=now())
    log.info("%s set a new password for the account %s", by.name, user.id)


def set_role(session: Session, user: User, plan: Plan, role: Role | None, *, by: Person) -> None:
    """Give a user a role in a plan in place of the one they had, or none; it holds from their next request."""
    by.require(Capability.MANAGE_MEMBERS, plan_id=plan.id)
    membership = session.get(Membership, (user.id, plan.id))
    old = membership.role if membership else None
    if old == role:
        return
    if role is None and membership:
        session.delete(membership)
    elif membership:
        membership.role = str(role)
    elif role is not None:
        session.add(Membership(user_id=user.id, plan_id=plan.id, role=role))
    history.note(session, plan, "role", _role_of(user, old), _role_of(user, role), by=by)
    session.flush()


def deactivate(session: Session, user: User, *, today: date, by: Person) -> None:
    """End an account: its sessions and links end at once, its posts are empty from today; nothing it did is lost.

    Raises Invalid for one's own account, and for the last administrator who can sign in.
    """
    by.require(Capability.MANAGE_PEOPLE)
    if by.user_id is not None and by.user_id == user.id:
        raise Invalid("user", gettext("Somebody else has to end your account"))
    if user.is_administrator:
        _keep_an_administrator(session, user)
    user.is_active = False
    sessions.end_all(session, user)
    account_tokens.end_open(session, user, at=now())
    for holding in list_holdings(session, user, today=today, with_deleted=True):
        field = "deputy" if holding.is_deputy else "holder"
        history.note(session, holding.post, field, user.name, None, reason=gettext("The account was ended"), by=by)
        if holding.from_on > today:
            session.delete(holding)
        else:
            holding.until_on = today
    log.info("%s ended the account %s", by.name, user.id)


def list_holdings(session: Session, user: User, *, today: date, with_deleted: bool = False) -> Sequence[PostHolding]:
    """The posts that a user holds or deputises for, now or from a later day, with the posts; held ones first."""
    query = (
        select(PostHolding)
        .join(PostHolding.post)
        .where(PostHolding.user_id == user.id, or_(PostHolding.until_on.is_(None), PostHolding.until_on > today))
        .options(contains_eager(PostHolding.post))
        .order_by(PostHolding.is_deputy, PostHolding.id)
        .execution_options(with_deleted=with_deleted)
    )
    return session.scalars(query).all()


def activate(session: Session, user: User, *, by: Person) -> None:
    """Let a user sign in again; their posts do not come back by themselves."""
    by.require(Capability.MANAGE_PEOPLE)
    user.is_active = True
    log.info("%s opened the account %s again", by.name, user.id)


def set_administrator(session: Session, user: User, is_administrator: bool, *, by: Person) -> None:
    """Make a user an administrator, or no longer one; raises Invalid for the last who can sign in."""
    by.require(Capability.MANAGE_PEOPLE)
    if user.is_administrator and not is_administrator:
        _keep_an_administrator(session, user)
    user.is_administrator = is_administrator
    log.info("%s set whether the account %s is an administrator: %s", by.name, user.id, is_administrator)


def can_administer() -> ColumnElement[bool]:
    """Whether a user is an administrator who can sign in; one who was invited and has not come yet cannot."""
    return and_(User.is_administrator, User.is_active, or_(User.password_hash != "", User.is_demonstration))


def _keep_an_administrator(session: Session, user: User) -> None:
    """Refuse to lose the last administrator; two who end each other wait here, and the second is refused."""
    locked = select(User.id).where(can_administer()).order_by(User.id).with_for_update()
    able = set(session.scalars(locked))
    if able == {user.id}:
        told = gettext("%(name)s is the only administrator who can sign in.", name=user.name)
        raise Invalid("user", f"{told} {gettext('Make somebody else an administrator first.')}")


def list_roles(session: Session, user: User) -> list[tuple[str, Role]]:
    """The plans in which a user has a role, by title, with the role."""
    query = (
        select(Plan.title, Membership.role)
        .join(Membership, Membership.plan_id == Plan.id)
        .where(Membership.user_id == user.id)
        .order_by(Plan.title)
    )
    return [(title, Role(role)) for title, role in session.execute(query)]


def _checked_name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise Invalid("name", gettext("Give a name of up to %(number)s characters", number=LONGEST_NAME))
    return name


def _checked_email(email: str) -> str:
    try:
        return tidy_email(validate_email(email.strip(), check_deliverability=False).normalized)
    except EmailNotValidError:
        raise Invalid("email", gettext("Give an email address in full, such as lead@example.org")) from None


def _role_of(user: User, role: str | None) -> str | None:
    return f"{user.name}: {role}" if role else None
