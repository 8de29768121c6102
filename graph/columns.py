"""The links of a thread and the gaps of a plan as files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph import gap_words
from kb import downloads, labels
from kb.spreadsheets import Column, Sheet
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from graph.missing import Gap
    from graph.network import Node
    from graph.thread import Thread


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
        yield Joint(nodes[edge.source], nodes[edge.target], type=edge.type, reason=edge.reason or "", state=edge.state)
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
        Column(gettext("Link"), lambda one: labels.readable(one.type), width=16),
        Column(gettext("Reason"), lambda one: one.reason, width=50),
        Column(gettext("State"), lambda one: labels.readable(one.state), width=12),
        Column(gettext("To ref"), lambda one: one.end.ref if one.end else "", width=24),
        Column(gettext("To kind"), lambda one: kind(one.end, one), width=14),
        Column(gettext("To"), lambda one: one.end.title if one.end else "", width=50),
    ]


def gaps(found: Mapping[str, Sequence[Gap]]) -> Sheet[tuple[str, Gap]]:
    """These gaps, one kind after the other."""
    rows = [(gap_words.of(kind, 1).heading.removeprefix("1 "), gap) for kind, listed in found.items() for gap in listed]
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
