"""Answers about the thread for one reader: how far it reaches, why a record is there, and where it stops."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from graph import reach, snapshot
from graph.gaps import missing
from graph.network import COLUMNS, OWNS, of_kind, see
from graph.network import circles as find_circles
from graph.threads import thread as threads
from kb.errors import Invalid, NotFound
from kb.models.link import ORDERED_TYPES
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Set
    from datetime import date

    from sqlalchemy.orm import Session

    from graph.gaps.missing import Gap
    from graph.network import Circle, Network, Node, Seen
    from graph.snapshot import Snapshot
    from graph.threads.thread import Path, Thread
    from kb.models.plan import Plan
    from kb.models.record import Record
    from kb.permissions import Person

Strip = list[tuple[str, int]]
IN_STRIP = ("source", "implication", "priority", "action", "indicator")
OVERDUE, IDLE = "overdue", "idle"
_ABOVE = frozenset({"source", "implication", "response"})  # the priorities
# What should follow a column; after an action a measure may also stand in its own words.
_FOLLOWS = {COLUMNS[before]: after for before, after in pairwise(IN_STRIP) if after != "indicator"}


@dataclass(frozen=True, slots=True)
class Step:
    """One record on the way from a source, and the link that leads from it to the next."""

    kind: str
    ref: str
    title: str
    reason: str  # why the next step follows; empty where nobody has said, and after the last step
    is_suspect: bool
    is_own: bool = False  # whether it was not linked by hand: the next step is written in it, or is its own


@dataclass(frozen=True, slots=True)
class Why:
    """One reason for a record to be there: the way down to it from one source.

    `weight` is that of the source: law, another driver or research, as the snapshot numbers them.
    """

    steps: tuple[Step, ...]
    weight: int
    is_live: bool

    @property
    def is_straight(self) -> bool:
        """Whether it leads through no priority: what the source says, or the answer to it, names the record itself."""
        return all(step.kind != "priority" for step in self.steps[:-1])


def strips(
    session: Session, ids: Collection[int], person: Person, *, overdue: Set[int] = frozenset()
) -> dict[int, Strip]:
    """For each record how many of each kind its thread holds, in the thread's order; kinds with none are left out.

    Where the thread stops short of an action, the kind that should follow stands last with a 0. How many of its actions
    are among the `overdue` follows the actions. Priorities that sources set themselves and no action delivers answer
    no source, so they are not counted for what stands above them.
    """
    held = snapshot.current(session)
    seen = held.seen_by(person)
    also = {OVERDUE: overdue, IDLE: _idle(held.network, seen)}
    found = reach.counts(held.network, ids, keep=seen, also=also)
    return {id: _strip(held.network.nodes[id].kind, found[id]) if id in found else [] for id in ids}


def _idle(network: Network, seen: Set[int]) -> set[int]:
    """The priorities of sources alone that no action delivers, as far as the reader sees."""
    actions = network.of_kind("action") & seen
    own = network.of_plan(None) & network.of_kind("priority") & seen
    return {id for id in own if actions.isdisjoint(network.after[id])}


def _strip(kind: str, counts: Mapping[str, int]) -> Strip:
    counts = {**counts, "priority": counts.get("priority", 0) - counts.get(IDLE, 0)} if kind in _ABOVE else counts
    strip = [(each, number) for each in IN_STRIP if (number := counts.get(each))]
    furthest = max(COLUMNS[kind], COLUMNS[strip[-1][0]] if strip else 0)
    if furthest in _FOLLOWS:
        strip.append((_FOLLOWS[furthest], 0))
    if late := counts.get(OVERDUE):
        strip.insert(1 + [each for each, _ in strip].index("action"), (OVERDUE, late))
    return strip


def why(session: Session, record_id: int, person: Person) -> list[Why]:
    """The way down to a record from each source behind it: what leads straight to it before what priorities bring.

    Within each of these law comes first, then other drivers, then research; sources that are over come last of all.
    """
    held = snapshot.current(session)
    seen = held.seen_by(person)
    straight = seen - (held.network.of_kind("priority") - {record_id})
    try:
        paths = {path.source.id: path for path in threads.why(held.network, record_id, keep=seen)}
        paths |= {path.source.id: path for path in threads.why(held.network, record_id, keep=straight)}
    except KeyError:
        return []
    found = [Why(tuple(_steps(path)), held.weights[path.source.id], path.source.is_live) for path in paths.values()]
    return sorted(found, key=lambda one: (not one.is_live, not one.is_straight, one.weight))  # else as they come


def _steps(path: Path) -> list[Step]:
    steps = [
        Step(node.kind, node.ref, node.title, edge.reason or "", edge.is_suspect, edge.type == OWNS)
        for node, edge in zip(path.nodes, path.edges, strict=False)
    ]
    last = path.nodes[-1]
    return [*steps, Step(last.kind, last.ref, last.title, "", is_suspect=False)]


def thread(session: Session, record: Record, person: Person, plan: Plan | None = None) -> Thread:
    """All that a record rests on and all that rests on it, within one plan if one is given.

    Raises Invalid for a kind that has no place on the thread, NotFound for what the person may not see.
    """
    if record.kind not in COLUMNS:
        kind = record.kind.replace("_", " ")
        raise Invalid("ref", gettext("A record of the kind “%(kind)s” has no thread of its own", kind=kind))
    held = snapshot.current(session)
    keep = held.seen_by(person)
    if plan is not None:
        keep = _of_plan(held, keep, record.id, plan.id)
    try:
        found = threads.thread(held.network, record.id, keep=keep)
    except KeyError:
        raise NotFound(record.kind.replace("_", " "), record.ref) from None
    stops = (stop for stop in found.stops if stop.missing != "indicator" or stop.id in held.unmeasured)
    return replace(found, stops=tuple(stops))  # a measure may also stand in the action's own words


def _of_plan(held: Snapshot, keep: Seen, id: int, plan_id: int) -> Seen:
    """What all plans share and what this one holds; the record asked about stays, though it may be another plan's."""
    return see(held.network, keep & (held.network.of_plan(None) | held.network.of_plan(plan_id) | {id}))


