"""What a mapping document proposes: its rows with their places, and what was a heading or left out."""

from __future__ import annotations

from dataclasses import dataclass

from kb.words import gettext

DRIVER, RESEARCH = "driver", "research"


@dataclass(frozen=True, slots=True)
class SourceGuess:
    """One document that a row is about; `guessed` names the fields that a rule filled in, not a column.

    `named` are all words that name it, of which the title is what is left without dates and publishers. `published`
    are the words of the date and `year` its year; `starts` and `ends` are the years that it runs.
    """

    title: str
    named: str = ""
    link: str = ""
    publisher: str = ""
    published: str = ""
    year: int | None = None
    starts: int | None = None
    ends: int | None = None
    nations: tuple[str, ...] = ()
    source_kind: str = ""
    category: str = DRIVER
    guessed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MappingRow:
    """One row of a mapping table, which may run over several rows of the file: `places` names them all.

    An empty `relevance` is a gap. `lead_ins` are lines that only introduce or head others, and so are no points.
    """

    places: tuple[str, ...]
    section: str
    sources: tuple[SourceGuess, ...]
    key_points: tuple[str, ...] = ()
    implications: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    relevance: str = ""
    response_type: str = ""
    lead_ins: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Where the row begins."""
        return self.places[0]


@dataclass(frozen=True, slots=True)
class Skipped:
    """Rows of the file that nothing is proposed from, and why."""

    place: str
    rows: int
    why: str


@dataclass(frozen=True, slots=True)
class Interpretation:
    """A whole document: every row of its tables is in a row, a heading or skipped, and in one of these only."""

    rows: tuple[MappingRow, ...] = ()
    headings: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    @property
    def rows_told(self) -> int:
        """How many rows of the file these account for."""
        return sum(len(row.places) for row in self.rows) + len(self.headings) + sum(one.rows for one in self.skipped)


def place_of(table: str, row: int) -> str:
    """A place as people find it: Table 3, row 2."""
    return gettext("%(table)s, row %(row)s", table=table, row=row)
