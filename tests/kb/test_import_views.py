"""Facts about the pages on which files come in: bringing, reviewing, mending, deciding and undoing."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from kb import downloads, history
from kb.forms.imports import row_form
from kb.importing import fields, work
from kb.importing.fields import Field, Shape
from kb.importing.kinds import KINDS
from kb.importing.reading.limits import MOST_BYTES
from kb.models.importing import Import, ImportRow, ImportState
from kb.models.source import KeyPoint, Source
from kb.models.user import Role
from kb.views import imports as views
from kb.words import spoken_time
from tests.browsing import TOKEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from tests.browsing import Browser
    from tests.factories import Make

HEADINGS = ("Title", "Summary", "Category", "Kind", "Link")
SOUND = ("A strategy for nursing", "What nursing needs.", "Policy driver", "strategy", "https://example.org/nursing")
OTHER = ("A review of wards", "What wards need.", "Policy driver", "review", "")
WRONG = ("A report on beds", "What beds need.", "Neither of them", "review", "")


@pytest.fixture
def lead(browse: Browser, make: Make) -> Browser:
    """A lead's browser, in a knowledge base with one plan."""
    return browse.sign_in(make.lead())


def table(*rows: Sequence[str], headings: Sequence[str] = HEADINGS) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows([headings, *rows])
    return written.getvalue().encode()


def send(browser: Browser, content: bytes, name: str = "sources.csv", **values: str) -> TestResponse:
    """Bring a file in by the form."""
    token = TOKEN.search(browser.get("/imports/new").text)
    assert token
    file = FileStorage(io.BytesIO(content), name, "file")
    given = {"csrf_token": token.group(1), "kind": "", "plan": "", **values, "file": file}
    # Encoded here: the client would keep a large file open.
    boundary, body = encode_multipart(given)
    kind = f"multipart/form-data; boundary={boundary}"
    answer = browser.client.post("/imports/new", data=body, content_type=kind)
    answer.get_data()
    answer.close()
    browser.session.expire_all()
    return answer


def brought(browser: Browser, *rows: Sequence[str], headings: Sequence[str] = HEADINGS, **values: str) -> str:
    """The address of the review of a file with these rows."""
    answer = send(browser, table(*rows, headings=headings), **values)
    assert answer.status_code == 303, answer.text
    return answer.location


def row_of(session: Session, title: str) -> ImportRow:
    return session.scalars(select(ImportRow).where(ImportRow.title == title)).one()


def titles(session: Session) -> set[str]:
    return set(session.scalars(select(Source.title).where(Source.deleted_at.is_(None))))


def filled(page: str) -> dict[str, str]:
    """What the fields of a row's form hold, by name."""
    found = dict(re.findall(r'<input class="nhsuk-input[^>]* name="([^"]+)"[^>]*? value="([^"]*)"', page))
    found |= dict(re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)</textarea>', page))
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen.group(1) if chosen else ""
    return found


# The list


def test_a_lead_who_brought_nothing_yet_is_told_what_can_come_in_and_given_templates(lead: Browser):
    page = lead.get("/imports").text
    assert "No file has been brought in yet" in page
    for kind in set(KINDS) - {"mapping"}:
        assert f"/imports/templates/{kind}.xlsx" in page


def test_every_template_that_is_offered_can_be_downloaded(lead: Browser):
    for page in (lead.get("/imports").text, lead.get("/imports/new").text):
        offered = re.findall(r'href="(/imports/templates/[^"]+)"', page)
        assert offered
        for address in offered:
            answer = lead.get(address)
            assert (answer.status_code, answer.mimetype) == (200, downloads.EXCEL_TYPE)
    for unknown in ("mapping", "rubbish"):
        assert lead.get(f"/imports/templates/{unknown}.xlsx").status_code == 404


def test_the_list_says_what_became_of_each_file_and_is_a_file_too(lead: Browser):
    brought(lead, SOUND, WRONG)
    page = lead.get("/imports").text
    assert "sources.csv" in page
    assert "1 new, none changed, 1 refused, none left alone" in page
    row = next(csv.DictReader(io.StringIO(lead.get("/imports?format=csv").data.decode("utf-8-sig"))))
    assert (row["File"], row["Rows"], row["New"], row["Refused"]) == ("sources.csv", "2", "1", "1")


