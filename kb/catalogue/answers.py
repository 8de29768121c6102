"""How plans answer a source: which priorities its implications call for, and which actions follow."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from kb import records
from kb.models.link import Link, LinkState, LinkType
from kb.models.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from kb.models.source import Implication, KeyPoint, Source
    from kb.permissions import Person


@dataclass(frozen=True)
class Called:
    """A priority that a record calls for, why, and the ids of the actions that deliver it."""

    priority: Record
    link: Link
    action_ids: tuple[int, ...]

    @property
    def is_suspect(self) -> bool:
        return self.link.state == LinkState.SUSPECT


@dataclass(frozen=True)
class Answers:
    """The links that lead from a source's implications and responses to priorities and actions."""

    called: dict[int, list[Called]]
    answered: dict[int, list[Link]]

    def actions_of(self, response_id: int) -> list[int]:
        return [link.to_id for link in self.answered.get(response_id, [])]

    def action_ids(self) -> set[int]:
        direct = {link.to_id for links in self.answered.values() for link in links}
        return direct | {id for called in self.called.values() for one in called for id in one.action_ids}


@dataclass(frozen=True)
class Row:
    """One line of the mapping table: a key point, an implication, or both; `span` rows share the key point.

    `beside` holds key points that are cited only second to this one, and so have no row of their own.
    """

    points: tuple[KeyPoint, ...]
    implication: Implication | None
    span: int
    is_first: bool
    beside: tuple[KeyPoint, ...] = ()


def of(session: Session, source: Source, response_ids: Iterable[int], *, person: Person) -> Answers:
    """Follow the links from a source, its implications and these responses; three statements."""
    starts = [source.id, *(implication.id for implication in source.implications), *response_ids]
    types = (LinkType.CALLS_FOR, LinkType.ANSWERED_BY)
    first = _links(session, starts, types)
    priority_ids = {link.to_id for link in first if link.type == LinkType.CALLS_FOR}
    delivered: dict[int, list[int]] = defaultdict(list)
    for link in _links(session, priority_ids, (LinkType.DELIVERED_BY,)):
        delivered[link.from_id].append(link.to_id)
    seen = records.list_by_ids(session, priority_ids, person=person)
    called: dict[int, list[Called]] = defaultdict(list)
    answered: dict[int, list[Link]] = defaultdict(list)
    for link in first:
        if link.type == LinkType.ANSWERED_BY:
            answered[link.from_id].append(link)
        elif link.to_id in seen:
            called[link.from_id].append(Called(seen[link.to_id], link, tuple(delivered[link.to_id])))
    return Answers(dict(called), dict(answered))


def rows(source: Source) -> tuple[list[Row], list[KeyPoint]]:
    """The mapping table in the document's order, and the key points that no implication cites.

    An implication stands at the first key point that it cites, those without one at the end.
    """
    by_point: dict[int, list[Implication]] = defaultdict(list)
    without: list[Implication] = []
    for implication in source.implications:
        cited = sorted(implication.key_points, key=lambda point: point.position)
        if cited:
            by_point[cited[0].id].append(implication)
        else:
            without.append(implication)
    cited_ids = {point.id for implication in source.implications for point in implication.key_points}
    shown = set(by_point)
    table = []
    for point in source.key_points:
        implications = by_point.get(point.id, [])
        second = {other.id: other for each in implications for other in each.key_points if other.id not in shown}
        beside = tuple(sorted(second.values(), key=lambda other: other.position))
        shown |= set(second)
        for place, implication in enumerate(implications):
            points = tuple(sorted(implication.key_points, key=lambda cited: cited.position))
            table.append(Row(points, implication, len(implications), place == 0, beside if place == 0 else ()))
    table += [Row((), implication, 1, True) for implication in without]
    return table, [point for point in source.key_points if point.id not in cited_ids]


def _links(session: Session, starts: Iterable[int], types: tuple[LinkType, ...]) -> list[Link]:
    query = (
        select(Link)
        .where(Link.from_id.in_(list(starts)), Link.type.in_(types), Link.state != LinkState.RETIRED)
        .order_by(Link.id)
    )
    return list(session.scalars(query))
