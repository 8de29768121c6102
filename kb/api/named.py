"""How the API names a record, a place in a document and a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kb import web
from kb.paging import PER_PAGE, number

if TYPE_CHECKING:
    from datetime import date

    from kb.models.record import Record

MOST_PER_PAGE = 100


def named(record: Record) -> dict[str, str]:
    """A record that another one names."""
    return {"kind": record.kind, "ref": record.ref, "title": record.title, "url": web.url_of(record)}


def place(record: Record) -> dict[str, Any]:
    """Where the record was first written down."""
    return {"document": record.document, "line": record.document_line}


def iso(day: date | None) -> str | None:
    """A day as ISO 8601 writes it."""
    return day.isoformat() if day else None


def limit() -> int:
    """How many items a page is asked to have."""
    return min(max(1, number("limit", PER_PAGE)), MOST_PER_PAGE)
