"""What hangs on a record: what would go with it when it is deleted, and what would stay and lose something."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select, union, union_all

from actions.indicator_models import Indicator, indicator_figure
from actions.models import Action, action_contributor
from kb.models.figure import Figure, comparison_figure
from kb.models.link import Link, LinkState
from kb.models.organisation import Post, PostHolding
from kb.models.plan import Plan, Priority, PrioritySet, Response, ResponseSource
from kb.models.record import Kind, Record, record_theme
from kb.models.source import (
    Implication,
    KeyPoint,
    implication_key_point,
    implication_staff_group,
    source_publisher,
)
from kb.permissions import visible_to

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from kb.permissions import Person

FIRST = 3


class Loss(StrEnum):
    """What a record that stays would lose."""

    OWNER = "owner"
    SPONSOR = "sponsor"
    PUBLISHER = "publisher"
    CONTRIBUTOR = "contributor"
    THEME = "theme"
    STAFF_GROUP = "staff-group"
    KEY_POINT = "key-point"
    FIGURE = "figure"
    SOURCE = "source"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Sort:
    """Records of one kind that a deletion touches in one way: how many, and the first few that the person may see."""

    kind: str
    number: int
    first: Sequence[Any]
    loss: Loss | None = None


@dataclass(frozen=True, slots=True)
class Hanging:
    """All that hangs on a record: `parts` go with it, what `losing` lists stays."""

    parts: Sequence[Record]
    going: Sequence[Sort]
    losing: Sequence[Sort]
    links: int
    holders: int

    def __bool__(self) -> bool:
        return bool(self.parts or self.losing or self.links or self.holders)


def what_hangs_on(session: Session, record: Record, *, person: Person) -> Hanging:
    """Everything that a deletion of the record would take along or leave without something."""
    parts = parts_of(session, record)
    every = [record, *parts]
    ids = [one.id for one in every]
    seen = set(session.scalars(select(Record.id).where(Record.id.in_(ids), visible_to(person)))) if parts else set()
    return Hanging(
        parts=parts,
        going=[
            Sort(kind, len(members), [one for one in members if one.id in seen][:FIRST])
            for kind, found in groupby(parts, key=lambda part: part.kind)
            if (members := list(found))
        ],
        losing=_sorts(session, every, person),
        links=_count_links(session, ids),
        holders=_count_holders(session, every),
    )


def parts_of(session: Session, record: Record) -> list[Record]:
    """The records that cannot stand without this one, by kind and title."""
    ids: set[int] = set()
    match record.kind:
        case Kind.PLAN:
            ids.update(session.scalars(select(Record.id).where(Record.plan_id == record.id)))
        case Kind.SOURCE:
            ids.update(_of_source(session, record.id))
        case Kind.ORGANISATION:
            ids.update(session.scalars(select(Post.id).where(Post.organisation_id == record.id)))
        case Kind.PRIORITY_SET:
            ids.update(session.scalars(select(Priority.id).where(Priority.set_id == record.id)))
        case Kind.FIGURE:
            ids.update(_comparisons(session, {record.id}))
    ids.discard(record.id)
    if not ids:
        return []
    # The main table alone: what is noted and hidden is there, and a plan may have thousands of parts.
    return list(
        session.scalars(select(Record).where(Record.id.in_(ids)).order_by(Record.kind, Record.title, Record.id))
    )


def _of_source(session: Session, source_id: int) -> Iterator[int]:
    sets = set(session.scalars(select(PrioritySet.id).where(PrioritySet.source_id == source_id)))
    figures = set(session.scalars(select(Figure.id).where(Figure.source_id == source_id)))
    elsewhere = select(ResponseSource.response_id).where(ResponseSource.source_id != source_id)
    here = select(ResponseSource.response_id).where(ResponseSource.source_id == source_id)
    yield from sets
    yield from figures
    inside = (
        select(Priority.id).where(Priority.set_id.in_(sets)),
        select(KeyPoint.id).where(KeyPoint.source_id == source_id),
        select(Implication.id).where(Implication.source_id == source_id),
        here.where(ResponseSource.response_id.not_in(elsewhere)),
    )
    yield from session.scalars(union_all(*inside))
    yield from _comparisons(session, figures)


def _comparisons(session: Session, figures: set[int]) -> list[int]:
    """The comparisons that would have fewer than two figures without these."""
    of = comparison_figure.c
    touched = select(of.comparison_id).where(of.figure_id.in_(figures))
    enough = (
        select(of.comparison_id)
        .join(Figure, Figure.id == of.figure_id)
        .where(of.figure_id.not_in(figures))
        .group_by(of.comparison_id)
        .having(func.count() > 1)
    )
    found = select(Record.id).where(Record.id.in_(touched), Record.id.not_in(enough))
    return list(session.scalars(found)) if figures else []


def owned_by(posts: Sequence[int]) -> Iterator[tuple[type[Action | Response | Indicator], str]]:
    """The models and columns that name a post which answers for a record."""
    if posts:
        yield from ((Action, "owner_id"), (Response, "owner_id"), (Indicator, "owner_id"), (Action, "sponsor_id"))


def _losing(every: Sequence[Record]) -> Iterator[tuple[Loss, Select[Any]]]:
    """For each loss the ids of the records that would have it."""
    of_kind = {kind: [record.id for record in every if record.kind == kind] for kind in Kind}
    columns = (
        (Loss.PUBLISHER, Kind.ORGANISATION, source_publisher.c.organisation_id, source_publisher.c.source_id),
        (Loss.CONTRIBUTOR, Kind.ORGANISATION, action_contributor.c.organisation_id, action_contributor.c.action_id),
        (Loss.THEME, Kind.THEME, record_theme.c.theme_id, record_theme.c.record_id),
        (
            Loss.STAFF_GROUP,
            Kind.STAFF_GROUP,
            implication_staff_group.c.staff_group_id,
            implication_staff_group.c.implication_id,
        ),
        (Loss.KEY_POINT, Kind.KEY_POINT, implication_key_point.c.key_point_id, implication_key_point.c.implication_id),
        (Loss.FIGURE, Kind.FIGURE, indicator_figure.c.figure_id, indicator_figure.c.indicator_id),
        (Loss.FIGURE, Kind.FIGURE, comparison_figure.c.figure_id, comparison_figure.c.comparison_id),
        (Loss.SOURCE, Kind.SOURCE, ResponseSource.source_id, ResponseSource.response_id),
        (Loss.SOURCE, Kind.SOURCE, Plan.source_id, Plan.id),
    )
    if posts := of_kind[Kind.POST]:
        owned = [
            select(model.id).where(getattr(model, name).in_(posts))
            for model, name in owned_by(posts)
            if name == "owner_id"
        ]
        yield Loss.OWNER, select(union(*owned).subquery().c.id)
        yield Loss.SPONSOR, select(Action.id).where(Action.sponsor_id.in_(posts))
    for loss, kind, here, there in columns:
        if of_kind[kind]:
            yield loss, select(there).where(here.in_(of_kind[kind]))
    ids = [record.id for record in every]
    onward = select(Link.to_id).where(Link.from_id.in_(ids), Link.state != LinkState.RETIRED)
    back = select(Link.from_id).where(Link.to_id.in_(ids), Link.state != LinkState.RETIRED)
    yield Loss.LINK, onward.union(back)  # type: ignore[misc]


def _sorts(session: Session, every: Sequence[Record], person: Person) -> list[Sort]:
    """What each loss is for: how many records, told by the kind that they are all of, and the first few by title."""
    going = {record.id for record in every}
    losing = [(loss, set(session.scalars(query)) - going) for loss, query in _losing(every)]
    wanted = {record_id for _, ids in losing for record_id in ids}
    if not wanted:
        return []
    told = (Record.id, Record.kind, Record.ref, Record.title, visible_to(person).label("is_seen"))
    query = select(*told).where(Record.id.in_(wanted)).order_by(Record.title, Record.id)
    rows = session.execute(query).all()
    found = []
    for loss, ids in losing:
        members = [row for row in rows if row.id in ids]
        if members:
            kinds = {row.kind for row in members}
            kind = kinds.pop() if len(kinds) == 1 else "record"
            found.append(Sort(kind, len(members), [row for row in members if row.is_seen][:FIRST], loss))
    return found


def _count_links(session: Session, ids: Sequence[int]) -> int:
    """The links that would count no more: those with an end here, once each."""
    query = select(func.count(Link.id)).where(or_(Link.from_id.in_(ids), Link.to_id.in_(ids)))
    return session.scalar(query.where(Link.state != LinkState.RETIRED)) or 0


def _count_holders(session: Session, every: Sequence[Record]) -> int:
    """The people who hold a post that would go, or stand in for its holder."""
    posts = [record.id for record in every if record.kind == Kind.POST]
    query = select(func.count(PostHolding.user_id.distinct())).where(PostHolding.post_id.in_(posts))
    return session.scalar(query.where(PostHolding.until_on.is_(None))) or 0 if posts else 0
