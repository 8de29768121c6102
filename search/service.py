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
from kb.permissions import Person, visible_to
from kb.words import gettext
from search import fallback, hydrating, naming, reading, standing, suggest, vocabulary
from search.errors import IndexUnusable
from search.excerpts import Sought, excerpt_of, marked
from search.filters import NAMED, NO_FILTERS, Filters, filters_from
from search.index import matching, ranking
from search.index import pointer as pointers
from search.index.analysis import normal, welsh
from search.index.coding import texts_of
from search.index.expanding import Glossary, ambiguous
from search.index.narrowing import allowed_to
from search.index.ordering import Order
from search.index.ranking import Ranked
from search.query import parse
from search.results import Hit, Results, Titles, as_json
from search.understanding import Hint, Offered, offered_by, understood
from search.upkeep import catch_up, differences, ensure, rebuild, waiting

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from kb.config import Settings
    from search.index.snapshot import Snapshot

__all__ = ("as_json", "catch_up", "differences", "ensure", "find", "find_all", "rebuild", "titles_of", "waiting")

PER_PAGE = 25
MOST_PER_PAGE = 100
# Fields whose values are lists of ours: a value that nothing bears gives an empty list, not a note.
_CLOSED_FIELDS = frozenset({"kind", "nation", "category", "status", "schedule", "due", "ends"})
# Of the values of a filter the most used are counted.
MOST_OFFERED = 200
log = logging.getLogger(__name__)


def find(
    session: Session,
    settings: Settings,
    person: Person,
    question: str,
    filters: Filters | Mapping[str, Iterable[str]] = NO_FILTERS,
    *,
    today: date,
    page: int = 1,
    limit: int = PER_PAGE,
    most: int = MOST_PER_PAGE,
    order: Order = Order.BEST,
    only_my_words: bool = False,
    as_written: bool = False,
    chosen: Mapping[str, int] | None = None,
) -> Results:
    """The records that answer a question, as far as the person may see them.

    `only_my_words` leaves out what words may stand for; `as_written` leaves misspelt words as they are; `chosen` is the
    place of the meaning, from 1, of an acronym with several. A page has at most `most` hits.
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
    glossary = Glossary() if only_my_words else vocabulary.of(session, person, chosen)
    try:
        held = reading.held(session, settings)
        return _from_index(
            session, held, person, asked, glossary, today, offset, limit,
            as_written=as_written, reads_words=not only_my_words,
        )  # fmt: skip
    except IndexUnusable as error:
        log.warning("Searching without the index: %s", error)
        return _from_database(session, settings, person, asked, today, offset, limit)


def find_all(
    session: Session,
    settings: Settings,
    person: Person,
    question: str,
    filters: Filters,
    *,
    today: date,
    only_my_words: bool = False,
    chosen: Mapping[str, int] | None = None,
) -> list[int]:
    """The ids of the records that answer a question with every word of it, as it is written; or IndexUnusable.

    A filter that no longer exists leaves nothing, where `find` ignores it and says so.
    """
    query = parse(question)
    both = filters.and_also(query.filters)
    if not query.terms and not both:
        return []
    glossary = Glossary() if only_my_words else vocabulary.of(session, person, chosen)
    held = reading.held(session, settings)
    both = naming.resolved(session, person, both, {name: held.lexicon(name) for name in NAMED})
    places = matching.wholly(
        held,
        query,
        both,
        reading.marks_of(person),
        glossary=glossary,
        standing=standing.on(session, held, today),
        hints=() if only_my_words else understood(query.text, held.lexicon("source_kind")),
    )
    ids = texts_of(held, "id")
    return [int(ids[place]) for place in places]


def titles_of(session: Session, person: Person, refs: Iterable[str]) -> Titles:
    """The titles behind the refs that filters hold, by the filter's name and the ref."""
    fields = {kind: name for name, kind in NAMED.items()}
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
    today: date,
    offset: int,
    limit: int,
    *,
    as_written: bool,
    reads_words: bool,
) -> Results:
    readers = reading.marks_of(person)
    filters, notes = _known_filters(session, person, held, asked.filters)
    asked = replace(asked, filters=filters, notes=(*asked.notes, *notes))
    allowed = allowed_to(held, readers)
    better = suggest.corrected(held, asked.query, allowed, glossary)
    query = asked.query
    if better and not as_written:
        query = parse(better)
    hints = understood(query.text, held.lexicon("source_kind")) if reads_words else ()
    standing_today = standing.on(session, held, today)
    ranked = ranking.answer(
        held, query, filters, readers, glossary=glossary, order=asked.order, standing=standing_today, hints=hints
    )
    facets, titles = _named(session, person, ranked.facets, filters)
    return replace(
        asked,
        total=len(ranked.places),
        hits=_hits(session, held, person, ranked, offset, limit),
        facets=facets,
        titles=titles,
        overdue=standing_today.overdue,
        did_you_mean=better or suggest.offered(held, asked.query, allowed, glossary),
        is_corrected=query is not asked.query,
        also_searched=ranked.also_searched,
        ambiguous=ambiguous(query.wanted, glossary),
        chosen=glossary.chosen,
        offered=_offered(held, hints, filters, facets),
    )


