"""The kinds of rows that come in, and which of them a file holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.importing.kinds import headings
from kb.importing.kinds.actions import Actions
from kb.importing.kinds.indicators import Indicators
from kb.importing.kinds.mappings import MappingKind
from kb.importing.kinds.posts import Posts
from kb.importing.kinds.readings import Readings
from kb.importing.kinds.sources import Sources

if TYPE_CHECKING:
    from kb.importing.grid import Book, Table
    from kb.importing.proposals import ImportKind

ALL: tuple[ImportKind, ...] = (MappingKind(), Sources(), Actions(), Posts(), Indicators(), Readings())
KINDS: dict[str, ImportKind] = {kind.name: kind for kind in ALL}


def guess(book: Book) -> str:
    """The kind that knows most columns of a table; nothing where none knows half of those that a table has.

    A mapping table has few columns under any headings, so it is one only where no other kind knows it.
    """
    others = [kind for name, kind in KINDS.items() if name != MappingKind.name]
    scores = {kind.name: max((_known(kind, table) for table in book.tables), default=0) for kind in others}
    best = max(scores, key=lambda name: scores[name])
    if scores[best]:
        return best
    return MappingKind.name if any(map(KINDS[MappingKind.name].recognise, book.tables)) else ""


def _known(kind: ImportKind, table: Table) -> int:
    """How many columns of a table a kind knows, if it is half of those that have a heading."""
    known = kind.recognise(table)
    heading = headings.heading_row(table, kind.fields()) if known else None
    return len(known) if heading is not None and 2 * len(known) >= sum(map(bool, heading.cells)) else 0
