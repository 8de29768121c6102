from __future__ import annotations

import csv
import re
from dataclasses import replace
from datetime import date
from io import StringIO

import pytest

from kb.models.link import LinkType
from kb.models.record import Visibility
from search import service
from search.index import pointer
from search.language.asked import Asked
from search.language.query import LONGEST_QUESTION
from tests.conftest import TODAY


@pytest.fixture
def own(app):
    """The settings of the application, so that the page and the test share one index."""
    return app.extensions["settings"]


@pytest.fixture
def look(browse, make, keep_up):
    """The results page as a signed-in viewer sees it: look("q=words")."""
    viewer = make.viewer()
    browse.sign_in(viewer)

    def looking(address: str = ""):
        keep_up()
        response = browse.get(f"/search?{address}")
        assert response.status_code == 200
        return response.text

    return looking


def words_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_without_a_question_the_page_shows_how_to_ask(look):
    assert "words that begin so" in look()


def test_a_hit_shows_its_kind_and_why_it_was_found(make, look):
    source = make.source(title="A strategy")
    point = make.key_point(source, title="Crisis teams work at night", position=3)
    html = look("q=crisis")
    assert f'href="/sources/{source.ref}#{point.ref}"' in html
    assert "<b>Key point 3:</b> <mark>Crisis</mark> teams work at night" in html
    assert "from A strategy" in words_of(html)


def test_hostile_titles_and_questions_are_shown_as_text(make, look):
    make.source(title="<script>alert(1)</script> crisis", summary="<img src=x> crisis")
    html = look("q=crisis")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; <mark>crisis</mark>" in html
    assert "<img" not in html
    html = look("q=crisis+%22%3E%3Cscript%3Ealert(2)%3C/script%3E")
    assert 'value="crisis &#34;&gt;&lt;script&gt;alert(2)&lt;/script&gt;"' in html
    assert "<script>alert" not in html


def test_tabs_count_each_kind_and_a_tab_narrows(make, look):
    make.source(title="Crisis law")
    make.action(title="Meet the crisis")
    html = look("q=crisis")
    assert {"All 2", "Sources 1", "Actions 1"} <= set(re.findall(r">([A-Z][a-z ]+ \d+)</a>", html))
    assert look("q=crisis&kind=action").count('<li class="gt-result">') == 1
    assert "Crisis law" not in words_of(look("q=crisis&kind=action"))


def test_filters_are_kept_in_the_address_and_can_be_taken_out(make, look):
    make.source(title="Crisis law", nations=("wales",))
    make.source(title="Crisis plan", nations=("england",))
    html = look("q=crisis&nation=wales&nation=england")
    assert html.count(" checked") == 2
    assert 'href="/search?q=crisis&amp;nation=england"' in html
    assert "Crisis plan" not in look("q=crisis&nation=wales")


def test_filters_that_hide_everything_say_what_there_would_be(make, look):
    make.source(title="Crisis law", nations=("wales",))
    words = words_of(look("q=crisis&status=draft"))
    assert "The filters hide everything" in words
    assert "Without them there is 1 result." in words


def test_nothing_found_says_so(look):
    assert "Nothing here matches all or part of “hydrotherapy pool”." in words_of(look("q=hydrotherapy+pool"))


def test_a_corrected_question_leads_back_to_the_one_that_was_typed(make, look):
    make.source(title="A Healthier Wales")
    html = look("q=Heathier")
    assert "Searched for Healthier instead of Heathier" in words_of(html)
    assert "exact=1" in html
    assert "Did you mean Healthier" in words_of(look("q=Heathier&exact=1"))


def test_what_an_acronym_stands_for_is_searched_and_said(make, look):
    make.term("PA", "physician associate")
    make.source(title="Physician associates")
    assert "Also searching for physician associate" in words_of(look("q=PA"))
    assert "Physician associates" not in words_of(look("q=PA&own=1"))


