"""What waits for somebody in a plan: reviews that are due, suspect links, sources that are over without successor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, joinedload

from kb.models.link import Link, LinkState, LinkType
from kb.models.plan import Plan, Response, ResponseSource
from kb.models.record import Record
from kb.models.source import OVER_STATUSES, Source, status_on
from kb.permissions import Person, may_see, visible_to

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

# Reviews are announced so long before their day.
REVIEW_AHEAD = timedelta(days=60)


@dataclass(frozen=True)
class Review:
    """A response that is to be looked at again, on the page of the first source of its row."""

    response: Response
    source: Record


@dataclass(frozen=True)
class Doubt:
    """A record whose links are suspect, with what made them so and since when, where that is known."""

    record: Record
    links: Sequence[Link]
    why: str
    since: datetime | None


def list_reviews(session: Session, plan: Plan, *, person: Person, until: date) -> list[Review]:
    """Responses of a plan to be looked at again by a day, the most overdue first."""
    source = aliased(Record)
    query = (
        select(Response, source)
        .join(ResponseSource, ResponseSource.response_id == Response.id)
        .join(source, source.id == ResponseSource.source_id)
        .where(Response.plan_id == plan.id, Response.review_by <= until, visible_to(person), visible_to(person, source))
        .order_by(Response.review_by, Response.id, ResponseSource.position)
    )
    found: dict[int, Review] = {}
    for response, named in session.execute(query):
        found.setdefault(response.id, Review(response, named))
    return list(found.values())


def list_doubts(session: Session, plan: Plan, *, person: Person) -> list[Doubt]:
    """The suspect links into a plan's records, by the record that they start from, the first in doubt first."""
    mine = select(Record.id).where(visible_to(person), Record.plan_id == plan.id)
    query = (
        select(Link)
        .where(Link.state == LinkState.SUSPECT, may_see(person, Link.from_id), Link.to_id.in_(mine))
        .options(joinedload(Link.start), joinedload(Link.end))
        .order_by(Link.suspect_since.is_(None), Link.suspect_since, Link.id)
    )
    by_start: dict[int, list[Link]] = {}
    for link in session.scalars(query):
        by_start.setdefault(link.from_id, []).append(link)
    return [_doubt(links) for links in by_start.values()]


def _doubt(links: Sequence[Link]) -> Doubt:
    """What is said of the first of a record's links, and since when the oldest is in doubt."""
    why = next((link.suspect_because for link in links if link.suspect_because), "")
    since = min((link.suspect_since for link in links if link.suspect_since), default=None)
    return Doubt(links[0].start, links, why, since)


def last_confirmed(session: Session, plan: Plan, *, person: Person) -> datetime | None:
    """When a link into a plan's records was last found to hold."""
    mine = select(Record.id).where(Record.plan_id == plan.id, visible_to(person))
    return session.scalar(select(func.max(Link.confirmed_at)).where(Link.to_id.in_(mine)))


def list_over(session: Session, plan: Plan, *, person: Person, today: date) -> Sequence[Source]:
    """The sources that a plan answers to and that are over, with nothing recorded in their place; the last first."""
    succeeded = select(Link.to_id).where(Link.type == LinkType.SUPERSEDES, Link.state != LinkState.RETIRED)
    answered = (
        select(ResponseSource.source_id)
        .join(Response, Response.id == ResponseSource.response_id)
        .where(Response.plan_id == plan.id, Response.text != "", visible_to(person))
    )
    query = (
        select(Source)
        .where(status_on(today).in_(OVER_STATUSES), visible_to(person))
        .where(Source.id.in_(answered.correlate(None)), Source.id.not_in(succeeded))
        .order_by(Source.ends_on.is_(None), Source.ends_on.desc(), Source.id)
    )
    return session.scalars(query).all()
