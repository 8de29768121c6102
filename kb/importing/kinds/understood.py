"""One row of a spreadsheet as it was understood."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from kb.importing.kinds import cells
from kb.importing.proposals import Match, Problem
from kb.models.importing import Outcome
from kb.models.record import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kb.errors import Invalid

R = TypeVar("R", bound=Record)
D = TypeVar("D")


@dataclass
class Target:
    """The record that a row means, if any, how it says so, and which it may mean besides.

    `is_open` is said where those that are called alike come into question, too.
    """

    ref: str = ""
    is_by_ref: bool = False
    matches: tuple[Match, ...] = ()
    is_open: bool = False


@dataclass
class Work(Generic[R, D]):
    """A row as it was understood: what it means, what stands there and what would, and all that is wrong."""

    values: Mapping[str, str]
    target: Target
    record: R | None
    old: D
    new: D
    changed: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, *faults: Invalid) -> None:
        """Note what is wrong, each thing once."""
        for fault in faults:
            problem = Problem(fault.field, str(fault))
            if problem.field not in {one.field for one in self.problems}:
                self.problems.append(problem)

    def differs(self, key: str, value: Any) -> bool:
        """Whether a value says something else than what stands; of a new record, whether it says anything."""
        return self.record is None or not cells.are_same(getattr(self.old, key), value)

    @property
    def outcome(self) -> Outcome:
        """What becomes of the row."""
        if self.problems:
            return Outcome.REFUSE
        if self.record is None:
            return Outcome.CREATE
        return Outcome.CHANGE if self.changed else Outcome.SAME
