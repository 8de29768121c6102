"""The XML of Word made of lines, cells and tables: whatever people wrote stands in it as text and as nothing else."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement

from kb.exporting import heights
from kb.exporting.lines import Look, clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement

    from kb.exporting.lines import Cell, Line, Run, Table
    from kb.exporting.marks import Marks

_PIECES = re.compile("([\n\t])")
# Signs that no address may hold as they are; Word calls a file damaged that has them in one.
_NOT_IN_ADDRESSES = re.compile(r"""[\s"<>\\^`{|}\x00-\x1f\x7f]""")
LONGEST_ADDRESS = 2_000
# A higher row is allowed to run over to the next page, in points; others stay whole.
HIGHEST_KEPT_WHOLE = 330
SMALL = "15"  # half points
BULLET = "200"  # how far bullets are indented, in twentieths of a point
INK, LINE, GAP = "212b32", "aeb7bd", "f3d3cf"
LANGUAGES = {"en": "en-GB", "cy": "cy-GB"}


def element(tag: str, *children: BaseOxmlElement, **attributes: str) -> BaseOxmlElement:
    """An element of Word's own namespace with attributes of it."""
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    made.extend(children)
    return made


class Writer:
    """Writes the elements of one document, in which bookmarks are numbered and addresses are kept once."""

    def __init__(self, document: Document, marks: Marks) -> None:
        self._part = document.part
        self._styles = {look: document.styles[look.value].style_id for look in Look}
        self._bullets = _bullets(document)
        self._marks = marks
        self._bookmarks = 0
        self._addresses: dict[str, str] = {}

    def paragraph(self, line: Line, *, bookmark: str = "") -> BaseOxmlElement:
        """A paragraph with the bookmarks of the records that it stands for, and with one that is named."""
        look = element("pPr", element("pStyle", val=self._styles[line.look]))
        if line.look == Look.BULLET:
            number = element("numId", val=self._bullets)
            look.append(element("numPr", element("ilvl", val="0"), number))
        is_from_right = _is_from_right("".join(run.text for run in line.runs))
        if is_from_right:
            look.append(element("bidi"))
        if line.look == Look.BULLET:
            look.append(element("ind", left=BULLET, hanging=BULLET))  # else the list's own, which is wide for a cell
        inner = [part for run in line.runs for part in self._run(run, is_from_right=is_from_right)]
        names = [*([bookmark] if bookmark else []), *(self._marks.name(kind, ref) for kind, ref in line.marks)]
        for name in names:
            self._bookmarks += 1
            number_of = str(self._bookmarks)
            inner = [
                element("bookmarkStart", id=number_of, name=name),
                *inner,
                element("bookmarkEnd", id=number_of),
            ]
        return element("p", look, *inner)

    def _run(self, run: Run, *, is_from_right: bool) -> Iterator[BaseOxmlElement]:
        address = self._address(run.address)
        look = element("rPr")
        if address:
            look.append(element("rStyle", val="Hyperlink"))
        if run.is_bold:
            look.append(element("b"))
        if run.is_quiet:
            look.append(element("color", val="4c6272"))
        if run.is_small:
            look.extend((element("sz", val=SMALL), element("szCs", val=SMALL)))
        if is_from_right:
            look.append(element("rtl"))
        if run.language != "en":
            look.append(element("lang", val=LANGUAGES[run.language]))
        made = element("r", *([look] if len(look) else []), *written(run.text))
        if not address:
            yield made
            return
        link = element("hyperlink", made, history="1")
        link.set(qn("r:id"), address)
        yield link

    def _address(self, address: str) -> str:
        """The key under which the document keeps an address; none for one that no browser should be sent to."""
        if not address.lower().startswith(("http://", "https://", "mailto:")):
            return ""
        plain = _NOT_IN_ADDRESSES.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), address)
        plain = clean(plain)
        if len(plain) > LONGEST_ADDRESS:
            return ""
        if plain not in self._addresses:
            # Named here: left to name it itself, the part goes through all that it has for each one.
            key = f"address{len(self._addresses) + 1}"
            self._part.rels.add_relationship(RELATIONSHIP_TYPE.HYPERLINK, plain, key, is_external=True)
            self._addresses[plain] = key
        return self._addresses[plain]

    def table(self, table: Table, width: int) -> BaseOxmlElement:
        """A table of the width, in twentieths of a point."""
        share = width / sum(table.widths)
        widths = [str(round(each * share)) for each in table.widths]
        made = element("tbl", _table_look(table, width))
        made.append(element("tblGrid", *(element("gridCol", w=each) for each in widths)))
        made.append(self._headings(table.headings, widths))
        for row in table.rows:
            made.append(self._row(row, widths))
        return made

    def _headings(self, headings: Sequence[str], widths: Sequence[str]) -> BaseOxmlElement:
        row = element("tr", element("trPr", element("cantSplit"), element("tblHeader")))
        for heading, width in zip(headings, widths, strict=True):
            look = element("tcPr", element("tcW", w=width, type="dxa"))
            look.append(element("tcBorders", element("bottom", val="single", sz="12", space="0", color=INK)))
            look.append(element("shd", val="clear", color="auto", fill="f0f4f5"))
            named = element("p", element("pPr", element("pStyle", val=self._styles[Look.LABEL])))
            named.append(element("r", *written(heading)))
            row.append(element("tc", look, named))
        return row

    def _row(self, cells: Sequence[Cell], widths: Sequence[str]) -> BaseOxmlElement:
        row = element("tr")
        points = [int(width) / 20 for width in widths]
        if max(map(heights.of_cell, cells, points)) <= HIGHEST_KEPT_WHOLE:
            row.append(element("trPr", element("cantSplit")))
        for cell, width in zip(cells, widths, strict=True):
            look = element("tcPr", element("tcW", w=width, type="dxa"))
            if (
                cell.is_gap
            ):  # not by a frame: of two cells that share a line either may win, here one and there the other
                look.append(element("shd", val="clear", color="auto", fill=GAP))
            # A cell without a paragraph makes a file that Word cannot open.
            inner = [self.paragraph(line) for line in cell.lines] or [element("p")]
            row.append(element("tc", look, *inner))
        return row


