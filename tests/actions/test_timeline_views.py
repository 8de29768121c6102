"""The page of the timeline: what it says and draws, its filters, its file, and the ways to it."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from actions.models import Milestone
from kb.models.link import LinkType
from tests.conftest import TODAY


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html[html.index('id="main"') :]).split())


def picture_of(html: str, name: str = "time-wide") -> str:
    return next(part for part in re.findall(r"<svg.*?</svg>", html, re.DOTALL) if f'"{name}-t {name}-d"' in part)


@pytest.fixture
def actions(make, session):
    post = make.post(title="Lead, Training", ref="lead-training")
    late = make.action(title="Late action", ref="late", due_on=days(-24), starts_on=days(-60), owner_id=post.id)
    soon = make.action(title="Next action", ref="soon", due_on=days(12), baseline_due_on=days(-10), starts_on=days(-50))
    make.link(soon, LinkType.DEPENDS_ON, late)
    make.action(title="Undated action", timescale="Within a year")
    session.add(Milestone(action_id=soon.id, title="Half way", due_on=days(-3)))
    session.add(Milestone(action_id=soon.id, title="Nearly there", due_on=days(5)))
    session.flush()
    make.update(soon, confidence="at-risk")
    soon.forecast_on = days(40)
    session.flush()
    return late, soon


def test_the_page_says_what_the_picture_shows_and_the_table_says_the_same(browse, make, actions):
    page = browse.sign_in(make.lead()).get("/timeline").text
    words = text_of(page)
    assert "1 of 2 open actions are late. The next one due is “Next action”, on 5 December 2026." in words
    table = page[page.index('id="table"') :]
    assert all(
        said in text_of('id="main"' + table)
        for said in ("Overdue 24 days", "first agreed 13 November 2026", "forecast 2 January 2027", "At risk",
                     "late , was due 20 November 2026", "Waits for Late action", "which is 24 days late")
    )  # fmt: skip
    assert "No date: 1 action" in words
    assert "stated: Within a year" in words


def test_the_picture_has_real_links_and_marks_what_is_late_with_shape_and_words(browse, make, actions):
    page = browse.sign_in(make.lead()).get("/timeline").text
    picture = picture_of(page)
    assert re.findall(r'href="([^"]+)"', picture) == ["/actions/late", "/actions/soon"]
    assert "1 of 2 open actions are late" in picture.split("<desc")[1].split("</desc>")[0]
    assert "Overdue 24 days" in picture
    assert "Milestone: Half way, late, was due 20 November 2026" in picture
    for shape in ("late", "moved", "first", "expected", "forecast", "step--late", "wait--late", "sign"):
        assert f'"gt-time__{shape}"' in picture or f"gt-time__{shape}" in picture, shape
    assert "style=" not in picture
    assert "<circle" not in picture_of(page, "time-narrow").split("gt-time__sign")[0].split("<a ")[0]
    assert "Waits for “Late action”" in re.sub(r"<[^>]+>", " ", picture_of(page, "time-narrow")).replace("  ", " ")


def test_whoever_has_not_signed_in_sees_neither_forecasts_nor_confidence(app, browse, make, actions):
    app.extensions["settings"] = replace(app.extensions["settings"], public_read=True)
    page = browse.get("/timeline").text
    assert "Next action" in picture_of(page)
    main = page[page.index('id="main"') :]
    assert "forecast" not in main
    assert "gt-time__forecast" not in main
    assert "At risk" not in main.split("gt-key--status")[0]
    assert "Forecast" not in browse.get("/timeline?format=csv").text


def test_what_is_done_is_shown_when_asked_for(browse, make):
    make.action(title="Closed action", due_on=days(3), closure="done", done_on=days(-2), starts_on=days(-30))
    browse.sign_in(make.lead())
    assert "Closed action" not in text_of(browse.get("/timeline").text)
    page = browse.get("/timeline?done=1").text
    assert "Done 21 November 2026" in picture_of(page)
    assert "was due 26 November 2026" in picture_of(page)
    assert "gt-time__bar--done" in picture_of(page)
    assert "None of 1 action is late." in text_of(page)


def test_what_was_stopped_is_not_called_done_on_the_timeline(browse, make):
    make.action(title="Dropped", due_on=days(3), closure="stopped", done_on=days(-2), starts_on=days(-30))
    make.action(title="Dropped, no day known", due_on=days(4), closure="stopped")
    browse.sign_in(make.lead())
    assert "Dropped" not in text_of(browse.get("/timeline").text)
    page = browse.get("/timeline?done=1").text
    assert "Stopped 21 November 2026" in picture_of(page)
    assert "Done 21" not in picture_of(page)
    assert "stopped 21 November 2026" in text_of(page)
    rows = csv.DictReader(io.StringIO(browse.get("/timeline?done=1&format=csv").text.lstrip("\ufeff")))
    assert [row["Closure"] for row in rows] == ["Stopped", "Stopped"]


@pytest.mark.parametrize(
    "query",
    [
        "plan=nothing", "priority=nothing", "owner=nothing", "theme=nothing", "by=nothing", "span=nothing", "done=x",
        "from=x&to=y", "from=2026-01-01", "to=2026-01-01", "from=2027-01-01&to=2026-01-01", "page=-1", "from=&to=",
        "from=0001-01-01&to=9999-12-31", "from=1800-01-01&to=2200-12-31", "from=2026-11-23&to=2026-11-24",
            "page=99999999999", "page=0", "print=1",
        "plan=all&by=plan", "plan=all&by=organisation&span=all", "plan=%F0%9F%98%80", "format=nothing",
        "span=all&from=2026-01-01&to=2027-01-01", "q=" + "x" * 3000,
    ],
)  # fmt: skip
def test_no_filter_breaks_the_page_nor_its_file(browse, make, actions, query):
    browse.sign_in(make.lead())
    assert browse.get(f"/timeline?{query}").status_code == 200
    assert browse.get(f"/timeline?{query}&format=csv").status_code == 200


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=2026-01-01", "Give both dates"),
        ("from=soon&to=later", "could not be read"),
        ("from=2027-01-01&to=2026-01-01", "must come before"),
    ],
)
def test_dates_that_make_no_span_are_explained(browse, make, query, said):
    page = browse.sign_in(make.lead()).get(f"/timeline?{query}").text
    assert said in text_of(page)
    assert all(f'value="{words}"' in page for words in re.findall("=([^&]+)", query))
    assert "1 September 2026 to 30 November 2027" in text_of(page)


def test_given_dates_are_kept_and_what_lies_outside_is_counted(browse, make, actions):
    page = browse.sign_in(make.lead()).get("/timeline?from=2027-03-01&to=2027-12-31").text
    words = text_of(page)
    assert 'value="2027-03-01"' in page
    assert "1 March 2027 to 31 December 2027" in words
    # What is overdue is so until it is done, but only up to today.
    assert "No action lies in this time" in words
    assert "2 more actions are due outside these dates." in words


def test_many_actions_come_in_pages_and_the_page_says_how_many_are_not_drawn(browse, make):
    for number in range(45):
        make.action(title=f"Action {number:02}", due_on=days(number))
    browse.sign_in(make.lead())
    first, second = browse.get("/timeline").text, browse.get("/timeline?page=2").text
    assert "Drawn here: 1 to 30 of 45." in text_of(first)
    assert "Action 29" in picture_of(first)
    assert "Action 30" not in picture_of(first)
    assert "Action 44" in picture_of(second)
    on_paper = browse.get("/timeline?print=1").text
    assert "Action 44" in on_paper
    assert on_paper.count("<desc") > 2
    assert "time-narrow" not in on_paper


def test_the_file_has_every_action_with_its_milestones_and_waits_then_those_without_a_date(browse, make, actions):
    answer = browse.sign_in(make.lead()).get("/timeline?format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert [row["Action"] for row in rows] == ["Late action", "Next action", "Undated action"]
    assert rows[1]["Milestones"] == "Half way (20 November 2026); Nearly there (28 November 2026)"
    assert rows[1]["What comes too late"].startswith("Late action, which is 24 days late")
    assert rows[1]["Forecast"] == "2027-01-02"
    assert browse.get("/timeline?format=xlsx").status_code == 200


def test_the_timeline_is_reached_from_plan_priority_actions_and_steering(browse, make):
    priority, action = make.priority(ref="first"), make.action(ref="it", due_on=days(9))
    make.link(priority, LinkType.DELIVERED_BY, action)
    browse.sign_in(make.lead())
    plan = make.the_plan.ref
    for address, way in (
        (f"/plans/{plan}", f"/timeline?plan={plan}"),
        ("/priorities/first", "/timeline?priority=first"),
        ("/actions", "/timeline"),
        ("/actions?owner=none", "/timeline?plan=all&amp;owner=none"),
        ("/steering", f"/timeline?plan={plan}"),
    ):
        assert f'href="{way}"' in browse.get(address).text, address


def test_filters_that_are_on_can_be_taken_off_one_by_one(browse, make, actions):
    page = browse.sign_in(make.lead()).get("/timeline?owner=lead-training&span=all&done=1").text
    chips = page[page.index("gt-chips") :].split("</ul>")[0]
    assert [re.sub(r"<[^>]+>", "", one).split(" ✕")[0] for one in chips.split("<li>")[1:]] == [
        "Lead, Training", "All dates", "With what is done or stopped"
    ]  # fmt: skip
    assert "Late action" in picture_of(page)
    assert "Next action" not in picture_of(page)
