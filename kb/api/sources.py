"""Sources through the API: the list with the filters of its page, and one source with what its page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, jsonify, request

from kb import auth, links, records, web
from kb.api.figures import told
from kb.api.named import limit, named, place
from kb.catalogue import answers, figures, source_names, sources
from kb.forms import source_filters
from kb.paging import paged
from kb.permissions import Capability

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kb.catalogue.answers import Answers
    from kb.dates import StatedDate
    from kb.models.link import Link
    from kb.models.plan import Plan, Response
    from kb.models.record import Record
    from kb.models.source import Implication, KeyPoint, Source

bp = Blueprint("sources_api", __name__, url_prefix="/api/v1/sources")


@bp.get("")
@auth.requires(Capability.READ)
def index() -> ResponseReturnValue:
    """Sources narrowed by the filters of the list page; `limit` up to 100, `page` from 1."""
    session, person = web.session(), web.person()
    wanted = source_filters.read(request.args)
    total = sources.count(session, wanted, person=person, today=web.today())
    paging = paged(total, limit())
    found = sources.list_sources(
        session, wanted, person=person, today=web.today(), offset=paging.offset, limit=paging.limit
    )
    responses = sources.responses_by_source(session, [source.id for source in found], person=person)
    listed = [
        {**_source(source), "responses": [one.response_type for one in responses.get(source.id, [])]}
        for source in found
    ]
    return jsonify(total=total, page=paging.page, pages=paging.pages, sources=listed)


@bp.get("/<ref>")
@auth.requires(Capability.READ)
def detail(ref: str) -> ResponseReturnValue:
    """One source with its key points, implications, the plans' responses and related sources."""
    session, person = web.session(), web.person()
    source = sources.get(session, ref, person=person)
    responses = sources.responses_of(session, source, person=person)
    answered = answers.of(session, source, [response.id for response, _ in responses], person=person)
    actions = records.list_by_ids(session, answered.action_ids(), person=person)
    return jsonify(
        {
            **_source(source),
            "version": source.version,
            "visibility": source.visibility,
            "summary": source.summary,
            "publisher_as_stated": source.publisher_as_stated,
            "status_as_stated": source.status_as_stated,
            "is_statutory": source.is_statutory,
            "link": source.link,
            "curator": named(source.curator) if source.curator else None,
            "review_by": source.review_by.isoformat() if source.review_by else None,
            "language": source.language,
            **{field: list(names) for field, names in source_names.by_field(source.names).items()},
            "themes": [{"ref": theme.ref, "title": theme.title} for theme in source.themes],
            "from": place(source),
            "key_points": [_key_point(one) for one in source.key_points],
            "implications": [_implication(one, answered) for one in source.implications],
            "figures": [told(one) for one in figures.of_source(session, source, person=person)],
            "mentions": [
                {"document": one.document, "line": one.line, "named_as": one.named_as} for one in source.mentions
            ],
            "responses": [_response(one, plan, answered, actions) for one, plan in responses],
            "links": [_link(link) for link in links.list_of(session, source.id, person=person)],
        }
    )


def _source(source: Source) -> dict[str, Any]:
    """What a list says of a source."""
    return {
        **named(source),
        "category": source.category,
        "source_kind": source.source_kind,
        "status": source.status_on(web.today()),
        "publishers": [named(one) for one in source.publishers],
        "nations": [one.nation for one in source.nations],
        "published": _date(source.published),
        "starts": _date(source.starts),
        "ends": _date(source.ends),
    }


def _key_point(point: KeyPoint) -> dict[str, Any]:
    return {
        "ref": point.ref,
        "text": point.title,
        "kind": point.point_kind,
        "where": point.place,
        "who": point.promised_by,
        "by": point.promised_for,
        "measured_by": point.measured_by,
        "site": point.site,
        "aspect": point.aspect,
        "from": place(point),
    }


def _implication(implication: Implication, answered: Answers) -> dict[str, Any]:
    return {
        "ref": implication.ref,
        "text": implication.title,
        "kind": implication.implication_kind,
        "horizon": implication.horizon,
        "staff_groups": [group.ref for group in implication.staff_groups],
        "key_points": [point.ref for point in implication.key_points],
        "calls_for": _called(implication, answered),
        "from": place(implication),
    }


def _response(response: Response, plan: Plan, answered: Answers, actions: dict[int, Record]) -> dict[str, Any]:
    return {
        "ref": response.ref,
        "plan": named(plan),
        "type": response.response_type,
        "text": response.text,
        "owner": named(response.owner) if response.owner else None,
        "review_by": response.review_by.isoformat() if response.review_by else None,
        "sources": [one.ref for one in response.sources],
        "calls_for": _called(response, answered),
        "answered_by": [
            {"action": named(actions[link.to_id]), "reason": link.reason, "state": link.state}
            for link in answered.answered.get(response.id, [])
            if link.to_id in actions
        ],
        "from": place(response),
    }


def _called(record: Record, answered: Answers) -> list[dict[str, Any]]:
    return [
        {"priority": named(one.priority), "reason": one.link.reason, "state": one.link.state}
        for one in answered.called.get(record.id, [])
    ]


def _link(link: Link) -> dict[str, Any]:
    """A link of the source itself, in the direction in which it is read."""
    return {
        "type": link.type,
        "start": named(link.start),
        "end": named(link.end),
        "reason": link.reason,
        "state": link.state,
    }


def _date(stated: StatedDate) -> dict[str, str | None] | None:
    """A date with how exactly it is known; `day` is the last day of a month, year or season."""
    if stated.day is None:
        return None
    return {"day": stated.day.isoformat(), "precision": stated.precision, "as_stated": stated.words}
