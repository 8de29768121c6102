"""Workbooks of Excel and of others: what a cell is told as, what is noted, and what is filled."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import xlsxwriter

from kb.importing.grid import Book, Cell
from kb.importing.reading import child
from kb.importing.reading.sheets import as_text
from kb.spreadsheets import Column, Sheet, write_workbook
from tests.kb.importing.raw import ods, ods_cell, workbook

if TYPE_CHECKING:
    from collections.abc import Callable

MOMENT = datetime(2026, 9, 30, 17, 5)  # noqa: DTZ001


def book(data: bytes, ending: str = ".xlsx") -> Book:
    return child.book_of(BytesIO(data), ending, "list")


def made(fill: Callable[[Any, Any], None], **options: Any) -> Book:
    """What is read of a workbook with one sheet, called One, that XlsxWriter writes."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, options) as written:
        fill(written, written.add_worksheet("One"))
    return book(file.getvalue())


def texts(read: Book) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in read.tables[0].rows]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12.0, "12"), (-3.0, "-3"), (0.1, "0.1"), (0.30000000000000004, "0.3"), (1e-7, "0.0000001"), (0.0, "0"),
        (123456789012345.0, "123456789012345"), (1e300, "1e+300"), (2.5, "2.5"), (float("nan"), ""), (7, "7"),
        (True, "Yes"), (False, "No"), (date(2026, 9, 30), "2026-09-30"), (MOMENT, "2026-09-30 17:05"),
        (MOMENT.replace(second=7), "2026-09-30 17:05:07"), (MOMENT.replace(hour=0, minute=0), "2026-09-30"),
        (MOMENT.replace(second=59, microsecond=999_999), "2026-09-30 17:06"), (time(9, 30), "09:30"),
        (timedelta(hours=36, minutes=30), "36:30"), ("a\r\nb\rc", "a\nb\nc"), ("", ""), ("PT36H05M00S", "36:05"),
    ],
)  # fmt: skip
def test_a_value_is_told_as_people_write_it(value: Any, text: str) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize("from_1904", [False, True])
def test_dates_are_the_same_in_both_date_systems(from_1904: bool) -> None:
    def fill(written: Any, sheet: Any) -> None:
        sheet.write_datetime("A1", MOMENT, written.add_format({"num_format": "d mmm yyyy hh:mm"}))
        sheet.write_datetime("B1", MOMENT.replace(hour=0, minute=0), written.add_format({"num_format": "dd/mm/yy"}))

    assert texts(made(fill, date_1904=from_1904)) == [["2026-09-30 17:05", "2026-09-30"]]


def test_openpyxl_writes_what_is_read() -> None:
    written, file = openpyxl.Workbook(), BytesIO()
    written.active.append([date(2026, 9, 30), 12, 0.1, True, "a\nb"])
    written.save(file)
    assert texts(book(file.getvalue())) == [["2026-09-30", "12", "0.1", "Yes", "a\nb"]]


def test_rows_keep_the_numbers_that_excel_shows() -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write("B3", "Title")
        sheet.write("B5", "One")
        sheet.write_blank("Z90", None, None)

    rows = made(fill).tables[0].rows
    assert [(row.number, [cell.text for cell in row.cells]) for row in rows if row.cells] == [
        (3, ["", "Title"]),
        (5, ["", "One"]),
    ]
    assert rows[-1].number == 5


def test_merged_cells_are_filled_with_the_first_one() -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.merge_range("A1:B3", "Wales")
        sheet.write_column("C1", ["x", "y", "z"])

    (table,) = made(fill).tables
    first, *others = [cell for row in table.rows for cell in row.cells[:2]]
    assert first == Cell("Wales")
    assert others == [Cell("Wales", is_continued=True)] * 5


def test_what_is_hidden_is_read_and_noted() -> None:
    def fill(written: Any, sheet: Any) -> None:
        sheet.write_column("A1", ["a", "b", "c"])
        sheet.set_row(1, None, None, {"hidden": True})
        sheet.set_column(3, 4, None, None, {"hidden": True})
        other = written.add_worksheet("Other")
        other.write("A1", "x")
        other.hide()
        written.add_worksheet("Empty")

    read = made(fill)
    assert [table.name for table in read.tables] == ["One", "Other"]
    assert texts(read) == [["a"], ["b"], ["c"]]
    assert read.notes == (
        "“One”: one hidden row was read too.",
        "“One”: 2 hidden columns were read too.",
        "The hidden sheet “Other” was read too.",
    )


def test_errors_and_formulas_without_results_are_noted_with_their_places() -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_formula("A1", "=1/0", None, "#DIV/0!")
        sheet.write_formula("B1", "=1+1", None, 2)
        sheet.write_formula("C1", "=1+1", None, "")
        sheet.write_formula("A2", '=A1&"b"', None, "text")

    read = made(fill)
    assert texts(read) == [["#DIV/0!", "2"], ["text"]]
    assert "instead of a value in A1 (#DIV/0!)." in read.notes[0]
    assert "results are not in the file, in C1;" in read.notes[1]


