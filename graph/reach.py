"""How far threads reach: counts for many records at once, and what a loss would take with it.

Sets of records are kept as the bits of whole numbers and passed along the network column by column, so each link is
looked at once however many records are asked about.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain

from graph.network import COLUMNS, Keep, Network, living, of_kind, reached, visible


@dataclass(frozen=True)
class Loss:
    """What rests on some records, with the number of live sources behind each, now and without those records."""

    before: Mapping[int, int]
    after: Mapping[int, int]

    @property
    def lost(self) -> tuple[int, ...]:
        """What has a source now and would have none."""
        return tuple(id for id, now in self.before.items() if now and not self.after[id])

    @property
    def kept(self) -> tuple[int, ...]:
        """What would still rest on a source."""
        return tuple(id for id in self.before if self.after[id])


def counts(
    network: Network, ids: Collection[int], *, keep: Keep = None, also: Mapping[str, Set[int]] | None = None
) -> dict[int, dict[str, int]]:
    """For each visible record the number of records of each kind in its thread, up and down; no kind has a 0.

    `also` names further groups of records, which are counted beside the kinds.
    """
    seen = visible(network, keep)
    wanted = [id for id in ids if id in seen]
    found: dict[int, dict[str, int]] = {id: {} for id in wanted}
    for back in (True, False):
        within = reached(network, wanted, seen, back=back)
        # What a record leads to stands in other columns; those come first, as gather needs them.
        order = sorted(COLUMNS, key=lambda kind: COLUMNS[kind], reverse=not back)
        members = {kind: within & network.of_kind(kind) for kind in order}
        bits = {id: 1 << place for place, id in enumerate(chain.from_iterable(members.values()))}
        masks = gather(bits, bits, network.before if back else network.after)
        members |= {name: within & group for name, group in (also or {}).items()}
        groups = {name: sum(bits[id] for id in group) for name, group in members.items() if group}
        ahead = {kind: [name for name in groups if _may_lie_ahead(name, kind, order)] for kind in order}
        for id in wanted:
            others = masks[id] ^ bits[id]
            for name in ahead[network.nodes[id].kind] if others else ():
                if number := (others & groups[name]).bit_count():
                    found[id][name] = number
    return found


def _may_lie_ahead(name: str, kind: str, order: Sequence[str]) -> bool:
    """Whether a thread from a record of this kind may lead to the group: never to its own column or one behind it."""
    return name not in COLUMNS or (COLUMNS[name] != COLUMNS[kind] and order.index(name) < order.index(kind))


def without(network: Network, ids: Collection[int], *, keep: Keep = None) -> Loss:
    """What would happen to all that rests on these records if they were gone and nothing took their place."""
    live = living(network, keep)
    gone = live & set(ids)
    touched = sorted(reached(network, gone, live) - gone)
    now, then = _sources_behind(network, touched, live), _sources_behind(network, touched, live - gone)
    return Loss({id: now[id] for id in touched}, {id: then[id] for id in touched})


@dataclass(frozen=True)
class Resting:
    """What rests on one record, at any distance, and which of it rests on no other live source."""

    all: frozenset[int]
    alone: frozenset[int]


def resting(network: Network, id: int, *, keep: Keep = None) -> Resting:
    """What rests on a record, which itself may have ended or been superseded."""
    live = living(network, keep)
    touched = reached(network, network.after[id], live)
    others = _sources_behind(network, touched, live, without=frozenset((id,)))
    return Resting(frozenset(touched), frozenset(each for each in touched if not others[each]))


def _sources_behind(
    network: Network, ids: Iterable[int], among: Set[int], without: Set[int] = frozenset()
) -> dict[int, int]:
    within = reached(network, ids, among, back=True) - without
    ordered = sorted(within, key=lambda id: COLUMNS[network.nodes[id].kind])
    bits = {id: 1 << place for place, id in enumerate(of_kind(network, ordered, "source"))}
    return {id: mask.bit_count() for id, mask in gather(ordered, bits, network.before).items()}


def sources_behind(network: Network, ids: Iterable[int], among: Set[int]) -> dict[int, tuple[int, ...]]:
    """The sources that each of these records rests on at any distance, by ways that lie `among` what counts."""
    asked = list(ids)
    within = reached(network, asked, among, back=True)
    ordered = sorted(within, key=lambda id: COLUMNS[network.nodes[id].kind])
    sources = list(of_kind(network, ordered, "source"))
    masks = gather(ordered, {id: 1 << place for place, id in enumerate(sources)}, network.before)
    told = {mask: tuple(_members(mask, sources)) for mask in {masks[id] for id in asked if id in masks}}
    return {id: told[masks[id]] if id in masks else () for id in asked}


def _members(mask: int, members: Sequence[int]) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield members[lowest.bit_length() - 1]
        mask ^= lowest


def gather(ordered: Iterable[int], bits: Mapping[int, int], step: Mapping[int, Iterable[int]]) -> dict[int, int]:
    """The bits of each record and of all that it leads to; what it leads to must come first in the order."""
    masks: dict[int, int] = {}
    for id in ordered:
        mask = bits.get(id, 0)
        for near in step[id]:
            mask |= masks.get(near, 0)  # one that is not there is hidden or not live
        masks[id] = mask
    return masks
