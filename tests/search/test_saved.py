"""Facts about saved searches: kept as they were asked, each person's own, and what comes later is told once."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import func, select

from actions.reminding import news as telling
from actions.reminding import reminders
from kb.errors import Invalid, NotAllowed, NotFound
from kb.mailing import declining
from kb.mailing.unsubscribing import Subject
from kb.models.outbox import MailState, OutboxMessage
from kb.models.record import Visibility
from kb.permissions import NOBODY, SYSTEM
from kb.removal import deleting, merging
from search.index import pointer
from search.index.ordering import Order
from search.language.asked import Asked
from search.models import SavedMatch, SavedSearch
from search.saving import news, saved

TODAY = date(2026, 11, 23)  # a Monday
TOMORROW = TODAY + timedelta(days=1)
SATURDAY = date(2026, 11, 28)


def at(day=TODAY, hour=9):
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def asking(address):
    return Asked.from_pairs(parse_qsl(address))


@pytest.fixture
def keep(session, own, make, keep_up):
    """Saves a search of somebody, and brings the index up to date before: keep("q=crisis", user)."""

    def keep(address, user, name="Mine", *, is_told=True, day=TODAY):
        keep_up()
        return saved.save(session, own, asking(address), name, is_told=is_told, by=make.person(user), today=day)

    return keep


@pytest.fixture
def look(database, own, keep_up, session):
    """What the worker's tick does before it plans mails."""

    def look(day=TOMORROW, hour=9):
        keep_up()
        number = news.look(database, own, day, at(day, hour))
        session.expire_all()
        return number

    return look


@pytest.fixture
def plan(session, own):
    """Plans the mails of a day and returns those that wait."""

    def plan(day=TOMORROW, hour=9, **values):
        reminders.plan(session, day, at(day, hour), replace(own, **values))
        session.flush()
        session.expire_all()
        waiting = select(OutboxMessage).where(OutboxMessage.state == MailState.QUEUED)
        return session.scalars(waiting.order_by(OutboxMessage.id)).all()

    return plan


# What is kept


@pytest.mark.parametrize(
    "address",
    [
        "q=crisis",
        "q=%22peer+support%22+kind%3Aaction&theme=nursing&theme=autism",
        "q=a%26b&year=2017..2021&order=newest&own=1&exact=1",
        "kind=source&year=..2021",
        "q=&status=in-force",
        "q=LTP&meaning=LTP%3A2",
    ],
)
def test_a_search_is_kept_as_it_was_asked(address):
    asked = asking(address)
    kept = Asked.from_kept(asked.kept())
    assert kept.kept() == asked.kept()
    for name, values in asked.filters.values().items():
        assert sorted(getattr(kept.filters, name)) == sorted(values)
    assert replace(kept, filters=asked.filters) == asked


@pytest.mark.parametrize("name", [each.name for each in fields(type(Asked().filters)) if "year" not in each.name])
def test_no_filter_is_lost(name):
    value = {
        "kind": "source",
        "nation": "wales",
        "category": "driver",
        "schedule": "overdue",
        "status": "in-force",
        "due": "<30d",
        "ends": "2022",
    }
    asked = Asked.from_pairs([(name, value.get(name, "one"))])
    assert getattr(Asked.from_kept(asked.kept()).filters, name) == getattr(asked.filters, name) != ()


def test_the_same_search_is_known_in_any_order(session, make, keep):
    user = make.viewer()
    kept = keep("theme=b&q=crisis++teams&theme=a&page=3", user)
    found = saved.saved_as(session, asking("q=crisis+teams&theme=a&theme=b"), person=make.person(user))
    assert found is kept
    assert saved.saved_as(session, asking("q=crisis"), person=make.person(user)) is None
    assert saved.saved_as(session, asking("q=crisis+teams&theme=a&theme=b"), person=make.person(make.viewer())) is None


@pytest.mark.parametrize(
    ("address", "name", "field"),
    [
        ("q=crisis", "  ", "name"),
        ("q=crisis", "x" * 101, "name"),
        ("q=crisis", " OFTEN  asked", "name"),
        ("q=++", "Empty", ""),
        ("order=newest", "Empty", ""),
        ("&".join(f"theme={'x' * 300}{number}" for number in range(12)), "Long", ""),
    ],
)
def test_what_cannot_be_saved_is_refused(make, keep, address, name, field):
    user = make.viewer()
    keep("q=other", user, "Often asked")
    with pytest.raises(Invalid) as refused:
        keep(address, user, name)
    assert refused.value.field == field