def test_many_places_are_not_all_told() -> None:
    cells = "".join(f'<c r="A{n}" t="e"><v>#REF!</v></c>' for n in range(1, 2))
    rows = "".join(f'<row r="{n}">{cells.replace("A1", f"A{n}")}</row>' for n in range(1, 9))
    assert "A5 (#REF!) and 3 more." in book(workbook(rows)).notes[0]


def test_links_to_the_web_are_kept_and_others_noted() -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_url("A1", "https://example.org/a?b=c", None, "A plan")
        sheet.write_url("A2", "mailto:somebody@example.org", None, "Mail")
        sheet.write_formula("A3", '=HYPERLINK("https://example.org/d", "Another")', None, "Another")

    read = made(fill)
    assert [row.cells[0].links for row in read.tables[0].rows] == [
        (("A plan", "https://example.org/a?b=c"),),
        (),
        (("Another", "https://example.org/d"),),
    ]
    assert read.notes == ("Links that do not begin with http were left out: mailto:somebody@example.org",)


def test_apostrophes_stay_since_excel_keeps_its_own_apart() -> None:
    columns = [Column("A", lambda row: row)]
    told = ["=1+1", "'=1+1", "''x", "-2", "@a", "plain"]
    file = BytesIO()
    write_workbook(file, [Sheet("Things", columns, told)], [("List", "Things")])
    assert [row.cells[0].text for row in book(file.getvalue()).tables[1].rows] == ["A", *told]


def test_letters_that_excel_writes_as_codes_are_letters_again() -> None:
    read = made(lambda _, sheet: sheet.write_row("A1", ["a\x07b", "_x0041_", " spaced  out ", "👩🏽‍⚕️ ŵ"]))
    assert texts(read) == [["a\x07b", "_x0041_", " spaced  out ", "👩🏽‍⚕️ ŵ"]]


def test_whole_numbers_of_any_length_are_exact() -> None:
    assert texts(book(workbook("<row><c><v>12345678901234567890</v></c></row>"))) == [["12345678901234567890"]]


def test_cells_and_rows_without_places_follow_each_other() -> None:
    read = book(workbook("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>"))
    assert texts(read) == [["1", "2"], ["3"]]


OPEN_SHEET = f"""<table:table table:name="One">
<table:table-column table:visibility="collapse" table:number-columns-repeated="2"/>
<table:table-row><table:table-cell/>{ods_cell("Title")}<table:table-cell table:number-columns-repeated="16000"/>
</table:table-row>
<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>
<table:table-row table:visibility="collapse" table:number-rows-repeated="2">{ods_cell("a")}
<table:table-cell office:value-type="float" office:value="12345678901234567890"><text:p>1E19</text:p></table:table-cell>
<table:table-cell office:value-type="date" office:date-value="2026-09-30"><text:p>30.9.</text:p></table:table-cell>
<table:table-cell office:value-type="boolean" office:boolean-value="true"><text:p>TRUE</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>b<text:s text:c="2"/>c</text:p><text:p>d</text:p>
</table:table-cell></table:table-row>
<table:table-row>{ods_cell("w", 'table:number-columns-spanned="2" table:number-rows-spanned="2"')}
<table:covered-table-cell/>{ods_cell("x")}</table:table-row>
<table:table-row><table:covered-table-cell table:number-columns-repeated="2"/>{ods_cell("y")}</table:table-row>
<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/>
</table:table-row></table:table>""".replace("\n", "")


def test_open_document_sheets_are_read_as_workbooks_are() -> None:
    read = book(ods(OPEN_SHEET), ".ods")
    repeated = ["a", "12345678901234567890", "2026-09-30", "Yes", "b  c\nd"]
    assert texts(read) == [
        *([["", "Title"]] + [[]] * 3),
        *([repeated] * 2),
        *(["w", "w", "x"], ["w", "w", "y"]),
    ]
    assert [cell.is_continued for row in read.tables[0].rows[6:] for cell in row.cells] == [
        *(False, True, False),
        *(True, True, False),
    ]
    assert read.notes == ("“One”: 2 hidden rows were read too.", "“One”: 2 hidden columns were read too.")


def test_links_and_comments_in_open_document_sheets() -> None:
    link = '<text:a xlink:href="https://example.org/a">A plan</text:a>'
    comment = "<office:annotation><text:p>a comment</text:p></office:annotation>"
    cell = f'<table:table-cell office:value-type="string">{comment}<text:p>{link} of care</text:p></table:table-cell>'
    sheet = f'<table:table table:name="One"><table:table-row>{cell}</table:table-row></table:table>'
    read = book(ods(sheet.replace("<text:a ", '<text:a xmlns:xlink="http://www.w3.org/1999/xlink" ')), ".ods")
    assert read.tables[0].rows[0].cells == (
        Cell("A plan of care", (("A plan", "https://example.org/a"),)),
    )  # fmt: skip
