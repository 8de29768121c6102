"""The results page: a question, its filters, and why each record was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, request

from actions.brief import briefs
from graph import service as graph
from kb import auth, downloads, web
from kb.models.record import Kind
from kb.paging import number, paged, url_with
from kb.permissions import Capability
from kb.words import gettext
from search import columns, labels, service
from search.forms import Asked, address
from search.index.ordering import Order
from search.query import NO_FILTERS, Filters

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kb.models.source import Source
    from search.results import Results

Titles = Mapping[tuple[str, str], str]
bp = Blueprint("search", __name__)
MOST_OPTIONS = 8
PER_BATCH = 1_000
# The filters whose values are refs of records.
NAMED = ("theme", "plan", "publisher", "owner")
# The filters at the left, in order; the kinds are tabs, and the rest comes through the question.
SHOWN_FILTERS = ("nation", "theme", "source_kind", "status", "category")
# Kinds that stand on the thread; the others have no strip.
ON_THE_THREAD = frozenset({"source", "implication", "priority", "action", "response", "key_point", "indicator"})


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a filter, or one tab."""

    value: str
    label: str
    count: int | None
    is_on: bool
    url: str = ""


@bp.get("/search")
@auth.requires(Capability.READ)
def results() -> ResponseReturnValue:
    """One search, or how to ask when nothing is asked."""
    asked = Asked.from_address(request.args)
    if downloads.are_wanted():
        return _download(asked)
    found = _find(asked, page=number("page", 1))
    paging = paged(found.total, service.PER_PAGE)
    if found.total and not found.hits and paging.page > 1:
        found = _find(asked, page=paging.page)
    session, person = web.session(), web.person()
    titles = service.titles_of(session, person, _refs(found))
    ids = [hit.id for hit in found.hits if hit.kind in ON_THE_THREAD]
    actions = [hit.id for hit in found.hits if hit.kind == Kind.ACTION]
    return web.page(
        "search/results.html",
        asked=asked,
        results=found,
        has_asked=bool(found.query.text or found.filters),
        paging=paging,
        notices=_notices(found),
        notes=(*asked.notes, *found.notes),
        tabs=_tabs(found),
        groups=_groups(found, titles),
        chips=_chips(asked.filters, titles),
        read_as=_read_as(found, titles),
        orders=_orders(found),
        without_filters=_without_filters(asked, found),
        strips=graph.strips(session, ids, person) if ids else {},
        briefs=briefs(session, actions, person=person, today=web.today()) if actions else {},
        shows_confidence=person.may(Capability.READ_UPDATES),
        part=labels.part,
        nations=_nations,
        hidden=[(name, each) for name in ("q", "kind", "order", "own", "exact") for each in request.args.getlist(name)],
        filters_on=sum(len(values) for name, values in asked.filters.values().items() if name != "kind"),
    )


def _download(asked: Asked) -> ResponseReturnValue:
    titles = service.titles_of(web.session(), web.person(), _filtered(asked.filters))
    told = [f"“{asked.question}”", *(chip["text"] for chip in _chips(asked.filters, titles))]
    kinds = [labels.kinds().get(kind, kind) for kind in asked.filters.kind]

    def find(page: int) -> Results:
        return _find(asked, page=page, limit=PER_BATCH)

    return downloads.send("search", columns.sheet(find, PER_BATCH), filters=[*told, *kinds])


def _find(asked: Asked, *, page: int, filters: Filters | None = None, limit: int = service.PER_PAGE) -> Results:
    return service.find(
        web.session(),
        web.settings(),
        web.person(),
        asked.question,
        asked.filters if filters is None else filters,
        page=page,
        limit=limit,
        most=PER_BATCH,
        order=asked.order,
        only_my_words=asked.only_my_words,
        as_written=asked.as_written,
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
    return _find(asked, page=1, filters=NO_FILTERS).total


def _refs(found: Results) -> set[str]:
    return {ref for name in NAMED for ref in found.facets.get(name, {})} | _filtered(found.filters)


def _filtered(filters: Filters) -> set[str]:
    return {ref for name in NAMED for ref in getattr(filters, name)}


def _tabs(found: Results) -> list[Option]:
    counts: Mapping[str, int] = found.facets.get("kind", {})
    chosen = found.filters.kind
    tabs = [Option("", gettext("All"), sum(counts.values()), not chosen, url_with(kind=None))]
    for kind, words in labels.kinds().items():
        if counts.get(kind) or kind in chosen:
            tabs.append(Option(kind, words, counts.get(kind, 0), kind in chosen, url_with(kind=kind)))
    return tabs


def _groups(found: Results, titles: Titles) -> list[tuple[str, str, list[Option]]]:
    """The filters at the left: those that would leave something, most first, and those that are on."""
    groups = []
    for name in SHOWN_FILTERS:
        on = getattr(found.filters, name)
        counts = found.facets.get(name, {})
        values = [*on, *(value for value in counts if value not in on)][: max(MOST_OPTIONS, len(on))]
        values.sort(key=lambda value: -counts.get(value, 0))
        known = None if found.is_fallback else counts
        options = [
            Option(
                value,
                labels.value(name, value, titles),
                known.get(value, 0) if known is not None else None,
                value in on,
            )
            for value in values
        ]
        if options:
            groups.append((name, labels.fields()[name], options))
    return groups


def _chips(filters: Filters, titles: Titles) -> list[dict[str, str]]:
    """Each filter of the address, with the address that is without it; a kind is a tab and has none."""
    chips = []
    for name, values in filters.values().items():
        for value in values if name != "kind" else ():
            text = f"{labels.fields()[name]}: {labels.value(name, value, titles)}"
            chips.append({"text": text, "url": _address_without(name, value)})
    if filters.year_from is not None or filters.year_to is not None:
        text = f"{labels.fields()['year']}: {labels.years(filters)}"
        chips.append({"text": text, "url": url_with(year=None)})
    return chips


def _read_as(found: Results, titles: Titles) -> list[str]:
    """The filters that stand in the question, in words."""
    typed = found.query.filters
    told = [
        f"{labels.fields()[name]}: {labels.value(name, value, titles)}"
        for name, values in typed.values().items()
        for value in values
    ]
    if typed.year_from is not None or typed.year_to is not None:
        told.append(f"{labels.fields()['year']}: {labels.years(typed)}")
    return told


def _orders(found: Results) -> list[Option]:
    words = {Order.BEST: gettext("Best match"), Order.NEWEST: gettext("Newest"), Order.TITLE: gettext("Title")}
    return [
        Option(order, label, None, order == found.order, url_with(order=None if order == Order.BEST else order.value))
        for order, label in words.items()
    ]


def _nations(source: Source) -> str:
    return ", ".join(labels.value("nation", each.nation, {}) for each in source.nations)


def _address_without(name: str, value: str) -> str:
    def stays(key: str, given: str) -> bool:
        is_meant = key == name and value in given.split(",")
        return not is_meant and key != "page"

    return address(request.path, [pair for pair in request.args.items(multi=True) if stays(*pair)])
