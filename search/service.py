"""Finding records: the index answers, the database decides who sees what, and SQL stands in while the index mends.

The index is kept in step by `catch_up`, `ensure` and `rebuild`, which live in `search.upkeep`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from kb.models.record import Record
from kb.models.term import Meaning, Term
from kb.models.user import Role
from kb.permissions import SYSTEM, Capability, Person, visible_to
from kb.words import gettext
from search import fallback, hydrating, suggest
from search.document import EVERYONE
from search.errors import IndexUnusable
from search.excerpts import Sought, excerpt_of, marked
from search.index import pointer as pointers
from search.index import ranking, snapshot
from search.index.analysis import normal
from search.index.expanding import Glossary
from search.index.narrowing import allowed_to
from search.index.ordering import Order
from search.index.ranking import Ranked
from search.query import NO_FILTERS, Filters, filters_from, parse
from search.results import Hit, Results, as_json
from search.upkeep import catch_up, differences, ensure, mark_of, rebuild, waiting

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.config import Settings
    from search.index.snapshot import Snapshot

__all__ = ("as_json", "catch_up", "differences", "ensure", "find", "rebuild", "titles_of", "waiting")

PER_PAGE = 25
MOST_PER_PAGE = 100
SHORTEST_ACRONYM = 2
# Fields whose values are lists of ours: a value that nothing bears gives an empty list, not a note.
_CLOSED_FIELDS = frozenset({"kind", "nation", "category", "status"})
log = logging.getLogger(__name__)


def find(
    session: Session,
    settings: Settings,
    person: Person,
    question: str,
    filters: Filters | Mapping[str, Iterable[str]] = NO_FILTERS,
    *,
    page: int = 1,
    limit: int = PER_PAGE,
    most: int = MOST_PER_PAGE,
    order: Order = Order.BEST,
    only_my_words: bool = False,
    as_written: bool = False,
) -> Results:
    """The records that answer a question, as far as the person may see them.

    `only_my_words` leaves out what acronyms stand for; `as_written` leaves misspelt words as they are. A page has at
    most `most` hits.
    """
    query = parse(question)
    given, ignored = (filters, ()) if isinstance(filters, Filters) else filters_from(filters)
    limit = max(1, min(limit, most))
    asked = Results(query.text, query, given.and_also(query.filters), order, notes=(*query.notes, *ignored))
    if not query.terms and not asked.filters:
        if query.text:
            only_small = gettext(
                "Every word of the question is too common to search for. Add one that names the subject."
            )
            return replace(asked, notes=(*asked.notes, only_small))
        return asked
    offset = (max(1, page) - 1) * limit
    glossary = Glossary() if only_my_words else _glossary(session, person)
    try:
        held = snapshot.current(settings.index_dir)
        if mark_of(session) not in (held.pointer.mark, held.pointer.previous):
            raise IndexUnusable("The search index is not of this database")
        return _from_index(session, held, person, asked, glossary, offset, limit, as_written=as_written)
    except IndexUnusable as error:
        log.warning("Searching without the index: %s", error)
        return _from_database(session, settings, person, asked, offset, limit)


def titles_of(session: Session, person: Person, refs: Iterable[str]) -> dict[tuple[str, str], str]:
    """The titles behind the refs that filters hold, by the filter's name and the ref."""
    fields = {"theme": "theme", "plan": "plan", "organisation": "publisher", "post": "owner"}
    query = select(Record.kind, Record.ref, Record.title).where(
        Record.kind.in_(fields), Record.ref.in_(list(refs)), visible_to(person)
    )
    return {(fields[kind], ref): title for kind, ref, title in session.execute(query)}


