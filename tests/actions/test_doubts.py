"""Suspect links in the mail of a day: who is told, when that brings a mail by itself, and what it says."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from actions.reminder_models import ReminderKind as K
from actions.reminding import digest
from kb import links
from kb.models.link import LinkState, LinkType
from kb.models.organisation import PostHolding
from kb.models.outbox import MailState, OutboxMessage
from kb.models.plan import Priority
from kb.models.record import Visibility
from kb.permissions import SYSTEM
from tests.actions.clock import LONG_AGO, TODAY, at
from tests.actions.test_digest import BASE, due

LATER = TODAY + timedelta(days=1)
LOOK = f"{BASE}/suspect-links?mine=1"


@pytest.fixture
def doubtful(make):
    """Makes a suspect link to a priority that an owned action delivers."""

    def doubtful(post, *, since=None, source=None, **values):
        priority, action = make.priority(**values), make.action(owner_id=post.id, created_at=at(date(2026, 11, 20)))
        make.link(priority, LinkType.DELIVERED_BY, action)
        return make.link(
            source or make.source(),
            LinkType.CALLS_FOR,
            priority,
            state=LinkState.SUSPECT,
            suspect_since=since or at(TODAY, 7),
            suspect_because="Superseded",
        )

    return doubtful


@pytest.fixture
def post(make):
    post = make.post()
    make.owner(post, since=LONG_AGO)
    return post


@pytest.fixture
def mails(session):
    def mails():
        return session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()

    return mails


def test_whoever_owns_what_hangs_on_suspect_links_gets_one_mail_that_counts_them(doubtful, post, plan, mails):
    doubtful(post)
    doubtful(post)
    assert plan().mails == 1
    (mail,) = mails()
    assert mail.subject == "For you to do: 2 links to confirm"
    assert "2 LINKS TO CONFIRM: WHAT THEY REST ON HAS CHANGED" in mail.text
    assert "/suspect-links?mine=1" in mail.text
    assert "/suspect-links?mine=1" in mail.html
    assert mail.unsubscribe == ""


def test_they_bring_no_second_mail_until_another_link_is_suspect(doubtful, post, plan, mails):
    doubtful(post)
    plan()
    mails()[0].state = MailState.SENT
    assert plan(LATER).mails == 0
    doubtful(post, since=at(LATER, 7))
    assert plan(LATER).mails == 1
    assert "2 links to confirm" in mails()[-1].subject


def test_they_come_along_with_whatever_else_is_told(doubtful, post, plan, mails, make):
    doubtful(post)
    plan()
    make.action(owner_id=post.id, due_on=LATER + timedelta(days=7), created_at=at(date(2026, 11, 20)))
    plan(LATER)
    assert "1 of your actions needs an answer" in mails()[-1].subject
    assert "1 LINK TO CONFIRM" in mails()[-1].text


def test_settled_links_links_of_drafts_and_of_paused_plans_bring_none(doubtful, post, plan, mails, make, session):
    links.confirm(session, doubtful(post).id, reason="It holds.", by=SYSTEM)
    doubtful(post, source=make.source(visibility=Visibility.DRAFT))
    paused = make.plan(is_paused=True)
    doubtful(post, plan_id=paused.id)
    assert plan().mails == 0
    assert mails() == []


def test_a_link_that_two_posts_of_one_person_hang_on_is_counted_once(doubtful, post, plan, mails, make, session):
    link, other = doubtful(post), make.post()
    holder = session.scalars(select(PostHolding.user_id)).one()
    session.add(PostHolding(post_id=other.id, user_id=holder, from_on=LONG_AGO))
    action = make.action(owner_id=other.id, created_at=at(date(2026, 11, 20)))
    make.link(session.get_one(Priority, link.to_id), LinkType.DELIVERED_BY, action)
    plan()
    assert "For you to do: 1 link to confirm" in [mail.subject for mail in mails()]


def test_a_queued_mail_is_taken_back_when_all_its_links_are_settled_before_it_is_sent(
    doubtful, post, plan, mails, session
):
    link, other = doubtful(post), doubtful(post)
    plan()
    for one in (link, other):
        links.confirm(session, one.id, reason="It holds.", by=SYSTEM)
    planned = plan(hour=10)
    assert (planned.withdrawn, planned.mails) == (1, 0)
    assert [mail.state for mail in mails()] == [MailState.CANCELLED]


def test_a_queued_mail_that_tells_of_settled_links_is_written_again_with_those_that_are_left(
    doubtful, post, plan, mails, session
):
    link, _ = doubtful(post), doubtful(post)
    plan()
    assert (plan(hour=10).withdrawn, len(mails())) == (0, 1)
    links.retire(session, link.id, reason="It is gone.", by=SYSTEM)
    planned = plan(hour=11)
    assert (planned.withdrawn, planned.mails) == (1, 1)
    assert [mail.subject for mail in mails() if mail.state == MailState.QUEUED] == ["For you to do: 1 link to confirm"]


def test_a_queued_mail_loses_what_it_says_of_links_and_keeps_what_is_due(doubtful, post, plan, mails, make, session):
    link = doubtful(post)
    make.action(owner_id=post.id, due_on=TODAY + timedelta(days=7), created_at=at(date(2026, 11, 20)))
    plan()
    assert "1 LINK TO CONFIRM" in mails()[-1].text
    links.confirm(session, link.id, reason="It holds.", by=SYSTEM)
    plan(hour=10)
    (queued,) = [mail for mail in mails() if mail.state == MailState.QUEUED and mail.dedupe.startswith("digest:")]
    assert "needs an answer" in queued.subject
    assert "CONFIRM" not in queued.text


def test_two_links_are_not_taken_for_the_end_of_twelve(doubtful, post, plan, mails, session):
    made = [doubtful(post) for _ in range(12)]
    plan()
    for link in made[:10]:
        links.confirm(session, link.id, reason="It holds.", by=SYSTEM)
    assert plan(hour=10).withdrawn == 1


@pytest.mark.parametrize("number", [1, 2])
def test_the_section_stands_under_what_is_due_with_its_address(number):
    mail = digest.compose([due(K.OVERDUE)], [], today=TODAY, answer_by=LATER, base_url=BASE, to_confirm=number)
    words = {1: "1 link to confirm: what it rests on has changed", 2: "2 links to confirm: what they rest on has"}
    for part, told in ((mail.text, words[number].upper()), (mail.html, words[number])):
        assert part.index("Train the trainers") < part.index(told) < part.index(LOOK)
    assert "needs an answer" in mail.subject


def test_without_links_nothing_is_said_of_them():
    mail = digest.compose([due(K.OVERDUE)], [], today=TODAY, answer_by=LATER, base_url=BASE)
    assert "confirm" not in (mail.text + mail.html).lower()


def test_the_mail_says_what_changed_and_what_it_leads_to_in_text_and_html(doubtful, make, session, post, plan, mails):
    for number in range(7):
        doubtful(post, title=f"Priority {number}")
    other = doubtful(post, title="Crisis care")
    other.suspect_because = "“Old” was withdrawn with nothing in its place"
    twice = make.link(make.source(), LinkType.CALLS_FOR, session.get(Priority, other.to_id), state=LinkState.SUSPECT)
    twice.suspect_because = other.suspect_because
    session.flush()
    plan(at(TODAY, 9))
    (mail,) = mails()
    assert "9 links to confirm" in mail.subject
    for part in (mail.text, mail.html):
        assert part.count("Superseded") == part.count("Crisis care") == 1
        for words in ("Priority 0", "Priority 4", "and 2 more", "Crisis care", "was withdrawn with nothing"):
            assert words in part
        assert "Priority 5" not in part
        assert part.index("Superseded") < part.index("was withdrawn")


def test_the_subject_names_the_links_after_the_actions_that_need_an_answer():
    mail = digest.compose([due(K.OVERDUE)], [], today=TODAY, answer_by=LATER, base_url=BASE, to_confirm=8)
    assert mail.subject.startswith("1 of your actions needs an answer by ")
    assert mail.subject.endswith("; 8 links to confirm")