def over(session: Session, ids: Collection[int]) -> dict[int, str]:
    """The status of those sources among the ids that are over: they ended, or others took their place."""
    known = snapshot.current(session).over
    return {id: known[id] for id in ids if id in known}


@dataclass(frozen=True, slots=True)
class Weight:
    """How many open priorities and actions of a plan rest on a source, and how many of them on nothing else."""

    all: int
    alone: int


def weigh(session: Session, ids: Collection[int], person: Person, plan: Plan) -> dict[int, Weight]:
    """What each of these sources carries in a plan, whether it is still in force or not."""
    held = snapshot.current(session)
    keep = held.seen_by(person)
    open_ones = set(of_kind(held.network, held.network.of_plan(plan.id), "priority", "action")) - held.closed
    weights = {}
    for id in ids:
        resting = reach.resting(held.network, id, keep=keep)
        weights[id] = Weight(len(resting.all & open_ones), len(resting.alone & open_ones))
    return weights


@dataclass(frozen=True, slots=True)
class Bearing:
    """The open priorities and actions that rest on a source: those that nothing else supports, and the others."""

    alone: tuple[Node, ...]
    others: int
    is_over: bool = False  # the source was superseded or withdrawn already, so nothing goes with it

    @property
    def touched(self) -> int:
        return len(self.alone) + self.others


def bearing(session: Session, id: int, person: Person) -> Bearing:
    """What would happen to what rests on a source if it were gone with nothing in its place."""
    held = snapshot.current(session)
    if id not in held.seen_by(person).living:
        return Bearing((), 0, is_over=True)
    resting = reach.resting(held.network, id, keep=held.seen_by(person))
    of_plans = resting.all - held.network.of_plan(None)  # what the source puts first itself goes with it
    open_ones = sorted(set(of_kind(held.network, of_plans, "priority", "action")) - held.closed)
    alone = [held.network.nodes[id] for id in open_ones if id in resting.alone]
    alone.sort(key=lambda node: (COLUMNS[node.kind], node.title))
    return Bearing(tuple(alone), len(open_ones) - len(alone))


@dataclass(frozen=True, slots=True)
class Extent:
    """How many records of each kind a plan's thread holds from end to end, and how many sources there are in all."""

    held: int
    sources: int
    implications: int
    priorities: int
    indicators: int
    linked_indicators: int  # that measure an action or a priority


def extent(session: Session, person: Person, plan: Plan) -> Extent:
    """The sources that a plan maps with their implications, its priorities and indicators, as the person sees them."""
    held = snapshot.current(session)
    network = held.network
    seen = held.seen_by(person)
    own = network.of_plan(plan.id) & seen
    responses = set(of_kind(network, own, "response"))
    sources = network.of_kind("source") & seen
    mapped = {id for response in responses for id in network.before[response]} & sources
    read = {id for source in mapped for id in network.after[source]} & seen
    indicators = set(of_kind(network, own, "indicator"))
    return Extent(
        held=len(sources),
        sources=len(mapped),
        implications=sum(1 for _ in of_kind(network, read, "implication")),
        priorities=sum(1 for _ in of_kind(network, own, "priority")),
        indicators=len(indicators),
        linked_indicators=sum(any(before in seen for before in network.before[id]) for id in indicators),
    )


def thread_as_json(session: Session, record: Record, person: Person) -> dict[str, Any]:
    """A record's thread as the command prints it; links name their ends as `kind:ref`."""
    found = thread(session, record, person)
    names = {node.id: f"{node.kind}:{node.ref}" for node in found.nodes}
    return {
        "record": {"kind": record.kind, "ref": record.ref, "title": record.title},
        "nodes": [{"kind": node.kind, "ref": node.ref, "title": node.title} for node in found.nodes],
        "links": [
            {
                "from": names[edge.source],
                "to": names[edge.target],
                "type": edge.type,
                "reason": edge.reason or "",
                "state": edge.state,
            }
            for edge in found.edges
        ],
    }


def gaps(
    session: Session, person: Person, plan: Plan | None, today: date, *, has_pairs: bool = True
) -> dict[str, list[Gap]]:
    """Where the thread of a plan (or of all) is broken, one list for each kind of gap, empty ones too.

    Actions that may be the same are a suggestion, and looking for them takes longer than all the gaps: pages that only
    count gaps leave them out.
    """
    held = snapshot.current(session)
    return missing.find(session, held, person, plan.id if plan else None, today, has_pairs=has_pairs)


def gaps_as_json(session: Session, person: Person, plan: Plan | None, today: date) -> dict[str, list[dict[str, str]]]:
    """The gaps of a plan as the command prints them."""
    found = gaps(session, person, plan, today)
    return {
        kind: [
            {"kind": gap.kind, "ref": gap.ref, "title": gap.title, "who": gap.who, "about": gap.detail}
            for gap in listed
        ]
        for kind, listed in found.items()
    }


def circles(session: Session) -> list[Circle]:
    """Links of one type that lead back to where they began: what they order has no first."""
    return list(find_circles(snapshot.current(session).network, ORDERED_TYPES))


def size(session: Session) -> int:
    """How many links the map holds, support and other relations together."""
    held = snapshot.current(session).network
    return int(held.support.number_of_edges()) + len(held.relations)
