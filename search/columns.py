"""The results of a search as a file, each with why it was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb import downloads, labels
from kb.columns.words import draft
from kb.spreadsheets import Column, Kind, Sheet
from kb.words import gettext
from search import labels as search_labels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from search.results import Hit, Results


def sheet(find: Callable[[int], Results], per_page: int) -> Sheet[Hit]:
    """Every hit of a search, of which `find` gives a page of so many."""

    def hits() -> Iterator[Hit]:
        page, total = 1, 1
        while (page - 1) * per_page < total:
            found = find(page)
            yield from found.hits
            page, total = page + 1, found.total

    return Sheet(gettext("Results"), columns(), hits())


def columns() -> list[Column[Hit]]:
    """What the file says of a hit."""

    def why(hit: Hit) -> str:
        excerpt = hit.excerpt
        return f"{search_labels.part(excerpt.field, excerpt.number)}: {excerpt.text}" if excerpt else ""

    return [
        Column(gettext("Ref"), lambda hit: hit.ref, width=24),
        Column(gettext("Kind"), lambda hit: labels.readable(hit.kind), width=14),
        Column(gettext("Title"), lambda hit: hit.record.title, width=60),
        Column(gettext("In"), lambda hit: hit.parent.title if hit.parent else "", width=40),
        Column(gettext("Why it was found"), why, width=60),
        Column(gettext("Score"), lambda hit: round(hit.score, 4), Kind.NUMBER),
        Column(gettext("Draft"), lambda hit: draft(hit.record), width=8),
        downloads.page_of(lambda hit: hit),
    ]
