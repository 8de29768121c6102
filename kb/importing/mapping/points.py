"""What a cell says, point by point: lists taken apart, and lines that only introduce others kept aside."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from kb.importing.mapping.cells import DOTS, Line, lines
from kb.importing.mapping.words import EXPLAINING, ILLUSTRATING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.importing.grid import Cell

# A longer line that ends with a colon says something itself; a longer line without a full stop is no heading.
MOST_INTRODUCING_WORDS = 30
MOST_HEADING_WORDS = 10
FEWEST_LISTED = 4
FEWEST_WORDS_LISTED = 3
LONGEST_RUN = 1_000
# Items that were typed or set one behind the other: a dot between spaces, or a dash or a number after a wide space.
_NEXT_ITEM = re.compile(rf"\s+[{DOTS}]\s*(?=\S)|(?:\s{{3,}}|\s*\t)(?:[-–—]\s*|\(?\d{{1,2}}[.)]\s*)(?=[^\W\d_])")
_COMMA = re.compile(r",\s+(?![^()]*\))")
_SEMICOLON = re.compile(r";\s+(?![^()]*\))")


@dataclass(frozen=True, slots=True)
class Points:
    """The points of a cell in order, and its lines that are none."""

    points: tuple[str, ...] = ()
    lead_ins: tuple[str, ...] = ()


def points_of(cell: Cell) -> Points:
    """The points of a cell."""
    each = [part for line in lines(cell) for part in _parts(line)]
    points: list[str] = []
    lead_ins: list[str] = []
    for line, following in zip_longest(each, each[1:]):
        if _introduces(line) or _heads(line, following):
            lead_ins.append(line.text)
        elif points and _explains(line):
            points[-1] += f" {line.text}"
        else:
            points.append(line.text)
    return Points(tuple(points), tuple(lead_ins))


def _parts(line: Line) -> Iterator[Line]:
    """The items of one line, each a line of its own; most lines are one."""
    # What stands before the only dot of a line is its label: “Year 2 • Consult on the plan”.
    cuts = _NEXT_ITEM.split(line.text)
    if len(cuts) > 1 and (line.is_listed or len(cuts) > 2):
        first, *others = cuts
        yield replace(line, text=first, gap_after=False)
        yield from (Line(text.strip(), is_listed=True, gap_after=line.gap_after) for text in others)
    elif line.is_listed and len(run := _run(line.text)) > 1:
        yield from (replace(line, text=text) for text in run)
    elif len(run := _after_colon(line.text)) > 1:
        yield Line(run[0], gap_before=line.gap_before)
        yield from (Line(text, is_listed=True) for text in run[1:])
    else:
        yield line


def _run(text: str) -> list[str]:
    """The items of a listed line that names several by commas alone; with an “and” it is one sentence."""
    items = [item.strip() for item in _COMMA.split(text)] if len(text) <= LONGEST_RUN else []
    is_run = (
        len(items) >= FEWEST_LISTED
        and all(len(item.split()) >= FEWEST_WORDS_LISTED for item in items)
        and not re.match(r"(?:and|or)\b", items[-1])
        and not re.search(r"[.;:]\s|[.;:]$", text)
    )
    return items if is_run else [text]


def _after_colon(text: str) -> list[str]:
    """What introduces a list within a line, and its items, which semicolons part."""
    head, colon, tail = text.partition(":")
    items = (
        [item.strip() for item in _SEMICOLON.split(tail.strip()) if item.strip()] if len(text) <= LONGEST_RUN else []
    )
    is_list = colon and len(items) >= FEWEST_LISTED - 1 and "." not in head and "://" not in text
    return [f"{head}:", *items] if is_list else [text]


def _introduces(line: Line) -> bool:
    """Whether a line only says that a list follows.

    A long one says more. So does one of several sentences whose list does no more than illustrate the last.
    """
    text = line.text.rstrip(" \t-–—")
    if not text.endswith(":") or len(text.split()) > MOST_INTRODUCING_WORDS:
        return False
    is_several = re.search(r"[.!?]\s+[A-Z]", text)
    return not (is_several and text.rstrip(": ").lower().endswith(ILLUSTRATING))


def _heads(line: Line, following: Line | None) -> bool:
    """Whether a line is a heading within the cell: short, without a stop, over a list or apart from a longer text."""
    if following is None or line.is_listed or not _is_short(line):
        return False
    return following.is_listed or (line.gap_before and line.gap_after and not _is_short(following))


def _is_short(line: Line) -> bool:
    return len(line.text.split()) <= MOST_HEADING_WORDS and not re.search(r"[.;:!?…)”’]$", line.text)


def _explains(line: Line) -> bool:
    """Whether a line only goes on with the point above: “ie. within two years”."""
    return not line.is_listed and line.text.lower().startswith(EXPLAINING)