def test_leads_find_the_way_in_on_the_lists_and_in_their_menu_and_others_do_not(lead: Browser, make: Make):
    for address in ("/sources", "/actions"):
        assert "/imports/new" in lead.get(address).text
    assert 'href="/imports"' in lead.get("/").text
    lead.sign_in(make.viewer())
    for address in ("/sources", "/actions", "/"):
        assert "/imports" not in lead.get(address).text


# Bringing a file


def test_a_file_is_read_and_proposed_and_nothing_is_written(lead: Browser, session: Session):
    page = lead.get(brought(lead, SOUND, OTHER, WRONG)).text
    assert "3 rows in the file:" in page
    assert "2 new, none changed, 1 refused, none left alone" in page
    assert "Nothing is written yet" in page
    assert "Bring in 2 rows" in page
    assert titles(session) == set()


def test_words_in_place_of_a_file_are_no_file(lead: Browser):
    answer = lead.post("/imports/new", {"kind": "sources", "plan": "", "file": "words"})
    assert answer.status_code == 422
    assert "Choose a file" in answer.text


def test_without_a_file_the_form_asks_for_one_and_keeps_the_choices(lead: Browser):
    answer = lead.post("/imports/new", {"kind": "sources", "plan": ""})
    assert answer.status_code == 422
    assert "Choose a file" in answer.text
    assert re.search(r'value="sources"[^>]* checked', answer.text)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [(b"%PDF-1.7 rubbish", "plan.pdf", ".docx"), (b"PK\x03\x04 broken", "plan.xlsx", ""), (b"", "plan.csv", "")],
)
def test_a_file_that_cannot_be_read_is_refused_on_the_form(
    lead: Browser, session: Session, content: bytes, name: str, words: str
):
    answer = send(lead, content, name)
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert words in answer.text
    assert session.scalars(select(Import)).all() == []


def test_a_table_with_unknown_headings_is_refused_with_what_to_do(lead: Browser):
    answer = send(lead, table(("1", "2"), headings=("Colour", "Taste")))
    assert answer.status_code == 422
    assert "No table in this file has headings that we know" in answer.text


def test_an_unknown_kind_is_refused(lead: Browser, session: Session):
    assert send(lead, table(SOUND), kind="rubbish").status_code == 422
    assert session.scalars(select(Import)).all() == []


def test_actions_need_a_plan(lead: Browser):
    answer = send(lead, table(("Train nurses",), headings=("Action",)), kind="actions")
    assert answer.status_code == 422
    assert "Choose the plan that these rows belong to" in answer.text


def test_only_the_plans_that_one_leads_are_offered(lead: Browser, make: Make):
    make.plan(ref="theirs")
    page = lead.get("/imports/new").text
    assert make.the_plan.ref in page
    assert "theirs" not in page
    assert send(lead, table(SOUND), plan="theirs").status_code == 422


def test_a_file_larger_than_any_other_form_is_taken(lead: Browser):
    content = table(SOUND, *((f"Policy {number}", "x" * 30_000, "", "", "") for number in range(50)))
    assert len(content) > lead.app.config["MAX_CONTENT_LENGTH"]
    assert send(lead, content).status_code == 303


def test_too_large_a_file_is_refused_on_the_form(lead: Browser, monkeypatch: pytest.MonkeyPatch):
    view = lead.app.view_functions["imports.new"]
    monkeypatch.setattr(view, "golden_thread_takes_files", 1_000)
    answer = send(lead, b"x" * 200_000)
    assert answer.status_code == 413
    assert "larger than 50 MB" in answer.text
    assert 'type="file"' in answer.text


def test_files_of_the_size_that_reading_takes_are_let_through(app: Flask):
    assert app.view_functions["imports.new"].golden_thread_takes_files == MOST_BYTES  # type: ignore[attr-defined]


def test_whoever_has_not_signed_in_sends_no_large_file(browse: Browser):
    browse.get("/sign-in")
    assert browse.client.post("/imports/new", data=b"x" * 2_000_000).status_code == 413


def test_other_forms_stay_small(lead: Browser):
    token = TOKEN.search(lead.get("/sources/new").text)
    assert token
    answer = lead.client.post("/sources/new", data={"csrf_token": token.group(1), "title": "x" * 2_000_000})
    assert answer.status_code == 413


