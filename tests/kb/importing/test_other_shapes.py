"""Tables about documents as other people keep them: they come in as whoever made them would read them."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import docx
import xlsxwriter

from kb.importing.kinds import KINDS, guess
from kb.importing.kinds.mappings import MappingKind
from tests.kb.importing.sheets import book, read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.importing.grid import Book
    from kb.importing.proposals import FileRow

KIND = MappingKind()


def workbook(*rows: Sequence[Any], merged: str = "", words: str = "") -> Book:
    file = BytesIO()
    with xlsxwriter.Workbook(file) as made:
        sheet = made.add_worksheet("Policy register")
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
        if merged:
            sheet.merge_range(merged, words)
    return read(file.getvalue(), ".xlsx")


def document(*rows: Sequence[str], across: Sequence[int] = ()) -> Book:
    made, file = docx.Document(), BytesIO()
    table = made.add_table(len(rows), len(rows[0]))
    for at, row in enumerate(rows):
        for cell, text in zip(table.rows[at].cells, row, strict=True):
            cell.text = text
        if at in across:
            table.cell(at, 0).merge(table.cell(at, len(row) - 1)).text = row[0]
    made.save(file)
    return read(file.getvalue(), ".docx")


def rows_of(of: Book) -> list[FileRow]:
    columns = {str(at): KIND.recognise(table) for at, table in enumerate(of.tables)}
    return list(KIND.rows(of, columns))


def said(row: FileRow, *keys: str) -> list[str]:
    return [row.values.get(key, "") for key in keys]


REGISTER = (
    ("Tooth Trust: policy register (draft)",),
    (),
    (
        *("No.", "Name of document", "Who wrote it", "Year", "Web address", "Key messages", "What it means for us"),
        *("What we do about it", "Owner", "RAG"),
    ),
    (
        *(1, "A Plan for Teeth", "Welsh Government", 2019, "www.example.org/teeth", "Fewer drills", "More dentists"),
        *("Reflected in our plan", "Head of Gums", "G"),
    ),
    (2, "Together for Gums", "Dental Council", "2012-2022", "gums.example/plan", "Rinse", "", "N/A", "", "R"),
    ("", "", "", "", "", "Floss as well", "Hygienists", "", "", ""),
    ("", "", "", "", "", "", "", "", "Head of Gums", ""),
)


def test_a_register_in_excel_is_a_mapping_table_with_its_publishers_and_answers() -> None:
    register = workbook(*REGISTER)
    assert guess(register) == "mapping"
    first = rows_of(register)[0]
    assert said(first, "source-1", "publisher-1", "published-1") == ["A Plan for Teeth", "Welsh Government", "2019"]
    assert said(first, "key_points-1", "implications-1", "relevance") == [
        "Fewer drills",
        "More dentists",
        "Reflected in our plan",
    ]
    assert first.values["link-1"] == "https://www.example.org/teeth"
    assert "link-1" in first.guessed
    assert any("Head of Gums" in note for note in first.notes)


def test_years_under_a_heading_for_one_are_the_years_that_it_runs() -> None:
    second = rows_of(workbook(*REGISTER))[1]
    assert said(second, "published-1", "starts-1", "ends-1") == ["", "2012", "2022"]
    assert {"starts-1", "ends-1", "link-1"} <= set(second.guessed)
    assert second.values["link-1"] == "https://gums.example/plan"


def test_words_that_say_that_there_is_no_answer_are_none() -> None:
    second = rows_of(workbook(*REGISTER))[1]
    assert second.values["relevance"] == ""
    assert "Read as an empty cell: “N/A”" in second.notes


def test_a_row_of_a_sheet_without_a_title_is_a_row_of_its_own_that_asks_for_one() -> None:
    _, second, third = rows_of(workbook(*REGISTER))
    assert second.values["key_points-1"] == "Rinse"
    assert said(third, "source-1", "key_points-1", "implications-1") == ["", "Floss as well", "Hygienists"]
    assert "not taken to go on with the row above" in third.notes[0]


def test_a_row_of_a_sheet_that_says_nothing_of_a_document_is_left_out_and_told() -> None:
    register = workbook(*REGISTER)
    told = KIND.left_out(register, {"0": KIND.recognise(register.tables[0])})
    assert any(one.startswith("Policy register, row 7") for one in told)


def test_a_remark_below_the_rows_of_a_sheet_is_no_document() -> None:
    register = workbook(("Title", "What it says"), ("A Plan for Teeth", "Fewer drills"), ("Last updated 3 March 2025",))
    assert [row.values["source-1"] for row in rows_of(register)] == ["A Plan for Teeth"]
    told = KIND.left_out(register, {"0": KIND.recognise(register.tables[0])})
    assert told == ["Policy register, row 3: left out. The row is a note on the table."]


def test_a_title_merged_over_rows_of_a_sheet_has_them_all() -> None:
    rows = ("Title", "What it says", "Our response"), ("", "Fewer drills", "Noted"), ("", "More lamps", "")
    (row,) = rows_of(workbook(*rows, merged="A2:A3", words="A Plan for Teeth"))
    assert said(row, "source-1", "key_points-1") == ["A Plan for Teeth", "Fewer drills\nMore lamps"]


def test_rows_of_a_document_go_on_without_a_title_as_before() -> None:
    (row,) = rows_of(
        document(("Title", "What it says", "Our response"), ("A Plan for Teeth", "One", "Noted"), ("", "Two", ""))
    )
    assert row.values["key_points-1"] == "One\nTwo"


def test_a_portrait_table_of_summaries_is_a_mapping_table_though_lists_of_sources_have_two_of_its_columns() -> None:
    portrait = document(
        ("Document", "Summary", "Implications for workforce", "Our action"),
        ("A Plan for Teeth (Welsh Government, 2019)", "Fewer drills", "More dentists", "Train ten a year"),
        ("Duty of Gums guidance (2023, Welsh Government)", "Rinse", "", "None yet"),
    )
    assert guess(portrait) == "mapping"
    first, second = rows_of(portrait)
    assert said(first, "source-1", "publisher-1", "published-1") == ["A Plan for Teeth", "Welsh Government", "2019"]
    assert said(first, "implications-1", "relevance") == ["More dentists", "Train ten a year"]
    assert said(second, "source-1", "publisher-1") == ["Duty of Gums guidance", "Welsh Government"]
    assert second.values["relevance"] == ""
    assert {"source-1", "publisher-1", "published-1"} <= set(second.guessed)


def test_headings_among_numbered_rows_are_sections_merged_or_not() -> None:
    numbered = document(
        ("No.", "Policy / Strategy", "Published by", "Key content", "Impact on us", "Response"),
        ("1. Welsh policy", "", "", "", "", ""),
        ("1.1", "A Plan for Teeth (2019)", "Welsh Government", "Fewer drills", "More dentists", "In chapter 3"),
        ("2. Research", "", "", "", "", ""),
        ("2.1", "Stress in chairs, Tooth Fund (2020)", "", "Backs ache", "Better chairs", "Monitored"),
        across=[1],
    )
    first, second = rows_of(numbered)
    assert said(first, "section", "category-1", "implications-1") == ["1. Welsh policy", "driver", "More dentists"]
    assert said(second, "section", "category-1", "publisher-1") == ["2. Research", "research", "Tooth Fund"]
    assert not any("Research" in note for note in first.notes)


def test_a_list_of_sources_stays_one_though_it_has_a_summary() -> None:
    assert guess(book(["Title", "Who wrote it", "Year", "Website", "Summary"], ["A Plan", "B", "2019", "", "x"])) == (
        "sources"
    )


def test_a_list_of_sources_says_which_of_its_columns_are_not_read() -> None:
    listed = book(["Title", "Year", "What it costs"], ["A Plan", "2019", "much"])
    sources = KINDS["sources"]
    told = sources.left_out(listed, {"0": sources.recognise(listed.tables[0])})
    assert told == ["Sheet: these columns are not read: “What it costs”"]


def test_columns_that_a_list_of_sources_only_tells_do_not_make_a_table_one() -> None:
    table = book(
        ["Policy", "Country", "Summary of the policy", "Implications", "How addressed"],
        ["A Plan", "Wales", "Fewer drills", "More dentists", "In chapter 3"],
    )
    assert guess(table) == "mapping"
