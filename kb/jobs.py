"""The worker: one job, once a minute: it plans reminders, sends mails, mends the index, forgets ended sessions.

APScheduler only keeps the time. What has been done is in our own tables, so a worker may be killed at any moment and
any number of them may run.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.blocking import BlockingScheduler

from actions.reminding import planning
from actions.reviews import freezing, making
from kb import pulse
from kb.accounts import sessions
from kb.assembly import open_database
from kb.db import learn_sizes_if_grown, now
from kb.importing import work as importing
from kb.mailing import mail
from kb.mailing.delivery import deliverer_for
from kb.models.history import Channel
from search import service as search
from search.saving import news

if TYPE_CHECKING:
    from kb.config import Settings
    from kb.db import Database

EVERY_SECONDS = 60
log = logging.getLogger(__name__)


@dataclass
class Report:
    """What one tick did; `trouble` names the parts that failed."""

    imported: int = 0
    frozen: int = 0
    packed: int = 0
    found: int = 0
    planned: int = 0
    withdrawn: int = 0
    sent: int = 0
    deferred: int = 0
    failed: int = 0
    unknown: int = 0
    indexed: int = 0
    trouble: list[str] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """What was done, by name; empty after a tick that found nothing to do."""
        return {name: value for name, value in vars(self).items() if name != "trouble" and value}


def tick(
    database: Database,
    settings: Settings,
    *,
    clock: Callable[[], datetime] = now,
    worker: str | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Report:
    """Do everything that is due now; a part that fails is logged and keeps no other part from its work."""
    report = Report()
    for part in (_import, _index, _look, _freeze, _pack, _plan, _send, _forget, _learn):
        if should_stop():
            break
        try:
            part(database, settings, report, clock, worker or _name(), should_stop)
        except Exception as error:
            log.exception("This part of the tick failed: %s", part.__name__.strip("_"))
            report.trouble.append(f"{part.__name__.strip('_')}: {type(error).__name__}: {error}")
    try:
        with database.writing(Channel.WORKER) as session:
            pulse.beat(session, pulse.WORKER, clock(), "; ".join(report.trouble))
            if report.counts:
                pulse.beat(session, pulse.WORK_DONE, clock(), json.dumps(report.counts))
    except Exception as error:
        log.exception("The pulse could not be noted")
        report.trouble.append(f"pulse: {type(error).__name__}: {error}")
    return report


def _import(
    database: Database,
    settings: Settings,
    report: Report,
    clock: Callable[[], datetime],
    _worker: str,
    should_stop: Callable[[], bool],
) -> None:
    """Files whose request ended before it had done its work."""
    report.imported = importing.run_waiting(database, settings, clock=clock, should_stop=should_stop)


def _look(
    database: Database,
    settings: Settings,
    report: Report,
    clock: Callable[[], datetime],
    _worker: str,
    should_stop: Callable[[], bool],
) -> None:
    """After the indexing, since each search is run once a day, and before the planning of the mail of that day."""
    at = clock()
    today = at.astimezone(ZoneInfo(settings.timezone)).date()
    report.found = news.look(database, settings, today, at, should_stop)


def _freeze(
    database: Database,
    settings: Settings,
    report: Report,
    clock: Callable[[], datetime],
    _worker: str,
    should_stop: Callable[[], bool],
) -> None:
    """Packs whose answers have closed."""
    report.frozen = freezing.freeze_due(database, settings, clock(), should_stop=should_stop)


def _pack(
    database: Database,
    settings: Settings,
    report: Report,
    clock: Callable[[], datetime],
    _worker: str,
    should_stop: Callable[[], bool],
) -> None:
    """Files of frozen packs that nobody is making."""
    report.packed = making.run_waiting(database, settings, clock=clock, should_stop=should_stop)


def _plan(database: Database, settings: Settings, report: Report, clock: Callable[[], datetime], *_: object) -> None:
    at = clock()
    with database.writing(Channel.WORKER) as session:
        planned = planning.plan_if_needed(session, at.astimezone(ZoneInfo(settings.timezone)).date(), at, settings)
    report.planned, report.withdrawn = planned.reminders, planned.withdrawn


def _send(
    database: Database,
    settings: Settings,
    report: Report,
    clock: Callable[[], datetime],
    worker: str,
    should_stop: Callable[[], bool],
) -> None:
    with closing(deliverer_for(settings)) as deliver:
        outcome = mail.send_waiting(database, deliver, clock=clock, worker=worker, should_stop=should_stop)
    report.sent, report.deferred = outcome.sent, outcome.deferred
    report.failed, report.unknown = outcome.failed, outcome.unknown
    report.trouble.extend(outcome.trouble)


def _index(database: Database, settings: Settings, report: Report, *_: object) -> None:
    search.ensure(database, settings)
    report.indexed = search.catch_up(database, settings)


def _forget(database: Database, settings: Settings, _report: Report, clock: Callable[[], datetime], *_: object) -> None:
    with database.writing(Channel.WORKER) as session:
        sessions.forget_ended(session, now=clock(), idle=timedelta(hours=settings.session_hours))


def _learn(database: Database, *_: object) -> None:
    learn_sizes_if_grown(database)


def _name() -> str:
    """Who holds a mail, for people who look at the table."""
    return f"{socket.gethostname()}-{os.getpid()}"


class Worker:
    """A scheduler with its one job; stopping it lets the mail in hand finish and leaves the rest for later."""

    def __init__(self, settings: Settings, scheduler: Any) -> None:
        self._stopping = threading.Event()
        self._scheduler = scheduler
        self._database = open_database(settings)
        scheduler.add_job(
            tick,
            "interval",
            seconds=EVERY_SECONDS,
            args=(self._database, settings),
            kwargs={"worker": f"{_name()}-{secrets.token_hex(2)}", "should_stop": self._stopping.is_set},
            id="tick",
            next_run_time=datetime.now(UTC),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )

    def start(self) -> None:
        """Begin; with a blocking scheduler this returns when the worker has stopped."""
        self._scheduler.start()

    def shutdown(self, *, wait: bool = True) -> None:
        """Stop after the current piece of work."""
        self._stopping.set()
        self._scheduler.shutdown(wait=wait)


def run_worker(settings: Settings) -> None:
    """Work until SIGTERM or Ctrl+C, in this process and nothing else in it."""
    worker = Worker(settings, BlockingScheduler(timezone=UTC))

    def stop(*_: object) -> None:
        # The scheduler waits for its own threads, which a signal handler must not do: it runs inside one of them.
        threading.Thread(target=worker.shutdown, name="stopping").start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    worker.start()


def start_in_background(settings: Settings) -> Worker:
    """Work in threads of this process, beside a web server."""
    worker = Worker(settings, BackgroundScheduler(timezone=UTC, daemon=True))
    worker.start()
    return worker
