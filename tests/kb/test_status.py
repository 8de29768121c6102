"""Facts about the status of the service: who sees it, that it turns red in time, and that its words say what is so."""

from __future__ import annotations

import shutil
from collections import namedtuple
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kb import health, jobs, pulse
from kb.db import now
from kb.errors import NotAllowed
from kb.mailing import mail
from kb.models.outbox import MailState, OutboxMessage
from kb.permissions import SYSTEM
from search.models import IndexChange

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MISSED = "Reminders and mails wait until it is started"


@pytest.fixture
def given(settings, tmp_path):
    return replace(settings, data_dir=tmp_path, smtp_url="smtp://localhost")


@pytest.fixture
def lines(session, given):
    """The lines of the page at noon, by subject."""

    def lines(at=NOON, **values):
        found = health.examine(session, replace(given, **values), person=SYSTEM, at=at)
        return {line.subject: line for line in found}

    return lines


@pytest.fixture
def queue(session, make, settings):
    def queue(state, *, at=NOON, number=1):
        for _ in range(number):
            user = make.user()
            key = f"about {user.id}"
            mail.queue(session, mail.Draft(key, user, "Subject", "Text", "<p>Text</p>"), settings=settings, at=at)
            session.flush()
            session.query(OutboxMessage).filter_by(dedupe=key).one().state = state
        session.flush()

    return queue


@pytest.mark.parametrize(("missed", "is_bad"), [(0, False), (3, False), (4, True)])
def test_it_turns_red_after_three_missed_ticks(session, lines, missed, is_bad):
    pulse.beat(session, pulse.WORKER, NOON - missed * timedelta(seconds=jobs.EVERY_SECONDS))
    assert lines()["Worker"].is_bad is is_bad
    assert health.look(session, NOON)["status"] == ("degraded" if is_bad else "ok")
    assert health.look(session, NOON)["worker"] == ("silent" if is_bad else "ok")


def test_a_worker_that_never_ran_is_red_and_has_no_last_tick(session, lines):
    assert lines()["Worker"].is_bad
    assert "never" in lines()["Worker"].told
    assert health.look(session, NOON)["worker_last_tick"] is None


def test_health_tells_the_last_tick(session):
    pulse.beat(session, pulse.WORKER, NOON - timedelta(seconds=40))
    told = health.look(session, NOON)
    assert (told["worker_last_tick"], told["worker_seconds_ago"]) == ("2026-11-23T11:59:20+00:00", 40)


@pytest.mark.parametrize(
    ("ago", "words"),
    [(0, "0 seconds"), (59, "59 seconds"), (60, "1 minute"), (179, "2 minutes")],
)
def test_the_last_tick_is_told_in_plain_words(session, lines, ago, words):
    pulse.beat(session, pulse.WORKER, NOON - timedelta(seconds=ago))
    assert lines()["Worker"].told == f"It runs. It last looked for work {words} ago."


def test_what_the_last_busy_tick_did_stays_while_idle_ones_pass(database, session, given, make, lines):
    post = make.post()
    make.owner(post)
    make.action(owner_id=post.id, due_on=NOON.date())
    session.commit()
    # Without a server, which the tick would look for, mails go to the folder.
    for minutes in (0, 1):
        jobs.tick(database, replace(given, smtp_url=""), clock=lambda late=minutes: NOON + timedelta(minutes=late))
    session.expire_all()
    told = lines(NOON + timedelta(minutes=1))
    assert told["What it last did"].told.startswith("23 November 2026, 12:00: 1 reminder planned, 1 mail sent")
    assert told["Worker"].told == "It runs. It last looked for work 0 seconds ago."
    assert "Last tick" not in told


def test_a_part_that_failed_in_the_last_tick_is_told(session, lines):
    pulse.beat(session, pulse.WORKER, NOON, "send: RuntimeError: broken")
    assert lines()["Last tick"].is_bad
    assert "send: RuntimeError: broken" in lines()["Last tick"].told
    assert not lines()["Worker"].is_bad


def test_mails_that_wait_are_no_fault_and_those_that_failed_or_may_have_arrived_are(queue, lines):
    assert lines()["Mails, waiting"].told == "None"
    queue(MailState.QUEUED, at=NOON - timedelta(hours=2), number=2)
    queue(MailState.FAILED, number=3)
    queue(MailState.UNKNOWN)
    queue(MailState.SENT)
    told = lines()
    waiting, failed, unknown = (told[f"Mails, {word}"] for word in ("waiting", "failed", "unknown"))
    assert (waiting.told, waiting.is_bad) == ("2 mails, the first written 2 hours ago", False)
    assert failed.told.startswith("3 mails were refused")
    assert unknown.told.startswith("1 mail may or may not have arrived")
    assert failed.is_bad
    assert unknown.is_bad
    assert [one.mails for one in (waiting, failed, unknown)] == ["queued", "failed", "unknown"]


def test_without_a_way_out_for_mails_it_says_so(lines):
    assert not lines()["Mail server"].is_bad
    assert lines(smtp_url="")["Mail server"].is_bad
    assert not lines(smtp_url="", demo=True)["Mail server"].is_bad


def test_changes_that_search_has_not_seen_are_red_when_they_stay_behind(session, lines):
    session.query(IndexChange).delete()
    assert lines()["Search"].told == "Every change can be found."
    session.add(IndexChange(record_id=1, noted_at=NOON - timedelta(days=2)))
    session.flush()
    assert lines()["Search"].is_bad
    assert not lines(NOON - timedelta(days=2))["Search"].is_bad


def test_too_little_space_is_red(monkeypatch, lines):
    assert not lines()["Space"].is_bad
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10))
    assert lines()["Space"].is_bad


def test_what_needs_somebody_comes_first(session, given, queue):
    queue(MailState.FAILED)
    pulse.beat(session, pulse.WORKER, NOON)
    found = health.examine(session, given, person=SYSTEM, at=NOON)
    assert [line.is_bad for line in found] == sorted((line.is_bad for line in found), reverse=True)


def test_only_administrators_may_look(session, given, make):
    with pytest.raises(NotAllowed):
        health.examine(session, given, person=make.person(make.lead()), at=NOON)


def test_the_page_and_every_other_page_tell_administrators_of_a_silent_worker(browse, session, make):
    browse.sign_in(make.administrator())
    pulse.beat(session, pulse.WORKER, now() - timedelta(minutes=4))
    for path in ("/", "/sources", "/actions", "/status"):
        assert MISSED in browse.get(path).text
    assert 'href="/status">Status of the service</a>' in browse.get("/").text
    pulse.beat(session, pulse.WORKER, now())
    assert MISSED not in browse.get("/").text
    assert "It last looked for work" in browse.get("/status").text


def test_others_are_not_told_of_a_silent_worker(browse, session, make):
    browse.sign_in(make.lead())
    assert MISSED not in browse.get("/").text
    assert browse.get("/status").status_code == 403