def test_the_name_and_the_cells_of_a_file_are_shown_as_text(lead: Browser, session: Session):
    hostile = "<script>alert(1)</script>"
    rows = [(hostile, hostile, "Policy driver", hostile, "javascript:alert(1)")]
    location = send(lead, table(*rows), f"..\\..\\etc/{hostile}\x07.csv").location
    assert location
    page = lead.get(location).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    name = session.scalars(select(Import.file_name)).one()
    assert "\x07" not in name
    assert "/" not in name
    row = session.scalars(select(ImportRow)).one()
    mend = lead.get(f"{location}/rows/{row.id}").text
    assert "<script>alert" not in mend
    assert 'href="javascript' not in page + mend


# Who sees it


def test_another_leads_file_is_not_found(lead: Browser, session: Session, make: Make):
    location = brought(lead, SOUND)
    row = session.scalars(select(ImportRow)).one()
    lead.sign_in(make.user(role=Role.LEAD, plan=make.plan(ref="another-plan")))
    for address in (location, f"{location}/rows/{row.id}", f"{location}/columns", f"{location}/undo"):
        assert lead.get(address).status_code == 404
    for deed in ("accept", "discard", "leave-out"):
        assert lead.post(f"{location}/{deed}", page="/imports/new").status_code == 404
    assert "sources.csv" not in lead.get("/imports").text


def test_another_lead_of_the_plan_sees_what_came_in_for_it(lead: Browser, make: Make):
    location = brought(lead, SOUND, plan=make.the_plan.ref)
    lead.sign_in(make.lead())
    assert "Bring in 1 row" in lead.get(location).text


# The review


def test_a_refused_row_says_what_is_wrong_and_comes_in_once_it_is_mended(lead: Browser, session: Session):
    location = brought(lead, WRONG)
    review = lead.get(location).text
    assert "Neither of them" in review
    assert "Bring in" not in review
    row = session.scalars(select(ImportRow)).one()
    address = f"{location}/rows/{row.id}"
    page = lead.get(address).text
    assert "is not one of the choices" in page
    assert "As in the file: Neither of them" in page
    answer = lead.post(address, {**filled(page), "field_category": "research"})
    assert answer.status_code == 303
    assert "Bring in 1 row" in lead.get(location).text
    assert session.scalars(select(ImportRow)).one().values["category"] == "Research"


def test_a_row_that_is_saved_as_it_was_stays_as_it_was_written(lead: Browser, session: Session):
    location = brought(lead, SOUND, WRONG)
    before = {row.id: dict(row.values) for row in session.scalars(select(ImportRow))}
    for row_id in before:
        address = f"{location}/rows/{row_id}"
        lead.post(address, filled(lead.get(address).text))
    after = {row.id: row.values for row in session.scalars(select(ImportRow))}
    assert all(after[row_id] == {**after[row_id], **values} for row_id, values in before.items())


def test_a_row_that_resembles_a_record_may_be_said_to_be_it(lead: Browser, session: Session, make: Make):
    known = make.source(title="A strategy for nurses", summary="Old.")
    location = brought(lead, SOUND)
    row = session.scalars(select(ImportRow)).one()
    assert [ref for ref, *_ in row.matches] == [known.ref]
    address = f"{location}/rows/{row.id}"
    page = lead.get(address).text
    assert "This is “A strategy for nurses”" in page
    assert lead.post(address, {**filled(page), "match": "something-else"}).status_code == 422
    lead.post(address, {**filled(page), "match": known.ref})
    review = lead.get(location).text
    assert "none new, 1 changed" in review
    assert "<del>Old.</del> to <ins>What nursing needs.</ins>" in review


def test_ticked_rows_are_left_out_and_taken_in_again(lead: Browser, session: Session):
    location = brought(lead, SOUND, OTHER)
    row = row_of(session, SOUND[0])
    lead.post(f"{location}/leave-out", {"row": [str(row.id), "rubbish"], "deed": "leave-out"}, page=location)
    page = lead.get(location).text
    assert "1 new, none changed, none refused, 1 left alone" in page
    assert "Left out" in page
    lead.post(f"{location}/leave-out", {"row": str(row.id), "deed": "take-in"}, page=location)
    assert "2 new" in lead.get(location).text


def test_each_number_leads_to_the_rows_that_it_counts(lead: Browser):
    location = brought(lead, SOUND, WRONG)
    refused = lead.get(f"{location}?show=refuse").text
    assert WRONG[0] in refused
    assert SOUND[0] not in refused
    assert lead.get(f"{location}?show=rubbish").status_code == 200


