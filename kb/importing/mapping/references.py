"""Which documents a reference cell names: one for most, several where its lines, links or marks part them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kb.importing.mapping.cells import lines
from kb.importing.mapping.guesses import is_organisation
from kb.importing.mapping.stated_dates import is_date
from kb.importing.mapping.words import LINK_WORDS, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.importing.grid import Cell

FEWEST_TITLE_WORDS = 2
# “Health / Social Care Strategy” is one title; each side of a stroke that parts two has more words than that.
FEWEST_WORDS_BESIDE_A_STROKE = 3
_LINK = "|".join(map(re.escape, LINK_WORDS))
# Not the first word of a title (“Link Workers in Schools”), nor one within a sentence.
LINK_MARK = re.compile(rf"(?<!\w)\(?(?:{_LINK})\b\)?:?(?=\s*(?:$|[&(\-–—,;.\d]|and\b))")
ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>()]+[^\s<>().,;]")
_BARE_ADDRESS = re.compile(r"(?:[a-z0-9-]+\.)+(?P<last>[a-z]{2,})(?P<path>[:/?#]\S*)?", re.IGNORECASE)
_FILE_ENDINGS = frozenset({"pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "txt", "csv", "odt", "ods", "msg"})
_CONNECTOR = re.compile(r"\s*(?:&|/|\+|;|\band)\s*$")
_STROKE = re.compile(r"\s+/\s+|;\s+")
_BRACKETS = re.compile(r"^\([^()]*\)$")
_QUOTED = re.compile(rf"[‘“\"]([^‘“\"\n]{{3,100}}?)[’”\"]\s*(\([^()\n]*\))?\s*\(?(?:{_LINK})\b")


@dataclass(slots=True)
class Piece:
    """The lines of one document's title; `links` counts the words “Link” after it, `addresses` those that are typed."""

    lines: list[str] = field(default_factory=list)
    links: int = 0
    addresses: list[str] = field(default_factory=list)
    is_linked: bool = False
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class _Text:
    """Words of a reference cell between two marks."""

    text: str
    is_listed: bool = False
    after_gap: bool = False


def pieces(cell: Cell, vocabulary: Vocabulary) -> list[Piece]:
    """The documents of a reference cell, in order."""
    found: list[Piece] = []
    for token in _tokens(cell):
        if not isinstance(token, _Text):
            if not found:
                found.append(Piece())
            _mark(found[-1], token)
            continue
        if not found or (found[-1].lines and _begins(token, found[-1], vocabulary)):
            found.append(Piece())
        piece = found[-1]
        text = _CONNECTOR.sub("", token.text)
        piece.is_open = text != token.text
        piece.lines.append(text.strip())
    return found


def quoted(text: str) -> list[str]:
    """Documents that a text names in quotation marks and gives a link of their own: each title with its brackets."""
    return [f"{title.strip()} {brackets}".strip() for title, brackets in _QUOTED.findall(text)]


def whole_address(text: str) -> str:
    """A web address, with https:// where somebody left that out; nothing for words that are none."""
    if re.match(r"https?://\S+$", text, re.IGNORECASE):
        return text
    found = _BARE_ADDRESS.fullmatch(text)
    is_address = found and (found["path"] or found["last"].lower() not in _FILE_ENDINGS)
    return f"https://{text}" if is_address else ""


def is_title(text: str) -> bool:
    """Whether words may be a title: it begins with a capital and has at least two words that are no date."""
    text = text.strip(" -–—:'‘“\"")
    if _BRACKETS.match(text) or is_date(text):
        return False
    return text[:1].isupper() and len(re.findall(r"[^\W\d_]{2,}|\bA\b", text)) >= FEWEST_TITLE_WORDS


def _tokens(cell: Cell) -> Iterator[_Text | str]:
    """The words of a cell and its link marks and typed addresses, in order."""
    for line in lines(cell):
        is_listed, after_gap, at = line.is_listed, line.gap_before, 0
        marks = sorted([*LINK_MARK.finditer(line.text), *ADDRESS.finditer(line.text)], key=lambda mark: mark.start())
        for start, end, mark in [*((m.start(), m.end(), m.group()) for m in marks), (len(line.text), None, "")]:
            words = line.text[at:start].strip(" \t-–—,:;(").strip() if mark or at else line.text[at:start].strip()
            for part in _sides(words):
                if re.search(r"\w", part):
                    yield _Text(part, is_listed, after_gap)
                    is_listed = after_gap = False
            if mark:
                yield mark
            at = end or start


def _sides(text: str) -> list[str]:
    """A line, parted at a stroke with a title on either side."""
    sides = _STROKE.split(text)
    is_parted = all(is_title(side) and len(side.split()) >= FEWEST_WORDS_BESIDE_A_STROKE for side in sides)
    # The stroke stays, as the mark of a title that another one follows.
    return [*(f"{side} /" for side in sides[:-1]), sides[-1]] if is_parted else [text]


def _mark(piece: Piece, mark: str) -> None:
    piece.is_linked = True
    if ADDRESS.fullmatch(mark):
        piece.addresses.append(mark)
    else:
        piece.links += 1


def _begins(token: _Text, piece: Piece, vocabulary: Vocabulary) -> bool:
    """Whether words begin another document rather than go on with this one's title, date or publisher."""
    if not is_title(token.text):
        return False
    if piece.is_open or token.is_listed:
        return True
    if is_organisation(token.text, vocabulary):
        return False
    last = piece.lines[-1]
    return piece.is_linked or bool(_BRACKETS.match(last)) or (token.after_gap and _ends_with_date(last))


def _ends_with_date(text: str) -> bool:
    return is_date(text.split()[-1]) or (text.endswith(")") and is_date(text[text.rfind("(") + 1 : -1]))
