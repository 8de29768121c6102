"""Where an indicator stands: its readings as a process where they fit one, else as a run chart or as too few."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from actions.indicators.run_charts import Run, Unfit, run, unfit
from actions.indicators.special_causes import MDC
from actions.indicators.variation import Better, Process, Rebase, process

if TYPE_CHECKING:
    from collections.abc import Sequence

    from actions import indicator_models as models
    from actions.indicator_models import Indicator, Reading

# Limits of fewer readings than this say nothing; from here to those that the rules ask for they are provisional.
FEWEST_FOR_LIMITS = 6
# With more special readings than this in a spell its mean is that of two different times.
MOVED_SHARE = 0.5
_SIDES: dict[str, Better] = {"higher": "higher", "lower": "lower", "none": "none"}


@dataclass(frozen=True, slots=True)
class Standing:
    """The readings of an indicator by the rules of “Making Data Count”.

    `process` is None for fewer than six readings and where limits would mislead, which `unfit` explains; `run` is the
    run chart that stands in their place.
    """

    count: int
    needed: int
    process: Process | None = None
    unfit: Unfit | None = None
    run: Run | None = None

    @property
    def counted(self) -> int:
        """How many readings the limits rest on; all of them where there are none."""
        return self.process.now.of if self.process else self.count

    @property
    def has_moved(self) -> bool:
        """Whether so many readings are special that one set of limits no longer describes them all."""
        if self.settled is None:
            return False
        points = self.settled.points[self.settled.now.first :]
        return sum(bool(point.causes) for point in points) > len(points) * MOVED_SHARE

    @property
    def settled(self) -> Process | None:
        """The process, once it has enough readings to tell usual variation from a change."""
        return self.process if self.process and not self.process.now.is_provisional else None

    @property
    def judged(self) -> Process | None:
        """The process by which the target is judged: none while its limits are those of two different times."""
        return None if self.has_moved else self.settled


def standing_of(indicator: Indicator, readings: Sequence[Reading]) -> Standing:
    """Where an indicator stands by the readings that count, oldest first; its rebases are loaded."""
    values = [reading.value for reading in readings]
    if len(values) < FEWEST_FOR_LIMITS:
        return Standing(len(values), MDC.fewest)
    if reason := unfit(values, indicator.frequency):
        return Standing(len(values), MDC.fewest, unfit=reason, run=run(values))
    found = process(
        [(reading.ends_on, reading.value) for reading in readings],
        better=better_of(indicator),
        target=indicator.target,
        rebases=[Rebase(each.starts_on, each.until) for each in current(indicator)],
    )
    return Standing(len(values), MDC.fewest, process=found)


def better_of(indicator: Indicator) -> Better:
    """Which way the indicator should move."""
    return _SIDES[indicator.direction]


def current(indicator: Indicator) -> list[models.Rebase]:
    """The rebases that count: those that nobody has withdrawn."""
    return [rebase for rebase in indicator.rebases if rebase.withdrawn_at is None]
