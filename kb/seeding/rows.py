"""Loading the rows of a plan's mapping table: key points, implications and the response."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kb.models.link import LinkType
from kb.models.organisation import StaffGroup
from kb.models.plan import Response, ResponseSource
from kb.models.record import Kind
from kb.models.source import Implication, KeyPoint
from kb.seeding.sources import load_key_points

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kb.models.plan import Plan
    from kb.seeding import entries as e
    from kb.seeding.loader import Loader


def load_row(loader: Loader, row: e.RowEntry, plan: Plan) -> None:
    """One row; its sources, and the priorities and actions of the plan, are there."""
    load_key_points(loader, zip(row.key_points, _counted(row.key_points), strict=True))
    made = [
        (loader.add(_implication(loader, entry, place), entry), entry)
        for entry, place in zip(row.implications, _counted(row.implications), strict=True)
        if loader.missing(Kind.IMPLICATION, entry.ref)
    ]
    response = _response(loader, row, plan) if loader.missing(Kind.RESPONSE, row.response.ref) else None
    loader.flush()
    for implication, entry in made:
        for link in entry.calls_for:
            loader.link(LinkType.CALLS_FOR, implication, loader.record(Kind.PRIORITY, link.priority), link.reason)
    if response is not None:
        _response_links(loader, row, response)


def _counted(listed: Iterable[e.KeyPointEntry | e.ImplicationEntry]) -> list[int]:
    """The place of each statement among those of its source."""
    places: Counter[str] = Counter()
    counted = []
    for entry in listed:
        places[entry.source] += 1
        counted.append(places[entry.source])
    return counted


def _implication(loader: Loader, entry: e.ImplicationEntry, place: int) -> Implication:
    source_id = loader.record(Kind.SOURCE, entry.source).id
    return Implication(
        ref=entry.ref,
        title=entry.text,
        source_id=source_id,
        position=loader.place(Implication, source_id, place),
        implication_kind=entry.kind,
        horizon=entry.horizon,
        staff_groups=loader.found(StaffGroup, Kind.STAFF_GROUP, entry.staff_groups),
        key_points=loader.found(KeyPoint, Kind.KEY_POINT, entry.key_points),
    )


def _response(loader: Loader, row: e.RowEntry, plan: Plan) -> Response:
    entry = row.response
    response = Response(
        ref=entry.ref,
        title=f"Row {row.row}: " + " and ".join(source.title for source in row.sources),
        plan_id=plan.id,
        section=row.section,
        position=row.row,
        response_type=entry.type,
        text=entry.text,
    )
    return loader.add(response, entry)


def _response_links(loader: Loader, row: e.RowEntry, response: Response) -> None:
    for position, ref in enumerate((source.ref for source in row.sources), 1):
        source = loader.record(Kind.SOURCE, ref)
        loader.session.add(ResponseSource(response_id=response.id, source_id=source.id, position=position))
    for link in row.response.calls_for:
        loader.link(LinkType.CALLS_FOR, response, loader.record(Kind.PRIORITY, link.priority), link.reason)
    for answer in row.response.answered_by:
        loader.link(LinkType.ANSWERED_BY, response, loader.record(Kind.ACTION, answer.action), answer.reason)
