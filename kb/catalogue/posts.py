"""The list of posts: who holds each, and which are empty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import joinedload

from kb.db import contains
from kb.models.organisation import Organisation, Post, PostHolding
from kb.models.record import Record
from kb.narrowing import Narrowing, bears, each_word
from kb.permissions import Person, visible_to

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from kb.models.user import User


@dataclass(frozen=True)
class PostFilter(Narrowing):
    """What a list of posts is narrowed to."""

    words: str = ""
    is_empty: bool = False


@dataclass(frozen=True)
class Listed:
    """A post, and the names of whoever holds it and deputises, empty where nobody does, with the holder's address."""

    post: Post
    holder: str = ""
    deputy: str = ""
    holder_email: str = ""


def count(session: Session, wanted: PostFilter, *, person: Person, today: date) -> int:
    """How many posts fit."""
    query = select(func.count(Post.id)).where(visible_to(person), *_clauses(wanted, today))
    return session.scalar(query) or 0


def list_posts(
    session: Session, wanted: PostFilter, *, person: Person, today: date, offset: int = 0, limit: int = 25
) -> list[Listed]:
    """One page of the posts that fit, by title."""
    query = (
        select(Post)
        .where(visible_to(person), *_clauses(wanted, today))
        .options(joinedload(Post.organisation))
        .order_by(Record.title, Post.id)
        .offset(offset)
        .limit(limit)
    )
    found = session.scalars(query).all()
    users = _users(session, [post.id for post in found], today)

    def listed(post: Post) -> Listed:
        holder, deputy = users.get((post.id, False)), users.get((post.id, True))
        return Listed(
            post, holder.name if holder else "", deputy.name if deputy else "", holder.email if holder else ""
        )

    return [listed(post) for post in found]


def _users(session: Session, ids: list[int], today: date) -> dict[tuple[int, bool], User]:
    """By post and whether as its deputy, who has it today."""
    query = select(PostHolding).where(PostHolding.post_id.in_(ids), PostHolding.holds_on(today))
    holdings = session.scalars(query.options(joinedload(PostHolding.user)))
    return {(one.post_id, one.is_deputy): one.user for one in holdings}


def _is_of(word: str) -> ColumnElement[bool]:
    """Whether a word stands in the post's title, or in what its organisation is called."""
    employer = select(Organisation.id).where(*bears(word, Organisation.title, Organisation.abbreviation))
    return or_(contains(Post.title, word), Post.organisation_id.in_(employer))


def _clauses(wanted: PostFilter, today: date) -> list[ColumnElement[bool]]:
    clauses = each_word(wanted.words, _is_of)
    if wanted.is_empty:
        held = exists().where(PostHolding.post_id == Post.id, PostHolding.holds_on(today), ~PostHolding.is_deputy)
        clauses.append(~held)
    return clauses
