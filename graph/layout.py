"""The picture of one thread: boxes in columns from source to measure, joins between them, and gaps where it stops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from graph.arranging import arrange
from graph.folding import MOST_BOXES, Folded, Folding, Group, fold, spread_of
from graph.network import COLUMNS, SUSPECT, Node
from graph.threads.thread import Stop, Thread
from kb.wrapping import width_of, wrap

COLUMN_WIDTH, BOX_WIDTH, SPACE = 237.0, 186.0, 22.0
PADDING, INDENT, LINE = 14.0, 31.0, 17.0
TITLE_SIZE, NOTE_SIZE, TOP, MARGIN = 13.5, 12.5, 42.0, 2.0
_GAP_COLUMN = {"source": 0, "priority": 2, "response": 2, "action": 3, "indicator": 4}

Key = tuple[Literal["box", "gap", "way"], int]
State = Literal["current", "suspect", "gap"]


@dataclass(frozen=True)
class Note:
    """One short line under a title: a status, or what keeps its support."""

    text: str
    tone: Literal["quiet", "alarm", "strong"] = "quiet"


@dataclass(frozen=True)
class Marks:
    """What the caller knows of a record and the picture should say, in the reader's language."""

    notes: tuple[Note, ...] = ()
    tag: str | None = None  # how a response stands to its source
    is_lost: bool = False  # loses all support: a double frame with hatching


@dataclass(frozen=True)
class Box:
    """One record, or several of a kind folded into one box that says how many."""

    x: float
    y: float
    w: float
    h: float
    group: Group
    lines: tuple[str, ...]
    notes: tuple[Note, ...]
    tag: str | None
    tag_width: float
    is_focus: bool
    is_lost: bool

    @property
    def nodes(self) -> tuple[Node, ...]:
        return self.group.nodes

    @property
    def node(self) -> Node:
        return self.nodes[0]

    @property
    def kind(self) -> str:
        return self.nodes[0].kind

    @property
    def key(self) -> str:
        return self.group.key  # opens a folded box

    @property
    def is_folded(self) -> bool:
        return self.group.is_folded


@dataclass(frozen=True)
class GapBox:
    """An empty place where the thread stops, and the records that it stops at."""

    x: float
    y: float
    w: float
    h: float
    missing: str
    group: Group
    lines: tuple[str, ...]

    @property
    def nodes(self) -> tuple[Node, ...]:
        return self.group.nodes


@dataclass(frozen=True)
class Join:
    """One line between two boxes as SVG path data, the points that bend it, and the middle of its first bend."""

    path: str
    state: State
    middle: tuple[float, float]
    ends: tuple[Key, Key]
    bends: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Heading:
    """The head of a column: which kinds stand in it, and how many records of each."""

    x: float
    counts: tuple[tuple[str, int], ...]
    is_focus: bool  # it holds nothing but the record that the picture is about


@dataclass(frozen=True)
class Picture:
    """All that a template needs to draw the map; words for kinds and gaps are the template's."""

    width: float
    height: float
    focus: Node
    headings: tuple[Heading, ...]
    boxes: tuple[Box, ...]
    gaps: tuple[GapBox, ...]
    joins: tuple[Join, ...]
    gap_count: int
    suspect_count: int
    folded: Folded

    @property
    def is_summary(self) -> bool:
        """Whether some records share a box."""
        return any(group.is_folded for group in self.folded.groups)


@dataclass(frozen=True)
class _Slot:
    """A place in a column before heights are known: a box, a gap, or the way of a join that passes a column."""

    column: int
    height: float
    lines: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class _Line:
    """A join before heights are known: the slots it runs through, left to right."""

    slots: tuple[Key, ...]
    state: State


def draw(
    thread: Thread,
    *,
    marks: Mapping[int, Marks] | None = None,
    who_acts: Mapping[int, str] | None = None,
    folding: Folding | None = None,
    most: int = MOST_BOXES,
) -> Picture:
    """Lay out a thread; with more records than the most allowed, or where `folding` asks for it, as a summary.

    `marks` says more about a record by its id, `who_acts` who should close the gap at a record.
    """
    folded = (summed_up := fold(thread, folding, most)).groups
    marks, who_acts = marks or {}, who_acts or {}
    stops = _folded_stops(thread, folded)
    slots: dict[Key, _Slot] = {("box", n): _box_slot(thread, group, marks) for n, group in enumerate(folded)}
    slots |= {("gap", n): _gap_slot(stop, group, who_acts) for n, (stop, group) in enumerate(stops)}
    lines = _lines(thread, folded, stops, slots)
    columns: list[list[Key]] = [[key for key, slot in slots.items() if slot.column == at] for at in range(5)]
    links = [pair for line in lines for pair in pairwise(line.slots)]
    middles = arrange(columns, links, {key: slot.height for key, slot in slots.items()}, SPACE)

    top = TOP + LINE * (len({node.kind for node in thread.nodes} & {"implication", "response"}) == 2)
    at = {key: (_left(slot.column), round(middles[key] + top, 1)) for key, slot in slots.items()}
    return Picture(
        width=_left(4) + BOX_WIDTH + 1,
        height=round(max(at[key][1] + slot.height / 2 for key, slot in slots.items()) + MARGIN, 1),
        focus=thread.focus,
        headings=tuple(_headings(thread)),
        boxes=tuple(_box(thread, group, slots["box", n], at["box", n], marks) for n, group in enumerate(folded)),
        gaps=tuple(_gap(stop, group, slots["gap", n], at["gap", n]) for n, (stop, group) in enumerate(stops)),
        joins=tuple(_join(line, at) for line in lines),
        gap_count=len(thread.stops),
        suspect_count=len(thread.suspects),
        folded=summed_up,
    )


