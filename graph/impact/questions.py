"""What a “what if” is about: finding the records, and putting the parts of a question together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from graph.impact.told import OFFERED, SOURCE, What
from kb.errors import Invalid
from kb.models.record import Kind, Record
from kb.narrowing import LONGEST_WORDS, is_called
from kb.permissions import Person, visible_to
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy.orm import Session

    from kb.models.plan import Plan

MOST_CHOSEN, MOST_FOUND = 20, 12
KINDS = tuple(Kind(kind) for kind in OFFERED)


@dataclass(frozen=True, slots=True)
class Question:
    """The records, all of one kind, what happens to them, what takes their place, and the plan that is meant."""

    chosen: Sequence[Record]
    what: What
    by: Record | None = None
    plan: Plan | None = None


def put(chosen: Sequence[Record], what: str = "", by: Record | None = None, plan: Plan | None = None) -> Question:
    """The question, or Invalid where its parts do not go together; what cannot happen is read as the usual."""
    kinds = {record.kind for record in chosen}
    if len(kinds) != 1:
        raise Invalid("ref", gettext("Choose records of one kind: sources, or actions, or posts, or organisations"))
    offered = OFFERED[kinds.pop()]
    meant = next((each for each in offered if each == what), offered[0])
    if meant != What.SUPERSEDED:
        by = None
    if by is not None and by.kind != SOURCE:
        raise Invalid("by", gettext("Only a source can take the place of a source"))
    if by is not None and by.id in {record.id for record in chosen}:
        raise Invalid("by", gettext("A source cannot take its own place"))
    return Question(chosen, meant, by, plan)


def named(session: Session, names: Iterable[str], person: Person) -> tuple[list[Record], list[str]]:
    """The records that `kind:ref` or bare refs name, in their order, and the names of none that the person may see.

    A bare ref means the source of that name, else the action, the post, the organisation.
    """
    given = dict.fromkeys(name.strip()[:LONGEST_WORDS] for name in names)
    wanted = [name for name in given if name][:MOST_CHOSEN]
    if not wanted:
        return [], []
    refs = {name.rpartition(":")[2] for name in wanted}
    query = select(Record).where(Record.ref.in_(refs), Record.kind.in_(KINDS), visible_to(person))
    by_name: dict[str, Record] = {}
    for record in sorted(session.scalars(query), key=lambda record: KINDS.index(Kind(record.kind))):
        by_name[f"{record.kind}:{record.ref}"] = record
        by_name.setdefault(record.ref, record)
    found = {by_name[name].id: by_name[name] for name in wanted if name in by_name}
    return list(found.values()), [name for name in wanted if name not in by_name]


def find(session: Session, words: str, person: Person, *, kinds: Collection[Kind] = KINDS) -> list[Record]:
    """Records that a question may be about, by words of the title or another name, or by ref; the first few."""
    given = words.strip()[:LONGEST_WORDS]
    if not given:
        return []
    query = select(Record).where(Record.kind.in_(kinds), visible_to(person))
    exact = session.scalars(query.where(Record.ref == given.rpartition(":")[2])).all()
    return list(exact) or list(
        session.scalars(query.where(*is_called(given)).order_by(Record.title, Record.id).limit(MOST_FOUND))
    )
