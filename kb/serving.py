"""Serving the pages: in this process, or in several that share one address.

Python computes on one core at a time in a process, so a team that comes at once needs a process for each core. Each
builds the application for itself and takes requests from one listening socket; one that ends is started again.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any

import waitress

from kb.app import build_app

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.process import BaseProcess

    from flask import Flask

    from kb.config import Settings

log = logging.getLogger(__name__)
# Few, since threads of one process take turns on one core: with eight, a save held the database's one write lock while
# seven pages were computed, and the 95th percentile of fifty people was 610 ms instead of 320.
THREADS = 3
MOST_BY_DEFAULT = 4
BACKLOG = 1024
# A process that cannot even start must not be started again without end.
ALIVE_SECONDS = 5
STOP_WITHIN_SECONDS = 10
# Started afresh, not forked: no connection and no lock of this process is shared with them.
_PROCESSES = multiprocessing.get_context("spawn")


class CannotServe(Exception):
    """A process ended as soon as it was started."""


def default_processes() -> int:
    """One for each core, at most four."""
    return min(os.cpu_count() or 1, MOST_BY_DEFAULT)


def serve_here(app: Flask, host: str, port: int) -> None:
    """Answer requests in this process until it is stopped."""
    _leave_what_stays()
    waitress.serve(app, host=host, port=port, threads=THREADS, ident=None)


def serve_in_processes(settings: Settings, host: str, port: int, number: int, ready: Callable[[], None]) -> None:
    """Answer requests in so many processes until SIGTERM or Ctrl+C; `ready` is called when the address is taken.

    Raises CannotServe when a process ends within seconds of its start, OSError when the address is in use.
    """
    with _listen(host, port) as listening:
        ready()
        fleet = _Fleet(settings, listening, number)
        signal.signal(signal.SIGTERM, fleet.stop)
        signal.signal(signal.SIGINT, fleet.stop)
        fleet.keep()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family, backlog=BACKLOG)
    # Of the processes that wake for one visitor one gets it; the others must not wait for the next.
    listening.setblocking(False)
    return listening


class _Fleet:
    """The processes that answer, each with the time at which it was started."""

    def __init__(self, settings: Settings, listening: socket.socket, number: int) -> None:
        self._settings, self._listening = settings, listening
        self._stopping = False
        self._started: dict[BaseProcess, float] = {}
        for _ in range(number):
            self._start()

    def _start(self) -> None:
        process = _PROCESSES.Process(target=_answer, args=(self._settings, self._listening), daemon=True)
        process.start()
        self._started[process] = time.monotonic()

    def stop(self, *_: Any) -> None:
        """Ask all to end; what they are answering is finished first."""
        self._stopping = True
        for process in self._started:
            process.terminate()

    def keep(self) -> None:
        """Start again whatever ends, until told to stop."""
        while not self._stopping:
            wait([process.sentinel for process in self._started], timeout=1)
            for process in [process for process in self._started if not process.is_alive()]:
                age = time.monotonic() - self._started.pop(process)
                if self._stopping:
                    break
                if age < ALIVE_SECONDS:
                    self.stop()
                    raise CannotServe(f"A process ended after {age:.0f} seconds with {process.exitcode}")
                log.error("A process ended by itself with %s; another takes its place", process.exitcode)
                self._start()
        for process in self._started:
            process.join(STOP_WITHIN_SECONDS)


def _answer(settings: Settings, listening: socket.socket) -> None:
    """One process: build the application and answer until told to stop."""
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches all of them; the first process decides
    threading.Thread(target=_end_with_the_first, daemon=True).start()
    app = build_app(settings)
    _leave_what_stays()
    waitress.serve(app, sockets=[listening], threads=THREADS, ident=None)


def _leave_what_stays() -> None:
    """Take the application itself out of the search for circles, and search a tenth as often among the rest.

    A page makes thousands of objects that are gone by counting references; looking through all of them, and through
    the application each time, took an eighth of the time of a page.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)


def _end_with_the_first() -> None:
    """Leave no process that answers when the one that keeps them was killed."""
    first = multiprocessing.parent_process()
    if first is not None:
        first.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _end(*_: Any) -> None:
    raise SystemExit(0)
