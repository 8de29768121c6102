"""Pages as documents: what they hold, for whom, and where the pages lead to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import docx
import pytest
from docx.oxml.ns import qn
from openpyxl import load_workbook

from kb.exporting import mapped
from kb.exporting.mapping import Extra
from kb.exporting.marks import mark_of
from kb.models.link import LinkType
from kb.permissions import SYSTEM

if TYPE_CHECKING:
    from docx.document import Document
    from sqlalchemy.orm import Session

    from kb.models.plan import Plan
    from kb.models.source import Source
    from tests.browsing import Browser
    from tests.factories import Make

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def document(browse: Browser, address: str) -> Document:
    answer = browse.get(address)
    assert answer.status_code == 200, answer.status_code
    assert answer.mimetype == WORD
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    return docx.Document(BytesIO(answer.data))


def references(opened: Document) -> list[str]:
    """The titles in the first column, table by table."""
    return [row.cells[0].paragraphs[0].text for table in opened.tables for row in table.rows[1:]]


def everything(opened: Document) -> str:
    return opened.element.body.xml


@pytest.fixture
def plan(make: Make) -> Plan:
    plan = make.the_plan
    plan.ref, plan.title = "wales", "A plan for Wales"
    return plan


@pytest.fixture
def law(make: Make, plan: Plan) -> Source:
    """A source with a key point and an implication, which an answer names with another source."""
    law = make.source(ref="law", title="An Act", link="https://example.org/law")
    point = make.key_point(law, ref="staff", title="Enough staff", point_kind="commitment", promised_by="Boards")
    implication = make.implication(law, ref="count", title="Count the staff", key_points=(point,))
    row = make.response(
        *(law, make.source(ref="code", title="A code")),
        ref="row",
        section="policy",
        response_type="aligned",
        text="We follow it.",
    )
    priority = make.priority(ref="nurses", title="Nurses")
    make.link(implication, LinkType.CALLS_FOR, priority)
    owner = make.post(title="Lead, board")
    action = make.action(ref="train", title="Train ten", owner_id=owner.id, support_needed="Money", due_on=make.today)
    make.link(row, LinkType.ANSWERED_BY, action)
    make.link(priority, LinkType.DELIVERED_BY, action)
    return law


@pytest.fixture
def reader(browse: Browser, make: Make) -> Browser:
    return browse.sign_in(make.viewer())


@pytest.mark.usefixtures("law")
def test_a_plans_mapping_comes_as_a_document_of_its_rows(reader: Browser, make: Make):
    make.response(make.source(title="A study"), section="research")
    opened = document(reader, "/plans/wales/mapping?format=docx")
    assert references(opened) == ["An Act", "A study"]
    first, second = (table.rows[1].cells for table in opened.tables)
    assert [line.text for line in first[0].paragraphs] == ["An Act", "A code"]
    assert first[1].text.splitlines() == [
        "An Act",
        "Enough staff [Commitment; promised by: Boards]",
        "What it means for the workforce",
        "Count the staff [Skills and training]",
    ]
    assert first[2].text == "Aligned: We follow it."
    assert second[2].text == ""
    assert opened.core_properties.identifier == "plan:wales"


@pytest.mark.usefixtures("law")
def test_a_document_has_the_section_and_the_columns_that_are_asked_for(reader: Browser, make: Make):
    make.response(make.source(title="A study"), section="research")
    address = "/plans/wales/mapping?format=docx&section=policy&with=priorities&with=actions&with=nonsense"
    opened = document(reader, address)
    assert references(opened) == ["An Act"]
    assert [cell.text for cell in opened.tables[0].rows[1].cells][3:] == [
        "Nurses",
        "Train ten (Lead, board; due 23 November 2026)",
    ]


def test_rows_of_one_section_stand_together_in_the_plans_order(session: Session, make: Make, plan: Plan):
    for ref, section in (("a", "policy"), ("b", "research"), ("c", "policy")):
        make.response(make.source(), ref=ref, section=section)
    rows = mapped.of_plan(session, plan, person=SYSTEM)
    assert [(row.ref, row.section) for row in rows] == [("a", "Policy"), ("c", "Policy"), ("b", "Research")]


def test_what_is_retired_is_in_no_further_column(session: Session, make: Make, plan: Plan):
    row = make.response(make.source())
    make.link(row, LinkType.CALLS_FOR, make.priority(), state="retired")
    make.link(row, LinkType.ANSWERED_BY, make.action(), state="retired")
    found = mapped.of_plan(session, plan, person=SYSTEM, extras=list(Extra))
    assert [list(filter(None, one.beside.values())) for one in found] == [[]]


def test_drafts_are_only_in_the_documents_of_those_who_may_see_them(browse: Browser, make: Make, law: Source):
    secret = make.source(ref="secret", title="A hushed Act", visibility="draft")
    make.response(secret, ref="hushed-row", text="Hushed answer.", visibility="draft")
    make.response(secret, ref="open-row", text="Answer to what is hushed.")
    make.key_point(law, title="A hushed point", visibility="draft")
    make.action(title="A hushed action", visibility="draft")
    addresses = ("/plans/wales/mapping?format=docx", "/sources?format=docx", "/sources/law?format=docx")
    seen_by = {}
    for name, user in (("viewer", make.viewer()), ("lead", make.lead())):
        browse.sign_in(user)
        told = "".join(everything(document(browse, address)) for address in (*addresses, "/actions?format=docx"))
        seen_by[name] = "hushed" in told.lower()
        assert browse.get("/sources/secret?format=docx").status_code == (200 if name == "lead" else 404)
    assert seen_by == {"viewer": False, "lead": True}


@pytest.mark.usefixtures("law")
def test_chosen_sources_come_with_the_rows_that_name_them_and_without_a_row_last(reader: Browser, make: Make):
    make.source(title="An unread study")
    opened = document(reader, "/sources?format=docx")
    assert references(opened) == ["An Act", "An unread study"]
    headings = [line.text for line in opened.paragraphs if line.style.name == "Heading 1"]
    assert headings == ["Policy", "Not in the mapping yet"]
    assert mark_of("response", "row") in everything(opened)
    assert references(document(reader, "/sources?format=docx&q=study")) == ["An unread study"]


@pytest.mark.usefixtures("law")
def test_the_sources_that_a_search_found_or_found_something_in_come_as_a_mapping(reader: Browser):
    assert references(document(reader, "/search?q=staff&format=docx")) == ["An Act"]


@pytest.mark.usefixtures("law")
def test_a_shortlist_comes_as_a_mapping_with_its_notes_and_as_an_action_plan(browse: Browser, make: Make):
    browse.sign_in(make.viewer())
    given = {"item": ["source:law", "action:train"], "note-source:law": "For the paper"}
    browse.post("/shortlist/add", given, page="/sources")
    opened = document(browse, "/shortlist?format=docx")
    assert [cell.text for cell in opened.tables[0].rows[0].cells][3:] == ["Notes"]
    assert opened.tables[0].rows[1].cells[3].text == "For the paper"
    assert references(document(browse, "/shortlist?format=docx&table=2")) == ["Train ten"]


@pytest.mark.usefixtures("law")
def test_actions_come_in_the_nine_columns_for_word_and_for_excel_with_the_pages_filters(reader: Browser, make: Make):
    make.action(ref="write", title="Write it down")
    opened = document(reader, "/actions?format=docx")
    assert references(opened) == ["Train ten", "Write it down"]
    row = [cell.text for cell in opened.tables[0].rows[1].cells]
    assert row[1:6] == ["Nurses", "Due 23 November 2026\nState: due today", "Lead, board", "Money", ""]
    assert references(document(reader, "/actions?format=docx&q=write")) == ["Write it down"]
    book = load_workbook(BytesIO(reader.get("/actions?format=xlsx&as=matrix&q=train").data))
    cells = [[cell.value for cell in row] for row in book["Action plan"].rows]
    assert cells[0][:9] == [cell.text for cell in opened.tables[0].rows[0].cells]
    assert [row[-1] for row in cells] == ["Ref", "train"]
    assert "Action plan" not in load_workbook(BytesIO(reader.get("/actions?format=xlsx").data)).sheetnames


def test_an_indicator_counts_as_a_measure_of_success(reader: Browser, make: Make):
    make.link(make.action(), LinkType.MEASURED_BY, make.indicator(title="Nurses in post"))
    assert document(reader, "/actions?format=docx").tables[0].rows[1].cells[6].text == "Nurses in post"


def test_an_action_plan_says_whether_its_actions_are_late_and_how_they_go_for_those_who_may_know(
    app, browse: Browser, make: Make
):
    late = make.action(title="Late", due_on=make.today - timedelta(days=3), owner_id=make.post().id)
    make.update(late, confidence="at-risk")
    make.action(title="Done", closure="done", done_on=make.today)
    browse.sign_in(make.viewer())
    for may_know in (True, False):
        if not may_know:
            app.extensions["settings"] = replace(app.extensions["settings"], public_read=True)
            browse.client.delete_cookie("session")
        opened = document(browse, "/actions?format=docx")
        states = [row.cells[2].paragraphs[-1].text for table in opened.tables for row in table.rows[1:]]
        said = "; owner says at risk" if may_know else ""
        assert sorted(states) == ["State: done", f"State: overdue by 3 days{said}"]
        is_told = "1 names a post that nobody holds today." in [line.text for line in opened.paragraphs]
        assert is_told is may_know


@pytest.mark.usefixtures("law")
def test_a_source_and_an_action_come_on_one_page_that_says_where_they_stand(reader: Browser):
    for address, facts in (
        (
            "/sources/law",
            ["Aligned: We follow it.", "Enough staff", "Count the staff", "1 implication, 1 priority, 1 action"],
        ),
        ("/actions/train", ["Lead, board", "Money", "Nurses", "An Act: It says so."]),
    ):
        opened = document(reader, f"{address}?format=docx")
        told = "\n".join(text.text or "" for text in opened.element.body.iter(qn("w:t")))
        assert [fact for fact in facts if fact not in told] == []
        links = [link.url for line in opened.tables[0].rows[-1].cells[1].paragraphs for link in line.hyperlinks]
        assert [link.endswith(address) for link in links] == [True]
        assert opened.sections[0].page_width < opened.sections[0].page_height


def test_what_owners_say_is_on_the_page_of_an_action_only_for_those_who_may_know(app, browse: Browser, make: Make):
    make.update(make.action(ref="told"), confidence="off-track")
    browse.sign_in(make.viewer())
    assert "owner says off track" in everything(document(browse, "/actions/told?format=docx"))
    app.extensions["settings"] = replace(app.extensions["settings"], public_read=True)
    browse.client.delete_cookie("session")
    assert "off track" not in everything(document(browse, "/actions/told?format=docx"))


@pytest.mark.usefixtures("law")
@pytest.mark.parametrize("page", ["/plans/wales/mapping", "/sources", "/actions", "/search?q=staff"])
def test_lists_lead_to_their_documents(reader: Browser, page: str):
    assert "docx" in reader.get(page).text


@pytest.mark.usefixtures("law")
def test_a_page_without_a_document_is_shown_as_the_page(reader: Browser):
    answer = reader.get("/glossary?format=docx")
    assert (answer.status_code, answer.mimetype) == (200, "text/html")


@pytest.mark.usefixtures("law")
def test_the_page_of_a_mapping_shows_its_rows_by_section_and_names_gaps(reader: Browser, make: Make):
    make.response(make.source(title="A study"), section="research")
    whole = reader.get("/plans/wales/mapping").text
    assert "An Act" in whole
    assert "Gap: no answer" in whole
    part = reader.get("/plans/wales/mapping?section=policy").text
    assert "A study" not in part
    assert "A study" in reader.get("/plans/wales/mapping?section=nonsense").text
    assert 'href="/plans/wales/mapping"' in reader.get("/plans/wales").text


@pytest.mark.usefixtures("law")
def test_a_mapping_as_a_table_has_a_row_for_each_of_its_rows(reader: Browser):
    book = load_workbook(BytesIO(reader.get("/plans/wales/mapping?format=xlsx").data))
    names, cells = [[cell.value for cell in row] for row in book["Mapping"].rows]
    told = dict(zip(names, cells, strict=True))
    assert (told["Ref"], told["Sources"], told["Priorities"]) == ("row", "An Act\nA code", "Nurses")


def test_an_empty_mapping_says_what_to_do_and_its_document_that_there_is_nothing(
    browse: Browser, make: Make, plan: Plan
):
    browse.sign_in(make.lead())
    assert "Nothing is mapped yet" in browse.get("/plans/wales/mapping").text
    opened = document(browse, "/plans/wales/mapping?format=docx")
    assert opened.tables == []
