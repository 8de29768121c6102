"""Documents for Word: what is in them when they are opened again, whatever people wrote."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Pt
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


def test_a_gap_is_shaded_in_each_part_of_its_row_and_an_answer_is_not():
    points = [(f"k{number}", Point(f"Point {number} is told at some length, as points are")) for number in range(40)]
    document = opened(mapping.parts([row(said(points=points)), row(ref="two", text="Well.")]))
    cells = [each.cells[2] for each in document.tables[0].rows[1:]]
    is_shaded = [cell._tc.tcPr.find(qn("w:shd")) is not None for cell in cells]
    assert is_shaded == [*[True] * (len(cells) - 1), False]
    assert len(cells) > 3
    assert any("is empty and shaded" in line.text for line in document.paragraphs)


def test_further_columns_stand_to_the_right():
    beside = {Extra.PRIORITIES: ["Nurses", "Doctors"], Extra.ACTIONS: ["Train ten"]}
    table = opened(mapping.parts([row(beside=beside)], [Extra.PRIORITIES, Extra.ACTIONS])).tables[0]
    assert [cell.text for cell in table.rows[0].cells][3:] == ["Priorities", "Actions"]
    assert [cell.text for cell in table.rows[1].cells][3:] == ["Nurses\nDoctors", "Train ten"]


def test_a_high_row_names_its_source_again_in_each_part_and_none_of_them_is_split():
    points = [
        (f"k{number}", Point(f"Point {number} says something at some length, as points do")) for number in range(40)
    ]
    actions = [f"Action {number} with whoever does it, and by when" for number in range(30)]
    long = row(said(title="A long Act", points=points), text="We do.", beside={Extra.ACTIONS: actions})
    document = opened(mapping.parts([long, row(said("short", "A short one"), ref="two")], [Extra.ACTIONS]))
    _, first, *others, last = document.tables[0].rows
    assert (first.cells[0].text, last.cells[0].text) == ("A long Act", "A short one")
    assert {one.cells[0].text for one in others} == {"A long Act (continued)"}
    assert [one.cells[2].text for one in (first, *others)] == ["We do.", *[""] * len(others)]
    for place, told in ((1, [point.text for _, point in points]), (3, actions)):
        assert [line for one in (first, *others) for line in one.cells[place].text.splitlines()] == told
    assert all(one._tr.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for one in (first, *others, last))


def test_what_is_known_of_a_point_is_smaller_than_its_words():
    source = said(points=[("k", Point("More nurses", "commitment"))])
    words, tail = opened(mapping.parts([row(source)])).tables[0].rows[1].cells[1].paragraphs[0].runs
    assert (words.font.size, tail.text, tail.font.size.pt) == (None, " [Commitment]", 7.5)


def test_who_does_an_action_is_smaller_than_what_it_is_and_what_somebody_noted_is_as_it_is():
    beside = {Extra.ACTIONS: ["Train ten (Lead; due 2027)"], Extra.NOTES: ["Read it (soon)"]}
    cells = opened(mapping.parts([row(beside=beside)], [Extra.ACTIONS, Extra.NOTES])).tables[0].rows[1].cells
    runs = [[(run.text, run.font.size) for run in cell.paragraphs[0].runs] for cell in cells[3:]]
    assert runs == [[("Train ten", None), (" (Lead; due 2027)", Pt(7.5))], [("Read it (soon)", None)]]


def test_the_column_of_actions_is_wider_than_that_of_priorities():
    table = opened(mapping.parts([row()], list(Extra))).tables[0]
    _, _, _, priorities, actions, _ = (column.width for column in table.columns)
    assert actions > 1.5 * priorities


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


def test_an_action_plan_says_how_its_actions_stand_and_each_thing_that_is_missing_by_itself():
    late = {"standing": (0, "Overdue"), "state": "overdue by 3 days", "is_late": True}
    deeds = [
        deed("a", responsible="Lead", is_post_empty=True, measures=["Ten"], **late),
        deed("b", standing=(5, "No date"), state="no date", timescale="Soon"),
    ]
    document = opened(action_plan.parts(deeds))
    lines = [line.text for line in document.paragraphs]
    assert "How they stand: overdue 1; no date 1." in lines
    assert "1 names nobody responsible." in lines
    assert "1 names a post that nobody holds today." in lines
    assert "1 has no measure of success." in lines
    cells = [row.cells[2] for row in document.tables[0].rows[1:]]
    assert [cell.text for cell in cells] == ["State: overdue by 3 days", "Soon\nState: no date"]
    assert [cell.paragraphs[-1].runs[0].bold for cell in cells] == [True, None]


def test_columns_that_say_nothing_leave_their_width_to_the_others():
    empty, full = (
        [column.width for column in opened(action_plan.parts([one])).tables[0].columns]
        for one in (deed("a"), deed("a", support="Money", fit="Well"))
    )
    assert empty[4] < full[4]
    assert empty[8] < full[8]
    assert empty[0] > full[0]


def test_an_action_bears_the_marks_of_its_plan_and_of_itself():
    document = opened(action_plan.parts([deed("a", plan_ref="wales"), deed("b", plan_ref="wales")]))
    marks = [mark_in(name) for name in bookmarks(document)]
    assert [marks.count(mark_of(*one)) for one in (("plan", "wales"), ("action", "a"), ("action", "b"))] == [2, 1, 1]


def test_actions_of_several_plans_stand_under_their_plans():
    document = opened(action_plan.parts([deed("a"), deed("b", plan="Another")]))
    told = [(line.style.name, line.text) for line in document.paragraphs if line.style.name.startswith("Heading")]
    assert told == [
        *[("Heading 1", "A plan"), ("Heading 2", "No priority")],
        *[("Heading 1", "Another"), ("Heading 2", "No priority")],
    ]


def brief_of(**values: object) -> list[str]:
    """The lines of a brief, with those of its facts."""
    usual = {"mark": ("source", "x"), "kind": "Source", "summary": "", "language": "en"}
    lists = {"facts": (), "links": (), "listings": ()}
    document = opened(brief.parts(brief.Brief(**{**usual, **lists, **values})))  # type: ignore[arg-type]
    cells = [cell.text for row in document.tables[0].rows[1:] for cell in row.cells]
    return [*(line.text for line in document.paragraphs), *cells]


IS_SHORTENED = "What ends with … is shortened here: its page has all of it."
RUNS_OVER = "It is longer than one page and runs over to the next."


def test_a_brief_keeps_to_the_first_of_long_lists_and_cuts_long_words_at_a_word():
    lines = brief_of(
        summary="word " * 290,
        facts=[("Status", "In force"), ("Law", "")],
        links=[("Read it", "https://example.org/x")],
        listings=[
            brief.Listing("What it says", [f"Point {number} " + "point " * 200 for number in range(9)]),
            brief.Listing("Empty", []),
        ],
    )
    said = [line for line in lines if line.startswith("Point ")]
    assert 0 < len(said) < 9
    assert f"{9 - len(said)} more are on its page." in lines
    assert all(line.endswith("point…") for line in said)
    assert IS_SHORTENED in lines
    assert RUNS_OVER not in lines
    assert not {"Empty", "Law"} & set(lines)


def test_a_brief_never_cuts_an_answer():
    answer = "We do that, and more. " * 20
    lines = brief_of(
        summary="word " * 290,
        listings=[
            brief.Listing("How plans answer", [answer.strip()] * 2, is_whole=True),
            brief.Listing("What it says", ["point " * 60] * 9),
        ],
    )
    assert lines.count(answer.strip()) == 2
    assert RUNS_OVER not in lines
    assert IS_SHORTENED in lines


def test_an_answer_as_long_as_several_pages_is_whole_in_a_brief():
    answer = ("We do that. " * 600).strip()
    lines = brief_of(listings=[brief.Listing("How plans answer", [answer], is_whole=True)])
    assert answer in lines
    assert RUNS_OVER in lines
    assert IS_SHORTENED not in lines


def test_a_brief_that_needs_more_than_a_page_says_so_and_cuts_nothing():
    facts = [(f"Fact {number}", ("word " * 100).strip()) for number in range(12)]
    lines = brief_of(facts=facts, listings=[brief.Listing("Milestones", ["A step"] * 4)])
    assert RUNS_OVER in lines
    assert [lines.count(one) for one in (facts[0][1], "A step", IS_SHORTENED)] == [12, 4, 0]


def test_a_brief_of_little_says_nothing_of_its_length():
    lines = brief_of(summary="It ends with…", facts=[("Status", "In force")])
    assert not {RUNS_OVER, IS_SHORTENED} & set(lines)


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
