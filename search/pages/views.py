"""The results page: a question, its filters, and why each record was found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flask import Blueprint, request

from actions.brief import briefs
from graph import service as graph
from kb import auth, downloads, web
from kb.columns import documents
from kb.models.record import Kind
from kb.paging import number, paged
from kb.permissions import Capability
from kb.words import gettext
from search import service
from search.language import labels
from search.language.asked import Asked
from search.language.filters import NO_FILTERS
from search.pages import choices, columns
from search.pages.saved_views import offer

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kb.models.source import Source
    from search.answers.results import Results

bp = Blueprint("search", __name__)
PER_BATCH = 1_000
# Kinds that stand on the thread; the others have no strip.
ON_THE_THREAD = frozenset({"source", "implication", "priority", "action", "response", "key_point", "indicator"})


@bp.get("/search")
@auth.requires(Capability.READ)
def results() -> ResponseReturnValue:
    """One search, or how to ask when nothing is asked."""
    asked = Asked.from_address(request.args)
    if downloads.are_wanted() or downloads.document_is_wanted():
        return _download(asked)
    found = _find(asked, page=number("page", 1))
    paging = paged(found.total, service.PER_PAGE)
    if found.total and not found.hits and paging.page > 1:
        found = _find(asked, page=paging.page)
    # From here on names in the filters are refs, and what was ignored is gone.
    meant = replace(asked, filters=found.filters)
    session, person = web.session(), web.person()
    ids = [hit.id for hit in found.hits if hit.kind in ON_THE_THREAD]
    actions = [hit.id for hit in found.hits if hit.kind == Kind.ACTION]
    tabs, more_tabs = choices.tabs(meant, found)
    shown, folded = choices.groups(found, choices.OPEN), choices.groups(found, choices.FOLDED)
    return web.page(
        "search/results.html",
        asked=meant,
        results=found,
        has_asked=bool(asked.typed or found.filters),
        paging=paging,
        notices=_notices(found),
        notes=found.notes,
        tabs=tabs,
        more_tabs=more_tabs,
        groups=shown,
        folded=folded,
        years=choices.years(meant, found),
        suggested=choices.suggested(meant, found),
        meanings=choices.meanings(meant, found),
        chips=choices.chips(meant, found.titles),
        as_words=choices.as_words(asked, found),
        put_right=choices.put_right(meant, found),
        orders=choices.orders(found),
        without_filters=_without_filters(asked, found),
        strips=graph.strips(session, ids, person, overdue=found.overdue) if ids else {},
        briefs=briefs(session, actions, person=person, today=web.today()) if actions else {},
        may_edit=person.may(Capability.EDIT_SHARED),
        shows_confidence=person.may(Capability.READ_UPDATES),
        part=labels.part,
        nations=_nations,
        save=offer(asked, found),
        hidden=choices.hidden(meant, (*shown, *folded)),
        clear_url=choices.cleared(meant),
        filters_on=choices.number_on(meant.filters),
    )


def _download(asked: Asked) -> ResponseReturnValue:
    first = _find(asked, page=1, limit=1)
    meant = replace(asked, filters=first.filters)
    told = [f"“{asked.question}”"] if asked.question else []
    told += [chip["text"] for chip in choices.chips(meant, first.titles)]
    kinds = [labels.value("kind", kind, {}) for kind in meant.filters.kind if len(meant.filters.kind) == 1]

    def find(page: int) -> Results:
        return _find(asked, page=page, limit=PER_BATCH)

    told += kinds
    if downloads.document_is_wanted():
        chosen_by = gettext("Sources that a search found: %(told)s.", told="; ".join(told))
        ids = columns.source_ids(find, PER_BATCH, documents.MOST_SOURCES)
        return documents.mapping_of_sources("search-mapping", ids, chosen_by=chosen_by)
    return downloads.send("search", columns.sheet(find, PER_BATCH, web.today()), filters=told)


def _find(asked: Asked, *, page: int, limit: int = service.PER_PAGE) -> Results:
    return service.find(
        web.session(), web.settings(), web.person(), asked, today=web.today(), page=page, limit=limit, most=PER_BATCH
    )


def _notices(found: Results) -> list[dict[str, str]]:
    if not found.is_fallback:
        return []
    simpler = gettext("Results are complete but in a simpler order, without counts beside the filters.")
    if found.percent_rebuilt is None:
        return [{"text": gettext("Search is mending itself.") + " " + simpler}]
    rebuilt = gettext("Search is being rebuilt, %(percent)s%% done.", percent=found.percent_rebuilt)
    return [{"text": f"{rebuilt} {simpler}"}]


def _without_filters(asked: Asked, found: Results) -> int:
    """How many records the filters hide, when they hide all."""
    if found.total or not asked.filters or not asked.question.strip():
        return 0
    return _find(replace(asked, filters=NO_FILTERS), page=1).total


def _nations(source: Source) -> str:
    return ", ".join(labels.value("nation", each.nation, {}) for each in source.nations)
