"""Documents for Word: what is in them when they are opened again, whatever people wrote."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

import docx
import pytest
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st

from kb.exporting import action_plan, brief, mapping, paper, wording
from kb.exporting.action_plan import Deed
from kb.exporting.lines import clean
from kb.exporting.mapping import Extra, Row, Said
from kb.exporting.marks import Marks, mark_in, mark_of
from kb.exporting.wording import Meaning, Point

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docx.document import Document

    from kb.exporting.lines import Line, Table

FRONT = paper.Front(
    title="Mapping of sources",
    about="plan:wales",
    plan="A plan for Wales",
    organisation="A board",
    address="https://example.org/plans/wales/mapping",
    taken_at=datetime(2026, 11, 22, 10, 30, tzinfo=UTC),
    version=4812,
    is_demonstration=False,
)


def opened(parts: Sequence[Line | Table], front: paper.Front = FRONT) -> Document:
    """The document as the next program finds it."""
    file = BytesIO()
    paper.write(file, front, parts)
    file.seek(0)
    return docx.Document(file)


def said(ref: str = "strategy", title: str = "A strategy", **values: object) -> Said:
    usual = {"link": "", "publisher": "", "published": "", "language": "en", "points": (), "meanings": ()}
    return Said(ref=ref, title=title, **{**usual, **values})  # type: ignore[arg-type]


def row(*sources: Said, ref: str = "one", section: str = "Policy", **values: object) -> Row:
    return Row(ref, section, sources or (said(),), **values)  # type: ignore[arg-type]


def bookmarks(document: Document) -> list[str]:
    return [str(each.get(qn("w:name"))) for each in document.element.body.iter(qn("w:bookmarkStart"))]


def test_each_section_is_a_heading_over_a_table_whose_headings_stand_on_each_page():
    document = opened(mapping.parts([row(), row(ref="two"), row(ref="three", section="Research")]))
    headings = [line.text for line in document.paragraphs if line.style.name == "Heading 1"]
    assert headings == ["Policy", "Research"]
    assert [len(table.rows) for table in document.tables] == [3, 2]
    for table in document.tables:
        assert [cell.text for cell in table.rows[0].cells] == ["Reference", "Key reference points", "Relevance"]
        is_repeated = [row._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in table.rows]
        assert is_repeated == [True, *[False] * (len(table.rows) - 1)]
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) in headings
        assert table._tbl.tblPr.find(qn("w:tblDescription")).get(qn("w:val"))


def test_the_contents_name_each_heading_and_lead_to_it_before_anybody_updates_them():
    document = opened(mapping.parts([row(), row(ref="two", section="Research")]))
    links = [link for link in document.element.body.iter(qn("w:hyperlink")) if link.get(qn("w:anchor"))]
    assert ["".join(text.text for text in link.iter(qn("w:t"))) for link in links] == ["Policy", "Research"]
    assert {link.get(qn("w:anchor")) for link in links} <= set(bookmarks(document))
    assert any("TOC" in (code.text or "") for code in document.element.body.iter(qn("w:instrText")))


def test_a_document_says_what_it_is_of_which_version_in_which_language_and_on_which_paper():
    document = opened(mapping.parts([row()]))
    properties, section = document.core_properties, document.sections[0]
    assert (properties.title, properties.subject, properties.identifier) == (FRONT.title, FRONT.plan, FRONT.about)
    assert (properties.version, properties.language) == ("4812", "en-GB")
    assert properties.created.replace(tzinfo=UTC) == FRONT.taken_at
    assert section.page_width > section.page_height
    assert round(section.page_width.mm) == 297
    languages = {each.get(qn("w:val")) for each in document.styles.element.iter(qn("w:lang"))}
    assert languages == {"en-GB"}
    assert "22 November 2026, version 4,812" in section.footer.paragraphs[0].text
    assert "PAGE" in section.footer._element.xml
    assert document.paragraphs[0].style.name == "Title"


def test_only_a_demonstration_is_marked_as_one():
    marked = paper.Front(**{**vars(FRONT), "is_demonstration": True})
    for front, is_marked in ((FRONT, False), (marked, True)):
        document = opened(mapping.parts([row()]), front)
        told = " ".join(line.text for line in document.paragraphs)
        assert ("Demonstration" in told) is is_marked
        assert ("Demonstration" in document.sections[0].header.paragraphs[0].text) is is_marked


def test_several_sources_of_a_row_stand_in_order_each_with_its_link_publisher_and_date():
    first = said("law", "An Act", link="https://example.org/law", publisher="A parliament", published="2014")
    document = opened(mapping.parts([row(first, said("code", "A code"))]))
    cell = document.tables[0].rows[1].cells[0]
    assert [line.text for line in cell.paragraphs] == ["An Act", "A parliament · 2014", "A code"]
    assert [link.address for line in cell.paragraphs for link in line.hyperlinks] == ["https://example.org/law"]


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc/passwd", "https://example.org/" + "x" * 2_000])
def test_what_no_browser_should_open_is_not_a_link(address: str):
    document = opened(mapping.parts([row(said(link=address))]))
    line = document.tables[0].rows[1].cells[0].paragraphs[0]
    assert (line.text, line.hyperlinks) == ("A strategy", [])


def test_signs_that_no_address_may_hold_are_written_as_addresses_write_them():
    document = opened(mapping.parts([row(said(link='https://example.org/a b"<c>?q=%20é'))]))
    link = document.tables[0].rows[1].cells[0].paragraphs[0].hyperlinks[0]
    assert link.url == "https://example.org/a%20b%22%3Cc%3E?q=%20é"


def test_key_points_and_implications_are_bullets_of_a_list_with_what_is_known_of_each():
    points = [
        ("k1", Point("More nurses", "commitment", promised_by="A board", promised_for="2027")),
        ("k2", Point("It rains")),
    ]
    source = said(points=points, meanings=[("i1", Meaning("Train them", "skills", "short"))])
    cell = opened(mapping.parts([row(source)])).tables[0].rows[1].cells[1]
    assert [line.text for line in cell.paragraphs] == [
        "More nurses [Commitment; promised by: A board; by when: 2027]",
        "It rains",
        "What it means for the workforce",
        "Train them [Skills and training; short term]",
    ]
    is_bullet = [line.style.name == "List Bullet" for line in cell.paragraphs]
    assert is_bullet == [line._p.pPr.numPr is not None for line in cell.paragraphs] == [True, True, False, True]


def test_an_answer_begins_with_its_type_in_bold_and_a_gap_says_nothing():
    rows = [
        row(response_type="aligned", text="We follow it.\nWe also wait."),
        row(ref="gap"),
        row(ref="no-type", text="Well."),
    ]
    cells = [each.cells[2] for each in opened(mapping.parts(rows)).tables[0].rows[1:]]
    assert [cell.text for cell in cells] == ["Aligned: We follow it.\nWe also wait.", "", "Well."]
    assert cells[0].paragraphs[0].runs[0].text == "Aligned: "
    assert cells[0].paragraphs[0].runs[0].bold


def test_further_columns_stand_to_the_right():
    beside = {Extra.PRIORITIES: ["Nurses", "Doctors"], Extra.ACTIONS: ["Train ten"]}
    table = opened(mapping.parts([row(beside=beside)], [Extra.PRIORITIES, Extra.ACTIONS])).tables[0]
    assert [cell.text for cell in table.rows[0].cells][3:] == ["Priorities", "Actions"]
    assert [cell.text for cell in table.rows[1].cells][3:] == ["Nurses\nDoctors", "Train ten"]


def test_every_record_of_a_row_has_a_bookmark_of_its_own_even_where_it_stands_twice():
    source = said(points=[("k1", Point("One"))], meanings=[("i1", Meaning("Two", "skills"))])
    document = opened(mapping.parts([row(source), row(source, ref="other", section="Research")]))
    names = bookmarks(document)
    assert len(names) == len(set(names))
    assert all(len(name) <= 40 and re.fullmatch(r"[A-Za-z_]\w*", name) for name in names)
    numbers = [each.get(qn("w:id")) for each in document.element.body.iter(qn("w:bookmarkStart"))]
    assert len(numbers) == len(set(numbers))
    found = [mark for name in names if (mark := mark_in(name))]
    for kind, ref, times in (
        ("response", "one", 1),
        ("response", "other", 1),
        ("source", "strategy", 2),
        ("key_point", "k1", 2),
        ("implication", "i1", 2),
    ):
        assert found.count(mark_of(kind, ref)) == times
    reference = document.tables[0].rows[1].cells[0].paragraphs[0]
    inside = {mark_in(each.get(qn("w:name"))) for each in reference._p.iter(qn("w:bookmarkStart"))}
    assert inside == {mark_of("response", "one"), mark_of("source", "strategy")}


def test_a_mark_is_known_again_with_its_number_and_other_bookmarks_are_not():
    marks = Marks()
    names = [marks.name("source", "a b/é") for _ in range(3)]
    assert len(set(names)) == 3
    assert {mark_in(name) for name in names} == {mark_of("source", "a b/é")}
    assert mark_of("source", "x") != mark_of("action", "x")
    assert mark_in("_Toc000000001") is mark_in("gt_short") is None


HOSTILE = {
    "markup": "<w:p/>&amp;<b>]]></b>",
    "control characters": "a\x00b\x07c\x1bd\x0be\x0cf\ufffe",
    "half a pair": "a\ud800b",
    "forty thousand characters": "x" * 40_000,
    "right to left": "مرحبا بالعالم",
    "spaces": "  two  spaces  ",
    "lines and tabs": "a\tb\nc\r\nd",
    "a formula": '=HYPERLINK("https://example.org")',
    "a field": "{ HYPERLINK x } \\o",
}


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_hostile_words_are_text_and_nothing_else(words: str):
    source = said(
        title=words, publisher=words, points=[("k", Point(words))], meanings=[("i", Meaning(words, "skills"))]
    )
    rows = [row(source, section=words, response_type="aligned", text=words, beside={Extra.NOTES: [words]})]
    front = paper.Front(**{**vars(FRONT), "title": words, "plan": words, "address": words})
    document = opened(mapping.parts(rows, [Extra.NOTES]), front)
    plain = clean(words)
    cells = document.tables[0].rows[1].cells
    assert cells[0].paragraphs[0].text == plain
    assert cells[1].paragraphs[0].text.startswith(plain)
    assert cells[2].text == f"Aligned: {plain}"
    assert document.paragraphs[0].text == plain
    assert len(document.core_properties.title) <= 255


def test_words_from_the_right_run_from_the_right():
    cell = opened(mapping.parts([row(said(title="مرحبا"), said("b", "Hello"))])).tables[0].rows[1].cells[0]
    assert [line._p.pPr.find(qn("w:bidi")) is not None for line in cell.paragraphs] == [True, False]


def test_welsh_words_are_said_to_be_welsh():
    source = said(title="Strategaeth", language="cy", points=[("k", Point("Mwy o nyrsys"))])
    cells = opened(mapping.parts([row(source)])).tables[0].rows[1].cells
    assert all('w:val="cy-GB"' in cell.paragraphs[0]._p.xml for cell in cells[:2])


def deed(ref: str, **values: object) -> Deed:
    usual = dict.fromkeys(("description", "address", "timescale", "responsible", "support", "resources"), "")
    lists = {"priorities": (), "contributors": (), "measures": ()}
    given = {**usual, **lists, "plan": "A plan", "due_on": None, "recommendation": "", "fit": "", **values}
    return Deed(ref=ref, title=f"Action {ref}", **given)  # type: ignore[arg-type]


def test_an_action_plan_has_nine_columns_under_each_priority():
    deeds = [deed("a", priorities=["Nurses", "Doctors"], responsible="Lead", support="Money"), deed("b")]
    document = opened(action_plan.parts(deeds))
    assert [line.text for line in document.paragraphs if line.style.name == "Heading 1"] == ["Nurses", "No priority"]
    first = document.tables[0]
    assert [cell.text for cell in first.rows[0].cells] == action_plan.headings()
    assert len(first.columns) == 9
    assert [cell.text for cell in first.rows[1].cells][:5] == ["Action a", "Nurses\nDoctors", "", "Lead", "Money"]
    assert mark_of("action", "a") in bookmarks(document)


def test_actions_of_several_plans_stand_under_their_plans():
    document = opened(action_plan.parts([deed("a"), deed("b", plan="Another")]))
    told = [(line.style.name, line.text) for line in document.paragraphs if line.style.name.startswith("Heading")]
    assert told == [
        *[("Heading 1", "A plan"), ("Heading 2", "No priority")],
        *[("Heading 1", "Another"), ("Heading 2", "No priority")],
    ]


def test_a_brief_keeps_to_the_first_of_long_lists_and_cuts_long_words_at_a_word():
    told = brief.Brief(
        mark=("source", "x"),
        kind="Source",
        summary="word " * 400,
        language="en",
        facts=[("Status", "In force"), ("Law", "")],
        links=[("Read it", "https://example.org/x")],
        listings=[
            brief.Listing("What it says", [f"Point {number}" for number in range(9)]),
            brief.Listing("Empty", []),
        ],
    )
    document = opened(brief.parts(told))
    lines = [line.text for line in document.paragraphs]
    assert "Point 4" in lines
    assert "Point 5" not in lines
    assert "4 more are on its page." in lines
    assert "Empty" not in lines
    assert [cell.text for cell in document.tables[0].columns[0].cells] == ["Fact", "Status", "Read it"]
    assert next(line for line in lines if line.startswith("word")).endswith("word…")


def test_a_brief_with_many_long_facts_leaves_its_lists_to_the_page():
    facts = [(f"Fact {number}", "word " * 100) for number in range(12)]
    listings = [brief.Listing("Milestones", ["A step"] * 4)]
    told = brief.Brief(("action", "x"), "Action", "word " * 100, "en", facts, [], listings)
    lines = [line.text for line in opened(brief.parts(told)).paragraphs]
    assert "4 are on its page." in lines
    assert "A step" not in lines


VALUES = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="[];:"), max_size=30)
LINES = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(
    LINES,
    st.sampled_from(["point", "commitment", "recommendation", "lesson"]),
    st.lists(VALUES, min_size=6, max_size=6),
)
def test_a_key_point_is_read_from_its_line_as_it_was_written(words: str, kind: str, facts: list[str]):
    point = Point(words, kind, *facts)
    tail = wording.point_tail(point)
    assert wording.read_point(f"{words} {tail}" if tail else words) == point


@pytest.mark.parametrize(
    "words", ["It [Commitment]", "It [where: page 4]", "It [see the annex]", "[Lesson]", "x [", "x ]"]
)
def test_words_that_end_like_what_is_known_of_a_point_are_still_its_words(words: str):
    tail = wording.point_tail(Point(words))
    assert wording.read_point(f"{words} {tail}" if tail else words) == Point(words)


@given(LINES, st.sampled_from(["skills", "numbers"]), st.sampled_from(["", "short", "long"]))
def test_an_implication_is_read_from_its_line_as_it_was_written(words: str, kind: str, horizon: str):
    meaning = Meaning(words, kind, horizon)
    assert wording.read_meaning(f"{words} {wording.meaning_tail(meaning)}") == meaning


def test_an_answer_is_read_as_it_was_written():
    for kind in ("incorporated", "context-only", ""):
        assert wording.read_stance(f"{wording.stance(kind)}It fits.") == (kind, "It fits.")
    assert wording.read_meaning("Train them") is None
