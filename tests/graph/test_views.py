from __future__ import annotations

import csv
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from io import StringIO

import pytest

from kb.models.link import LinkState, LinkType
from kb.models.record import Visibility
from tests.conftest import TODAY


@pytest.fixture
def line(make):
    """A source with two implications, one of which reaches an action."""
    source = make.source(title="The strategy")
    nurses = make.implication(source, title="More nurses")
    make.implication(source, title="More beds")
    priority, action = make.priority(title="Nursing"), make.action(title="Train nurses", measure="Ten nurses")
    make.link(nurses, LinkType.CALLS_FOR, priority, reason="The strategy asks for nurses.")
    make.link(priority, LinkType.DELIVERED_BY, action, reason="Training makes nurses.")
    return source, nurses, priority, action


@pytest.fixture
def reader(browse, make):
    return browse.sign_in(make.viewer())


def _words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def _between(html: str, start: str, end: str) -> str:
    return html.split(start, 1)[1].split(end, 1)[0]


def _table(response) -> list[list[str]]:
    assert response.mimetype == "text/csv"
    return list(csv.reader(StringIO(response.text.removeprefix("\ufeff"))))


def test_picture_list_and_table_tell_the_same(reader, line):
    html = reader.get(f"/sources/{line[0].ref}/thread").text
    drawn = set(re.findall(r"<title>(?:Source|Implication|Priority|Action): ([^<]+)</title>", html))
    assert drawn == {"The strategy", "More nurses", "More beds", "Nursing", "Train nurses"}
    listed = _words(_between(html, 'class="gt-nest"', "</section>"))
    table = _words(_between(html, 'id="links"', "</section>"))
    for title in drawn:
        assert title in listed
        assert title in table
    assert "Gap: no priority" in _between(html, '<svg class="gt-pic', "</section>")
    assert "More beds Gap: no priority" in listed
    assert "The strategy asks for nurses." in table


@pytest.mark.parametrize(("place", "kinds"), list(enumerate(["sources", "implications", "priorities", "actions"])))
def test_every_kind_on_the_thread_has_the_whole_line(reader, line, place, kinds):
    page = reader.get(f"/{kinds}/{line[place].ref}/thread")
    assert page.status_code == 200
    assert {"The strategy", "Nursing", "Train nurses"} <= set(
        re.findall(r"<title>(?:Source|Priority|Action): ([^<]+)</title>", page.text)
    )


def test_a_response_shows_its_type_and_a_record_without_links_says_so(reader, make):
    response = make.response(make.source(), title="Row one", response_type="aligned", text="We act")
    assert "Aligned" in _words(reader.get(f"/responses/{response.ref}/thread").text)
    alone = make.priority(title="Alone")
    assert "No link leads to it or from it." in reader.get(f"/priorities/{alone.ref}/thread").text


def test_a_suspect_link_is_told_in_list_table_and_picture(reader, make, line):
    other = make.source(title="Another")
    make.link(other, LinkType.CALLS_FOR, line[2], state=LinkState.SUSPECT)
    html = reader.get(f"/priorities/{line[2].ref}/thread").text
    assert "One link is suspect." in _words(html)
    assert "Suspect link" in _between(html, 'id="list"', "</section>")
    assert "Suspect link" in _between(html, 'id="links"', "</section>")


def test_a_record_that_follows_twice_is_listed_once_and_pointed_to_after(reader, make, line):
    third = make.implication(line[0], title="Zeal")
    make.link(third, LinkType.CALLS_FOR, line[2])
    listed = _words(_between(reader.get(f"/sources/{line[0].ref}/thread").text, 'class="gt-nest"', "</section>"))
    assert listed.count("Train nurses") == 1
    assert "Zeal to Nursing, above" in listed


def test_an_action_says_its_schedule_and_confidence(reader, make):
    action = make.action(due_on=TODAY - timedelta(days=24), confidence="at-risk", measure="Some")
    html = reader.get(f"/actions/{action.ref}/thread").text
    for part in (_between(html, '<svg class="gt-pic', "</svg>"), _between(html, 'class="gt-nest"', "</section>")):
        assert "Overdue 24 days" in part
        assert "At risk" in part


def test_a_stopped_action_is_called_so_in_picture_and_list(reader, make):
    action = make.action(title="Dropped", closure="stopped", done_on=TODAY)
    html = reader.get(f"/actions/{action.ref}/thread").text
    for part in (_between(html, '<svg class="gt-pic', "</svg>"), _between(html, 'class="gt-nest"', "</section>")):
        assert "Stopped" in part
        assert "Verified" not in part


