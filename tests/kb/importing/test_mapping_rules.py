"""The plain rules behind mapping rows: which lines are points, what parts two titles, what dates and names mean."""

from __future__ import annotations

import pytest

from kb.importing.grid import Cell
from kb.importing.mapping.guesses import kind_of, nations_of, publisher_of, response_type_of
from kb.importing.mapping.points import points_of
from kb.importing.mapping.references import pieces, quoted, whole_address
from kb.importing.mapping.sources import About, sources_of
from kb.importing.mapping.stated_dates import dates_in, dates_of_column
from kb.importing.mapping.words import NO_VOCABULARY, Role, Vocabulary


@pytest.mark.parametrize(
    ("text", "points", "lead_ins"),
    [
        ("We will:\n- drill\n- fill", ["drill", "fill"], ["We will:"]),
        ("Our aims\n• drill • fill", ["drill", "fill"], ["Our aims"]),
        ("Year 1 • Drill more teeth", ["Year 1 • Drill more teeth"], []),
        ("1. Drill      3. Pull\n2. Fill", ["Drill", "Pull", "Fill"], []),
        ("- Drill   - Fill", ["Drill", "Fill"], []),
        ("- Drills - the new ones - are loud", ["Drills - the new ones - are loud"], []),
        ("Nurses - all of them - drill", ["Nurses - all of them - drill"], []),
        ("a. Drill\nb. Fill", ["Drill", "Fill"], []),
        ("a. Drill", ["a. Drill"], []),
        ("3.5 posts are open\n2020 was worse", ["3.5 posts are open", "2020 was worse"], []),
        ("Teeth\n\nMost people have some of them, and a few have all of them left.", 1, ["Teeth"]),
        ("Teeth\n\nGums\n\nTongues", ["Teeth", "Gums", "Tongues"], []),
        ("Drills\nie. two each", ["Drills ie. two each"], []),
        ("It asks for: drills; chairs; lamps", ["drills", "chairs", "lamps"], ["It asks for:"]),
        ("It asks for: drills; chairs", ["It asks for: drills; chairs"], []),
        ("- more drills for all, fewer chairs for some, better lamps for each, cheaper gloves for now", 4, []),
        ("- more drills for all, fewer chairs for some, better lamps for each, and cheaper gloves", 1, []),
        ("Teeth are in demand. Many want more, such as:\n- molars", 2, []),
        ("Teeth are in demand. These are wanted most:\n- molars", 1, ["Teeth are in demand. These are wanted most:"]),
        (f"{'Teeth ' * 31}are:\n- molars", 2, []),
    ],
)
def test_points_of_a_cell(text: str, points: list[str] | int, lead_ins: list[str]) -> None:
    found = points_of(Cell(text))
    assert (len(found.points) if isinstance(points, int) else list(found.points)) == points
    assert list(found.lead_ins) == lead_ins


def test_lines_of_a_real_list_are_points_without_marks() -> None:
    assert points_of(Cell("Aims\nDrill   - Fill", bullets=(1,))).points == ("Drill", "Fill")


@pytest.mark.parametrize(
    ("text", "documents"),
    [
        ("Teeth & Gums: A Strategy\nLink", 1),
        ("The Teeth and Gums\n(Access) (Wales) Act\nLink", 1),
        ("A Plan for Teeth Link\n(May 2019)", 1),
        ("A Plan for Teeth\nLink\nTooth Council", 1),
        ("NEST/NYTH for Teeth", 1),
        ("Gums / Teeth Board report", 1),
        ("A Plan for Teeth  Link & guidance\n2018 Link", 1),
        ("Link Workers for Teeth", 1),
        ("A Plan for Teeth Link\nA Plan for Gums Link", 2),
        ("A Plan for Teeth &\nA Plan for Gums", 2),
        ("A Plan for Teeth / A Plan for Gums", 2),
        ("A Plan for Teeth; A Plan for Gums", 2),
        ("A Plan for Teeth\n(Looking on)\nA Framework for Gums\nLink", 2),
        ("A Plan for Teeth 2019\n\nA Plan for Gums", 2),
        ("• A Plan for Teeth\n• A Plan for Gums\n• A Plan for Tongues", 3),
        ("A Plan for Teeth https://example.org/teeth\nA Plan for Gums https://example.org/gums", 2),
    ],
)
def test_documents_of_a_reference(text: str, documents: int) -> None:
    assert len(pieces(Cell(text), NO_VOCABULARY)) == documents


