"""The pages of a list, and this page's address with its filters changed."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.urls import iri_to_uri

PER_PAGE = 25


@dataclass(frozen=True, slots=True)
class Paging:
    """One page of a list: which rows it shows, and the addresses of the others with the filters kept."""

    page: int
    pages: int
    total: int
    per_page: int

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.per_page

    @property
    def limit(self) -> int:
        return self.per_page

    @property
    def first(self) -> int:
        return self.offset + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.offset + self.per_page, self.total)

    @property
    def previous_url(self) -> str | None:
        return self.url(self.page - 1) if self.page > 1 else None

    @property
    def next_url(self) -> str | None:
        return self.url(self.page + 1) if self.page < self.pages else None

    def url(self, page: int) -> str:
        """The address of another page of the same list."""
        return url_with(page=None if page == 1 else str(page))


def paged(total: int, per_page: int = PER_PAGE) -> Paging:
    """The page that the address asks for; one that does not exist becomes the nearest that does."""
    pages = max(1, -(-total // per_page))
    return Paging(min(max(1, number("page", 1)), pages), pages, total, per_page)


def offset_asked() -> int:
    """Where the page that the address asks for begins, before it is known how long the list is."""
    return (max(1, number("page", 1)) - 1) * PER_PAGE


def number(name: str, default: int) -> int:
    """A whole number from the address, or the default where it is none."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else default


def url_with(**changes: str | None) -> str:
    """This page's address with some filters changed; None takes one out. Other filters lead back to page 1."""
    values: MultiDict[str, str] = MultiDict(request.args)
    if "page" not in changes:
        values.poplist("page")
    for name, value in changes.items():
        values.poplist(name)
        if value is not None:
            values.add(name, value)
    pairs = "&".join(f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in values.items(multi=True))
    path = iri_to_uri(quote(request.script_root + request.path, safe="/"))
    return f"{path}?{pairs}" if pairs else path
