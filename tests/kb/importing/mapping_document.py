"""A Word version of the founding mapping document, with the quirks of such documents, made from its text."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from enum import Enum
from itertools import count
from typing import TYPE_CHECKING

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from kb.importing.grid import Book, Cell, Row, Table
from tests.kb.founding import SHARED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from docx.document import Document as DocumentType
    from docx.table import _Cell as WordCell
    from docx.text.paragraph import Paragraph

LONG = 12  # lines, from which a row of the text becomes two of the table
BULLET = re.compile(r"^(?:[•●·]\s*| +)(?=\S)")
LINK = re.compile(r"\bLink\b")


class Merge(Enum):
    """A cell that the one above it covers."""

    ABOVE = "above"


@dataclass(frozen=True)
class Laid:
    """One table as it is laid out, and the heading before it; `headers` are the places of its header rows."""

    heading: str
    rows: list[list[str | Merge]]
    headers: frozenset[int]


def original() -> str:
    """The text of the founding mapping document."""
    return next((SHARED / "seeds").glob("001_*.txt")).read_text(encoding="utf-8")


def rows_of(text: str) -> tuple[str, list[list[str]]]:
    """The lines above the tables, and the rows of the text: a cell begins with a tab, a row ends with an empty line."""
    # The extraction prints bookmarks, which nobody sees in Word.
    title, *cells = re.split(r"^\t", re.sub(r"\[bookmark: [^]]*\]", "", text), flags=re.MULTILINE)
    rows: list[list[str]] = [[]]
    for cell in cells:
        rows[-1].append(cell)
        ends = cell.endswith("\n\n") or cell is cells[-1]
        if ends and (len(rows[-1]) >= 3 or cell.strip().isupper()):
            rows.append([])
    return title.strip(), [[cell.strip("\n") for cell in row] for row in rows if row]


def layout(text: str, *, banner: bool) -> tuple[str, list[Laid]]:
    """The tables: every other header begins one, the rest stand in the middle of one.

    What heads the research stands in a merged row with `banner`, else as a heading between two tables, of which the
    second has no header. Long rows become two, by turns with a merged reference cell and with an empty one.
    """
    title, rows = rows_of(text)
    tables: list[Laid] = []
    headers, long_rows, heading = count(), count(), title
    current: list[list[str | Merge]] = []
    places: set[int] = set()

    def close() -> None:
        nonlocal current, places, heading
        if current:
            tables.append(Laid(heading, current, frozenset(places)))
        current, places, heading = [], set(), ""

    for row in rows:
        if row[0].strip() == "Reference":
            if next(headers) % 2 == 0:
                close()
            places.add(len(current))
            current.append([*row])
        elif len(row) == 1 and not banner:
            close()
            heading = row[0]
        else:
            halves = _halves(row[1]) if len(row) == 3 else None
            if halves is None:
                current.append([*row])
            else:
                merged = next(long_rows) % 2 == 0
                current.append([row[0], halves[0], row[2]])
                current.append([Merge.ABOVE if merged else "", halves[1], Merge.ABOVE if merged else ""])
    close()
    return title, tables


def _halves(cell: str) -> tuple[str, str] | None:
    """A long cell in two, at an empty line before a line that no list goes on with."""
    lines = cell.split("\n")
    if len([line for line in lines if line.strip()]) < LONG:
        return None
    cuts = [
        at
        for at, line in enumerate(lines)
        if not line.strip() and any(map(str.strip, lines[:at])) and at + 1 < len(lines) and lines[at + 1][:1].isalpha()
    ]
    return ("\n".join(lines[: cuts[0]]), "\n".join(lines[cuts[0] + 1 :])) if cuts else None


def as_book(laid: Sequence[Laid]) -> Book:
    """The document as it is read from a file, without making one."""
    tables = []
    section, links = "", count(1)
    for number, table in enumerate(laid, 1):
        section = " ".join(table.heading.split()) or section
        rows: list[Row] = []
        for at, row in enumerate(table.rows, 1):
            cells: list[Cell] = []
            for column, cell in enumerate(row):
                if isinstance(cell, Merge):
                    above = rows[-1].cells[column]
                    cells.append(Cell(above.text, above.links, above.bullets, is_continued=True))
                else:
                    cells.append(_cell(cell, links))
            if len(cells) == 1:
                cells += [Cell(cells[0].text, is_continued=True)] * 2
            rows.append(Row(at, tuple(cells)))
        tables.append(Table(f"Table {number}", tuple(rows), section))
    return Book(tuple(tables))


def _cell(text: str, links: Iterator[int]) -> Cell:
    lines = text.split("\n")
    bullets = tuple(at for at, line in enumerate(lines) if BULLET.match(line))
    plain = "\n".join(BULLET.sub("", line).strip() for line in lines)
    found = tuple(("Link", _address(n)) for _ in LINK.findall(plain) if (n := next(links)) % 2)
    return Cell(plain, found, bullets)


def _address(number: int) -> str:
    return f"https://example.org/document-{number}"


def write(title: str, laid: Sequence[Laid], path: Path) -> None:
    """The document as a Word file."""
    document = Document()
    links = count(1)
    for table in laid:
        if table.heading:
            document.add_heading(table.heading, 0 if table.heading == title else 1)
        else:
            document.add_paragraph()
        _table(document, table, links)
    document.save(str(path))


def _table(document: DocumentType, laid: Laid, links: Iterator[int]) -> None:
    table = document.add_table(len(laid.rows), 3)
    table.style = "Table Grid"
    for at, row in enumerate(laid.rows):
        cells = table.rows[at].cells
        for column, text in enumerate(row[:3]):
            if isinstance(text, Merge):
                table.cell(at - 1, column).merge(cells[column])
            else:
                _fill(cells[column], text, links)
        if len(row) == 1:
            cells[0].merge(cells[2])
        if len(row) > 3:
            extra = deepcopy(cells[2]._tc)
            cells[2]._tc.addnext(extra)
            for paragraph in extra.p_lst[1:]:
                extra.remove(paragraph)
            _write_line(type(cells[2])(extra, table).paragraphs[0], str(row[3]), links)
        if at in laid.headers:
            table.rows[at]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _fill(cell: WordCell, text: str, links: Iterator[int]) -> None:
    for at, line in enumerate(text.split("\n")):
        paragraph = cell.add_paragraph() if at else cell.paragraphs[0]
        if BULLET.match(line):
            paragraph.style = "List Bullet"
        _write_line(paragraph, BULLET.sub("", line).strip(), links)


def _write_line(paragraph: Paragraph, line: str, links: Iterator[int]) -> None:
    """A line, with an address behind every other word “Link”."""
    at = 0
    for mark in LINK.finditer(line):
        number = next(links)
        if number % 2:
            paragraph.add_run(line[at : mark.start()])
            hyperlink = OxmlElement("w:hyperlink")
            key = paragraph.part.relate_to(_address(number), RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
            hyperlink.set(qn("r:id"), key)
            hyperlink.append(paragraph.add_run(mark.group())._r)
            paragraph._p.append(hyperlink)
            at = mark.end()
    paragraph.add_run(line[at:])
