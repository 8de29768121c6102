"""From ids to what the results page shows: records that the person may see, with the facts beside their titles.

Every kind is read in one statement, and all that is named beside them in another: a page of results may hold any
mixture, and costs the same whatever it holds.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload, with_polymorphic
from sqlalchemy.orm.attributes import set_committed_value

from actions.indicator_models import Indicator
from actions.models import Action
from kb.models.figure import Comparison, Figure
from kb.models.organisation import Organisation, Post
from kb.models.plan import Plan, Priority, PrioritySet, Response
from kb.models.record import Record
from kb.models.source import Implication, KeyPoint, Source
from kb.models.term import Language, Term
from kb.permissions import parent_is_visible, visible_to

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlalchemy.orm import Session

    from kb.permissions import Person

# What is read inside its source.
_INSIDE = KeyPoint | Implication | Figure
_MODELS = (
    *(Source, KeyPoint, Implication, Figure, Comparison, Response, Plan, Priority, PrioritySet),
    *(Action, Indicator, Organisation, Post, Term),
)
# What is named beside the title of each kind: the relationship, and the column that holds its id.
_BESIDE: dict[type[Record], tuple[str, str]] = {
    KeyPoint: ("source", "source_id"),
    Implication: ("source", "source_id"),
    Figure: ("source", "source_id"),
    PrioritySet: ("source", "source_id"),
    Priority: ("set", "set_id"),
    Action: ("owner", "owner_id"),
    Indicator: ("owner", "owner_id"),
    Post: ("organisation", "organisation_id"),
}


def load(session: Session, ids: Collection[int], person: Person) -> dict[int, tuple[Record, Record | None]]:
    """Each record that the person may see, with the record that it is read in; what is beside it only as far too."""
    found = {record.id: record for record in _read(session, ids, person, is_found=True)}
    named = {
        id
        for record in found.values()
        for column in (_column_beside(record),)
        if column and (id := getattr(record, column)) is not None
    }
    beside = {record.id: record for record in _read(session, named, person)} if named else {}
    for record in found.values():
        if type(record) in _BESIDE:
            name, column = _BESIDE[type(record)]
            set_committed_value(record, name, beside.get(getattr(record, column)))
    return {id: (record, _parent(record, beside)) for id, record in found.items()}


def _read(session: Session, ids: Iterable[int], person: Person, *, is_found: bool = False) -> Collection[Record]:
    """Records of any kind; those that are found come with what stands beside their titles, others are only named."""
    every = _every()
    query = select(every).where(every.id.in_(list(ids)), visible_to(person, every))
    if is_found:
        query = query.where(parent_is_visible(person))
        query = query.options(selectinload(every.Source.publishers), selectinload(every.Source.nations))
    records: Collection[Record] = session.scalars(query).all()
    return records


@cache
def _every() -> Any:
    """All kinds in one; made once, so that its statements are compiled once."""
    return with_polymorphic(Record, list(_MODELS))


def _column_beside(record: Record) -> str | None:
    if isinstance(record, Response):
        return "plan_id"
    return _BESIDE[type(record)][1] if type(record) in _BESIDE else None


def _parent(record: Record, beside: dict[int, Record]) -> Record | None:
    if isinstance(record, _INSIDE):
        return beside.get(record.source_id)
    return beside.get(record.plan_id or 0) if isinstance(record, Response) else None


def language_of(record: Record, parent: Record | None) -> str:
    """The language of a record's title: what a source says is in the language of its entry."""
    entry = parent if isinstance(record, KeyPoint | Implication) else record
    return entry.language if isinstance(entry, Source) else Language.ENGLISH
