"""Who holds a post and who deputises: at most one of each at a time, from a day until the day before another."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from kb import history, records
from kb.catalogue import organisations
from kb.errors import Invalid
from kb.models.organisation import Post, PostHolding
from kb.models.user import User
from kb.permissions import Capability, Person
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.orm import Session


class Part(StrEnum):
    """In what part a person has a post; the names are those of its history, which is for the signed-in alone."""

    HOLDER = "holder"
    DEPUTY = "deputy"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who shall have a post, by email, or nobody; from which day, why, and the version that was opened."""

    who: str
    from_on: date
    version: int
    reason: str = ""


def list_people(session: Session, *, person: Person) -> Sequence[User]:
    """Everybody who can be given a post, by name."""
    person.require(Capability.EDIT_SHARED)
    return session.scalars(select(User).where(User.is_active).order_by(User.name, User.id)).all()


def list_holders(session: Session, *, person: Person, today: date) -> dict[int, list[PostHolding]]:
    """By post who holds it, or will from a later day; one statement, for whoever looks at all posts at once."""
    person.require(Capability.EDIT_SHARED)
    query = (
        select(PostHolding)
        .where(~PostHolding.is_deputy, or_(PostHolding.until_on.is_(None), PostHolding.until_on > today))
        .options(joinedload(PostHolding.user))
        .order_by(PostHolding.post_id, PostHolding.from_on)
    )
    found: dict[int, list[PostHolding]] = {}
    for one in session.scalars(query):
        found.setdefault(one.post_id, []).append(one)
    return found


def upcoming(session: Session, post: Post, *, today: date) -> Sequence[PostHolding]:
    """Who will hold the post or deputise from a later day."""
    query = (
        select(PostHolding)
        .where(PostHolding.post_id == post.id, PostHolding.from_on > today)
        .options(joinedload(PostHolding.user))
        .order_by(PostHolding.from_on, PostHolding.is_deputy)
    )
    return session.scalars(query).all()


def give(
    session: Session,
    ref: str,
    part: Part,
    wanted: Wanted,
    *,
    by: Person,
    today: date,
) -> Post:
    """Let a person have a post from a day, or nobody; whoever had it until then ends on that day.

    Raises Conflict when somebody else changed the post meanwhile, and Invalid for a day in the time of a holder who has
    begun, since what was so stays written down.
    """
    post = organisations.get_post(session, ref, person=by)
    by.require(Capability.EDIT_SHARED)
    _check_version(session, post, part, wanted.version, today)
    user, from_on = _person(session, wanted.who), wanted.from_on
    known = _of_post(session, post, from_on)
    ending = [one for one in known if one.is_deputy == (part == Part.DEPUTY)]
    _check(ending, user, from_on, today)
    before = next((one.user.name for one in ending), None)
    for holding in ending:
        _end(session, holding, from_on)
    if user is not None:
        _leave_other_part(session, post, part, user, known, wanted, by)
        # What ends is written first, since the database lets only one stand.
        session.flush()
        is_deputy = part == Part.DEPUTY
        session.add(PostHolding(post_id=post.id, user_id=user.id, is_deputy=is_deputy, from_on=from_on))
    after = gettext("%(name)s from %(day)s", name=user.name, day=spoken(from_on)) if user else None
    history.note(session, post, part, before, after, reason=wanted.reason.strip(), by=by)
    session.flush()
    return post


def _check_version(session: Session, post: Post, part: Part, version: int, today: date) -> None:
    holders = organisations.holders_of(session, post, today=today)
    now = [one.user for one in holders if one.is_deputy == (part == Part.DEPUTY)]
    theirs = ", ".join(user.name for user in now)
    records.check_version(post, version, theirs={"who": theirs}, chosen={"who": [user.email for user in now]})


def _person(session: Session, email: str) -> User | None:
    if not email:
        return None
    user = session.scalars(select(User).where(User.email == email)).one_or_none()
    if user is None:
        raise Invalid(
            "who",
            gettext(
                "“%(email)s” has no account. Choose somebody who has an account, or have them invited first",
                email=email,
            ),
        )
    if not user.is_active:
        raise Invalid(
            "who",
            gettext("The account of %(name)s has ended. Choose somebody whose account is open", name=user.name),
        )
    return user


def _of_post(session: Session, post: Post, day: date) -> Sequence[PostHolding]:
    """The holdings that last beyond a day or begin after it, the first of them first."""
    query = (
        select(PostHolding)
        .where(PostHolding.post_id == post.id, or_(PostHolding.until_on.is_(None), PostHolding.until_on > day))
        .options(joinedload(PostHolding.user))
        .order_by(PostHolding.from_on)
    )
    return session.scalars(query).all()


def _check(ending: list[PostHolding], user: User | None, from_on: date, today: date) -> None:
    if user is None and not ending:
        raise Invalid("who", gettext("Nobody has it on that day, so there is nothing to end"))
    for one in ending:
        if one.until_on is not None and one.until_on <= today:
            day = {"name": one.user.name, "day": spoken(one.until_on)}
            raise Invalid("from_on", gettext("%(name)s had it until %(day)s; give that day or a later one", **day))
        if from_on < one.from_on <= today:
            day = {"name": one.user.name, "day": spoken(one.from_on)}
            raise Invalid("from_on", gettext("%(name)s has had it since %(day)s; give that day or a later one", **day))
    standing = ending[0] if ending else None
    if standing and user and standing.user_id == user.id and standing.until_on is None and standing.from_on <= from_on:
        since = {"name": user.name, "day": spoken(standing.from_on)}
        raise Invalid("who", gettext("%(name)s has it already, since %(day)s", **since))


def _end(session: Session, holding: PostHolding, day: date) -> None:
    """End a holding on a day; one that would not have begun by then never was."""
    if holding.from_on >= day:
        session.delete(holding)
    else:
        holding.until_on = day


def _leave_other_part(
    session: Session, post: Post, part: Part, user: User, known: Sequence[PostHolding], wanted: Wanted, by: Person
) -> None:
    """Nobody deputises for themselves: who becomes the holder is the deputy no more, and the other way round."""
    other = Part.DEPUTY if part == Part.HOLDER else Part.HOLDER
    for holding in known:
        if holding.user_id == user.id and holding.is_deputy == (other == Part.DEPUTY):
            _end(session, holding, wanted.from_on)
            history.note(session, post, other, user.name, None, reason=wanted.reason.strip(), by=by)