def test_actions_show_their_status_and_who_has_not_signed_in_sees_no_confidence(app, make, look, browse, own):
    make.action(
        title="Meet the crisis", due_on=date(2026, 11, 1), confidence="off-track", last_said_on=date(2026, 11, 20)
    )
    assert {"Overdue 22 days", "Off track"} <= set(re.findall(r">([A-Z][^<>]*)</span>", look("q=crisis")))
    app.extensions["settings"] = replace(own, public_read=True)
    browse.client.delete_cookie("session")
    html = browse.get("/search?q=crisis").text
    assert "Overdue 22 days" in html
    assert "Off track" not in html


def test_a_stopped_action_is_found_by_its_status_in_words(make, look):
    make.action(title="Meet the crisis", closure="stopped", done_on=date(2026, 11, 20))
    make.action(title="Meet the next crisis", closure="verified", done_on=date(2026, 11, 20))
    words = words_of(look("q=crisis&status=stopped"))
    assert "1 result" in words
    assert "Action stopped" in words


def test_drafts_are_neither_shown_nor_counted(make, look):
    make.source(title="Crisis draft", visibility=Visibility.DRAFT)
    make.source(title="Crisis law")
    html = look("q=crisis")
    assert "1 result" in words_of(html)
    assert "Crisis draft" not in html


def test_somebody_who_may_not_read_is_asked_to_sign_in(browse):
    assert browse.get("/search?q=x").status_code == 303


def test_there_are_25_to_a_page_and_a_page_too_far_is_the_last(make, look):
    for number in range(30):
        make.source(title=f"Crisis {number:02}")
    assert look("q=crisis").count('class="gt-result"') == 25
    assert look("q=crisis&page=2").count('class="gt-result"') == 5
    assert look("q=crisis&page=99").count('class="gt-result"') == 5


def test_while_the_index_is_rebuilt_the_page_says_so_and_answers(make, look, browse, own):
    make.source(title="Crisis law")
    look("q=crisis")
    pointer.discard(own.index_dir)
    pointer.write_progress(own.index_dir, 62, 100)
    words = words_of(browse.get("/search?q=crisis").text)
    assert "Search is being rebuilt, 62% done." in words
    assert "Crisis law" in words


@pytest.mark.parametrize(
    "address",
    [
        "q=" + "crisis+" * 1_430,
        "q=" + "*" * 300,
        "q=a*+b*+c*",
        "q=%22%22%22",
        "q=year:1..99999",
        "q=crisis&kind=banana&year=soon&order=up&page=-1&theme=%27%3B--",
        "q=%F0%9F%92%A9&nation=" + "x" * 500,
        "&".join(f"theme=t{number}" for number in range(200)),
    ],
)
def test_no_address_is_an_error(make, look, address):
    make.source(title="Crisis law")
    look(address)


def test_a_question_of_10_000_characters_is_cut_and_says_so(make, look):
    make.source(title="Crisis law")
    words = words_of(look("q=" + "crisis+" * 1_430))
    assert "1 result" in words
    assert f"Only the first {LONGEST_QUESTION} characters" in words


def test_the_api_answers_what_the_command_prints(make, look, browse, session, own):
    make.source(title="Crisis law")
    look()
    user = make.viewer()
    browse.sign_in(user)
    document = browse.get("/api/v1/search?q=crisis&kind=source&limit=10").json
    found = service.find(
        session, own, make.person(user), Asked.by_name("crisis", {"kind": ["source"]}), today=TODAY, limit=10
    )
    assert document == service.as_json(found)
    assert document["hits"][0]["title"] == "Crisis law"


def test_the_api_asks_for_signing_in(browse):
    assert browse.get("/api/v1/search?q=crisis").status_code == 401


