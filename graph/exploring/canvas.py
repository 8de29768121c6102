"""A drawn thread as plain data: boxes where they stand, the lines between them, and the records with their links.

Records are named `kind:ref`, so that nothing in it means anything to the database. A box may hold several records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graph.layout import INDENT, LINE, PADDING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from graph.layout import Box, GapBox, Key, Picture
    from graph.network import Edge, Node
    from graph.threads.thread import Thread

#: A canvas with more boxes can no longer be moved smoothly, nor read.
MOST_ON_CANVAS = 1500
# A line of text is placed by its middle, which lies so far above the line that letters stand on.
FIRST_LINE, MIDDLE = 20.5, 4.5
TAG_TOP, TAG_HEIGHT, UNDER_TAG = 7.0, 18.0, 21.0


@dataclass(frozen=True)
class Words:
    """What the picture says of several records and of gaps, in the reader's language."""

    counts: Mapping[str, str]  # what a box that holds several records says, by its key
    gaps: Mapping[str, str]  # what a gap says, by the kind that is missing


def name(node: Node) -> str:
    """What a record is called in the data and in addresses that ask about it."""
    return f"{node.kind}:{node.ref}"


def box_name(box: Box) -> str:
    """A box of one record is called like it, one of several like the key that opens it."""
    return f"box:{box.key}" if box.is_folded else name(box.node)


def gap_name(missing: str, node: Node) -> str:
    return f"gap:{missing}:{name(node)}"


def drawn(picture: Picture, shown: Thread, words: Words) -> dict[str, Any]:
    """Everything of the whole picture; what is not in the shown thread is there too, and says so."""
    ids = {node.id for node in shown.nodes}
    stops = {(stop.id, stop.missing) for stop in shown.stops}
    names: dict[Key, str] = {("box", n): box_name(box) for n, box in enumerate(picture.boxes)}
    names |= {("gap", n): gap_name(gap.missing, gap.nodes[0]) for n, gap in enumerate(picture.gaps)}
    placed = {(node.id, gap.missing) for gap in picture.gaps for node in gap.nodes}
    nodes = {node.id: node for node in shown.nodes}
    return {
        "boxes": [_box(box, ids, words) for box in picture.boxes],
        "gaps": [_gap(gap, stops, words) for gap in picture.gaps],
        # Where the shown thread stops though the whole does not: it has no place of its own in the picture.
        "stops": [
            {"id": gap_name(missing, nodes[id]), "of": name(nodes[id]), "title": words.gaps[missing]}
            for id, missing in sorted(stops - placed)
        ],
        "joins": [
            {
                "from": names[join.ends[0]],
                "to": names[join.ends[1]],
                "state": join.state,
                "bends": join.bends,
                "middle": join.middle,
            }
            for join in picture.joins
        ],
        "heads": [{"x": head.x, "kinds": [kind for kind, _ in head.counts]} for head in picture.headings],
    }


def _box(box: Box, ids: set[int], words: Words) -> dict[str, Any]:
    left = 12.0 if box.kind == "response" else INDENT
    first = FIRST_LINE + (UNDER_TAG if box.tag else 0.0)
    lines = (words.counts[box.key],) if box.is_folded else box.lines
    return {
        "id": box_name(box),
        "kind": box.kind,
        **_at(box),
        "left": left,
        "text": "\n".join(lines),
        "middle": _middle(first, len(lines)) - (2.0 if box.is_folded else 0.0),
        "notes": [*_tag(box, left), *_notes(box, left, first + LINE * len(lines))],
        "is_bold": box.is_focus or box.is_folded,
        "is_focus": box.is_focus,
        "is_shown": any(node.id in ids for node in box.nodes),
        "records": [name(node) for node in box.nodes if node.id in ids] or [name(node) for node in box.nodes],
        "opens": box.key,
    }


def _tag(box: Box, left: float) -> Iterator[dict[str, Any]]:
    if box.tag:
        y = TAG_TOP + TAG_HEIGHT / 2
        yield {"x": left, "y": y, "text": box.tag, "tone": "tag", "w": box.tag_width, "h": TAG_HEIGHT}


def _notes(box: Box, left: float, first: float) -> Iterator[dict[str, Any]]:
    for n, note in enumerate(box.notes):
        yield {"x": left, "y": first + LINE * n - MIDDLE, "text": note.text, "tone": note.tone}


def _gap(gap: GapBox, stops: set[tuple[int, str]], words: Words) -> dict[str, Any]:
    return {
        "id": gap_name(gap.missing, gap.nodes[0]),
        "title": words.gaps[gap.missing],
        **_at(gap),
        "left": PADDING,
        "middle": _middle(FIRST_LINE, 1),
        "notes": [
            {"x": PADDING, "y": FIRST_LINE + LINE * n - MIDDLE, "text": line, "tone": "quiet"}
            for n, line in enumerate(gap.lines, 1)
        ],
        "is_shown": any((node.id, gap.missing) in stops for node in gap.nodes),
        "records": [name(node) for node in gap.nodes],
    }


def _at(box: Box | GapBox) -> dict[str, float]:
    return {"x": box.x, "y": box.y, "w": box.w, "h": box.h}


def _middle(first: float, lines: int) -> float:
    return first - MIDDLE + LINE * (lines - 1) / 2


def links(edges: Iterable[Edge], nodes: Mapping[int, Node], why: Mapping[tuple[int, int], str]) -> list[dict[str, Any]]:
    """The links between records, each with its reason in words."""
    return [
        {
            "from": name(nodes[edge.source]),
            "to": name(nodes[edge.target]),
            "why": why[edge.source, edge.target],
            "is_suspect": edge.is_suspect,
        }
        for edge in edges
    ]
