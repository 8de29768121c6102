"""What has happened since a steering group met."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from actions.reviews import service
from actions.reviews.answers import answers
from actions.reviews.since import since
from kb.errors import NotAllowed
from kb.models.history import Change, Channel
from kb.models.link import LinkState, LinkType
from kb.models.record import Visibility
from kb.permissions import NOBODY
from kb.words import spoken
from tests.conftest import TODAY

LAST, NEXT = date(2026, 9, 28), date(2026, 12, 7)
BEFORE, AFTER = LAST - timedelta(days=1), LAST + timedelta(days=1)
NUMBERS = {"done": 4, "overdue": 6}


def ago(day: date) -> int:
    return (TODAY - day).days


@pytest.fixture
def meetings(make):
    """A meeting that is over, with its numbers, and the next one, whose request has been out for a week."""
    at = datetime.combine(LAST, time(9), UTC)
    frozen = {"pack": b"{}", "digest": "0" * 64, "frozen_at": at, "closed_at": at, "numbers": NUMBERS}
    return make.review(LAST, **frozen), make.review(NEXT)


@pytest.fixture
def found(session, make, meetings):
    """Reads what has happened; all is read anew."""

    def read(person=service.READER, today=TODAY, review=None):
        session.flush()
        plan = make.the_plan
        return since(session, plan, person, today, service.list_reviews(session, plan, person), review=review)

    return read


@pytest.fixture
def moved(session):
    """Moves the due date of an action on a day, as history tells it."""

    def move(action, *, on, to):
        at = datetime.combine(on, time(9), UTC)
        words = {"field": "due_on", "old": spoken(action.due_on), "new": spoken(to), "channel": Channel.WEB}
        session.add(Change(record_id=action.id, at=at, reason="Staff left", **words))
        action.due_on = to

    return move


def titles(found, key):
    return [one.title for one in found.count(key).records]


def test_what_was_done_from_the_day_of_the_last_meeting_on_is_done_since(make, found):
    make.action(title="Before", closure="done", done_on=BEFORE)
    make.action(title="That day", closure="done", done_on=LAST)
    make.action(title="After", closure="verified", done_on=AFTER, verified_on=TODAY)
    make.action(title="Stopped", closure="stopped", done_on=AFTER)
    make.action(title="Long done", closure="verified", done_on=BEFORE, verified_on=AFTER)
    read = found()
    assert titles(read, "done") == ["That day", "After"]
    assert read.count("done").note == "by the owner; 2 verified"
    assert titles(read, "verified") == ["Long done", "After"]
    assert read.count("verified").records[0].note == "verified on 29 September 2026"


def test_overdue_is_what_is_late_now_and_newly_so_what_came_due_since(make, found):
    make.action(title="Old", due_on=BEFORE)
    make.action(title="New", due_on=LAST)
    make.action(title="Today", due_on=TODAY)
    make.action(title="Not begun", due_on=BEFORE, starts_on=None, closure="done", done_on=BEFORE)
    read = found()
    assert titles(read, "overdue") == ["Old", "New"]
    assert titles(read, "newly-overdue") == ["New"]
    assert read.count("overdue").note == "1 newly so"
    assert read.count("overdue").records[0].note == "57 days overdue"


def test_only_dates_that_moved_since_are_slips(make, found, moved):
    early, late, twice = (make.action(title=title, due_on=date(2026, 12, 1)) for title in ("Early", "Late", "Twice"))
    moved(early, on=BEFORE, to=date(2027, 1, 1))
    moved(late, on=AFTER, to=date(2026, 12, 11))
    moved(twice, on=AFTER, to=date(2026, 12, 11))
    moved(twice, on=TODAY, to=date(2027, 1, 20))
    read = found()
    assert titles(read, "slipped") == ["Twice", "Late"]
    assert read.count("slipped").note == "30 days in the middle; 1 moved twice or more"
    assert read.count("slipped").records[1].note == "10 days later: 11 December 2026 instead of 1 December 2026"


def test_a_forecast_that_moved_since_is_a_slip_from_what_was_expected_then(make, found):
    action = make.action(title="Waits", due_on=date(2026, 12, 1))
    make.update(action, days_ago=ago(BEFORE), forecast_on=date(2026, 12, 20))
    make.update(action, days_ago=ago(AFTER), forecast_on=date(2027, 1, 4))
    action.forecast_on = date(2027, 1, 4)
    as_before = make.action(due_on=date(2026, 12, 1), forecast_on=date(2026, 12, 20))
    make.update(as_before, days_ago=ago(BEFORE), forecast_on=date(2026, 12, 20))
    make.update(as_before, days_ago=3, forecast_on=date(2026, 12, 20))
    read = found()
    assert titles(read, "slipped") == ["Waits"]
    assert read.count("slipped").records[0].note.startswith("15 days later: expected on 4 January 2027")


def test_confidence_is_compared_with_the_last_word_before_the_meeting(make, found):
    for title, words in {
        "Fell": [("on-track", BEFORE - timedelta(days=9)), ("at-risk", BEFORE), ("off-track", AFTER)],
        "Rose": [("off-track", BEFORE), ("on-track", AFTER)],
        "There and back": [("on-track", BEFORE), ("off-track", AFTER), ("on-track", TODAY)],
        "Fell long ago": [("on-track", BEFORE - timedelta(days=9)), ("off-track", BEFORE)],
        "New": [("on-track", AFTER), ("off-track", TODAY)],
    }.items():
        action = make.action(title=title)
        for confidence, day in words:
            make.update(action, days_ago=ago(day), confidence=confidence)
    read = found()
    assert titles(read, "confidence-fell") == ["Fell"]
    assert titles(read, "confidence-rose") == ["Rose"]
    assert read.count("confidence-fell").records[0].note == "from at risk to off track"


def test_owners_who_said_nothing_since_the_request_are_silent(make, found, meetings):
    asks_on = service.cycle(meetings[1]).asks_on
    said, silent = make.post(title="Said"), make.post(title="Silent")
    make.update(make.action(owner_id=said.id), days_ago=ago(asks_on))
    quiet = make.action(owner_id=silent.id, title="Quiet")
    make.update(quiet, days_ago=ago(asks_on) + 1)
    make.update(make.action(owner_id=silent.id), days_ago=0)
    make.action(owner_id=make.post().id, starts_on=TODAY + timedelta(days=1))
    make.action(owner_id=make.post().id, closure="done", done_on=TODAY)
    read = found()
    assert (read.asked, read.answered, read.number("silent")) == (2, 1, 1)
    assert [(one.post.title, [action.title for action in one.actions]) for one in read.silent] == [
        ("Silent", ["Quiet"])
    ]
    assert read.reasons[quiet.id] == ("silent",)


def test_until_the_request_goes_out_the_plans_own_rule_says_who_is_silent(make, found, meetings):
    today = service.cycle(meetings[1]).asks_on - timedelta(days=1)
    post = make.post(title="Over four weeks")
    make.update(make.action(owner_id=post.id), days_ago=(TODAY - today).days + 29)
    make.update(make.action(owner_id=make.post().id), days_ago=(TODAY - today).days + 28)
    read = found(today=today)
    assert titles(read, "silent") == ["Over four weeks"]
    assert read.count("silent").note == "nothing said for over 28 days"


def test_answers_after_the_close_are_late(make, found, meetings):
    today = service.cycle(meetings[1]).closes_on + timedelta(days=1)
    late, in_time = make.action(), make.action()
    make.update(late, days_ago=(TODAY - today).days)
    make.update(in_time, days_ago=0)
    make.update(in_time, days_ago=(TODAY - today).days)
    assert found(today=today).late == {late.id}
    assert found().late == frozenset()


def test_open_asks_stand_with_the_days_that_the_oldest_has_waited(make, found):
    make.update(make.action(title="Asks"), days_ago=19, support_needed="Two trainers")
    make.update(make.action(), days_ago=30, support_needed="A room", support_answer="Take ours")
    read = found()
    assert titles(read, "asks") == ["Asks"]
    assert read.count("asks").note == "the oldest has waited 19 days"


def test_change_requests_of_what_is_late_are_the_groups_to_decide(make, found):
    late, in_time = make.action(title="Late", due_on=AFTER), make.action(due_on=TODAY + timedelta(days=40))
    for action in (late, in_time):
        make.request(action, make.user(), proposed_on=date(2027, 1, 31))
    assert titles(found(), "requests") == ["Late"]
    leads = found(make.person(make.lead()))
    assert titles(leads, "requests") == ["Late"]
    assert leads.count("requests").note == "1 more that a lead may decide"


def indicator(make, values, *, at, **given):
    """An indicator with a reading for each month; the last one came in at an instant."""
    made = make.indicator(direction="lower", frequency="monthly", unit="%", **given)
    for place, value in enumerate(values):
        day = date(2025, 1, 28) + timedelta(days=30 * place)
        make.reading(made, ends_on=day, value=value, at=at if place == len(values) - 1 else at - timedelta(days=90))
    return made


def test_a_signal_is_new_where_the_last_reading_came_in_since(make, found):
    usual = [10, 11, 10, 9, 10, 11, 10, 9, 10, 11, 10, 9, 10]
    for title, last, day in (("New", 30, AFTER), ("Old", 30, BEFORE), ("Usual", 10, AFTER)):
        indicator(make, [*usual, last], at=datetime.combine(day, time(9), UTC), title=title)
    read = found()
    assert titles(read, "signals") == ["New"]
    assert read.count("signals").note == "1 worse"


def test_a_reading_past_what_is_tolerated_is_off_its_trajectory(make, found):
    at = datetime.combine(AFTER, time(9), UTC)
    for title, tolerance in (("Off", 5.0), ("Tolerated", 20.0)):
        made = indicator(make, [11.0], at=at, title=title, tolerance=tolerance)
        make.point(made, ends_on=date(2025, 1, 28), value=10.0)
    read = found()
    assert titles(read, "off-trajectory") == ["Off"]
    assert read.count("off-trajectory").records[0].note == "off trajectory by 1 points, 10%"


def test_sources_changed_where_they_or_what_they_say_did_and_the_plan_rests_on_them(session, make, found):
    status, text, old, elsewhere, seeded = (
        make.source(title=title) for title in ("Status", "Text", "Old", "Elsewhere", "Seeded")
    )
    for source in (status, text, old, seeded):
        make.response(source)
    lines = [
        (status, "status", "in-force", "superseded", AFTER, Channel.WEB),
        (make.implication(text), "title", "A", "B", AFTER, Channel.WEB),
        (text, "link", None, "B", AFTER, Channel.WEB),
        (old, "status", "in-force", "superseded", BEFORE, Channel.WEB),
        (elsewhere, "status", "in-force", "superseded", AFTER, Channel.WEB),
        (seeded, "status", "in-force", "superseded", AFTER, Channel.SEED),
    ]
    for record, field, before, now, day, channel in lines:
        when = datetime.combine(day, time(9), UTC)
        session.add(Change(record_id=record.id, at=when, field=field, old=before, new=now, channel=channel, reason=""))
    read = found()
    assert titles(read, "sources") == ["Status", "Text"]
    assert [one.note for one in read.sources] == ["now superseded", "1 change to what is held of it"]
    assert read.count("sources").note == "1 stands elsewhere now"


def test_suspect_links_stand_with_the_oldest_first(make, found):
    for title, days in (("Later", 3), ("Earlier", 9)):
        suspect_since = datetime.combine(TODAY - timedelta(days=days), time(9), UTC)
        start = make.source(title=title)
        doubt = {"state": LinkState.SUSPECT, "suspect_since": suspect_since, "suspect_because": "It ended"}
        make.link(start, LinkType.CALLS_FOR, make.priority(title="Staff"), **doubt)
    read = found()
    assert titles(read, "suspect") == ["Earlier", "Later"]
    assert read.count("suspect").note == "the oldest has waited 9 days"


def test_gaps_are_those_of_the_gap_list(make, found):
    make.action(title="Nobody’s", measure="Posts filled", due_on=TODAY + timedelta(days=9))
    notes = [(one.title, one.note) for one in found().count("gaps").records]
    assert notes == [("Nobody’s", "action without an owner"), ("Nobody’s", "action without a source")]


def test_each_number_stands_beside_those_of_earlier_meetings(make, found, meetings):
    make.review(LAST - timedelta(days=60))
    make.action(due_on=BEFORE)
    read = found(review=meetings[1])
    assert read.count("overdue").trend == (None, 6, 1)
    assert read.count("overdue").change == -5
    assert read.count("gaps").change is None
    assert read.has_trend
    assert read.day == LAST


def test_no_more_than_six_meetings_stand_in_a_row(make, found, meetings):
    for back in range(1, 9):
        make.review(LAST - timedelta(days=30 * back))
    read = found(review=meetings[1])
    assert len(read.count("done").trend) == 6
    assert read.met_on[-1] == LAST


def test_at_the_first_meeting_everything_on_record_counts(session, make, moved):
    review = make.review(NEXT)
    make.action(title="Done", closure="done", done_on=BEFORE)
    action = make.action(title="Slipped", due_on=date(2026, 6, 1))
    moved(action, on=BEFORE, to=date(2026, 12, 24))
    make.update(action, days_ago=300, confidence="on-track")
    make.update(action, days_ago=90, confidence="at-risk")
    session.flush()
    read = since(session, make.the_plan, service.READER, TODAY, [review])
    assert read.day is None
    assert not read.has_trend
    assert [read.number(key) for key in ("done", "slipped", "confidence-fell")] == [1, 1, 1]


def test_an_action_has_the_keys_of_all_numbers_that_it_is_in(make, found):
    action = make.action(due_on=AFTER, owner_id=make.post().id)
    make.update(action, days_ago=ago(BEFORE), confidence="on-track")
    make.update(action, days_ago=ago(AFTER), confidence="at-risk", support_needed="A room")
    assert found().reasons == {action.id: ("overdue", "newly-overdue", "confidence-fell", "silent", "asks")}


def test_what_the_reader_may_not_see_is_left_out_before_it_is_counted(make, found):
    make.action(due_on=BEFORE, visibility=Visibility.DRAFT, owner_id=make.post().id)
    assert found().number("overdue") == 0
    assert found(make.person(make.lead())).number("overdue") == 1
    assert found().asked == found(make.person(make.lead())).asked == 0


def test_nobody_learns_it_without_the_right_to_read_updates(session, make, meetings):
    with pytest.raises(NotAllowed):
        since(session, make.the_plan, NOBODY, TODAY, list(reversed(meetings)))


def test_the_statements_do_not_grow_with_the_plan(session, make, found, moved, count_statements):
    def cost():
        session.expunge_all()
        with count_statements() as count:
            found()
        return count.number

    def fill(number):
        for place in range(number):
            action = make.action(due_on=AFTER + timedelta(days=place), owner_id=make.post().id)
            make.update(action, days_ago=ago(BEFORE), confidence="on-track")
            make.update(action, days_ago=1, confidence="at-risk", support_needed="A room", forecast_on=NEXT)
            action.forecast_on = NEXT
            moved(action, on=AFTER, to=TODAY - timedelta(days=1))
            make.request(action, make.user(), proposed_on=NEXT)
            made = indicator(make, [11.0], at=datetime.combine(AFTER, time(9), UTC))
            make.point(made, ends_on=date(2025, 1, 28))
        session.flush()

    fill(1)
    few = cost()
    fill(20)
    assert cost() == few


def test_of_the_many_actions_of_a_silent_owner_three_are_named_and_all_are_known(make, found):
    post = make.post()
    for number in range(5):
        make.action(title=f"Action {number}", owner_id=post.id)
    read = found()
    assert len(read.silent[0].actions) == 5
    told = read.count("silent").records[0].note
    assert told == "Action 0; Action 1; Action 2; and 2 more (last word: never)"


def test_records_are_named_only_for_the_numbers_that_are_asked_for(session, make, meetings):
    make.action(title="Late", due_on=BEFORE)
    plan, reviews = make.the_plan, list(reversed(meetings))
    read = since(session, plan, service.READER, TODAY, reviews, named=["overdue"])
    assert titles(read, "overdue") == ["Late"]
    assert (read.number("gaps"), read.count("gaps").records) == (3, ())


def test_who_has_answered_is_the_same_as_on_the_page_of_the_meeting(session, make, found, meetings):
    said, silent, both = make.post(), make.post(), make.post()
    make.update(make.action(owner_id=said.id), days_ago=1)
    make.update(make.action(owner_id=both.id), days_ago=1)
    for post in (silent, both):
        make.update(make.action(owner_id=post.id), days_ago=60)
    make.action(owner_id=silent.id, visibility=Visibility.DRAFT)
    read, answered = found(), answers(session, meetings[1], service.READER, TODAY)
    assert (read.asked, read.answered, read.late) == (answered.asked, answered.answered, answered.late)
    assert read.silent == answered.silent
