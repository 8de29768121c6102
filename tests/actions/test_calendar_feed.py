"""Facts about the calendar: dates of one's own posts, the same identifiers for ever, no names, a private address."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar

from actions import calendar_feed
from actions.models import Closure, Milestone
from kb.accounts import calendar_keys
from kb.models.record import Visibility

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def post(make):
    return make.post(title="Head of planning")


@pytest.fixture
def owner(make, post):
    return make.owner(post)


@pytest.fixture
def action(make, post):
    return make.action(ref="train", title="Train the trainers", owner_id=post.id, due_on=date(2026, 12, 18))


@pytest.fixture
def days(session, make, owner):
    return lambda: calendar_feed.list_days(session, owner, today=make.today)


def test_a_person_without_posts_has_no_dates(session, make, action):
    assert calendar_feed.list_days(session, make.viewer(), today=make.today) == []


def test_due_dates_milestones_and_reviews_of_ones_posts_are_told(session, make, post, action, days):
    session.add(Milestone(action_id=action.id, title="Course agreed", due_on=date(2026, 12, 1)))
    session.add(Milestone(action_id=action.id, title="Room found", due_on=date(2026, 12, 1), done_on=date(2026, 11, 1)))
    session.add(Milestone(action_id=action.id, title="No day"))
    make.response(make.source(), title="Answer to it", owner_id=post.id, review_by=date(2027, 1, 5))
    make.source(title="The strategy", curator_id=post.id, review_by=date(2027, 1, 6))
    make.action(owner_id=make.post().id, due_on=date(2026, 12, 3))
    assert [(day.on, day.summary) for day in days()] == [
        (date(2026, 12, 1), "Milestone: Train the trainers"),
        (date(2026, 12, 18), "Due: Train the trainers"),
        (date(2027, 1, 5), "Review: Answer to it"),
        (date(2027, 1, 6), "Review: The strategy"),
    ]


@pytest.mark.parametrize("how", ["closed", "draft", "deleted", "undated"])
def test_what_is_closed_a_draft_deleted_or_undated_is_left_out(session, action, days, how):
    match how:
        case "closed":
            action.closure = Closure.DONE
        case "draft":
            action.visibility = Visibility.DRAFT
        case "deleted":
            action.deleted_at = AT
        case "undated":
            action.due_on = None
    session.flush()
    assert days() == []


def test_the_file_is_a_calendar_of_whole_days(settings, action, days):
    calendar = Calendar.from_ical(calendar_feed.written(days(), settings))
    (event,) = calendar.walk("VEVENT")
    assert event["SUMMARY"] == "Due: Train the trainers"
    assert event.decoded("DTSTART") == date(2026, 12, 18)
    assert event.decoded("DTEND") == date(2026, 12, 19)
    assert event["UID"] == "action-train-due@127.0.0.1"
    assert event["URL"] == f"{settings.base_url}/actions/train"


def test_a_moved_date_keeps_its_identifier(session, settings, action, days):
    def uid():
        return Calendar.from_ical(calendar_feed.written(days(), settings)).walk("VEVENT")[0]["UID"]

    before = uid()
    action.due_on = date(2027, 3, 1)
    session.flush()
    assert uid() == before


def test_the_same_dates_give_the_same_bytes(settings, action, days):
    assert calendar_feed.written(days(), settings) == calendar_feed.written(days(), settings)


def test_no_name_no_post_and_no_mail_address_stands_in_it(settings, action, owner, post, days):
    written = calendar_feed.written(days(), settings).decode()
    assert owner.name not in written
    assert owner.email not in written
    assert "@example.org" not in written
    assert post.title not in written


def test_a_title_cannot_add_lines(session, settings, action, days):
    action.title = "Train\r\nEND:VEVENT\r\nATTENDEE:mailto:a@example.org; and, more"
    session.flush()
    (event,) = Calendar.from_ical(calendar_feed.written(days(), settings)).walk("VEVENT")
    assert "ATTENDEE" not in event


def test_only_a_hash_of_the_key_is_kept_and_a_new_one_ends_the_old(session, owner):
    first = calendar_keys.make(session, owner.id, at=AT)
    kept = calendar_keys.of(session, owner.id)
    assert first not in kept.key_hash
    second = calendar_keys.make(session, owner.id, at=AT + timedelta(days=1))
    assert calendar_keys.reader_of(session, first) is None
    assert calendar_keys.reader_of(session, second) is owner
    calendar_keys.revoke(session, owner.id)
    assert calendar_keys.reader_of(session, second) is None
    assert calendar_keys.of(session, owner.id) is None


def test_a_closed_account_has_no_calendar(session, owner):
    key = calendar_keys.make(session, owner.id, at=AT)
    owner.is_active = False
    session.flush()
    assert calendar_keys.reader_of(session, key) is None


# Pages


def test_the_calendar_opens_without_signing_in(browse, session, owner, action):
    key = calendar_keys.make(session, owner.id, at=AT)
    answer = browse.get(f"/calendar/{key}.ics")
    assert answer.status_code == 200
    assert answer.mimetype == "text/calendar"
    assert "Due: Train the trainers" in answer.text
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Last-Modified"]


def test_a_calendar_that_has_it_already_is_told_so_until_a_date_moves(browse, session, owner, action):
    path = f"/calendar/{calendar_keys.make(session, owner.id, at=AT)}.ics"
    etag = browse.get(path).headers["ETag"]
    assert browse.get(path, headers={"If-None-Match": etag}).status_code == 304
    action.due_on = date(2027, 3, 1)
    session.flush()
    assert browse.get(path, headers={"If-None-Match": etag}).status_code == 200


def test_a_date_that_is_gone_is_never_answered_by_its_day(browse, session, owner, action):
    path = f"/calendar/{calendar_keys.make(session, owner.id, at=AT)}.ics"
    changed = browse.get(path).headers["Last-Modified"]
    assert browse.get(path, headers={"If-Modified-Since": changed}).status_code == 200


@pytest.mark.parametrize("key", ["made-up", "’", "x" * 3000])
def test_an_unknown_key_is_not_found(browse, key):
    answer = browse.client.get(f"/calendar/{key}.ics")
    assert answer.status_code == 404


def test_the_address_is_shown_once_renewed_and_revoked(browse, app, session, owner, action):
    app.extensions["settings"] = replace(app.extensions["settings"], base_url="https://thread.example.org")
    browse.sign_in(owner)
    assert "Make an address" in browse.get("/account").text
    first = address_in(browse.post("/account/calendar", page="/account").text)
    assert browse.client.get(first).status_code == 200
    assert "example.org/calendar/" not in browse.get("/account").text
    second = address_in(browse.post("/account/calendar", page="/account").text)
    assert browse.client.get(first).status_code == 404
    assert browse.client.get(second).status_code == 200
    assert browse.post("/account/calendar/revoke", page="/account").status_code == 303
    assert browse.client.get(second).status_code == 404


def address_in(page):
    assert "https://thread.example.org/calendar/" in page
    return "/calendar/" + page.partition("https://thread.example.org/calendar/")[2].partition("<")[0]