def test_a_long_review_has_pages(lead: Browser):
    rows = [(f"Policy {number} of {number * 7919}", "S.", "Policy driver", "strategy", "") for number in range(30)]
    location = brought(lead, *rows)
    assert "1 to 25 of 30" in lead.get(location).text
    assert "26 to 30 of 30" in lead.get(f"{location}?page=2").text


def merged(*rows: Sequence[str]) -> bytes:
    """A workbook whose first row is a title merged over three columns."""
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.active.merge_cells("A1:C1")
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("title", ["What we have, 2026", "Sources"])
def test_columns_under_a_merged_title_are_told_by_the_headings_below_it(lead: Browser, title: str):
    """Also where no heading is known, and where the title is a heading that is."""
    content = merged([title], ["Teitl", "Crynodeb", "Cam"], ["A strategy for nursing", "What it needs", "One"])
    location = send(lead, content, "sources.xlsx", kind="sources").location
    page = lead.get(f"{location}/columns").text
    for heading in ("Teitl", "Crynodeb", "Cam"):
        assert heading in page
    assert title not in page.replace("<title>", "").partition("<main")[2]
    assert lead.post(f"{location}/columns", {"t0-0": "title", "t0-1": "summary"}).status_code == 303
    assert "A strategy for nursing" in lead.get(location).text


def test_a_row_that_is_left_alone_for_its_plan_says_whose_it_is(lead: Browser, make: Make):
    make.plan(title="Their plan")
    content = b"Action,Plan\nTrain ten,Their plan\nTrain more,\n"
    location = send(lead, content, "actions.csv", kind="actions", plan=make.the_plan.ref).location
    page = lead.get(location).text
    assert "1 new, none changed, none refused, 1 left alone" in page
    assert page.count("1 row is left alone, since it belongs to a plan that you may not change") == 1
    assert "It belongs to another plan, “Their plan”" in page


def test_an_empty_template_is_answered_on_the_form(lead: Browser):
    answer = send(lead, lead.get("/imports/templates/sources.xlsx").data, "template-sources.xlsx")
    assert answer.status_code == 422
    assert "There is no row to bring in" in answer.text
    assert "No file has been brought in yet" in lead.get("/imports").text


def test_columns_can_be_said_to_hold_something_else(lead: Browser, session: Session):
    content = table(("A strategy for nursing", "Needs"), headings=("Title", "Blurb"))
    location = send(lead, content, kind="sources").location
    assert location
    page = lead.get(f"{location}/columns").text
    assert "Blurb" in page
    assert "Needs" in page
    answer = lead.post(f"{location}/columns", {"t0-0": "title", "t0-1": "title"})
    assert answer.status_code == 422
    assert "Two columns" in answer.text
    assert lead.post(f"{location}/columns", {"t0-0": "title", "t0-1": "rubbish"}).status_code == 422
    assert lead.post(f"{location}/columns", {"t0-0": "title", "t0-1": "summary"}).status_code == 303
    assert session.scalars(select(ImportRow)).one().values["summary"] == "Needs"


def test_more_rows_and_files_take_no_more_statements(lead: Browser, count_statements: Any):
    location = brought(lead, SOUND, WRONG)
    few: dict[str, int] = {}
    more: dict[str, int] = {}
    for numbers, rows in (
        (few, [SOUND, WRONG]),
        (more, [SOUND, WRONG, *((f"Wards {n}", *OTHER[1:]) for n in range(9))]),
    ):
        location = brought(lead, *rows)
        lead.get(location)
        for name, address in {"list": "/imports", "review": location}.items():
            with count_statements() as count:
                lead.get(address)
            numbers[name] = count.number
    assert few == more
    assert max(more.values()) <= 12


# Rows of a mapping table

MAPPING = ("Reference", "Key reference points", "Relevance")


def mapping(browser: Browser, make: Make, *rows: Sequence[str], headings: Sequence[str] = MAPPING) -> str:
    """The address of the review of a mapping table with these rows."""
    answer = send(browser, table(*rows, headings=headings), "map.csv", kind="mapping", plan=make.the_plan.ref)
    assert answer.status_code == 303, answer.text
    return answer.location