def test_a_person_has_a_hundred_at_most(session, make, keep):
    user = make.viewer()
    session.add_all(
        SavedSearch(user_id=user.id, name=f"{number}", asks=f"q={number}", is_told=False) for number in range(99)
    )
    session.flush()
    keep("q=last", user, "The last")
    with pytest.raises(Invalid, match="100 saved searches"):
        keep("q=more", user, "One more")


def test_nobody_reaches_the_searches_of_others(session, own, make, keep):
    kept, other = keep("q=crisis", make.viewer()), make.person(make.administrator())
    assert saved.list_own(session, person=other) == []
    with pytest.raises(NotFound):
        saved.get(session, kept.id, person=other)
    with pytest.raises(NotFound):
        saved.remove(session, kept.id, by=other)
    with pytest.raises(NotFound):
        saved.change(session, own, kept.id, "Theirs", is_told=True, by=other, today=TODAY)
    with pytest.raises(NotAllowed):
        saved.list_own(session, person=NOBODY)


def test_another_name_may_differ_from_its_own_in_case_alone(session, own, make, keep):
    user = make.viewer()
    kept, other = keep("q=crisis", user, "crisis"), keep("q=teams", user, "Teams")
    by = make.person(user)
    assert saved.change(session, own, kept.id, "Crisis", is_told=True, by=by, today=TODAY).name == "Crisis"
    with pytest.raises(Invalid):
        saved.change(session, own, other.id, "CRISIS", is_told=True, by=by, today=TODAY)


def test_a_removed_search_leaves_nothing(session, make, keep):
    user = make.viewer()
    make.source(title="Crisis teams")
    kept = keep("q=crisis", user)
    saved.remove(session, kept.id, by=make.person(user))
    assert session.scalar(select(func.count()).select_from(SavedMatch)) == 0


# What is new


def test_what_was_seen_when_saving_is_nothing_new(make, keep, look, plan):
    make.source(title="Crisis teams")
    keep("q=crisis", make.viewer())
    assert look() == 0
    assert plan() == []


def test_a_new_record_is_told_once(session, make, keep, look, plan):
    user = make.viewer()
    keep("q=crisis", user, "Crisis care")
    source = make.source(title="Crisis teams at night")
    assert look() == 1
    (mail,) = plan()
    assert mail.recipient_id == user.id
    assert mail.subject == "1 new match for your saved searches"
    assert "Crisis care\n* Crisis teams at night\n" in mail.text
    assert mail.unsubscribe == Subject.SEARCHES
    mail.state = MailState.SENT
    session.flush()
    source.summary = "Edited"
    for day in (TOMORROW, TOMORROW + timedelta(days=1), TOMORROW + timedelta(days=2)):
        assert look(day) == 0
        assert plan(day) == []


def test_a_record_that_is_edited_and_now_matches_is_new(make, keep, look):
    source = make.source(title="Teams")
    keep("q=crisis", make.viewer())
    source.title = "Crisis teams"
    assert look() == 1


def test_what_matches_again_after_it_was_told_is_not_told_again(session, make, keep, look, plan):
    keep("q=crisis", make.viewer())
    source = make.source(title="Crisis teams")
    look()
    (mail,) = plan()
    mail.state = MailState.SENT
    for number, title in enumerate(("Teams", "Crisis teams"), 1):
        source.title = title
        session.flush()
        assert look(TOMORROW + timedelta(days=number)) == 0
        assert plan(TOMORROW + timedelta(days=number)) == []


def test_what_matches_no_more_before_anybody_was_told_is_not_told(session, make, keep, look, plan):
    keep("q=crisis", make.viewer())
    source = make.source(title="Crisis teams")
    look()
    source.title = "Teams"
    session.flush()
    look(TOMORROW + timedelta(days=1))
    assert plan(TOMORROW + timedelta(days=1)) == []


def test_only_what_holds_every_word_is_told(make, keep, look):
    keep("q=crisis+training", make.viewer())
    make.source(title="Crisis teams")
    make.source(title="Training")
    assert look() == 0
    make.source(title="Training for crisis teams")
    assert look(TOMORROW + timedelta(days=1)) == 1


def test_what_is_said_in_words_may_be_where_a_record_is_filed(make, keep, look):
    keep("q=crisis+in+Scotland", make.viewer())
    make.source(title="Crisis teams", nations=("wales",))
    assert look() == 0
    make.source(title="Crisis care", nations=("scotland",))
    assert look(TOMORROW + timedelta(days=1)) == 1


