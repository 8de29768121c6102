"""Text files of rows: how their letters are written, what stands between values, and what is undone."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import Unreadable
from kb.importing.grid import Book
from kb.importing.reading import child, read
from kb.spreadsheets import Column, Sheet, as_typed, harmless, write_csv

SAID = "Ref,Title\n1,Llesiant – café £5\n"
texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc",), include_characters="\n"), max_size=30).map(
    str.strip
)


def book(data: bytes, ending: str = ".csv") -> Book:
    return child.book_of(BytesIO(data), ending, "list")


def rows(data: bytes, ending: str = ".csv") -> list[list[str]]:
    (table,) = book(data, ending).tables
    return [[cell.text for cell in row.cells] for row in table.rows]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)  # fmt: skip
def test_text_is_read_in_each_way_that_programs_write_letters(encoding: str) -> None:
    assert rows(SAID.encode(encoding)) == [["Ref", "Title"], ["1", "Llesiant – café £5"]]


def test_letters_that_had_to_be_guessed_are_named() -> None:
    assert book(SAID.encode()).notes == ()
    (note,) = book(SAID.encode("cp1252")).notes
    assert note.endswith("Check these letters: – é £")


def test_utf_8_with_lines_pasted_from_windows_is_read_whole() -> None:
    mixed = "a,ŵy é\n".encode() + "b,é’\n".encode("cp1252")
    assert rows(mixed) == [["a", "ŵy é"], ["b", "é’"]]
    assert book(mixed).notes[0].endswith(": é ’")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_what_stands_between_values_is_found_by_the_first_rows(delimiter: str) -> None:
    written = StringIO()
    told = [["Ref", "Title", "Cost"], ["1", "Care, and; more | or\tless", "0,5"], ["2", 'said "no"\nand left', "1;5"]]
    csv.writer(written, delimiter=delimiter).writerows(told)
    assert rows(written.getvalue().encode()) == told


def test_excel_may_say_what_stands_between_values() -> None:
    data = b"sep=;\r\na;b,c\r\n"
    assert rows(data) == [["a", "b,c"]]
    assert book(data).tables[0].rows[0].number == 2


def test_one_column_needs_nothing_between() -> None:
    assert rows(b"Title\nOne\nTwo\n", ".txt") == [["Title"], ["One"], ["Two"]]


def test_tabs_win_in_a_file_that_is_named_for_them() -> None:
    assert rows(b"a,b\tc,d\n", ".tsv") == [["a,b", "c,d"]]


def test_rows_keep_their_numbers_and_empty_ones_at_the_end_are_dropped() -> None:
    (table,) = book(b"a,b,,\n\n,,\nc\n,\n\n").tables
    assert [(row.number, [cell.text for cell in row.cells]) for row in table.rows] == [
        (1, ["a", "b"]),
        (2, []),
        (3, []),
        (4, ["c"]),
    ]
    assert table.name == "list"


def test_nuls_are_left_out_and_told() -> None:
    data = b"a,b\nx\0y,long enough a text that it stays a text\n"
    assert rows(data)[1][0] == "xy"
    assert book(data).notes == ("One character that means nothing (NUL) was left out.",)


def test_quotes_at_odd_places_are_read_and_told() -> None:
    data = b'a,b\n"x" y,z\nc,d\n'
    assert rows(data) == [["a", "b"], ["x y", "z"], ["c", "d"]]
    assert "Row 2" in book(data).notes[0]


def test_a_quote_that_is_never_closed_is_refused_with_its_row() -> None:
    with pytest.raises(Unreadable, match="In row 2 a quotation mark is opened"):
        book(b'a,b\n"x,y\nc,d\n')


def test_a_cell_that_is_too_long_is_refused_with_its_place() -> None:
    with pytest.raises(Unreadable, match="cell B2 of “list” is longer"):
        book(b"a,b\nc," + b"x" * 40_000)


@given(st.text())
def test_what_was_made_harmless_is_as_typed_again(text: str) -> None:
    assert as_typed(harmless(text)) == text


@pytest.mark.parametrize("text", ["=1", "'=1", "''+1", "' =1", "'", "''", "it's", "'quoted'", " '\t"])
def test_apostrophes_of_people_stay(text: str) -> None:
    assert as_typed(harmless(text)) == text
    assert not harmless(text).startswith("=")


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=5))
def test_our_own_files_come_back_as_they_were(told: list[tuple[str, str]]) -> None:
    """Save for spaces around texts and for characters that mean nothing, which no form of ours keeps."""
    file = BytesIO()
    columns = [Column("A", lambda row: row[0]), Column("B", lambda row: row[1])]
    write_csv(file, Sheet("Things", columns, told))
    back = [[*row, "", ""][:2] for row in rows(file.getvalue())][1:]
    assert [tuple(row) for row in back] + [("", "")] * (len(told) - len(back)) == told


def test_a_file_is_named_by_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(SAID.encode())
    assert read(path, "C:\\texts\\Our sources.CSV").tables[0].name == "Our sources"
    assert read(path, "na\0me\udcff.csv").tables[0].name == "name?"