def test_the_type_of_a_new_source_is_chosen_from_a_list_and_a_guess_is_marked(
    lead: Browser, session: Session, make: Make
):
    location = mapping(lead, make, ("Tooth Council\nThe Teeth Strategy (2019)", "Drill.", ""))
    row = session.scalars(select(ImportRow)).one()
    address = f"{location}/rows/{row.id}"
    page = lead.get(address).text
    assert filled(page)["field_source_kind-1"] == "strategy"
    assert '<option value="guidance"' in page
    assert row.values["source-1"] == "The Teeth Strategy"
    assert re.search(r'id="field_source-1-hint"[^>]*>\s*Guessed', page)
    lead.post(address, {**filled(page), "field_source_kind-1": "guidance"})
    lead.post(f"{location}/accept", page=location)
    assert session.scalars(select(Source.source_kind)).one() == "guidance"


def test_what_a_row_does_not_write_of_a_source_that_is_here_is_not_offered(lead: Browser, session: Session, make: Make):
    source = make.source(title="The Teeth Strategy")
    location = mapping(lead, make, ("The Teeth Strategy", "Drill.", ""), ("The Gums Strategy", "Pull.", ""))
    known, new = session.scalars(select(ImportRow).order_by(ImportRow.position))
    unused = {f"field_{key}-1" for key in ("category", "source_kind", "publisher", "published", "nations", "link")}
    page = lead.get(f"{location}/rows/{known.id}").text
    names = set(re.findall(r' name="([^"]+)"', page))
    assert {"field_source-1", "field_key_points-1"} <= names
    assert not unused & names
    assert "is here already" in page
    assert f'href="/sources/{source.ref}"' in page
    assert unused <= set(re.findall(r' name="([^"]+)"', lead.get(f"{location}/rows/{new.id}").text))


def test_a_guess_that_would_take_the_place_of_what_stands_is_marked(lead: Browser, session: Session, make: Make):
    make.response(make.source(title="The Teeth Strategy"), response_type="context-only", text="Background")
    location = mapping(lead, make, ("The Teeth Strategy", "Drill.", "The plan is aligned with it"))
    assert "How the plan stands to it “Aligned”" in lead.get(location).text
    row = session.scalars(select(ImportRow)).one()
    assert (row.outcome, "field_section" in lead.get(f"{location}/rows/{row.id}").text) == ("change", False)


def test_what_was_mended_of_a_source_that_turns_out_to_be_here_is_told_to_be_unused(
    lead: Browser, session: Session, make: Make
):
    make.source(title="The Teeth Strategy")
    location = mapping(lead, make, ("The Tooth Plan", "Drill.", ""))
    row = session.scalars(select(ImportRow)).one()
    address = f"{location}/rows/{row.id}"
    mended = {"field_source-1": "The Teeth Strategy", "field_publisher-1": "Tooth Council"}
    lead.post(address, {**filled(lead.get(address).text), **mended})
    assert "Not used, since the source is here already: Publisher." in lead.get(location).text


RURAL = (
    ("A Framework for Rural Dentists", "Drill near.", "Noted"),
    ("Another Policy", "Pull.", ""),
    ("Framework for Rural Dentists, 2024", "Fill near.", ""),
)


def test_two_rows_that_may_name_the_same_new_source_point_at_each_other(lead: Browser, session: Session, make: Make):
    location = mapping(lead, make, *RURAL)
    first, other, last = session.scalars(select(ImportRow).order_by(ImportRow.position))
    page = lead.get(location).text
    for row in (first, last):
        assert re.search(f'Perhaps the same as the new “[^”]+” in <a href="{location}/rows/{row.id}">{row.place}', page)
    assert f'/rows/{other.id}">{other.place}' not in page
    assert f"Perhaps the same as the new “{first.title}”" in lead.get(f"{location}/rows/{last.id}").text
    assert "The same new one as in" not in lead.get(f"{location}/rows/{first.id}").text


def same_as_the_first(lead: Browser, session: Session, location: str) -> list[ImportRow]:
    """The rows of RURAL, of which the last was said to mean the source of the first."""
    rows = list(session.scalars(select(ImportRow).order_by(ImportRow.position)))
    address = f"{location}/rows/{rows[2].id}"
    page = lead.get(address).text
    assert f"The same new one as in {rows[0].place}: “{rows[0].title}”" in page
    answer = lead.post(address, {**filled(page), "match": f"same-as:{rows[0].title}"})
    assert answer.status_code == 303, answer.text
    return rows


