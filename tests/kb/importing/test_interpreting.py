"""Whatever stands in a document's tables: each row is told once, and no word is invented or lost."""

from __future__ import annotations

import re
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from kb.importing.grid import Book, Cell, Row, Table
from kb.importing.mapping.headings import recognise
from kb.importing.mapping.interpreting import interpret
from kb.importing.mapping.points import points_of
from kb.importing.mapping.words import Role
from kb.models.plan import ResponseType
from kb.models.source import Category, Nation

HEADINGS = [
    ("Reference", "Key reference points", "Relevance"),
    ("Document", "Summary", "Priorities", "Actions", "How we respond"),
    ("Version", "Date", "Changed by"),
    (),
]
PIECES = [
    *("Link", "A Strategy for Teeth", "the", "•", "- ", "1. ", "a) ", "   - ", "\n", "\n\n", ":", ";", ", ", " / "),
    *(
        "&",
        "(2019)",
        "2019-22",
        "(",
        ")",
        "‘",
        "’ Link",
        "https://example.org/x",
        "Wales",
        "Research",
        "ie. ",
        " ",
        "Æ",
    ),
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=8).map("".join)
LINKS = st.lists(st.tuples(st.sampled_from(["Link", "Teeth", ""]), st.just("https://example.org/y")), max_size=2)
CELLS = st.builds(
    Cell, TEXTS, LINKS.map(tuple), st.lists(st.integers(0, 3), max_size=2).map(tuple), st.booleans()
) | st.just(Cell())


@st.composite
def tables(draw: st.DrawFn, number: int = 1) -> Table:
    headings = draw(st.sampled_from(HEADINGS))
    rows = draw(st.lists(st.lists(CELLS, max_size=4), max_size=4))
    if headings:
        for at in sorted(draw(st.sets(st.integers(0, len(rows)), max_size=2))):
            rows.insert(at, [Cell(heading) for heading in headings])
    numbered = tuple(Row(at, tuple(cells)) for at, cells in enumerate(rows, 1))
    return Table(f"Table {number}", numbered, draw(st.sampled_from(["", "Policy", "Research", "Some prose."])))


@st.composite
def books(draw: st.DrawFn) -> Book:
    return Book(tuple(draw(tables(number)) for number in range(1, draw(st.integers(0, 3)) + 1)))


def words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]{2,}", text)


@settings(max_examples=100, deadline=None)
@given(books())
def test_rows_in_are_rows_proposed_headings_and_rows_left_out(book: Book) -> None:
    found = interpret(book)
    assert found.rows_told == sum(len(table.rows) for table in book.tables)
    places = [*(place for row in found.rows for place in row.places), *found.headings]
    assert len(places) == len(set(places))
    assert all(row.sources for row in found.rows)


@settings(max_examples=100, deadline=None)
@given(books())
def test_no_word_is_invented(book: Book) -> None:
    there = "\n".join(
        text
        for table in book.tables
        for text in (table.section, *(cell.text for row in table.rows for cell in row.cells))
    )
    for row in interpret(book).rows:
        texts = [*row.key_points, *row.implications, *row.priorities, *row.actions, *row.lead_ins, row.relevance]
        texts += [row.section, *(text for one in row.sources for text in (one.title, one.publisher))]
        assert [word for text in texts for word in words(text) if word not in there] == []
        assert row.response_type in {"", *ResponseType}
        assert {nation for one in row.sources for nation in one.nations} <= set(Nation)
        assert {one.category for one in row.sources} <= set(Category)


@settings(max_examples=100, deadline=None)
@given(CELLS)
def test_every_word_of_a_cell_is_in_a_point_or_beside_them(cell: Cell) -> None:
    found = points_of(cell)
    told = Counter(word for text in (*found.points, *found.lead_ins) for word in words(text))
    assert {*(Counter(words(cell.text)) - told), *(told - Counter(words(cell.text)))} <= {"ii", "iv", "vi", "ix", "xi"}
    assert all(text.strip() for text in (*found.points, *found.lead_ins))


