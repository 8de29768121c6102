"""Our own mapping document: other headings, five columns, portrait, tables that prose parts, and what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kb.importing.mapping.interpreting import interpret
from kb.importing.mapping.rows import MappingRow, Skipped, SourceGuess
from kb.importing.mapping.words import Vocabulary
from kb.importing.reading import read
from tests.kb.importing import our_mapping

if TYPE_CHECKING:
    from pathlib import Path

    from kb.importing.grid import Book

TWO = "The row was taken to name 2 documents"


@pytest.fixture(scope="module")
def book() -> Book:
    return read(our_mapping.PATH, our_mapping.PATH.name)


def test_the_file_is_what_its_script_makes(book: Book, tmp_path: Path) -> None:
    our_mapping.make(tmp_path / "again.docx")
    assert read(tmp_path / "again.docx", "again.docx") == book


def test_each_row_is_proposed_with_its_place(book: Book) -> None:
    assert [(row.places, row.section) for row in interpret(book).rows] == [
        (("Table 2, row 2",), "Part A: Policy and law"),
        (("Table 2, row 3",), "Part A: Policy and law"),
        (("Table 2, row 6", "Table 3, row 1"), "Northern Ireland"),
        (("Table 3, row 2",), "Northern Ireland"),
        (("Table 4, row 2",), "Part B: Evidence"),
        (("Table 4, row 3",), "Part B: Evidence"),
        (("Table 4, row 4",), "Part B: Evidence"),
        (("Table 5, row 2",), "Part B: Evidence"),
        (("Table 6, row 2",), "Part B: Evidence"),
    ]


def test_headings_and_what_is_no_mapping_are_told(book: Book) -> None:
    found = interpret(book)
    assert found.headings == (
        *("Table 2, row 1", "Table 2, row 4", "Table 2, row 5"),
        *("Table 4, row 1", "Table 5, row 1", "Table 6, row 1"),
    )
    assert found.skipped == (
        Skipped("Table 1", 2, "None of its columns is recognised as the one that names documents"),
    )
    assert found.rows_told == sum(len(table.rows) for table in book.tables)


def test_what_has_a_column_of_its_own_is_not_guessed(book: Book) -> None:
    first = interpret(book).rows[0]
    assert first == MappingRow(
        places=("Table 2, row 2",),
        section="Part A: Policy and law",
        sources=(
            SourceGuess(
                "Smiles for All: a dental strategy for Scotland 2022-2027",
                publisher="Scottish Government",
                published="March 2022",
                year=2022,
                starts=2022,
                ends=2027,
                nations=("scotland",),
                source_kind="strategy",
                guessed=("starts", "ends", "nations", "source_kind", "category"),
            ),
        ),
        key_points=(
            "dentists in every island board",
            "hygienists who may see people directly",
            "one record for each patient",
        ),
        relevance="Our plan includes two island posts.\nIt reflects direct access.",
        response_type="incorporated",
        lead_ins=("The strategy asks for:",),
    )


def test_points_are_told_apart(book: Book) -> None:
    assert [row.key_points for row in interpret(book).rows[1:]] == [
        ("Every child is seen once a year.", "Waiting is counted."),
        (
            *("who decides", "who pays", "who must be asked."),
            "It also lists what to measure: counts, costs and consent.",
        ),
        ("Both count chairs, not people.",),
        ("Half of all assistants leave in three years.", "Pay is the first reason.", "Hours are the second."),
        ("Costs doubled.",),
        ("‘Teeth and Time’ (2016) Link says the same of Cymru.",),
        ("Homes need a named dentist", "Staff need an hour a month", "of which half is paid"),
        ("Older people keep their teeth",),
    ]


def test_documents_are_told_apart_with_what_is_known_of_each(book: Book) -> None:
    told = [
        [(one.title, one.publisher, one.year, one.source_kind, one.link) for one in row.sources]
        for row in interpret(book).rows[1:]
    ]
    assert told == [
        [("Dental Care (Access) Act", "", 2019, "legislation", "")],
        [("A Guide to Fluoride in Water", "Public Health Office", 2020, "guide", "https://example.org/water")],
        [
            ("Rural Dentists Framework", "Dental Board", 2018, "framework", ""),
            ("Training Places Plan", "Dental Board", None, "plan", ""),
        ],
        [
            (
                "Why assistants leave and what would keep them",
                *("Chair Research Institute", 2021, "research-report", "https://example.org/leave"),
            )
        ],
        [
            ("What a Dentist Costs", "", None, "research-report", ""),
            ("What a Hygienist Costs", "", 2017, "research-report", ""),
        ],
        [
            ("Shorter visits, better teeth", "Journal of Enamel", None, "journal-article", ""),
            ("Teeth and Time", "", 2016, "research-report", ""),
        ],
        [
            ("England: The Mouth Matters Review 2020", "", 2020, "review", ""),
            ("A Plan for Care Homes", "", None, "plan", ""),
        ],
        [("Northern Ireland Oral Health Survey 2019", "", 2019, "survey", "")],
    ]


def test_answers_and_gaps_come_in_with_a_guess_of_how_the_plan_stands(book: Book) -> None:
    assert [(row.relevance, row.response_type) for row in interpret(book).rows[1:]] == [
        ("", ""),
        ("We will monitor this.", "monitoring"),
        ("In line with our targets", "aligned"),
        ("We are considering a survey of our own.", "considering"),
        ("We are considering a survey of our own.", "considering"),
        ("", ""),
        ("Background", "context-only"),
        ("We work closely with its authors", "supporting"),
    ]


def test_a_person_sees_what_was_decided_for_them(book: Book) -> None:
    rows = interpret(book).rows
    assert [row.notes for row in rows] == [
        *((), (), (), (TWO,), ()),
        ("A merged cell says the same of the row above", TWO),
        *((TWO,), (TWO,), ()),
    ]
    assert [(row.implications, row.priorities) for row in rows[-2:]] == [
        (("Care staff need training",), ("Skills", "Retention")),
        ((), ()),
    ]


def test_a_heading_gives_its_nation_to_documents_that_name_none(book: Book) -> None:
    assert [row.sources[0].nations for row in interpret(book).rows[2:4]] == [("northern-ireland",)] * 2


def test_a_person_may_say_what_columns_hold(book: Book) -> None:
    columns = {"0": {"0": "ignored", "1": "key_points", "2": "reference"}, "3": {"3": "reference", "2": "implications"}}
    found = interpret(book, columns)
    first, ninth = found.rows[0], next(row for row in found.rows if row.place == "Table 4, row 3")
    assert (first.sources[0].title, first.key_points) == ("Planning team", ("2 May 2026",))
    assert (ninth.key_points, ninth.implications, ninth.relevance) == ((), ("Costs doubled.",), "")
    assert found.rows_told == sum(len(table.rows) for table in book.tables)


def test_known_organisations_are_recognised_by_any_name(book: Book) -> None:
    known = Vocabulary(organisations={"Scottish Government": "The Scottish Government", "Mouth": "Mouth Foundation"})
    assert interpret(book, vocabulary=known).rows[0].sources[0].publisher == "The Scottish Government"
