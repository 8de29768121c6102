"""Facts about a thread's page where it is narrowed, summed up, opened and closed."""

from __future__ import annotations

import csv
import re
from datetime import timedelta
from html import unescape
from io import StringIO

import pytest

from graph import layout, views
from graph.folding import fold
from kb.models.link import LinkType
from tests.conftest import TODAY

NUMBER = 30


@pytest.fixture
def source(make):
    """A source of Wales with thirty implications, which call for two priorities in turn; one has a late action."""
    source = make.source(ref="strategy", title="The strategy", nations=("wales",))
    priorities = [make.priority(ref=name.lower(), title=name) for name in ("Nurses", "Beds")]
    for number in range(NUMBER):
        implication = make.implication(source, title=f"Implication {number}")
        make.link(implication, LinkType.CALLS_FOR, priorities[number % 2])
    late = make.action(title="Train", due_on=TODAY - timedelta(days=3), measure="Ten", confidence="on-track")
    make.link(priorities[0], LinkType.DELIVERED_BY, late)
    return source


@pytest.fixture
def reader(browse, make):
    return browse.sign_in(make.viewer())


def _words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def _picture(html: str) -> str:
    return html.split('<svg class="gt-pic', 1)[1].split("</svg>", 1)[0]


def _links(html: str, words: str) -> list[str]:
    """The addresses of the boxes whose title has these words."""
    found = re.findall(r'<a href="([^"]+)">\s*<title>([^<]+)</title>', _picture(html))
    return [unescape(address) for address, title in found if words in title]


def _drawn(html: str) -> set[str]:
    return set(re.findall(r"<title>(?:Source|Implication|Response|Priority|Action|Indicator): ([^<]+)</title>", html))


def _listed(html: str) -> set[str]:
    listed = html.split('class="gt-nest"', 1)[1].split("</section>", 1)[0]
    return {unescape(title) for title in re.findall(r"<(?:a|b)[^>]*>([^<]+)</(?:a|b)>", listed)}


@pytest.mark.parametrize("query", ["", "?state=overdue", "?state=overdue&by=theme"])
def test_list_and_picture_hold_the_same_records(reader, source, query):
    html = reader.get(f"/sources/strategy/thread{query}").text
    if "by=" not in query:
        assert _drawn(html) == _listed(html)
    counts = _words(_picture(html).split("<desc", 1)[1].split("</desc>", 1)[0])
    number = sum(title.startswith("Implication") for title in _listed(html))
    assert f"{number} implications" in counts


def test_a_summary_opens_to_its_records_and_closes_to_itself(reader, source):
    closed = reader.get("/sources/strategy/thread?state=overdue&by=priority").text
    assert "15 of the 34" not in closed
    (opening,) = _links(closed, "15 implications: Nurses. Open in the picture")
    assert opening.startswith("/sources/strategy/thread?state=overdue&by=priority&open=")
    assert opening.endswith("#picture")
    opened = reader.get(opening).text
    assert _drawn(opened) - _drawn(closed) == {f"Implication {number}" for number in range(0, NUMBER, 2)}
    chip = re.search(r'<a class="gt-chip gt-chip--on" href="([^"]+)">15 implications: Nurses', opened)
    again = reader.get(unescape(chip[1])).text
    assert _picture(again) == _picture(closed)
    assert "close this group" not in again


def test_a_thread_too_large_for_its_boxes_begins_summed_up_and_says_how(reader, source, monkeypatch):
    monkeypatch.setattr(layout, "fold", lambda thread, folding, _most: fold(thread, folding, 20))
    html = reader.get("/sources/strategy/thread").text
    assert "Records of one kind share a box where they lead through the same priority." in _words(html)
    assert len(_links(html, "15 implications")) == 2
    assert len(_listed(html)) == NUMBER + 4
    both = [unescape(address) for address in _links(html, "15 implications")]
    full = reader.get(f"{both[0].partition('#')[0]}&{both[1].partition('?')[2]}").text
    assert "There is no room for more boxes" in _words(full)


def test_the_choice_of_summaries_is_there_where_records_are_many(reader, source, make):
    assert 'name="by"' in reader.get("/sources/strategy/thread").text
    few = make.source()
    make.implication(few)
    assert 'name="by"' not in reader.get(f"/sources/{few.ref}/thread").text


