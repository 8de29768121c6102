"""What a row of a mapping table asks for beside what stands: the sources it means, new words, and another answer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kb import labels
from kb.editing import LONGEST_TITLE
from kb.errors import Invalid
from kb.exporting import wording
from kb.importing import fields as reading
from kb.importing.fields import Field
from kb.importing.kinds import mapped
from kb.importing.kinds.standing import Said, Standing, differing, one_line, pair
from kb.importing.proposals import NEW, SAME_AS, Context, Difference, Match, Problem
from kb.words import gettext

if TYPE_CHECKING:
    from kb.importing.fields import Values
    from kb.importing.kinds.standing import Known, Line

# Between the mark of a line and its words.
TAB = "\t"


@dataclass(frozen=True, slots=True)
class WantedSource:
    """One source that a row names: the one it is, or what a new one is to be, and its lines beside those there."""

    number: str
    title: str
    known: Known | None
    values: Values
    points: tuple[Line, ...]
    meanings: tuple[Line, ...]
    is_of_file: bool = False  # an earlier row of the file makes it

    @property
    def is_here(self) -> bool:
        """Whether it stands already, and not only in an earlier row that is proposed."""
        return self.known is not None and bool(self.known.ref)

    @property
    def is_renamed(self) -> bool:
        """Whether it is known by its mark and bears another title by now."""
        is_marked = "marks" in self.values and not self.is_of_file
        return self.known is not None and is_marked and self.title != one_line(self.known.title)

    @property
    def called(self) -> str:
        """What it is called where it stands, else in the file."""
        return self.known.title if self.known is not None else self.title

    @property
    def year(self) -> str:
        return _year(self.values)


@dataclass
class Wanted:
    """All that a row asks for, and what of it differs from what stands."""

    section: str
    relevance: str
    has_answer: bool
    response_type: str = ""
    sources: list[WantedSource] = field(default_factory=list)
    answer: str = ""  # the short name of the one that stands
    is_answered_here: bool = False
    problems: list[Problem] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    matches: tuple[Match, ...] = ()


def numbers(values: Values) -> list[str]:
    """The numbers of the sources that a row names."""
    keys = (key.rpartition("-") for key in values)
    return sorted({number for key, _, number in keys if key == "source"}, key=int)


def wanted(context: Context, values: Values, match: str) -> Wanted:
    """What a row asks for; `match` is the known source that its first unknown one is."""
    standing = Standing.of(context)
    section, relevance = (values.get(name, "").strip() for name in ("section", "relevance"))
    found = Wanted(section, relevance, "relevance" in values)
    for number in numbers(values):
        own = {key[: -len(number) - 1]: text for key, text in values.items() if key.endswith(f"-{number}")}
        title = one_line(own["source"])
        if not title:
            continue
        known, is_of_file = _known(standing, title, own), False
        if known is None and match != NEW:
            known = standing.made(title, _year(own))
            is_of_file = known is not None
        if known is None and match.startswith(SAME_AS):
            first, match = match.removeprefix(SAME_AS), ""
            known, is_of_file = standing.made(first) or standing.source(first), True
            if known is None:
                words = gettext(
                    "No earlier row that comes in adds “%(title)s”. Take that row in again, or choose anew",
                    title=first,
                )
                found.problems.append(Problem(f"source-{number}", words))
        elif known is None and match and match != NEW:
            known, match = standing.source(match), ""
        if known is None and not found.matches:
            found.matches = standing.like(title)
        points, meanings = _lines(own, "key_points"), _lines(own, "implications")
        line_marks = _line_marks(own.get("line_marks", ""))
        # What another row of the file says nearly so is not said anew by this one, but besides.
        there = (standing.points[known.id], standing.implications[known.id]) if known else ([], [])
        said, meant = (
            pair(lines, those, line_marks, nearly=not is_of_file)
            for lines, those in zip((points, meanings), there, strict=True)
        )
        lines = [tuple(zip(some, others, strict=True)) for some, others in ((points, said), (meanings, meant))]
        found.sources.append(WantedSource(number, title, known, own, lines[0], lines[1], is_of_file))
    if not found.sources:
        found.problems.append(Problem("source-1", gettext("Name the source that the row is about")))
        return found
    _share_points(found, standing)
    _check(found, values)
    _compare(context, found, standing)
    return found


def expect(context: Context, found: Wanted) -> None:
    """Let later rows of the file know the sources that a row would make, and what it would say of them."""
    standing = Standing.of(context)
    for one in found.sources:
        known = one.known or standing.expect(one.title, one.year)
        if not known.ref:
            standing.points[known.id] += [_planned(line) for line, said in one.points if said is None]
            standing.implications[known.id] += [_planned(line) for line, said in one.meanings if said is None]


def _planned(line: str) -> Said:
    return Said("", "", (wording.read_meaning(line) or wording.read_point(line)).text, line)


def _known(standing: Standing, title: str, values: Values) -> Known | None:
    """The source that stands under one of the marks of a row, or its names."""
    marks = values.get("marks", "").split()
    marked = next((standing.marked[mark] for mark in marks if mark in standing.marked), None)
    return marked or _by_name(standing, title, values)


def _year(values: Values) -> str:
    """The year in which a row says that its source was published."""
    year = values.get("published", "")[-4:]
    return year if year.isdecimal() else ""


def _by_name(standing: Standing, title: str, values: Values) -> Known | None:
    """The source of these words: with the year and whatever else the row says of it, else of its title alone.

    A title that somebody has mended since is all that counts.
    """
    named, year = values.get("named", ""), _year(values)
    whole = standing.source(named) if reading.plain(title) in reading.plain(named) else None
    dated = standing.source(f"{title} {year}") if year else None
    return whole or dated or standing.source(title)


def _line_marks(text: str) -> dict[str, str]:
    """The marks of lines, by their words."""
    marked = (one.partition(TAB) for one in text.split("\n") if one)
    return {one_line(line): mark for mark, _, line in marked}


def _lines(values: Values, key: str) -> list[str]:
    return [one_line(line) for line in values.get(key, "").splitlines() if line.strip()]


def _share_points(found: Wanted, standing: Standing) -> None:
    """A cell that two sources share says what either of them says: a point is that one's which has it already."""
    first, *others = found.sources
    for other in others:
        if other.known is None:
            continue
        loose = [line for line, said in first.points if said is None]
        paired = dict(zip(loose, pair(loose, standing.points[other.known.id], {}), strict=True))
        moved = {line: said for line, said in paired.items() if said is not None}
        first = replace(first, points=tuple(one for one in first.points if one[0] not in moved))
        found.sources[found.sources.index(other)] = replace(other, points=(*other.points, *moved.items()))
    found.sources[0] = first


