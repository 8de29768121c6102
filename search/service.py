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
from search.answers import access, fallback, hydrating, standing
from search.answers.excerpts import Sought, excerpt_of, marked
from search.answers.results import Hit, Results, Titles, as_json
from search.errors import IndexUnusable
from search.index import matching, ranking
from search.index import pointer as pointers
from search.index.analysis import normal, welsh
from search.index.coding import texts_of
from search.index.expanding import Glossary, ambiguous
from search.index.narrowing import Standing, allowed_to
from search.index.ranking import Ranked
from search.index.scoring import telling
from search.language import labels, naming, settling, vocabulary
from search.language.asked import Asked
from search.language.filters import NAMED, Filters
from search.language.query import Query, parse
from search.language.understanding import Hint, Offered, understood
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
# Of the values of a filter that nothing bears so many are told, with what may be meant.
MOST_EXPLAINED = 3
log = logging.getLogger(__name__)


def find(
    session: Session,
    settings: Settings,
    person: Person,
    asked: Asked,
    *,
    today: date,
    page: int = 1,
    limit: int = PER_PAGE,
    most: int = MOST_PER_PAGE,
) -> Results:
    """The records that answer a question, as far as the person may see them. A page has at most `most` hits."""
    query = parse(asked.question)
    notes = tuple(dict.fromkeys((*asked.notes, *query.notes)))
    answer = Results(query.text, query, asked.filters.and_also(query.filters), asked.order, notes=notes)
    if not query.terms and not answer.filters:
        if query.text:
            only_small = gettext(
                "Every word of the question is too common to search for. Add one that names the subject."
            )
            return replace(answer, notes=(*answer.notes, only_small))
        return answer
    limit = max(1, min(limit, most))
    offset = (max(1, page) - 1) * limit
    try:
        held = access.held(session, settings)
        return _from_index(session, held, person, asked, answer, today, offset, limit)
    except IndexUnusable as error:
        log.warning("Searching without the index: %s", error)
        return _from_database(session, settings, person, answer, today, offset, limit)


def find_all(session: Session, settings: Settings, person: Person, asked: Asked, *, today: date) -> list[int]:
    """The ids of the records that answer a question with every word of it, as it is written; or IndexUnusable.

    A filter that no longer exists leaves nothing, where `find` ignores it and says so.
    """
    query = parse(asked.question)
    both = asked.filters.and_also(query.filters)
    if not query.terms and not both:
        return []
    held = access.held(session, settings)
    both = naming.resolved(session, person, both, {name: held.lexicon(name) for name in NAMED})
    places = matching.wholly(
        held,
        query,
        both,
        access.marks_of(person),
        glossary=_glossary(session, person, asked),
        standing=standing.on(session, held, today),
        hints=() if asked.only_my_words else understood(query.text, held.lexicon("source_kind"), today),
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


def _glossary(session: Session, person: Person, asked: Asked) -> Glossary:
    return Glossary() if asked.only_my_words else vocabulary.of(session, person, dict(asked.chosen))


def _from_index(
    session: Session,
    held: Snapshot,
    person: Person,
    asked: Asked,
    answer: Results,
    today: date,
    offset: int,
    limit: int,
) -> Results:
    readers = access.marks_of(person)
    filters, notes, near = _known_filters(session, person, held, answer.filters)
    allowed = allowed_to(held, readers)
    glossary = _glossary(session, person, asked)
    reads_words = not asked.only_my_words
    settled = settling.settled(
        held, answer.query, allowed, glossary, today, as_written=asked.as_written, reads_words=reads_words
    )
    query = settled.query
    hints = settled.hints
    standing_today = standing.on(session, held, today)
    ranked = ranking.answer(
        held, query, filters, readers, glossary=glossary, order=answer.order, standing=standing_today, hints=hints
    )
    facets, titles = _named(session, person, ranked.facets, filters, near)
    return replace(
        answer,
        filters=filters,
        total=len(ranked.places),
        whole=_whole(held, query, filters, readers, glossary, standing_today, hints),
        hits=_hits(session, held, person, ranked, offset, limit),
        facets=facets,
        titles=titles,
        overdue=standing_today.overdue,
        did_you_mean=settled.did_you_mean,
        is_corrected=settled.is_corrected,
        notes=(*answer.notes, *notes, *settled.notes),
        also_searched=ranked.also_searched,
        ambiguous=ambiguous(query.wanted, glossary),
        chosen=glossary.chosen,
        offered=(*near, *settling.offered(held, hints, filters, facets)),
    )


def _whole(
    held: Snapshot,
    query: Query,
    filters: Filters,
    readers: frozenset[str] | None,
    glossary: Glossary,
    today: Standing,
    hints: tuple[Hint, ...],
) -> int | None:
    """How many records match every word, where there are several."""
    if len(query.wanted) < 2:
        return None
    return len(matching.wholly(held, query, filters, readers, glossary=glossary, standing=today, hints=hints))


def _hits(session: Session, held: Snapshot, person: Person, ranked: Ranked, offset: int, limit: int) -> tuple[Hit, ...]:
    """One page of hits. The database is asked again who may see them, since the index may be a moment behind."""
    places = ranked.places[offset : offset + limit]
    scores = ranked.scores[offset : offset + limit]
    kept = [held.kept(int(place)) for place in places]
    records = hydrating.load(session, [each["id"] for each in kept], person)
    sought = Sought.of(ranked.sought, lambda word: telling(held, word))
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
    session: Session,
    person: Person,
    facets: Mapping[str, Mapping[str, int]],
    filters: Filters,
    near: Iterable[Offered] = (),
) -> tuple[dict[str, Mapping[str, int]], Titles]:
    """The counts without values whose own record the person may not see, and the titles of the others."""
    cut = {name: dict(list(counts.items())[:MOST_OFFERED]) for name, counts in facets.items()}
    refs = {ref for name in NAMED for ref in cut.get(name, ())} | filters.refs()
    refs |= {ref for each in near for ref in each.values}
    titles = titles_of(session, person, refs) if refs else {}
    seen: dict[str, Mapping[str, int]] = {
        name: {ref: number for ref, number in counts.items() if name not in NAMED or (name, ref) in titles}
        for name, counts in cut.items()
    }
    return seen, titles


