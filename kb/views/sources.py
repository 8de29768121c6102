"""The list of sources, and the record of one: what it says, what that means, what the plan does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from actions.brief import briefs
from graph import service as graph
from kb import auth, downloads, history, labels, links, shortlists, web
from kb.catalogue import answers, figures, sources
from kb.columns import documents
from kb.columns import sources as columns
from kb.forms import source_filters
from kb.models.link import LinkState, LinkType
from kb.models.source import OVER_STATUSES
from kb.paging import paged
from kb.permissions import Capability
from kb.planning import priority_sets
from kb.words import gettext
from search.unasked import likeness

if TYPE_CHECKING:
    from datetime import date

    from kb.models.link import Link
    from kb.models.source import Source

bp = Blueprint("sources", __name__)
FIGURES_SHOWN = 12
RELATIONS = frozenset(
    {LinkType.SUPERSEDES, LinkType.AMENDS, LinkType.IMPLEMENTS, LinkType.REVIEWS, LinkType.DRAWS_ON, LinkType.SAME_AS}
)


@bp.get("/sources")
@auth.requires(Capability.READ)
def index() -> Response:
    """All sources, narrowed by the filters in the address."""
    session, person, today = web.session(), web.person(), web.today()
    wanted = source_filters.read(request.args)
    facets = sources.facets(session, person=person, today=today)
    offered = source_filters.offered(facets, wanted)
    if downloads.are_wanted():
        return downloads.send("sources", columns.sheet(wanted), filters=source_filters.told(wanted, offered))
    if downloads.document_is_wanted():
        told = source_filters.told(wanted, offered)
        batches = sources.stream_sources(session, wanted, person=person, today=web.today())
        ids = [source.id for batch in batches for source in batch]
        return documents.mapping_of_sources("mapping-of-sources", ids, chosen_by=_chosen(told))
    everything = sum(facets.categories.values())
    total = sources.count(session, wanted, person=person, today=today) if wanted.is_narrowing else everything
    paging = paged(total)
    found = sources.list_sources(session, wanted, person=person, today=today, offset=paging.offset, limit=paging.limit)
    ids = [source.id for source in found]
    return web.page(
        "sources/index.html",
        sources=found,
        paging=paging,
        wanted=wanted,
        offered=offered,
        everything=everything,
        responses=sources.responses_by_source(session, ids, person=person),
        strips=graph.strips(session, ids, person),
        labels=labels,
        may_add=person.may(Capability.EDIT_SHARED),
    )


@bp.get("/sources/<ref>")
@auth.requires(Capability.READ)
def detail(ref: str) -> Response:
    """One source with its mapping table."""
    session, person, today = web.session(), web.person(), web.today()
    source = sources.get(session, ref, person=person)
    if downloads.document_is_wanted():
        return documents.source_on_a_page(source)
    responses = sources.responses_of(session, source, person=person)
    answered = answers.of(session, source, [response.id for response, _ in responses], person=person)
    table, folded = answers.rows(source)
    relations = [link for link in links.list_of(session, source.id, person=person) if link.type in RELATIONS]
    return web.page(
        "sources/detail.html",
        source=source,
        responses=responses,
        editable={plan.id for _, plan in responses if person.may(Capability.EDIT_PLAN, plan_id=plan.id)},
        answers=answered,
        row_actions={id for response, _ in responses for id in answered.actions_of(response.id)},
        table=table,
        folded=folded,
        briefs=briefs(session, answered.action_ids(), person=person, today=today),
        strip=graph.strips(session, [source.id], person).get(source.id, []),
        figures=figures.of_source(session, source, person=person),
        figures_shown=FIGURES_SHOWN,
        sets=priority_sets.list_of(session, source, person=person),
        relations=relations,
        phrases=links.PHRASES,
        is_over_without_successor=_is_over(source, today) and not _is_replaced(source, relations),
        changes=history.list_for(session, source, person=person, limit=10),
        alike=likeness.like(session, web.settings(), person, source),
        labels=labels,
        # Paper has no use for what leads on to a form.
        may_edit=person.may(Capability.EDIT_SHARED) and not downloads.are_on_paper(),
        is_shortlisted=web.shortlisted() > 0 and shortlists.has(session, source, person=person),
    )


def _chosen(told: list[str]) -> str:
    """How the sources of a document were chosen."""
    return gettext("Sources chosen by: %(filters)s.", filters="; ".join(told)) if told else gettext("All sources.")


def _is_replaced(source: Source, relations: list[Link]) -> bool:
    """Whether a source that the reader may see is recorded in its place."""
    return any(
        link.type == LinkType.SUPERSEDES and link.to_id == source.id and link.state != LinkState.RETIRED
        for link in relations
    )


def _is_over(source: Source, today: date) -> bool:
    return source.status_on(today) in OVER_STATUSES