def test_a_filter_that_is_gone_leaves_nothing_rather_than_everything(make, keep, look):
    make.theme(ref="other")
    keep("q=crisis&theme=gone", make.viewer())
    make.source(title="Crisis teams")
    assert look() == 0


def test_a_search_is_run_once_a_day_and_not_on_days_off_or_before_the_hour(make, keep, look):
    keep("q=crisis", make.viewer())
    make.source(title="Crisis teams")
    assert look(TODAY) == 0, "it was saved today"
    assert look(TOMORROW, hour=3) == 0
    assert look(SATURDAY) == 0
    assert look(TOMORROW) == 1
    make.source(title="Crisis")
    assert look(TOMORROW) == 0


def test_two_workers_note_the_same_thing_once(session, database, own, make, keep, keep_up, look):
    kept = keep("q=crisis", make.viewer())
    make.source(title="Crisis teams")
    keep_up()
    # Both have asked the index before either has written.
    person = make.person(session.get_one(type(make.user()), kept.user_id))
    looks = [news._ask(session, own, person, TOMORROW) for _ in range(2)]
    assert [news._note(session, each[0], person, TOMORROW, at(TOMORROW)) for each in looks] == [1, 0]


def test_a_search_that_fails_keeps_no_other_person_from_news(make, keep, look, session, monkeypatch):
    broken, other = (keep("q=crisis", make.viewer()) for _ in range(2))
    make.source(title="Crisis teams")
    matching = saved.matching

    def failing(session, settings, found, **values):
        if found.id == broken.id:
            raise ValueError("broken")
        return matching(session, settings, found, **values)

    monkeypatch.setattr(saved, "matching", failing)
    with pytest.raises(ValueError, match="broken"):
        look()
    session.expire_all()
    assert (broken.looked_on, other.looked_on) == (TODAY, TOMORROW)


def test_without_an_index_nothing_is_told_and_nothing_is_noted(make, keep, look, database, own, session, plan):
    kept = keep("q=crisis", make.viewer())
    make.source(title="Crisis teams")
    session.commit()
    pointer.discard(own.index_dir)
    assert news.look(database, own, TOMORROW, at(TOMORROW)) == 0
    assert plan() == []
    session.expire_all()
    assert kept.looked_on == TODAY
    assert look() == 1


def test_a_search_saved_without_an_index_begins_with_what_is_found_first(session, own, make, look):
    user = make.viewer()
    make.source(title="Crisis teams")
    session.commit()
    kept = saved.save(session, own, asking("q=crisis"), "Mine", is_told=True, by=make.person(user), today=TODAY)
    assert kept.looked_on is None
    assert look() == 0
    make.source(title="Crisis at night")
    assert look(TOMORROW + timedelta(days=1)) == 1


def test_who_wants_to_be_told_again_hears_of_what_comes_then(session, own, make, keep, look, plan):
    user = make.viewer()
    kept = keep("q=crisis", user)
    make.source(title="Crisis teams")
    look()
    by = make.person(user)
    for is_told in (False, True):
        saved.change(session, own, kept.id, "Mine", is_told=is_told, by=by, today=TOMORROW)
    assert plan() == []
    assert look(TOMORROW + timedelta(days=1)) == 0
    make.source(title="Crisis at night")
    assert look(TOMORROW + timedelta(days=2)) == 1


def test_whoever_is_not_told_has_nothing_looked_for(make, keep, look):
    keep("q=crisis", make.viewer(), is_told=False)
    ended = make.viewer()
    keep("q=crisis", ended, "Theirs")
    ended.is_active = False
    make.source(title="Crisis teams")
    assert look() == 0


def test_an_idle_look_costs_one_statement(make, keep, look, database, own, count_statements):
    keep("q=crisis", make.viewer())
    look()
    with count_statements() as count:
        news.look(database, own, TOMORROW, at(TOMORROW, 10))
    assert count.number == 1


# Who is told


def test_a_draft_is_told_to_those_alone_who_may_see_it(make, keep, look, plan, session):
    lead, viewer = make.lead(), make.viewer()
    for user in (lead, viewer):
        keep("q=crisis", user)
    draft = make.source(title="Crisis teams", visibility=Visibility.DRAFT)
    assert look() == 1
    (mail,) = plan()
    assert mail.recipient_id == lead.id
    assert "Crisis teams (draft)" in mail.text
    draft.visibility = Visibility.PUBLISHED
    assert look(TOMORROW + timedelta(days=1)) == 1
    assert saved.list_new(session, saved.list_own(session, person=make.person(viewer))[0], person=make.person(viewer))


