"""Who decides what an owner asks to have changed; plain computation.

Leads decide it outside a meeting. What is late, or would move a date that was moved before, is the steering group's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

DUE_DATE = "due-date"


class Matter(StrEnum):
    """What makes a request an ordinary one, or one for the steering group."""

    ORDINARY = "ordinary"
    OVERDUE = "overdue"
    MOVED_BEFORE = "moved-before"


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates of the action that a request is about; `first_due_on` is the due date that was agreed first."""

    is_open: bool
    due_on: date | None
    first_due_on: date | None


def matter_of(what: str, dates: Dates, today: date) -> Matter:
    """What kind of matter a request is today: one that waits long enough becomes the group's."""
    if dates.is_open and dates.due_on is not None and dates.due_on < today:
        return Matter.OVERDUE
    if what == DUE_DATE and dates.first_due_on is not None and dates.due_on != dates.first_due_on:
        return Matter.MOVED_BEFORE
    return Matter.ORDINARY


def may_decide(matter: Matter, *, is_proposer: bool, decides: bool, decides_late: bool) -> bool:
    """Whether somebody with these rights in the plan may decide: never what they asked for themselves."""
    if is_proposer:
        return False
    return decides if matter == Matter.ORDINARY else decides_late
