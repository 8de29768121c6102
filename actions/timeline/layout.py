"""Where everything on a timeline stands: rows with their bars, steps, slips and what waits for what."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from actions.timeline.axis import LABEL_SIZE, Axis, axis_of
from actions.timeline.shapes import LANE, Shapes, diamonds
from kb.wrapping import width_of, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from actions.timeline.axis import Span
    from actions.timeline.shapes import Diamond, Item, Stretch

TITLE_SIZE, NOTE_SIZE, LINE = 13.5, 12.5, 17.0
BAR = 12.0
YEAR_Y, MONTH_Y, TODAY_Y, TOP = 14.0, 31.0, 49.0, 58.0
FOOT = 26.0
BETWEEN = " · "
ROWS_WITHOUT_FOOT = 8
_OUT = 9.0


@dataclass(frozen=True, slots=True)
class Page:
    """How wide the picture is, and where its words and its bars are."""

    width: float
    words: float  # the room for a title
    left: float
    right: float
    words_above: bool


WIDE = Page(width=920, words=268, left=296, right=908, words_above=False)
NARROW = Page(width=350, words=344, left=8, right=342, words_above=True)


@dataclass(frozen=True, slots=True)
class Group:
    """Actions under one heading; a heading without words is not drawn."""

    title: str
    items: Sequence[Item]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """That one action needs another first, and whether that one comes too late."""

    waiting_id: int
    needed_id: int
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A line of words at its place."""

    x: float
    y: float
    words: str
    size: float
    bold: bool = False
    is_middle: bool = False

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom."""
        width = width_of(self.words, self.size, bold=self.bold)
        left = self.x - width / 2 if self.is_middle else self.x
        return left, self.y - self.size * 0.8, left + width, self.y + self.size * 0.22


@dataclass(frozen=True, slots=True)
class Row:
    """One action: its words, and what of its dates lies within the span."""

    item: Item
    y: float
    height: float
    bar_y: float
    title: tuple[Text, ...]
    note: tuple[Text, ...]
    bar: Stretch | None  # from the start to the date now due
    point: float | None  # the due date of an action whose start nobody gave
    overdue: Stretch | None  # from the due date until today
    moved: Stretch | None  # from the date first agreed to the one now due
    first_due: float | None
    expected: Stretch | None  # from the due date to the forecast
    forecast: float | None
    diamonds: tuple[Diamond, ...]

    @property
    def first_x(self) -> float:
        """Where a line that comes from another row arrives."""
        return self.bar.x1 if self.bar else (self.point or 0.0) - BAR / 2

    @property
    def last_x(self) -> float:
        """Where a line to another row begins."""
        return self.bar.x2 if self.bar else (self.point or 0.0) + BAR / 2


@dataclass(frozen=True, slots=True)
class Heading:
    """The name of a group, over the whole width."""

    y: float
    height: float
    title: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """From the end of an action to the start of one that waits for it; `sign` is where a late one is marked."""

    path: str
    head: tuple[float, float]
    is_late: bool
    sign: tuple[float, float]


@dataclass(frozen=True)
class Picture:
    """All that a template needs to draw the timeline; only the words of the key are its own."""

    page: Page
    height: float
    axis: Axis
    bottom: float
    today_x: float | None
    today: Text | None
    headings: tuple[Heading, ...]
    rows: tuple[Row, ...]
    lines: tuple[Line, ...]
    plots: tuple[tuple[float, float], ...]  # from where to where the lines of days run: never through words
    labels: tuple[Text, ...] = field(default=())

    @property
    def texts(self) -> list[Text]:
        """Every line of words in the picture."""
        rows = chain.from_iterable((*row.title, *row.note) for row in self.rows)
        headings = chain.from_iterable(heading.title for heading in self.headings)
        return [*self.labels, *([self.today] if self.today else []), *headings, *rows]


def draw(
    groups: Iterable[Group],
    waits: Iterable[Wait],
    *,
    span: Span,
    today: date,
    today_words: str,
    months: Sequence[str],
    page: Page = WIDE,
) -> Picture:
    """Lay out groups of actions, in their order, over a span of days."""
    axis = axis_of(span, page.left, page.right, months)
    headings: list[Heading] = []
    rows: list[Row] = []
    y = TOP
    for group in groups:
        if group.title:
            headings.append(_heading(group, y, page))
            y += headings[-1].height
        for item in group.items:
            rows.append(_row(item, y, axis, today, page))
            y += rows[-1].height
    today_x = axis.x(today) if today in span else None
    has_foot = len(rows) > ROWS_WITHOUT_FOOT
    return Picture(
        page=page,
        height=round(y + (FOOT if has_foot else 4.0), 1),
        axis=axis,
        bottom=round(y, 1),
        today_x=today_x,
        today=None if today_x is None else _today(today_x, today_words, page),
        headings=tuple(headings),
        rows=tuple(rows),
        lines=() if page.words_above else tuple(_lines(waits, rows)),
        plots=tuple(_plots(rows, page)),
        labels=tuple(_labels(axis, round(y + LINE, 1) if has_foot else None)),
    )


def _plots(rows: Sequence[Row], page: Page) -> Iterable[tuple[float, float]]:
    """The stretches in which rows follow each other without a heading, or each row's own where words stand above it."""
    first: float | None = None
    for place, row in enumerate(rows):
        end = round(row.y + row.height, 1)
        goes_on = not page.words_above and place + 1 < len(rows) and rows[place + 1].y == end
        first = first if first is not None else row.bar_y - LANE / 2 if page.words_above else row.y
        if not goes_on:
            yield first, end
            first = None


