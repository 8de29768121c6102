"""The founding mapping document as a Word file: what comes of it is what its inventory counts, row by row."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from kb.importing.mapping.interpreting import interpret
from kb.importing.reading import read
from tests.kb.founding import documents, inventory
from tests.kb.importing import mapping_document

if TYPE_CHECKING:
    from kb.importing.grid import Book
    from kb.importing.mapping.rows import Interpretation

pytestmark = documents
LINKED = re.compile(r"\bLink\b")
# Their titles do not say it: the date stands in the text beside them, or a reader knows it.
DATED_BY_READING = {10, 11, 12, 20, 29}


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


@pytest.fixture(scope="module", params=["as a banner", "as a heading"])
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The document, in which a row across the table or a heading between two tables begins the research."""
    title, tables = mapping_document.layout(mapping_document.original(), banner=request.param == "as a banner")
    path = tmp_path_factory.mktemp("founding") / "mapping.docx"
    mapping_document.write(title, tables, path)
    return read(path, path.name)


@pytest.fixture(scope="module")
def found(book: Book) -> Interpretation:
    return interpret(book)


@pytest.fixture(scope="module")
def counted() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = inventory("drivers")["rows_001"]
    return rows


def test_the_whole_document_comes_in(found: Interpretation, book: Book) -> None:
    assert len(found.rows) == 55
    assert sum(len(row.sources) for row in found.rows) == 62
    assert sum(len(row.key_points) for row in found.rows) == 274
    assert sum(bool(row.relevance) for row in found.rows) == 52
    assert found.skipped == ()
    assert found.rows_told == sum(len(table.rows) for table in book.tables)


def test_every_row_names_as_many_documents_as_it_is_about(found: Interpretation, counted: list[Any]) -> None:
    assert [len(row.sources) for row in found.rows] == [len(row["drivers"]) for row in counted]


def test_every_row_has_its_key_points(found: Interpretation, counted: list[Any]) -> None:
    assert [len(row.key_points) for row in found.rows] == [row["key_points"]["count"] for row in counted]


def test_key_points_are_the_lines_that_the_inventory_lists(found: Interpretation, counted: list[Any]) -> None:
    lines = mapping_document.original().split("\n")
    for row, there in zip(found.rows, counted, strict=True):
        listed = Counter(word for at in there["key_points"]["lines"] for word in words(lines[at - 1]))
        aside = Counter(word for at in there["key_points"]["lead_in_lines"] for word in words(lines[at - 1]))
        told = Counter(word for point in row.key_points for word in words(point))
        # A line that only explains the point above it is told with that; list numbers and letters are left out.
        assert told - listed <= aside
        assert {len(word) for word in (listed - told)} <= {1}


def test_lines_that_only_introduce_others_are_kept_aside(found: Interpretation, counted: list[Any]) -> None:
    lines = mapping_document.original().split("\n")
    for row, there in zip(found.rows, counted, strict=True):
        asides = " ".join(" ".join(words(text)) for text in (*row.lead_ins, *row.key_points))
        for at in there["key_points"]["lead_in_lines"]:
            assert " ".join(words(lines[at - 1])) in asides


def test_gaps_are_the_rows_without_an_answer(found: Interpretation, counted: list[Any]) -> None:
    gaps = [at for at, row in enumerate(found.rows, 1) if not row.relevance]
    assert gaps == [row["row"] for row in counted if not row["relevance"]["present"]]
    assert all(not row.response_type for row in found.rows if not row.relevance)


def test_answers_hold_the_lines_of_their_cells(found: Interpretation, counted: list[Any]) -> None:
    lines = mapping_document.original().split("\n")
    for row, there in zip(found.rows, counted, strict=True):
        given = there["relevance"]["lines"] if there["relevance"]["present"] else []
        assert words(row.relevance) == [word for at in given for word in words(lines[at - 1])]


def test_what_follows_the_marker_is_research(found: Interpretation, counted: list[Any]) -> None:
    categories = {"policy": "driver", "research": "research"}
    for row, there in zip(found.rows, counted, strict=True):
        assert {source.category for source in row.sources} == {categories[there["section"]]}


def test_nothing_is_invented(found: Interpretation) -> None:
    printed = set(words(mapping_document.original()))
    for row in found.rows:
        texts = [*row.key_points, *row.lead_ins, row.relevance, *row.implications, *row.priorities, *row.actions]
        texts += [text for source in row.sources for text in (source.title, source.publisher)]
        assert {word for text in texts for word in words(text)} <= printed
        assert {source.link for source in row.sources} <= {""} | {
            f"https://example.org/document-{n}" for n in range(99)
        }


def test_dates_are_those_that_the_inventory_gives(found: Interpretation) -> None:
    listed = inventory("drivers")["drivers_001"]
    made = [source for row in found.rows for source in row.sources]
    differing = {
        there["row"]
        for source, there in zip(made, listed, strict=True)
        if (source.year, source.starts, source.ends) != (there["year"], there["start"], there["end"])
    }
    assert differing == DATED_BY_READING


def test_an_address_goes_to_the_word_that_it_stands_behind(found: Interpretation) -> None:
    given = [source.link for row in found.rows for source in row.sources if source.link]
    noted = [note for row in found.rows for note in row.notes if "example.org" in note]
    assert len(given) == len(set(given))
    assert len(given) + len(noted) == len(LINKED.findall(mapping_document.original())) // 2 + 1


def test_rows_that_run_over_two_of_the_table_are_one(found: Interpretation) -> None:
    assert sum(len(row.places) == 2 for row in found.rows) > 3
