"""How wide words are in Arial, and how a title breaks into lines that fit a box."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_FIRST = " "
# Advance widths in thousandths of the size, from space to tilde; Arial shares them with Helvetica and Liberation Sans.
_REGULAR = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 "
    "584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 "
    "667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 "
    "278 556 500 722 500 500 500 334 260 334 584"
)
_BOLD = (
    "278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 333 333 "
    "584 584 584 611 975 722 722 722 722 667 611 778 722 278 556 722 611 833 722 778 667 778 722 667 611 722 667 944 "
    "667 667 611 333 278 333 584 556 333 556 611 556 611 556 333 611 611 278 278 556 278 889 611 611 611 611 389 556 "
    "333 611 556 778 556 556 500 389 280 389 584"
)
_WIDTHS = {bold: tuple(map(int, row.split())) for bold, row in ((False, _REGULAR), (True, _BOLD))}
_OTHER, _WIDE = 600, 1000
ELLIPSIS = "…"


# The same titles are measured again on every page that draws them.
@lru_cache(maxsize=8_192)
def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a text in pixels at a font size; accents weigh nothing, unknown letters are taken as broad."""
    return sum(_advance(letter, bold) for letter in unicodedata.normalize("NFD", text)) * size / 1000


def _advance(letter: str, bold: bool) -> int:
    place = ord(letter) - ord(_FIRST)
    if 0 <= place < len(_WIDTHS[bold]):
        return _WIDTHS[bold][place]
    if letter == ELLIPSIS or unicodedata.east_asian_width(letter) in "WF":
        return _WIDE
    return 0 if unicodedata.combining(letter) else _OTHER


@lru_cache(maxsize=2_048)
def wrap(text: str, width: float, size: float, *, bold: bool = False, most: int = 3) -> tuple[str, ...]:
    """Break a text at spaces into lines of at most a width; a long word is broken, and what is left over ends in …."""
    lines: list[str] = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if width_of(joined, size, bold=bold) <= width:
            lines[-1:] = [joined]
        else:
            lines.extend(_pieces(word, width, size, bold))
    if len(lines) <= most:
        return tuple(lines)
    return (*lines[: most - 1], _cut(lines[most - 1], width, size, bold))


def _pieces(word: str, width: float, size: float, bold: bool) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and width_of(pieces[-1] + letter, size, bold=bold) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _cut(line: str, width: float, size: float, bold: bool) -> str:
    while line and width_of(line + ELLIPSIS, size, bold=bold) > width:
        line = line.rpartition(" ")[0] or line[:-1]
    return line.rstrip(" ,;:-–") + ELLIPSIS
