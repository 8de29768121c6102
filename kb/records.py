"""Finding records by their refs, whatever their kind; the checks that every change of a record shares."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import func, select

from kb import gathering
from kb.errors import Conflict, Invalid, NotFound
from kb.models.record import Kind, Record
from kb.permissions import Person, visible_to
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session
    from sqlalchemy.orm.interfaces import ORMOption

    from kb.models.figure import Figure
    from kb.models.source import Implication, KeyPoint, Source

R = TypeVar("R", bound=Record)
LONGEST_REF = 80
# As many refs are tried at once, and as many at most where all of those are taken.
FEW_REFS, MOST_REFS = 4, 500
# The word for each kind in addresses: /sources/t4mh-strategy
KIND_IN_ADDRESS: dict[Kind, str] = {
    Kind.SOURCE: "sources",
    Kind.KEY_POINT: "key-points",
    Kind.IMPLICATION: "implications",
    Kind.RESPONSE: "responses",
    Kind.PLAN: "plans",
    Kind.PRIORITY: "priorities",
    Kind.ACTION: "actions",
    Kind.THEME: "themes",
    Kind.TERM: "glossary",
    Kind.ORGANISATION: "organisations",
    Kind.POST: "posts",
    Kind.PRIORITY_SET: "priority-sets",
    Kind.STAFF_GROUP: "staff-groups",
    Kind.FIGURE: "figures",
    Kind.COMPARISON: "comparisons",
    Kind.INDICATOR: "indicators",
}


def get(session: Session, model: type[R], ref: str, *, person: Person, options: Sequence[ORMOption] = ()) -> R:
    """The record of this model and ref, or NotFound, also where the person may not see it."""
    query = select(model).where(model.ref == ref, visible_to(person)).options(*options)
    record = session.scalars(query).unique().one_or_none()
    if record is None:
        raise NotFound(str(model.__mapper_args__.get("polymorphic_identity", "record")).replace("_", " "), ref)
    return record


def get_any(session: Session, name: str, *, person: Person) -> Record:
    """The record that `kind:ref` or a bare ref names; a bare ref means the source, else the only record of that name.

    Raises NotFound, and Invalid when several records bear the name.
    """
    kind, _, ref = name.rpartition(":")
    query = select(Record).where(Record.ref == ref, visible_to(person))
    if kind:
        query = query.where(Record.kind == kind.replace("-", "_"))
    found = session.scalars(query).all()
    sources = [record for record in found if record.kind == Kind.SOURCE]
    if len(sources) == 1:
        return sources[0]
    if len(found) > 1:
        kinds = ", ".join(f"{record.kind}:{ref}" for record in found)
        raise Invalid("ref", gettext("Several records are called “%(ref)s”: %(kinds)s", ref=ref, kinds=kinds))
    if not found:
        raise NotFound(kind or "record", ref)
    return found[0]


def list_all(session: Session, model: type[R], *, person: Person) -> Sequence[R]:
    """Every record of a model that the person may see, by title: what a form offers to choose from."""
    return session.scalars(select(model).where(visible_to(person)).order_by(model.title, model.id)).all()


def list_by_ids(session: Session, ids: Iterable[int], *, person: Person) -> dict[int, Record]:
    """The records with these ids that the person may see, without the tables of their kinds."""
    query = select(Record).where(Record.id.in_(list(ids)), visible_to(person))
    return {record.id: record for record in session.scalars(query)}


def check_version(
    record: Record,
    version: int,
    *,
    theirs: dict[str, str],
    chosen: dict[str, list[str]] | None = None,
    saved_by: str = "",
) -> None:
    """Raise Conflict, with what stands now, when the record moved on since the person opened it."""
    if record.version != version:
        raise Conflict(
            gettext("“%(title)s” was saved while you were writing.", title=record.title),
            theirs=theirs,
            chosen=chosen,
            saved_by=saved_by,
            version=record.version,
        )


def last_position(session: Session, model: type[KeyPoint | Implication | Figure], source: Source) -> int:
    """The last place among a source's parts of one kind, deleted ones too, since they keep theirs; 0 without any."""
    places = select(func.max(model.position)).where(model.source_id == source.id)
    return session.scalar(places.execution_options(with_deleted=True)) or 0


def new_ref(session: Session, kind: Kind, title: str) -> str:
    """A ref made of the title's words that no record of the kind bears yet."""
    # /sources/new is the form, so no ref may be that word.
    words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:LONGEST_REF].strip("-") or kind.value
    first, most = 1, FEW_REFS
    while True:
        wanted = [words if number == 1 else f"{words}-{number}" for number in range(first, first + most)]
        # Nor one that a deleted record bears: refs are never used again.
        taken = gathering.taken(session, kind, wanted)
        if free := next((ref for ref in wanted if ref != "new" and ref not in taken), ""):
            taken.add(free)
            return free
        first, most = first + most, min(2 * most, MOST_REFS)
