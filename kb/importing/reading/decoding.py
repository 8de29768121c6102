"""Turns the bytes of a text file into text, and says what had to be guessed."""

from __future__ import annotations

import codecs
from itertools import islice

from kb.errors import Unreadable
from kb.importing.reading.gathering import Gathering
from kb.words import gettext, ngettext

MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SAMPLE = 1 << 16
MANY = 0.3
FEW = 0.02
SEEN = 12
TYPING_MISTAKES = 8
CONTROLS = bytes(set(range(32)) - set(b"\0\t\n\r\f\x1a")) + b"\x7f"


def decoded(data: bytes, gathering: Gathering) -> str:
    """The text: UTF-8, UTF-16 with or without its mark, or what Excel on Windows writes; others are refused."""
    encoding = next((encoding for mark, encoding in MARKS if data.startswith(mark)), "") or _unmarked(data[:SAMPLE])
    try:
        text = data.decode(encoding) if encoding else _of_bytes(data, gathering)
    except UnicodeDecodeError as error:
        raise _no_text() from error
    text = text.removeprefix("\ufeff")
    if nulls := text.count("\0"):
        if nulls > len(text) * MANY:
            raise _no_text()
        text = text.replace("\0", "")
        gathering.note(
            ngettext(
                "One character that means nothing (NUL) was left out.",
                "%(num)s characters that mean nothing (NUL) were left out.",
                nulls,
            )
        )
    return text


def _unmarked(sample: bytes) -> str:
    """UTF-16 without its mark has a zero in every other byte of what is written in Latin letters."""
    pairs = len(sample) // 2
    even, odd = sample[: pairs * 2 : 2].count(0), sample[1 : pairs * 2 : 2].count(0)
    if odd > pairs * MANY and even <= pairs * FEW:
        return "utf-16-le"
    if even > pairs * MANY and odd <= pairs * FEW:
        return "utf-16-be"
    return ""


def _of_bytes(data: bytes, gathering: Gathering) -> str:
    sample = data[:SAMPLE]
    controls = len(sample) - len(sample.translate(None, CONTROLS))
    if controls > max(len(sample) * FEW, TYPING_MISTAKES):
        raise _no_text()
    seen: dict[str, int] = {}

    def as_windows_writes(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeDecodeError)
        text = error.object[error.start : error.end].decode("cp1252")
        for character in text:
            seen[character] = seen.get(character, 0) + 1
        return text, error.end

    codecs.register_error("as-windows-writes", as_windows_writes)
    text = data.decode("utf-8", "as-windows-writes")
    if seen:
        gathering.note(
            gettext(
                "The file does not say how its letters are written; it was read as Windows-1252. "
                "Check these letters: %(letters)s",
                letters=" ".join(islice(seen, SEEN)),
            )
        )
    return text


def _no_text() -> Unreadable:
    return Unreadable(
        gettext(
            "This file is not text, or its letters are written in a way that is not known. "
            "Open it in Excel or LibreOffice and save it as “CSV UTF-8”, or as .xlsx."
        )
    )
