"""Whether figures that are parts add up to the figure that is their whole."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

from kb.catalogue.amounts import amount, shown
from kb.catalogue.comparisons import whole_of
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.models.figure import Comparison, Figure

FEWEST = 2
# Sums of decimals err by less than this share of what they come to.
ERROR = 1e-9


@dataclass(frozen=True, slots=True)
class SumCheck:
    """A whole beside its parts; `low` and `high` are what the parts come to, the same unless one of them is a range.

    Both are None where one of them is no number; `why_not` says so.
    """

    whole: Figure
    parts: tuple[Figure, ...]
    low: float | None
    high: float | None
    why_not: str = ""

    @property
    def unit(self) -> str:
        """The unit of the parts, if they share one; else that of the whole."""
        units = {part.unit for part in self.parts}
        return units.pop() if len(units) == 1 else self.whole.unit

    @property
    def total(self) -> str:
        """What the parts come to."""
        if self.low is None or self.high is None:
            return ""
        if self.low == self.high:
            return amount(self.low, self.unit)
        return gettext("%(low)s to %(high)s", low=shown(self.low), high=amount(self.high, self.unit))

    @property
    def apart(self) -> float | None:
        """By how much the parts come to more than the whole, at least; nought where they can add up to it."""
        if self.low is None or self.high is None or self.whole.low is None or self.whole.high is None:
            return None
        near = ERROR * max(abs(self.high), abs(self.whole.high))
        if self.low - self.whole.high > near:
            return self.low - self.whole.high
        return self.high - self.whole.low if self.whole.low - self.high > near else 0.0

    @property
    def words(self) -> str:
        """What the check finds, in a few words; empty where nothing can be checked."""
        if self.apart is None:
            return ""
        if not self.apart:
            return gettext("they add up")
        number = shown(abs(self.apart))
        return (
            gettext("%(number)s more than the whole", number=number)
            if self.apart > 0
            else gettext("%(number)s less than the whole", number=number)
        )


def sum_check(comparison: Comparison) -> SumCheck | None:
    """The whole of a comparison and its parts; None where no figure is called the whole, or there is one part alone."""
    whole = whole_of(comparison)
    parts = tuple(figure for figure in comparison.figures if figure is not whole)
    if whole is None or len(parts) < FEWEST:
        return None
    if why_not := _why_not(whole, parts):
        return SumCheck(whole, parts, None, None, why_not)
    return SumCheck(whole, parts, fsum(part.low or 0.0 for part in parts), fsum(part.high or 0.0 for part in parts))


def _why_not(whole: Figure, parts: Sequence[Figure]) -> str:
    for figure in (whole, *parts):
        if figure.low is None:
            return gettext("“%(title)s” is no number, so nothing can be added up.", title=figure.title)
    return ""