def test_a_result_opens_at_the_key_point_or_implication_that_holds_what_the_title_does_not(make, look, browse):
    source = make.source(title="Crisis strategy", summary="On crisis care")
    point = make.key_point(source, title="Teams work at night in a crisis", position=3)
    meaning = make.implication(source, title="Crisis staff learn to drive", key_points=(point,), position=2)
    html = look("q=crisis+night&kind=source")
    assert f'href="/sources/{source.ref}#{point.ref}"' in html
    html = look("q=crisis+drive&kind=source")
    assert "<b>Implication 2:</b>" in html
    assert f'href="/sources/{source.ref}#{meaning.ref}"' in html
    page = browse.get(f"/sources/{source.ref}").text
    assert f'id="{point.ref}"' in page
    assert f'id="{meaning.ref}"' in page
    assert f'href="/sources/{source.ref}"' in look("q=crisis&kind=source")


def test_a_result_says_how_many_actions_of_its_thread_are_overdue(make, look):
    source = make.source(title="Crisis law")
    response = make.response(source, text="Yes", response_type="aligned")
    late, soon, done = (
        make.action(title=f"Action {day}", due_on=date(2026, 11, day), closure=closure)
        for day, closure in ((1, "open"), (30, "open"), (2, "done"))
    )
    for action in (late, soon, done):
        make.link(response, LinkType.ANSWERED_BY, action)
    assert "3 actions, 1 overdue" in words_of(look("q=crisis&kind=source"))


def test_the_owner_and_publisher_that_only_some_may_see_are_not_named(make, look):
    post = make.post(title="Secret head", visibility=Visibility.DRAFT)
    body = make.organisation(title="Secret body", visibility=Visibility.DRAFT)
    make.action(title="Crisis action", owner_id=post.id)
    source = make.source(title="Crisis law")
    make.session.refresh(source, ["publishers"])
    source.publishers = [body]
    make.session.flush()
    words = words_of(look("q=crisis"))
    assert "2 results" in words
    assert "Secret" not in words
    assert "No owner" not in words


def test_each_filter_can_be_taken_out_however_it_was_typed(make, look):
    make.action(title="Crisis", due_on=date(2026, 12, 1))
    html = look("q=crisis&due=4w&schedule=due-soon&from_year=2025&to_year=2026&status=open")
    chips = re.findall(r'gt-chip--on" href="([^"]+)">([^<]+)', html)
    assert {text.strip(): address.replace("&amp;", "&") for address, text in chips} == {
        "Status: Action open": "/search?q=crisis&schedule=due_soon&due=%3C28d&year=2025..2026",
        "Schedule: Due within 30 days": "/search?q=crisis&status=open&due=%3C28d&year=2025..2026",
        "Due: within 28 days": "/search?q=crisis&status=open&schedule=due_soon&year=2025..2026",
        "Year: 2025 to 2026": "/search?q=crisis&status=open&schedule=due_soon&due=%3C28d",
    }
    assert 'name="due" value="&lt;28d"' in html
    assert "Filters (4 on)" in words_of(html)


def test_filters_that_stand_nowhere_on_the_page_are_kept_by_its_form(make, look):
    make.action(title="Crisis", due_on=date(2026, 12, 1))
    html = look("q=crisis&kind=action&due=overdue,none,4w&order=title")
    form = html.partition("data-at-once")[2].partition("</form>")[0]
    kept = re.findall(r'type="hidden" name="([a-z]+)" value="([^"]+)"', form)
    assert {("q", "crisis"), ("kind", "action"), ("due", "overdue"), ("order", "title")} <= set(kept)
    assert len(kept) == 6


def test_a_filter_that_is_ignored_is_no_filter_that_is_on(make, look):
    make.source(title="Crisis law")
    html = look("q=crisis&theme=unheard-of")
    assert "Nothing is filed under theme “unheard of”" in words_of(html)
    assert "gt-chip--on" not in html


def test_long_lists_of_values_are_folded_behind_their_number(make, look):
    for number in range(13):
        make.action(title="Crisis", owner_id=make.post(title=f"Head of {number}").id)
    html = look("q=crisis")
    owners = html[html.index(">Owner</summary>") :]
    assert owners.index("3 more") > [each.start() for each in re.finditer('name="owner"', owners)][9]
    assert html.count('name="owner"') == 13


