"""Reads an uploaded file into a `Book`, or says in a sentence why not; nothing in the file is believed.

The parsers run in a process of their own that may use little memory and little time, knows no secret and no database,
and writes nothing but its answer. Whatever a file does to it, `read` returns in time or raises `Unreadable`.

How cells are told: a day is 2026-09-30, a moment 2026-09-30 17:05, yes and no are “Yes” and “No”, a number is as short
as it can be, and an error such as #REF! stays as it is and is noted. Empty cells at the end of a row are left out.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from kb.errors import Unreadable
from kb.importing.grid import Book
from kb.importing.reading.limits import LONGEST_ANSWER, MOST_BYTES, MOST_SECONDS
from kb.words import gettext

if TYPE_CHECKING:
    from typing import BinaryIO

CHILD = "kb.importing.reading.child"
LONGEST_NAME = 100
# Of our own surroundings only what Python may need to start.
KEPT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
# Where the package of all this lies.
SITE = Path(__file__).resolve().parents[3]
log = logging.getLogger(__name__)

__all__ = ["Unreadable", "read"]


def read(path: Path, name: str) -> Book:
    """What the file holds; `name` is what its owner calls it, and its ending must fit what is inside."""
    try:
        with path.open("rb") as file:
            _check_size(file)
            return _read_in_child(file, PurePath(name.replace("\\", "/").replace("\0", "")))
    except OSError as error:
        log.warning("An uploaded file could not be read: %s", type(error).__name__)
        raise Unreadable(gettext("The file could not be opened. Choose it again.")) from error


def _check_size(file: BinaryIO) -> None:
    if os.fstat(file.fileno()).st_size > MOST_BYTES:
        raise Unreadable(
            gettext(
                "This file is larger than %(most)s MB. Delete what is not needed, such as pictures, or split it.",
                most=MOST_BYTES // 1024**2,
            )
        )


def _read_in_child(file: BinaryIO, name: PurePath) -> Book:
    title = name.stem[:LONGEST_NAME].encode(errors="replace").decode()
    ending = name.suffix.lower()[:LONGEST_NAME].encode(errors="replace").decode()
    with tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as trouble:
        child = subprocess.Popen(  # noqa: S603 — our own module, and the file's name is no part of a command line
            [sys.executable, "-P", "-s", "-X", "utf8", "-m", CHILD, ending, title],
            stdin=file,
            stdout=answer,
            stderr=trouble,
            cwd=tempfile.gettempdir(),
            env=_surroundings(),
            start_new_session=True,
        )
        try:
            code = child.wait(MOST_SECONDS)
        except subprocess.TimeoutExpired:
            raise _took_too_long() from None
        finally:
            child.kill()
            child.wait()
        answer.seek(0)
        trouble.seek(0)
        return _book(code, answer.read(LONGEST_ANSWER), trouble.read(LONGEST_ANSWER))


def _surroundings() -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, "PYTHONPATH": str(Path(__file__).parents[3])}


def _book(code: int, answer: bytes, trouble: bytes) -> Book:
    if code == 0:
        given = json.loads(answer)
        if "book" in given:
            return Book.from_json(given["book"])
        raise Unreadable(given["unreadable"])
    if sys.platform != "win32" and code in (-signal.SIGXCPU, -signal.SIGKILL):
        raise _took_too_long()
    log.warning("The process that reads a file ended with %s: %s", code, trouble.decode(errors="replace")[-2_000:])
    raise Unreadable(
        gettext(
            "This file could not be read. It may be damaged: open it in Excel, Word or LibreOffice, "
            "save it again under another name and choose that file."
        )
    )


def _took_too_long() -> Unreadable:
    return Unreadable(
        gettext(
            "Reading this file took longer than %(seconds)s seconds. Split it into several files.", seconds=MOST_SECONDS
        )
    )
