"""The answer to one “what if” in plain values: what the page shows, the command prints, and a note keeps."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

SOURCE, ACTION, POST, ORGANISATION = "source", "action", "post", "organisation"


class What(StrEnum):
    """What happens to the records that a question is about."""

    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"
    DELAYED = "delayed"
    STOPPED = "stopped"
    LOST = "lost"


#: What may happen to a record of each kind; the first is meant where nothing is said.
OFFERED: dict[str, tuple[What, ...]] = {
    SOURCE: (What.SUPERSEDED, What.WITHDRAWN, What.ENDED, What.DELAYED),
    ACTION: (What.STOPPED, What.DELAYED),
    POST: (What.LOST,),
    ORGANISATION: (What.LOST,),
}


@dataclass(frozen=True, slots=True)
class Named:
    """One record as it was called on the day."""

    kind: str
    ref: str
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    """One record that is touched, with how many bear it now and which are left."""

    record: Named
    now: int
    kept: tuple[Named, ...]
    due: date | None

    @property
    def then(self) -> int:
        return len(self.kept)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One action that waits; `room` is how many days it is due after what it waits for in the end is expected.

    Where it is to start before it is due, and has not, `starts` says when, and `room` is counted from there.
    """

    record: Named
    needed: Named
    is_direct: bool
    due: date | None
    room: int | None
    starts: date | None = None


@dataclass(frozen=True, slots=True)
class Owned:
    """One record that would have no owner, and the post that owns it now."""

    record: Named
    post: Named
    due: date | None


@dataclass(frozen=True, slots=True)
class Helped:
    """One open action that an organisation contributes to and does not own, with who else contributes."""

    record: Named
    owner: Named | None
    others: tuple[Named, ...]
    due: date | None


@dataclass(frozen=True, slots=True)
class Carried:
    """One link of a source that the successor may take over, or has already."""

    start: Named
    end: Named
    reason: str
    is_there: bool


@dataclass(frozen=True, slots=True)
class Told:
    """The whole answer. The three figures are what is touched, what is kept and what is lost."""

    what: What
    chosen: tuple[Named, ...]
    by: Named | None
    plan: Named | None
    figures: tuple[int, int, int]
    sentence: str
    remarks: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    waits: tuple[Waiting, ...] = ()
    owned: tuple[Owned, ...] = ()
    carried: tuple[Carried, ...] = ()
    posts: tuple[Named, ...] = ()
    helped: tuple[Helped, ...] = ()

    @property
    def helps(self) -> tuple[int, int, int]:
        """How many actions lose a contributor, how many keep another one, and how many do not."""
        left = sum(not one.others for one in self.helped)
        return len(self.helped), len(self.helped) - left, left

    @property
    def basis(self) -> str:
        """The kind of the records that it is about."""
        return self.chosen[0].kind

    @property
    def is_about_waiting(self) -> bool:
        """Whether dates are all that is asked about: an action that comes later takes no support away."""
        return self.basis == ACTION and self.what == What.DELAYED

    @property
    def is_about_posts(self) -> bool:
        return self.basis in (POST, ORGANISATION)

    def named(self) -> frozenset[Named]:
        """Every record that the answer names."""
        ends = (each for one in self.carried for each in (one.start, one.end))
        rows = (each for row in self.rows for each in (row.record, *row.kept))
        waits = (each for one in self.waits for each in (one.record, one.needed))
        owned = (each for one in self.owned for each in (one.record, one.post))
        helped = (each for one in self.helped for each in (one.record, one.owner, *one.others) if each)
        alone = (one for one in (self.by, self.plan) if one)
        return frozenset((*self.chosen, *self.posts, *alone, *rows, *waits, *owned, *helped, *ends))

    def as_json(self) -> dict[str, Any]:
        """The answer as other programs read it."""
        return asdict(self)

    def dumped(self) -> tuple[str, str]:
        """The question and the answer as a note keeps them."""
        whole = self.as_json()
        asked = {name: whole.pop(name) for name in ("what", "chosen", "by", "plan")}
        return _text(asked), _text(whole)


def load(asked: str, answer: str) -> Told:
    """What a note keeps, as the answer that it was."""
    given, whole = json.loads(asked), json.loads(answer)
    return Told(
        what=What(given["what"]),
        chosen=_all(given["chosen"]),
        by=_named(given["by"]),
        plan=_named(given["plan"]),
        figures=(whole["figures"][0], whole["figures"][1], whole["figures"][2]),
        sentence=whole["sentence"],
        remarks=tuple(whole["remarks"]),
        rows=tuple(
            Row(Named(**one["record"]), one["now"], _all(one["kept"]), _day(one["due"])) for one in whole["rows"]
        ),
        waits=tuple(
            Waiting(
                Named(**one["record"]),
                Named(**one["needed"]),
                one["is_direct"],
                _day(one["due"]),
                one["room"],
                _day(one.get("starts")),
            )
            for one in whole["waits"]
        ),
        owned=tuple(Owned(Named(**one["record"]), Named(**one["post"]), _day(one["due"])) for one in whole["owned"]),
        carried=tuple(
            Carried(Named(**one["start"]), Named(**one["end"]), one["reason"], one["is_there"])
            for one in whole["carried"]
        ),
        posts=_all(whole["posts"]),
        helped=tuple(
            Helped(Named(**one["record"]), _named(one["owner"]), _all(one["others"]), _day(one["due"]))
            for one in whole.get("helped", [])
        ),
    )


def _text(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, default=str)


def _named(values: dict[str, str] | None) -> Named | None:
    return Named(**values) if values else None


def _all(listed: list[dict[str, str]]) -> tuple[Named, ...]:
    return tuple(Named(**values) for values in listed)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