def test_a_filter_that_cannot_narrow_is_not_offered(make, look):
    make.source(title="Crisis law", nations=("wales",), status="draft")
    make.source(title="Crisis plan", nations=("wales",), status="in-force")
    html = look("q=crisis")
    assert 'name="status"' in html
    assert 'name="nation"' not in html


def test_without_words_nothing_is_said_to_match_best(make, look):
    make.source(title="Crisis law", nations=("wales",))
    assert "Best match" not in look("nation=wales")
    assert "Soonest due first" in look("nation=wales&order=due")


def test_a_file_holds_every_result_in_the_order_of_the_page(make, look, browse, monkeypatch):
    for number in range(10):
        make.action(title=f"Crisis {number}", due_on=date(2026, 12, 30 - number))
    make.source(title="Crisis law")
    address = "q=crisis&kind=action&from_year=2026&order=due"
    shown = [each for each in re.findall(r'<a href="/actions/([^"]+)"', look(address)) if "?" not in each]
    monkeypatch.setattr("search.pages.views.PER_BATCH", 4)
    answer = browse.get(f"/search?{address}&format=csv")
    rows = list(csv.DictReader(StringIO(answer.data.decode("utf-8-sig"))))
    assert [row["Ref"] for row in rows] == shown
    assert len(rows) == 10


def test_the_api_narrows_and_pages_as_the_page_does(make, look, browse):
    for number in range(5):
        make.action(title=f"Crisis {number}", due_on=date(2026, 11, 30 - number))
    make.action(title="Crisis later", due_on=date(2027, 11, 30))
    look()
    address = "/api/v1/search?q=crisis&due=<30d&schedule=due_soon&order=due&limit=2"
    first, last = (browse.get(f"{address}&page={page}").json for page in (1, 3))
    assert (first["total"], len(first["hits"]), len(last["hits"])) == (5, 2, 1)
    assert first["hits"][0]["title"] == "Crisis 4"
    assert first["facets"]["schedule"] == {"due_soon": 5}


def test_the_api_takes_the_meaning_that_was_chosen(make, look, browse):
    make.term("LTP", "long-term plan", "long-term physical conditions")
    make.source(title="Physical conditions: long-term physical conditions")
    make.source(title="The long-term plan")
    look("q=LTP")
    for place, title in ((1, "The long-term plan"), (2, "Physical conditions: long-term physical conditions")):
        found = browse.get(f"/api/v1/search?q=LTP&kind=source&meaning=LTP:{place}").json
        assert [hit["title"] for hit in found["hits"]] == [title]


def test_a_page_of_every_kind_takes_few_statements(make, session, look, browse, count_statements):
    post, body, group = make.post(title="Crisis head"), make.organisation(title="Crisis body"), make.staff_group()
    for _ in range(2):
        source = make.source(title="Crisis law", nations=("wales",))
        session.refresh(source, ["publishers"])
        source.publishers = [body]
        make.key_point(source, title="Crisis point")
        make.implication(source, title="Crisis staff", staff_groups=[group])
        make.response(source, text="Crisis answer", response_type="aligned")
        make.figure(source, title="Crisis teams", value="4")
        make.action(title="Meet the crisis", owner_id=post.id, due_on=date(2026, 12, 1))
        make.indicator(title="Crisis calls", owner_id=post.id)
        make.priority(title="Crisis first")
    make.priority_set(title="Crisis aims", source_id=source.id)
    make.term("CR", "crisis")
    make.theme(title="Crisis care")
    make.plan(title="Crisis plan")
    look("q=crisis")
    session.expire_all()
    with count_statements() as count:
        html = browse.get("/search?q=crisis&year=..2040&order=due").text
    assert count.number <= 12
    session.expire_all()
    with count_statements() as count:
        html = browse.get("/search?q=crisis").text
    assert html.count('class="gt-result"') == 22
    assert count.number <= 12


