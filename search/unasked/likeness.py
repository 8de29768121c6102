"""More like this: records that speak of the same things as one record, as far as a person may see them."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select, union

from kb.errors import NotFound
from kb.models.figure import Figure, comparison_figure
from kb.models.link import Link, LinkState
from kb.models.organisation import Post
from kb.models.plan import Priority, PrioritySet, ResponseSource
from kb.models.record import Kind, Record
from kb.models.source import Implication, KeyPoint
from kb.permissions import parent_is_visible, visible_to
from search.answers import access
from search.errors import IndexUnusable
from search.index import snapshot
from search.index.nearness import Near, near

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from kb.config import Settings
    from kb.permissions import Person
    from search.index.snapshot import Snapshot

FIRST, MOST = 5, 50
# Of several records that stand in one source, the nearest few speak for the others.
MOST_OF_A_PARENT = 2
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Alike:
    """A record that is like another, and why: the themes that both are filed under, and words that both use."""

    kind: str
    ref: str
    title: str
    themes: tuple[str, ...]
    words: tuple[str, ...]


def get(session: Session, kind: Kind, ref: str, *, person: Person) -> Record:
    """A record of any kind; NotFound also where the person may not see what it stands in."""
    named = select(Record).where(Record.kind == kind, Record.ref == ref)
    record = session.scalars(named.where(visible_to(person), parent_is_visible(person))).one_or_none()
    if record is None:
        raise NotFound(kind.replace("_", " "), ref)
    return record


def like(
    session: Session, settings: Settings, person: Person, record: Record, *, most: int = FIRST
) -> tuple[Alike, ...]:
    """Those with most in common first; none while the index cannot be asked.

    What the record is made of, what it stands in and what it is linked with are left out: its page shows them already.
    """
    try:
        held = snapshot.current(settings.index_dir)
        # Some are left out below, so more are asked for.
        found = near(held, record.id, record.title, access.marks_of(person), most=4 * most)
    except IndexUnusable as error:
        log.info("Finding nothing alike: %s", error)
        return ()
    if not found:
        return ()
    rows, themes = _seen(session, held, person, record, found)
    parents: Counter[str] = Counter()
    alike = []
    for each in found:
        if each.id not in rows:
            continue
        parents[each.parent] += bool(each.parent)
        if parents[each.parent] <= MOST_OF_A_PARENT:
            shared = tuple(themes[ref] for ref in each.themes if ref in themes)
            alike.append(Alike(*rows[each.id], shared, each.words))
    return tuple(alike[:most])


def _seen(
    session: Session, held: Snapshot, person: Person, record: Record, found: list[Near]
) -> tuple[dict[int, tuple[str, str, str]], dict[str, str]]:
    """Kind, ref and title of those that the person may see and that do not belong to the record; titles of themes."""
    themes = {ref for each in found for ref in each.themes}
    candidates = (Record.id.in_([each.id for each in found]), Record.id.not_in(union(*_related(record))))
    asked = select(Record.id, Record.kind, Record.ref, Record.title).where(
        access.is_ours(held),
        visible_to(person),
        parent_is_visible(person),
        or_(and_(*candidates), and_(Record.kind == Kind.THEME, Record.ref.in_(themes))),
    )
    rows, titles = {}, {}
    ids = {each.id for each in found}
    for record_id, kind, ref, title in session.execute(asked):
        if kind == Kind.THEME and ref in themes:
            titles[ref] = title
        if record_id in ids:
            rows[record_id] = (kind, ref, title)
    return rows, titles


def _related(record: Record) -> list[Select[Any]]:
    """The ids of what a record is linked with, of what it is made of, and of what it stands in."""
    me = record.id
    stands = Link.state != LinkState.RETIRED
    linked = [
        select(Link.to_id).where(Link.from_id == me, stands),
        select(Link.from_id).where(Link.to_id == me, stands),
    ]
    return linked + _belonging(record, me)


def _belonging(record: Record, me: int) -> list[Select[Any]]:
    answering, comparing = ResponseSource, comparison_figure.c
    match record.kind:
        case Kind.SOURCE:
            parts = [
                select(each.id).where(each.source_id == me) for each in (KeyPoint, Implication, Figure, PrioritySet)
            ]
            return [*parts, select(answering.response_id).where(answering.source_id == me)]
        case Kind.KEY_POINT | Kind.IMPLICATION | Kind.FIGURE:
            around = [select(each.source_id).where(each.id == me) for each in (KeyPoint, Implication, Figure)]
            return [*around, select(comparing.comparison_id).where(comparing.figure_id == me)]
        case Kind.RESPONSE:
            return [select(answering.source_id).where(answering.response_id == me)]
        case Kind.PLAN:
            return [select(Record.id).where(Record.plan_id == me)]
        case Kind.PRIORITY_SET:
            of = select(PrioritySet.source_id).where(PrioritySet.id == me, PrioritySet.source_id.is_not(None))
            return [select(Priority.id).where(Priority.set_id == me), of]
        case Kind.PRIORITY:
            return [select(Priority.set_id).where(Priority.id == me)]
        case Kind.ORGANISATION:
            return [select(Post.id).where(Post.organisation_id == me)]
        case Kind.POST:
            return [select(Post.organisation_id).where(Post.id == me)]
        case Kind.COMPARISON:
            return [select(comparing.figure_id).where(comparing.comparison_id == me)]
        case _:
            return []
