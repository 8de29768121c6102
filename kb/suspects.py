"""Links that wait for a person since what they rest on changed: which they are, who should look, what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased, joinedload

from kb import link_owners, links
from kb.catalogue import resting
from kb.errors import Invalid
from kb.models.link import Link, LinkState
from kb.models.organisation import Post, PostHolding
from kb.models.record import Record
from kb.permissions import Capability, may_see
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime
    from typing import TypeVarTuple

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from kb.catalogue.resting import Gone
    from kb.models.plan import Plan
    from kb.permissions import Person

    Row = TypeVarTuple("Row")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which suspect links are asked for: of one plan, or those on which hangs what the reader owns."""

    plan: Plan | None = None
    is_mine: bool = False


@dataclass(frozen=True)
class Suspect:
    """One suspect link with the posts that own what hangs on it; none means that the strategy lead should look."""

    link: Link
    owners: Sequence[Post]
    may_settle: bool
    gone: Gone | None = None  # the source behind it that counts no longer, so that it supports nothing
    empty: frozenset[int] = frozenset()  # those of its owners that nobody holds or deputises for, for who may know

    def days(self, today: date) -> int | None:
        """How long it has waited; None where nobody knows since when."""
        since = self.link.suspect_since
        return None if since is None else max((today - since.date()).days, 0)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many suspect links there are, and since when the oldest has waited."""

    number: int
    oldest: datetime | None

    def days(self, today: date) -> int | None:
        """How long the oldest has waited; None where there is none, or nobody knows since when."""
        return None if self.oldest is None else max((today - self.oldest.date()).days, 0)


class Doubt(NamedTuple):
    """A suspect link as those name it who count: the record that it starts from, and what is in doubt."""

    kind: str
    ref: str
    title: str
    type: str
    other_title: str
    since: datetime | None
    because: str


def list_suspects(
    session: Session, wanted: Wanted, *, person: Person, today: date, offset: int, limit: int
) -> list[Suspect]:
    """One page of the suspect links, the longest in doubt first; those of which nobody knows since when come last."""
    query = (
        _fitting(select(Link), wanted, person)
        .options(joinedload(Link.start), joinedload(Link.end))
        .order_by(Link.suspect_since.is_(None), Link.suspect_since, Link.id)
    )
    found = session.scalars(query.offset(offset).limit(limit)).all()
    owners = link_owners.owners_of(session, [link.id for link in found])
    posts = _posts(session, {id for ids in owners.values() for id in ids})
    empty = _empty(session, posts, today) if person.may(Capability.READ_UPDATES) else frozenset()
    gone = resting.gone_behind(session, found, person=person)
    return [
        Suspect(
            link,
            [posts[id] for id in owners.get(link.id, ()) if id in posts],
            links.may_settle(link, person, owners.get(link.id, ())),
            gone.get(link.id),
            empty & posts.keys(),
        )
        for link in found
    ]


def waiting(session: Session, wanted: Wanted, *, person: Person) -> Waiting:
    """How many of these links there are, and how old the oldest is."""
    query = _fitting(select(func.count(Link.id), func.min(Link.suspect_since)), wanted, person)
    number, oldest = session.execute(query).one()
    return Waiting(number, oldest)


def list_doubts(session: Session, wanted: Wanted, *, person: Person) -> list[Doubt]:
    """All of these links in a few words, the longest in doubt first; one statement."""
    start, end = aliased(Record), aliased(Record)
    query = select(start.kind, start.ref, start.title, Link.type, end.title, Link.suspect_since, Link.suspect_because)
    query = query.select_from(Link).join(start, start.id == Link.from_id).join(end, end.id == Link.to_id)
    query = _fitting(query, wanted, person)
    order = (Link.suspect_since.is_(None), Link.suspect_since, Link.id)
    return [Doubt._make(row) for row in session.execute(query.order_by(*order))]


def settle(session: Session, ids: Collection[int], state: LinkState, *, reason: str, by: Person) -> list[int]:
    """Confirm or retire several links with one reason; those that are suspect no more are left as they are.

    Gives the ids of those that were settled. Raises Invalid where none is named or no reason is given.
    """
    if not ids:
        raise Invalid("link", gettext("Tick the links that you have looked at"))
    if not reason.strip():
        raise Invalid("reason", gettext("Say why, in a few words"))
    decide = links.retire if state == LinkState.RETIRED else links.confirm
    settled = []
    for link_id in ids:
        if links.get(session, link_id, person=by).state == LinkState.SUSPECT:
            decide(session, link_id, reason=reason.strip(), by=by)
            settled.append(link_id)
    return settled


def count_without_source(session: Session, ids: Collection[int], *, person: Person) -> int:
    """How many of these links are current and yet support nothing, since the source behind them counts no longer."""
    some = session.scalars(select(Link).where(Link.id.in_(list(ids)), Link.state == LinkState.CURRENT)).all()
    return len(resting.gone_behind(session, some, person=person))


def by_post(session: Session) -> Mapping[int, list[Link]]:
    """The suspect links by the post that owns what hangs on them, with the records at both ends."""
    rows = link_owners.owning(Link.state == LinkState.SUSPECT)
    query = select(rows.c.post_id, Link).join(Link, Link.id == rows.c.link_id).order_by(Link.id)
    found: dict[int, list[Link]] = {}
    for post_id, link in session.execute(query.options(joinedload(Link.start), joinedload(Link.end))):
        found.setdefault(post_id, []).append(link)
    return found


def _fitting(query: Select[*Row], wanted: Wanted, person: Person) -> Select[*Row]:
    """The suspect links of which the person may see both records, narrowed."""
    query = query.where(Link.state == LinkState.SUSPECT, may_see(person, Link.from_id), may_see(person, Link.to_id))
    if wanted.plan is not None:
        of_plan = select(Record.id).where(Record.plan_id == wanted.plan.id)
        query = query.where(or_(Link.from_id.in_(of_plan), Link.to_id.in_(of_plan)))
    if wanted.is_mine:
        rows = link_owners.owning(Link.state == LinkState.SUSPECT)
        query = query.where(Link.id.in_(select(rows.c.link_id).where(rows.c.post_id.in_(list(person.posts)))))
    return query


def _empty(session: Session, ids: Collection[int], today: date) -> frozenset[int]:
    held = select(PostHolding.post_id).where(PostHolding.post_id.in_(list(ids)), PostHolding.holds_on(today))
    return frozenset(ids) - set(session.scalars(held)) if ids else frozenset()


def _posts(session: Session, ids: Collection[int]) -> dict[int, Post]:
    if not ids:
        return {}
    return {post.id: post for post in session.scalars(select(Post).where(Post.id.in_(list(ids))))}
