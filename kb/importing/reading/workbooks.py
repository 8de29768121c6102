"""Reads Excel workbooks: looks each sheet over for what the parser does not tell, then has it parsed."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, BinaryIO

from kb.importing.grid import Book
from kb.importing.reading import sheets
from kb.importing.reading.gathering import check_cells
from kb.importing.reading.parsing import damaged, relationships, steps, tree
from kb.importing.reading.sheets import DIGITS, LONG_NUMBER, LONGEST_ERROR, Place, Survey, link_in_formula

if TYPE_CHECKING:
    import zipfile

    from lxml.etree import _Element

REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})", re.IGNORECASE)
SHEET = ("{*}row", "{*}col", "{*}mergeCell", "{*}hyperlink")
TRUE = ("1", "true")
WIDEST = 16_384
RELATION = "{%s}id"
OFFICE = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)


def book(file: BinaryIO, archive: zipfile.ZipFile) -> Book:
    """The sheets of the workbook that hold cells; charts have none."""
    return sheets.book(file, {name: _survey(archive, name, part) for name, part in _parts(archive).items()})


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Where each worksheet is kept, by its name."""
    roots = [target for kind, target in relationships(archive, "").values() if kind == "officeDocument"]
    workbook = roots[0] if roots else "xl/workbook.xml"
    kept = relationships(archive, workbook)
    parts = {}
    for sheet in tree(archive, workbook).iter("{*}sheet"):
        ids = (sheet.get(RELATION % namespace) for namespace in OFFICE)
        kind, part = kept.get(next((one for one in ids if one), ""), ("", ""))
        name = sheet.get("name", "")
        if not name or name in parts:
            raise damaged(workbook)
        if kind == "worksheet":
            parts[name] = part
    return parts


def _survey(archive: zipfile.ZipFile, name: str, part: str) -> Survey:
    survey = Survey(name)
    targets = {key: target for key, (kind, target) in relationships(archive, part).items() if kind == "hyperlink"}
    number = 0
    for element in steps(archive, part, SHEET):
        tag = element.tag.rpartition("}")[2]
        if tag == "row":
            number = _whole(element.get("r")) or number + 1
            survey.hidden_rows += element.get("hidden") in TRUE
            _look_along(survey, element, number)
        else:
            _look_around(survey, element, tag, targets)
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    return survey


def _look_along(survey: Survey, row: _Element, number: int) -> None:
    """Every cell of a row; this is done for each cell of a workbook, so it asks only for what it needs."""
    namespace = row.tag[: -len("row")]
    value_tag, formula_tag, text_tag = f"{namespace}v", f"{namespace}f", f"{namespace}is"
    column = 0
    for cell in row:
        reference = cell.get("r", "")
        name = reference.rstrip("0123456789")
        column = _column(name) or column + 1
        if reference and reference[len(name) :] != str(number):
            number = _whole(reference[len(name) :]) or number
        value, formula = "", None
        for child in cell:
            if child.tag == value_tag:
                value = child.text or ""
            elif child.tag == text_tag:
                value = "text"
            elif child.tag == formula_tag:
                formula = child.text or ""
        if value:
            survey.found(number, column)
        if formula is not None or len(value) > DIGITS or cell.get("t") == "e":
            _look_at(survey, (number, column), cell.get("t", "n"), value, formula)
    check_cells(survey.cells)


def _look_at(survey: Survey, at: Place, kind: str, value: str, formula: str | None) -> None:
    """A cell that is more than a value."""
    if formula is not None and not value and kind != "str":
        survey.without_result.append(at)
    if formula and value and (address := link_in_formula(formula)):
        survey.link(*at, address)
    if kind == "e" and value:
        survey.errors[at] = value[:LONGEST_ERROR]
    elif kind == "n" and LONG_NUMBER.fullmatch(value):
        survey.exact[at] = value


def _look_around(survey: Survey, element: _Element, tag: str, targets: dict[str, str]) -> None:
    """What is said of columns and areas."""
    begin, end = _area(element.get("ref", ""))
    if tag == "col" and element.get("hidden") in TRUE:
        survey.hidden_columns += max(0, min(_whole(element.get("max")), WIDEST) - _whole(element.get("min")) + 1)
    elif tag == "mergeCell" and begin and end:
        survey.merged.append((begin, end))
    elif tag == "hyperlink" and begin:
        survey.link(*begin, next((targets.get(element.get(RELATION % one, ""), "") for one in OFFICE), ""))


def _area(reference: str) -> tuple[Place | None, Place | None]:
    begin, _, end = reference.partition(":")
    return _place(begin), _place(end or begin)


def _place(reference: str) -> Place | None:
    found = REFERENCE.fullmatch(reference)
    return (int(found[2]), _column(found[1].upper())) if found else None


@cache
def _column(name: str) -> int:
    """The number of the column with this name, and 0 if there is none."""
    column = 0
    if not (len(name) <= len("XFD") and name.isascii() and name.isalpha()):
        return 0
    for letter in name.upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return column


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0
