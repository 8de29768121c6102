"""A document for Word made of lines and tables, with contents, page numbers, and what it says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from io import BytesIO
from typing import IO, TYPE_CHECKING

from docx.enum.text import WD_TAB_ALIGNMENT
from docx.shared import Twips

from kb.exporting.elements import Writer, element, field, written
from kb.exporting.lines import Break, Line, Look, Picture, Run, Table, clean, text
from kb.exporting.marks import Marks
from kb.exporting.styles import CONTENTS, blank, width_of
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement

# Word keeps no longer ones among a file's properties.
LONGEST_PROPERTY = 255
LONGEST_IN_HEADER = 100


@dataclass(frozen=True)
class Front:
    """What a document says of itself; `version` is the number of the last change that it holds.

    `about` names the record that it was made of, as `kind:ref`; `plan` is the title of a plan, if it is of one.
    """

    title: str
    about: str
    plan: str
    organisation: str
    address: str
    taken_at: datetime  # by the clock of the service
    version: int
    is_demonstration: bool

    @property
    def version_told(self) -> str:
        """Date and version as people say them."""
        day = spoken(self.taken_at.date())
        return gettext("%(day)s, version %(version)s", day=day, version=f"{self.version:,}")


def write(
    file: IO[bytes], front: Front, parts: Sequence[Line | Table | Picture | Break], *, is_landscape: bool = True
) -> None:
    """Write the document: title and what it is, then its parts, with contents before the first of several headings."""
    document = blank(is_landscape=is_landscape)
    _describe(document, front)
    _head_and_foot(document, front)
    writer, width = Writer(document, Marks()), width_of(document)
    end = document.element.body[-1]  # the section's own element has to stay the last one
    headings = [part for part in parts if isinstance(part, Line) and part.look == Look.HEADING]
    number = 0
    # A document may not end with a table.
    closing = [Line()] if parts and isinstance(parts[-1], Table) else []
    for part in [*_opening(front), *parts, *closing]:
        bookmark = ""
        if isinstance(part, Line) and part.look == Look.HEADING:
            number += 1
            bookmark = _anchor(number)
            if number == 1 and len(headings) > 1:
                end.addprevious(_contents(document, headings))
        match part:
            case Picture():
                made = _pictured(document, part, width)
            case Break():
                made = element("p", element("r", element("br", type="page")))
            case Table():
                made = writer.table(part, width)
            case _:
                made = writer.paragraph(part, bookmark=bookmark)
        end.addprevious(made)
    document.save(file)


def _opening(front: Front) -> list[Line]:
    same = Run(gettext("The same on the web"), address=front.address)
    told = Run(f"{gettext('Golden Thread')}{f' – {front.organisation}' if front.organisation else ''} · ")
    lines = [text(front.title, Look.TITLE)]
    if front.plan and front.plan != front.title:
        lines.append(text(front.plan, Look.SUBTITLE))
    if front.is_demonstration:
        words = gettext("Demonstration: dates, updates and readings in it were made up to show how the service works.")
        lines.append(text(words, Look.NOTICE))
    return [*lines, Line((told, Run(f"{front.version_told} · "), same), Look.QUIET)]


def _contents(document: Document, headings: Sequence[Line]) -> BaseOxmlElement:
    """The contents as a field that Word can make anew, filled in already, each line leading to its heading."""
    style = document.styles[CONTENTS].style_id
    entries = []
    for number, heading in enumerate(headings, 1):
        words = clean("".join(run.text for run in heading.runs))
        link = element("hyperlink", _run(words), anchor=_anchor(number), history="1")
        entries.append(element("p", element("pPr", element("pStyle", val=style)), link))
    # What stands before the words of a field goes into the first line, what stands after them into the last.
    *before, _, after = field('TOC \\o "1-1" \\h \\n', "")
    for place, piece in enumerate(before, 1):
        entries[0].insert(place, piece)
    entries[-1].append(after)
    gallery = element("docPartObj", element("docPartGallery", val="Table of Contents"), element("docPartUnique"))
    title = element("p", element("pPr", element("pStyle", val=document.styles[Look.CONTENTS.value].style_id)))
    title.append(_run(gettext("Contents")))
    return element("sdt", element("sdtPr", gallery), element("sdtContent", title, *entries))


def _pictured(document: Document, picture: Picture, width: int) -> BaseOxmlElement:
    """A paragraph with a picture as wide as the text, told for those who do not see it."""
    paragraph = document.add_paragraph()
    drawn = paragraph.add_run().add_picture(BytesIO(picture.png), width=Twips(width))
    said = drawn._inline.docPr
    said.set("descr", clean(picture.about))
    said.set("name", gettext("Chart"))
    return paragraph._p


def _anchor(number: int) -> str:
    return f"_Toc{number:09d}"


def _run(words: str) -> BaseOxmlElement:
    return element("r", *written(words))


def _describe(document: Document, front: Front) -> None:
    properties = document.core_properties
    properties.title = _property(front.title)
    properties.subject = _property(front.plan)
    properties.author = properties.last_modified_by = _property(front.organisation or gettext("Golden Thread"))
    properties.comments = _property(front.address)
    properties.identifier = _property(front.about)
    properties.keywords = gettext("Demonstration") if front.is_demonstration else ""
    properties.version = str(front.version)
    properties.language = "en-GB"
    properties.created = properties.modified = front.taken_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def _property(words: str) -> str:
    return clean(words)[:LONGEST_PROPERTY]


def _head_and_foot(document: Document, front: Front) -> None:
    section, width = document.sections[0], Twips(width_of(document))
    marked = gettext("Demonstration") if front.is_demonstration else ""
    title = clean(front.title)
    if len(title) > LONGEST_IN_HEADER:
        title = f"{title[:LONGEST_IN_HEADER].rsplit(' ', 1)[0]}…"
    for part, left, right in ((section.header, title, marked), (section.footer, front.version_told, "")):
        line = part.paragraphs[0]
        line.paragraph_format.tab_stops.add_tab_stop(width, WD_TAB_ALIGNMENT.RIGHT)
        line.add_run(f"{left}\t{right}")
    foot = section.footer.paragraphs[0]._p
    for piece in (
        _run(gettext("Page") + "\u00a0"),
        *field("PAGE", "1"),
        _run(f" {gettext('of')} "),
        *field("NUMPAGES", "1"),
    ):
        foot.append(piece)
