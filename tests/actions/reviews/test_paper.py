"""A pack as Word, PDF and a web page of its own: all that it says, as text, with what readers' programs need."""

from __future__ import annotations

import re
import zlib
from io import BytesIO

import docx
import pytest
from docx.oxml.ns import qn
from lxml import etree, html
from pypdf import PdfReader

from actions.reviews.pack import Cover, Gap, Named
from actions.reviews.paper import drawing, page, sheet, word
from tests.actions.reviews.packs import indicator, line, pack

pytestmark = pytest.mark.anywhere

LONELY = Named("action", "lonely", "An action of nobody")

HOSTILE = '<script>alert(1)</script> #strong[bold] $x^2$ \\ "quoted" \x07 مرحبا 🧵 ]]> & ' + "long " * 400


def address(record: Named) -> str:
    return f"https://example.org/{record.kind}/{record.ref}"


def as_word(made=None) -> docx.document.Document:
    return docx.Document(BytesIO(word.make(made or pack(), address, "https://example.org/pack")))


def words_of_pdf(content: bytes) -> str:
    """The text of a PDF, as a reader's program takes it out."""
    words = " ".join(one.extract_text() for one in PdfReader(BytesIO(content)).pages)
    return " ".join(words.replace("\u200b", "").split())


def inside(content: bytes) -> bytes:
    """A PDF with its streams unpacked, where they can be."""
    found = [content]
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            found.append(zlib.decompress(packed))
        except zlib.error:
            continue
    return b"\n".join(found)


def test_word_has_real_headings_and_tables_whose_headings_stand_again():
    document = as_word()
    headings = [one.text for one in document.paragraphs if one.style.name == "Heading 1"]
    assert headings[:4] == ["Cover sheet", "In numbers", "Decisions wanted", "Actions to look at"]
    assert all(table.rows[0]._tr.find(f".//{qn('w:tblHeader')}") is not None for table in document.tables)


def test_word_says_its_title_and_language_and_each_chart_what_it_shows():
    document = as_word()
    assert document.core_properties.title == "Steering group pack, 7 December 2026"
    assert document.core_properties.language == "en-GB"
    told = [one.get("descr") for one in document.element.iter(qn("wp:docPr"))]
    assert told == ["Vacancies 1. It varies between 18 and 25% as things run now."]


def test_word_follows_numbers_to_records_by_links():
    targets = {one.target_ref for one in as_word().part.rels.values() if one.is_external}
    assert "https://example.org/action/action-1" in targets


def test_each_gap_is_named_once_in_the_annex():
    lines = [
        one.text
        for one in as_word(pack(gaps=(Gap("action-without-owner", "1 action without an owner", (LONELY,)),))).paragraphs
    ]
    assert lines.count("An action of nobody") == 1
    assert lines.index("Annex: gaps one by one") < lines.index("An action of nobody")


def test_pdf_is_tagged_and_says_its_language_its_title_and_what_charts_show():
    made = inside(sheet.make(pack(), address))
    for wanted in (b"/StructTreeRoot", b"/MarkInfo", b"/Lang", b"/Alt", b"/Table", b"/TH", b"/H2", b"pdfuaid"):
        assert wanted in made, wanted


def test_pdf_says_what_the_pack_says():
    said = words_of_pdf(sheet.make(pack(), address))
    for words in ("Workforce plan", "More was finished than before.", "Two trainers on loan", "Overdue 22 days"):
        assert words in said
    assert "Frozen on 30 November 2026, snapshot workforce-2026-12-07" in said


def test_the_web_page_stands_alone():
    tree = html.fromstring(page.make(pack(), address).decode())
    assert tree.get("lang") == "en-GB"
    assert not tree.xpath("//script | //link | //img | //iframe")
    assert tree.xpath("//h1")[0].text == "Workforce plan"
    anchors = {one.get("href")[1:] for one in tree.xpath("//a[starts-with(@href, '#')]")}
    assert anchors <= {one.get("id") for one in tree.xpath("//*[@id]")}


def test_every_id_of_the_web_page_is_there_once():
    tree = html.fromstring(page.make(pack(), address).decode())
    ids = [one.get("id") for one in tree.xpath("//*[@id]")]
    assert sorted(ids) == sorted(set(ids))


def test_whatever_people_write_is_text_in_all_three():
    action = line(1, record=Named("action", "action-1", HOSTILE), owner=HOSTILE, said=HOSTILE)
    made = pack(actions=(action,), cover=Cover(summary=HOSTILE), indicators=(indicator(said=HOSTILE),))
    assert "<script>alert(1)</script>" in "\n".join(one.text for one in as_word(made).paragraphs)
    assert "<script>alert(1)</script> #strong[bold] $x^2$" in words_of_pdf(sheet.make(made, address))
    tree = html.fromstring(page.make(made, address).decode())
    assert not tree.xpath("//script")
    assert "#strong[bold]" in tree.text_content()


def test_a_word_without_blanks_is_broken_into_lines():
    made = PdfReader(BytesIO(sheet.make(pack(actions=(line(1, owner="W" * 600),)), address)))
    lines = [words for one in made.pages for words in one.extract_text().splitlines() if "WWW" in words]
    assert sum(words.count("W") for words in lines) >= 600
    assert max(words.count("W") for words in lines) <= 20


def test_a_sign_without_a_typeface_is_told_by_its_name_and_the_pdf_keeps_its_tags():
    made = sheet.make(
        pack(cover=Cover(summary="On \N{FLEXED BICEPS}\N{EMOJI MODIFIER FITZPATRICK TYPE-4} track")), address
    )
    assert "/StructTreeRoot" in PdfReader(BytesIO(made)).trailer["/Root"]
    assert "[flexed biceps]" in words_of_pdf(made)


def test_a_pack_with_nothing_in_it_makes_all_three():
    nothing = dict.fromkeys(("counts", "wanted", "actions", "indicators", "gaps", "silent", "sources", "carried"), ())
    made = pack(asked=0, answered=0, since=None, cover=Cover(), **nothing)
    assert as_word(made).paragraphs
    assert sheet.make(made, address).startswith(b"%PDF")
    assert b"Nothing waits for a decision" in page.make(made, address)


def test_a_chart_is_a_picture_that_needs_no_style_sheet():
    chart = indicator().chart
    made = drawing.svg_of(chart.wide, "%", "What it shows & <more>", "one")
    root = etree.fromstring(made.encode())
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.findtext("{http://www.w3.org/2000/svg}title") == "What it shows & <more>"
    assert root.find("{http://www.w3.org/2000/svg}style") is not None
    assert drawing.png_of(made).startswith(b"\x89PNG")
