"""A row while its cells are gathered from one or more rows of the file, and what comes of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kb.importing.mapping.cells import Cover, is_bare, joined, says_nothing
from kb.importing.mapping.guesses import response_type_of
from kb.importing.mapping.headings import category
from kb.importing.mapping.points import points_of
from kb.importing.mapping.rows import MappingRow
from kb.importing.mapping.sources import About, sources_of
from kb.importing.mapping.words import Role, Vocabulary
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.importing.grid import Cell

# A role ("" beyond the last heading), the cell, and how a merged one covers it.
Placed = tuple[str, "Cell", Cover]
LISTED = (Role.KEY_POINTS, Role.IMPLICATIONS, Role.PRIORITIES, Role.ACTIONS)


@dataclass(slots=True)
class Draft:
    """The cells of one row by role, in the order in which the rows of the file bring them."""

    section: str
    category: str
    cells: dict[str, list[Cell]] = field(default_factory=dict)
    places: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, placed: Sequence[Placed], *, is_new: bool) -> None:
        """Take in one row of the file.

        A cell that a merged one covers says nothing again, unless the row is a new one: then one text answers for
        several documents.
        """
        last = next((role for role, _, _ in reversed(placed) if role not in ("", Role.IGNORED)), Role.RELEVANCE)
        for role, cell, cover in placed:
            if is_bare(cell) or cover is Cover.LEFT or (cover is Cover.ABOVE and not is_new):
                continue
            if role != Role.REFERENCE and says_nothing(cell):
                if role not in ("", Role.IGNORED):
                    self.notes.append(gettext("Read as an empty cell: “%(text)s”", text=_words(cell)))
                continue
            if cover is Cover.ABOVE:
                self.notes.append(gettext("A merged cell says the same of the row above"))
            if not role:
                role = last
                self.notes.append(
                    gettext(
                        "The row has more cells than headings: this was taken with the last: %(text)s",
                        text=_start(cell),
                    )
                )
            if role == Role.IGNORED:
                self._leave_out(cell)
            else:
                self.cells.setdefault(role, []).append(cell)

    def finished(self, vocabulary: Vocabulary) -> MappingRow:
        """The row, with its points told apart and its documents guessed."""
        cells: dict[str, Cell] = {role: joined(self.cells.get(role, ())) for role in Role}
        own = _words(cells[Role.SECTION])
        section = own or self.section
        sources = sources_of(cells, About(section, category(own, self.category), vocabulary))
        said = {role: points_of(cells[role]) for role in LISTED}
        relevance = "\n".join(line.strip() for line in cells[Role.RELEVANCE].text.split("\n") if line.strip())
        links = [
            gettext("“%(words)s” leads to %(address)s", words=words, address=address)
            for role in (*LISTED, Role.RELEVANCE)
            for words, address in cells[role].links
            if address not in (words, *(source.link for source in sources.guesses))
        ]
        return MappingRow(
            places=tuple(self.places),
            section=section,
            sources=sources.guesses,
            key_points=said[Role.KEY_POINTS].points,
            implications=said[Role.IMPLICATIONS].points,
            priorities=said[Role.PRIORITIES].points,
            actions=said[Role.ACTIONS].points,
            relevance=relevance,
            response_type=response_type_of(relevance),
            lead_ins=tuple(lead for each in said.values() for lead in each.lead_ins),
            notes=(*dict.fromkeys(self.notes), *sources.notes, *links),
        )

    def _leave_out(self, cell: Cell) -> None:
        """A column that nothing is known of is passed over, but not in silence; a number of rows may be."""
        if re.search(r"[^\W\d_]", cell.text):
            self.notes.append(gettext("Left out, as its column is not taken: %(text)s", text=_words(cell)))


def _words(cell: Cell) -> str:
    return " ".join(cell.text.split())


def _start(cell: Cell) -> str:
    words = _words(cell).split()
    return " ".join(words[:12]) + (" …" if len(words) > 12 else "")
