from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from kb import history
from kb.db import now
from kb.models.link import LinkState, LinkType
from kb.models.record import Visibility
from kb.permissions import SYSTEM
from kb.removal import deleting
from tests.conftest import TODAY

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from flask import Flask
    from sqlalchemy.orm import Session

    from kb.models.source import Source
    from tests.browsing import Browser
    from tests.factories import Make


@pytest.fixture
def over(make: Make) -> Source:
    """A source that ended with nothing in its place, on which a priority rests alone."""
    source = make.source(title="The old plan", status="ended")
    make.response(source, response_type="aligned", text="We act")
    make.link(source, LinkType.CALLS_FOR, make.priority(title="Nursing"))
    return source


def _words(html: str) -> str:
    """The text of a page without its markup."""
    return re.sub(r" ([,.])", r"\1", " ".join(re.sub(r"<[^>]+>", " ", html).split()))


def test_home_starts_with_the_ended_source_that_most_rests_on(
    browse: Browser, session: Session, make: Make, over: Source
) -> None:
    lighter = make.source(title="A lighter plan", status="withdrawn")
    make.response(lighter, response_type="aligned", text="We act", review_by=TODAY - timedelta(days=5))
    page = browse.sign_in(make.lead()).get("/")
    assert "Start here. The old plan has ended, and nothing is recorded in its place." in _words(page.text)
    assert "One open priority or action rests on it, and on nothing else." in _words(page.text)
    assert f"/links/new?from=source:{over.ref}&amp;way=supersedes-back" in page.text


def test_home_starts_with_the_oldest_overdue_review_where_no_source_is_over(browse: Browser, make: Make) -> None:
    for days in (3, 8):
        source = make.source(title=f"Source of {days} days")
        make.response(source, response_type="aligned", text="We act", review_by=TODAY - timedelta(days=days))
    words = _words(browse.sign_in(make.lead()).get("/").text)
    assert "Start here. Source of 8 days was to be looked at again by 15 November 2026." in words
    assert "Review it" in words


def test_home_starts_with_the_largest_gap_where_nothing_is_overdue(browse: Browser, make: Make) -> None:
    make.priority()
    make.priority()
    make.response(make.source())
    assert "Start here. 2 priorities without an action." in _words(browse.sign_in(make.lead()).get("/").text)


def test_a_viewer_is_told_what_comes_first_without_a_button(browse: Browser, make: Make, over: Source) -> None:
    page = browse.sign_in(make.viewer()).get("/").text
    assert "First of all. The old plan has ended" in _words(page)
    assert "Record what replaces it" not in page
    assert "Confirm or retire" not in page


def test_what_does_not_wait_is_said_to_be_none(browse: Browser, make: Make) -> None:
    make.plan()
    make.link(make.source(), LinkType.CALLS_FOR, make.priority(), confirmed_at=now())
    words = _words(browse.sign_in(make.viewer()).get("/").text)
    assert "Reviews due None until 22 January 2027." in words
    assert "Suspect links None. Last one confirmed on" in words


def test_the_columns_count_what_they_list(browse: Browser, make: Make) -> None:
    start = make.implication(title="More nurses")
    for _ in range(2):
        make.link(start, LinkType.CALLS_FOR, make.priority(), state=LinkState.SUSPECT)
    for _ in range(4):
        make.response(make.source(), response_type="monitoring", text="We watch", review_by=TODAY)
    page = browse.sign_in(make.lead()).get("/").text
    words = _words(page)
    assert "4 reviews due All by 22 January 2027" in words
    assert "All 4 reviews" in words
    assert "2 suspect links" in words
    assert "2 links to confirm" in words
    total = re.search(r"(\d+)</span> gaps? in the thread", page)
    assert total
    everything = sum(map(int, re.findall(r"<h2[^>]*>(\d+) ", browse.get("/gaps").text)))
    assert int(total.group(1)) == everything