def _check(found: Wanted, values: Values) -> None:
    """Note all that is wrong with what a row says."""
    response_type = Field("response_type", gettext("How the plan stands to it"), choices=labels.response_types())
    for one in found.sources:
        if len(one.title) > LONGEST_TITLE:
            words = gettext("A title has up to %(number)s characters", number=LONGEST_TITLE)
            found.problems.append(Problem(f"source-{one.number}", words))
        if one.known is None:
            found.problems += [
                Problem(f"{problem.field}-{one.number}", problem.message) for problem in mapped.problems_of(one.values)
            ]
    try:
        found.response_type = reading.choice(response_type, values.get("response_type", ""))
    except Invalid as error:
        found.problems.append(Problem(error.field, str(error)))
    if found.response_type and not found.relevance:
        found.problems.append(Problem("relevance", gettext("Say how the plan answers, or choose no answer")))


def _compare(context: Context, found: Wanted, standing: Standing) -> None:
    """Note what of the row is not there yet, or stands in other words."""
    for one in found.sources:
        if one.known is None:
            found.differences.append(Difference(gettext("Source"), "", one.title))
        elif one.is_renamed:
            found.differences.append(Difference(gettext("Title"), one.known.title, one.title))
        for label, lines in (
            (gettext("Key point"), one.points),
            (wording.workforce_heading(), one.meanings),
        ):
            changed = differing(lines)
            found.differences += [Difference(label, said.line if said else "", line) for line, said in changed]
    _compare_answer(context, found, standing)


def _compare_answer(context: Context, found: Wanted, standing: Standing) -> None:
    known = [one.known.id for one in found.sources if one.known is not None]
    answers = {standing.answers[one].ref: standing.answers[one] for one in known if one in standing.answers}
    if len(answers) > 1:
        words = gettext("These sources stand in different rows of the plan’s mapping. Bring each in a row of its own")
        found.problems.append(Problem("source-1", words))
        return
    answer = next(iter(answers.values()), None)
    found.answer = answer.ref if answer else ""
    earlier = [one.called for one in found.sources if f"answer {reading.plain(one.called)}" in context.seen]
    context.seen.update({f"answer {reading.plain(one.called)}": "" for one in found.sources})
    if earlier and found.relevance:
        words = gettext("“%(title)s” has an earlier row in this file. Put the two rows together", title=earlier[0])
        found.problems.append(Problem("source-1", words))
        return
    was_type, was_text = (answer.type, answer.text) if answer else ("", "")
    types = labels.response_types()
    if found.response_type and found.response_type != was_type:
        told = types.get(was_type, ""), types[found.response_type]
        found.differences.append(Difference(gettext("How the plan stands to it"), *told))
    if found.relevance and one_line(found.relevance) != one_line(was_text):
        found.differences.append(Difference(gettext("Answer"), was_text, found.relevance))
    found.is_answered_here = found.has_answer and answer is None and not earlier
    if found.is_answered_here and not found.relevance:
        found.differences.append(Difference(gettext("Answer"), "", gettext("None yet")))
