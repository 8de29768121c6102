"""Cells as mapping tables need them: lines with their marks read, and merged cells put where they belong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from itertools import chain
from typing import TYPE_CHECKING

from kb.importing.grid import Cell, Row
from kb.importing.mapping.words import NOTHING

if TYPE_CHECKING:
    from collections.abc import Sequence

EMPTY = Cell()
DOTS = "•●○▪■□◦▸►➢✓·\uf0b7\uf0a7"
_DOT = re.compile(rf"^\s*(?:[{DOTS}*–—]\s*|-\s*(?=[^\W\d_])|-\s+)(?=\S)")
_NUMBER = re.compile(r"^\s*\(?\d{1,2}[.)]\s*(?=[^\W\d_]|\s\S)")
_LETTER = re.compile(r"^\s*(?:\((?:[a-z]|[ivx]+)\)|(?:[a-z]|[ivx]+)[.)])\s+(?=\S)")


class Cover(Enum):
    """Which way a merged cell came to cover this one."""

    NOT = "not"
    LEFT = "from the left"
    ABOVE = "from above"


@dataclass(frozen=True, slots=True)
class Line:
    """One line with text: without its mark where it is `listed`, and whether empty lines stand before and after it."""

    text: str
    is_listed: bool = False
    gap_before: bool = False
    gap_after: bool = False


def lines(cell: Cell) -> list[Line]:
    """The lines of a cell that say something; a single “a.” is no list."""
    # A wide space may part items; a wider one says no more.
    texts = re.sub(r"[^\S\n]{4,}", "   ", cell.text).split("\n")
    has_letters = sum(bool(_LETTER.match(text)) for text in texts) > 1
    patterns = (_DOT, _NUMBER, _LETTER) if has_letters else (_DOT, _NUMBER)
    found = []
    for at, text in enumerate(texts):
        if not text.strip():
            continue
        mark = next(filter(None, (pattern.match(text) for pattern in patterns)), None)
        found.append(
            Line(
                text[mark.end() :].strip() if mark else text.strip(),
                bool(mark) or at in cell.bullets,
                at == 0 or not texts[at - 1].strip(),
                at + 1 < len(texts) and not texts[at + 1].strip(),
            )
        )
    return found


def covers(row: Row) -> list[Cover]:
    """For each cell, whether a merged one covers it; one whose text is that of its left neighbour is that one's."""
    found: list[Cover] = []
    for at, cell in enumerate(row.cells):
        if not cell.is_continued:
            found.append(Cover.NOT)
        elif at and row.cells[at - 1].text == cell.text:
            found.append(Cover.LEFT)
        else:
            found.append(Cover.ABOVE)
    return found


def joined(cells: Sequence[Cell]) -> Cell:
    """Several cells as one, their lines one below the other."""
    filled = [cell for cell in cells if cell]
    if len(filled) < 2:
        return filled[0] if filled else EMPTY
    bullets: list[int] = []
    start = 0
    for cell in filled:
        bullets += [start + at for at in cell.bullets]
        start += cell.text.count("\n") + 1
    return Cell(
        "\n".join(cell.text for cell in filled),
        tuple(chain.from_iterable(cell.links for cell in filled)),
        tuple(bullets),
    )


def is_bare(cell: Cell) -> bool:
    """Whether a cell says nothing: it is empty, or holds no more than a dash."""
    return not re.search(r"\w", cell.text)


def says_nothing(cell: Cell) -> bool:
    """Whether a cell says in words that nothing is there."""
    return not cell.links and " ".join(re.sub(r"[./]", "", cell.text).lower().split()) in NOTHING