def test_the_plan_from_end_to_end_counts_what_it_maps(browse: Browser, make: Make, over: Source) -> None:
    make.implication(over)
    make.source()
    make.action(due_on=TODAY - timedelta(days=1))
    words = _words(browse.sign_in(make.viewer()).get("/").text)
    assert "Sources 1 mapped, of 2 held" in words
    assert "Implications 1 1 leads nowhere" in words
    assert "Priorities 1 1 without an action" in words
    assert "Actions 1 1 overdue, none done" in words


def test_an_owner_is_told_how_many_actions_to_answer(browse: Browser, make: Make) -> None:
    post = make.post()
    make.action(owner_id=post.id, title="Train nurses", due_on=TODAY - timedelta(days=1))
    page = browse.sign_in(make.owner(post)).get("/").text
    assert "You have one action to answer. Train nurses" in _words(page)
    assert 'class="nhsuk-button" href="/my-actions"' in page


def test_an_owner_of_many_is_shown_the_first_three_and_one_button(browse: Browser, make: Make) -> None:
    post = make.post()
    for number in range(5):
        make.action(owner_id=post.id, title=f"Task {number}", due_on=TODAY - timedelta(days=9 - number))
    page = browse.sign_in(make.owner(post)).get("/").text
    words = _words(page)
    assert "You have five actions to answer. The first three: Task 0 Overdue 9 days" in words
    assert "Task 2" in words
    assert "Task 3" not in words


def test_the_steering_group_sees_its_numbers(browse: Browser, make: Make) -> None:
    make.action(due_on=TODAY - timedelta(days=1))
    make.action(closure="done")
    words = _words(browse.sign_in(make.steering()).get("/").text)
    assert "1 action overdue, 1 done, to be verified." in words
    assert "For the steering group" not in _words(browse.sign_in(make.lead()).get("/").text)


def test_readers_who_have_not_signed_in_see_nobody_and_nothing_of_their_own(
    app: Flask, browse: Browser, session: Session, make: Make
) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], public_read=True)
    lead = make.lead()
    lead.name = "Somebody Known"
    priority, action = make.priority(title="Nursing"), make.action(title="Asked for help")
    make.priority(title="Not yet", visibility=Visibility.DRAFT)
    history.note(session, priority, "title", "Nurses", "Nursing", by=make.person(lead))
    history.note(session, action, "support", None, "answered", by=make.person(lead))
    history.note(session, make.the_plan, "role", None, "Somebody Known: lead", by=make.person(lead))
    for path in ("/", "/changes"):
        words = _words(browse.get(path).text)
        assert "Title: Nurses to Nursing" in words
        assert "Somebody Known" not in words
        assert "Asked for help" not in words
        assert "Not yet" not in words


def test_changes_name_the_post_of_those_who_made_them(browse: Browser, session: Session, make: Make) -> None:
    post = make.post(title="Lead for nurses")
    holder, other = make.owner(post), make.lead()
    for user, title in ((holder, "By a post"), (other, "By a person")):
        history.note(session, make.source(title=title), "title", "a", title, by=make.person(user))
    words = _words(browse.sign_in(other).get("/").text)
    assert "Changed this week" in words
    assert "Lead for nurses" in words
    assert holder.name not in words
    assert other.name in words


def test_older_changes_are_shown_where_the_week_had_none(browse: Browser, session: Session, make: Make) -> None:
    change = history.note(session, make.source(title="Reworded"), "title", "a", "b", by=SYSTEM)
    change.at = now() - timedelta(days=400)
    words = _words(browse.sign_in(make.viewer()).get("/").text)
    assert "Changed last" in words
    assert "Reworded" in words


def test_all_changes_come_in_pages(browse: Browser, session: Session, make: Make) -> None:
    source = make.source()
    for number in range(30):
        history.note(session, source, "title", str(number), f"Title {number}", by=SYSTEM)
    browse.sign_in(make.viewer())
    first, second = browse.get("/changes").text, browse.get("/changes?page=2").text
    assert "1 to 25 of 30" in _words(first)
    assert "Title 29" in first
    assert "Title 4<" in second
    assert "Title 29" not in second