def test_filters_say_what_is_shown_and_come_off_with_one_link(reader, source):
    html = reader.get("/sources/strategy/thread?state=overdue").text
    assert "Shown: 18 of 34 records, on ways to or from this one that pass an overdue action." in _words(html)
    assert '<a class="gt-noprint" href="/sources/strategy/thread">Clear filters</a>' in html
    assert '<option value="overdue" selected>' in html
    assert "Implication 1" not in _listed(html)
    assert "Implication 0" in _listed(html)


def test_where_filters_leave_nothing_the_page_says_what_there_is_without_them(reader, source, make):
    other = make.source(title="Other", themes=[make.theme(ref="beds")], nations=("england",))
    both = make.priority(ref="both", title="Both")
    for one in (source, other):
        make.link(one, LinkType.CALLS_FOR, both)
    html = reader.get("/priorities/both/thread?nation=wales&theme=beds").text
    assert "Nothing on its thread fits these filters" in html
    assert "Without them: 2 sources, 1 priority." in _words(html)
    assert '<svg class="gt-pic' not in html


def test_files_keep_the_filters(reader, source):
    whole, narrowed = (
        list(csv.reader(StringIO(reader.get(f"/sources/strategy/thread?{query}format=csv").text.lstrip("\ufeff"))))
        for query in ("", "state=overdue&by=theme&open=nonsense&")
    )
    assert [row for row in whole if row in narrowed] == narrowed
    assert {row[8] for row in narrowed[1:]} >= {"Implication 0", "Nurses", "Train"}
    assert not {"Implication 1", "Beds"} & {row[8] for row in narrowed}


@pytest.mark.parametrize(
    "query",
    [
        "plan=nonsense",
        "theme=%F0%9F%92%A9&theme=x",
        "state[]=1",
        "by=nonsense",
        "by=theme&open=" + "x" * 9_000,
        "open=a&" * 300,
    ],
)
def test_nonsense_in_the_address_is_no_filter_and_no_fault(reader, source, query):
    html = reader.get(f"/sources/strategy/thread?{query}").text
    assert len(_listed(html)) == NUMBER + 4
    assert "Clear filters" not in html


def test_a_narrowed_summary_keeps_within_the_statements_of_a_record_page(reader, source, count_statements):
    path = "/sources/strategy/thread?state=overdue&by=theme&open=implication._none"
    reader.get(path)
    with count_statements() as count:
        reader.get(path)
    assert 0 < count.number <= 20


def test_many_records_have_the_whole_width_for_their_links(reader, source, make):
    assert NUMBER > views.MANY
    assert 'class="gt-section gt-mapflow__txt"' in reader.get("/sources/strategy/thread").text
    few = make.implication(make.source(ref="few"))
    assert "gt-cols--2 gt-section gt-mapflow__txt" in reader.get(f"/implications/{few.ref}/thread").text


def test_what_narrows_nothing_is_said_and_themes_are_counted(browse, make):
    source, priority = make.source(), make.priority()
    theme = make.theme(title="Careers")
    make.session.refresh(priority, ["themes"])
    priority.themes.append(theme)
    make.link(source, LinkType.CALLS_FOR, priority)
    browse.sign_in(make.lead())
    page = browse.get(f"/sources/{source.ref}/thread?theme=zzz&state=nonsense").text
    assert "Nothing in this thread is “zzz”" in page
    assert "Nothing in this thread is “nonsense”" in page
    assert "Careers (1)" in page


def test_under_a_filter_the_headline_tells_of_what_is_shown_and_of_the_whole_thread(browse, make):
    source, priority, lonely = make.source(), make.priority(), make.priority()
    theme, action, indicator = make.theme(), make.action(), make.indicator()
    make.session.refresh(priority, ["themes"])
    priority.themes.append(theme)
    for start, kind, end in (
        (source, LinkType.CALLS_FOR, priority),
        (source, LinkType.CALLS_FOR, lonely),
        (priority, LinkType.DELIVERED_BY, action),
        (action, LinkType.MEASURED_BY, indicator),
    ):
        make.link(start, kind, end)
    browse.sign_in(make.lead())
    assert "The thread stops in one place." in browse.get(f"/sources/{source.ref}/thread").text
    narrowed = browse.get(f"/sources/{source.ref}/thread?theme={theme.ref}").text
    assert "What is shown stops nowhere. The whole thread stops in one place." in " ".join(narrowed.split())
