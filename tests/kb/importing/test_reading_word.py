"""Tables of Word documents: their order and sections, merged cells, lists, links, and what is left out and told."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from kb.errors import Unreadable
from kb.importing.grid import Book, Cell, Table
from kb.importing.reading import child
from tests.kb.importing.raw import OFFICE, RELS, document, document_parts, word_cell, word_table, zipped


def book(data: bytes) -> Book:
    return child.book_of(BytesIO(data), ".docx", "list")


def saved(made: Any) -> Book:
    file = BytesIO()
    made.save(file)
    return book(file.getvalue())


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def one_cell(paragraphs: str, **others: str) -> Cell:
    """The cell of a document that holds these paragraphs in it."""
    return of_cell(paragraphs, **others).tables[0].rows[0].cells[0]


def of_cell(paragraphs: str, **others: str) -> Book:
    return book(document(f"<w:tbl><w:tr><w:tc>{paragraphs}</w:tc></w:tr></w:tbl>", **others))


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*runs: str, style: str = "") -> str:
    return f"<w:p>{style and f'<w:pPr>{style}</w:pPr>'}{''.join(runs)}</w:p>"


def field(instruction: str, shown: str) -> str:
    def mark(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    told = f"<w:r><w:instrText>{instruction}</w:instrText></w:r>"
    return f"{mark('begin')}{told}{mark('separate')}{shown}{mark('end')}"


def test_tables_come_in_order_each_with_the_heading_or_lone_line_above_it() -> None:
    made = docx.Document()
    made.add_heading("Drivers and what they ask", 0)
    made.add_paragraph("This is how the plan was made. It took a year.")
    for name in ("Wales", ""):
        if name:
            made.add_heading(name, 1)
            made.add_paragraph("What the nation has asked for, in brief.")
        made.add_table(1, 1).cell(0, 0).text = "a"
    made.add_paragraph("")
    made.add_paragraph("Research")
    made.add_paragraph("")
    made.add_table(1, 1).cell(0, 0).text = "b"
    made.add_paragraph("One short line")
    made.add_paragraph("and another one below it")
    made.add_table(1, 1).cell(0, 0).text = "c"
    read = saved(made)
    assert [(table.name, table.section, texts(table)) for table in read.tables] == [
        ("Table 1", "Wales", [["a"]]),
        ("Table 2", "Wales", [["a"]]),
        ("Table 3", "Research", [["b"]]),
        ("Table 4", "Research", [["c"]]),
    ]


def test_merged_cells_hold_the_text_of_the_first_one() -> None:
    made = docx.Document()
    table = made.add_table(3, 3)
    for number, cell in enumerate(table._cells):
        cell.text = str(number)
    table.cell(0, 1).merge(table.cell(0, 2)).text = "wide"
    table.cell(1, 0).merge(table.cell(2, 0)).text = "high"
    rows = saved(made).tables[0].rows
    assert [[(cell.text, cell.is_continued) for cell in row.cells] for row in rows] == [
        [("0", False), ("wide", False), ("wide", True)],
        [("high", False), ("4", False), ("5", False)],
        [("high", True), ("7", False), ("8", False)],
    ]


def test_a_merged_cell_keeps_its_links_and_bullets_where_it_goes_on() -> None:
    link = f'<w:hyperlink r:id="r1">{run("Link")}</w:hyperlink>'
    above = f'<w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr>{paragraph(run("• "), link)}</w:tc>'
    below = "<w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc>"
    first, second = (
        book(document(word_table(above + word_cell("a"), below + word_cell("b")), **related("https://example.org/")))
        .tables[0]
        .rows
    )
    assert first.cells[0] == Cell("Link", (("Link", "https://example.org/"),), (0,))
    assert second.cells[0] == Cell("Link", (("Link", "https://example.org/"),), (0,), is_continued=True)


def span(text: str, columns: int) -> str:
    return word_cell(text, f'<w:gridSpan w:val="{columns}"/>')


def test_borders_that_were_dragged_make_no_columns() -> None:
    rows = [span("a", 2) + span("b", 2) + span("c", 1), span("d", 1) + span("e", 3) + span("f", 1)]
    (table,) = book(document(word_table(*rows, rows[0]))).tables
    assert texts(table) == [["a", "b", "c"], ["d", "e", "f"], ["a", "b", "c"]]


def test_a_hairs_breadth_is_no_column_in_a_merged_row_either() -> None:
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in (3_000, 60, 3_000, 3_000))
    rows = [span("a", 1) + span("b", 2) + span("c", 1)] * 3 + [span("d", 2) + span("e", 2)]
    table = word_table(*rows).replace("<w:tbl>", f"<w:tbl><w:tblGrid>{grid}</w:tblGrid>")
    assert texts(book(document(table)).tables[0])[3] == ["d", "e", "e"]


def test_a_row_with_a_cell_too_many_shows_all_four() -> None:
    rows = [span("a", 1) + span("b", 1) + span("c", 2)] * 3 + [
        span("d", 1) + span("e", 1) + span("f", 1) + span("g", 1)
    ]
    assert texts(book(document(word_table(*rows))).tables[0]) == [["a", "b", "c", "c"]] * 3 + [["d", "e", "f", "g"]]


def test_a_row_with_fewer_cells_is_as_short() -> None:
    rows = [word_cell("a") + word_cell("b"), word_cell("c"), ""]
    assert texts(book(document(word_table(*rows, word_cell("d")))).tables[0]) == [["a", "b"], ["c"], [], ["d"]]


def test_listed_paragraphs_are_bullets() -> None:
    made = docx.Document()
    cell = made.add_table(1, 1).cell(0, 0)
    cell.text = "Actions:"
    for text, style in (("one", "List Bullet"), ("two", "List Number"), ("three", "List Paragraph"), ("four", None)):
        cell.add_paragraph(text, style=style)
    numbered = OxmlElement("w:numPr")
    number = OxmlElement("w:numId")
    number.set(qn("w:val"), "3")
    numbered.append(number)
    cell.paragraphs[-1]._p.get_or_add_pPr().append(numbered)
    assert saved(made).tables[0].rows[0].cells[0] == Cell("Actions:\none\ntwo\nthree\nfour", bullets=(1, 2, 4))


@pytest.mark.parametrize(
    ("typed", "text", "is_bullet"),
    [
        ("• one", "one", True), ("•one", "one", True), ("- one", "one", True), ("–  one", "one", True),
        ("* one", "one", True), ("o one", "one", True), ("\uf0b7\tone", "one", True), ("▪ one", "one", True),
        ("1. one", "1. one", True), ("(i) one", "(i) one", True), ("b) one", "b) one", True),
        ("O3 (i) one", "O3 (i) one", False), ("3.15 one", "3.15 one", False), ("-5% of staff", "-5% of staff", False),
        ("2019. one", "2019. one", False), ("one - two", "one - two", False), ("of one", "of one", False),
        ("Year 1 • one", "Year 1 • one", False), ("-", "-", False), ("I. one", "I. one", False),
    ],
)  # fmt: skip
def test_typed_marks_are_bullets_and_only_marks_are_taken_off(typed: str, text: str, is_bullet: bool) -> None:
    assert one_cell(paragraph(run(typed))) == Cell(text, bullets=(0,) if is_bullet else ())


def test_lines_inside_of_a_paragraph_are_lines_and_empty_ones_between_stay() -> None:
    broken = paragraph(run("one"), "<w:r><w:br/></w:r>", run("- two "), "<w:r><w:cr/></w:r>", run("three"))
    assert one_cell(f"<w:p/>{broken}<w:p/>{paragraph(run('four'))}<w:p/>") == Cell(
        "one\ntwo\nthree\n\nfour", bullets=(1,)
    )


def test_spaces_and_hyphens_of_typesetting_are_plain() -> None:
    hyphens = "<w:r><w:t>work</w:t><w:softHyphen/><w:t>force</w:t><w:noBreakHyphen/><w:t>led</w:t><w:tab/></w:r>"
    assert one_cell(paragraph(hyphens, run("a\u00a0b\u00adc\u200b"))).text == "workforce-led a bc"


def related(address: str) -> dict[str, str]:
    listed = f'<Relationship Id="r1" Type="{OFFICE}/hyperlink" TargetMode="External" Target="{address}"/>'
    return {"word/_rels/document.xml.rels": RELS.format(listed)}


def test_links_are_kept_with_their_words() -> None:
    link = f'<w:hyperlink r:id="r1">{run("More")}{run(" of it")}</w:hyperlink>'
    cell = one_cell(paragraph(run("A plan "), link, run(", yes")), **related("https://example.org/a"))
    assert cell == Cell("A plan More of it, yes", (("More of it", "https://example.org/a"),))


@pytest.mark.parametrize(
    "linked",
    [
        field(' HYPERLINK "https://example.org/a" \\o "tip" ', run("Link")),
        f'<w:fldSimple w:instr=" HYPERLINK https://example.org/a ">{run("Link")}</w:fldSimple>',
        field(' HYPERLINK "https://example.org/a" ', field(" PAGE ", run("Link"))),
    ],
)
def test_links_in_fields_are_links(linked: str) -> None:
    assert one_cell(paragraph(run("See "), linked)) == Cell("See Link", (("Link", "https://example.org/a"),))


def test_two_links_side_by_side_are_two() -> None:
    linked = (
        field('HYPERLINK "https://example.org/a"', run("Link"))
        + run(" ")
        + field('HYPERLINK "http://b.org"', run("Link"))
    )
    assert one_cell(paragraph(linked)).links == (("Link", "https://example.org/a"), ("Link", "http://b.org"))


@pytest.mark.parametrize("address", ["mailto:a@example.org", "file:///etc/passwd", "javascript:alert(1)"])
def test_other_links_are_left_out_and_told(address: str) -> None:
    read = of_cell(paragraph(f'<w:hyperlink r:id="r1">{run("words")}</w:hyperlink>'), **related(address))
    assert read.tables[0].rows[0].cells == (Cell("words"),)
    assert read.notes == (f"Links that do not begin with http were left out: {address}",)


def test_a_link_to_a_place_in_the_document_is_text() -> None:
    assert of_cell(paragraph(f'<w:hyperlink w:anchor="a">{run("words")}</w:hyperlink>')).notes == ()


def test_tracked_changes_are_read_as_accepted() -> None:
    moved = f"<w:moveFrom>{run('gone')}</w:moveFrom><w:moveTo>{run('here ')}</w:moveTo>"
    gone = "<w:del><w:r><w:delText>old</w:delText></w:r></w:del>"
    changed = paragraph(run("a "), f"<w:ins>{run('new ')}</w:ins>", gone, moved)
    deleted = f"<w:tr><w:trPr><w:del/></w:trPr>{word_cell('x')}</w:tr>"
    read = book(document(f"<w:tbl><w:tr><w:tc>{changed}</w:tc></w:tr>{deleted}</w:tbl>"))
    assert texts(read.tables[0]) == [["a new here"]]
    assert read.notes == ("The document has tracked changes; it was read as if all of them were accepted.",)


def test_comments_notes_boxes_pictures_and_hidden_text_are_left_out_and_told() -> None:
    box = f"<w:r><w:pict><w:txbxContent>{paragraph(run('boxed'))}</w:txbxContent></w:pict></w:r>"
    read = of_cell(
        paragraph(
            run("a"),
            '<w:r><w:commentReference w:id="0"/></w:r><w:r><w:footnoteReference w:id="1"/></w:r>',
            "<w:r><w:drawing/></w:r><w:r><w:drawing/></w:r>",
            "<w:r><w:rPr><w:vanish/></w:rPr><w:t>unseen</w:t></w:r>",
            box,
        )
    )
    assert texts(read.tables[0]) == [["a"]]
    assert read.notes == (
        "One comment was left out.",
        "One footnote was left out.",
        "The text in one text box was left out.",
        "2 pictures were left out.",
        "One piece of hidden text was left out.",
    )


def test_forms_are_read_where_they_are_filled_in() -> None:
    def control(text: str, properties: str = "") -> str:
        return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{text}</w:sdtContent></w:sdt>"

    filled = paragraph(control(run("Chosen")), control(run("Choose an item."), "<w:showingPlcHdr/>"))
    row = control(f"<w:tr>{control(f'<w:tc>{control(filled)}</w:tc>')}</w:tr>")
    assert texts(book(document(control(f"<w:tbl>{row}</w:tbl>"))).tables[0]) == [["Chosen"]]


def test_a_table_inside_of_a_cell_is_text_of_the_cell() -> None:
    inner = word_table(word_cell("b") + word_cell("c"), word_cell("d"))
    read = of_cell(paragraph(run("a")) + inner + paragraph(run("e")))
    assert [texts(table) for table in read.tables] == [[["a\nb\nc\nd\ne"]]]


def test_symbols_that_wingdings_draws_are_told_as_letters() -> None:
    ticked = '<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>'
    assert one_cell(paragraph(ticked, run(" done"))).text == "✓ done"


def test_a_document_that_word_calls_strict_is_refused_with_what_to_do() -> None:
    parts = document_parts(word_table(word_cell("a")))
    told = str(parts["word/document.xml"])
    parts["word/document.xml"] = told.replace(
        "http://schemas.openxmlformats.org/word", "http://purl.oclc.org/ooxml/word"
    )
    with pytest.raises(Unreadable, match="save it as “Word Document"):
        book(zipped(parts))
