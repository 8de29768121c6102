"""Organisations and posts: what each publishes, employs and owns."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, func, literal, select, union_all
from sqlalchemy.orm import aliased, joinedload, selectinload

from kb import records
from kb.models.organisation import Organisation, OrganisationNation, Post, PostHolding
from kb.models.record import Record
from kb.models.source import Source, source_publisher
from kb.narrowing import Narrowing, bears
from kb.permissions import Person, visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Listed:
    """An organisation with how many sources it published and how many posts it has."""

    organisation: Organisation
    sources: int
    posts: int


@dataclass(frozen=True)
class OrganisationFilter(Narrowing):
    """What a list of organisations is narrowed to; several values of one filter widen it."""

    words: str = ""
    kinds: tuple[str, ...] = ()
    nations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facets:
    """How many organisations there are of each kind and in each nation, whatever the filters."""

    kinds: dict[str, int] = field(default_factory=dict)
    nations: dict[str, int] = field(default_factory=dict)


def list_organisations(
    session: Session, wanted: OrganisationFilter, *, person: Person, offset: int = 0, limit: int = 25
) -> tuple[int, list[Listed]]:
    """How many organisations fit, and one page of them by name."""
    fitting = visible_to(person), *_clauses(wanted)
    total = session.scalar(select(func.count(Organisation.id)).where(*fitting)) or 0
    query = select(Organisation).where(*fitting).options(selectinload(Organisation.nations))
    found = session.scalars(query.order_by(Record.title, Organisation.id).offset(offset).limit(limit)).all()
    counts = _counts(session, [organisation.id for organisation in found], person)
    return total, [Listed(each, counts["sources", each.id], counts["posts", each.id]) for each in found]


def _counts(session: Session, ids: Sequence[int], person: Person) -> Counter[tuple[str, int]]:
    """How many visible sources each of these organisations published, and how many posts it has; one statement."""
    by, source = source_publisher.c.organisation_id, aliased(Record)
    published = (
        select(literal("sources"), by, func.count())
        .join(source, source.id == source_publisher.c.source_id)
        .where(by.in_(ids), visible_to(person, source))
    )
    posts = select(literal("posts"), Post.organisation_id, func.count()).where(Post.organisation_id.in_(ids))
    both = union_all(published.group_by(by), posts.group_by(Post.organisation_id))
    return Counter({(what, organisation_id): number for what, organisation_id, number in session.execute(both)})


def _clauses(wanted: OrganisationFilter) -> list[ColumnElement[bool]]:
    clauses = bears(wanted.words, Record.title, Organisation.abbreviation)
    if wanted.kinds:
        clauses.append(Organisation.body_kind.in_(wanted.kinds))
    if wanted.nations:
        working = select(OrganisationNation.organisation_id).where(OrganisationNation.nation.in_(wanted.nations))
        clauses.append(Organisation.id.in_(working))
    return clauses


def facets(session: Session, *, person: Person) -> Facets:
    """The kinds and nations that the filters offer, with counts."""
    kinds = select(Organisation.body_kind, func.count()).where(visible_to(person), Organisation.body_kind != "")
    seen = select(Organisation.id).where(visible_to(person))
    nations = select(OrganisationNation.nation, func.count()).where(OrganisationNation.organisation_id.in_(seen))
    return Facets(
        dict(session.execute(kinds.group_by(Organisation.body_kind).order_by(Organisation.body_kind)).all()),
        dict(session.execute(nations.group_by(OrganisationNation.nation)).all()),
    )


def get(session: Session, ref: str, *, person: Person) -> Organisation:
    """One organisation with its nations and posts, or NotFound."""
    options = [selectinload(Organisation.nations), selectinload(Organisation.posts)]
    return records.get(session, Organisation, ref, person=person, options=options)


def published_by(session: Session, organisation: Organisation, *, person: Person) -> Sequence[Source]:
    """The sources that an organisation published, by title."""
    query = (
        select(Source)
        .join(source_publisher, source_publisher.c.source_id == Source.id)
        .where(source_publisher.c.organisation_id == organisation.id, visible_to(person))
        .order_by(Record.title)
    )
    return session.scalars(query).all()


def get_post(session: Session, ref: str, *, person: Person) -> Post:
    """One post with its organisation, or NotFound."""
    return records.get(session, Post, ref, person=person, options=[joinedload(Post.organisation)])


def holders_of(session: Session, post: Post, *, today: date) -> Sequence[PostHolding]:
    """Who holds a post and who deputises, today; the holder first."""
    query = (
        select(PostHolding)
        .where(PostHolding.post_id == post.id, PostHolding.holds_on(today))
        .options(joinedload(PostHolding.user))
        .order_by(PostHolding.is_deputy, PostHolding.id)
    )
    return session.scalars(query).all()


def posts_held(session: Session, user_ids: Iterable[int], *, today: date) -> dict[int, str]:
    """For each of these people the title of a post that they hold today, as holder sooner than as deputy."""
    query = (
        select(PostHolding.user_id, Record.title)
        .join(Record, Record.id == PostHolding.post_id)
        .where(PostHolding.user_id.in_(set(user_ids)), PostHolding.holds_on(today))
        .order_by(PostHolding.is_deputy.desc(), PostHolding.id.desc())
    )
    return dict(session.execute(query).all())
