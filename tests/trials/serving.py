"""Serving the application in a child process, and a plain HTTP client with one person in it."""

from __future__ import annotations

import http.client
import logging
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import waitress

from kb import records, web
from kb.app import build_app
from tests.trials import world
from tests.trials.forms import Form, form_with

if TYPE_CHECKING:
    from kb.config import Settings

READY_WITHIN = 60
ANSWER_WITHIN = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def serve(settings: Settings, port: int, fault: str) -> None:
    """The child; `fault` breaks it on purpose."""
    logging.disable(logging.CRITICAL)
    if fault == "commit later":
        web.commit = _commit_later
    elif fault == "no version check":
        records.check_version = lambda *_, **__: None
    app = build_app(settings)
    app.config["TODAY"] = world.TODAY
    waitress.serve(app, host="127.0.0.1", port=port, threads=4, ident=None)


def _commit_later() -> None:
    """Tell the person that it is saved, and save it a moment later."""
    from flask import g

    session = g.pop("db_session")
    threading.Timer(0.5, session.commit).start()


@dataclass
class Answer:
    """What came back: 0 when nothing did."""

    status: int
    text: str = ""


class Client:
    """One person at one server."""

    def __init__(self, port: int, session_token: str) -> None:
        self.port = port
        self.cookie = f"session={session_token}"

    def ask(self, method: str, path: str, values: dict[str, str] | None = None) -> Answer:
        """Send one request; a server that dies meanwhile gives the empty answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_WITHIN)
        headers = {"Cookie": self.cookie}
        if values is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, urlencode(values) if values is not None else None, headers)
            response = connection.getresponse()
            return Answer(response.status, response.read().decode())
        except (OSError, http.client.HTTPException):
            return Answer(0)
        finally:
            connection.close()

    def form(self, path: str, name: str) -> Form | None:
        """The form of a page that has this field; None when there is no such page or nobody answers."""
        page = self.ask("GET", path)
        return form_with(page.text, name) if page.status == 200 else None

    def await_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.02)
        raise RuntimeError("The server did not start")
