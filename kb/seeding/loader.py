"""Putting entries into the database: what is missing is made, what is there is left as it is."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from kb.models.figure import Figure
from kb.models.history import Change, Channel
from kb.models.link import Link, LinkType
from kb.models.organisation import Organisation
from kb.models.plan import Priority
from kb.models.record import Kind, Record, Theme
from kb.models.source import Implication, KeyPoint, Mention
from kb.removal.deleted import WITH_DELETED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from kb.seeding import entries as e

R = TypeVar("R", bound=Record)
# Records that stand in an order within something else: the columns of that and of the place.
ORDERED: dict[type[Record], tuple[Any, Any]] = {
    KeyPoint: (KeyPoint.source_id, KeyPoint.position),
    Implication: (Implication.source_id, Implication.position),
    Figure: (Figure.source_id, Figure.position),
    Priority: (Priority.set_id, Priority.position),
}


class Progress(Protocol):
    """Told how far a long piece of work has come."""

    def __call__(self, what: str, done: int, total: int) -> None: ...


@dataclass
class Report:
    """What a loading did: made by kind, already there, and left alone because a person has edited it."""

    made: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    left_alone: list[str] = field(default_factory=list)
    made_ids: set[int] = field(default_factory=set)


class Loader:
    """One loading in one session; holds what is known by ref, so that entries find each other.

    Deleted records are known too: what a person has deleted does not come back. Records are written in batches:
    `flush` gives them their numbers, and is called before anything points to them by number.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.report = Report()
        themes = selectinload(Record.themes)
        self.known: dict[tuple[str, str], Record] = {
            (record.kind, record.ref): record for record in self._all(select(Record).options(themes))
        }
        # What was merged into another is that other from then on.
        numbered = {record.id: record for record in self.known.values()}
        self.known = {name: numbered.get(record.merged_into_id or 0, record) for name, record in self.known.items()}
        self.links = {(link.type, link.from_id, link.to_id) for link in self._all(select(Link))}
        self.mentioned = set(self._all(select(Mention.source_id).distinct()))
        self.edited = set(
            self._all(select(Change.record_id).where(Change.channel != Channel.SEED, Change.person_id.is_not(None)))
        )
        self._fresh: list[Record] = []
        self._taken: dict[tuple[type[Record], int], set[int]] = defaultdict(set)
        for model, columns in ORDERED.items():
            for parent, position in session.execute(select(*columns), execution_options={WITH_DELETED: True}):
                self._taken[model, parent].add(position)

    def _all(self, query: Any) -> Iterable[Any]:
        return self.session.scalars(query, execution_options={WITH_DELETED: True})

    def record(self, kind: Kind, ref: str) -> Record:
        """The record that an entry names; refs were checked when the files were read."""
        return self.known[kind, ref]

    def id_of(self, kind: Kind, ref: str) -> int | None:
        """The number of the record that an entry names, or None where it names none."""
        return self.record(kind, ref).id if ref else None

    def found(self, model: type[R], kind: Kind, refs: Iterable[str]) -> list[R]:
        """The records of one kind that an entry names."""
        records = (self.record(kind, ref) for ref in refs)
        return [record for record in records if isinstance(record, model)]

    def missing(self, kind: Kind, ref: str) -> bool:
        """Whether there is no such record yet; notes the one that is there."""
        there = self.known.get((kind, ref))
        if there is None:
            return True
        self.report.kept[kind] += 1
        if there.id in self.edited:
            self.report.left_alone.append(f"{kind}:{ref}")
        return False

    def place(self, model: type[Record], parent_id: int, wanted: int | None = None) -> int:
        """The wanted place in the order within something else, or the one after the last if it is taken or open."""
        taken = self._taken[model, parent_id]
        position = wanted if wanted is not None and wanted not in taken else max(taken, default=0) + 1
        taken.add(position)
        return position

    def add(self, record: R, entry: e.Entry | None, *, document: str = "", line: int | None = None) -> R:
        """Make a record, with where it comes from; it has its number after the next flush."""
        record.document = (entry.document if entry else document) or None
        record.document_line = entry.line if entry else line
        self.session.add(record)
        self._fresh.append(record)
        self.known[record.kind, record.ref] = record
        self.report.made[record.kind] += 1
        return record

    def flush(self) -> None:
        """Write what was made since the last time, with the first line of each record's history."""
        self.session.flush()
        for record in self._fresh:
            self.session.add(
                Change(record_id=record.id, channel=Channel.SEED, field="record", new=record.title, reason="")
            )
            self.report.made_ids.add(record.id)
        self._fresh.clear()
        self.session.flush()

    def is_new(self, record: Record) -> bool:
        """Whether this loading made the record."""
        return record.id in self.report.made_ids

    def link(self, kind: LinkType, start: Record, end: Record, reason: str = "") -> None:
        """Make a link that is not there; one that a person retired stays retired."""
        if start.id == end.id or (kind, start.id, end.id) in self.links:
            return
        self.session.add(
            Link(type=kind, from_id=start.id, from_kind=start.kind, to_id=end.id, to_kind=end.kind, reason=reason)
        )
        self.links.add((kind, start.id, end.id))
        self.report.made["link"] += 1

    def themes(self, refs: Iterable[str]) -> list[Theme]:
        return self.found(Theme, Kind.THEME, refs)

    def organisations(self, refs: Iterable[str]) -> list[Organisation]:
        return self.found(Organisation, Kind.ORGANISATION, refs)
