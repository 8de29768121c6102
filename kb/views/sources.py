"""The list of sources, and the record of one: what it says, what that means, what the plan does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from actions.brief import briefs
from graph import service as graph
from kb import answers, auth, history, labels, links, sources, web
from kb.forms import source_filters
from kb.models.link import LinkType
from kb.models.source import SourceStatus
from kb.permissions import Capability

if TYPE_CHECKING:
    from datetime import date

    from kb.models.source import Source

bp = Blueprint("sources", __name__)
OVER = frozenset({SourceStatus.ENDED, SourceStatus.SUPERSEDED, SourceStatus.WITHDRAWN})
RELATIONS = frozenset(
    {LinkType.SUPERSEDES, LinkType.AMENDS, LinkType.IMPLEMENTS, LinkType.REVIEWS, LinkType.DRAWS_ON, LinkType.SAME_AS}
)


@bp.get("/sources")
@auth.requires(Capability.READ)
def index() -> Response:
    """All sources, narrowed by the filters in the address."""
    session, person = web.session(), web.person()
    wanted = source_filters.read(request.args)
    facets = sources.facets(session, person=person)
    total = sources.count(session, wanted, person=person)
    paging = web.paging(total)
    found = sources.list_sources(session, wanted, person=person, offset=paging.offset, limit=paging.limit)
    ids = [source.id for source in found]
    return web.page(
        "sources/index.html",
        sources=found,
        paging=paging,
        wanted=wanted,
        offered=source_filters.offered(facets, wanted),
        everything=sum(facets.categories.values()),
        responses=sources.responses_by_source(session, ids, person=person),
        strips=graph.strips(session, ids, person),
        labels=labels,
    )


@bp.get("/sources/<ref>")
@auth.requires(Capability.READ)
def detail(ref: str) -> Response:
    """One source with its mapping table."""
    session, person, today = web.session(), web.person(), web.today()
    source = sources.get(session, ref, person=person)
    responses = sources.responses_of(session, source, person=person)
    answered = answers.of(session, source, [response.id for response, _ in responses], person=person)
    table, folded = answers.rows(source)
    return web.page(
        "sources/detail.html",
        source=source,
        responses=responses,
        answers=answered,
        row_actions={id for response, _ in responses for id in answered.actions_of(response.id)},
        table=table,
        folded=folded,
        briefs=briefs(session, answered.action_ids(), person=person, today=today),
        strip=graph.strips(session, [source.id], person).get(source.id, []),
        relations=[link for link in links.list_of(session, source.id, person=person) if link.type in RELATIONS],
        phrases=links.PHRASES,
        is_over_without_successor=_is_over(source, today) and not answers.has_successor(session, source),
        changes=history.list_for(session, source, person=person, limit=10),
        labels=labels,
        may_edit=person.may(Capability.EDIT_SHARED),
    )


def _is_over(source: Source, today: date) -> bool:
    return source.status in OVER or bool(source.ends.day and source.ends.day < today)