def _left(column: int) -> float:
    return column * COLUMN_WIDTH + 1


def _headings(thread: Thread) -> Iterable[Heading]:
    kinds = Counter(node.kind for node in thread.nodes)
    for at in range(5):
        counts = tuple((kind, kinds[kind]) for kind, column in COLUMNS.items() if column == at and kinds[kind])
        if not counts:
            counts = ((next(kind for kind, column in COLUMNS.items() if column == at), 0),)
        yield Heading(_left(at), counts, counts == ((thread.focus.kind, 1),))


def _folded_stops(thread: Thread, folded: Sequence[Group]) -> list[tuple[Stop, Group]]:
    """One gap for each group at which the thread stops; all records of a group stop for want of the same."""
    at = {group.nodes[0].id: group for group in folded}
    return [(stop, at[stop.id]) for stop in thread.stops if stop.id in at]


def _box_slot(thread: Thread, group: Group, marks: Mapping[int, Marks]) -> _Slot:
    node, mark = group.nodes[0], marks.get(group.nodes[0].id, Marks())
    room = BOX_WIDTH - INDENT - 6
    if group.is_folded:
        about = wrap(group.about, room - 4, NOTE_SIZE, most=2)
        return _Slot(COLUMNS[node.kind], PADDING + LINE * (1 + len(about)), notes=tuple(map(Note, about)))
    lines = wrap(node.title, room, TITLE_SIZE, bold=node.id == thread.id)
    notes = tuple(
        Note(text, note.tone)
        for note in mark.notes
        for text in wrap(note.text, room, NOTE_SIZE, bold=note.tone != "quiet", most=2)
    )
    rows = len(lines) + len(notes) + (mark.tag is not None)
    return _Slot(COLUMNS[node.kind], PADDING + LINE * rows + (4 if mark.tag else 0), lines, notes)


def _gap_slot(stop: Stop, group: Group, who_acts: Mapping[int, str]) -> _Slot:
    said = who_acts.get(stop.id, "") if not group.is_folded else ""
    lines = wrap(said, BOX_WIDTH - 2 * PADDING, NOTE_SIZE, most=2)
    return _Slot(_GAP_COLUMN[stop.missing], PADDING + LINE * (1 + len(lines)), lines)


def _lines(
    thread: Thread, folded: Sequence[Group], stops: list[tuple[Stop, Group]], slots: dict[Key, _Slot]
) -> list[_Line]:
    """The joins, each through a way of its own past every column between; adds the ways to the slots."""
    number_of = spread_of(folded)
    states: dict[tuple[Key, Key], State] = {}
    for edge in thread.edges:
        ends: tuple[Key, Key] = ("box", number_of[edge.source]), ("box", number_of[edge.target])
        if edge.state == SUSPECT or ends not in states:
            states[ends] = "suspect" if edge.state == SUSPECT else "current"
    for number, (stop, group) in enumerate(stops):
        box: Key = ("box", number_of[group.nodes[0].id])
        states[(("gap", number), box) if stop.missing == "source" else (box, ("gap", number))] = "gap"

    lines, ways = [], 0
    for (left, right), state in states.items():
        between: list[Key] = []
        for column in range(slots[left].column + 1, slots[right].column):
            between.append(("way", ways))
            slots["way", ways] = _Slot(column, 4.0)
            ways += 1
        lines.append(_Line((left, *between, right), state))
    return lines


def _box(thread: Thread, group: Group, slot: _Slot, at: tuple[float, float], marks: Mapping[int, Marks]) -> Box:
    mark = Marks() if group.is_folded else marks.get(group.nodes[0].id, Marks())
    return Box(
        x=at[0],
        y=round(at[1] - slot.height / 2, 1),
        w=BOX_WIDTH,
        h=slot.height,
        group=group,
        lines=slot.lines,
        notes=slot.notes,
        tag=mark.tag,
        tag_width=round(width_of(mark.tag or "", NOTE_SIZE) + 12, 1),
        is_focus=group.nodes[0].id == thread.id,
        is_lost=mark.is_lost,
    )


def _gap(stop: Stop, group: Group, slot: _Slot, at: tuple[float, float]) -> GapBox:
    return GapBox(at[0], round(at[1] - slot.height / 2, 1), BOX_WIDTH, slot.height, stop.missing, group, slot.lines)


def _join(line: _Line, at: Mapping[Key, tuple[float, float]]) -> Join:
    """Level at both ends of every bend, straight where it passes a column."""
    x, y = at[line.slots[0]]
    x += BOX_WIDTH
    path, middle = f"M{x:g} {y:g}", None
    bends: list[tuple[float, float]] = []
    for key in line.slots[1:]:
        to_x, to_y = at[key]
        half = (x + to_x) / 2
        middle = middle or (round(half, 1), round((y + to_y) / 2, 1))
        path += f"C{half:g} {y:g} {half:g} {to_y:g} {to_x:g} {to_y:g}"
        bends += [(half, y), (half, to_y)]
        x, y = to_x, to_y
        if key[0] == "way":
            bends += [(x, y), (x + BOX_WIDTH, y)]
            x += BOX_WIDTH
            path += f"H{x:g}"
    assert middle is not None
    return Join(path, line.state, middle, (line.slots[0], line.slots[-1]), tuple(bends))