def _from_database(
    session: Session, settings: Settings, person: Person, answer: Results, today: date, offset: int, limit: int
) -> Results:
    filters = naming.resolved(session, person, answer.filters, dict.fromkeys(NAMED, ()))
    answer = replace(answer, filters=filters)
    total, ids, counts = fallback.find(
        session, person, answer.query, answer.filters, today=today, offset=offset, limit=limit
    )
    records = hydrating.load(session, ids, person)
    wanted = answer.query.wanted
    sought = Sought.of(tuple(form(word) for word in term.words) for term in wanted for form in (normal, welsh))
    hits = []
    for record, parent in (records[each] for each in ids if each in records):
        language = hydrating.language_of(record, parent)
        hits.append(Hit(record, 0.0, marked(record.title, sought, language), None, parent, language))
    cut = max(len(wanted), len(answer.query.unwanted)) > fallback.MOST_TERMS
    only_some = gettext("For now only the first %(number)s words were used.", number=fallback.MOST_TERMS)
    return replace(
        answer,
        notes=(*answer.notes, only_some) if cut else answer.notes,
        total=total,
        hits=tuple(hits),
        facets={"kind": counts},
        titles=_named(session, person, {}, answer.filters)[1],
        is_fallback=True,
        percent_rebuilt=pointers.read_progress(settings.index_dir),
    )


def _known_filters(
    session: Session, person: Person, held: Snapshot, filters: Filters
) -> tuple[Filters, list[str], list[Offered]]:
    """The filters with refs for names, without values that no record bears: each with a note and what may be meant."""
    filters = naming.resolved(session, person, filters, {name: held.lexicon(name) for name in NAMED})
    kept, notes = {}, []
    near: list[Offered] = []
    for name, values in filters.values().items():
        known = values if name in _CLOSED_FIELDS else held.lexicon(name)
        kept[name] = tuple(value for value in values if value in known)
        for value in [each for each in values if each not in known][:MOST_EXPLAINED]:
            notes.append(_ignored(name, value))
            if name in NAMED:
                refs = naming.near(session, person, name, value, known)
                near += [Offered(name, (ref,), value) for ref in refs]
    return replace(filters, **kept), notes, list(dict.fromkeys(near))  # type: ignore[arg-type]


def _ignored(name: str, value: str) -> str:
    if name == "owner" and value == naming.ME:
        return gettext("You hold no post with actions, so “owner:me” was ignored.")
    return gettext(
        "Nothing is filed under %(name)s “%(value)s”, so that filter was ignored.",
        name=labels.fields()[name].lower(),
        value=value.replace("-", " "),
    )
