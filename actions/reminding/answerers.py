"""Who answers for posts: their holders, else their deputies, among those with an open account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kb.models.organisation import Organisation, Post, PostHolding
from kb.models.record import Record
from kb.models.user import User

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from sqlalchemy.orm import Session

_organisation = Organisation.__table__.alias("organisation_of_post")
_organisation_record = Record.__table__.alias("organisation_record")


@dataclass(frozen=True, slots=True)
class Answerer:
    """Whoever answers for a post since a day."""

    user_id: int
    post: str
    is_deputy: bool
    since: date


def of_posts(session: Session, post_ids: Collection[int], today: date) -> Mapping[int, Answerer]:
    """Who answers for each of these posts on a day; posts without anybody are left out."""
    if not post_ids:
        return {}
    query = (
        _named(select(PostHolding.post_id, PostHolding.user_id, PostHolding.is_deputy, PostHolding.from_on))
        .select_from(PostHolding)
        .join(Post, Post.id == PostHolding.post_id)
        .join(User, User.id == PostHolding.user_id)
        .where(PostHolding.post_id.in_(post_ids), User.is_active, PostHolding.holds_on(today))
        # The holder comes last, and so stands in the place of the deputy.
        .order_by(PostHolding.is_deputy.desc(), PostHolding.from_on)
    )
    return {
        row.post_id: Answerer(row.user_id, _title(row), row.is_deputy, row.from_on)
        for row in session.execute(_with_body(query))
    }


def titles_of(session: Session, post_ids: Collection[int]) -> Mapping[int, str]:
    """What these posts are called, also those that nobody holds."""
    if not post_ids:
        return {}
    query = _with_body(_named(select(Post.id)).select_from(Post).where(Post.id.in_(post_ids)))
    return {row.id: _title(row) for row in session.execute(query)}


def _named(query: Any) -> Any:
    return query.add_columns(Post.title, _organisation.c.abbreviation, _organisation_record.c.title.label("body"))


def _with_body(query: Any) -> Any:
    return query.join(_organisation, _organisation.c.id == Post.organisation_id).join(
        _organisation_record, _organisation_record.c.id == _organisation.c.id
    )


def _title(row: Any) -> str:
    return f"{row.title}, {row.abbreviation or row.body}"