def test_home_works_before_there_is_any_plan(browse: Browser, make: Make) -> None:
    page = browse.sign_in(make.administrator()).get("/")
    assert page.status_code == 200
    assert "Welcome to Golden Thread" in page.text
    assert "There is no plan here yet" in browse.sign_in(make.user()).get("/").text


def test_home_takes_as_many_statements_for_much_as_for_little(
    browse: Browser, session: Session, make: Make, count_statements: Callable[[], Any]
) -> None:
    def more() -> None:
        source = make.source(status="ended")
        make.response(source, response_type="aligned", text="We act", review_by=TODAY)
        start = make.implication(source)
        make.link(start, LinkType.CALLS_FOR, make.priority(), state=LinkState.SUSPECT)
        make.action(owner_id=make.post().id)
        history.note(session, start, "title", "a", "b", by=make.person(make.lead()))

    def statements(path: str) -> int:
        browse.get(path)
        with count_statements() as count:
            browse.get(path)
        return int(count.number)

    browse.sign_in(make.lead())
    more()
    few = [statements(path) for path in ("/", "/changes")]
    for _ in range(8):
        more()
    assert [statements(path) for path in ("/", "/changes")] == few
    assert few[0] <= 25
    assert few[1] <= 12


def test_home_groups_by_record_what_changed_since_the_reader_was_last_here(
    browse: Browser, session: Session, make: Make
) -> None:
    reader = make.lead()
    browse.sign_in(reader)
    reader.previous_visit_at = now() - timedelta(days=3)
    source, old = make.source(title="Changed twice"), make.source(title="Changed long ago")
    for field in ("title", "summary"):
        history.note(session, source, field, "a", field, by=SYSTEM)
    history.note(session, old, "title", "a", "b", by=SYSTEM).at = now() - timedelta(days=5)
    words = _words(browse.get("/").text)
    assert "Changed since you were last here" in words
    assert words.count("Changed twice") == 1
    assert "Changed long ago" not in words


def test_home_says_when_nothing_changed_since_the_last_visit(browse: Browser, session: Session, make: Make) -> None:
    reader = make.lead()
    browse.sign_in(reader)
    reader.previous_visit_at = now() - timedelta(days=1)
    history.note(session, make.source(), "title", "a", "b", by=SYSTEM).at = now() - timedelta(days=5)
    assert "Nothing has changed since you were last here" in _words(browse.get("/").text)


def test_a_deletion_is_told_once_however_much_went_with_it(browse: Browser, session: Session, make: Make) -> None:
    source = make.source(title="Entered twice")
    for number in range(4):
        make.key_point(source, title=f"Its point {number}")
    deleting.delete(session, source, reason="Really", by=SYSTEM)
    words = _words(browse.sign_in(make.lead()).get("/").text)
    assert words.count("Entered twice") == 1
    assert "Its point" not in words


def test_a_record_s_history_tells_of_its_parts_and_folds_long_texts(
    browse: Browser, session: Session, make: Make
) -> None:
    source = make.source(ref="the-source")
    point = make.key_point(source, title="What it says")
    history.note(session, point, "title", "old " * 60, "new " * 60, reason="Misread", by=SYSTEM)
    words = _words(browse.sign_in(make.lead()).get("/history/sources/the-source").text)
    assert "What it says : Title reworded: “Misread”" in words.replace("says:", "says :")
    assert ("new " * 60).strip() in words


def test_changes_since_what_is_no_date_are_all_changes(browse: Browser, make: Make) -> None:
    browse.sign_in(make.lead())
    assert browse.get("/changes?since=yesterday").status_code == 200
    assert browse.get("/changes?since=2026-11-20T10:00:00%2B00:00").status_code == 200
