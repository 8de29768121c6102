"""Files in forms: which views take them, how large those may be, and where one lies while it is read."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from flask import current_app, request

from kb import web

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from werkzeug.datastructures import FileStorage

P = ParamSpec("P")
R = TypeVar("R")

MARK = "golden_thread_takes_files"
# What a form with a file holds besides the file.
FIELDS_BYTES = 64 * 1024


def takes_files(most_bytes: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Say that a view's form may bring a file, and how large it may be."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        setattr(view, MARK, most_bytes)
        return view

    return decorate


def allow() -> None:
    """Before the form is read: let it be as large as its view takes files, for whoever may have signed in.

    Every other form stays as small as forms are, so that nobody fills the disk by sending.
    """
    most: int = getattr(current_app.view_functions.get(request.endpoint or ""), MARK, 0)
    if most and request.cookies.get(web.cookie_name("session")):
        request.max_content_length = most + FIELDS_BYTES


def name_of(file: FileStorage) -> str:
    """What the sender called the file, as one line that can be shown."""
    return "".join(letter for letter in file.filename or "" if letter.isprintable()).strip()


@contextmanager
def kept(file: FileStorage) -> Iterator[Path]:
    """The file under a name of ours, gone afterwards; that of the sender is no path here."""
    with tempfile.TemporaryDirectory(prefix="golden-thread-") as folder:
        path = Path(folder) / "upload"
        file.save(path)
        yield path