@settings(max_examples=60, deadline=None)
@given(
    books(), st.dictionaries(st.sampled_from("0123"), st.dictionaries(st.sampled_from("01234"), st.sampled_from(Role)))
)
def test_columns_that_a_person_chose_lose_no_row(book: Book, columns: dict[str, dict[str, str]]) -> None:
    assert interpret(book, columns).rows_told == sum(len(table.rows) for table in book.tables)


def table(*rows: tuple[str | Cell, ...], name: str = "Table 1", section: str = "") -> Table:
    laid = (tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in row) for row in rows)
    return Table(name, tuple(Row(at, cells) for at, cells in enumerate(laid, 1)), section)


HEADER = ("Reference", "Key points", "Relevance")


def test_columns_are_recognised_by_the_words_that_begin_their_headings() -> None:
    headings = (
        "No.",
        "Policy or strategy",
        "Key Reference Points, Actions and Priorities",
        "Implications for the plan",
    )
    assert recognise(table(headings)) == {"0": "ignored", "1": "reference", "2": "key_points", "3": "relevance"}
    assert recognise(table(("Version", "Date", "Changed by"))) == {}
    assert recognise(table(("Strategy for nurses in 2020 and after that", "Overview of them", "Relevance"))) == {}


def test_a_reference_over_several_rows_is_one_row_with_all_their_points() -> None:
    over = Cell("A Strategy for Teeth", is_continued=True)
    found = interpret(
        Book((table(HEADER, ("A Strategy for Teeth", "One", "Yes"), (over, "Two", "And no"), ("", "Three", "")),))
    )
    assert [(row.key_points, row.relevance) for row in found.rows] == [(("One", "Two", "Three"), "Yes\nAnd no")]
    assert found.rows[0].places == ("Table 1, row 2", "Table 1, row 3", "Table 1, row 4")


def test_a_row_without_a_reference_goes_on_with_none_of_another_section() -> None:
    first = table(HEADER, ("A Strategy for Teeth", "One", "Yes"))
    second = table(HEADER, ("", "Two", ""), name="Table 2", section="Research")
    found = interpret(Book((first, second)))
    assert [row.key_points for row in found.rows] == [("One",)]
    assert [(one.place, one.rows) for one in found.skipped] == [("Table 2, row 2", 1)]


def test_a_fourth_cell_under_three_headings_is_taken_with_the_last_and_noted() -> None:
    found = interpret(Book((table(HEADER, ("A Strategy for Teeth", "One", "", "We include it")),)))
    assert (found.rows[0].relevance, found.rows[0].response_type) == ("We include it", "incorporated")
    assert "We include it" in found.rows[0].notes[0]


def test_a_column_that_nobody_knows_is_left_out_with_a_note() -> None:
    found = interpret(Book((table(("Cost", *HEADER), ("Two million", "A Strategy for Teeth", "One", "Yes")),)))
    assert found.rows[0].notes == ("Left out, as its column is not taken: Two million",)


def test_an_empty_row_is_told_as_such() -> None:
    found = interpret(Book((table(HEADER, ("", "", ""), ("A Strategy for Teeth", "", "")),)))
    assert [(one.place, one.why) for one in found.skipped] == [("Table 1, row 2", "The row is empty")]
    assert [row.place for row in found.rows] == ["Table 1, row 3"]


def test_a_column_that_a_person_gave_no_meaning_is_left_out() -> None:
    costed = table((*HEADER, "Cost"), ("A Strategy for Teeth", "One", "We include it", "Two million"))
    found = interpret(Book((costed,)), {"0": {"0": "reference", "1": "key_points", "2": "relevance"}})
    assert found.rows[0].relevance == "We include it"
    assert found.rows[0].notes == ("Left out, as its column is not taken: Two million",)