def _from_index(
    session: Session,
    held: Snapshot,
    person: Person,
    asked: Results,
    glossary: Glossary,
    offset: int,
    limit: int,
    *,
    as_written: bool,
) -> Results:
    readers = _marks_of(person)
    filters, notes = _known_filters(held, asked.filters)
    asked = replace(asked, filters=filters, notes=(*asked.notes, *notes))
    allowed = allowed_to(held, readers)
    better = suggest.corrected(held, asked.query, allowed, glossary)
    query = asked.query
    if better and not as_written:
        query = parse(better)
    ranked = ranking.answer(held, query, filters, readers, glossary=glossary, order=asked.order)
    return replace(
        asked,
        total=len(ranked.places),
        hits=_hits(session, held, person, ranked, offset, limit),
        facets=ranked.facets,
        did_you_mean=better,
        is_corrected=query is not asked.query,
        also_searched=ranked.also_searched,
    )


def _hits(session: Session, held: Snapshot, person: Person, ranked: Ranked, offset: int, limit: int) -> tuple[Hit, ...]:
    """One page of hits. The database is asked again who may see them, since the index may be a moment behind."""
    places = ranked.places[offset : offset + limit]
    scores = ranked.scores[offset : offset + limit]
    kept = [held.kept(int(place)) for place in places]
    records = hydrating.load(session, [each["id"] for each in kept], person)
    sought = _sought(ranked.sought)
    hits = []
    for each, score in zip(kept, scores, strict=True):
        if each["id"] in records:
            record, parent = records[each["id"]]
            excerpt = excerpt_of(each, sought)
            hits.append(Hit(record, float(score), marked(record.title, sought), excerpt, parent))
    return tuple(hits)


def _from_database(
    session: Session, settings: Settings, person: Person, asked: Results, offset: int, limit: int
) -> Results:
    total, ids, counts = fallback.find(session, person, asked.query, asked.filters, offset=offset, limit=limit)
    records = hydrating.load(session, ids, person)
    sought = _sought(tuple(normal(word) for word in term.words) for term in asked.query.wanted)
    hits = tuple(
        Hit(records[each][0], 0.0, marked(records[each][0].title, sought), None, records[each][1])
        for each in ids
        if each in records
    )
    return replace(
        asked,
        total=total,
        hits=hits,
        facets={"kind": counts},
        is_fallback=True,
        percent_rebuilt=pointers.read_progress(settings.index_dir),
    )


def _sought(rows: Iterable[tuple[str, ...]]) -> Sought:
    every = frozenset(rows)
    return Sought(frozenset(row[0] for row in every if len(row) == 1), frozenset(row for row in every if len(row) > 1))


def _marks_of(person: Person) -> frozenset[str] | None:
    """The marks that `search.document.readers_of` gives records, as far as this person may read them."""
    if person is SYSTEM:
        return None
    if not person.may(Capability.READ):
        return frozenset()
    if not person.is_signed_in:
        return frozenset({EVERYONE})
    marks = {EVERYONE, f"author-{person.user_id}"}
    plans = person.plans_with(Role.LEAD, Role.STEERING)
    if plans:
        marks |= {"shared", *(f"plan-{plan_id}" for plan_id in plans)}
    return frozenset(marks)


def _glossary(session: Session, person: Person) -> Glossary:
    """Acronyms with their meanings, as plain data."""
    query = (
        select(Term.title, Meaning.expansion)
        .join(Meaning, Meaning.term_id == Term.id)
        .where(visible_to(person))
        .order_by(Term.title, Meaning.position)
    )
    meanings: dict[str, list[str]] = {}
    for acronym, expansion in session.execute(query):
        if len(acronym) >= SHORTEST_ACRONYM and acronym == acronym.upper():
            meanings.setdefault(acronym, []).append(expansion)
    return Glossary({acronym: tuple(expansions) for acronym, expansions in meanings.items()})


def _known_filters(held: Snapshot, filters: Filters) -> tuple[Filters, list[str]]:
    """The filters without values that no record bears, each with a note."""
    kept, notes = {}, []
    for name, values in filters.values().items():
        known = held.lexicon(name)
        kept[name] = tuple(value for value in values if value in known or name in _CLOSED_FIELDS)
        notes += [
            gettext("Nothing is filed under %(name)s “%(value)s”, so that filter was ignored.", name=name, value=value)
            for value in values
            if value not in kept[name]
        ]
    return replace(filters, **kept), notes  # type: ignore[arg-type]
