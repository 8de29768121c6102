"""The filters of the list of sources, read from the address and offered with counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kb import labels
from kb.catalogue.sources import NO_RESPONSE, SORTS, Facets, SourceFilter
from kb.columns.words import told as filters_told
from kb.dates import EARLIEST_YEAR, LATEST_YEAR
from kb.forms.filtering import one_of, word, words
from kb.words import gettext

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

NAMES = {
    "category": "categories",
    "source_kind": "source_kinds",
    "status": "statuses",
    "nation": "nations",
    "theme": "themes",
    "publisher": "publishers",
    "response": "responses",
}


def read(args: MultiDict[str, str]) -> SourceFilter:
    """The filter that an address asks for; it never fails, what is unknown finds nothing."""
    values: dict[str, Any] = {field: words(args, name) for name, field in NAMES.items()}
    return SourceFilter(
        words=word(args, "q"),
        from_year=_year(args.get("from_year", "")),
        to_year=_year(args.get("to_year", "")),
        sort=one_of(args, "sort", SORTS, SORTS[0]),
        **values,
    )


def offered(facets: Facets, wanted: SourceFilter) -> list[dict[str, Any]]:
    """Each filter with its legend and options, as the macro of the rail takes them."""
    statuses, nations = labels.source_statuses(), labels.nations()
    responses = labels.response_types() | {NO_RESPONSE: gettext("No response yet")}
    return [
        _group(gettext("Category"), "category", labels.categories(), facets.categories, wanted.categories),
        _group(gettext("Nation"), "nation", nations, facets.nations, wanted.nations),
        _group(gettext("Status"), "status", statuses, facets.statuses, wanted.statuses),
        _group(gettext("How the plan answers"), "response", responses, None, wanted.responses),
        _group(
            gettext("Type"),
            "source_kind",
            {kind: labels.readable(kind) for kind in facets.source_kinds},
            facets.source_kinds,
            wanted.source_kinds,
        ),
        _group(
            gettext("Theme"),
            "theme",
            {ref: title for ref, (title, _number) in facets.themes.items()},
            {ref: number for ref, (_title, number) in facets.themes.items()},
            wanted.themes,
        ),
        _group(
            gettext("Publisher"),
            "publisher",
            {ref: title for ref, (title, _number) in facets.publishers.items()},
            {ref: number for ref, (_title, number) in facets.publishers.items()},
            wanted.publishers,
        ),
    ]


def told(wanted: SourceFilter, groups: list[dict[str, Any]]) -> list[str]:
    """What is filtered, in words."""
    on = [f"“{wanted.words}”"] if wanted.words else []
    if wanted.from_year:
        on.append(gettext("From %(year)s", year=wanted.from_year))
    if wanted.to_year:
        on.append(gettext("Until %(year)s", year=wanted.to_year))
    return [*on, *filters_told(groups)]


def _year(text: str) -> int | None:
    """A year that a source may bear; anything else asks for nothing."""
    text = text.strip()
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else 0
    return year if EARLIEST_YEAR <= year <= LATEST_YEAR else None


def _group(
    legend: str, name: str, values: dict[str, str], counts: dict[str, int] | None, on: tuple[str, ...]
) -> dict[str, Any]:
    options = [
        {"value": value, "label": label, "count": None if counts is None else counts[value], "is_on": value in on}
        for value, label in values.items()
        if counts is None or value in counts
    ]
    return {"legend": legend, "name": name, "options": options, "is_on": bool(on)}
