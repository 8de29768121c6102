"""The records that rows of a file may mean: found by ref and by name, and read whole some hundred at a time."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from rapidfuzz import utils

from kb.importing.kinds.named import key_of
from kb.importing.proposals import Match
from kb.models.record import Record
from kb.removal import likeness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

R = TypeVar("R", bound=Record)
MOST_AT_ONCE = 500
# A word that so many names have tells nothing; names are compared only when they share one that tells more.
MOST_WITH_WORD = 60
MOST_COMPARED = 300
_NUMBERS = re.compile(r"\d+")


class Named(NamedTuple):
    """A name of a record as names are compared, and the numbers in it."""

    ref: str
    name: str
    numbers: tuple[str, ...]

    @classmethod
    def of(cls, ref: str, name: str) -> Named:
        compared = utils.default_process(name)
        return cls(ref, compared, tuple(_NUMBERS.findall(compared)))

    def may_be(self, other: Named) -> bool:
        """Whether neither name has a number that the other contradicts: another year or volume is another thing."""
        return not (self.numbers and other.numbers) or self.numbers == other.numbers


@dataclass
class Roster(Generic[R]):
    """The records of one kind that the person may see; `fetch` reads those of some ids with all that details need.

    One row asks for one record and ten thousand ask for nearly all, so each time that one is missing twice as many are
    read along with it.
    """

    fetch: Callable[[Sequence[int]], Iterable[R]]
    titles: dict[str, str] = field(default_factory=dict)
    _ids: dict[str, int] = field(default_factory=dict)
    _refs: dict[int, str] = field(default_factory=dict)
    _by_name: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _by_word: dict[str, list[Named]] = field(default_factory=lambda: defaultdict(list))
    _not_split: list[tuple[str, str]] = field(default_factory=list)
    _made: dict[str, R] = field(default_factory=dict)
    _read: dict[int, R] = field(default_factory=dict)
    _at_once: int = 1

    def add(self, record_id: int, ref: str, title: str, names: Iterable[str] = ()) -> None:
        """Let a record be found."""
        self._ids[ref], self._refs[record_id], self.titles[ref] = record_id, ref, title
        self.call(ref, title, *names)

    def call(self, ref: str, *names: str) -> None:
        """Let a record be found by these names too."""
        for name in names:
            refs = self._by_name[key_of(name)]
            if ref not in refs:
                refs.append(ref)
            self._not_split.append((ref, name))

    def add_made(self, record: R) -> None:
        """Let a record be found that may not be saved yet."""
        self._made[record.ref], self.titles[record.ref] = record, record.title
        self.call(record.ref, record.title)

    def knows(self, ref: str) -> bool:
        """Whether there is a record of this ref."""
        return ref in self.titles

    def called(self, name: str) -> list[str]:
        """The refs of the records of exactly this name."""
        return self._by_name.get(key_of(name), []) if name.strip() else []

    def get(self, ref: str) -> R:
        """The record of a ref that is known."""
        if (made := self._made.get(ref)) is not None:
            return made
        wanted = self._ids[ref]
        if wanted not in self._read:
            others = (one for one in self._refs if one not in self._read and one != wanted)
            ids = [wanted, *(one for one, _ in zip(others, range(self._at_once - 1), strict=False))]
            self._at_once = min(2 * self._at_once, MOST_AT_ONCE)
            self._read |= {record.id: record for record in self.fetch(ids)}
        return self._read[wanted]

    def forget(self) -> None:
        """Read every record anew when it is asked for: what was read may have been undone."""
        self._read.clear()
        for ref, record in self._made.items():
            self._ids[ref], self._refs[record.id] = record.id, ref
        self._made.clear()

    def like(self, name: str) -> tuple[Match, ...]:
        """The records with a name near this one, the nearest first."""
        self._split()
        wanted = Named.of("", name)
        scores: dict[str, float] = {}
        for other in self._worth_comparing(wanted):
            score = likeness.nearness(wanted.name, other.name, score_cutoff=likeness.NEAR_ENOUGH)
            if score >= likeness.NEAR_ENOUGH:
                scores[other.ref] = max(score, scores.get(other.ref, 0))
        nearest = sorted(scores, key=lambda ref: (-scores[ref], ref))[: likeness.MOST_SHOWN]
        return tuple(Match(ref, self.titles[ref], round(scores[ref])) for ref in nearest)

    def _split(self) -> None:
        """Keep the names by their words; only who asks for names that are alike needs those."""
        for ref, name in self._not_split:
            named = Named.of(ref, name)
            for word in set(named.name.split()):
                self._by_word[word].append(named)
        self._not_split.clear()

    def _worth_comparing(self, wanted: Named) -> list[Named]:
        """The names that share a telling word with this one, those with the rarest first."""
        words = sorted((word for word in set(wanted.name.split()) if word in self._by_word), key=self._number_with)
        found: dict[Named, None] = {}
        for word in words:
            if found and (self._number_with(word) > MOST_WITH_WORD or len(found) >= MOST_COMPARED):
                break
            found |= dict.fromkeys(one for one in self._by_word[word][:MOST_COMPARED] if one.may_be(wanted))
        return list(found)

    def _number_with(self, word: str) -> int:
        return len(self._by_word[word])