def test_what_was_hidden_after_it_was_found_is_not_told(make, keep, look, plan, session):
    user = make.viewer()
    kept = keep("q=crisis", user)
    source = make.source(title="Crisis teams")
    other = make.source(title="Crisis at night")
    assert look() == 2
    (mail,) = plan()
    source.visibility = Visibility.DRAFT
    deleting.delete(session, other, reason="Entered twice", by=SYSTEM)
    session.flush()
    assert plan() == [], "the mail that names it is taken back before it leaves"
    assert mail.state == MailState.CANCELLED
    assert saved.list_new(session, kept, person=make.person(user)) == []
    assert saved.count_new(session, [kept], person=make.person(user), now=at(TOMORROW)) == {}


def test_what_is_read_inside_a_draft_is_told_to_nobody(session, make, keep, look, plan):
    user = make.viewer()
    kept = keep("q=crisis", user)
    source = make.source(title="Teams")
    make.key_point(source, title="A crisis line")
    look()
    (mail,) = plan()
    source.visibility = Visibility.DRAFT
    session.flush()
    assert plan() == []
    assert mail.state == MailState.CANCELLED
    assert saved.list_new(session, kept, person=make.person(user)) == []
    assert saved.count_new(session, [kept], person=make.person(user), now=at(TOMORROW)) == {}


def test_a_mail_that_is_taken_back_is_written_again(make, keep, look, plan, session):
    keep("q=crisis", make.viewer())
    gone, stays = make.source(title="Crisis teams"), make.source(title="Crisis at night")
    look()
    plan()
    gone.visibility = Visibility.DRAFT
    session.flush()
    (mail,) = plan()
    assert stays.title in mail.text
    assert gone.title not in mail.text


def test_a_mail_of_yesterday_waits_for_today(make, keep, look, plan):
    keep("q=crisis", make.viewer())
    make.source(title="Crisis teams")
    look()
    (first,) = plan()
    (second,) = plan(TOMORROW + timedelta(days=1))
    assert first.id != second.id
    assert "Crisis teams" in second.text


def test_news_waits_while_the_plan_is_paused(make, keep, look, plan, session):
    keep("q=crisis", make.viewer())
    make.the_plan.is_paused = True
    make.action(title="Crisis teams")
    assert look() == 1
    assert plan() == []
    make.the_plan.is_paused = False
    session.flush()
    assert len(plan()) == 1


def test_who_declined_is_not_written_to(make, keep, look, plan, session):
    user = make.viewer()
    keep("q=crisis", user)
    assert declining.list_open(session, make.person(user)) == [Subject.SEARCHES]
    make.source(title="Crisis teams")
    look()
    (mail,) = plan()
    declining.decline(session, user.id, Subject.SEARCHES, at=at())
    assert mail.state == MailState.CANCELLED
    make.source(title="Crisis at night")
    assert look(TOMORROW + timedelta(days=1)) == 1
    assert plan(TOMORROW + timedelta(days=1)) == []


def test_news_comes_in_the_mail_about_what_is_due_and_in_no_other(make, keep, look, plan, session):
    post = make.post()
    user = make.owner(post)
    keep("q=crisis", user, "Crisis care")
    make.action(title="Late", owner_id=post.id, due_on=TODAY, created_at=at(date(2026, 11, 20)))
    for number in range(7):
        make.source(title=f"Crisis team {number}")
    look()
    mails = [mail for mail in plan() if mail.dedupe.startswith("digest:")]
    (mail,) = mails
    assert mail.subject == "1 of your actions needs an answer by Tuesday 1 December"
    assert mail.text.count("* Crisis team") == 5
    assert "and 2 more" in mail.text
    assert f"/saved-searches/{saved.list_own(session, person=make.person(user))[0].id}" in mail.html
    assert mail.unsubscribe == "", "what is due is a duty"


def test_a_record_stands_once_in_a_mail_and_counts_as_told_for_both_searches(make, keep, look, plan, session):
    user = make.viewer()
    keep("q=crisis", user, "First")
    keep("q=teams", user, "Second")
    make.source(title="Crisis teams")
    assert look() == 2
    (mail,) = plan()
    assert mail.text.count("* Crisis teams") == 1
    assert "Second" not in mail.text
    assert telling.list_waiting(session, TOMORROW, {}) == {}


