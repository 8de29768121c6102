"""Facts about serving in several processes: one that dies is replaced, and none is left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest
from click.testing import CliRunner

from kb import cli, migrate
from kb.assembly import open_database
from kb.config import Settings

pytestmark = pytest.mark.page
WITHIN_SECONDS = 60


@pytest.fixture
def environment(tmp_path):
    given = Settings(data_dir=tmp_path, secret_key="only for tests, and long enough", demo=True)
    migrate.upgrade(open_database(given))
    return {**os.environ, "KB_DATA_DIR": str(tmp_path), "KB_DEMO": "1", "KB_DATABASE_URL": ""}


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def serving(environment, port):
    command = [sys.executable, "-m", "kb", "serve", "--port", str(port), "--processes", "2"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        yield process
        process.kill()


def _is_well(port):
    with closing(HTTPConnection("127.0.0.1", port, timeout=WITHIN_SECONDS)) as connection:
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        except OSError:
            return False


def _await(holds, what):
    until = time.monotonic() + WITHIN_SECONDS
    while not holds():
        assert time.monotonic() < until, what
        time.sleep(0.1)


def _children(process):
    """The processes that answer: those of this parent that were spawned to, not the one that tracks resources."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            words = (folder / "cmdline").read_text()
        except (OSError, ValueError):
            continue
        if parent == process.pid and "spawn_main" in words:
            found.append(int(folder.name))
    return sorted(found)


def _lives(pid):
    return (
        Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    )


def test_one_that_dies_is_replaced_and_all_end_when_told_to(serving, port):
    _await(lambda: _is_well(port), "the service answers")
    first = _children(serving)
    assert len(first) == 2, "there are as many as asked for"
    time.sleep(5.5)  # what dies in its first seconds is taken for one that cannot start
    os.kill(first[0], signal.SIGKILL)
    _await(lambda: len(_children(serving)) == 2 and first[0] not in _children(serving), "another takes its place")
    assert _is_well(port), "the pages stay up"
    answering = _children(serving)
    serving.send_signal(signal.SIGTERM)
    assert serving.wait(WITHIN_SECONDS) == 0, "the first ends well when told to"
    assert not any(_lives(pid) for pid in answering), "the others end with it"


def test_none_answers_on_when_the_first_was_killed(serving, port):
    _await(lambda: _is_well(port), "the service answers")
    answering = _children(serving)
    serving.kill()
    _await(lambda: not any(_lives(pid) for pid in answering), "all have ended")


def test_an_address_in_use_is_refused_with_what_it_is(environment, port):
    with socket.create_server(("127.0.0.1", port)):
        done = CliRunner().invoke(cli.kb, ["serve", "--port", str(port), "--processes", "2"], env=environment)
    assert isinstance(done.exception, SystemExit), "it is told, and no fault is thrown"
    assert done.exit_code == 1
    assert f"127.0.0.1:{port}" in done.stderr
    assert "Traceback" not in done.stderr
