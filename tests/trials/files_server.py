"""Reads one file after the other, each in a process of its own with the limits of the real one; see files_trial.

Run with "broken" as its argument, it lets the errors of the XML parser through. It is asked by lines of JSON, a path
and an ending, and answers each with a line: how it ended, and whether that took too much memory or time.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import sys
from pathlib import Path

from kb.errors import Unreadable
from kb.importing.reading import child, open_sheets, parsing, word, workbooks
from kb.importing.reading.limits import MOST_MEMORY, MOST_SECONDS

assert open_sheets.book
assert word.book
assert workbooks.book
OVER_TIME = "over time"


def serve() -> None:
    if sys.argv[1:] == ["broken"]:
        parsing.telling = lambda part: contextlib.nullcontext(part)
    for line in sys.stdin:
        path, ending = json.loads(line)
        print(json.dumps(_in_a_process(Path(path), ending)), flush=True)


def _in_a_process(path: Path, ending: str) -> tuple[str, bool]:
    """How reading ended, and whether it took more memory than it may."""
    reads, writes = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reads)
        child.limit()
        os.write(writes, _read(path, ending).encode())
        os._exit(0)
    os.close(writes)
    is_done = bool(select.select([reads], [], [], MOST_SECONDS)[0])
    if not is_done:
        os.kill(pid, signal.SIGKILL)
    told = os.read(reads, 4_096).decode()
    os.close(reads)
    _, status, used = os.wait4(pid, 0)
    if not is_done or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU):
        told = OVER_TIME
    return told or f"killed by {os.WTERMSIG(status)}", used.ru_maxrss * 1024 > MOST_MEMORY


def _read(path: Path, ending: str) -> str:
    try:
        with path.open("rb") as file:
            child.book_of(file, ending, "list")
    except Unreadable as error:
        return f"refused: {error}"
    except MemoryError:
        return "refused: It takes too much memory."
    except BaseException as error:
        return f"{type(error).__name__}: {error}"[:500]
    return "read"


if __name__ == "__main__":
    serve()