def test_rows_that_are_said_to_name_the_same_source_make_one_and_both_use_it(
    lead: Browser, session: Session, make: Make
):
    location = mapping(lead, make, *RURAL)
    rows = same_as_the_first(lead, session, location)
    assert f"It uses the new “{rows[0].title}” of" in lead.get(location).text
    lead.post(f"{location}/accept", page=location)
    assert titles(session) == {rows[0].title, "Another Policy"}
    source = session.scalars(select(Source.id).where(Source.title == rows[0].title)).one()
    points = session.scalars(select(KeyPoint.title).where(KeyPoint.source_id == source))
    assert set(points) == {"Drill near.", "Fill near."}
    assert [row.is_applied for row in rows] == [True, True, True]
    assert lead.post(f"{location}/undo").status_code == 303
    assert titles(session) == set()


def test_a_row_that_uses_the_source_of_another_is_refused_while_that_one_is_left_out(
    lead: Browser, session: Session, make: Make
):
    location = mapping(lead, make, *RURAL)
    first, _, last = same_as_the_first(lead, session, location)
    lead.post(f"{location}/leave-out", {"row": str(first.id), "deed": "leave-out"}, page=location)
    assert last.outcome == "refuse"
    assert "Take that row in again" in lead.get(f"{location}?show=refuse").text
    lead.post(f"{location}/leave-out", {"row": str(first.id), "deed": "take-in"}, page=location)
    assert (last.outcome, last.problems) == ("create", [])


def test_a_row_may_be_said_to_be_another_than_one_that_is_called_nearly_the_same(
    lead: Browser, session: Session, make: Make
):
    location = mapping(lead, make, *RURAL)
    last = session.scalars(select(ImportRow).order_by(ImportRow.position.desc())).first()
    assert last
    address = f"{location}/rows/{last.id}"
    lead.post(address, {**filled(lead.get(address).text), "match": "new"})
    assert "Perhaps the same" not in lead.get(location).text
    lead.post(f"{location}/accept", page=location)
    assert len(titles(session)) == 3


# Words and numbers


def test_a_day_of_a_sheet_is_shown_as_people_write_it(lead: Browser):
    page = lead.get(brought(lead, (*SOUND, "2026-09-30"), headings=(*HEADINGS, "Published"))).text
    assert "30 September 2026" in page
    assert "2026-09-30" not in page


def test_columns_that_only_tell_are_not_counted_as_read(lead: Browser):
    page = lead.get(brought(lead, (*SOUND, "4", "x"), headings=(*HEADINGS, "Key points", "Page"), kind="sources")).text
    assert "Columns: 5 are read" in page


def test_rows_are_told_to_be_ticked_where_none_was(lead: Browser):
    location = brought(lead, SOUND)
    lead.post(f"{location}/leave-out", {"deed": "leave-out"}, page=location)
    assert "No row changed. Tick the rows first." in lead.get(location).text


def test_an_import_that_wrote_nothing_offers_no_undoing(lead: Browser, session: Session, make: Make):
    incoming = make.incoming(state=ImportState.ACCEPTED)
    make.incoming_row(incoming, outcome="same")
    location = f"/imports/{incoming.id}"
    assert f"{location}/undo" not in lead.get(location).text
    page = lead.get(f"{location}/undo").text
    assert "nothing to take back" in page
    assert "<form class" not in page.partition("<h1>")[2]


def test_an_undone_import_says_that_what_it_added_is_gone(lead: Browser):
    location = brought(lead, SOUND, WRONG)
    lead.post(f"{location}/accept", page=location)
    lead.post(f"{location}/undo")
    assert "1 added, none changed, 1 refused, none left alone; all taken back since." in lead.get(location).text
    assert "Taken back" in lead.get(f"{location}?show=create").text


def test_a_file_of_which_no_row_was_read_says_so(lead: Browser, make: Make):
    incoming = make.incoming(state=ImportState.READY)
    assert "No row of the file was read" in lead.get(f"/imports/{incoming.id}").text


# Deciding


