"""The links of a thread and the gaps of a plan as files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph import link_words
from graph.gaps import headings
from kb import downloads, labels
from kb.spreadsheets import Column, Kind, Sheet
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from graph.gaps.missing import Gap
    from graph.network import Node
    from graph.same.pairs import Offered
    from graph.threads.thread import Thread
    from kb.same_actions import Dismissed


@dataclass(frozen=True)
class Joint:
    """One link between two records, or a place where a record lacks one of a kind."""

    start: Node | None
    end: Node | None
    missing: str = ""
    type: str = ""
    reason: str = ""
    state: str = ""


def thread(title: str, found: Thread) -> Sheet[Joint]:
    """The links of a thread, then the places where it stops."""
    return Sheet(gettext("Thread of %(title)s", title=title), _of_joints(), _joints(found))


def _joints(found: Thread) -> Iterator[Joint]:
    nodes = {node.id: node for node in found.nodes}
    for edge in found.edges:
        said = link_words.own(edge, nodes[edge.target].kind) or labels.readable(edge.type)
        yield Joint(nodes[edge.source], nodes[edge.target], type=said, reason=edge.reason or "", state=edge.state)
    for stop in found.stops:
        node, gap = nodes[stop.id], gettext("Gap")
        # A source lacks before the record, anything else after it.
        if stop.missing == "source":
            yield Joint(None, node, stop.missing, state=gap)
        else:
            yield Joint(node, None, stop.missing, state=gap)


def _of_joints() -> list[Column[Joint]]:
    def kind(node: Node | None, joint: Joint) -> str:
        return labels.readable(node.kind if node else joint.missing)

    return [
        Column(gettext("From ref"), lambda one: one.start.ref if one.start else "", width=24),
        Column(gettext("From kind"), lambda one: kind(one.start, one), width=14),
        Column(gettext("From"), lambda one: one.start.title if one.start else "", width=50),
        Column(gettext("Link"), lambda one: one.type, width=16),
        Column(gettext("Reason"), lambda one: one.reason, width=50),
        Column(gettext("State"), lambda one: labels.readable(one.state), width=12),
        Column(gettext("To ref"), lambda one: one.end.ref if one.end else "", width=24),
        Column(gettext("To kind"), lambda one: kind(one.end, one), width=14),
        Column(gettext("To"), lambda one: one.end.title if one.end else "", width=50),
    ]


def gaps(found: Mapping[str, Sequence[Gap]]) -> Sheet[tuple[str, Gap]]:
    """These gaps, one kind after the other."""
    rows = [(headings.of(kind, 1).heading.removeprefix("1 "), gap) for kind, listed in found.items() for gap in listed]
    return Sheet(
        gettext("Gaps"),
        [
            Column(gettext("Ref"), lambda row: row[1].ref, width=24),
            Column(gettext("Kind"), lambda row: labels.readable(row[1].kind), width=14),
            Column(gettext("Record"), lambda row: row[1].title, width=50),
            Column(gettext("Gap"), lambda row: labels.readable(row[0]), width=34),
            Column(gettext("About"), lambda row: row[1].detail, width=40),
            Column(gettext("Who should act"), lambda row: row[1].who),
            downloads.page_of(lambda row: row[1]),
        ],
        rows,
    )


def same(pairs: Sequence[Offered]) -> Sheet[Offered]:
    """Pairs of actions that are likely the same."""
    return Sheet(
        gettext("Likely the same action"),
        [
            Column(gettext("Ref"), lambda row: row.one.action.ref, width=24),
            Column(gettext("Action"), lambda row: row.one.action.title, width=50),
            Column(gettext("Plan"), lambda row: row.one.plan, width=30),
            Column(gettext("Owner"), lambda row: row.one.owner, width=30),
            Column(gettext("Other ref"), lambda row: row.other.action.ref, width=24),
            Column(gettext("Other action"), lambda row: row.other.action.title, width=50),
            Column(gettext("Other plan"), lambda row: row.other.plan, width=30),
            Column(gettext("Other owner"), lambda row: row.other.owner, width=30),
            Column(gettext("Words of both"), lambda row: ", ".join(row.words), width=30),
            Column(gettext("Both rest on"), lambda row: "; ".join(node.title for node in row.ground), width=50),
            downloads.page_of(lambda row: row.one.action),
        ],
        pairs,
    )


def dismissed(found: Sequence[Dismissed]) -> Sheet[Dismissed]:
    """Pairs of actions that somebody said are two."""
    return Sheet(
        gettext("Said to be two actions"),
        [
            Column(gettext("Ref"), lambda row: row.one.ref, width=24),
            Column(gettext("Action"), lambda row: row.one.title, width=50),
            Column(gettext("Other ref"), lambda row: row.other.ref, width=24),
            Column(gettext("Other action"), lambda row: row.other.title, width=50),
            Column(gettext("Why they are two"), lambda row: row.pair.reason, width=50),
            Column(gettext("Said on"), lambda row: row.pair.at.date(), Kind.DATE),
            Column(gettext("By"), lambda row: row.by or ""),
            downloads.page_of(lambda row: row.one),
        ],
        found,
    )
