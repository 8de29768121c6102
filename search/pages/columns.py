"""The results of a search as a file, each with why it was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions.indicator_models import Indicator
from actions.models import Action
from kb import downloads, labels
from kb.columns.words import draft, joined, titles
from kb.models.plan import Response
from kb.models.source import Source
from kb.spreadsheets import Column, Kind, Sheet
from kb.words import gettext
from search.documents.making import published
from search.language import labels as search_labels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from kb.models.record import Record
    from search.answers.results import Hit, Results


def sheet(find: Callable[[int], Results], per_page: int, today: date) -> Sheet[Hit]:
    """Every hit of a search, of which `find` gives a page of so many, as it stands on a day."""

    return Sheet(gettext("Results"), columns(today), _hits(find, per_page))


def source_ids(find: Callable[[int], Results], per_page: int, most: int) -> list[int]:
    """The sources that a search found, or found something in, each once: as many as wanted, and one to tell of more."""
    found: dict[int, None] = {}
    for hit in _hits(find, per_page):
        for record in (hit.record, hit.parent):
            if isinstance(record, Source):
                found[record.id] = None
        if len(found) > most:
            break
    return list(found)


def _hits(find: Callable[[int], Results], per_page: int) -> Iterator[Hit]:
    page, total = 1, 1
    while (page - 1) * per_page < total:
        found = find(page)
        yield from found.hits
        page, total = page + 1, found.total


def columns(today: date) -> list[Column[Hit]]:
    """What the file says of a hit."""
    nations = labels.nations()

    def why(hit: Hit) -> str:
        excerpt = hit.excerpt
        if excerpt:
            return f"{search_labels.part(excerpt.field, excerpt.number)}: {excerpt.text}"
        return gettext("Title") if any(is_match for _, is_match in hit.title) else ""

    def publishers(hit: Hit) -> str:
        return titles(published(hit.record.publishers)) if isinstance(hit.record, Source) else ""

    def of_nations(hit: Hit) -> str:
        given = {each.nation for each in hit.record.nations} if isinstance(hit.record, Source) else set()
        return joined(nations[nation] for nation in nations if nation in given)

    def owner(hit: Hit) -> str:
        post = hit.record.owner if isinstance(hit.record, Action | Indicator) else None
        return post.title if post else ""

    return [
        Column(gettext("Ref"), lambda hit: hit.ref, width=24),
        Column(gettext("Kind"), lambda hit: labels.readable(hit.kind), width=14),
        Column(gettext("Title"), lambda hit: hit.record.title, width=60),
        Column(gettext("In"), lambda hit: hit.parent.title if hit.parent else "", width=40),
        Column(gettext("Why it was found"), why, width=60),
        Column(gettext("Owner"), owner, width=30),
        Column(gettext("Due"), lambda hit: hit.record.due_on if isinstance(hit.record, Action) else None, Kind.DATE),
        Column(gettext("Status"), lambda hit: _status(hit.record, today), width=20),
        Column(gettext("Publisher"), publishers, width=30),
        Column(gettext("Year"), lambda hit: _year(hit.record), Kind.NUMBER),
        Column(gettext("Nations"), of_nations, width=18),
        Column(gettext("Draft"), lambda hit: draft(hit.record), width=8),
        downloads.page_of(lambda hit: hit),
    ]


def _status(record: Record, today: date) -> str:
    if isinstance(record, Source):
        return search_labels.value("status", record.status_on(today), {})
    if isinstance(record, Action):
        return search_labels.value("status", record.closure, {})
    stands = record.response_type if isinstance(record, Response) else None
    return search_labels.value("status", stands, {}) if stands else ""


def _year(record: Record) -> int | None:
    if isinstance(record, Source):
        shown = record.published.day or record.starts.day
    else:
        shown = record.due_on if isinstance(record, Action) else None
    return shown.year if shown else None
