"""A map too large to read becomes a summary: records of one kind that go together share a box that can be opened."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import chain
from typing import TypeVar

from graph.network import COLUMNS, Node
from graph.threads.thread import Thread
from kb.words import gettext

K = TypeVar("K", int, str)
Named = Mapping[str, tuple[str, frozenset[int]]]  # records by a word of the address, with the title of each
MOST_BOXES = 300  # what a picture shows at most, however many groups are opened
MOST_CLOSED = 100  # what it shows at most before any is opened
PART = 50  # records that opening a group shows at once; the others stay in a box that opens in turn
# So many priorities or themes have boxes of their own, or fewer where those would still be too many.
HEADS = (24, 12, 6, 3, 0)
NONE, SEVERAL, OTHER = "_none", "_several", "_other"  # no ref has such a sign


class By(StrEnum):
    """What goes together in a summary."""

    PRIORITY = "priority"
    THEME = "theme"


@dataclass(frozen=True)
class Folding:
    """How a picture should be summed up, and which of its groups are opened; without `by` only where it has to be."""

    by: By | None = None
    opened: tuple[str, ...] = ()
    themes: Named = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """What one box holds: a record, or several of a kind with the key that opens them and what they are about."""

    nodes: tuple[Node, ...]
    key: str = ""
    about: str = ""

    @property
    def is_folded(self) -> bool:
        return bool(self.key)


@dataclass(frozen=True, slots=True)
class Opened:
    """A group that is opened: how many of its records are shown, and the keys that show them."""

    group: Group
    shown: int
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Folded:
    """The boxes of a picture, and what was opened to come to them."""

    groups: tuple[Group, ...]
    by: By | None
    opened: tuple[Opened, ...] = ()
    is_full: bool = False  # a group stays closed since opening it would make too many boxes


def fold(thread: Thread, folding: Folding | None = None, most: int = MOST_BOXES) -> Folded:
    """The records of a thread, one to a box, or summed up where they are too many or where that is asked for.

    The record asked about always stands by itself, and so does one that would be alone in its box. A box never holds
    records that lack something beside others that do not.
    """
    folding = folding or Folding()
    if folding.by is None and len(thread.nodes) <= most:
        return Folded(tuple(Group((node,)) for node in thread.nodes), None)
    by = folding.by or By.PRIORITY
    groups: list[Group] = []
    for heads in HEADS:
        places = _by_priority(thread, heads) if by == By.PRIORITY else _by_theme(thread, folding.themes, heads)
        groups = list(_grouped(thread, places))
        if len(groups) <= min(most, MOST_CLOSED):
            break
    return _unfolded(groups, by, folding.opened, most)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a record belongs in a summary: the word for the key, what that is called, and whether it stays alone."""

    word: str
    about: str = ""
    is_head: bool = False


def _by_priority(thread: Thread, heads: int) -> dict[int, _Place]:
    """Each record with the one priority that its way leads through, those of several together."""
    met = _met(thread)
    size = Counter(chain.from_iterable(met.values()))
    priorities = {node.id: node for node in thread.nodes if node.kind == "priority"}
    chosen = _largest(priorities, size, heads)
    places = {}
    for node in thread.nodes:
        own = met[node.id] & chosen
        if node.id in priorities:
            places[node.id] = _Place(node.ref, is_head=True) if node.id in chosen else _other_priorities()
        elif len(met[node.id]) > 1:
            places[node.id] = _Place(SEVERAL, gettext("Several priorities"))
        elif own:
            head = priorities[next(iter(own))]
            places[node.id] = _Place(head.ref, head.title)
        else:
            places[node.id] = _other_priorities() if met[node.id] else _Place(NONE, gettext("No priority"))
    return places


def _other_priorities() -> _Place:
    return _Place(OTHER, gettext("Other priorities"))


def _met(thread: Thread) -> dict[int, set[int]]:
    """The priorities that each record leads to or rests on."""
    met: dict[int, set[int]] = {node.id: {node.id} if node.kind == "priority" else set() for node in thread.nodes}
    column = {node.id: COLUMNS[node.kind] for node in thread.nodes}
    across = COLUMNS["priority"]
    for edge in sorted(thread.edges, key=lambda edge: column[edge.source]):
        if column[edge.source] >= across:
            met[edge.target] |= met[edge.source]
    for edge in sorted(thread.edges, key=lambda edge: column[edge.target], reverse=True):
        if column[edge.target] <= across:
            met[edge.source] |= met[edge.target]
    return met


