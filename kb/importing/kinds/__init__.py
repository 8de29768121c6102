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
from kb.importing.mapping.words import Role

if TYPE_CHECKING:
    from kb.importing.grid import Book, Table
    from kb.importing.proposals import ImportKind

ALL: tuple[ImportKind, ...] = (MappingKind(), Sources(), Actions(), Posts(), Indicators(), Readings())
KINDS: dict[str, ImportKind] = {kind.name: kind for kind in ALL}


def guess(book: Book) -> str:
    """The kind that knows most columns of a table; nothing where none knows half of those that a table has.

    A mapping table has few columns under any headings, so it is one only where it knows more than any other kind.
    """
    others = [kind for name, kind in KINDS.items() if name != MappingKind.name]
    scores = {kind.name: max((_known(kind, table) for table in book.tables), default=0) for kind in others}
    best = max(scores, key=lambda name: scores[name])
    as_mapping = max(map(_told_in_mapping, book.tables), default=0)
    if as_mapping > scores[best]:
        return MappingKind.name
    return best if scores[best] else ""


def _told_in_mapping(table: Table) -> int:
    """How many columns of a mapping table say something known."""
    return sum(role != Role.IGNORED for role in KINDS[MappingKind.name].recognise(table).values())


def _known(kind: ImportKind, table: Table) -> int:
    """How many columns of a table a kind reads, if it knows half of those that have a heading."""
    known = kind.recognise(table)
    heading = headings.heading_row(table, kind.fields()) if known else None
    if heading is None or 2 * len(known) < sum(map(bool, heading.cells)):
        return 0
    told = {one.key for one in kind.fields() if one.is_told}
    return sum(key not in told for key in known.values())
