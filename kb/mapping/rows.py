"""What the mapping of a source says, row by row: read from the records, filled in on the page, and compared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True)
class PointRow:
    """A key point; `number` is its row in the form, by which implications cite it, new ones too."""

    number: int
    ref: str = ""
    text: str = ""
    kind: str = "point"
    place: str = ""
    promised_by: str = ""
    promised_for: str = ""
    measured_by: str = ""
    site: str = ""
    aspect: str = ""
    is_removed: bool = False

    @property
    def field(self) -> str:
        """How its fields in the form begin."""
        return f"key_points-{self.number}"


@dataclass(frozen=True)
class ImplicationRow:
    """An implication, the rows of key points that it rests on, and the priorities of one plan that it calls for."""

    number: int
    ref: str = ""
    text: str = ""
    kind: str = ""
    horizon: str = ""
    cites: tuple[int, ...] = ()
    staff_groups: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    reason: str = ""
    is_doubted: bool = False  # its links are to be looked at again
    is_removed: bool = False

    @property
    def field(self) -> str:
        """How its fields in the form begin."""
        return f"implications-{self.number}"


@dataclass(frozen=True)
class LinkRow:
    """An action or a priority that the plan's answer leads to, and why."""

    field: str
    ref: str
    reason: str = ""
    is_removed: bool = False


@dataclass(frozen=True)
class ResponseRow:
    """How the plan answers the source."""

    type: str = ""
    text: str = ""
    owner: str = ""
    review_by: date | None = None
    actions: tuple[LinkRow, ...] = ()
    priorities: tuple[LinkRow, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not any((self.type, self.text, self.owner, self.review_by, self.actions, self.priorities))


@dataclass(frozen=True)
class Mapping:
    """All that the page of one source and one plan holds; without a response where the person may not change it."""

    key_points: tuple[PointRow, ...] = ()
    implications: tuple[ImplicationRow, ...] = ()
    response: ResponseRow | None = None

    def without_response(self) -> Mapping:
        """The part that any lead may change."""
        return replace(self, response=None)
