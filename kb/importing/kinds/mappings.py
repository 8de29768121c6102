"""Rows of a mapping table: the sources of a row, what they say and mean, and how the plan stands to them.

What stands in the knowledge base and not in the file stays: a table that leaves something out takes nothing away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb import labels
from kb.editing import LONGEST_WORD
from kb.errors import Invalid
from kb.importing.fields import Field, Shape, plain
from kb.importing.kinds import mapped
from kb.importing.kinds.wanted import TAB, expect, numbers, wanted
from kb.importing.mapping import interpreting, ours
from kb.importing.mapping.headings import recognise
from kb.importing.mapping.words import Role
from kb.importing.proposals import (
    SAME_AS,
    Applied,
    Columns,
    Context,
    FileRow,
    Match,
    Mendable,
    Proposal,
    Reviewed,
    check_reviewed,
)
from kb.models.importing import Outcome
from kb.models.source import Source
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kb.importing.fields import Values
    from kb.importing.grid import Book, Table
    from kb.importing.mapping.ours import MarkedRow
    from kb.importing.mapping.rows import MappingRow, SourceGuess


class MappingKind:
    """The mapping table of one plan; what a row names is found by its title or another of its names."""

    name = "mapping"
    needs_plan = True

    def title(self) -> str:
        return gettext("Mapping table")

    def fields(self) -> Sequence[Field]:
        return [Field(key, label, Shape.TEXT) for key, label in _role_labels().items()]

    def fields_of(self, values: Values) -> Sequence[Field]:
        found = []
        several = len(numbers(values)) > 1
        for number in numbers(values):
            found += [
                Field(f"{key}-{number}", f"{label} {number}" if several else label, shape, choices=choices)
                for key, label, shape, choices in _source_fields()
            ]
        return [*found, *_row_fields()]

    def mendable(self, context: Context, values: Values, match: str) -> Mendable:
        """What a row says of a source that is here already beside its lines is not written: its own page has that."""
        found = wanted(context, values, match)
        known = {one.number: one.known for one in found.sources if one.known is not None}
        unread = {f"{key}-{number}" for number in known for key in mapped.OF_NEW}
        if found.answer:
            unread.add("section")
        return Mendable(
            [one for one in self.fields_of(values) if one.key not in unread],
            tuple(Match(one.ref, one.title, 100) for one in known.values() if one.ref),
        )

    def titles_in(self, values: Values, match: str) -> frozenset[str]:
        """The titles of its sources, and that of an earlier row which it means."""
        titles = [values[f"source-{number}"] for number in numbers(values)]
        meant = [match.removeprefix(SAME_AS)] if match.startswith(SAME_AS) else []
        return frozenset(map(plain, [*titles, *meant])) - {""}

    def new_titles(self, differences: Iterable[Sequence[str]]) -> list[str]:
        """Those of the sources that it would make."""
        return [new for field, old, new in differences if field == gettext("Source") and not old]

    def recognise(self, table: Table) -> dict[str, str]:
        return recognise(table)

    def rows(self, book: Book, columns: Columns) -> Iterator[FileRow]:
        yield from map(_marked, ours.rows_of(book))
        yield from map(_interpreted, interpreting.interpret(ours.without_marked(book), columns).rows)

    def left_out(self, book: Book, columns: Columns) -> list[str]:
        skipped = interpreting.interpret(ours.without_marked(book), columns).skipped
        said = [gettext("%(place)s: left out. %(why)s.", place=one.place, why=one.why) for one in skipped]
        # Rows of anybody else's document say so one by one.
        if any(_is_linked(table) for table in book.tables) and any(ours.rows_of(book)):
            said.append(gettext("The columns of priorities and actions are not read: link them on the page"))
        return said

    def propose(self, context: Context, values: Values, match: str) -> Proposal:
        found = wanted(context, values, match)
        title = " / ".join(one.title for one in found.sources) or gettext("No source is named")
        first = found.sources[0] if found.sources else None
        standing = context.session.get(Source, first.known.id) if first and first.known and first.is_here else None
        if found.problems:
            return Proposal(Outcome.REFUSE, title, standing, problems=tuple(found.problems), matches=found.matches)
        expect(context, found)
        if not any(one.is_here for one in found.sources) and found.differences:
            return Proposal(Outcome.CREATE, title, None, tuple(found.differences), matches=found.matches)
        outcome = Outcome.CHANGE if found.differences else Outcome.SAME
        return Proposal(outcome, title, standing, tuple(found.differences), matches=found.matches)

    def apply(
        self, context: Context, values: Values, match: str, *, reason: str, reviewed: Reviewed = None
    ) -> list[Applied]:
        found = wanted(context, values, match)
        if found.problems:
            raise Invalid(found.problems[0].field, found.problems[0].message)
        check_reviewed(found.differences, reviewed)
        return mapped.write(context, found, reason=reason) if found.differences else []

    def restore(self, context: Context, applied: Applied, *, reason: str) -> None:
        mapped.restore(context, applied, reason=reason)

    def remove(self, context: Context, applied: Applied, *, reason: str) -> None:
        mapped.remove(context, applied, reason=reason)


def _is_linked(table: Table) -> bool:
    """Whether a table has columns for what its rows are linked with."""
    return not {Role.PRIORITIES, Role.ACTIONS}.isdisjoint(recognise(table).values())


def _interpreted(row: MappingRow) -> FileRow:
    """A row of anybody's document, with what had to be guessed."""
    values: dict[str, str] = {}
    guessed: list[str] = []
    for number, source in enumerate(row.sources, 1):
        values |= {f"{key}-{number}": text for key, text in _told(source).items()}
        guessed += [f"{'source' if key == 'title' else key}-{number}" for key in source.guessed]
    values["key_points-1"] = "\n".join(row.key_points)
    values["implications-1"] = "\n".join(row.implications)
    values["section"] = _section(row.section)
    values["response_type"], values["relevance"] = row.response_type, row.relevance
    if row.response_type:
        guessed.append("response_type")
    notes = [*row.notes]
    if not any(source.title for source in row.sources):
        words = gettext(
            "In a sheet each row is one of its own, so this is not taken to go on with the row above. Name its source, "
            "or merge the cell of the source over both rows in the file"
        )
        notes.insert(0, words)
    if row.lead_ins:
        notes.append(gettext("Read as a heading, not as a point: %(lines)s", lines=" | ".join(row.lead_ins)))
    for label, texts in ((gettext("Priorities"), row.priorities), (gettext("Actions"), row.actions)):
        if texts:
            notes.append(gettext("%(column)s are not read: link them on the page", column=label))
    return FileRow(row.place, values, tuple(guessed), tuple(notes))


