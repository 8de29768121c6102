"""What the results page tells is true on its day, and the reason that it gives is the most telling one."""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from kb.models.record import Visibility
from kb.models.source import SourceStatus
from kb.models.term import Language
from kb.permissions import SYSTEM
from search import service
from search.answers.excerpts import Sought, excerpt_of
from search.language.asked import Asked
from search.unasked import likeness
from tests.conftest import TODAY

if TYPE_CHECKING:
    from typing import Any

PAST = {"ends_on": TODAY - timedelta(days=1), "ends_precision": "day", "ends_words": "yesterday"}
LAST_DAY = {"ends_on": TODAY, "ends_precision": "day", "ends_words": "today"}


@pytest.fixture
def look(browse, make, keep_up, app):
    def looking(address: str, user: Any = None) -> str:
        browse.sign_in(user or make.viewer())
        keep_up()
        response = browse.get(f"/search?{address}")
        assert response.status_code == 200
        return response.text

    return looking


@pytest.fixture
def own(app):
    """The settings of the application, so that the page and the test share one index."""
    return app.extensions["settings"]


def words_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def titles(found) -> set[str]:
    return {hit.record.title for hit in found.hits}


def test_what_has_run_its_time_has_ended_on_the_day_of_the_question(make, ask):
    old, gone = make.source(title="Crisis old", **PAST), make.source(title="Crisis gone", status="superseded", **PAST)
    make.source(title="Crisis last day", **LAST_DAY)
    make.key_point(old, title="Crisis point")
    ended = ask("crisis", filters={"status": ["ended"]})
    assert titles(ended) == {"Crisis old", "Crisis point"}
    assert dict(ended.facets["status"]) == {"ended": 2, "in-force": 1, "superseded": 1}
    assert titles(ask("crisis", filters={"status": ["in-force"]})) == {"Crisis last day"}
    tomorrow = ask("crisis", filters={"status": ["ended"]}, today=TODAY + timedelta(days=1))
    assert titles(tomorrow) == {"Crisis old", "Crisis point", "Crisis last day"}
    assert (old.status_on(TODAY), gone.status_on(TODAY)) == (SourceStatus.ENDED, SourceStatus.SUPERSEDED)


def test_without_the_index_ended_is_the_same(make, session, own):
    make.source(title="Crisis old", **PAST)
    make.source(title="Crisis last day", **LAST_DAY)
    session.commit()
    for status, title in (("ended", "Crisis old"), ("in-force", "Crisis last day")):
        found = service.find(session, own, SYSTEM, Asked.by_name("crisis", {"status": [status]}), today=TODAY)
        assert found.is_fallback
        assert titles(found) == {title}


def test_the_page_says_ended_and_marks_drafts_for_those_who_see_them(make, look):
    make.source(title="Crisis old", **PAST)
    make.source(title="Crisis teams", visibility=Visibility.DRAFT)
    words = words_of(look("q=crisis", make.lead()))
    assert re.search(r"Ended .{0,30}Crisis old", words)
    assert re.search(r"Draft entry .{0,30}Crisis teams", words)
    assert "Draft entry" not in look("q=crisis")


def test_the_reason_is_the_part_with_the_most_telling_words(make, ask):
    source = make.source(title="Safeguards", nations=("wales", "england"), summary="Wales has a law.")
    make.key_point(source, title="People with dementia", position=2)
    for number in range(4):
        make.source(title=f"Law {number} of Wales", summary="Wales")
    (hit,) = [hit for hit in ask("dementia Wales").hits if hit.ref == source.ref]
    assert (hit.excerpt.field, hit.excerpt.number) == ("key_point", 2)


def kept(**parts: str) -> dict[str, Any]:
    return {
        "kind": "source", "title": "A law", "names": [], "welsh_names": [], "language": Language.ENGLISH,
        "parts": [
            {"field": field, "text": text, "number": None, "is_aside": True, "language": Language.ENGLISH}
            for field, text in parts.items()
        ],
    }  # fmt: skip


def test_how_a_record_is_filed_is_the_last_reason_and_told_in_plain_words():
    sought = Sought.of([("wale",), ("northern", "ireland")], lambda word: 1.0)
    filed = "legislation, in force, northern ireland, wales"
    assert excerpt_of(kept(facts=filed), sought).text == "Northern Ireland, Wales"
    both = excerpt_of(kept(facts=filed, publisher="NHS Wales"), sought)
    assert both.field == "publisher"


def test_what_matches_every_word_is_counted_first(make, look):
    make.source(title="Crisis law")
    make.source(title="Crisis night")
    assert "1 matches every word , 2 some of them" in words_of(look("q=crisis+night"))
    assert "2 match some of the words" in words_of(look("q=law+night"))
    assert "2 results" in words_of(look("q=crisis"))


def test_the_largest_kinds_are_tabs_and_the_others_stand_behind_more(make, look):
    source = make.source(title="Crisis")
    for _ in range(2):
        make.key_point(source, title="Crisis")
        make.implication(source, title="Crisis")
        make.action(title="Crisis")
        make.theme(title="Crisis")
        make.organisation(title="Crisis")
        make.staff_group(title="Crisis")
    html = look("q=crisis&nation=")
    tabs, _, more = html.partition('class="gt-tabs"')[2].partition("gt-tabs__more")
    assert "Sources 1" not in tabs
    assert "Sources 1" in more.partition("</nav>")[0]
    assert "Sources 1" in look("q=crisis&kind=source").partition('class="gt-tabs"')[2].partition("gt-tabs__more")[0]


def test_a_file_says_who_when_and_how_it_stands(make, look, browse):
    publisher, post = make.organisation(title="Welsh Government"), make.post(title="Nurse lead")
    make.source(title="Crisis old", nations=("wales",), publishers=[publisher], **PAST)
    make.action(title="Crisis work", owner_id=post.id, due_on=date(2026, 12, 1))
    look("q=crisis")
    answer = browse.get("/search?q=crisis&format=csv")
    rows = {row["Title"]: row for row in csv.DictReader(StringIO(answer.data.decode("utf-8-sig")))}
    old, work = rows["Crisis old"], rows["Crisis work"]
    assert (old["Publisher"], old["Nations"], old["Status"]) == ("Welsh Government", "Wales", "Ended")
    assert (work["Owner"], work["Due"], work["Year"]) == ("Nurse lead", "2026-12-01", "2026")
    assert work["Why it was found"] == "Title"
    assert "Score" not in old


def test_whoever_may_add_a_source_is_asked_to_where_nothing_is_found(make, look):
    assert "/sources/new" in look("q=hydrotherapy", make.lead()).partition("<main")[2]
    html = look("q=hydrotherapy").partition("<main")[2]
    assert "/sources/new" not in html
    assert 'href="/themes"' in html


def test_an_ignored_filter_is_told_in_the_words_of_the_page(make, look):
    make.source(title="Crisis")
    assert "under staff group “sea captains”" in words_of(look("q=crisis&staff_group=sea-captains"))


def test_small_words_are_no_reason_why_records_are_alike(session, make, own, keep_up):
    record = make.source(title="Perinatal letters without ready help", summary="Midwives meet")
    for number in range(30):  # else what is rare is not known
        make.source(title=f"Another {number}")
    make.source(title="Perinatal letters without ready help again", summary="Midwives meet")
    keep_up()
    (alike,) = likeness.like(session, own, SYSTEM, record)
    assert alike.words == ("Perinatal",)