def test_a_document_quoted_with_its_own_link_is_named_too() -> None:
    assert quoted("The report ‘Nobody’s Teeth’ (2018) Link reviews it") == ["Nobody’s Teeth (2018)"]
    assert quoted("They call it a ‘whole mouth’ approach") == []


def told(reference: Cell, **others: Cell) -> list[tuple[str, str]]:
    cells = {role: others.get(role.value, Cell()) for role in Role} | {Role.REFERENCE: reference}
    return [(one.title, one.link) for one in sources_of(cells, About("", "driver", NO_VOCABULARY)).guesses]


def test_addresses_go_with_their_words_in_order() -> None:
    both = (("Link", "https://example.org/teeth"), ("Link", "https://example.org/gums"))
    reference = Cell("A Plan for Teeth Link\nA Plan for Gums Link", both)
    assert told(reference) == [("A Plan for Teeth", both[0][1]), ("A Plan for Gums", both[1][1])]


def test_one_address_for_two_words_is_given_to_neither() -> None:
    cells = {role: Cell() for role in Role}
    cells[Role.REFERENCE] = Cell("A Plan for Teeth Link\nA Plan for Gums Link", (("Link", "https://example.org/x"),))
    found = sources_of(cells, About("", "driver", NO_VOCABULARY))
    assert {one.link for one in found.guesses} == {""}
    assert "https://example.org/x" in found.notes[0]


def test_an_address_behind_a_title_or_in_its_own_column_is_that_document_s() -> None:
    assert (
        told(Cell("A Plan for Teeth", (("Plan for Teeth", "https://example.org/a"),)))[0][1] == "https://example.org/a"
    )
    link = Cell("https://example.org/b")
    assert told(Cell("A Plan for Teeth"), link=link) == [("A Plan for Teeth", "https://example.org/b")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Plan (July 2020)", ("July 2020", 2020, None, None)),
        ("Plan (Feb 21)", ("Feb 2021", 2021, None, None)),
        ("Plan (3rd March 2019)", ("3 March 2019", 2019, None, None)),
        ("Act (1983)", ("1983", 1983, None, None)),
        ("Strategy 2012-22", ("", None, 2012, 2022)),
        ("Framework 2020/23", ("", None, 2020, 2023)),
        ("Plan (19/20 to 23/24)", ("", None, 2019, 2024)),
        ("Strategy 2017 to 2027 (May 2018)", ("May 2018", 2018, 2017, 2027)),
        ("A strategy to 2027", ("", None, None, 2027)),
        ("Forward to 2020/21 (July 2017)", ("July 2017", 2017, None, 2021)),
        ("New roles 2018-present", ("", None, 2018, None)),
        ("Mouth Act 1983 (as amended 2007)", ("1983", 1983, None, None)),
        ("Revised Plan 2019", ("2019", 2019, None, None)),
        ("Covid 19 and the mouth", ("", None, None, None)),
    ],
)
def test_dates_of_a_title(text: str, expected: tuple[str, int | None, int | None, int | None]) -> None:
    found = dates_in(text)
    assert (found.published, found.year, found.starts, found.ends) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019", ("2019", None, None)),
        ("May 2021", ("May 2021", None, None)),
        ("2019-05-01", ("2019-05-01", None, None)),
        ("2019-05", ("2019-05", None, None)),
        ("12/03/2025", ("12/03/2025", None, None)),
        ("2019/20", ("2019/20", None, None)),
        ("2012-2022", ("", 2012, 2022)),
        ("2012 – 22", ("", 2012, 2022)),
        ("2011-12", ("", 2011, 2012)),
        ("2018 - present", ("", 2018, None)),
        ("2018 (updated 2021)", ("2018", None, None)),
        ("about 2018", ("2018", None, None)),
        ("some day soon", ("some day soon", None, None)),
        ("", ("", None, None)),
    ],
)
def test_years_that_a_column_spans_are_no_date_of_publication(
    text: str, expected: tuple[str, int | None, int | None]
) -> None:
    found = dates_of_column(text)
    assert (found.published, found.starts, found.ends) == expected


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("www.example.org/x", "https://www.example.org/x"),
        ("example.org/x", "https://example.org/x"),
        ("gov.example", "https://gov.example"),
        ("http://example.org", "http://example.org"),
        ("plan.pdf", ""),
        ("someone@example.org", ""),
        ("on the shared drive", ""),
        ("ftp://example.org/x", ""),
    ],
)
def test_an_address_is_made_whole_and_other_words_are_none(text: str, address: str) -> None:
    assert whole_address(text) == address


