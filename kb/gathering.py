"""Saving many new records at once, as imports do: one flush for all of them, and what each of them asks is read once.

Services stay as they are for one record. Within `gathered` a new record has no id until the next flush: one that the
session does by itself before a query, or the one at the end. A service whose queries need not see the records that
wait says so with `no_autoflush`.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import select

from kb.models.record import Kind, Record
from kb.permissions import Person, visible_to

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterator, Sequence

    from sqlalchemy.orm import Session
    from sqlalchemy.orm.interfaces import ORMOption

R = TypeVar("R", bound=Record)
# After so many questions of one sort the answers to all that may follow are read, or at most so many.
FEW_QUESTIONS, MOST_READ = 10, 2_000
_GATHERED = "kb.gathering"


@dataclass(frozen=True)
class _Gathered:
    """For whom records are gathered, what was found for them, which refs are taken, and how often each was asked."""

    by: Person
    found: dict[Hashable, Any] = field(default_factory=dict)
    refs: dict[Kind, set[str]] = field(default_factory=dict)
    questions: Counter[Hashable] = field(default_factory=Counter)

    def is_last_of_few(self, question: Hashable) -> bool:
        """Whether this is asked for the last time by itself."""
        self.questions[question] += 1
        return self.questions[question] == FEW_QUESTIONS


@contextmanager
def gathered(session: Session, by: Person) -> Iterator[None]:
    """Let what one person makes, in one transaction, wait for one flush."""
    session.info[_GATHERED] = _Gathered(by)
    try:
        yield
        session.flush()
    finally:
        del session.info[_GATHERED]


def save(session: Session) -> None:
    """Flush, so that a new record has its id, unless many are gathered."""
    if _GATHERED not in session.info:
        session.flush()


def named(session: Session, model: type[R], refs: Collection[str], by: Person, *options: ORMOption) -> list[R]:
    """The records of these refs that the person may see, by title."""
    gathered: _Gathered | None = session.info.get(_GATHERED)
    is_kept = gathered is not None and gathered.by is by
    # What was read with other options has not the same relationships loaded.
    sort = model, len(options)
    known = gathered.found if gathered is not None and is_kept else {}
    if missing := {ref for ref in refs if (*sort, ref) not in known}:
        query = select(model).where(visible_to(by)).options(*options)
        found = list(session.scalars(query.where(model.ref.in_(missing))))
        if gathered is not None and is_kept and gathered.is_last_of_few(sort):
            found += session.scalars(query.limit(MOST_READ))
        known.update({(*sort, record.ref): record for record in found})
    return sorted((known[*sort, ref] for ref in {*refs} if (*sort, ref) in known), key=lambda record: record.title)


def taken(session: Session, kind: Kind, refs: Sequence[str]) -> set[str]:
    """Those of these refs that records of a kind bear, waiting or deleted ones too; it may hold other refs besides.

    What the caller gives to a record it adds to the answer, since the next may be asked of the same.
    """
    gathered: _Gathered | None = session.info.get(_GATHERED)
    if gathered is not None and kind in gathered.refs:
        return gathered.refs[kind]
    borne = select(Record.ref).where(Record.kind == kind).execution_options(with_deleted=True)
    is_often = gathered is not None and gathered.is_last_of_few(kind)
    # Each by itself, since an index finds those that are equal, and not those that begin alike.
    found = set(session.scalars(borne if is_often else borne.where(Record.ref.in_(refs))))
    found |= {one.ref for one in session.new if isinstance(one, Record) and one.kind == kind}
    if gathered is not None and is_often:
        gathered.refs[kind] = found
    return found
