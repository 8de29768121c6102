"""From ids to what the results page shows: records that the person may see, with the facts beside their titles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import joinedload, selectinload

from actions.indicator_models import Indicator
from actions.models import Action
from kb.models.figure import Comparison, Figure
from kb.models.organisation import Post
from kb.models.plan import Plan, Priority, PrioritySet, Response
from kb.models.record import Kind, Record
from kb.models.source import Implication, KeyPoint, Source
from kb.models.term import Term
from kb.permissions import SYSTEM, visible_to

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from kb.permissions import Person

# What is read inside its source.
_INSIDE = KeyPoint | Implication | Figure
# What the page shows of each kind beside its title; kinds that are not here show nothing more.
_LOADED: dict[Kind, tuple[Any, tuple[Any, ...]]] = {
    Kind.SOURCE: (Source, (selectinload(Source.publishers), selectinload(Source.nations))),
    Kind.KEY_POINT: (KeyPoint, (joinedload(KeyPoint.source),)),
    Kind.IMPLICATION: (Implication, (joinedload(Implication.source),)),
    Kind.RESPONSE: (Response, ()),
    Kind.PRIORITY: (Priority, (joinedload(Priority.set),)),
    Kind.ACTION: (Action, (joinedload(Action.owner),)),
    Kind.PRIORITY_SET: (PrioritySet, (joinedload(PrioritySet.source),)),
    Kind.FIGURE: (Figure, (joinedload(Figure.source),)),
    Kind.INDICATOR: (Indicator, (joinedload(Indicator.owner),)),
    Kind.COMPARISON: (Comparison, ()),
    Kind.POST: (Post, (joinedload(Post.organisation),)),
    Kind.TERM: (Term, (selectinload(Term.meanings),)),
}


def load(session: Session, ids: Collection[int], person: Person) -> dict[int, tuple[Record, Record | None]]:
    """Each record that the person may see, with the record that it is read in."""
    query = select(Record.id, Record.kind).where(Record.id.in_(ids), visible_to(person), parent_is_visible(person))
    kinds: dict[Kind, list[int]] = {}
    for record_id, kind in session.execute(query):
        kinds.setdefault(Kind(kind), []).append(record_id)
    found: dict[int, tuple[Record, Record | None]] = {}
    for kind, members in kinds.items():
        model, options = _LOADED.get(kind, (Record, ()))
        for record in session.scalars(select(model).where(model.id.in_(members)).options(*options)):
            found[record.id] = (record, record.source if isinstance(record, _INSIDE) else None)
    plans = {record.plan_id for record, _ in found.values() if isinstance(record, Response)}
    if plans:
        named = {plan.id: plan for plan in session.scalars(select(Plan).where(Plan.id.in_(plans)))}
        for key, (record, _) in found.items():
            if isinstance(record, Response):
                found[key] = (record, named.get(record.plan_id or 0))
    return found


def parent_is_visible(person: Person) -> ColumnElement[bool]:
    """What is read inside a source is found only by those who may see the source."""
    if person is SYSTEM:
        return true()
    # A record of its own in the subquery, not the one around it: `correlate(None)` keeps them apart.
    sources = select(Record.id).where(Record.kind == Kind.SOURCE, visible_to(person)).correlate(None)
    tables = (KeyPoint.__table__.c, Implication.__table__.c, Figure.__table__.c)
    return or_(
        Record.kind.not_in((Kind.KEY_POINT, Kind.IMPLICATION, Kind.FIGURE)),
        *(Record.id.in_(select(table.id).where(table.source_id.in_(sources))) for table in tables),
    )