def test_confidence_is_not_told_to_the_public(app, browse, make):
    app.extensions["settings"] = replace(app.extensions["settings"], public_read=True)
    action = make.action(due_on=TODAY - timedelta(days=24), confidence="at-risk")
    html = browse.get(f"/actions/{action.ref}/thread").text
    assert "Overdue 24 days" in html
    assert "At risk" not in html


def test_the_thread_within_one_plan_leaves_the_others_out(reader, make, line):
    other = make.plan(title="Other plan")
    elsewhere = make.priority(plan_id=other.id, title="Elsewhere")
    make.link(line[1], LinkType.CALLS_FOR, elsewhere)
    path = f"/sources/{line[0].ref}/thread"
    assert "Elsewhere" in reader.get(path).text
    assert "Elsewhere" not in reader.get(f"{path}?plan={make.the_plan.ref}").text
    assert "Elsewhere" in reader.get(f"{path}?plan=no-such-plan").text, "an unknown plan is no filter"


def test_one_plan_is_not_asked_for(reader, line):
    assert 'name="plan"' not in reader.get(f"/sources/{line[0].ref}/thread").text


def test_the_threads_csv_has_each_link_and_each_gap(reader, line):
    rows = _table(reader.get(f"/sources/{line[0].ref}/thread?format=csv"))
    assert rows[0][:3] == ["From ref", "From kind", "From"]
    assert ["Implication", "More nurses", "The strategy asks for nurses.", "Priority", "Nursing"] in [
        [row[1], row[2], row[4], row[7], row[8]] for row in rows
    ]
    gap = rows[-1]
    assert (gap[1], gap[2], gap[5], gap[7]) == ("Implication", "More beds", "Gap", "Priority")


@pytest.mark.parametrize("title", ["=1+1", "+44", "-2", "@SUM(A1)", "  =1+1"])
def test_a_title_that_looks_like_a_formula_is_text_in_csv(reader, make, title):
    source = make.source(title=title)
    make.implication(source)
    rows = _table(reader.get(f"/sources/{source.ref}/thread?format=csv"))
    assert rows[1][2] == f"'{title}"


def test_titles_are_escaped_in_picture_list_and_table(reader, make):
    source = make.source(title="<script>alert(1)</script>")
    make.implication(source)
    assert "<script>alert" not in reader.get(f"/sources/{source.ref}/thread").text


@pytest.mark.parametrize("path", ["/sources/none/thread", "/plans/plan-1/thread", "/themes/none/thread"])
def test_an_unknown_thread_is_not_found(reader, make, path):
    make.plan()
    assert reader.get(path).status_code == 404


def test_a_draft_and_what_is_read_in_a_draft_have_no_thread_for_others(reader, make):
    source = make.source(visibility=Visibility.DRAFT)
    implication = make.implication(source)
    assert reader.get(f"/sources/{source.ref}/thread").status_code == 404
    assert reader.get(f"/implications/{implication.ref}/thread").status_code == 404


def test_threads_and_gaps_ask_for_signing_in(browse, make, line):
    for path in (f"/sources/{line[0].ref}/thread", "/gaps"):
        response = browse.get(path)
        assert response.status_code == 303
        assert "/sign-in" in response.location


def test_each_kind_of_gap_has_its_section_with_count_and_who_should_act(reader, make, line):
    make.response(line[0], response_type="context-only", text="As background")
    make.priority(title="Doctors")
    html = reader.get("/gaps").text
    section = _words(_between(html, 'aria-labelledby="implication-without-priority"', "</section>"))
    assert "1 implication without a priority" in section
    assert "More beds" in section
    assert "The strategy" in section
    assert "Strategy lead" in section
    assert "1 priority without an action" in html


def test_kinds_with_none_are_told_in_one_line_at_the_end_with_the_date(reader, line):
    html = reader.get("/gaps").text
    assert 'id="empty-response"' not in html
    none = _words(_between(html, 'id="none"', "</p>") + "</p>")
    assert "None on 23 November 2026: sources without a response; " in none


def test_the_gaps_begin_with_each_kind_that_has_some_its_number_and_who_should_act(reader, make, line):
    make.response(line[0], response_type="context-only", text="As background")
    for post in ("Board", "Deputy", "Registrar"):
        make.action(title=f"Act for the {post}", owner_id=make.post(title=post).id)
    contents = _between(reader.get("/gaps").text, 'aria-labelledby="contents"', "</nav>")
    rows = [_words(row) for row in contents.split('<tr role="row">')[2:]]
    assert rows[0] == "1 implication without a priority Strategy lead"
    assert "3 actions without a source Strategy lead" in rows
    assert not any("without a response" in row for row in rows)
    assert 'href="#action-without-source"' in contents


