"""Lists as files: what the page lists with the same filters, all of it, and nothing that the reader may not see."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from io import BytesIO, StringIO
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from actions.indicator_models import Indicator
from kb import history
from kb.models.figure import Comparison, Figure
from kb.models.link import LinkState, LinkType
from kb.paths import TEMPLATES

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.browsing import Browser
    from tests.factories import Make

pytestmark = [pytest.mark.every_database, pytest.mark.differs]


def table(browse: Browser, address: str) -> list[dict[str, str]]:
    """The rows of a list as CSV, by heading."""
    answer = browse.get(f"{address}{'&' if '?' in address else '?'}format=csv")
    assert answer.status_code == 200, answer.status_code
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    return list(csv.DictReader(StringIO(answer.data.decode("utf-8-sig"), newline="")))


def refs(browse: Browser, address: str) -> list[str]:
    return [row["Ref"] for row in table(browse, address)]


@pytest.fixture
def reader(browse: Browser, make: Make) -> Browser:
    return browse.sign_in(make.viewer())


@pytest.fixture
def everything(session: Session, make: Make) -> None:
    """Two of each, of which the filters in `LISTS` leave the first, and a draft that only leads may see."""
    theme = make.theme(ref="nursing", title="Nursing")
    make.theme(ref="autism", title="Autism")
    body = make.organisation(ref="board", title="A board", body_kind="health-board")
    make.organisation(ref="college", title="A college", body_kind="college")
    post = make.post(ref="lead-board", title="Lead, board", organisation_id=body.id)
    make.post(ref="lead-college", title="Chair", organisation_id=body.id)
    source = make.source(ref="strategy", title="A strategy", status="in-force", themes=[theme])
    other = make.source(ref="report", title="A report", status="ended")
    make.source(ref="secret", title="A secret strategy", status="in-force", visibility="draft")
    make.key_point(source, ref="promise", title="More nurses are promised.", point_kind="commitment")
    make.key_point(other, ref="remark", title="Nurses are tired.")
    figures = [
        Figure(ref="ten", title="Nurses in post", source_id=source.id, position=1, figure_kind="target", value="10"),
        Figure(ref="nine", title="Nurses counted", source_id=other.id, position=1, figure_kind="statistic", value="9"),
    ]
    session.add_all([*figures, Comparison(ref="nurses", title="How many nurses", figures=figures)])
    session.add(Comparison(ref="beds", title="How many beds", outcome="misprint", figures=figures))
    plan = make.the_plan
    plan.ref, plan.title = "plan", "The plan"
    priority = make.priority(ref="train", title="Train nurses")
    make.priority(ref="elsewhere", title="Something else", plan_id=make.plan(ref="another").id)
    action = make.action(ref="train-ten", title="Train ten", owner_id=post.id, due_on=make.today)
    make.action(ref="write-report", title="Write a report", plan_id=plan.id)
    make.action(ref="hush", title="A secret action", owner_id=post.id, visibility="draft")
    make.link(priority, LinkType.DELIVERED_BY, action)
    session.add(Indicator(ref="in-post", title="Nurses in post", plan_id=plan.id, frequency="monthly"))
    session.add(Indicator(ref="days-lost", title="Days lost", plan_id=plan.id, frequency="yearly"))
    make.term("CAMHS", "Child and adolescent mental health services")
    make.term("LPS", "Liberty Protection Safeguards")
    session.commit()


LISTS = {
    "/sources": ({"strategy", "report"}, "status=in-force", ["strategy"]),
    "/actions": ({"train-ten", "write-report"}, "owner=lead-board", ["train-ten"]),
    "/priorities": ({"train"}, "plan=another", ["elsewhere"]),
    "/organisations": ({"board", "college"}, "kind=health-board", ["board"]),
    "/posts": ({"lead-board", "lead-college"}, "q=lead", ["lead-board"]),
    "/glossary": ({"camhs", "lps"}, "letter=c", ["camhs"]),
    "/themes": ({"nursing", "autism"}, "q=nurs", ["nursing"]),
    "/figures": ({"ten", "nine"}, "kind=target", ["ten"]),
    "/comparisons": ({"nurses", "beds"}, "outcome=open", ["nurses"]),
    "/indicators": ({"in-post", "days-lost"}, "frequency=monthly", ["in-post"]),
    "/key-points": ({"promise", "remark"}, "kind=commitment", ["promise"]),
    "/gaps?plan=plan": (
        {"train-ten", "write-report", "lead-board", "days-lost", "in-post"},
        "kind=action-without-owner",
        ["write-report"],
    ),
}


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("address", LISTS)
def test_a_list_as_csv_holds_exactly_what_its_filters_leave(reader: Browser, address: str):
    whole, filters, left = LISTS[address]
    assert set(refs(reader, address)) == whole
    assert refs(reader, f"{address}{'&' if '?' in address else '?'}{filters}") == left


@pytest.mark.usefixtures("everything")
def test_search_results_as_csv_hold_the_hits_of_the_question(reader: Browser):
    assert {"train", "train-ten"} <= set(refs(reader, "/search?q=train"))
    assert refs(reader, "/search?q=train&kind=priority") == ["train"]
    assert "hush" not in refs(reader, "/search?q=secret")


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("address", ["/sources", "/actions", "/figures", "/search?q=nurses", "/steering", "/shortlist"])
def test_a_list_as_excel_has_the_rows_of_the_csv_and_says_what_it_is(reader: Browser, address: str):
    answer = reader.get(f"{address}{'&' if '?' in address else '?'}format=xlsx")
    book = load_workbook(BytesIO(answer.data))
    about = {row[0].value: row[1].value for row in book["About"]}
    assert about["Taken from"].startswith("Golden Thread")
    assert about["The same list"].endswith(address)
    sheet = book.worksheets[1]
    assert [cell.value for cell in sheet["A"]][1:] == refs(reader, address)


def test_paging_does_not_cut_a_file(reader: Browser, make: Make):
    made = {make.source().ref for _ in range(60)}
    assert set(refs(reader, "/sources?page=2")) == made
    assert 'href="/sources?format=csv"' in reader.get("/sources?page=2").text


def test_drafts_and_what_owners_say_are_only_in_the_files_of_those_who_may_know(app, browse: Browser, make: Make):
    make.source(ref="plain")
    make.source(ref="secret", visibility="draft")
    make.update(make.action(ref="told"), confidence="off-track")
    lead = browse.sign_in(make.lead())
    assert set(refs(lead, "/sources")) == {"plain", "secret"}
    assert table(lead, "/actions")[0]["Confidence"] == "Off track"
    app.extensions["settings"] = replace(app.extensions["settings"], public_read=True)
    browse.client.delete_cookie("session")
    assert refs(browse, "/sources") == ["plain"]
    row = table(browse, "/actions")[0]
    assert not {"Confidence", "Forecast", "Last update"} & set(row)
    assert "Off track" not in row.values()
    book = load_workbook(BytesIO(browse.get("/steering?format=xlsx").data))
    lists = ["Overdue or slipped", "Nothing said", "Due in 30 days"]
    assert book.sheetnames == ["About", *lists, "The plan in numbers", "Suspect links", "No live source"]


def test_the_steering_file_counts_the_suspect_links_of_the_plan_and_lists_them_with_their_age(
    browse: Browser, make: Make
):
    make.plan()
    other = make.plan(title="Another")
    changed = datetime.combine(make.today, time(9), tzinfo=UTC)
    for days, plan_id in ((3, None), (12, None), (40, other.id)):
        priority = make.priority(title=f"Waits {days}", **({"plan_id": plan_id} if plan_id else {}))
        make.link(
            make.source(),
            LinkType.CALLS_FOR,
            priority,
            state=LinkState.SUSPECT,
            suspect_since=changed - timedelta(days=days),
            suspect_because="It was repealed",
        )
    lead = browse.sign_in(make.lead(make.the_plan))
    page = lead.get(f"/steering?plan={make.the_plan.ref}").text
    places = {words: int(place) for place, words in re.findall(r"table=(\d)[^>]*>([^<]+)</a>", page)}
    assert places["suspect links"] == 7
    listed = table(lead, f"/steering?plan={make.the_plan.ref}&table=7")
    assert [(row["To"], row["Days"], row["What changed"]) for row in listed] == [
        ("Waits 12", "12", "It was repealed"),
        ("Waits 3", "3", "It was repealed"),
    ]
    *_, counted = table(lead, f"/steering?plan={make.the_plan.ref}&table=4")
    assert counted == {"Finding": "Suspect links", "How many": "2", "Oldest, days": "12"}


def test_a_source_carries_its_answers_and_its_counts_into_the_file(reader: Browser, make: Make):
    source = make.source(title="=HYPERLINK(1)", nations=("wales", "england"))
    make.key_point(source)
    make.response(source, response_type="aligned", text="We follow it.")
    row = table(reader, "/sources")[0]
    assert row["Source"] == "'=HYPERLINK(1)"
    assert (row["Nations"], row["Key points"]) == ("Wales; England", "1")
    assert row["How plans answer"] == f"{make.the_plan.title}: Aligned"
    assert row["Page"] == f"http://127.0.0.1:5000/sources/{source.ref}"


def test_an_action_carries_the_whole_matrix_into_the_file(reader: Browser, make: Make):
    action = make.action(
        owner_id=make.post(title="Lead").id, due_on=make.today, measure="Ten trained", resources="-3 posts"
    )
    make.link(make.priority(title="Train nurses"), LinkType.DELIVERED_BY, action)
    row = table(reader, "/actions")[0]
    assert (row["Priority"], row["Owner"], row["Measure of success"]) == ("Train nurses", "Lead", "Ten trained")
    assert (row["Due"], row["Days until due"], row["Schedule"]) == (make.today.isoformat(), "0", "Due within 30 days")
    assert row["Resources"] == "'-3 posts"


def test_my_actions_are_the_persons_own(browse: Browser, make: Make):
    post = make.post()
    make.action(ref="mine", owner_id=post.id, due_on=make.today)
    make.action(ref="of-another")
    assert refs(browse.sign_in(make.owner(post)), "/my-actions") == ["mine"]


def test_people_and_mails_are_for_administrators(browse: Browser, make: Make):
    assert browse.sign_in(make.lead()).get("/people?format=csv").status_code == 403
    assert browse.get("/outbox?format=csv").status_code == 403
    administrator = make.administrator()
    rows = table(browse.sign_in(administrator), "/people?role=administrator")
    assert [row["Mail address"] for row in rows] == [administrator.email]
    assert table(browse, "/outbox") == []


def test_changes_say_who_only_to_those_who_may_know(app, session: Session, browse: Browser, make: Make):
    source, lead = make.source(ref="a-source"), make.person(make.lead())
    history.note(session, source, "title", "Old", "New", reason="It is called so", by=lead)
    browse.sign_in(make.viewer())
    row = table(browse, "/changes")[0]
    assert (row["Ref"], row["From"], row["To"], row["Why"]) == ("a-source", "Old", "New", "It is called so")
    assert row["Who"] == lead.name
    app.extensions["settings"] = replace(app.extensions["settings"], public_read=True)
    browse.client.delete_cookie("session")
    assert "Who" not in table(browse, "/changes")[0]


def test_a_records_history_is_a_file_too(reader: Browser, session: Session, make: Make):
    source, other = make.source(ref="a-source"), make.source()
    for record in (source, other):
        history.note(session, record, "title", "Old", "New", reason="It is called so", by=make.person(make.lead()))
    assert refs(reader, "/history/sources/a-source") == ["a-source"]


# Parts of another record, and a form for each of several actions.
NO_LISTS = {"staff_group.html", "several.html"}


def test_every_list_with_pages_offers_its_files():
    for template in TEMPLATES.rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        if "lists.paging(" in text and template.name not in NO_LISTS:
            assert "lists.downloads(" in text, template


def test_an_unknown_format_shows_the_page(reader: Browser):
    assert reader.get("/sources?format=pdf").mimetype == "text/html"
    assert reader.get("/steering?format=csv&table=99999").mimetype == "text/csv"


def test_files_of_a_demonstration_are_called_so(reader: Browser, make: Make):
    assert "demonstration" not in reader.get("/sources?format=csv").headers["Content-Disposition"]
    make.plan(is_demonstration=True)
    answer = reader.get("/sources?format=xlsx")
    assert "filename=sources-demonstration-2026-11-23.xlsx" in answer.headers["Content-Disposition"]
    assert load_workbook(BytesIO(answer.data))["About"]["A2"].value == "Demonstration"


def test_a_file_takes_the_same_number_of_statements_however_long_it_is(reader: Browser, make: Make, count_statements):
    for address in ("/sources", "/actions", "/posts", "/organisations"):
        numbers = []
        for _ in range(2):
            for _ in range(4):
                make.response(make.source(nations=("wales",)), response_type="aligned", text="Yes.")
                make.link(make.priority(), LinkType.DELIVERED_BY, make.action(owner_id=make.post().id))
            reader.get(f"{address}?format=csv")
            with count_statements() as count:
                reader.get(f"{address}?format=csv")
            numbers.append(count.number)
        assert numbers[0] == numbers[1] <= 18, address
