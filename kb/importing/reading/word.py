"""Reads every table of a Word document, in order, each with the heading above it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.errors import Unreadable
from kb.importing.grid import Book
from kb.importing.reading.gathering import Gathering
from kb.importing.reading.parsing import damaged, relationships, tree
from kb.importing.reading.word_styles import Styles, W
from kb.importing.reading.word_tables import rows_of
from kb.importing.reading.word_text import Writing
from kb.words import gettext, ngettext

if TYPE_CHECKING:
    import zipfile

    from lxml.etree import _Element

# A line of prose longer than this, or that ends like a sentence, is no heading.
LONGEST_HEADING = 120
ENDS = (".", ";", ",", "?", "!")
STRICT = "purl.oclc.org/ooxml"
HOLDERS = frozenset(f"{W}{name}" for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo"))


def book(archive: zipfile.ZipFile) -> Book:
    """All tables that stand in the text; those in headers, notes and text boxes are left out."""
    part = next(
        (target for kind, target in relationships(archive, "").values() if kind == "officeDocument"),
        "word/document.xml",
    )
    related = relationships(archive, part)
    styles = next((target for kind, target in related.values() if kind == "styles"), "")
    writing = Writing(
        Styles(archive, styles), {key: target for key, (kind, target) in related.items() if kind == "hyperlink"}
    )
    document = tree(archive, part)
    body = document.find(f"{W}body")
    if body is None:
        raise _strict() if STRICT in document.tag else damaged(part)
    gathering = Gathering()
    sections = _Sections()
    number = 0
    for block in blocks(body):
        if block.tag == f"{W}p":
            sections.pass_by(writing.text(block), is_heading=writing.styles.is_heading(block))
            continue
        number += 1
        gathering.begin(gettext("Table %(number)s", number=number), sections.at_table())
        for place, cells in enumerate(rows_of(block, writing), 1):
            gathering.add(place, cells)
    if not number:
        raise Unreadable(
            gettext("There is no table in this document. What is read are tables, with one row for each record.")
        )
    _note(writing, gathering)
    return gathering.book()


def _strict() -> Unreadable:
    return Unreadable(
        gettext(
            "This document was saved as “Strict Open XML Document”. "
            "Open it in Word and save it as “Word Document (.docx)”."
        )
    )


def blocks(element: _Element) -> Iterator[_Element]:
    """Paragraphs and tables in order, also those inside of forms and of insertions."""
    for child in element:
        if child.tag in (f"{W}p", f"{W}tbl"):
            yield child
        elif child.tag in HOLDERS:
            yield from blocks(child)


@dataclass
class _Sections:
    """The last heading passed by, or the last short line that stood alone."""

    heading: str = ""
    line: str = ""
    lines: int = 0

    def pass_by(self, text: str, *, is_heading: bool) -> None:
        if not text or is_heading:
            self._end_of_prose()
        if text and is_heading:
            self.heading = text
        elif text:
            self.line = text
            self.lines += 1

    def at_table(self) -> str:
        self._end_of_prose()
        return self.heading

    def _end_of_prose(self) -> None:
        if self.lines == 1 and len(self.line) <= LONGEST_HEADING and not self.line.endswith(ENDS):
            self.heading = self.line
        self.lines = 0


def _note(writing: Writing, gathering: Gathering) -> None:
    left_out = writing.left_out
    if left_out["insertions"] or left_out["deletions"]:
        gathering.note(gettext("The document has tracked changes; it was read as if all of them were accepted."))
    for name, one, many in (
        ("comments", "One comment was left out.", "%(num)s comments were left out."),
        ("footnotes", "One footnote was left out.", "%(num)s footnotes were left out."),
        ("boxes", "The text in one text box was left out.", "The text in %(num)s text boxes was left out."),
        ("pictures", "One picture was left out.", "%(num)s pictures were left out."),
        ("hidden", "One piece of hidden text was left out.", "%(num)s pieces of hidden text were left out."),
    ):
        if left_out[name]:
            gathering.note(ngettext(one, many, left_out[name]))
    gathering.note_links(writing.other_links)
