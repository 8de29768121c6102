from __future__ import annotations

import csv
import re
from html import unescape
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook

from kb.models.impact_note import ImpactNote
from kb.models.link import LinkType
from kb.models.record import Visibility


def _words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.fixture
def two(make):
    old, new = make.source(ref="old", title="The old strategy"), make.source(ref="new", title="The new strategy")
    both, alone = make.priority(title="Nursing"), make.priority(title="Crisis")
    for start, end in ((old, both), (new, both), (old, alone)):
        make.link(start, LinkType.CALLS_FOR, end)
    return old, new, both, alone


@pytest.fixture
def reader(browse, make):
    return browse.sign_in(make.viewer())


@pytest.fixture
def lead(browse, make):
    return browse.sign_in(make.lead())


def test_the_page_finds_records_by_words_and_offers_them_to_be_ticked(reader, two):
    page = reader.get("/impact?q=strategy")
    assert re.findall(r'name="ref" value="([^"]+)"', page.text) == ["source:new", "source:old"]
    assert "checked" not in page.text
    one = reader.get("/impact?q=old+strategy").text
    assert re.search(r'value="source:old" checked', one)
    assert "No source, action, post or organisation has these words" in _words(reader.get("/impact?q=other").text)


def test_the_answer_has_three_figures_a_sentence_and_each_record_before_and_after(reader, two):
    page = reader.get("/impact?ref=source:old&what=withdrawn")
    said = _words(page.text)
    assert "If it is repealed or withdrawn" in said
    assert re.findall(r'<dd class="gt-big">([^<]+)</dd>', page.text) == ["2", "1", "1"]
    assert "“Crisis” would have no reason left in any source held here." in said
    table = _words(page.text.split('id="rows"')[1].split("</table>")[0])
    assert table.index("Crisis 1 ✕ none nothing") < table.index("Nursing 2 1 The new strategy")
    assert "One way from any source is enough" in said


def test_the_picture_marks_what_is_lost_and_says_what_keeps_other_support(reader, two):
    picture = reader.get("/impact?ref=source:old").text.split('<svg class="gt-pic')[1].split("</svg>")[0]
    assert "keeps 1 other source" in _words(picture)
    assert "✕ Loses all support" in _words(picture)
    assert picture.count("url(#map-hatch)") == 1


def test_what_a_delayed_source_alone_supports_is_not_drawn_as_lost(reader, two):
    picture = reader.get("/impact?ref=source:old&what=delayed").text.split('<svg class="gt-pic')[1].split("</svg>")[0]
    assert "Rests on nothing else" in _words(picture)
    assert "url(#map-hatch)" not in picture


def test_a_delayed_action_has_what_waits_for_it_and_no_picture(reader, make):
    late = make.action(title="Late", ref="late", due_on=make.today)
    make.link(make.action(title="Waiting"), LinkType.DEPENDS_ON, late)
    make.link(make.priority(), LinkType.DELIVERED_BY, late)
    page = reader.get("/impact?ref=action:late&what=delayed").text
    assert "Waiting" in _words(page.split('id="waits"')[1].split("</table>")[0])
    assert '<svg class="gt-pic' not in page


def test_several_records_have_an_answer_and_no_picture(reader, two):
    page = reader.get("/impact?ref=source:old&ref=source:new")
    assert "If they are superseded and nothing takes their place" in _words(page.text)
    assert '<svg class="gt-pic' not in page.text


