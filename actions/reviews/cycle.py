"""The days of a review's cycle, counted in working days back from the meeting; plain computation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from actions.schedule import add_working_days

if TYPE_CHECKING:
    from datetime import date


class Stage(StrEnum):
    """Where a cycle stands on a day; a closed meeting is over, whatever the day."""

    AHEAD = "ahead"
    ASKING = "asking"
    CLOSED_FOR_ANSWERS = "closed for answers"
    FROZEN = "frozen"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Cycle:
    """When owners are asked, when those who said nothing are reminded, when answers close, and when the group meets.

    An answer counts from `asks_on` on, and is late after `closes_on`.
    """

    asks_on: date
    reminds_on: tuple[date, ...]
    closes_on: date
    meets_on: date

    def is_answered(self, said_on: date | None) -> bool:
        """Whether what was said last counts as an answer to the request."""
        return said_on is not None and said_on >= self.asks_on

    def is_late(self, said_on: date) -> bool:
        """Whether an answer came after the answers closed."""
        return said_on > self.closes_on

    def stage(self, today: date, *, is_frozen: bool, is_closed: bool) -> Stage:
        """Where the cycle stands."""
        if is_closed:
            return Stage.CLOSED
        if is_frozen:
            return Stage.FROZEN
        if today < self.asks_on:
            return Stage.AHEAD
        return Stage.ASKING if today <= self.closes_on else Stage.CLOSED_FOR_ANSWERS


def cycle_of(meets_on: date, request_days: int, close_days: int, nation: str) -> Cycle:
    """The days of a cycle; whoever has said nothing is reminded half way, and on the working day before the close.

    `nation` says whose bank holidays count.
    """
    half_way = (request_days + close_days) // 2
    reminders = {days for days in (half_way, close_days + 1) if close_days < days < request_days}
    return Cycle(
        asks_on=add_working_days(meets_on, -request_days, nation),
        reminds_on=tuple(add_working_days(meets_on, -days, nation) for days in sorted(reminders, reverse=True)),
        closes_on=add_working_days(meets_on, -close_days, nation),
        meets_on=meets_on,
    )
