"""What a change would touch: each record with what bears it now, and what would bear it then.

Links mean OR: any one that bears a record is enough, so a record is lost only when the last of them goes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass

from graph.network import OWNS, Edge, Keep, Network, living, reached
from graph.reach import sources_behind


@dataclass(frozen=True, slots=True)
class Line:
    """One record that the change touches: how many records bear it now, and which would still do so."""

    id: int
    now: tuple[int, ...]
    then: tuple[int, ...]

    @property
    def is_lost(self) -> bool:
        return not self.then


@dataclass(frozen=True, slots=True)
class Wait:
    """One action that waits for another, at once or `through` one that is told before it."""

    id: int
    needed: int
    is_direct: bool


@dataclass(frozen=True, slots=True)
class Heir:
    """One link of a source that goes, which its successor may take over, or has already."""

    edge: Edge
    is_there: bool


def of_sources(network: Network, ids: Collection[int], among: Set[int], *, keep: Keep = None) -> list[Line]:
    """Which of the records `among` rest on these sources, and on which sources they rest, now and without these.

    A source that was superseded or withdrawn already supports nothing, so nothing is touched when it goes.
    """
    live = living(network, keep)
    gone = live & set(ids)
    touched = sorted((reached(network, gone, live) - gone) & among)
    now, then = sources_behind(network, touched, live), sources_behind(network, touched, live - gone)
    return [Line(id, now[id], then[id]) for id in touched]


def heirs(network: Network, ids: Collection[int], successor: int, among: Set[int], *, keep: Keep = None) -> list[Heir]:
    """The links to records `among` these that rest on the sources, on what they imply, or on the answers to them.

    A successor has a link already when it leads to the same record by a link of its own, or of what it implies or is
    answered with.
    """
    live = living(network, keep)
    held = {edge.target for edge in _calls(network, successor, live)}
    edges = (edge for id in sorted(live & set(ids)) for edge in _calls(network, id, live))
    return [Heir(edge, edge.target in held) for edge in edges if edge.target in among]


def _calls(network: Network, id: int, live: Set[int]) -> Iterator[Edge]:
    """The links that lead on from a source, from its implications and from the answers to it."""
    if id not in live:
        return
    read = [near for near in network.after[id] if near in live and _is_read_in(network, id, near)]
    for start in (id, *read):
        for end in network.after[start]:
            edge = network.edge(start, end)
            if end in live and edge.type != OWNS:
                yield edge


def _is_read_in(network: Network, id: int, near: int) -> bool:
    """Whether it is an implication of a source or an answer to it: what rests on these may be carried over.

    A priority that a source sets itself is its own, and what hangs on that stays there.
    """
    return network.edge(id, near).type == OWNS and network.nodes[near].kind != "priority"


def left_after_carrying(
    network: Network, lines: Iterable[Line], carried: Iterable[Heir], *, keep: Keep = None
) -> list[Line]:
    """Those of the lost that would rest on nothing even with all these links carried over to the successor."""
    kept = reached(network, {heir.edge.target for heir in carried}, living(network, keep))
    return [line for line in lines if line.is_lost and line.id not in kept]


def of_actions(network: Network, ids: Collection[int], among: Set[int], *, keep: Keep = None) -> list[Line]:
    """The priorities and responses that these actions serve, and their indicators, with the actions of each."""
    live = living(network, keep)
    actions = network.of_kind("action") & live
    gone = actions & set(ids)
    near = {each for id in gone for each in (*network.before[id], *network.after[id])} & live & among

    def serving(id: int) -> tuple[int, ...]:
        sides = network.before[id] if network.nodes[id].kind == "indicator" else network.after[id]
        return tuple(each for each in sides if each in actions)

    return [Line(id, serving(id), tuple(each for each in serving(id) if each not in gone)) for id in sorted(near)]


def waits(network: Network, ids: Collection[int], among: Set[int]) -> list[Wait]:
    """The actions among these records that wait for these actions, at any distance; the nearest first.

    A circle that came in from elsewhere ends where it closes.
    """
    waiting: dict[int, list[int]] = {}
    for edge in network.relations:
        if edge.type == "depends-on" and edge.source in among and (edge.target in among or edge.target in ids):
            waiting.setdefault(edge.target, []).append(edge.source)
    told = set(ids)
    found = []
    line = deque((id, True) for id in sorted(told))
    while line:
        needed, is_direct = line.popleft()
        for id in sorted(waiting.get(needed, ())):
            if id not in told:
                told.add(id)
                found.append(Wait(id, needed, is_direct))
                line.append((id, False))
    return found


def of_posts(
    network: Network, posts: Collection[int], owners: Mapping[int, int], among: Set[int], *, keep: Keep = None
) -> list[Line]:
    """The priorities of which these posts own an action, with the posts that own their actions, now and then.

    `owners` gives the post of each action that counts.
    """
    live = living(network, keep)
    owned = {id for id, post in owners.items() if post in posts and id in live}
    near = {before for id in owned for before in network.before[id]} & network.of_kind("priority") & live & among
    lines = []
    for id in sorted(near):
        now = tuple(sorted(set(_owners_of(network, id, owners, live))))
        lines.append(Line(id, now, tuple(post for post in now if post not in posts)))
    return lines


def _owners_of(network: Network, id: int, owners: Mapping[int, int], live: Set[int]) -> Iterator[int]:
    return (owners[action] for action in network.after[id] if action in live and action in owners)
