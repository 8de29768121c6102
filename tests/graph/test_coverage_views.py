"""Facts about the pages of coverage: the matrix, the page behind a figure, and their files."""

from __future__ import annotations

import csv
import re
from html import unescape
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook

from kb.models.link import LinkState, LinkType
from kb.models.record import Visibility

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def field(make):
    """A theme that reaches a priority, one that reaches none, and a priority that nothing calls for."""
    children, data = make.theme(title="Children"), make.theme(title="Data")
    source = make.source(title="The strategy", themes=[children], nations=("wales",))
    make.source(title="The census", themes=[data])
    nurses, beds = make.priority(title="Nurses"), make.priority(title="Beds")
    implication = make.implication(source, title="More nurses")
    make.link(implication, LinkType.CALLS_FOR, nurses, reason="It asks for nurses.", state=LinkState.SUSPECT)
    return {"children": children, "source": source, "nurses": nurses, "beds": beds}


@pytest.fixture
def reader(browse, make):
    return browse.sign_in(make.viewer())


def _words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def _rows(html: str) -> list[list[str]]:
    body = html.split("<tbody", 1)[1].split("</tbody>", 1)[0]
    cells = [re.findall(r"<t[hd]\b.*?</t[hd]>", row, re.S) for row in body.split("<tr")[1:]]
    return [[_words(cell) for cell in row] for row in cells]


def test_the_matrix_says_in_words_what_reaches_nothing_and_what_nothing_reaches(reader, field):
    html = reader.get("/coverage").text
    assert _rows(html) == [
        ["Children 1 source", "1 : Children, any priority", "1 : Children, Nurses", "– none"],
        ["Data 1 source", "No priority", "– none", "– none"],
        ["All sources", "1 : All sources, any priority", "1 : All sources, Nurses", "No source"],
    ]
    said = "2 themes with sources, one of them without a priority; 2 priorities, one of them without a source."
    assert said in _words(html)


def test_every_figure_opens_the_links_behind_it(reader, field):
    html = reader.get("/coverage?nation=wales").text
    addresses = [unescape(address) for address in re.findall(r'href="(/coverage/cell[^"]+)"', html)]
    assert len(addresses) == 4
    for address in addresses:
        assert "nation=wales" in address
        told = _words(reader.get(address).text)
        assert "1 source" in told
        assert "It asks for nurses." in told
        assert "More nurses" in told
        assert "Suspect link" in told


def test_with_filters_on_a_priority_that_they_leave_bare_is_not_called_a_gap(reader, field):
    html = reader.get("/coverage?nation=wales").text
    assert "Only sources of Wales count here." in _words(html)
    assert _rows(html)[-1][-1] == "None of these"
    assert "No source" not in html


def test_filters_that_leave_nothing_say_so_and_offer_the_whole(reader, field):
    told = _words(reader.get("/coverage?nation=scotland").text)
    assert "Nothing fits these filters" in told
    assert re.search(
        r"Only sources of Scotland count here\. Without filters there are \d+ themes? with sources and", told
    )
    assert "Clear filters" in told
    assert "Clear filters" in told


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("?by=nonsense", ["There is no table called “nonsense”."]),
        ("?plan=none", ["There is no plan “none” that you may see."]),
        ("?nation=x&theme=y", ["There is no nation “x” here", "There is no theme “y” that you may see"]),
        ("?columns=99&page=99", []),
        ("?plan=all&by=themes&nation=&theme=", []),
    ],
)
def test_what_an_address_names_wrongly_is_passed_over_and_said(reader, field, address, said):
    page = reader.get(f"/coverage{address}").text
    assert len(_rows(page)) == 3
    assert all(each in _words(page) for each in said)
    assert ("There is no" in _words(page)) == bool(said)


def test_sources_without_a_theme_are_told_apart_from_the_themes(reader, make, field):
    make.source(title="Bare")
    said = _words(reader.get("/coverage").text)
    assert "2 themes with sources, one of them without a priority; 2 priorities" in said
    assert "One source has no theme, and stands in the last row." in said


def test_of_actions_narrowed_to_some_sources_nothing_is_said_of_those_without_a_priority(reader, make, field):
    make.link(field["nurses"], LinkType.DELIVERED_BY, make.action())
    make.action(title="Idle")
    assert "2 actions, one of them without a priority; 2 priorities" in _words(reader.get("/coverage?by=actions").text)
    said = _words(reader.get("/coverage?by=actions&nation=wales").text)
    assert "1 action; 1 priority, none of them without an action." in said


def test_a_visitor_is_shown_a_plan_that_is_mapped_and_a_member_their_own(browse, make):
    empty, mapped = make.plan(title="Empty plan"), make.plan(title="Mapped plan")
    make.priority(title="Bare", plan_id=empty.id)
    make.link(make.source(), LinkType.CALLS_FOR, make.priority(title="Called for", plan_id=mapped.id))
    chosen = re.compile(r'<option value="[^"]*" selected>([^<]+ plan)</option>')
    assert chosen.findall(browse.sign_in(make.user()).get("/coverage").text) == ["Mapped plan"]
    assert chosen.findall(browse.sign_in(make.viewer(empty)).get("/coverage").text) == ["Empty plan"]


def test_the_page_of_a_figure_over_all_plans_speaks_of_any_plan(reader, make, field):
    assert "a priority of any plan" in _words(reader.get("/coverage/cell?plan=all").text)
    assert "a priority of the plan" in _words(reader.get(f"/coverage/cell?plan={make.the_plan.ref}").text)


@pytest.mark.parametrize("by", ["themes", "sources", "actions"])
def test_what_no_list_of_gaps_holds_is_not_called_a_gap(reader, make, field, by):
    make.action(title="Idle")
    page = reader.get(f"/coverage?by={by}").text
    assert "No priority" in page or by == "sources"
    assert "Gap:" not in page
    assert f'href="/gaps?plan={make.the_plan.ref}"' in page


