"""Facts about the worker: what a tick does, that no part stops another, and that it stops when told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from actions.reminding import planning, reminders
from kb import jobs, migrate, pulse
from kb.accounts import sessions
from kb.assembly import open_database
from kb.config import Settings
from kb.models.outbox import Pulse
from kb.models.user import WebSession
from kb.paths import TEMPLATES
from search import upkeep
from search.language.asked import Asked
from search.saving import saved

pytestmark = pytest.mark.differs

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def given(settings, tmp_path):
    return replace(settings, data_dir=tmp_path)


@pytest.fixture
def tick(database, given):
    return lambda at=NOON: jobs.tick(database, given, clock=lambda: at)


@pytest.fixture
def due(make, session):
    def due(**values):
        post = make.post()
        make.owner(post)
        action = make.action(owner_id=post.id, due_on=date(2026, 11, 23), **values)
        session.commit()
        return action

    return due


def test_a_tick_plans_sends_and_notes_its_pulse(tick, due, given, session):
    due()
    report = tick()
    assert (report.planned, report.sent, report.trouble) == (1, 1, [])
    assert len(list(given.outbox_dir.glob("*.eml"))) == 1
    session.expire_all()
    assert pulse.last(session).at == NOON
    assert tick().planned == tick().sent == 0


@pytest.mark.parametrize("part", ["_look", "_plan", "_send", "_index", "_forget", "_learn"])
def test_a_part_that_fails_keeps_no_other_from_its_work(part, tick, due, monkeypatch, session, given):
    def broken(*_):
        raise RuntimeError("broken")

    broken.__name__ = part
    due()
    monkeypatch.setattr(jobs, part, broken)
    report = tick()
    assert report.trouble == [f"{part.strip('_')}: RuntimeError: broken"]
    assert report.sent == (0 if part in {"_plan", "_send"} else 1)
    assert pulse.last(session).note == report.trouble[0]
    monkeypatch.undo()
    assert tick().trouble == []
    assert len(list(given.outbox_dir.glob("*.eml"))) == 1


def test_a_tick_looks_for_news_in_what_changed_before_it(tick, make, session, database, given):
    upkeep.ensure(database, given)
    reader = make.person(make.viewer())
    saved.save(session, given, Asked("crisis"), "Mine", is_told=True, by=reader, today=date(2026, 11, 20))
    make.source(title="Crisis teams")
    session.commit()
    assert tick().found == 1


def test_a_tick_forgets_the_sessions_that_ended(tick, make, session):
    for age in (timedelta(hours=1), timedelta(hours=13)):
        sessions.open_session(session, make.user(), now=NOON - age)
    session.commit()
    assert tick().trouble == []
    assert session.scalar(select(func.count()).select_from(WebSession)) == 1


def test_a_tick_that_is_told_to_stop_begins_nothing_more(database, given, due):
    due()
    report = jobs.tick(database, given, clock=lambda: NOON, should_stop=lambda: True)
    assert (report.planned, report.sent) == (0, 0)


def test_after_a_change_the_next_tick_plans_at_once(tick, due):
    tick()
    due()
    assert tick(NOON + timedelta(minutes=1)).planned == 1


def test_without_a_change_the_whole_planning_is_done_four_times_an_hour(session, settings, monkeypatch):
    done = []
    monkeypatch.setattr(reminders, "plan", lambda *_: done.append(1) or reminders.Planned())
    for minute in range(60):
        at = NOON + timedelta(minutes=minute)
        planning.plan_if_needed(session, at.date(), at, settings)
    assert len(done) == 4


def test_eight_o_clock_and_a_new_day_are_changes(session, settings, monkeypatch):
    done = []
    monkeypatch.setattr(reminders, "plan", lambda *_: done.append(1) or reminders.Planned())
    for at in (NOON.replace(hour=7, minute=59), NOON.replace(hour=8), NOON.replace(hour=8, minute=1)):
        planning.plan_if_needed(session, at.date(), at, settings)
    assert len(done) == 2


@pytest.mark.parametrize(("age", "is_silent"), [(timedelta(minutes=3), False), (timedelta(minutes=3, seconds=1), True)])
def test_a_worker_is_silent_after_three_minutes(session, age, is_silent):
    session.merge(Pulse(name=pulse.WORKER, at=NOON - age))
    session.flush()
    assert pulse.is_silent(session, NOON) is is_silent
    warning = pulse.warning(session, NOON, "Europe/London")
    assert (warning is not None) is is_silent


def test_a_worker_that_never_ran_is_silent(session):
    assert pulse.is_silent(session, NOON)


def test_the_worker_has_one_job_that_is_never_missed_and_never_doubled(given, monkeypatch):
    added = []

    class Scheduler:
        def add_job(self, function, trigger, **values):
            added.append((function, trigger, values))

    monkeypatch.setattr(jobs, "open_database", lambda _: None)
    jobs.Worker(given, Scheduler())
    ((function, trigger, values),) = added
    assert (function, trigger, values["seconds"]) == (jobs.tick, "interval", 60)
    assert (values["coalesce"], values["max_instances"], values["misfire_grace_time"]) == (True, 1, None)


def test_sigterm_ends_the_worker_after_its_work(tmp_path):
    settings = Settings(data_dir=tmp_path, secret_key="x" * 32)
    database = open_database(settings)
    migrate.upgrade(database)
    program = "from kb import jobs; from kb.config import Settings; jobs.run_worker(Settings.from_env())"
    environment = {**os.environ, "KB_DATA_DIR": str(tmp_path), "KB_SECRET_KEY": "x" * 32, "KB_DATABASE_URL": ""}
    worker = subprocess.Popen([sys.executable, "-c", program], env=environment, cwd=TEMPLATES.parent)
    try:
        deadline = time.monotonic() + 30
        while True:
            with database.reading() as session:
                if pulse.last(session) is not None:
                    break
            assert time.monotonic() < deadline, "the worker did nothing"
            time.sleep(0.1)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0
    finally:
        worker.kill()
        worker.wait()


def test_a_worker_beside_a_web_server_stops_with_it(tmp_path):
    settings = Settings(data_dir=tmp_path, secret_key="x" * 32)
    migrate.upgrade(open_database(settings))
    before = threading.active_count()
    worker = jobs.start_in_background(settings)
    assert threading.active_count() > before
    worker.shutdown()
    assert threading.active_count() == before
