"""Which column of a table holds what, by the words that head it."""

from __future__ import annotations

import re
from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING

from kb.importing.mapping.cells import Cover, covers
from kb.importing.mapping.heading_words import is_about, plain_heading, role_of
from kb.importing.mapping.rows import DRIVER
from kb.importing.mapping.rows import RESEARCH as RESEARCH_CATEGORY
from kb.importing.mapping.words import POLICY, RESEARCH, SAID, Role

if TYPE_CHECKING:
    from kb.importing.grid import Cell, Row, Table

# By the place of a column, counted from 0, as text: what it holds.
Columns = dict[str, str]
MOST_HEADING_WORDS = 16
MOST_REFERENCE_WORDS = 5
MOST_SECTION_WORDS = 8
ROWS_LOOKED_AT = 4
MOST_UNKNOWN_WORDS = 5


def recognise(table: Table) -> Columns:
    """The columns of a mapping table by its first header row; nothing where it has none and so may be another table."""
    header = header_of(table)
    return {} if header is None else columns_of(table.rows[header])


def header_of(table: Table) -> int | None:
    """The place of the row that heads the columns: it names documents and what is said about them, in few words."""
    return next((at for at, row in enumerate(table.rows[:ROWS_LOOKED_AT]) if _is_header(row)), None)


def is_heading_like(row: Row) -> bool:
    """Whether a row could head columns whose words nobody knows: each cell of it holds a few words."""
    texts = [cell.text.split() for cell in row.cells]
    return len(texts) > 1 and all(0 < len(text) <= MOST_UNKNOWN_WORDS for text in texts)


def section_of(row: Row) -> str:
    """The heading that a row across the table is: few words in one cell, merged over the others or in capitals."""
    own = [cell for cell, cover in zip(row.cells, covers(row), strict=True) if cover is not Cover.LEFT]
    # A row of which only the first cell is filled is read as that one cell; it is a source that nobody answers yet.
    is_merged = len(own) == 1 and len(row.cells) > 1
    stands_out = is_merged or (own and own[0].text.isupper() and not any(own[1:]))
    return short_title(own[0]) if stands_out else ""


def short_title(cell: Cell) -> str:
    """The words of a cell, if they are few enough for a heading, and no link."""
    words = cell.text.split()
    return " ".join(words) if len(words) <= MOST_SECTION_WORDS and not cell.links else ""


def words_of(row: Row) -> tuple[str, ...]:
    """The headings as they are compared: two header rows are the same if these are."""
    texts = [_plain(cell.text) for cell, cover in zip(row.cells, covers(row), strict=True) if cover is Cover.NOT]
    return tuple(text for text in texts if text)


def order_of(columns: Columns, header: Row) -> tuple[str, ...]:
    """What the headings of a row promise, one after the other; a merged one counts once."""
    return tuple(
        columns.get(str(at), Role.IGNORED) for at, cover in enumerate(covers(header)) if cover is not Cover.LEFT
    )


def going_on(order: tuple[str, ...], table: Table) -> Columns:
    """The columns of a table without headings that goes on with the one before: most rows have as many cells."""
    rows = [covers(row) for row in table.rows]
    usual = Counter(len(row) - row.count(Cover.LEFT) for row in rows).most_common(1)
    if not order or not usual or usual[0][0] != len(order) or is_heading_like(table.rows[0]):
        return {}
    row = next(row for row in rows if len(row) - row.count(Cover.LEFT) == len(order))
    places = accumulate(cover is not Cover.LEFT for cover in row)
    return {str(at): order[place - 1] for at, place in enumerate(places)}


def columns_of(row: Row) -> Columns:
    """What each cell of a header row promises; one that says nothing known is ignored.

    Where no column is for answers, what is done about a document is the answer.
    """
    roles = [role_of(cell.text) or Role.IGNORED for cell in row.cells]
    if Role.RELEVANCE not in roles:
        roles = [Role.RELEVANCE if role == Role.ACTIONS else role for role in roles]
    return {str(at): role for at, role in enumerate(roles)}


def category(text: str, before: str = DRIVER) -> str:
    """Whether a heading turns what follows into research or into policy; one that says both or neither does not."""
    words = set(_plain(text).split())
    if len(words) > MOST_SECTION_WORDS or bool(words & RESEARCH) == bool(words & POLICY):
        return before
    return RESEARCH_CATEGORY if words & RESEARCH else DRIVER


def _is_header(row: Row) -> bool:
    heads = [cell.text for cell in row.cells if cell]
    if not all(map(_is_short, heads)):
        return False
    roles = {role for head in heads if (role := role_of(head)) and _tells(head, role)}
    return Role.REFERENCE in roles and bool(roles & SAID)


def _tells(heading: str, role: Role) -> bool:
    """Whether a heading is about what it names; the title of a document may name that, too."""
    is_brief = role != Role.REFERENCE or len(plain_heading(heading).split()) <= MOST_REFERENCE_WORDS
    return is_brief and is_about(heading, role)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _is_short(text: str) -> bool:
    # “No.” is a heading, too.
    is_sentence = text.rstrip().endswith((".", ";")) and len(text.split()) > 1
    return len(text.split()) <= MOST_HEADING_WORDS and not is_sentence and "://" not in text
