"""Answering for several actions at once: what can stand is kept, and the rest is not lost."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from actions import several, updates
from actions.models import Update
from actions.several import Answer
from actions.updates import Said
from tests.conftest import TODAY


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


def parts(ref: str, day: date) -> dict[str, str]:
    name = f"{ref}-forecast_on"
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html[html.index('id="main"') :]).split())


@pytest.fixture
def post(make):
    return make.post(title="Head of Planning")


@pytest.fixture
def user(make, post):
    return make.owner(post)


@pytest.fixture
def owner(make, user):
    return make.person(user)


@pytest.fixture
def owned(make, post):
    def action(**values):
        return make.action(owner_id=post.id, **{"due_on": days(-1), **values})

    return action


def send(session, *answers, by):
    return several.send(session, answers, by=by, today=TODAY)


def test_what_can_stand_is_kept_and_the_others_come_back_with_their_reason(session, make, owner, owned):
    good, empty, closed = owned(), owned(), owned(closure="done", done_on=TODAY)
    foreign = make.action(owner_id=make.post().id)
    outcome = send(
        session,
        *(
            Answer(ref, Said("at-risk", words), None)
            for ref, words in ((good.ref, "Late."), (empty.ref, " "), (closed.ref, "More."), (foreign.ref, "Mine?"))
        ),
        Answer("there-is-none", Said("at-risk", "Late."), None),
        by=owner,
    )
    assert outcome.sent == [good.ref]
    assert {ref: error.field for ref, error in outcome.refused.items()} == {
        empty.ref: "narrative",
        closed.ref: "confidence",
        foreign.ref: "",
        "there-is-none": "",
    }
    assert updates.last_update(session, good).narrative == "Late."
    assert session.query(Update).count() == 1


def test_an_answer_after_a_newer_one_comes_back_with_the_newer_one(session, make, owner, owned):
    action = owned()
    newer = make.update(action, narrative="A deputy was faster.", person_id=make.user().id)
    outcome = send(session, Answer(action.ref, Said("at-risk", "Late."), None), by=owner)
    assert (outcome.sent, outcome.overtaken[action.ref].id) == ([], newer.id)
    assert outcome.overtaken[action.ref].person.name
    again = send(session, Answer(action.ref, Said("at-risk", "Late."), newer.id), by=owner)
    assert again.sent == [action.ref]


def test_the_same_answers_sent_twice_count_once(session, make, owner, owned):
    told, same = owned(), owned(due_on=days(20))
    last = make.update(same, days_ago=20)
    answers = [
        Answer(told.ref, Said("at-risk", "Late. ", days(4), "Late."), None),
        Answer(same.ref, None, last.id),
    ]
    assert sorted(send(session, *answers, by=owner).sent) == sorted([told.ref, same.ref])
    assert sorted(send(session, *answers, by=owner).sent) == sorted([told.ref, same.ref])
    assert session.query(Update).count() == 3


def test_a_row_without_a_date_leaves_the_expected_one_and_counts_once_too(session, owner, owned):
    action = owned(due_on=days(20), forecast_on=days(25))
    answer = Answer(action.ref, Said("at-risk", "Late.", keeps_forecast=True), None)
    for _ in range(2):
        assert send(session, answer, by=owner).sent == [action.ref]
    assert (action.forecast_on, session.query(Update).count()) == (days(25), 1)


def test_words_instead_of_those_of_an_hour_ago_are_not_taken_for_the_same(session, make, owner, owned):
    action, repeated = owned(), owned(due_on=days(20))
    send(session, Answer(action.ref, Said("at-risk", "Late."), None), by=owner)
    other = send(session, Answer(action.ref, Said("off-track", "Late."), None), by=owner)
    assert list(other.overtaken) == [action.ref]
    make.update(repeated, person_id=owner.user_id)
    assert list(send(session, Answer(repeated.ref, None, None), by=owner).overtaken) == [repeated.ref]


def test_no_more_than_a_page_is_taken_at_once(session, owner, owned):
    answers = [Answer(owned().ref, Said("on-track", "Well."), None) for _ in range(several.AT_ONCE + 2)]
    assert len(send(session, *answers, by=owner).sent) == several.AT_ONCE


def test_only_ones_own_actions_are_found(session, make, owner, owned):
    mine, foreign = owned(), make.action(owner_id=make.post().id)
    assert list(several.owned(session, [mine.ref, foreign.ref, "none"], owner, TODAY)) == [mine.ref]
    assert several.owned(session, [], owner, TODAY) == {}
    assert several.owned(session, [mine.ref], make.person(make.viewer()), TODAY) == {}
    assert several.last_words(session, []) == {}


# The page

PATH = "/my-actions/update"


@pytest.fixture
def as_owner(browse, user):
    return browse.sign_in(user)


def sent(*rows: dict[str, str], refs: list[str]) -> dict[str, object]:
    values: dict[str, object] = {"ref": refs}
    for row in rows:
        values |= row
    return values


def test_the_page_asks_for_what_needs_an_answer_with_nothing_chosen(as_owner, make, owned):
    silent, repeatable = owned(title="Train"), owned(title="Hire", due_on=days(4))
    make.update(repeatable, days_ago=40, narrative="We are hiring.")
    page = as_owner.get(PATH).text
    told = text_of(page)
    assert "You have not said yet how it goes." in told
    assert "“We are hiring.”" in told
    assert " checked" not in page
    assert page.count('value="same"') == 1, "only where there is a word to repeat"
    assert f'name="{silent.ref}-narrative"' in page
    assert not re.search(r"<textarea[^>]*>[^<]", page)


def test_the_page_says_when_nothing_is_asked(as_owner, browse, make):
    assert "Nothing needs you." in text_of(as_owner.get(PATH).text)
    assert "Nothing needs you." in text_of(browse.sign_in(make.viewer()).get(PATH).text)


def test_filled_rows_are_sent_and_empty_ones_are_left_alone(as_owner, make, owned, session):
    told, left, same = owned(), owned(), owned(due_on=days(4), forecast_on=days(6))
    last = make.update(same, days_ago=40, confidence="at-risk")
    answer = as_owner.post(
        PATH,
        sent(
            {f"{told.ref}-confidence": "off-track", f"{told.ref}-narrative": "No money.", **parts(told.ref, days(9))},
            {f"{same.ref}-confidence": "same", f"{same.ref}-version": str(last.id)},
            refs=[told.ref, left.ref, same.ref],
        ),
    )
    assert (answer.status_code, answer.location) == (303, "/my-actions")
    assert "Two answers are sent. One more needs an answer." in text_of(as_owner.get("/my-actions").text)
    session.expire_all()
    assert (told.confidence, told.forecast_on, left.last_said_on) == ("off-track", days(9), None)
    assert updates.last_update(session, told).forecast_reason == "No money."
    assert (updates.last_update(session, same).narrative, same.confidence) == ("Nothing has changed.", "at-risk")


def test_the_last_word_with_more_words_is_an_update_of_its_own(as_owner, make, owned, session):
    action = owned(due_on=days(4), forecast_on=days(8))
    last = make.update(action, days_ago=40, confidence="at-risk")
    row = {
        f"{action.ref}-confidence": "same",
        f"{action.ref}-narrative": "Still ill.",
        f"{action.ref}-version": last.id,
    }
    assert as_owner.post(PATH, sent(row, refs=[action.ref])).status_code == 303
    newest = updates.last_update(session, action)
    assert (newest.confidence, newest.narrative) == ("at-risk", "Still ill.")
    assert action.forecast_on == newest.forecast_on == days(8)
    assert "Nothing else needs you." in text_of(as_owner.get("/my-actions").text)


def test_a_full_page_leads_to_the_next_one(as_owner, owned):
    refs = [owned().ref for _ in range(several.AT_ONCE + 1)]
    first = as_owner.get(PATH).text
    assert "1 to 25 of 26" in text_of(first)
    rows = [{f"{ref}-confidence": "on-track", f"{ref}-narrative": "Well."} for ref in refs[:-1]]
    answer = as_owner.post(PATH, sent(*rows, refs=refs[:-1]))
    assert (answer.status_code, answer.location) == (303, PATH)


def test_refused_and_overtaken_rows_keep_their_text_and_the_others_are_sent(as_owner, make, owned, session):
    good, wordless, dated, stale = (owned() for _ in range(4))
    make.update(stale, narrative="Somebody was faster.", person_id=make.user().id)
    rows = [
        {f"{good.ref}-confidence": "on-track", f"{good.ref}-narrative": "Well."},
        {f"{wordless.ref}-confidence": "at-risk"},
        {
            f"{dated.ref}-confidence": "at-risk",
            f"{dated.ref}-narrative": "The <b>hall</b>.",
            **parts(dated.ref, days(-3)),
        },
        {f"{stale.ref}-confidence": "off-track", f"{stale.ref}-narrative": "My own words."},
    ]
    answer = as_owner.post(PATH, sent(*rows, refs=[good.ref, wordless.ref, dated.ref, stale.ref]))
    told = text_of(answer.text)
    assert answer.status_code == 422
    assert "One answer is sent." in told
    assert "Say in a sentence or two what has changed" in told
    assert "has passed; give a date from today on" in told
    assert "The &lt;b&gt;hall&lt;/b&gt;." in answer.text
    assert "My own words." in answer.text
    assert "Somebody was faster." in told
    assert f'name="{good.ref}-narrative"' not in answer.text
    assert session.query(Update).count() == 2
    newest = re.search(rf'name="{stale.ref}-version"[^>]*value="(\d+)"', answer.text)
    assert newest
    again = as_owner.post(PATH, sent({**rows[3], f"{stale.ref}-version": newest.group(1)}, refs=[stale.ref]))
    assert again.status_code == 303


def test_a_date_that_is_none_comes_back_beside_its_row(as_owner, owned, session):
    action = owned()
    row = {f"{action.ref}-confidence": "at-risk", f"{action.ref}-narrative": "Late.", **parts(action.ref, days(9))}
    answer = as_owner.post(PATH, sent({**row, f"{action.ref}-forecast_on-month": "13"}, refs=[action.ref]))
    assert answer.status_code == 422
    assert "Check the day and the month" in text_of(answer.text)
    assert session.query(Update).count() == 0


def test_an_empty_page_is_not_sent_and_what_is_not_ones_own_is_refused(as_owner, make, owned, session):
    mine, foreign = owned(), make.action(owner_id=make.post().id, title="Somebody else's")
    nothing = as_owner.post(PATH, sent(refs=[mine.ref]))
    assert nothing.status_code == 422
    assert "Fill in at least one action." in text_of(nothing.text)
    row = {f"{foreign.ref}-confidence": "on-track", f"{foreign.ref}-narrative": "Well."}
    kept = as_owner.post(PATH, sent(row, refs=[foreign.ref]))
    assert kept.status_code == 422
    assert "not yours to answer any more. Your words were: “Well.”" in text_of(kept.text)
    assert session.query(Update).count() == 0