def test_an_acronym_with_several_meanings_asks_which_is_meant(make, look):
    make.term("LTP", "long-term plan", "long-term physical conditions")
    make.source(title="The long-term plan")
    html = look("q=LTP")
    assert "LTP has several meanings here. Which one?" in words_of(html)
    assert 'href="/search?q=LTP&amp;meaning=LTP%3A2"' in html
    assert re.search(r'aria-current="true">long-term plan</a>', look("q=LTP&meaning=LTP:1"))


@pytest.mark.parametrize("meaning", ["LTP", "LTP:", "LTP:0", "LTP:9", ":1", "LTP:99999999999", "<b>:1"])
def test_a_meaning_that_is_not_there_is_passed_over(make, look, meaning):
    make.term("LTP", "long-term plan", "long-term physical conditions")
    assert re.search(r'aria-current="true">All meanings</a>', look(f"q=LTP&meaning={meaning}"))


def test_words_that_say_where_a_source_is_filed_are_suggested_as_filters(make, look):
    make.source(title="Nursing plan", status="draft")
    html = look("q=draft+nursing")
    assert re.search(
        r'href="/search\?q=draft\+nursing&amp;status=draft"|href="/search\?q=draft%20nursing&amp;status=draft"', html
    )
    assert "Status: Draft" in words_of(html)


def addresses_in(html: str, pattern: str) -> list[str]:
    return [each.replace("&amp;", "&") for each in re.findall(pattern, html)]


def test_filters_in_the_question_can_be_taken_out_as_those_of_the_address(make, look):
    make.source(title="Crisis law", nations=("wales",))
    make.source(title="Crisis plan", nations=("england",))
    html = look("q=nation:wales+kind:source+crisis")
    assert "Crisis plan" not in html
    assert 'name="q" type="search" value="nation:wales kind:source crisis"' in html
    assert addresses_in(html, r'gt-chip--on" href="([^"]+)"') == ["/search?q=crisis&kind=source"]
    assert addresses_in(html, r'href="([^"]+)">All \d') == ["/search?q=crisis&nation=wales"]
    form = html.partition("data-at-once")[2].partition("</form>")[0]
    assert '<input type="hidden" name="q" value="crisis">' in form
    assert "/search?q=nation%20wales%20kind%20source%20crisis" in addresses_in(
        html, r'href="([^"]+)">Search these as words'
    )


def test_filters_in_the_question_that_hide_everything_say_what_there_would_be(make, look):
    make.source(title="Crisis law")
    words = words_of(look("q=crisis+kind:action+due:<90d"))
    assert "Without them there is 1 result." in words
    assert "Nothing here matches" not in words


def test_a_filter_by_a_title_is_shown_as_the_record_that_it_means(make, look):
    theme = make.theme(title="Perinatal mental health", ref="perinatal")
    make.source(title="Crisis law", themes=[theme])
    make.source(title="Crisis plan")
    html = look("q=crisis&theme=perinatal-mental-health")
    assert "Theme: Perinatal mental health" in words_of(html)
    assert re.search(r'name="theme" value="perinatal" checked', html)
    assert "Crisis plan" not in html


def test_an_owner_that_is_no_post_offers_those_of_the_organisation(make, look):
    body = make.organisation(title="Health Education", abbreviation="HEIW")
    post = make.post(title="Workforce lead", organisation_id=body.id)
    make.action(title="Crisis", owner_id=post.id)
    html = look("q=crisis+owner:HEIW")
    assert "Nothing is filed under owner “heiw”, so that filter was ignored." in words_of(html)
    assert "gt-chip--on" not in html
    assert "read from your words" not in html
    assert f"/search?q=crisis&owner={post.ref}" in addresses_in(html, r'gt-chip" href="([^"]+)"')