def test_a_merged_record_is_not_told_again(make, keep, look, plan, session):
    keep("q=crisis", make.viewer())
    make.source(title="Crisis teams")
    look()
    (mail,) = plan()
    mail.state = MailState.SENT
    (known,) = session.scalars(select(SavedMatch.record_id))
    kept = make.source(title="Crisis teams, the same")
    gone = session.get_one(type(kept), known)
    merging.merge(session, gone, kept, reason="The same", by=SYSTEM)
    session.flush()
    assert look(TOMORROW + timedelta(days=1)) == 0


# Pages


@pytest.fixture
def reader(browse, make):
    return browse.sign_in(make.viewer())


def test_a_search_is_saved_from_its_results_and_listed(reader, session):
    page = reader.get("/search?q=crisis&theme=gone")
    assert "Save this search" in page.text
    values = {"name": "Crisis care", "asks": "theme=gone&q=crisis", "is_told": "y"}
    answer = reader.post("/saved-searches/new", values, page="/search?q=crisis")
    assert answer.status_code == 303
    assert answer.location.endswith("/search?q=crisis&theme=gone")
    assert "Saved as" in reader.get(answer.location).text
    page = reader.get("/saved-searches").text
    assert "“crisis” · Theme: “gone” (no longer here)" in page
    kept = session.scalars(select(SavedSearch)).one()
    answer = reader.post(f"/saved-searches/{kept.id}", {"name": "Renamed"})
    assert answer.status_code == 303
    assert (kept.name, kept.is_told) == ("Renamed", False)
    reader.post(f"/saved-searches/{kept.id}/remove", page="/saved-searches")
    assert session.scalars(select(SavedSearch)).all() == []
    assert "Undo" in reader.get("/saved-searches").text
    again = reader.post("/saved-searches/new", {**values, "next": "/saved-searches"}, page="/saved-searches/new")
    assert again.location.endswith("/saved-searches")


def test_a_question_is_saved_as_it_was_put_right(reader, make, keep_up):
    make.source(title="Crisis teams")
    keep_up()
    page = reader.get("/search?q=crissis").text
    assert "instead of" in page
    assert 'name="asks" type="hidden" value="q=crisis"' in page


@pytest.mark.parametrize(
    "values",
    [
        {"name": "", "asks": "q=crisis"},
        {"name": "x" * 101, "asks": "q=crisis"},
        {"name": "\t\u00a0", "asks": "q=crisis"},
        {"name": "<b>Mine</b>", "asks": ""},
        {"name": "<b>Mine</b>", "asks": "q=%00&kind=%ff&year=9999999..&order=worst&theme=" + "x" * 9000},
        {},
    ],
)
def test_a_wrong_form_is_shown_again(reader, values):
    answer = reader.post("/saved-searches/new", values)
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert "<b>Mine" not in answer.text


def test_the_same_name_is_refused_on_its_page(reader):
    for asks, status in (("q=one", 303), ("q=two", 422)):
        assert reader.post("/saved-searches/new", {"name": "Mine", "asks": asks}).status_code == status


def test_the_page_of_a_search_shows_what_is_new(browse, make, keep, look, session):
    user = make.viewer()
    kept = keep("q=crisis", user)
    source = make.source(title="Crisis teams <i>")
    look()
    page = browse.sign_in(user).get(f"/saved-searches/{kept.id}").text
    assert f"/sources/{source.ref}" in page
    assert "in your next mail" in page
    assert browse.sign_in(make.viewer()).get(f"/saved-searches/{kept.id}").status_code == 404


def test_the_list_costs_the_same_however_long_it_is(reader, make, session, count_statements):
    user = session.scalars(select(SavedSearch.user_id)).first()
    assert user is None
    numbers = []
    for number in range(1, 12, 5):
        reader.post("/saved-searches/new", {"name": f"S{number}", "asks": f"q=a{number}&theme=t{number}"})
        with count_statements() as count:
            reader.get("/saved-searches")
        numbers.append(count.number)
    assert numbers[0] == numbers[-1] <= 12


def test_an_order_is_kept_too(make, keep):
    kept = keep("q=crisis&order=newest", make.viewer())
    assert Asked.from_kept(kept.asks).order is Order.NEWEST
