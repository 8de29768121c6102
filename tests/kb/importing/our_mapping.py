"""Makes our-mapping.docx: a mapping document in our own words, with the quirks of such documents in other shapes.

`python -m tests.kb.importing.our_mapping` writes it again.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

if TYPE_CHECKING:
    from docx.document import Document as DocumentType
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph

PATH = Path(__file__).with_name("our-mapping.docx")
FIVE = ("Title", "Published by", "Year", "Main messages", "What it means for our plan")
FOUR = ("No.", "How we responded", "Key findings", "Source")
OWN = ("Document", "Summary", "Workforce implications", "Priorities", "Response")
BULLET, LINK = "* ", "-> "


def make(path: Path) -> None:
    """Write the document, portrait."""
    document = Document()
    document.add_heading("What our dental plan answers to", 0)
    _versions(document)
    document.add_heading("Part A: Policy and law", 1)
    document.add_paragraph("We read these first, and asked the boards which of them they feel most.")
    _five_columns(document)
    document.add_paragraph("Three boards sent comments on the table so far. The rest of it follows.")
    _going_on(document)
    document.add_heading("Part B: Evidence", 1)
    _other_order(document)
    document.add_paragraph("What follows came after the others and has a table for each document.")
    _one_each(document)
    document.save(str(path))


def _versions(document: DocumentType) -> None:
    _table(document, ("Version", "Changed on", "Changed by"), [("0.1", "2 May 2026", "Planning team")])


def _five_columns(document: DocumentType) -> None:
    table = _table(
        document,
        FIVE,
        [
            (
                "Smiles for All: a dental strategy for Scotland 2022-2027",
                "Scottish Government",
                "March 2022",
                "The strategy asks for:\n* dentists in every island board\n* hygienists who may see people directly\n"
                "* one record for each patient",
                "Our plan includes two island posts.\nIt reflects direct access.",
            ),
            ("Dental Care (Access) Act", "", "2019", "a) Every child is seen once a year.\nb) Waiting is counted.", ""),
            FIVE,
            (
                "-> https://example.org/water A Guide to Fluoride in Water",
                "Public Health Office",
                "2020",
                "It says: who decides; who pays; who must be asked.",
                "–",
            ),
        ],
    )
    _banner(table, "Northern Ireland")


def _going_on(document: DocumentType) -> None:
    """No headings here: the first row runs on from the table before."""
    _table(
        document,
        (),
        [
            ("", "", "", "It also lists what to measure: counts, costs and consent.", "We will monitor this."),
            (
                "* Rural Dentists Framework (2018)\n* Training Places Plan",
                "Dental Board",
                "",
                "Both count chairs, not people.",
                "In line with our targets",
            ),
        ],
    )


def _other_order(document: DocumentType) -> None:
    table = _table(
        document,
        FOUR,
        [
            (
                "1",
                "We are considering a survey of our own.",
                "Half of all assistants leave in three years.\n1. Pay is the first reason.\n2.Hours are the second.",
                "Chair Research Institute\nWhy assistants leave and what would keep them\n"
                "(June 2021) -> https://example.org/leave Link",
            ),
            ("2", "", "Costs doubled.", "What a Dentist Costs / What a Hygienist Costs\n2017"),
            (
                "3",
                "",
                "‘Teeth and Time’ (2016) Link says the same of Cymru.",
                "Journal of Enamel\nShorter visits, better teeth",
            ),
        ],
    )
    table.cell(2, 1).merge(table.cell(1, 1))


def _one_each(document: DocumentType) -> None:
    rows = [
        (
            "England: The Mouth Matters Review 2020 & \nA Plan for Care Homes Link",
            "• Homes need a named dentist • Staff need an hour a month   - of which half is paid",
            "Care staff need training",
            "Skills\nRetention",
            "Background",
        ),
        (
            "Northern Ireland Oral Health Survey 2019",
            "Older people keep their teeth",
            "",
            "",
            "We work closely with its authors",
        ),
    ]
    for number, row in enumerate(rows):
        if number:
            document.add_paragraph()
        _table(document, OWN, [row])


def _table(document: DocumentType, headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> Table:
    laid = [headings, *rows] if headings else rows
    table = document.add_table(len(laid), len(laid[0]))
    table.style = "Table Grid"
    for row, texts in zip(table.rows, laid, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            _fill(cell, text)
    return table


def _banner(table: Table, text: str) -> None:
    """A row across the table, before its last one."""
    row = table.add_row()
    row.cells[0].merge(row.cells[-1])
    row.cells[0].paragraphs[0].add_run(text)
    table.rows[-2]._tr.addprevious(row._tr)


def _fill(cell: _Cell, text: str) -> None:
    for at, line in enumerate(text.split("\n")):
        paragraph = cell.add_paragraph() if at else cell.paragraphs[0]
        if line.startswith(BULLET):
            paragraph.style = "List Bullet"
        before, arrow, linked = line.removeprefix(BULLET).partition(LINK)
        paragraph.add_run(before)
        if arrow:
            address, _, words = linked.partition(" ")
            _link(paragraph, address, words)


def _link(paragraph: Paragraph, address: str, words: str) -> None:
    hyperlink = OxmlElement("w:hyperlink")
    hyperlink.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    hyperlink.append(paragraph.add_run(words)._r)
    paragraph._p.append(hyperlink)


if __name__ == "__main__":
    make(PATH)
