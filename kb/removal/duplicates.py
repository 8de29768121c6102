"""Records that are likely to be the same thing, for a lead to look at and merge."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import chain, combinations
from typing import TYPE_CHECKING

from rapidfuzz import utils
from sqlalchemy import and_, or_, select

from kb.models.link import Link
from kb.models.organisation import Organisation, StaffGroup
from kb.models.record import Kind, Record, Theme
from kb.models.source import Source
from kb.models.term import Term
from kb.narrowing import LONGEST_WORDS, is_called
from kb.permissions import Capability, visible_to
from kb.removal import likeness, merging

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.orm import Session

    from kb.permissions import Person

KINDS = (Kind.SOURCE, Kind.ORGANISATION, Kind.THEME, Kind.TERM, Kind.STAFF_GROUP)
_MODELS: dict[Kind, type[Record]] = {
    Kind.SOURCE: Source,
    Kind.ORGANISATION: Organisation,
    Kind.THEME: Theme,
    Kind.TERM: Term,
    Kind.STAFF_GROUP: StaffGroup,
}
MOST = 100
MOST_FOUND = 12
# A word that so many names have tells nothing; names are compared only when they share one that tells more.
MOST_WITH_WORD = 60
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records of one kind with names that are near each other, and how near, out of 100."""

    one: Record
    other: Record
    score: int


def list_likely(session: Session, kind: Kind, *, person: Person) -> list[Pair]:
    """The pairs of a kind that are likely to be one thing, the nearest first.

    Names that differ in a number (a year, a volume) are of different things, and so are records that a link joins.
    """
    person.require(Capability.EDIT_SHARED)
    named = _names(session, kind, person)
    scores: dict[tuple[int, int], float] = {}
    for (one, name), (other, other_name) in _worth_comparing(named):
        score = likeness.nearness(name, other_name, score_cutoff=likeness.NEAR_ENOUGH)
        if score >= likeness.NEAR_ENOUGH:
            pair = (min(one, other), max(one, other))
            scores[pair] = max(score, scores.get(pair, 0))
    joined = _joined(session, kind)
    nearest = sorted(scores.keys() - joined, key=lambda pair: (-scores[pair], pair))[:MOST]
    ids = {record_id for pair in nearest for record_id in pair}
    records = {one.id: one for one in session.scalars(select(Record).where(Record.id.in_(ids)))}
    return [Pair(records[one], records[other], round(scores[one, other])) for one, other in nearest]


def find(session: Session, record: Record, words: str, *, person: Person) -> list[Record]:
    """Other records of the same kind, and the same plan, with all words in the title, or of this ref."""
    given = words.strip()[:LONGEST_WORDS]
    if not given:
        return []
    query = (
        select(Record)
        .where(Record.kind == record.kind, Record.id != record.id, visible_to(person))
        .where(Record.plan_id.is_(None) if record.plan_id is None else Record.plan_id == record.plan_id)
        .where(or_(Record.ref == given, and_(*is_called(given))))
        .order_by(Record.title, Record.id)
        .limit(MOST_FOUND)
    )
    return list(session.scalars(query))


def like(session: Session, record: Record, *, person: Person) -> Sequence[Record]:
    """The records that are likely to be the same as this one, the nearest first."""
    model = _MODELS.get(Kind(record.kind))
    if model is None or not merging.may_merge(record, person):
        return []
    return likeness.alike(session, model, record.title, person=person, besides=record)


def _names(session: Session, kind: Kind, person: Person) -> list[tuple[int, str]]:
    """Every name of every record of a kind, as names are compared."""
    model = _MODELS[kind]
    queries = [select(model.id, model.title), *([likeness.OTHER_NAMES[model]] if model in likeness.OTHER_NAMES else ())]
    rows = {
        (record_id, utils.default_process(name))
        for query in queries
        for record_id, name in session.execute(query.where(visible_to(person)))
    }
    return sorted(row for row in rows if row[1])


def _worth_comparing(named: list[tuple[int, str]]) -> Iterator[tuple[tuple[int, str], tuple[int, str]]]:
    """Pairs of names of two records with the same numbers that share a word which few names have; each pair once."""
    words = [frozenset(name.split()) for _, name in named]
    telling = {word for word, number in Counter(chain.from_iterable(words)).items() if 1 < number <= MOST_WITH_WORD}
    alike: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, each in enumerate(words):
        numbers = _NUMBERS.findall(named[place][1])
        for word in each & telling:
            alike[word, *numbers].append(place)
    pairs = {pair for places in alike.values() for pair in combinations(places, 2)}
    for one, other in pairs:
        if named[one][0] != named[other][0]:
            yield named[one], named[other]


def _joined(session: Session, kind: Kind) -> set[tuple[int, int]]:
    """The pairs that a link joins, whatever it says: somebody knows them for two."""
    query = select(Link.from_id, Link.to_id).where(Link.from_kind == kind, Link.to_kind == kind)
    return {(min(one, other), max(one, other)) for one, other in session.execute(query)}