def test_the_link_that_mends_is_there_for_those_who_may_use_it(browse, reader, make, line):
    make.response(line[0], title="Row")
    assert "What mends it" not in reader.get("/gaps").text
    html = browse.sign_in(make.lead()).get("/gaps").text
    assert f'href="/actions/{line[3].ref}/edit"' in html or "/not-built-yet/actions.edit" in html
    assert "Write the response" in html


def test_a_long_list_shows_twelve_and_leads_to_all(reader, make):
    for _ in range(30):
        make.priority()
    html = reader.get("/gaps").text
    assert _between(html, 'aria-labelledby="priority-without-action"', "</section>").count('scope="row"') == 12
    assert "All 30" in html
    whole = reader.get("/gaps?kind=priority-without-action").text
    assert whole.count('scope="row"') == 25
    assert "1 to 25 of 30" in whole
    assert reader.get("/gaps?kind=priority-without-action&page=2").text.count('scope="row"') == 5
    assert "There is no kind of gap called “nonsense”." in reader.get("/gaps?kind=nonsense").text
    assert "There is no plan “all” that you may see." in reader.get("/gaps?plan=all").text


def test_the_gaps_are_those_of_the_plan_in_the_address(reader, make):
    make.plan()
    other = make.plan(title="Other plan")
    make.priority(title="Ours")
    make.priority(title="Theirs", plan_id=other.id)
    assert "Theirs" not in reader.get(f"/gaps?plan={make.the_plan.ref}").text
    assert "Theirs" in reader.get(f"/gaps?plan={other.ref}").text


def test_an_owner_may_ask_for_a_date_and_is_named_for_nothing_that_only_leads_may_mend(browse, make):
    post = make.post(title="Head of Planning")
    mine, other = make.action(title="Mine", owner_id=post.id), make.action(title="Other", owner_id=make.post().id)
    browse.sign_in(make.owner(post))
    for kind in ("action-without-date", "action-without-measure", "action-without-source"):
        page = browse.get(f"/gaps?kind={kind}").text
        is_asked = f'href="/actions/{mine.ref}/requests/new?what=due-date"' in page
        assert is_asked == (kind == "action-without-date")
        assert f"/actions/{other.ref}/requests/new" not in page
        assert ("Head of Planning" in _between(page, "<tbody", "</tbody>")) == is_asked
    assert browse.get(f"/actions/{mine.ref}/requests/new?what=due-date").status_code == 200


def test_a_lead_is_led_to_linking_an_action_and_to_saying_who_holds_an_empty_post(browse, make):
    post = make.post(ref="lead-nurses")
    action = make.action(owner_id=post.id)
    browse.sign_in(make.lead())
    for kind, address in (
        ("action-without-source", f"/links/new?from=action:{action.ref}"),
        ("empty-post", "/posts/lead-nurses/holder"),
    ):
        page = browse.get(f"/gaps?kind={kind}").text
        assert f'href="{address}"' in page
        assert "Strategy lead" in page
        assert browse.get(address).status_code == 200
    assert "/holder" not in browse.sign_in(make.viewer()).get("/gaps?kind=empty-post").text


def test_without_a_plan_the_gaps_page_says_so(browse, make):
    assert "There is no plan yet." in browse.sign_in(make.user()).get("/gaps").text


def test_the_gaps_csv_has_a_row_for_each(reader, make):
    make.priority(title="=Doctors")
    rows = _table(reader.get("/gaps?format=csv"))
    assert rows[0] == ["Ref", "Kind", "Record", "Gap", "About", "Who should act", "Page"]
    assert ["Priority", "'=Doctors", "Priority without an action", "Strategy lead"] in [
        [row[1], row[2], row[3], row[5]] for row in rows
    ]
    of_another_kind = _table(reader.get("/gaps?kind=action-without-owner&format=csv"))
    assert len(of_another_kind) == 1


def test_threads_and_gaps_keep_within_their_statements(reader, line, count_statements):
    for path, most in ((f"/sources/{line[0].ref}/thread", 20), ("/gaps", 12)):
        reader.get(path)
        with count_statements() as count:
            reader.get(path)
        assert 0 < count.number <= most, path
