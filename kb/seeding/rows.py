"""The rows of a plan's mapping table: sources, key points, implications and the response."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kb.models.link import LinkType
from kb.models.plan import Response, ResponseSource
from kb.models.record import Kind
from kb.models.source import Implication, KeyPoint, Source, SourceName, SourceNation

if TYPE_CHECKING:
    from kb.models.plan import Plan
    from kb.seeding import entries as e
    from kb.seeding.loader import Loader


def load_row(loader: Loader, row: e.RowEntry, plan: Plan) -> None:
    for source in row.sources:
        if loader.missing(Kind.SOURCE, source.ref):
            loader.add(_source(loader, source), source)
    places: Counter[str] = Counter()
    for point in row.key_points:
        places[point.source] += 1
        if loader.missing(Kind.KEY_POINT, point.ref):
            loader.add(_key_point(loader, point, places[point.source]), point)
    places.clear()
    for implication in row.implications:
        places[implication.source] += 1
        if loader.missing(Kind.IMPLICATION, implication.ref):
            made = loader.add(_implication(loader, implication, places[implication.source]), implication)
            for link in implication.calls_for:
                loader.link(LinkType.CALLS_FOR, made, loader.record(Kind.PRIORITY, link.priority), link.reason)
    _response(loader, row, plan)


def _source(loader: Loader, entry: e.SourceEntry) -> Source:
    return Source(
        ref=entry.ref,
        title=entry.title,
        category=entry.category,
        source_kind=entry.kind,
        summary=entry.summary,
        publisher_as_stated=entry.publisher_as_stated,
        is_statutory=entry.statutory,
        status=entry.status,
        status_as_stated=entry.status_as_stated,
        link=entry.link,
        published=entry.published,
        starts=entry.starts,
        ends=entry.ends,
        publishers=loader.organisations(entry.publishers),
        nations=[SourceNation(nation=nation) for nation in entry.nations],
        names=[SourceName(name=name) for name in dict.fromkeys(entry.also_called)],
        themes=loader.themes(entry.themes),
    )


def _key_point(loader: Loader, entry: e.KeyPointEntry, position: int) -> KeyPoint:
    return KeyPoint(
        ref=entry.ref,
        title=entry.text,
        source_id=loader.record(Kind.SOURCE, entry.source).id,
        position=position,
        point_kind=entry.kind,
        place=entry.where,
        promised_by=entry.who,
        promised_for=entry.by,
        measured_by=entry.measured_by,
    )


def _implication(loader: Loader, entry: e.ImplicationEntry, position: int) -> Implication:
    points = [loader.record(Kind.KEY_POINT, ref) for ref in entry.key_points]
    return Implication(
        ref=entry.ref,
        title=entry.text,
        source_id=loader.record(Kind.SOURCE, entry.source).id,
        position=position,
        implication_kind=entry.kind,
        horizon=entry.horizon,
        staff_groups=[loader.groups[ref] for ref in entry.staff_groups],
        key_points=[point for point in points if isinstance(point, KeyPoint)],
    )


def _response(loader: Loader, row: e.RowEntry, plan: Plan) -> None:
    entry = row.response
    if not loader.missing(Kind.RESPONSE, entry.ref):
        return
    response = loader.add(
        Response(
            ref=entry.ref,
            title=f"Row {row.row}: " + " and ".join(source.title for source in row.sources),
            plan_id=plan.id,
            section=row.section,
            position=row.row,
            response_type=entry.type,
            text=entry.text,
        ),
        entry,
    )
    for position, ref in enumerate((source.ref for source in row.sources), 1):
        source = loader.record(Kind.SOURCE, ref)
        loader.session.add(ResponseSource(response_id=response.id, source_id=source.id, position=position))
    for link in entry.calls_for:
        loader.link(LinkType.CALLS_FOR, response, loader.record(Kind.PRIORITY, link.priority), link.reason)
    for answer in entry.answered_by:
        loader.link(LinkType.ANSWERED_BY, response, loader.record(Kind.ACTION, answer.action), answer.reason)