def _labels(axis: Axis, foot: float | None) -> Iterable[Text]:
    """The names of years and months above the rows; below many rows those of the smaller unit once more."""
    names = [tick for tick in axis.ticks if tick.words]
    years = [tick for tick in axis.years if tick.words]
    yield from (Text(tick.x + 4, YEAR_Y, tick.words, LABEL_SIZE, bold=True) for tick in years)
    yield from (Text(tick.x + 4, MONTH_Y, tick.words, LABEL_SIZE) for tick in names)
    if foot is not None:
        yield from (Text(tick.x + 4, foot, tick.words, LABEL_SIZE, bold=tick.is_year) for tick in names or years)


def _today(x: float, words: str, page: Page) -> Text:
    half = width_of(words, LABEL_SIZE, bold=True) / 2
    return Text(min(max(x, half), page.width - half), TODAY_Y, words, LABEL_SIZE, bold=True, is_middle=True)


def _heading(group: Group, y: float, page: Page) -> Heading:
    words = f"{group.title} · {group.note}" if group.note else group.title
    lines = wrap(words, page.width - 16, TITLE_SIZE, bold=True)
    texts = tuple(Text(8, y + 25 + LINE * place, line, TITLE_SIZE, bold=True) for place, line in enumerate(lines))
    return Heading(y, LINE * len(lines) + 20, texts)


def _row(item: Item, y: float, axis: Axis, today: date, page: Page) -> Row:
    left = 8.0 if page.words_above else 4.0
    lines = wrap(item.title, page.words, TITLE_SIZE, most=4)
    title = tuple(Text(left, y + 20 + LINE * n, line, TITLE_SIZE) for n, line in enumerate(lines))
    below = y + 20 + LINE * len(lines)
    alarm = wrap(item.alarm, page.words, NOTE_SIZE, bold=True)
    notes = [*((line, True) for line in alarm), *((line, False) for line in _notes(item.notes, page.words))]
    note = tuple(Text(left, below + LINE * n, line, NOTE_SIZE, bold=bold) for n, (line, bold) in enumerate(notes))
    words_height = 16 + LINE * (len(title) + len(note))
    bar_y = y + words_height + 2 if page.words_above else y + 17
    shapes = Shapes(item, axis, today)
    steps = tuple(diamonds(item.steps, axis, today, bar_y, shapes.taken))
    lowest = max((diamond.y for diamond in steps), default=bar_y)
    height = max(lowest + 18 - y, 0 if page.words_above else words_height)
    return Row(
        item=item,
        y=round(y, 1),
        height=round(height, 1),
        bar_y=bar_y,
        title=title,
        note=note,
        bar=shapes.bar,
        point=shapes.point,
        overdue=shapes.overdue,
        moved=shapes.moved,
        first_due=shapes.first_due,
        expected=shapes.expected,
        forecast=shapes.forecast,
        diamonds=steps,
    )


def _notes(notes: Sequence[str], width: float) -> list[str]:
    """On one line where they fit, else each on its own."""
    whole = BETWEEN.join(notes)
    if width_of(whole, NOTE_SIZE) <= width:
        return [whole] if whole else []
    return [line for note in notes for line in wrap(note, width, NOTE_SIZE)]


def _lines(waits: Iterable[Wait], rows: Sequence[Row]) -> Iterable[Line]:
    """A line for each pair whose rows are both drawn."""
    by_id = {row.item.id: row for row in rows if row.bar or row.point is not None}
    for wait in waits:
        needed, waiting = by_id.get(wait.needed_id), by_id.get(wait.waiting_id)
        if needed and waiting:
            yield _line(needed, waiting, is_late=wait.is_late)


def _line(needed: Row, waiting: Row, *, is_late: bool) -> Line:
    """Out of the end of the one, along the edge of the other's row where it must go back, and into its start."""
    x1, y1, x2, y2 = needed.last_x, needed.bar_y, waiting.first_x, waiting.bar_y
    edge = waiting.y if y1 < y2 else waiting.y + waiting.height
    down = x2 - _OUT
    points = [(x1, y1), (down, y1)] if down >= x1 else [(x1, y1), (x1 + _OUT, y1), (x1 + _OUT, edge), (down, edge)]
    points += [(down, y2), (x2, y2)]
    path = f"M{points[0][0]:g} {points[0][1]:g}" + "".join(
        f"H{x:g}" if y == before[1] else f"V{y:g}" for before, (x, y) in pairwise(points)
    )
    return Line(path, (x2, y2), is_late, (down, edge))
