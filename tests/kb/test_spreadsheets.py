"""Files for spreadsheets: what stands in a cell of either kind."""

from __future__ import annotations

import csv
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any

import pytest
from openpyxl import load_workbook

from kb.spreadsheets import Column, Kind, Sheet, absolute, harmless, write_csv, write_workbook

COLUMNS = [
    Column("Ref", lambda row: row["ref"]),
    Column("Title", lambda row: row.get("title", "")),
    Column("Due", lambda row: row.get("due"), Kind.DATE),
    Column("At", lambda row: row.get("at"), Kind.TIME),
    Column("Days", lambda row: row.get("days"), Kind.NUMBER),
    Column("Page", lambda row: row.get("page", ""), Kind.LINK),
]


def csv_of(*rows: dict[str, Any]) -> list[list[str]]:
    file = BytesIO()
    write_csv(file, Sheet("Things", COLUMNS, rows))
    assert file.getvalue().startswith(b"\xef\xbb\xbf")
    return list(csv.reader(StringIO(file.getvalue().decode("utf-8-sig"), newline="")))


def excel_of(*rows: dict[str, Any], title: str = "Things") -> Any:
    file = BytesIO()
    write_workbook(file, [Sheet(title, COLUMNS, rows)], [("List", title), ("Filters", "=none")])
    return load_workbook(file)


def test_csv_keeps_quotes_commas_and_lines_and_ends_lines_as_the_standard_says() -> None:
    file = BytesIO()
    write_csv(file, Sheet("Things", COLUMNS[:2], [{"ref": "a", "title": 'Said "no",\nthen yes'}]))
    assert file.getvalue().decode("utf-8-sig") == 'Ref,Title\r\na,"Said ""no"",\nthen yes"\r\n'


def test_csv_writes_dates_for_sorting_and_numbers_as_numbers() -> None:
    row = {"ref": "a", "due": date(2026, 9, 30), "at": datetime(2026, 9, 30, 17, 5), "days": -29}  # noqa: DTZ001
    assert csv_of(row)[1] == ["a", "", "2026-09-30", "2026-09-30 17:05", "-29", ""]
    assert [csv_of({"ref": "a", "days": days})[1][4] for days in (71.8, 5.0, None)] == ["71.8", "5", ""]


@pytest.mark.parametrize("text", ["=1+1", "+44", "-2", "@SUM(A1)", "\tx", "\rx", "  =1+1", "＝1"])
def test_a_text_that_looks_like_a_formula_is_never_run(text: str) -> None:
    assert csv_of({"ref": text})[1][0] == f"'{text}"
    cell = excel_of({"ref": text})["Things"]["A2"]
    assert cell.data_type != "f"
    assert cell.quotePrefix
    assert harmless("safe - as it is") == "safe - as it is"


def test_excel_has_typed_dates_and_numbers_a_frozen_heading_and_a_filter() -> None:
    row = {"ref": "a", "due": date(2026, 9, 30), "at": datetime(2026, 9, 30, 17, 5), "days": 12}  # noqa: DTZ001
    sheet = excel_of(row, {**row, "ref": "b"})["Things"]
    assert [cell.value for cell in sheet[1]] == [column.name for column in COLUMNS]
    assert (sheet["C2"].value, sheet["C2"].is_date, sheet["E2"].value) == (datetime(2026, 9, 30), True, 12)  # noqa: DTZ001
    assert sheet["D2"].value == datetime(2026, 9, 30, 17, 5)  # noqa: DTZ001
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", "A1:F3")


@pytest.mark.parametrize("text", ["<r>bold</r>", "<r></r>", "<r><t>&lt; & é</t></r>"])
def test_a_text_that_looks_like_markup_of_excel_stays_a_text(text: str) -> None:
    assert excel_of({"ref": text})["Things"]["A2"].value == text


def test_a_sheet_is_printed_across_on_a4_as_wide_as_can_be_read_with_headings_and_numbers_of_pages() -> None:
    sheet = excel_of({"ref": "a"}, title="This & that")["This & that"]
    setup = sheet.page_setup
    assert (setup.orientation, str(setup.paperSize), sheet.print_title_rows) == ("landscape", "9", "$1:$1")
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    # Six columns of these widths take two thirds of a page; twice as many two.
    assert (setup.fitToWidth or 1, setup.fitToHeight) == (1, 0)
    assert sheet.oddFooter.left.text == "This && that"
    assert sheet.oddFooter.right.text == "Page &P of &N"
    file = BytesIO()
    write_workbook(file, [Sheet("Wide", COLUMNS * 2, [{"ref": "a"}])], [("Demonstration", "Made up.")])
    wide = load_workbook(file)["Wide"]
    assert (wide.page_setup.fitToWidth, wide.oddFooter.left.text) == (2, "Wide – Demonstration")


@pytest.mark.parametrize(("is_read_whole", "lines"), [(True, 12), (False, 8)])
def test_rows_are_as_high_as_their_wrapped_words_and_in_lists_no_higher_than_some_lines(
    *, is_read_whole: bool, lines: int
) -> None:
    file = BytesIO()
    rows = [{"ref": "a", "title": "\n".join("abcdefghijkl")}, {"ref": "b", "title": "word " * 12}, {"ref": "c"}]
    write_workbook(file, [Sheet("Things", COLUMNS, rows, is_read_whole=is_read_whole)], [])
    sheet = load_workbook(file)["Things"]
    heights = [sheet.row_dimensions[row].height for row in (2, 3, 4)]
    assert heights == [lines * 13.5 + 3.75, 2 * 13.5 + 3.75, 13.5 + 3.75]
    assert sheet["B2"].alignment.wrap_text


def test_only_the_columns_that_are_wanted_on_paper_are_printed() -> None:
    file = BytesIO()
    write_workbook(file, [Sheet("Things", COLUMNS, [{"ref": "a"}], printed=2)], [])
    assert load_workbook(file)["Things"].print_area.endswith("$A$1:$B$2")


def test_excel_begins_with_what_it_is() -> None:
    book = excel_of({"ref": "a"})
    assert book.sheetnames == ["About", "Things"]
    assert [cell.value for cell in book["About"][1]] == ["List", "Things"]
    assert book["About"]["B2"].data_type != "f"
    assert book.active.title == "Things"


def test_what_excel_cannot_hold_is_written_so_that_it_still_opens() -> None:
    row = {
        "ref": "bell\x07",
        "title": "x" * 40_000,
        "due": date(1885, 5, 1),
        "page": "https://example.org/" + "x" * 3_000,
    }
    sheet = excel_of(row, title="A [very] long: name/with\\all *that* Excel? forbids")[
        "A  very  long  name with all  t"
    ]
    assert len(sheet["B2"].value) == 32_767
    assert sheet["C2"].value == "1885-05-01"
    assert sheet["F2"].value.startswith("https://example.org/x")


def test_links_into_the_service_are_given_its_address() -> None:
    columns = absolute(COLUMNS, "https://thread.example.org")
    values = [columns[5].value({"ref": "a", "page": page}) for page in ("/actions/a", "https://elsewhere.example", "")]
    assert values == ["https://thread.example.org/actions/a", "https://elsewhere.example", ""]
    assert columns[0].value({"ref": "/not/a/link"}) == "/not/a/link"
