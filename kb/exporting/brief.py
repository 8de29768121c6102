"""A record on one page: what it is, its facts, what it says or promises, and its thread in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.exporting.lines import Cell, Line, Look, Run, Table, cell, clean, text
from kb.words import gettext, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_LISTED = 5
LONGEST = 150
LONGEST_FACT = 120
WIDTHS = (26, 74)
# What an A4 page has room for below the usual title, and what its parts take, in points; of letters to a line.
ROOM, LINE, HEADING, BETWEEN = 540, 12, 29, 9
LETTERS_ACROSS, LETTERS_IN_CELL = 90, 62


@dataclass(frozen=True)
class Listing:
    """A list under a heading of its own, of which a page has room for the first few."""

    title: str
    entries: Sequence[str]
    language: str = "en"


@dataclass(frozen=True)
class Brief:
    """What one page says of a record; empty facts are left out, and `links` come after them.

    `mark` is the kind and the ref of the record.
    """

    mark: tuple[str, str]
    kind: str
    summary: str
    language: str
    facts: Sequence[tuple[str, str]]
    links: Sequence[tuple[str, str]]
    listings: Sequence[Listing]


def parts(brief: Brief) -> list[Line | Table]:
    """The page’s parts."""
    made: list[Line | Table] = [Line((Run(brief.kind, is_quiet=True),), marks=(brief.mark,))]
    made += [text(short(brief.summary, LONGEST * 2), language=brief.language)] if brief.summary else []
    told = [(name, cell(short(value, LONGEST_FACT))) for name, value in brief.facts if value]
    told += [(name, Cell((Line((Run(short(address, LONGEST), address=address),)),))) for name, address in brief.links]
    made.append(text(gettext("Facts"), Look.SUBHEADING))
    rows = [(Cell((Line((Run(name, is_bold=True),)),)), value) for name, value in told]
    about = gettext("What is known of it: each row is a fact and what is recorded.")
    made.append(Table(gettext("Facts"), about, (gettext("Fact"), gettext("What is recorded")), WIDTHS, rows))
    most = _most(brief)
    for listing in brief.listings:
        if listing.entries:
            made.append(text(listing.title, Look.SUBHEADING))
            first = [short(entry, LONGEST) for entry in listing.entries[:most]]
            made += [text(entry, Look.BULLET, language=listing.language) for entry in first]
            made += _others(listing, most)
    return made


def short(words: str, most: int) -> str:
    """The words on one line, cut at a word where they are longer."""
    plain = " ".join(clean(words).split())
    if len(plain) <= most:
        return plain
    kept = plain[: most - 1]
    return f"{kept.rsplit(' ', 1)[0] if ' ' in kept else kept}…"


def _most(brief: Brief) -> int:
    """How many entries of each list there is room for."""
    facts = [short(value, LONGEST_FACT) for _, value in brief.facts if value]
    facts += [short(address, LONGEST) for _, address in brief.links]
    taken = 2 * HEADING + _height(brief.summary[: LONGEST * 2], LETTERS_ACROSS)
    taken += sum(_height(fact, LETTERS_IN_CELL) for fact in facts)
    most = MOST_LISTED
    while most and taken + sum(_height_of_list(listing, most) for listing in brief.listings) > ROOM:
        most -= 1
    return most


def _height_of_list(listing: Listing, most: int) -> int:
    return HEADING + sum(_height(entry[:LONGEST], LETTERS_ACROSS) for entry in listing.entries[:most])


def _height(words: str, letters: int) -> int:
    return LINE * -(-len(words) // letters) + BETWEEN


def _others(listing: Listing, most: int) -> list[Line]:
    left = len(listing.entries) - most
    if left <= 0:
        return []
    if not most:
        return [text(ngettext("%(num)s is on its page.", "%(num)s are on its page.", left), Look.QUIET)]
    return [text(ngettext("%(num)s more is on its page.", "%(num)s more are on its page.", left), Look.QUIET)]