def field(code: str, shown: str) -> Iterable[BaseOxmlElement]:
    """A field that Word works out, as the number of a page, and what stands in it until then."""
    yield element("r", element("fldChar", fldCharType="begin"))
    yield element("r", _kept(element("instrText"), f" {code} "))
    yield element("r", element("fldChar", fldCharType="separate"))
    yield element("r", *written(shown))
    yield element("r", element("fldChar", fldCharType="end"))


def written(text: str) -> Iterator[BaseOxmlElement]:
    """What a run holds: the text, with its line breaks and tabs as Word has them."""
    for piece in _PIECES.split(clean(text)):
        if piece == "\n":
            yield element("br")
        elif piece == "\t":
            yield element("tab")
        elif piece:
            yield _kept(element("t"), piece)


def _kept(made: BaseOxmlElement, text: str) -> BaseOxmlElement:
    made.text = text
    made.set(qn("xml:space"), "preserve")
    return made


def _is_from_right(text: str) -> bool:
    """Whether the first letter of the text is one of a script that runs from right to left."""
    strong = (kind for kind in map(unicodedata.bidirectional, text) if kind in {"L", "R", "AL"})
    return next(strong, "L") != "L"


def _bullets(document: Document) -> str:
    """The number of the list that the style for bullets belongs to: said in each line, it lasts through editing."""
    found = document.styles[Look.BULLET.value].element.find(f".//{qn('w:numId')}")
    return str(found.get(qn("w:val")))


def _table_look(table: Table, width: int) -> BaseOxmlElement:
    borders = element(
        "tblBorders",
        element("top", val="single", sz="4", space="0", color=LINE),
        element("bottom", val="single", sz="4", space="0", color=LINE),
        element("insideH", val="single", sz="4", space="0", color=LINE),
        element("insideV", val="single", sz="4", space="0", color="d8dde0"),
    )
    margins = element(
        "tblCellMar",
        element("top", w="60", type="dxa"),
        element("left", w="90", type="dxa"),
        element("bottom", w="60", type="dxa"),
        element("right", w="90", type="dxa"),
    )
    return element(
        "tblPr",
        element("tblW", w=str(width), type="dxa"),
        borders,
        element("tblLayout", type="fixed"),
        margins,
        element(
            "tblLook", val="0020", firstRow="1", lastRow="0", firstColumn="0", lastColumn="0", noHBand="1", noVBand="1"
        ),
        element("tblCaption", val=clean(table.title)),
        element("tblDescription", val=clean(table.about)),
    )
