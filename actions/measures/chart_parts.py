"""What a chart is made of: dots, lines and words with their places, as packs keep them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date  # not for typing alone: packs are read back by these types
from typing import TYPE_CHECKING, Literal

from kb.catalogue.amounts import rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

LevelKind = Literal["target", "baseline", "mean", "upper", "lower", "median"]

# A line of words.
LINE = 17.0
# How wide the newest number is at most, and how far above the readings or below them it stands.
WORD, ABOVE, BELOW = 52.0, 11.0, 22.0


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid with its number, or a day below the plot."""

    at: float
    value: float = 0.0
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Dot:
    """One reading, or one planned value; `variation` is what a reading is where its limits are known."""

    x: float
    y: float
    day: date
    value: float
    variation: str = ""


@dataclass(frozen=True, slots=True)
class Level:
    """A level line: across the plot for the target and the baseline, as far as its spell for a mean or a limit.

    `word_y` is where its words stand beside the plot; on it they stand at the end that the readings leave free. Only
    the lines of the last spell have words.
    """

    kind: LevelKind
    y: float
    word_y: float
    value: float
    is_free_at_right: bool
    left: float
    right: float
    has_words: bool = True
    is_provisional: bool = False
    spread: float = 0.0  # of the limits of its spell

    def number(self, unit: str = "") -> str:
        """Its value as finely as the readings spread."""
        return rounded(self.value, self.spread, unit)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened while readings were taken, as an upright line with its name.

    `word_y` is where its name stands, above the plot, and which side of the line has room for it.
    """

    x: float
    day: date
    title: str
    word_y: float
    is_left: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """All that a template needs to draw the line; the words are the template's."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    read: tuple[Dot, ...]
    planned: tuple[Dot, ...]
    levels: tuple[Level, ...]
    events: tuple[Event, ...]
    numbers: tuple[Tick, ...]
    days: tuple[Tick, ...]
    is_cut: bool  # the numbers do not begin at nought
    missing: tuple[date, ...] = ()  # ends of periods that nobody has read

    @property
    def lines(self) -> list[str]:
        """The line through the readings, broken where a period was not read: nothing is made up between."""
        parts: list[list[Dot]] = []
        for dot in self.read:
            if not parts or any(parts[-1][-1].day < day < dot.day for day in self.missing):
                parts.append([])
            parts[-1].append(dot)
        return [points_of(part) for part in parts if len(part) > 1]

    @property
    def last_word_y(self) -> float:
        """Where the newest number stands: above every reading that its words would cover.

        Below them where it would stand on what was planned, as if it named that.
        """
        last = self.read[-1]
        near = [dot.y for dot in self.read if dot.x >= last.x - WORD]
        above = min(near) - ABOVE
        is_taken = any(abs(dot.x - last.x) < WORD and abs(dot.y - above) < LINE for dot in self.planned)
        return round(max(near) + BELOW if is_taken and not self.is_near_bottom(max(near)) else above, 1)

    def is_near_bottom(self, at: float) -> bool:
        """Whether there is no room for a number below this place."""
        return at + BELOW > self.bottom

    @property
    def plan_line(self) -> str:
        return points_of(self.planned)


def points_of(dots: Sequence[Dot]) -> str:
    """A line through dots, as SVG writes it."""
    return " ".join(f"{dot.x:g},{dot.y:g}" for dot in dots)
