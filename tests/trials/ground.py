"""What the trials share: a fresh knowledge base each, processes killed by their own id, and how a trial reports."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import count
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool, create_engine

from kb import migrate
from kb.assembly import open_database
from kb.config import Settings
from tests.databases import postgres_url

SECRET = "a secret that only trials use, long enough"
MONDAY_NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
# Children are forked from a server that has imported everything and has no threads, so that starting one is quick.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["kb.jobs", "kb.app", "waitress", "search.service"])


@dataclass
class Outcome:
    """How many trials were made, what went wrong in them by name, and what else is worth telling."""

    trials: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)

    def line(self, name: str, control: str) -> str:
        wrong = ", ".join(f"{number} {what}" for what, number in self.wrong.items())
        told = ", ".join(f"{number} {what}" for what, number in self.told.items())
        return f"{name}: {self.trials} trials, {wrong}{f' ({told})' if told else ''}; {control}"

    @property
    def is_bad(self) -> bool:
        return any(self.wrong.values()) or not self.trials


@dataclass(frozen=True)
class Trial:
    """A trial that must find nothing wrong, and the broken variant in which it must find just what was broken."""

    name: str
    at_full_size: int
    run: Callable[[int], Outcome]
    control: Callable[[], Outcome]
    control_shows: str


@contextmanager
def knowledge_base(
    on: str = "sqlite", *, filled_by: Callable[[Settings], None] | None = None, **values: Any
) -> Iterator[Settings]:
    """Settings of a knowledge base in a folder of its own; what fills it is done once and then copied."""
    template = _template(on, filled_by)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True))
        shutil.copytree(template.folder, folder, dirs_exist_ok=True)
        url = stack.enter_context(_copied(template.database)) if template.database else ""
        yield Settings(data_dir=Path(folder), database_url=url, secret_key=SECRET, **values)


PREFIX = "golden-thread-trial-"


@dataclass(frozen=True)
class _Template:
    """A filled knowledge base to copy: its folder, and on PostgreSQL the name of its database."""

    folder: Path
    database: str = ""


_templates: dict[tuple[str, str], _Template] = {}
_numbers = count(1)


def _template(on: str, filled_by: Callable[[Settings], None] | None) -> _Template:
    key = (on, f"{filled_by.__module__}.{filled_by.__qualname__}" if filled_by else "")
    if key not in _templates:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        name = _new_database() if on == "postgresql" else ""
        _fill(Settings(data_dir=folder, database_url=_address(name) if name else "", secret_key=SECRET), filled_by)
        _templates[key] = _Template(folder, name)
    return _templates[key]


def _fill(settings: Settings, filled_by: Callable[[Settings], None] | None) -> None:
    database = open_database(settings)
    migrate.upgrade(database)
    if filled_by:
        filled_by(settings)
    if database.is_sqlite:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.engine.dispose()


@cache
def _server() -> str:
    """The address of a PostgreSQL server that runs until this process ends."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    # The server stops at exit too; what is registered first runs last.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return postgres_url(folder)


def _address(name: str) -> str:
    return _server().replace("/postgres?", f"/{name}?", 1)


def _run_on_server(statement: str) -> None:
    engine = create_engine(_server(), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)


def _new_database(copy_of: str = "template1") -> str:
    name = f"trial_{next(_numbers)}"
    _run_on_server(f"CREATE DATABASE {name} TEMPLATE {copy_of}")
    return name


@contextmanager
def _copied(template: str) -> Iterator[str]:
    name = _new_database(template)
    try:
        yield _address(name)
    finally:
        _run_on_server(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def empty_place(on: str) -> Iterator[Settings]:
    """Settings of a place in which nothing is yet, not even tables."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True))
        url = stack.enter_context(_copied("template1")) if on == "postgresql" else ""
        yield Settings(data_dir=Path(folder), database_url=url, secret_key=SECRET)


def clear_templates() -> None:
    for template in _templates.values():
        shutil.rmtree(template.folder, ignore_errors=True)


def start(target: Callable[..., None], *arguments: Any) -> BaseProcess:
    """A child process that does this; it dies with the trial."""
    process = PROCESSES.Process(target=target, args=arguments, daemon=True)
    process.start()
    return process


def kill(process: BaseProcess) -> None:
    """kill -9, by the id of a process that a trial started; one that failed by itself proves nothing: that raises."""
    if process.pid is not None and process.is_alive():
        os.kill(process.pid, signal.SIGKILL)
    process.join(20)
    if process.exitcode not in (0, -signal.SIGKILL):
        raise RuntimeError(f"A child process failed by itself: {process.exitcode}")


def wait(process: BaseProcess, seconds: float = 60) -> None:
    """Wait for a child to end by itself; raises when it failed or does not end."""
    process.join(seconds)
    if process.exitcode != 0:
        kill(process)
        raise RuntimeError(f"A child process ended with {process.exitcode}")