def test_accepted_rows_become_records_that_say_where_they_came_from(lead: Browser, session: Session):
    location = brought(lead, SOUND, WRONG)
    assert lead.post(f"{location}/accept", page=location).status_code == 303
    assert titles(session) == {SOUND[0]}
    page = lead.get(location).text
    assert "1 added, none changed, 1 refused, none left alone" in page
    assert "1 added, none changed, 1 refused, none left alone" in lead.get("/imports").text
    source = session.scalars(select(Source)).one()
    assert f'href="/sources/{source.ref}"' in page
    row = row_of(session, SOUND[0])
    record = lead.get(f"/sources/{source.ref}").text
    assert f"{location}/rows/{row.id}" in record
    assert f"sources.csv, {row.place}" in record
    assert SOUND[1] in lead.get(f"{location}/rows/{row.id}").text


def test_where_a_record_came_from_is_told_to_leads_alone(lead: Browser, session: Session, make: Make):
    location = brought(lead, SOUND)
    lead.post(f"{location}/accept", page=location)
    source = session.scalars(select(Source)).one()
    lead.sign_in(make.viewer())
    assert "sources.csv" not in lead.get(f"/sources/{source.ref}").text.partition('id="history"')[0]
    assert "/imports/" not in lead.get(f"/sources/{source.ref}").text


def test_the_same_file_again_has_nothing_to_do(lead: Browser):
    location = brought(lead, SOUND, OTHER)
    lead.post(f"{location}/accept", page=location)
    again = brought(lead, SOUND, OTHER)
    page = lead.get(again).text
    assert "Nothing to do" in page
    assert "none new, none changed, none refused, 2 left alone" in page
    answer = lead.post(f"{again}/accept", page=again)
    assert answer.status_code == 422
    assert "There is nothing to bring in" in answer.text


def test_refused_rows_can_be_taken_away_with_the_reasons(lead: Browser):
    location = brought(lead, SOUND, WRONG)
    lead.post(f"{location}/accept", page=location)
    assert f"{location}?show=refuse&amp;format=csv" in lead.get(location).text
    rows = list(csv.DictReader(io.StringIO(lead.get(f"{location}?show=refuse&format=csv").data.decode("utf-8-sig"))))
    assert [row["Source"] for row in rows] == [WRONG[0]]
    assert "is not one of the choices" in rows[0]["What is wrong with it"]


def test_refused_rows_that_were_taken_away_and_mended_come_in(lead: Browser, session: Session):
    location = brought(lead, WRONG)
    content = lead.get(f"{location}?show=refuse&format=csv").data.replace(b"Neither of them", b"Research")
    answer = send(lead, content, "mended.csv")
    assert answer.status_code == 303
    lead.post(f"{answer.location}/accept", page=answer.location)
    assert titles(session) == {WRONG[0]}


def test_an_import_is_undone_after_the_page_says_what_goes(lead: Browser, session: Session):
    location = brought(lead, SOUND, OTHER)
    lead.post(f"{location}/accept", page=location)
    page = lead.get(f"{location}/undo").text
    assert "2 rows added something" in page
    assert titles(session) == {SOUND[0], OTHER[0]}
    assert lead.post(f"{location}/undo").status_code == 303
    assert titles(session) == set()
    assert "This import was undone" in lead.get(location).text


def test_an_import_on_which_somebody_built_is_not_undone(lead: Browser, session: Session, make: Make):
    location = brought(lead, SOUND, OTHER)
    lead.post(f"{location}/accept", page=location)
    source = session.scalars(select(Source).where(Source.title == SOUND[0])).one()
    make.key_point(source, title="A point that somebody added")
    answer = lead.post(f"{location}/undo")
    assert answer.status_code == 422
    assert "A point that somebody added" in answer.text
    assert titles(session) == {SOUND[0], OTHER[0]}


def test_a_refused_undo_says_who_changed_what_and_when_with_links_and_what_to_do(
    lead: Browser, session: Session, make: Make
):
    location = brought(lead, SOUND, OTHER)
    lead.post(f"{location}/accept", page=location)
    source = session.scalars(select(Source).where(Source.title == SOUND[0])).one()
    user = make.lead()
    change = history.note(session, source, "summary", "Before", "After", by=make.person(user))
    session.flush()
    page = lead.post(f"{location}/undo").text
    assert "1 record was changed or built on since" in page
    assert f'href="/sources/{source.ref}"' in page
    assert "Summary: Before to After" in page
    assert user.name in page
    assert spoken_time(change.at) in page
    assert f'href="{location}?show=create"' in page
    assert "Undo this import" not in page


