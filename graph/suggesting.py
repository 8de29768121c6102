"""Links that are likely but not made: offered with the reason why, and never made by the service itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from sqlalchemy import literal_column, select, union_all

from actions.indicator_models import Indicator
from actions.models import Action
from graph import resemblance, snapshot
from graph.network import Node, Seen
from graph.resemblance import Likeness, Rarity, Said
from kb import link_choices, links
from kb.models.link import DismissedPair, Link, LinkType
from kb.models.plan import Priority, Response
from kb.models.record import Kind, Record, record_theme
from kb.models.source import Source
from kb.permissions import Capability, visible_to
from search.index.analysis import composed, folded, indexed, is_acronym
from search.index.nearness import SMALL
from search.language.query import WORD

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from graph.snapshot import Snapshot
    from kb.link_choices import Way
    from kb.permissions import Person

# So many are offered for the one way there is, and for each of several.
MOST, OF_EACH = 5, 3
# So many records at most are compared with one; of more, those whose titles share most words with it.
MOST_COMPARED = 300
# For each kind the ways in which links are offered, the first first: by type, and whether it leads to the record.
OFFERED: dict[Kind, tuple[tuple[LinkType, bool], ...]] = {
    Kind.SOURCE: ((LinkType.CALLS_FOR, False),),
    Kind.IMPLICATION: ((LinkType.CALLS_FOR, False),),
    Kind.RESPONSE: ((LinkType.ANSWERED_BY, False), (LinkType.CALLS_FOR, False)),
    Kind.PRIORITY: ((LinkType.DELIVERED_BY, False), (LinkType.MEASURED_BY, False)),
    Kind.ACTION: ((LinkType.MEASURED_BY, False), (LinkType.DELIVERED_BY, True), (LinkType.ANSWERED_BY, True)),
    Kind.INDICATOR: ((LinkType.MEASURED_BY, True),),
}
# A link about which somebody has decided: its type, its start and its end.
Decided = tuple[str, int, int]
READ_IN_A_SOURCE = frozenset({Kind.IMPLICATION, Kind.RESPONSE})


@dataclass(frozen=True, slots=True)
class Likely:
    """One link that may hold: the other record, and the themes and words that both share.

    `around` are words that the other shares only through the titles of what it is linked with.
    """

    way: Way
    kind: str
    ref: str
    title: str
    themes: tuple[str, ...]
    words: tuple[str, ...]
    around: tuple[str, ...]


def offered_ways(ways: Iterable[Way], kind: str) -> list[Way]:
    """Those of the ways in which links of a record of this kind are offered, the first first."""
    by_name = {(way.type, way.is_back): way for way in ways}
    return [by_name[name] for name in OFFERED.get(Kind(kind), ()) if name in by_name]


def of_record(session: Session, record: Record, person: Person) -> list[Likely]:
    """What the page of a record offers to those who may link it: its likeliest links of every way.

    A priority of a source alone is no gap, so nothing is offered beside it.
    """
    is_a_sources_own = record.kind == Kind.PRIORITY and record.plan_id is None
    if is_a_sources_own or not links.may_edit(record, person):
        return []
    ways = offered_ways(link_choices.ways_from(record.kind), record.kind)
    return likely(session, record, ways, person=person, most=most_of(ways))


def most_of(ways: Sequence[Way]) -> int:
    """How many links are offered for each of these ways."""
    return MOST if len(ways) == 1 else OF_EACH


def likely(session: Session, record: Record, ways: Sequence[Way], *, person: Person, most: int = MOST) -> list[Likely]:
    """The likeliest links of a record that nobody has made, retired or dismissed; so many at most for each way."""
    compared = compare(session, record.id, ways, person=person)
    found = []
    for way, alike in compared.by_way.items():
        best = nlargest(most, (id for id, one in alike.items() if one.is_likely), key=lambda id: (alike[id].score, -id))
        found += [_told(compared, way, record.id, id, alike[id]) for id in best]
    return found


@dataclass(frozen=True, slots=True)
class Facts:
    """What the database says of the records that are compared: their texts, and their themes with the titles."""

    texts: Mapping[int, str]
    themes: Mapping[int, frozenset[int]]
    titles: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Compared:
    """How alike one record is to each of those that it may be joined to, by way."""

    nodes: Mapping[int, Node]
    facts: Facts
    by_way: Mapping[Way, Mapping[int, Likeness]]


def compare(
    session: Session, id: int, ways: Sequence[Way], *, person: Person, hidden: Decided | None = None
) -> Compared:
    """Compare a record with all that the person may join it to; the `hidden` link counts as if nobody had made it."""
    held = snapshot.current(session)
    seen = held.seen_by(person)
    nodes = held.network.nodes
    if id not in seen or not ways:
        return Compared(nodes, Facts({}, {}, {}), {})
    decided = _decided(session, id) - {hidden} if hidden else _decided(session, id)
    candidates = {way: _candidates(held, seen, nodes[id], way, decided, person) for way in ways}
    facts = _facts(session, held, seen, {id, *(each for ids in candidates.values() for each in ids)}, person)
    rare, here = _rarity(held, seen), _said(held, Seen(), id, facts)
    by_way = {}
    for way, ids in candidates.items():
        others = {
            each: _said(held, seen, each, facts, without=id if hidden and each in hidden[1:] else None) for each in ids
        }
        by_way[way] = resemblance.compare(here, others, rare)
    return Compared(nodes, facts, by_way)


def _said(held: Snapshot, around: Seen, id: int, facts: Facts, *, without: int | None = None) -> Said:
    network = held.network
    near = [each for each in (*network.before[id], *network.after[id]) if each in around and each != without]
    return resemblance.said(
        forms(network.nodes[id].title),
        forms(facts.texts.get(id, "")),
        (forms(network.nodes[each].title) for each in near),
        facts.themes.get(id, frozenset()),
        acronyms(f"{network.nodes[id].title} {facts.texts.get(id, '')}"),
    )


@lru_cache(maxsize=20_000)
def forms(text: str) -> tuple[str, ...]:
    """The words of a text that name a subject, as search knows them."""
    found = (indexed(word) for word in WORD.findall(composed(text)))
    return tuple(form for form in found if form is not None and form not in SMALL and not form.isdigit())


@lru_cache(maxsize=20_000)
def acronyms(text: str) -> frozenset[str]:
    """The words of a text that are written in capitals, as search knows them."""
    return frozenset(folded(word) for word in WORD.findall(composed(text)) if is_acronym(word))


_rarities: WeakKeyDictionary[Snapshot, dict[Seen, Rarity]] = WeakKeyDictionary()


def _rarity(held: Snapshot, seen: Seen) -> Rarity:
    known = _rarities.setdefault(held, {})
    if seen not in known:
        if len(known) == snapshot.MOST_READERS:
            known.clear()
        known[seen] = resemblance.rarity(forms(held.network.nodes[id].title) for id in seen)
    return known[seen]


def _candidates(
    held: Snapshot, seen: Seen, here: Node, way: Way, decided: Collection[Decided], person: Person
) -> list[int]:
    """The records that the person may join to one in this way: of one plan with it, and still in force."""
    ids = []
    for kind in way.kinds:
        for id in held.network.of_kind(kind) & seen.living:
            start, end = (id, here.id) if way.is_back else (here.id, id)
            if id != here.id and (way.type, start, end) not in decided:
                ids.append(id)
    nodes = held.network.nodes
    ids = sorted(id for id in ids if _may_join(here, nodes[id], way, person))
    if len(ids) <= MOST_COMPARED:
        return ids
    mine = set(forms(here.title))
    return nlargest(MOST_COMPARED, ids, key=lambda id: len(mine.intersection(forms(nodes[id].title))))


def _may_join(here: Node, other: Node, way: Way, person: Person) -> bool:
    if way.is_back:
        is_shared = other.plan_id is None and other.kind in (Kind.SOURCE, Kind.IMPLICATION)
        return (is_shared or other.plan_id == here.plan_id) and _may_start(other, person)
    if here.plan_id is not None:
        return other.plan_id == here.plan_id
    # What all plans share serves whichever of them the person leads.
    return other.plan_id is not None and _may_start(other, person)


def _may_start(node: Node, person: Person) -> bool:
    capability = Capability.EDIT_SHARED if node.plan_id is None else Capability.EDIT_PLAN
    return person.may(capability, plan_id=node.plan_id)


def _decided(session: Session, record_id: int) -> set[Decided]:
    """The links of a record about which somebody has decided: made, retired or dismissed."""
    asked = [
        select(table.type, table.from_id, table.to_id).where(column == record_id)
        for table in (Link, DismissedPair)
        for column in (table.from_id, table.to_id)
    ]
    return {(type, start, end) for type, start, end in session.execute(union_all(*asked))}


def _facts(session: Session, held: Snapshot, seen: Seen, ids: set[int], person: Person) -> Facts:
    parents = {id: _sources_of(held, seen, id) for id in ids}
    themes, titles = _themes(session, ids.union(*parents.values()), person)
    inherited = {
        id: themes.get(id, frozenset()).union(*(themes.get(each, ()) for each in of)) for id, of in parents.items()
    }
    return Facts(_texts(session, ids), inherited, titles)


def _sources_of(held: Snapshot, seen: Seen, id: int) -> list[int]:
    """What is read in a source is filed under the themes of the source."""
    network = held.network
    if network.nodes[id].kind not in READ_IN_A_SOURCE:
        return []
    return [each for each in network.before[id] if each in seen and network.nodes[each].kind == Kind.SOURCE]


def _texts(session: Session, ids: Collection[int]) -> dict[int, str]:
    """What each record says beside its title."""
    action = Action.__table__.c
    tables = (
        (Source, Source.summary),
        (Response, Response.text),
        (Priority, Priority.summary),
        (Action, action.description + literal_column("' '") + action.measure),
        (Indicator, Indicator.definition),
    )
    asked = [select(table.__table__.c.id, text).where(table.__table__.c.id.in_(ids)) for table, text in tables]
    return {id: text or "" for id, text in session.connection().execute(union_all(*asked))}


def _themes(session: Session, ids: Collection[int], person: Person) -> tuple[dict[int, frozenset[int]], dict[int, str]]:
    filed = record_theme.c
    asked = (
        select(filed.record_id, filed.theme_id, Record.title)
        .join(Record, Record.id == filed.theme_id)
        .where(filed.record_id.in_(ids), visible_to(person))
    )
    found: dict[int, set[int]] = {}
    titles = {}
    for record_id, theme_id, title in session.execute(asked):
        found.setdefault(record_id, set()).add(theme_id)
        titles[theme_id] = title
    return {id: frozenset(themes) for id, themes in found.items()}, titles


def _told(compared: Compared, way: Way, here: int, id: int, alike: Likeness) -> Likely:
    written: dict[str | None, str] = {}
    for word in WORD.findall(composed(f"{compared.nodes[here].title} {compared.facts.texts.get(here, '')}")):
        plain = word.replace("’", "'").removesuffix("'s")
        written.setdefault(indexed(word), plain if plain.isupper() else plain.lower())
    other = compared.nodes[id]
    return Likely(
        way=way,
        kind=other.kind,
        ref=other.ref,
        title=other.title,
        themes=tuple(compared.facts.titles[theme] for theme in alike.themes),
        words=tuple(written[form] for form in alike.words),
        around=tuple(written[form] for form in alike.around),
    )