def _marked(row: MarkedRow) -> FileRow:
    """A row that went out from here."""
    values: dict[str, str] = {}
    for number, source in enumerate(row.sources, 1):
        told = {
            "source": source.title,
            "link": source.link,
            "publisher": source.publisher,
            "published": source.published,
            "key_points": "\n".join(source.points),
            "implications": "\n".join(source.meanings),
            "marks": " ".join(source.marks),
            "line_marks": "\n".join(f"{mark}{TAB}{line}" for line, mark in source.line_marks.items()),
        }
        values |= {f"{key}-{number}": text for key, text in told.items()}
    if row.section != gettext("Not in the mapping yet"):
        values |= {"section": _section(row.section), "response_type": row.response_type, "relevance": row.answer}
    notes = [gettext("This line of the first column was left out: %(line)s", line=line) for line in row.left_out]
    return FileRow(row.place, values, (), tuple(notes))


def _section(heading: str) -> str:
    """A heading as a section, where it is short enough; the one that documents put over rows without is none."""
    return heading if len(heading) <= LONGEST_WORD and heading != gettext("Mapping") else ""


def _told(source: SourceGuess) -> dict[str, str]:
    """A document as its row in the file tells it, by field."""
    return {
        "source": source.title,
        "named": source.named,
        "link": source.link,
        "publisher": source.publisher,
        "published": source.published,
        "starts": str(source.starts or ""),
        "ends": str(source.ends or ""),
        "nations": "; ".join(source.nations),
        "source_kind": source.source_kind,
        "category": source.category,
    }


def _source_fields() -> list[tuple[str, str, Shape, dict[str, str]]]:
    """What a row may say of each of its sources: key, label, what may stand there, and the choices."""
    return [
        ("source", gettext("Source"), Shape.LINE, {}),
        ("category", gettext("Category"), Shape.CHOICE, labels.categories()),
        ("source_kind", gettext("Type"), Shape.CHOICE, {kind: labels.readable(kind) for kind in labels.SOURCE_KINDS}),
        ("publisher", gettext("Publisher"), Shape.LINE, {}),
        ("published", gettext("Published"), Shape.STATED, {}),
        ("starts", gettext("Runs from"), Shape.STATED, {}),
        ("ends", gettext("Runs until"), Shape.STATED, {}),
        ("nations", gettext("Nations"), Shape.CHOICES, labels.nations()),
        ("link", gettext("Read it"), Shape.LINK, {}),
        ("key_points", gettext("Key points, one in each line"), Shape.TEXT, {}),
        ("implications", gettext("What it means for the workforce, one in each line"), Shape.TEXT, {}),
    ]


def _row_fields() -> list[Field]:
    return [
        Field("response_type", gettext("How the plan stands to it"), Shape.CHOICE, choices=labels.response_types()),
        Field("relevance", gettext("Answer"), Shape.TEXT),
        Field("section", gettext("Section")),
    ]


def _role_labels() -> dict[str, str]:
    """What a column of a mapping table may hold."""
    return {
        Role.REFERENCE: gettext("Reference: the documents"),
        Role.KEY_POINTS: gettext("Key points"),
        Role.RELEVANCE: gettext("Relevance: how the plan answers"),
        Role.IMPLICATIONS: gettext("What it means for the workforce"),
        Role.LINK: gettext("Link"),
        Role.PUBLISHER: gettext("Publisher"),
        Role.PUBLISHED: gettext("Published"),
        Role.KIND: gettext("Type"),
        Role.NATIONS: gettext("Nations"),
        Role.SECTION: gettext("Section"),
    }
