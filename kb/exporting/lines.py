"""What stands in a Word document before it is one: lines of runs, in cells, in tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# What XML cannot hold: control characters, halves of a pair, and two that are no characters at all.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c]")


class Look(StrEnum):
    """The paragraph styles that documents use, by their names in Word."""

    TEXT = "Normal"
    BULLET = "List Bullet"
    LABEL = "Label"
    QUIET = "Quiet"
    TITLE = "Title"
    SUBTITLE = "Subtitle"
    HEADING = "Heading 1"
    SUBHEADING = "Heading 2"
    NOTICE = "Notice"
    CONTENTS = "TOC Heading"


@dataclass(frozen=True, slots=True)
class Run:
    """Words that look the same; `address` is where they lead, `language` is said where it is not English."""

    text: str
    is_bold: bool = False
    is_quiet: bool = False
    is_small: bool = False
    address: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph; `marks` are kind and ref of the records that it stands for."""

    runs: tuple[Run, ...] = ()
    look: Look = Look.TEXT
    marks: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table; a gap is empty, and drawn so that nobody overlooks it."""

    lines: tuple[Line, ...] = ()
    is_gap: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with one row of headings, which stands again on each page; `widths` are shares of the page's width."""

    title: str
    about: str
    headings: Sequence[str]
    widths: Sequence[int]
    rows: Iterable[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture as an SVG document that needs nothing around it; `about` says what it shows."""

    svg: str
    about: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in dots (PNG), as wide as the page has room for; `about` says what it shows."""

    png: bytes
    about: str


@dataclass(frozen=True, slots=True)
class Break:
    """What follows begins on a new page."""


def clean(words: str) -> str:
    """The words without what XML cannot hold; line breaks of every kind become one kind."""
    return _FORBIDDEN.sub("", _BREAKS.sub("\n", words))


def text(words: str, look: Look = Look.TEXT, *, language: str = "en") -> Line:
    """A line of plain words."""
    return Line((Run(words, language=language),), look)


def paragraphs(words: str) -> tuple[Line, ...]:
    """Longer words: each of their own lines is a paragraph."""
    return tuple(text(line) for line in clean(words).split("\n")) if words else ()


def cell(words: str) -> Cell:
    """A cell of plain words, several lines of them as several paragraphs."""
    return Cell(paragraphs(words))