@pytest.mark.parametrize("by", ["themes", "sources", "actions"])
def test_a_plan_without_priorities_says_what_to_do(reader, make, by):
    plan = make.plan(title="New plan")
    told = _words(reader.get(f"/coverage?by={by}&plan={plan.ref}").text)
    assert "This plan has no priority yet" in told


def test_without_a_plan_the_page_says_what_it_would_show(browse, make):
    told = _words(browse.sign_in(make.user()).get("/coverage").text)
    assert "There is no plan yet" in told


def test_more_than_twelve_priorities_are_shown_in_turn_with_their_sets_named(reader, make, field):
    chosen = make.priority_set(title="The second set")
    for number in range(11):
        make.priority(title=f"Further {number}", set_id=chosen.id)
    first, second = reader.get("/coverage").text, reader.get("/coverage?columns=2").text
    assert "Priorities 1 to 7 of 13" in _words(first)
    assert "Priorities 8 to 13 of 13" in _words(second)
    assert "The second set" in first
    assert "Further 10" not in _words(first)
    assert "Further 10" in _words(second)


def test_over_all_plans_the_sets_say_of_which_plan_they_are(reader, make, field):
    other = make.plan(title="Another plan")
    make.priority(title="Elsewhere", plan_id=other.id, set_id=make.priority_set(title="Its set", plan_id=other.id).id)
    assert "Another plan: Its set" in reader.get("/coverage?plan=all").text
    assert "Another plan: Its set" not in reader.get(f"/coverage?plan={other.ref}").text


def test_the_matrix_moves_sideways_in_a_named_frame_and_its_cells_say_what_they_stand_under(reader, field):
    html = reader.get("/coverage").text
    frame = 'class="gt-scroll gt-scroll--high" role="region" tabindex="0" aria-label="Coverage: themes and priorities"'
    assert frame in html
    assert html.count('data-label="Nurses"') == 3


def test_the_page_of_a_figure_that_counts_nothing_says_so(reader, field):
    told = _words(reader.get(f"/coverage/cell?row={field['children'].ref}&column={field['beds'].ref}").text)
    assert "No source Of the theme “Children”, whose thread reaches the priority “Beds”." in told
    assert "Nothing is counted here" in told


def test_whoever_may_edit_the_plan_is_led_from_a_figure_to_a_new_link(browse, make, field):
    address = f"/coverage/cell?column={field['beds'].ref}"
    assert "Link the priority to" not in browse.sign_in(make.viewer()).get(address).text
    assert f"/links/new?from=priority:{field['beds'].ref}" in browse.sign_in(make.lead()).get(address).text


def test_rows_and_columns_that_the_reader_may_not_see_are_not_found(browse, make, field):
    hidden = make.source(title="Hidden", visibility=Visibility.DRAFT)
    secret = make.priority(title="Secret", visibility=Visibility.DRAFT)
    viewer, lead = browse.sign_in(make.viewer()), f"/coverage/cell?by=sources&row={hidden.ref}"
    assert viewer.get(lead).status_code == 404
    assert viewer.get(f"/coverage/cell?column={secret.ref}").status_code == 404
    assert "Secret" not in viewer.get("/coverage").text


def test_the_workbook_holds_the_matrix_with_numbers_and_frozen_panes(reader, field):
    answer = reader.get("/coverage?format=xlsx")
    assert answer.mimetype == WORKBOOK
    sheet = load_workbook(BytesIO(answer.data))["Coverage"]
    assert [list(row) for row in sheet.values] == [
        ["Theme", "Sources", "Any priority", "Nurses", "Beds", "Missing"],
        ["Children", 1, 1, 1, 0, None],
        ["Data", 1, 0, 0, 0, "No priority"],
        ["All sources", None, 1, 1, 0, None],
        ["Missing", None, None, None, "No source", None],
    ]
    assert sheet.freeze_panes == "B2"


def test_the_csv_holds_a_line_for_each_cell(reader, field):
    lines = list(csv.reader(StringIO(reader.get("/coverage?format=csv").text.removeprefix("\ufeff"))))
    assert lines[0] == ["Theme ref", "Theme", "Priority ref", "Priority", "Set of priorities", "Count"]
    assert [(line[1], line[3], line[5]) for line in lines[1:]] == [
        ("Children", "Nurses", "1"),
        ("Children", "Beds", "0"),
        ("Data", "Nurses", "0"),
        ("Data", "Beds", "0"),
    ]


def test_the_ways_of_a_cell_come_as_a_file_too(reader, field):
    text = reader.get(f"/coverage/cell?column={field['nurses'].ref}&format=csv").text
    (line,) = csv.DictReader(StringIO(text.removeprefix("\ufeff")))
    assert (line["From"], line["Through"], line["To"]) == ("The strategy", "More nurses", "Nurses")
    assert (line["Reason"], line["State"]) == ("It asks for nurses.", "Suspect")


@pytest.mark.parametrize("address", ["/coverage", "/coverage?by=sources", "/coverage?by=actions", "/coverage/cell"])
def test_more_rows_cost_no_more_statements(reader, make, field, count_statements, address):
    reader.get(address)
    with count_statements() as few:
        reader.get(address)
    for number in range(5):
        source = make.source(themes=[make.theme(title=f"Theme {number}")])
        make.link(source, LinkType.CALLS_FOR, field["nurses"])
        make.link(field["nurses"], LinkType.DELIVERED_BY, make.action())
    reader.get(address)
    with count_statements() as many:
        reader.get(address)
    assert many.number == few.number <= 12
