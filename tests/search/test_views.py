from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from kb.models.record import Visibility
from search import service
from search.index import pointer


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
    make.key_point(source, title="Crisis teams work at night", position=3)
    html = look("q=crisis")
    assert f'href="/sources/{source.ref}"' in html
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
    assert "Only the first 200 characters" in words


def test_the_api_answers_what_the_command_prints(make, look, browse, session, own):
    make.source(title="Crisis law")
    look()
    user = make.viewer()
    browse.sign_in(user)
    document = browse.get("/api/v1/search?q=crisis&kind=source&limit=10").json
    found = service.find(session, own, make.person(user), "crisis", {"kind": ["source"]}, limit=10)
    assert document == service.as_json(found)
    assert document["hits"][0]["title"] == "Crisis law"


def test_the_api_asks_for_signing_in(browse):
    assert browse.get("/api/v1/search?q=crisis").status_code == 401


def test_a_page_of_results_takes_few_statements(make, look, count_statements):
    for number in range(25):
        make.source(title=f"Crisis {number}")
    make.action(title="Meet the crisis")
    look("q=crisis")
    with count_statements() as count:
        look("q=crisis")
    assert count.number <= 20
