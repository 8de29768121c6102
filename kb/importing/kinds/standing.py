"""What a mapping table is compared with: the sources, what they say, and how one plan stands to them, read once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process
from sqlalchemy import select

from kb.exporting import wording
from kb.exporting.mapped import point_of
from kb.exporting.marks import mark_of
from kb.exporting.wording import Meaning
from kb.importing.fields import plain
from kb.importing.proposals import Match
from kb.models.organisation import Organisation
from kb.models.plan import Response, ResponseSource
from kb.models.record import Kind, Record
from kb.models.source import Implication, KeyPoint, Source, SourceName
from kb.permissions import visible_to
from kb.removal.likeness import MOST_SHOWN, NEAR_ENOUGH, nearness

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kb.importing.proposals import Context

CACHED = "standing"
# Words that were changed are still the same point above this; below it, it is another.
SAME_POINT = 80


@dataclass(frozen=True, slots=True)
class Known:
    """A source by its number, its short name and its title."""

    id: int
    ref: str
    title: str


@dataclass(frozen=True, slots=True)
class Said:
    """A key point or an implication: its short name, its mark in our documents, its words, and the whole line."""

    ref: str
    mark: str
    text: str
    line: str


# A line of the file, and what it means of what is there.
Line = tuple[str, Said | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """How the plan stands to some sources."""

    ref: str
    type: str
    text: str
    section: str


@dataclass
class Standing:
    """Everything by the names that a file gives it, or by the number of its source."""

    names: dict[str, list[Known]] = field(default_factory=lambda: defaultdict(list))
    marked: dict[str, Known] = field(default_factory=dict)
    points: dict[int, list[Said]] = field(default_factory=lambda: defaultdict(list))
    implications: dict[int, list[Said]] = field(default_factory=lambda: defaultdict(list))
    answers: dict[int, Answer] = field(default_factory=dict)
    organisations: dict[str, str] = field(default_factory=dict)
    # The sources that rows of this file make, by title, with the years in which they were published.
    coming: dict[str, list[tuple[str, Known]]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, context: Context) -> Standing:
        """What stands for this file; read at its first row."""
        if CACHED not in context.cache:
            context.cache[CACHED] = _read(context)
        found = context.cache[CACHED]
        assert isinstance(found, Standing)
        return found

    def source(self, name: str) -> Known | None:
        """The one source of this title, other name or short name."""
        found = {one.id: one for one in self.names.get(plain(name), [])}
        return next(iter(found.values())) if len(found) == 1 else None

    def made(self, title: str, year: str = "") -> Known | None:
        """The source of this title that an earlier row of the file makes; two editions are two sources."""
        found = self.coming.get(plain(title), [])
        return next((one for other, one in found if not year or not other or year == other), None)

    def expect(self, title: str, year: str, source_id: int = 0, ref: str = "") -> Known:
        """Let later rows of the file know a source that this one makes; one that is only proposed has no short name."""
        known = Known(source_id or -1 - sum(map(len, self.coming.values())), ref, title)
        self.coming[plain(title)].append((year, known))
        return known

    def like(self, title: str) -> tuple[Match, ...]:
        """The sources that a title resembles, the nearest first."""
        found = process.extract(
            plain(title), list(self.names), scorer=nearness, score_cutoff=NEAR_ENOUGH, limit=MOST_SHOWN
        )
        matches: dict[str, Match] = {}
        for name, score, _ in found:
            for one in self.names[name]:
                matches.setdefault(one.ref, Match(one.ref, one.title, round(score)))
        return tuple(matches.values())[:MOST_SHOWN]


def one_line(text: str) -> str:
    """The words of a text, one space between them."""
    return " ".join(text.split())


def pair(
    lines: Sequence[str], standing: Sequence[Said], marks: Mapping[str, str], *, nearly: bool = True
) -> list[Said | None]:
    """For each line the one among these that it means: by its mark, else by its words or nearly; None where none is."""
    left = list(standing)
    found: list[Said | None] = [None] * len(lines)
    texts = [(wording.read_meaning(line) or wording.read_point(line)).text for line in lines]

    def take(place: int, one: Said | None) -> None:
        if found[place] is None and one is not None:
            found[place] = one
            left.remove(one)

    for place, line in enumerate(lines):
        take(place, next((one for one in left if one.mark == marks.get(line)), None))
    for place, text in enumerate(texts):
        take(place, next((one for one in left if plain(one.text) == plain(text)), None))
    for place, text in enumerate(texts if nearly else ()):
        near = process.extractOne(text, [one.text for one in left], scorer=fuzz.ratio, score_cutoff=SAME_POINT)
        take(place, left[near[2]] if near is not None and found[place] is None else None)
    return found


def differing(lines: Sequence[Line]) -> list[Line]:
    """The lines that are not there, or stand in other words; one without a tail leaves what the tail says."""
    return [
        (line, said) for line, said in lines if said is None or one_line(line) not in {said.line, one_line(said.text)}
    ]


def _read(context: Context) -> Standing:
    session, seen = context.session, visible_to(context.by)
    standing = Standing()
    for source_id, ref, title in session.execute(select(Source.id, Source.ref, Source.title).where(seen)):
        known = Known(source_id, ref, title)
        standing.marked[mark_of(Kind.SOURCE, ref)] = known
        for name in {plain(ref), plain(title)}:
            standing.names[name].append(known)
    named = select(SourceName.name, Source.id, Source.ref, Source.title)
    named = named.join(Source, Source.id == SourceName.source_id).where(seen)
    for name, source_id, ref, title in session.execute(named):
        standing.names[plain(name)].append(Known(source_id, ref, title))
    for point in session.scalars(select(KeyPoint).where(seen).order_by(KeyPoint.source_id, KeyPoint.position)):
        standing.points[point.source_id].append(as_said(point))
    for one in session.scalars(select(Implication).where(seen).order_by(Implication.source_id, Implication.position)):
        standing.implications[one.source_id].append(as_said(one))
    _read_answers(context, standing)
    bodies = select(Organisation.ref, Record.title, Organisation.abbreviation).where(seen)
    for ref, title, abbreviation in session.execute(bodies):
        standing.organisations |= {plain(name): ref for name in (ref, title, abbreviation) if name}
    return standing


def as_said(record: KeyPoint | Implication) -> Said:
    """A key point or an implication as a line of a table means it."""
    if isinstance(record, KeyPoint):
        tail = wording.point_tail(point_of(record))
    else:
        tail = wording.meaning_tail(Meaning(record.title, record.implication_kind, record.horizon or ""))
    return Said(record.ref, mark_of(record.kind, record.ref), record.title, one_line(f"{record.title} {tail}"))


def _read_answers(context: Context, standing: Standing) -> None:
    if context.plan is None:
        return
    query = select(ResponseSource.source_id, Response).join(Response, Response.id == ResponseSource.response_id)
    query = query.where(Response.plan_id == context.plan.id, visible_to(context.by))
    for source_id, one in context.session.execute(query):
        standing.answers[source_id] = Answer(one.ref, one.response_type or "", one.text, one.section)
