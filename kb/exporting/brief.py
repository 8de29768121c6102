"""A record on one page: what it is, its facts, what it says or promises, and its thread in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.exporting.lines import Cell, Line, Look, Run, Table, cell, clean, text
from kb.words import gettext, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_LISTED = 5
CUT = "…"
LONGEST = 150
LONGEST_SUMMARY = 300
LONGEST_FACT = 4_000  # as long as any form takes
WIDTHS = (26, 74)
# What an A4 page has room for below the usual title, and what its parts take, in points; of letters to a line.
ROOM, LINE, HEADING, BETWEEN, BETWEEN_LISTED = 540, 12, 29, 9, 4
LETTERS_ACROSS, LETTERS_IN_CELL = 92, 62


@dataclass(frozen=True)
class Listing:
    """A list under a heading of its own, of which a page has room for the first few; one may be too weighty to cut."""

    title: str
    entries: Sequence[str]
    language: str = "en"
    is_whole: bool = False


@dataclass(frozen=True)
class Brief:
    """What one page says of a record; empty facts are left out, and `links` come after them.

    What is less weighty is shortened until it fits: the lists, then the summary. If that is not enough, it runs over.

    `mark` is the kind and the ref of the record.
    """

    mark: tuple[str, str]
    kind: str
    summary: str
    language: str
    facts: Sequence[tuple[str, str]]
    links: Sequence[tuple[str, str]]
    listings: Sequence[Listing]


@dataclass(frozen=True)
class Shape:
    """How many entries of each list stand there, and how long they and the summary may be."""

    most: int
    entry: int = LONGEST_FACT
    summary: int = LONGEST_FACT
    runs_over: bool = False

    def entries(self, listing: Listing) -> list[str]:
        """The entries that stand there, as they stand."""
        if listing.is_whole:
            return [short(entry, len(entry) + 1) for entry in listing.entries]
        return [short(entry, self.entry) for entry in listing.entries[: self.most]]


def parts(brief: Brief) -> list[Line | Table]:
    """The page’s parts; what is shortened says so, and what runs over to a second page, too."""
    shape = _shape(brief)
    made: list[Line | Table] = [Line((Run(brief.kind, is_quiet=True),), marks=(brief.mark,))]
    if shape.runs_over:
        made.append(text(gettext("It is longer than one page and runs over to the next."), Look.QUIET))
    summary = short(brief.summary, shape.summary)
    made += [text(summary, language=brief.language)] if summary else []
    facts = [(name, short(value, LONGEST_FACT)) for name, value in brief.facts if value]
    told = [(name, cell(value)) for name, value in facts]
    told += [(name, Cell((Line((Run(short(address, LONGEST), address=address),)),))) for name, address in brief.links]
    made.append(text(gettext("Facts"), Look.SUBHEADING))
    rows = [(Cell((Line((Run(name, is_bold=True),)),)), value) for name, value in told]
    about = gettext("What is known of it: each row is a fact and what is recorded.")
    made.append(Table(gettext("Facts"), about, (gettext("Fact"), gettext("What is recorded")), WIDTHS, rows))
    shown = [summary, *(value for _, value in facts)]
    for listing in brief.listings:
        if listing.entries:
            made.append(text(listing.title, Look.SUBHEADING))
            entries = shape.entries(listing)
            made += [text(entry, Look.BULLET, language=listing.language) for entry in entries]
            made += _others(listing, len(entries))
            shown += entries
    whole = [brief.summary, *(value for _, value in brief.facts)]
    whole += [entry for listing in brief.listings for entry in listing.entries]
    if any(one.endswith(CUT) for one in shown) and len("".join(shown)) < len("".join(whole)):
        made.append(text(gettext("What ends with … is shortened here: its page has all of it."), Look.QUIET))
    return made


def short(words: str, most: int) -> str:
    """The words on one line, cut at a word where they are longer."""
    plain = " ".join(clean(words).split())
    if len(plain) <= most:
        return plain
    kept = plain[: most - 1]
    return f"{kept.rsplit(' ', 1)[0] if ' ' in kept else kept}{CUT}"


def _shape(brief: Brief) -> Shape:
    """The fullest shape that one page has room for; where none has, everything stands there."""
    shapes = [Shape(most) for most in range(MOST_LISTED, 1, -1)]
    shapes += [Shape(most, LONGEST) for most in range(MOST_LISTED, 0, -1)]
    shapes += [Shape(most, LONGEST, LONGEST_SUMMARY) for most in range(MOST_LISTED, -1, -1)]
    return next((shape for shape in shapes if _height_of(brief, shape) <= ROOM), Shape(MOST_LISTED, runs_over=True))


def _height_of(brief: Brief, shape: Shape) -> int:
    facts = [short(value, LONGEST_FACT) for _, value in brief.facts if value]
    facts += [short(address, LONGEST) for _, address in brief.links]
    taken = 2 * HEADING + _height(short(brief.summary, shape.summary), LETTERS_ACROSS)
    taken += sum(_height(fact, LETTERS_IN_CELL) for fact in facts)
    for listing in brief.listings:
        taken += HEADING if listing.entries else 0
        taken += sum(_height(entry, LETTERS_ACROSS, BETWEEN_LISTED) for entry in shape.entries(listing))
    return taken


def _height(words: str, letters: int, between: int = BETWEEN) -> int:
    return LINE * -(-len(words) // letters) + between


def _others(listing: Listing, shown: int) -> list[Line]:
    left = len(listing.entries) - shown
    if left <= 0:
        return []
    if not shown:
        return [text(ngettext("%(num)s is on its page.", "%(num)s are on its page.", left), Look.QUIET)]
    return [text(ngettext("%(num)s more is on its page.", "%(num)s more are on its page.", left), Look.QUIET)]
