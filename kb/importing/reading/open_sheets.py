"""Reads OpenDocument spreadsheets: looks each sheet over for what the parser does not tell, then has it parsed."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, BinaryIO

from kb.importing.grid import Book
from kb.importing.reading import sheets
from kb.importing.reading.gathering import check_cells
from kb.importing.reading.parsing import damaged, steps
from kb.importing.reading.sheets import DIGITS, LONG_NUMBER, LONGEST_ERROR, Survey, link_in_formula

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator

    from lxml.etree import _Element

NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns:"
TABLE = f"{{{NAMESPACE}table:1.0}}"
OFFICE = f"{{{NAMESPACE}office:1.0}}"
TEXT = f"{{{NAMESPACE}text:1.0}}"
HREF = "{http://www.w3.org/1999/xlink}href"
ERROR = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
SHEET = f"{TABLE}table"
ROW = f"{TABLE}table-row"
CELLS = (f"{TABLE}table-cell", f"{TABLE}covered-table-cell")
COLUMN = f"{TABLE}table-column"
HIDDEN = ("collapse", "filter")
# More than any program has, so that no sum of them grows without end.
MOST_REPEATED = 1 << 21


def book(file: BinaryIO, archive: zipfile.ZipFile) -> Book:
    """The sheets of the workbook."""
    surveys: dict[str, Survey] = {}
    for survey in _surveys(archive):
        if survey.name in surveys:
            raise damaged("content.xml")
        surveys[survey.name] = survey
    return sheets.book(file, surveys)


def _surveys(archive: zipfile.ZipFile) -> Iterator[Survey]:
    """Each sheet once it has been looked over; tables inside of cells, whose rows come before their own, are none."""
    survey, after = Survey(""), 1
    for element in steps(archive, "content.xml", (SHEET, ROW, COLUMN)):
        if next(element.iterancestors(*CELLS), None) is not None:
            continue
        if element.tag == SHEET:
            survey.name = element.get(f"{TABLE}name", "")
            if element.getparent() is not None and element.getparent().tag == f"{OFFICE}spreadsheet":
                yield survey
            survey, after = Survey(""), 1
        elif element.tag == ROW:
            rows = range(after, after + _count(element, "rows-repeated"))
            after = rows.stop
            survey.hidden_rows += len(rows) * (element.get(f"{TABLE}visibility") in HIDDEN)
            _look_along(survey, element, rows)
        else:
            survey.hidden_columns += _count(element, "columns-repeated") * (element.get(f"{TABLE}visibility") in HIDDEN)
        element.clear()


def _look_along(survey: Survey, row: _Element, rows: range) -> None:
    column = 1
    for cell in row.iterchildren(*CELLS):
        repeated = _count(cell, "columns-repeated")
        _look_at(survey, cell, rows, column, repeated)
        column += repeated
    check_cells(survey.cells)


def _look_at(survey: Survey, cell: _Element, rows: range, column: int, repeated: int) -> None:
    kind, formula = cell.get(f"{OFFICE}value-type"), cell.get(f"{TABLE}formula")
    if formula and not kind:
        survey.without_result.append((rows.start, column))
    if not (kind or cell.find(f"{TEXT}p") is not None):
        return
    survey.found(rows.stop - 1, column + repeated - 1, len(rows) * repeated)
    check_cells(survey.cells)
    number = cell.get(f"{OFFICE}value", "")
    links = [(link.get(HREF, ""), "".join(link.itertext())) for link in cell.iterfind(f"{TEXT}p//{TEXT}a")]
    if address := link_in_formula(formula or ""):
        links.append((address, ""))
    down, along = _count(cell, "rows-spanned"), _count(cell, "columns-spanned")
    is_error = cell.get(ERROR) == "error"
    if not (links or is_error or down * along > 1 or len(number) > DIGITS):
        return
    for at in product(rows, range(column, column + repeated)):
        if is_error:
            survey.errors[at] = "".join(cell.itertext(f"{TEXT}p"))[:LONGEST_ERROR] or "#VALUE!"
        elif LONG_NUMBER.fullmatch(number):
            survey.exact[at] = number
        for address, words in links:
            survey.link(*at, address, words)
        if down * along > 1:
            survey.merged.append((at, (at[0] + down - 1, at[1] + along - 1)))


def _count(element: _Element, name: str) -> int:
    text = element.get(f"{TABLE}number-{name}", "")
    return min(int(text), MOST_REPEATED) if text.isascii() and text.isdigit() and len(text) < 9 else 1
