"""What a pack says, as plain values: frozen once as JSON, and read from it ever after.

Everything that is shown of a frozen pack comes from here, never from the tables, so that what changes after the freeze
does not change the pack. Each number has the records that it counts.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime

import msgspec

from actions.measures.picture import Picture

# Raised whenever a field is added or means something else; packs of older formats are still read.
FORMAT = 1
# Counts that are no reason to look at an action one by one.
NO_EXCEPTION = frozenset({"done", "verified", "confidence-rose", "silent"})


@dataclass(frozen=True)
class Named:
    """A record as it was called at the freeze; `kind` and `ref` lead to it as it is now."""

    kind: str
    ref: str
    title: str
    note: str = ""


@dataclass(frozen=True)
class Count:
    """One finding since the last meeting: how many, the change since then, and the numbers at earlier meetings.

    `trend` is oldest first and ends with this one; None stands for a meeting for which nothing was frozen. `note` says
    more in a few words ("2 also verified"); `records` are those that it counts.
    """

    key: str
    number: int
    note: str = ""
    trend: tuple[int | None, ...] = ()
    records: tuple[Named, ...] = ()

    @property
    def change(self) -> int | None:
        """How much more or less than at the meeting before; None where that is not known."""
        before = self.trend[-2] if len(self.trend) > 1 else None
        return None if before is None else self.number - before


@dataclass(frozen=True)
class Cover:
    """The cover sheet; see `Review` for its fields. `assurance` is a word of `AssuranceLevel`, or nothing."""

    purposes: tuple[str, ...] = ()
    assurance: str = ""
    assurance_reason: str = ""
    objective: str = ""
    risk: str = ""
    seen_before: str = ""
    equality: str = ""
    recommendation: str = ""
    summary: str = ""
    lead_director: str = ""
    prepared_by: str = ""


@dataclass(frozen=True)
class Wanted:
    """Something that the group is asked to decide, beginning with its verb.

    `request_id` and `ask_id` name the change request or the ask for support; neither means that `record` is an action
    that waits to be verified, or another matter.
    """

    verb: str
    words: str
    note: str
    record: Named
    request_id: int | None = None
    ask_id: int | None = None


@dataclass(frozen=True)
class ActionLine:
    """One action of the plan as it stood.

    `state` and `state_words` are its schedule ("overdue", "Overdue 24 days"); `confidence` and `closure` words of
    their enums. `moves` is how often its due date was moved. `reasons` are the keys of the counts that it is in.
    `is_late_answer` says that its answer came after the answers closed.
    """

    record: Named
    owner: str
    due_on: date | None
    first_due_on: date | None
    forecast_on: date | None
    state: str
    state_words: str
    confidence: str
    closure: str
    moves: int = 0
    said_on: date | None = None
    said: str = ""
    reasons: tuple[str, ...] = ()
    is_late_answer: bool = False

    @property
    def is_exception(self) -> bool:
        """Whether something about it calls for a look; silence alone is told by owner, and what is done is done."""
        return any(key not in NO_EXCEPTION for key in self.reasons)


@dataclass(frozen=True)
class Read:
    """One reading of an indicator in the table beside its chart; `words` say what it is, if special."""

    ends_on: date
    value: float
    words: str = ""


@dataclass(frozen=True)
class IndicatorLine:
    """One row of the scorecard with its chart as it was drawn; `variation` and `assurance` are the icons' words.

    `said` is what the chart shows in a sentence; `chart` is None where there are too few readings for a line.
    """

    record: Named
    perspective: str
    unit: str
    latest: float | None
    latest_on: date | None
    target: float | None
    target_words: str
    variation: str
    variation_words: str
    assurance: str
    assurance_words: str
    mean: float | None
    lower: float | None
    upper: float | None
    said: str
    readings: tuple[Read, ...] = ()
    chart: Picture | None = None
    is_high: bool = False  # which way the last special reading lies, for the icon
    has_moved: bool = False
    is_demonstration: bool = False


@dataclass(frozen=True)
class Gap:
    """One kind of gap in the thread, with what it was found on."""

    key: str
    words: str
    records: tuple[Named, ...]


@dataclass(frozen=True)
class Silent:
    """A post that said nothing about these actions since the request."""

    post: Named
    actions: tuple[Named, ...]
    last_said_on: date | None


@dataclass(frozen=True)
class Carried:
    """An action that a decision of an earlier meeting became, or a matter that one deferred."""

    decided_on: date
    matter: str
    record: Named | None
    owner: str
    due_on: date | None
    state_words: str
    closure: str


@dataclass(frozen=True)
class Pack:
    """All that is on the table at one meeting.

    `number` names the snapshot ("mh-wales-2026-12-07"). `since` is the day of the meeting before, None at the first.
    `asked` and `answered` count the owners.
    """

    number: str
    plan: Named
    meets_on: date
    place: str
    since: date | None
    frozen_at: datetime
    frozen_by: str
    closes_on: date
    cover: Cover
    asked: int
    answered: int
    counts: tuple[Count, ...] = ()
    wanted: tuple[Wanted, ...] = ()
    actions: tuple[ActionLine, ...] = ()
    indicators: tuple[IndicatorLine, ...] = ()
    gaps: tuple[Gap, ...] = ()
    silent: tuple[Silent, ...] = ()
    sources: tuple[Named, ...] = ()
    carried: tuple[Carried, ...] = ()
    is_demonstration: bool = False
    format: int = field(default=FORMAT)

    def count(self, key: str) -> Count | None:
        """One of the counts, None where there is none of this key."""
        return next((one for one in self.counts if one.key == key), None)

    @property
    def exceptions(self) -> list[ActionLine]:
        """The actions that the group has to look at, in the order of the pack."""
        return [line for line in self.actions if line.is_exception]

    @property
    def others(self) -> list[ActionLine]:
        """All other actions."""
        return [line for line in self.actions if not line.is_exception]

    @property
    def has_trend(self) -> bool:
        """Whether the numbers of any earlier meeting are known."""
        return any(one.change is not None or len(one.trend) > 1 for one in self.counts)


def encode(pack: Pack) -> bytes:
    """The snapshot as JSON, the same bytes for the same pack."""
    return msgspec.json.encode(pack, order="deterministic")


def decode(content: bytes) -> Pack:
    """The pack of a snapshot; raises `msgspec.ValidationError` where it is none."""
    return msgspec.json.decode(content, type=Pack)


def digest_of(content: bytes) -> str:
    """The SHA-256 of a snapshot or of a file, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