def test_a_file_is_put_aside(lead: Browser, session: Session):
    location = brought(lead, SOUND)
    assert lead.post(f"{location}/discard", page=location).status_code == 303
    page = lead.get(location).text
    assert "This file was put aside" in page
    assert "Bring in 1 row" not in page
    answer = lead.post(f"{location}/accept", page="/imports/new")
    assert answer.status_code == 422
    assert titles(session) == set()


# Large files


def test_a_large_file_is_worked_at_beside_the_answer_and_says_how_far_it_is(
    lead: Browser, session: Session, monkeypatch: pytest.MonkeyPatch
):
    begun: list[int] = []
    monkeypatch.setattr(views, "MOST_AT_ONCE", dict.fromkeys(views.MOST_AT_ONCE, 1))
    monkeypatch.setattr(work, "start", lambda _database, _settings, import_id, _then: begun.append(import_id))
    location = brought(lead, SOUND, OTHER)
    incoming = session.scalars(select(Import)).one()
    assert begun == [incoming.id]
    answer = lead.get(location)
    assert "2 rows wait" in answer.text
    assert answer.headers["Refresh"] == str(views.LOOK_AGAIN_SECONDS)
    incoming.done = 1
    session.flush()
    assert "1 of 2 rows" in lead.get(location).text


def test_while_rows_are_brought_in_the_page_counts_those_alone(lead: Browser, session: Session):
    location = brought(lead, SOUND, OTHER, WRONG)
    incoming = session.scalars(select(Import)).one()
    incoming.state, incoming.done = ImportState.ACCEPTING, 1
    session.flush()
    assert "1 of 2 rows" in lead.get(location).text


def test_an_import_that_stopped_says_why_and_what_to_do(lead: Browser, make: Make):
    incoming = make.incoming(state=ImportState.FAILED)
    incoming.told = "Something went wrong on our side."
    page = lead.get(f"/imports/{incoming.id}").text
    assert "Something went wrong on our side." in page
    assert "Bring it again" in page


# The form of a row


def shaped(app: Flask, make: Make, field: Field, text: str, sent: dict[str, Any] | None = None) -> Any:
    """The form of a row with one field, as it is shown, or as it was sent."""
    row = make.incoming_row(make.incoming(), values={field.key: text})
    with app.test_request_context(method="GET" if sent is None else "POST", data=sent):
        form = row_form(row, [field])
        return form if sent is None else form.words()[field.key]


CHOICE = Field("data", "Data", Shape.CHOICE, choices={"a-thing": "A thing", "other": "Other"})
SEVERAL = Field("errors", "Errors", Shape.CHOICES, choices={"a-thing": "A thing", "other": "Other", "third": "Third"})


@pytest.mark.parametrize(
    ("field", "text", "sent", "words"),
    [
        (CHOICE, "a THING", {"field_data": "a-thing"}, "a THING"),
        (CHOICE, "a THING", {"field_data": "other"}, "Other"),
        (CHOICE, "rubbish", {"field_data": "as-in-the-file"}, "rubbish"),
        (CHOICE, "rubbish", {"field_data": ""}, ""),
        (SEVERAL, "other, A thing", {"field_errors": ["a-thing", "other"]}, "other, A thing"),
        (SEVERAL, "other, A thing", {"field_errors": ["a-thing", "third"]}, "A thing; Third"),
        (SEVERAL, "Other", {"field_errors": [""]}, ""),
        (SEVERAL, "rubbish", {"field_errors": "rubbish"}, "rubbish"),
        (Field("values", "Values", Shape.YES), "x", {"field_values": "yes"}, "x"),
        (Field("values", "Values", Shape.YES), "x", {"field_values": "no"}, "No"),
        (Field("told", "Told", Shape.TEXT), "one\r\ntwo ", {"field_told": "one\r\ntwo"}, "one\r\ntwo "),
        (Field("told", "Told", Shape.TEXT), "one", {"field_told": "two"}, "two"),
    ],
)
def test_what_a_field_is_told_is_kept_in_words_and_unchanged_where_it_means_the_same(
    app: Flask, make: Make, field: Field, text: str, sent: dict[str, Any], words: str
):
    assert shaped(app, make, field, text, sent) == words


def test_every_shape_of_a_field_can_be_shown(app: Flask, make: Make):
    for shape in Shape:
        field = Field("match", "Match", shape, choices={"a": "A"} if "choice" in shape else {})
        form = shaped(app, make, field, "Ä, rubbish")
        assert form["field_match"].label.text == "Match"
        assert fields.plain("Match") == "match"