def test_the_successor_is_chosen_among_what_its_words_find(reader, two):
    found = reader.get("/impact?ref=source:old&successor=new&find=successor").text
    assert re.search(r'<option value="source:new" selected>', found)
    answer = _words(reader.get("/impact?ref=source:old&by=source:new").text)
    assert "If it is superseded by “The new strategy”" in answer
    assert "Leads there already" in answer
    assert "To be carried" in answer


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/impact?ref=source:no-such", "There is no source, action, post or organisation called “source:no-such”"),
        ("/impact?ref=priority:old", "There is no source, action, post or organisation called “priority:old”"),
        ("/impact?ref=source:old&by=nobody", "called “nobody” that you may see"),
        ("/impact?ref=source:old&by=source:old", "A source cannot take its own place"),
        ("/impact?ref=source:secret", "called “source:secret” that you may see"),
        ("/impact?ref=source:old&ref=post:one", "Choose records of one kind"),
        ("/impact?ref=source:old&what=eaten&plan=none&page=9999999999", "If it is superseded"),
        ("/impact?ref=%ff&q=%ff", "that you may see"),
    ],
)
def test_what_cannot_be_answered_is_said_plainly(reader, make, two, address, said):
    make.source(ref="secret", visibility=Visibility.DRAFT)
    make.post(ref="one")
    page = reader.get(address)
    assert page.status_code == 200
    assert said in _words(page.text)


def test_the_tables_come_as_files(reader, two):
    sent = reader.get("/impact?ref=source:old&by=source:new&format=csv")
    rows = list(csv.DictReader(StringIO(sent.text.removeprefix("\ufeff"))))
    assert [(row["Record"], row["Sources now"], row["After"], row["What remains"]) for row in rows] == [
        ("Crisis", "1", "0", ""),
        ("Nursing", "2", "1", "The new strategy"),
    ]
    book = load_workbook(BytesIO(reader.get("/impact?ref=source:old&by=source:new&format=xlsx").data))
    assert {"Support before and after", "Links to carry"} <= set(book.sheetnames)


def test_a_lead_saves_a_note_that_the_steering_page_lists_and_puts_it_away(lead, session, make, two):
    make.the_plan.title = "The plan"
    session.commit()
    asked = {"ref": ["source:old"], "what": "withdrawn", "note": "Decide in May."}
    sent = lead.post("/impact", asked)
    assert sent.status_code == 303
    note = session.query(ImpactNote).one()
    page = _words(lead.get(sent.headers["Location"]).text)
    for said in ("If “The old strategy” is repealed or withdrawn", "Decide in May.", "Crisis", "The plan"):
        assert said in page
    assert "If “The old strategy” is repealed or withdrawn" in _words(lead.get("/steering").text)
    assert lead.post(f"/impact/notes/{note.id}/put-away").status_code == 303
    assert "The old strategy" not in _words(lead.get("/steering").text.split('id="what-if"')[-1].split("</section>")[0])
    assert "It was put away on" in _words(lead.get(f"/impact/notes/{note.id}").text)


def test_a_note_too_long_is_refused_and_its_words_are_kept(lead, two):
    page = lead.post("/impact", {"ref": ["source:old"], "note": "word " * 500})
    assert page.status_code == 422
    assert "Use at most 2,000 characters" in _words(page.text)
    assert "word word word" in page.text


def test_the_box_for_the_note_takes_any_length_so_that_nothing_is_cut_in_silence(lead, two):
    (box,) = re.findall(r'<textarea[^>]*name="note"[^>]*>', lead.get("/impact?ref=source:old").text)
    assert "maxlength" not in box


@pytest.mark.parametrize("refs", [["source:gone"], ["source:gone", "source:old"], []])
def test_a_note_about_a_record_that_is_gone_is_not_saved_and_its_words_are_shown(lead, session, two, refs):
    page = lead.post("/impact", {"ref": refs, "note": "Decide in May."})
    assert page.status_code == 422
    assert "Decide in May." in re.sub(r"<title>.*?</title>", "", page.text)
    assert session.query(ImpactNote).count() == 0
    if refs:
        assert "called “source:gone” that you may see" in _words(page.text)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"what": "eaten"}, "Choose what happens to it: “eaten” cannot"),
        ({"for": "no-plan"}, "Choose a plan of yours that the note is for"),
        ({"for": "theirs"}, "Choose a plan of yours that the note is for"),
        ({"by": "source:gone"}, "called “source:gone” that you may see"),
        ({"plan": "no-plan"}, "There is no plan “no-plan” that you may see"),
    ],
)
def test_what_a_form_asks_and_the_page_cannot_know_is_refused_and_not_guessed(lead, session, make, two, given, said):
    make.plan(ref="theirs")
    page = lead.post("/impact", {"ref": ["source:old"], "note": "Decide in May.", **given})
    assert page.status_code == 422
    assert said in _words(page.text)
    assert "Decide in May." in page.text
    assert session.query(ImpactNote).count() == 0