@pytest.mark.parametrize(
    ("lines", "title", "publisher"),
    [
        (["Tooth Trust", "Better teeth for everybody"], "Better teeth for everybody", "Tooth Trust"),
        (["The TBA", "Better teeth"], "Better teeth", "The TBA"),
        (["Better teeth", "Journal of Enamel"], "Better teeth", "Journal of Enamel"),
        (["Tooth Council: Better teeth"], "Better teeth", "Tooth Council"),
        (["A Strategy for Teeth, Welsh Government"], "A Strategy for Teeth", "Welsh Government"),
        (["A Committee review", "Teeth in Wales"], "A Committee review Teeth in Wales", ""),
        (["Together for", "Teeth"], "Together for Teeth", ""),
    ],
)
def test_publishers_that_a_title_names(lines: list[str], title: str, publisher: str) -> None:
    found = publisher_of(lines, NO_VOCABULARY, is_research=False)
    assert (" ".join(found.title), found.publisher) == (title, publisher)


def test_a_short_first_line_is_a_publisher_where_research_is_listed() -> None:
    lines = ["Think Teeth", "What people know of their own mouths"]
    assert publisher_of(lines, NO_VOCABULARY, is_research=True).publisher == "Think Teeth"
    assert publisher_of(lines, NO_VOCABULARY, is_research=False).publisher == ""


def test_a_known_name_at_the_begin_of_a_title_is_the_publisher_and_stays() -> None:
    known = Vocabulary(organisations={"NHS Mouth": "NHS Mouth and Gums"})
    found = publisher_of(["NHS Mouth Five Year View"], known, is_research=False)
    assert (found.title, found.publisher) == (("NHS Mouth Five Year View",), "NHS Mouth and Gums")


def test_the_kind_is_named_before_the_subtitle() -> None:
    assert kind_of("A Review of Teeth: what the plan forgot", NO_VOCABULARY) == "review"
    assert kind_of("Teeth first: a delivery plan", NO_VOCABULARY) == "delivery-plan"
    assert kind_of("Charter of Teeth", Vocabulary(kinds={"Charter": "charter"})) == "charter"


def test_nations_are_those_that_are_named() -> None:
    assert nations_of("Teeth in Wales and Northern Ireland", NO_VOCABULARY) == ("wales", "northern-ireland")
    assert nations_of("Teeth in Cornwall", Vocabulary(nations={"Cornwall": ("england",)})) == ("england",)
    assert nations_of("Teeth", NO_VOCABULARY) == ()


def test_the_first_telling_word_of_an_answer_decides() -> None:
    assert response_type_of("We are monitoring this and may include it") == "monitoring"
    assert response_type_of("Teeth matter") == ""
