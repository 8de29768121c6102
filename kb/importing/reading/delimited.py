"""Reads text files of rows: values between commas, semicolons, tabs or bars."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from itertools import islice

from kb.errors import Unreadable
from kb.importing.grid import Book, Cell
from kb.importing.reading.decoding import decoded
from kb.importing.reading.gathering import EMPTY, Gathering
from kb.spreadsheets import as_typed
from kb.words import gettext

DELIMITERS = ",;\t|"
SAMPLE_ROWS = 25
SAMPLE = 200_000
LONGEST_FIELD = 10_000_000
UNCLOSED = "unexpected end of data"


def book(data: bytes, ending: str, title: str) -> Book:
    """The one table of the file, named by the file."""
    gathering = Gathering(is_sheets=True)
    text = decoded(data, gathering)
    text, delimiter, skipped = _announced(text)
    delimiter = delimiter or _delimiter(text, "\t" if ending in (".tsv", ".tab") else ",")
    csv.field_size_limit(LONGEST_FIELD)
    gathering.begin(title or gettext("Table"))
    for number, values in enumerate(_rows(text, delimiter, gathering), 1 + skipped):
        gathering.add(number, [_cell(value) for value in values])
    return gathering.book()


def _announced(text: str) -> tuple[str, str, int]:
    """Excel may write sep=; as the first line."""
    first = text[:7].splitlines()[:1]
    if first and len(first[0]) == 5 and first[0].lower().startswith("sep=") and first[0][4] in DELIMITERS:
        rest = text[5:]
        return rest.removeprefix("\r").removeprefix("\n"), first[0][4], 1
    return text, "", 0


def _delimiter(text: str, usual: str) -> str:
    """The one with which most of the first rows have as many values as the first one, and the more the better."""

    def worth(delimiter: str) -> tuple[float, int]:
        rows = [row for row in islice(_sampled(text[:SAMPLE], delimiter), SAMPLE_ROWS) if any(row)]
        width = len(rows[0]) if rows else 1
        return (sum(len(row) == width for row in rows) / len(rows), width) if width > 1 else (0, 0)

    if usual == "\t" and worth(usual)[0] == 1:
        return usual
    best: str = max([usual, *DELIMITERS], key=worth)
    return best


def _sampled(text: str, delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error:
        return


def _rows(text: str, delimiter: str, gathering: Gathering) -> Iterator[list[str]]:
    """Every row; where quotes stand at odd places it is noted, and where one is never closed the file is refused."""
    source = _Lines(text)
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    number = 0
    while True:
        source.remember()
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if str(error) == UNCLOSED:
                raise _unclosed(number + 1) from error
            gathering.note(
                gettext("Row %(row)s has quotation marks at odd places; compare it with the file.", row=number + 1)
            )
            source.return_to_remembered()
            values = next(csv.reader(source, delimiter=delimiter))
            reader = csv.reader(source, delimiter=delimiter, strict=True)
        number += 1
        yield values


class _Lines:
    """The lines of a text, to which a reader can be sent back."""

    def __init__(self, text: str) -> None:
        self._file = StringIO(text, newline="")
        self._remembered = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._file.readline()
        if not line:
            raise StopIteration
        return line

    def remember(self) -> None:
        self._remembered = self._file.tell()

    def return_to_remembered(self) -> None:
        self._file.seek(self._remembered)


def _cell(value: str) -> Cell:
    return Cell(as_typed(value).replace("\r\n", "\n").replace("\r", "\n")) if value else EMPTY


def _unclosed(row: int) -> Unreadable:
    return Unreadable(
        gettext(
            "In row %(row)s a quotation mark is opened and never closed. Open the file in a spreadsheet program, "
            "see where it goes wrong, and save it as .xlsx.",
            row=row,
        )
    )