def test_the_same_note_pressed_twice_is_saved_once_and_lists_tell_two_apart_by_the_leads_words(lead, session, two):
    asked = {"ref": ["source:old"], "what": "withdrawn"}
    first, second = (lead.post("/impact", {**asked, "note": "Decide in May."}) for _ in range(2))
    assert second.headers["Location"] == first.headers["Location"]
    assert "The same note is saved already" in _words(lead.get(second.headers["Location"]).text)
    lead.post("/impact", {**asked, "note": "Decide in June."})
    assert session.query(ImpactNote).count() == 2
    steering = _words(lead.get("/steering").text)
    assert steering.index("Decide in May.") < steering.index("Overdue or slipped")
    for said in ("1 priority loses all support; 1 keeps other support.", "“Decide in May.”", "“Decide in June.”"):
        assert said in steering


def test_figures_and_questions_agree_with_their_number(reader, make, two):
    late = make.action(ref="late", due_on=make.today)
    make.link(make.action(due_on=make.today), LinkType.DEPENDS_ON, late)
    figures = re.findall(r"<dt>([^<]+)</dt>", reader.get("/impact?ref=action:late&what=delayed").text)
    assert figures[:3] == ["action waits", "have room", "has no room"]
    page = _words(reader.get("/impact?ref=source:old&ref=source:new").text)
    assert "If they are superseded and nothing takes their place" in page


def test_what_an_organisation_contributes_to_has_figures_a_table_and_a_sheet_of_its_own(reader, make):
    body, other = make.organisation(ref="body"), make.organisation(title="Other body")
    make.action(title="Alone", contributors=[body])
    make.action(title="Shared", contributors=[body, other])
    page = reader.get("/impact?ref=organisation:body").text
    figures = dict(re.findall(r'<dt>([^<]+)</dt><dd class="gt-big">([^<]+)</dd>', page))
    assert figures["actions of other owners lose a contributor"] == "2"
    assert figures["keeps no contributor"] == "1"
    table = _words(page.split('id="helped"')[1].split("</table>")[0])
    assert table.index("Alone no owner ✕ none") < table.index("Shared no owner Other body")
    book = load_workbook(BytesIO(reader.get("/impact?ref=organisation:body&format=xlsx").data))
    assert "Contributions" in book.sheetnames


def test_a_reader_is_not_offered_to_save(reader, two):
    assert "Save as a note" not in reader.get("/impact?ref=source:old").text
    assert reader.post("/impact", {"ref": ["source:old"]}).status_code == 403


@pytest.mark.parametrize("kinds", ["sources", "actions", "posts", "organisations"])
def test_the_page_of_each_record_that_may_go_leads_to_the_question(reader, make, kinds):
    make.source(ref="one")
    make.action(ref="one")
    make.post(ref="one", organisation_id=make.organisation(ref="one").id)
    assert f'/impact?ref={kinds.removesuffix("s")}:one"' in reader.get(f"/{kinds}/one").text.replace("%3A", ":")


def test_a_thread_leads_to_the_question_about_its_record_where_there_is_one(reader, make, two):
    assert "/impact?ref=source:old" in reader.get("/sources/old/thread").text.replace("%3A", ":")
    assert "/impact?ref=" not in reader.get(f"/priorities/{two[2].ref}/thread").text


def test_statements_of_the_page_do_not_grow_with_its_rows(reader, make, two, count_statements):
    with count_statements() as few:
        reader.get("/impact?ref=source:old&by=source:new")
    for _ in range(6):
        make.link(two[0], LinkType.CALLS_FOR, make.priority())
    with count_statements() as many:
        reader.get("/impact?ref=source:old&by=source:new")
    assert many.number <= few.number <= 20