def _by_theme(thread: Thread, themes: Named, heads: int) -> dict[int, _Place]:
    """Each record with that of its themes which most records here have; without one of its own, as what it rests on."""
    nodes = {node.id for node in thread.nodes}
    members = {ref: ids & nodes for ref, (_, ids) in themes.items() if ids & nodes}
    size = {ref: len(ids) for ref, ids in members.items()}
    chosen = _largest(members, size, heads)
    own: dict[int, set[str]] = defaultdict(set)
    for ref, ids in members.items():
        for id in ids:
            own[id].add(ref)
    before = defaultdict(list)
    for edge in thread.edges:
        before[edge.target].append(edge.source)
    places = {}
    for node in thread.nodes:  # column by column, so what a record rests on comes first
        found = own[node.id] or set().union(*(own[id] for id in before[node.id]))
        own[node.id] = found
        first = min(found & chosen, key=lambda ref: (-size[ref], ref), default=None)
        if first is not None:
            places[node.id] = _Place(first, themes[first][0])
        else:
            places[node.id] = _Place(OTHER, gettext("Other themes")) if found else _Place(NONE, gettext("No theme"))
    return places


def _largest(heads: Iterable[K], size: Mapping[K, int], most: int) -> set[K]:
    return set(sorted(heads, key=lambda head: (-size[head], head))[:most])


def _grouped(thread: Thread, places: Mapping[int, _Place]) -> Iterator[Group]:
    missing: dict[int, tuple[str, ...]] = {}
    for stop in thread.stops:
        missing[stop.id] = (*missing.get(stop.id, ()), stop.missing)
    found: dict[str, list[Node]] = defaultdict(list)
    for node in thread.nodes:
        place = places[node.id]
        lacks = "".join(f".no-{kind}" for kind in missing.get(node.id, ()))
        alone = node.id == thread.id or place.is_head
        found[f"={node.id}" if alone else f"{node.kind}.{place.word}{lacks}"].append(node)
    for key, nodes in found.items():
        if len(nodes) == 1:
            yield Group((nodes[0],))
        else:
            yield Group(tuple(nodes), key, places[nodes[0].id].about)


def _unfolded(groups: Sequence[Group], by: By, wanted: Iterable[str], most: int) -> Folded:
    """Open the groups that are wanted, in their order, as long as there is room."""
    shown = {group.key or f"={group.nodes[0].id}": [group] for group in groups}
    room, is_full = most - len(groups), False
    opened: dict[str, Opened] = {}
    for key in wanted:
        whole = shown.get(key.partition("~")[0])
        last = whole[-1] if whole else None
        if whole is None or last is None or last.key != key:  # unknown, or a later part before an earlier one
            continue
        parts = _opened(last)
        if len(parts) - 1 > room:
            is_full = True
            continue
        room -= len(parts) - 1
        whole[-1:] = parts
        first = opened.get(whole_key := key.partition("~")[0])
        count = sum(not part.is_folded for part in whole)
        if first is None:
            opened[whole_key] = Opened(last, count, (key,))
        else:
            opened[whole_key] = replace(first, shown=count, keys=(*first.keys, key))
    return Folded(tuple(chain.from_iterable(shown.values())), by, tuple(opened.values()), is_full)


def _opened(group: Group) -> list[Group]:
    """The first records of a group, and what is left of it as a group that opens in turn."""
    first = len(group.nodes) if len(group.nodes) <= PART + 1 else PART
    alone = [Group((node,)) for node in group.nodes[:first]]
    if first == len(group.nodes):
        return alone
    name, _, part = group.key.partition("~")
    return [*alone, Group(group.nodes[first:], f"{name}~{int(part or 1) + 1}", group.about)]


def spread_of(groups: Iterable[Group]) -> dict[int, int]:
    """For each record the number of the group that holds it."""
    return {node.id: number for number, group in enumerate(groups) for node in group.nodes}
