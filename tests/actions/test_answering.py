"""Facts about answering from a mail: one person, one action, once; opening a link changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from actions import answering
from actions.answering import LinkRefused, Why
from actions.models import Closure, Update
from actions.reminder_models import AnswerLink
from actions.reminding import new_links
from actions.updates import Said
from kb.db import Base
from kb.errors import Conflict, Invalid
from kb.models.history import Change
from kb.models.organisation import PostHolding
from kb.models.outbox import OutboxMessage
from kb.models.record import Visibility

SAID = Said("at-risk", "One trainer has left.")


@pytest.fixture
def at():
    return datetime.now(UTC) - timedelta(minutes=5)


@pytest.fixture
def post(make):
    return make.post(title="Head of planning")


@pytest.fixture
def owner(make, post):
    return make.owner(post)


@pytest.fixture
def action(make, post):
    return make.action(title="Train the trainers", owner_id=post.id, due_on=make.today + timedelta(days=9))


@pytest.fixture
def token(session, make, owner, action, at):
    paths = answering.links_for(session, owner.id, [(action.id, make.today)], at)
    session.flush()
    return paths[action.id].removeprefix("/answer/")


@pytest.fixture
def opening(session, make, token):
    """Opens the link: opening(), or opening(now=…)."""

    def opening(**values):
        values = {"now": datetime.now(UTC), "today": make.today, **values}
        return answering.open_link(session, values.pop("token", token), **values)

    return opening


@pytest.fixture
def answer(session, make, token):
    def answer(said=SAID, *, last_update_id=None, **values):
        values = {"now": datetime.now(UTC), "today": make.today, **values}
        return answering.answer(session, token, said, last_update_id=last_update_id, **values)

    return answer


def refusal(opening, **values):
    with pytest.raises(LinkRefused) as refused:
        opening(**values)
    return refused.value


def test_only_a_hash_of_the_token_is_kept(session, token):
    row = session.scalars(select(AnswerLink)).one()
    assert token not in row.token_hash
    assert len(row.token_hash) == 64
    assert len(token) >= 43


def test_two_links_are_never_the_same(session, make, owner, action, at):
    paths = {answering.links_for(session, owner.id, [(action.id, make.today)], at)[action.id] for _ in range(20)}
    assert len(paths) == 20


def test_a_link_opens_its_action_for_its_reader(opening, action, owner):
    opened = opening()
    assert (opened.action.id, opened.person.user_id, opened.last) == (action.id, owner.id, None)


def test_an_answer_is_kept_as_that_of_the_reader_and_uses_the_link_up(session, answer, opening, action, owner, post):
    update = answer()
    assert (update.person_id, update.post_id, update.channel) == (owner.id, post.id, "mail")
    assert action.confidence == "at-risk"
    refused = refusal(opening)
    assert refused.why is Why.USED
    assert refused.at is not None
    with pytest.raises(LinkRefused):
        answer()
    assert session.scalar(select(func.count(Update.id))) == 1
    assert session.scalar(select(func.count(Change.id)).where(Change.field == "update")) == 1
    assert session.scalars(select(AnswerLink)).one().update_id == update.id


def test_a_link_may_say_that_nothing_has_changed(make, answer, action):
    before = make.update(action, days_ago=20, confidence="at-risk", at=datetime(2026, 1, 1, tzinfo=UTC))
    assert answer(None, last_update_id=before.id).narrative == "Nothing has changed."


def test_nothing_can_be_unchanged_where_nothing_was_said(answer):
    with pytest.raises(Invalid, match="Nothing has been said yet"):
        answer(None)


def test_a_link_does_not_close_an_action(answer, action):
    answer()
    assert action.closure == Closure.OPEN


def test_a_refused_answer_leaves_the_link_good(answer, opening):
    with pytest.raises(Invalid):
        answer(Said("at-risk", " "))
    assert opening().link.used_at is None


def test_an_answer_to_an_older_state_is_a_conflict_and_leaves_the_link_good(make, answer, opening, action):
    make.update(action, days_ago=20, at=datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(Conflict):
        answer(last_update_id=None)
    assert opening().link.used_at is None


@pytest.mark.parametrize("wrong", ["", "made-up", "x" * 5000, "’\udcff"])
def test_a_made_up_token_is_unknown(opening, wrong):
    assert refusal(opening, token=wrong).why is Why.UNKNOWN


def test_an_altered_token_is_unknown(opening, token):
    altered = token[:-1] + ("A" if token[-1] != "A" else "B")
    assert refusal(opening, token=altered).why is Why.UNKNOWN


def test_a_link_ends_after_thirty_days(opening, at):
    assert opening(now=at + timedelta(days=30) - timedelta(seconds=1))
    assert refusal(opening, now=at + timedelta(days=30)).why is Why.ENDED


def test_an_answer_that_came_otherwise_overtakes_the_link(make, opening, action):
    make.update(action)
    refused = refusal(opening)
    assert refused.why is Why.ANSWERED
    assert refused.action is action


def test_an_answer_from_before_the_mail_does_not(make, opening, action, at):
    last = make.update(action, at=at - timedelta(seconds=1))
    assert opening().last is last


def test_another_owner_overtakes_the_link_and_the_title_is_not_told(make, opening, action):
    action.owner_id = make.post().id
    refused = refusal(opening)
    assert refused.why is Why.ANOTHER_OWNER
    assert refused.action is None


def test_whoever_left_the_post_answers_no_more(session, make, opening, owner):
    holding = session.scalars(select(PostHolding).where(PostHolding.user_id == owner.id)).one()
    holding.until_on = make.today
    assert refusal(opening).why is Why.ANOTHER_OWNER


def test_a_deputy_answers_too(session, make, action, post, at):
    deputy = make.owner(post, is_deputy=True)
    path = answering.links_for(session, deputy.id, [(action.id, make.today)], at)[action.id]
    session.flush()
    opened = answering.open_link(session, path.rpartition("/")[2], now=at, today=make.today)
    assert opened.person.user_id == deputy.id


def test_a_closed_action_overtakes_the_link(opening, action):
    action.closure = Closure.DONE
    assert refusal(opening).why is Why.CLOSED


@pytest.mark.parametrize("how", ["deleted", "draft"])
def test_an_action_that_nobody_may_read_is_gone(session, opening, action, how):
    if how == "deleted":
        action.deleted_at = datetime.now(UTC)
    else:
        action.visibility = Visibility.DRAFT
    session.flush()
    refused = refusal(opening)
    assert refused.why is Why.GONE
    assert refused.action is None


def test_a_deactivated_person_answers_no_more(opening, owner):
    owner.is_active = False
    assert refusal(opening).why is Why.NO_ACCOUNT


# New links


@pytest.fixture
def send_new(session, make, token, settings):
    def send_new(at, *, given=token):
        return new_links.for_token(session, given, at=at, today=make.today, settings=settings)

    return send_new


def test_a_new_link_goes_to_the_address_on_file_and_works(session, make, send_new, owner, opening, at):
    assert send_new(at + timedelta(days=31))
    message = session.scalars(select(OutboxMessage)).one()
    assert (message.recipient_id, message.to_address) == (owner.id, owner.email)
    assert message.subject == "Your new link: Train the trainers"
    new = message.text.partition("/answer/")[2].split()[0]
    assert opening(token=new, now=at + timedelta(days=31, minutes=1)).person.user_id == owner.id
    assert message.unsubscribe == ""


def test_at_most_one_mail_with_new_links_is_sent_in_an_hour(session, send_new, at):
    assert [send_new(at + timedelta(minutes=minutes)) for minutes in (0, 1, 59, 61)] == [True, False, False, True]
    assert session.scalar(select(func.count(OutboxMessage.id))) == 2


def test_no_new_link_is_sent_for_a_made_up_one(session, send_new, at):
    assert not send_new(at, given="made-up")
    assert session.scalar(select(func.count(OutboxMessage.id))) == 0


@pytest.mark.parametrize("why", ["closed", "another owner", "deactivated"])
def test_no_new_link_is_sent_where_there_is_nothing_to_answer(session, make, send_new, action, owner, at, why):
    if why == "closed":
        action.closure = Closure.DONE
    elif why == "another owner":
        action.owner_id = make.post().id
    else:
        owner.is_active = False
    session.flush()
    assert not send_new(at)
    assert session.scalar(select(func.count(OutboxMessage.id))) == 0


def test_links_can_be_asked_for_by_the_address_on_file(session, make, token, owner, settings, at):
    def ask(email):
        return new_links.for_address(session, email, at=at, today=make.today, settings=settings)

    assert not ask("nobody@example.org")
    assert ask(owner.email.upper())
    assert "/answer/" in session.scalars(select(OutboxMessage)).one().text


def test_of_several_mails_about_an_action_one_new_link_is_made(session, make, owner, action, at, send_new, post):
    answering.links_for(session, owner.id, [(action.id, make.today - timedelta(days=7))], at - timedelta(days=7))
    other = make.action(title="Count the trainers", owner_id=post.id)
    answering.links_for(session, owner.id, [(other.id, make.today)], at)
    session.flush()
    assert send_new(at)
    message = session.scalars(select(OutboxMessage)).one()
    assert message.subject == "Your 2 new links"
    assert message.text.count("/answer/") == 2


# Pages


def everything(session):
    """Every row of every table, so that nothing can change unseen."""
    return {
        name: sorted(map(repr, session.execute(select(table)).all())) for name, table in Base.metadata.tables.items()
    }


def test_no_answer_is_chosen_on_the_page(browse, token, make, action):
    make.update(action, days_ago=20, narrative="We had two.", at=datetime(2026, 1, 1, tzinfo=UTC))
    page = browse.get(f"/answer/{token}")
    assert page.status_code == 200
    assert "Train the trainers" in page.text
    assert "We had two." in page.text
    assert " checked" not in page.text
    assert "Nothing has changed</button>" in page.text


def test_fetching_a_link_three_times_changes_nothing(browse, session, token):
    session.commit()
    before = everything(session)
    for _ in range(3):
        for path in (f"/answer/{token}", "/answer/new-link", f"/answer/{token}x"):
            browse.client.get(path).close()
            browse.client.head(path).close()
    session.expire_all()
    assert everything(session) == before


def test_nobody_keeps_lists_or_is_told_the_address(browse, token):
    headers = browse.get(f"/answer/{token}").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in headers["X-Robots-Tag"]


def test_an_answer_is_sent_without_signing_in_and_thanked_for(browse, session, token, action):
    sent = browse.post(f"/answer/{token}", {"confidence": "off-track", "narrative": "Both have left."})
    assert sent.status_code == 303
    assert action.confidence == "off-track"
    after = browse.get(sent.location)
    assert "Thank you, your answer is kept." in after.text
    assert "You have answered with this link" in after.text


def test_a_wrong_form_keeps_what_was_written(browse, token):
    page = browse.post(f"/answer/{token}", {"narrative": "Half a sentence", "version": ""})
    assert page.status_code == 422
    assert "Half a sentence" in page.text
    assert "Say whether it is on track" in page.text


def test_an_answer_from_another_site_is_refused(browse, session, token, action):
    session.commit()
    assert browse.client.post(f"/answer/{token}", data={"confidence": "on-track"}).status_code == 400
    session.expire_all()
    assert action.confidence is None


def test_what_was_written_into_an_overtaken_link_is_shown(browse, session, make, token, action):
    session.commit()
    first = browse.client.get(f"/answer/{token}").text
    csrf = first.partition('name="csrf_token" value="')[2].partition('"')[0]
    make.update(action)
    session.commit()
    page = browse.client.post(
        f"/answer/{token}", data={"csrf_token": csrf, "confidence": "at-risk", "narrative": "My long text"}
    )
    assert page.status_code == 410
    assert "My long text" in page.text
    assert "There is a newer answer" in page.text


def test_an_answer_to_an_older_state_is_shown_back(browse, session, make, token, action):
    make.update(action, days_ago=20, at=datetime(2026, 1, 1, tzinfo=UTC))
    page = browse.post(
        f"/answer/{token}",
        {"version": "", "confidence": "at-risk", "narrative": "My long text"},
        page="/answer/new-link",
    )
    assert page.status_code == 410
    assert "My long text" in page.text


def test_a_link_says_nothing_has_changed_in_one_press(browse, make, token, action):
    last = make.update(action, days_ago=20, at=datetime(2026, 1, 1, tzinfo=UTC))
    sent = browse.post(f"/answer/{token}", {"version": str(last.id), "nothing_changed": "1"})
    assert sent.status_code == 303
    assert action.last_said_on == make.today


def test_nothing_has_changed_drops_no_words_and_leaves_the_link_good(browse, session, make, token, action, opening):
    last = make.update(action, days_ago=20, at=datetime(2026, 1, 1, tzinfo=UTC))
    values = {"version": str(last.id), "nothing_changed": "1", "narrative": "Both <b>left</b>."}
    page = browse.post(f"/answer/{token}", values)
    assert page.status_code == 422
    assert "You wrote something: press Send, or empty the form" in page.text
    assert "Both &lt;b&gt;left&lt;/b&gt;." in page.text
    assert opening().link.used_at is None
    assert session.scalar(select(func.count(Update.id))) == 1


def test_the_date_leads_to_asking_for_another_only_those_who_may(browse, owner, token, action):
    hint, link = "it does not move the due date", f"/actions/{action.ref}/requests/new?what=due-date"
    page = browse.get(f"/answer/{token}").text
    assert hint in page
    assert link not in page
    assert link in browse.sign_in(owner).get(f"/answer/{token}").text


def test_after_an_answer_the_reader_hears_what_comes_next(browse, session, make, token, action, post):
    waiting = [make.action(owner_id=post.id, due_on=make.today - timedelta(days=1)) for _ in range(2)]
    sent = browse.post(f"/answer/{token}", {"confidence": "off-track", "narrative": "Both have left."})
    page = browse.get(sent.location).text
    assert '<a href="/my-actions">2 more wait for you</a>' in page
    assert "About your other actions we will write next on" in page
    for other in waiting:
        other.closure, other.done_on = Closure.DONE, make.today
    session.flush()
    page = browse.get(sent.location).text
    assert "Nothing else waits for you. We will write next on" in page
    action.closure = Closure.DONE
    session.flush()
    assert "We will write" not in browse.get(sent.location).text


def test_whoever_answered_otherwise_is_not_called_somebody(browse, make, token, action, owner):
    last = make.update(action, person_id=owner.id)
    page = browse.get(f"/answer/{token}").text
    assert "You answered on" in page
    assert "Somebody answered" not in page
    last.person_id = make.user().id
    assert "Somebody answered on" in browse.get(f"/answer/{token}").text


def test_nothing_changed_is_refused_in_words_where_nothing_was_said(browse, token):
    page = browse.post(f"/answer/{token}", {"nothing_changed": "1"})
    assert page.status_code == 422
    assert "Nothing has been said yet" in page.text


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ("closed", 410, "This action is closed"),
        ("owner", 410, "Somebody else answers for this now"),
        ("draft", 410, "This action is no longer here"),
        ("deactivated", 410, "This account is closed"),
        ("answered", 410, "There is a newer answer"),
        ("ended", 410, "This link has ended"),
    ],
)
def test_each_refusal_explains_itself(browse, session, make, token, action, owner, change, status, words):
    if change == "closed":
        action.closure = Closure.DONE
    elif change == "owner":
        action.owner_id = make.post().id
    elif change == "draft":
        action.visibility = Visibility.DRAFT
    elif change == "deactivated":
        owner.is_active = False
    elif change == "answered":
        make.update(action)
    else:
        session.scalars(select(AnswerLink)).one().ends_at = datetime.now(UTC)
    page = browse.get(f"/answer/{token}")
    assert page.status_code == status
    assert words in page.text


def test_an_unknown_link_leads_to_asking_by_address(browse):
    page = browse.get("/answer/made-up")
    assert page.status_code == 404
    assert "This link does not work" in page.text
    assert 'href="/answer/new-link"' in page.text


def test_the_answer_to_asking_is_the_same_for_known_and_unknown(browse, session, token, owner):
    known = browse.post(f"/answer/{token}/new-link", page="/answer/new-link")
    told = browse.get(known.location).text
    unknown = browse.post("/answer/made-up/new-link", page="/answer/new-link")
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)
    assert "a mail with a new link is on its way" in told
    assert "a mail with a new link is on its way" in browse.get(unknown.location).text
    assert session.scalar(select(func.count(OutboxMessage.id))) == 1
    by_address = browse.post("/answer/new-link", {"email": owner.email})
    assert by_address.location == known.location
    assert session.scalar(select(func.count(OutboxMessage.id))) == 1


def test_asking_without_an_address_is_refused_in_words(browse):
    page = browse.post("/answer/new-link", {"email": ""})
    assert page.status_code == 422
    assert "Give your email address" in page.text