def _offered(
    held: Snapshot, hints: Iterable[Hint], filters: Filters, facets: Mapping[str, Mapping[str, int]]
) -> tuple[Offered, ...]:
    """What the question says in words as filters, where these are not on already and would leave something."""
    offered = []
    for hint in hints:
        for each in offered_by(hint):
            known = facets.get(each.name, held.lexicon(each.name))
            leaves = each.name == "year" or any(known.get(value) for value in each.values)
            if leaves and not filters.has(each.name):
                offered.append(each)
    return tuple(offered)


def _hits(session: Session, held: Snapshot, person: Person, ranked: Ranked, offset: int, limit: int) -> tuple[Hit, ...]:
    """One page of hits. The database is asked again who may see them, since the index may be a moment behind."""
    places = ranked.places[offset : offset + limit]
    scores = ranked.scores[offset : offset + limit]
    kept = [held.kept(int(place)) for place in places]
    records = hydrating.load(session, [each["id"] for each in kept], person)
    sought = Sought.of(ranked.sought)
    hits = []
    for each, score in zip(kept, scores, strict=True):
        if each["id"] in records:
            record, parent = records[each["id"]]
            excerpt = excerpt_of(each, sought)
            language = hydrating.language_of(record, parent)
            title = marked(record.title, sought, language)
            hits.append(Hit(record, float(score), title, excerpt, parent, language))
    return tuple(hits)


def _named(
    session: Session, person: Person, facets: Mapping[str, Mapping[str, int]], filters: Filters
) -> tuple[dict[str, Mapping[str, int]], Titles]:
    """The counts without values whose own record the person may not see, and the titles of the others."""
    cut = {name: dict(list(counts.items())[:MOST_OFFERED]) for name, counts in facets.items()}
    refs = {ref for name in NAMED for ref in cut.get(name, ())} | filters.refs()
    titles = titles_of(session, person, refs) if refs else {}
    seen: dict[str, Mapping[str, int]] = {
        name: {ref: number for ref, number in counts.items() if name not in NAMED or (name, ref) in titles}
        for name, counts in cut.items()
    }
    return seen, titles


def _from_database(
    session: Session, settings: Settings, person: Person, asked: Results, today: date, offset: int, limit: int
) -> Results:
    total, ids, counts = fallback.find(
        session, person, asked.query, asked.filters, today=today, offset=offset, limit=limit
    )
    records = hydrating.load(session, ids, person)
    wanted = asked.query.wanted
    sought = Sought.of(tuple(form(word) for word in term.words) for term in wanted for form in (normal, welsh))
    hits = []
    for record, parent in (records[each] for each in ids if each in records):
        language = hydrating.language_of(record, parent)
        hits.append(Hit(record, 0.0, marked(record.title, sought, language), None, parent, language))
    return replace(
        asked,
        total=total,
        hits=tuple(hits),
        facets={"kind": counts},
        titles=_named(session, person, {}, asked.filters)[1],
        is_fallback=True,
        percent_rebuilt=pointers.read_progress(settings.index_dir),
    )


def _known_filters(session: Session, person: Person, held: Snapshot, filters: Filters) -> tuple[Filters, list[str]]:
    """The filters with refs for names, without values that no record bears, each with a note."""
    filters = naming.resolved(session, person, filters, {name: held.lexicon(name) for name in NAMED})
    kept, notes = {}, []
    for name, values in filters.values().items():
        known = values if name in _CLOSED_FIELDS else held.lexicon(name)
        kept[name] = tuple(value for value in values if value in known)
        notes += [
            gettext("Nothing is filed under %(name)s “%(value)s”, so that filter was ignored.", name=name, value=value)
            for value in values
            if value not in kept[name]
        ]
    return replace(filters, **kept), notes  # type: ignore[arg-type]
