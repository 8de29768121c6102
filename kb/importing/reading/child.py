"""The process that reads one file, given as its input, and answers with a book or with why there is none.

Run as python -m kb.importing.reading.child ENDING TITLE. It limits itself before it looks at the file.
"""

from __future__ import annotations

import gc
import json
import sys
from typing import TYPE_CHECKING, Any, BinaryIO

from kb.errors import Unreadable
from kb.importing.reading.formats import HEAD, Format, format_of, is_zip
from kb.importing.reading.limits import LONGEST_ANSWER, MOST_MEMORY, MOST_SECONDS
from kb.words import gettext

if TYPE_CHECKING:
    from kb.importing.grid import Book


def main() -> None:
    limit()
    # It soon ends, and looking for garbage among a million cells takes longer than reading them.
    gc.disable()
    ending, title = sys.argv[1:3]
    sys.stdout.buffer.write(answer(sys.stdin.buffer, ending, title))
    sys.stdout.buffer.flush()


def limit() -> None:
    """From here on the process may use so much memory and time, and write so much. Windows knows no such limits."""
    if sys.platform == "win32":
        return
    import resource

    for what, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, MOST_SECONDS),
        (resource.RLIMIT_FSIZE, LONGEST_ANSWER),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def answer(file: BinaryIO, ending: str, title: str) -> bytes:
    """The book, or why it cannot be read, as JSON."""
    try:
        return _told({"book": book_of(file, ending, title).as_json()})
    except Unreadable as error:
        return _told({"unreadable": str(error)})
    except MemoryError:
        return _told({"unreadable": gettext("Reading this file takes too much memory. Split it into several files.")})


def book_of(file: BinaryIO, ending: str, title: str) -> Book:
    """The book that the file holds. Each parser is imported when it is needed, for they take long to import."""
    head = file.read(HEAD)
    if not is_zip(head, ending):
        from kb.importing.reading import delimited

        return delimited.book(head + file.read(), ending, title)
    from kb.importing.reading.container import checked

    with checked(file) as archive:
        match format_of(archive, ending):
            case Format.DOCX:
                from kb.importing.reading import word

                return word.book(archive)
            case Format.XLSX:
                from kb.importing.reading import workbooks

                return workbooks.book(file, archive)
            case _:
                from kb.importing.reading import open_sheets

                return open_sheets.book(file, archive)


def _told(given: dict[str, Any]) -> bytes:
    text = json.dumps(given, ensure_ascii=False, separators=(",", ":")).encode()
    if len(text) <= LONGEST_ANSWER:
        return text
    return _told({"unreadable": gettext("There is more text in this file than can be read at once. Split it.")})


if __name__ == "__main__":
    main()
