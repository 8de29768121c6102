"""What the review of an import tells of one row, in the words of its kind."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.errors import Invalid
from kb.importing import fields
from kb.importing.fields import Shape
from kb.importing.proposals import Match
from kb.models.importing import Outcome
from kb.models.record import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kb.importing.fields import Field
    from kb.importing.proposals import ImportKind
    from kb.importing.twins import Twin
    from kb.models.importing import ImportRow

# What the rows of each kind of file are about, for the addresses of records that they may mean.
RECORDS = {
    "mapping": Kind.SOURCE,
    "sources": Kind.SOURCE,
    "actions": Kind.ACTION,
    "posts": Kind.POST,
    "indicators": Kind.INDICATOR,
    "readings": Kind.INDICATOR,
}


SHORT, MOST_BRIEFLY = 60, 8
# Sheets hold days so; people do not write them so.
DAY_OF_A_SHEET = re.compile(r"\s*\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Said:
    """One field of a row: its label, what it says, and whether that was guessed."""

    label: str
    text: str
    is_guessed: bool


@dataclass(frozen=True, slots=True)
class Likely:
    """A record that a row may mean."""

    kind: Kind
    ref: str
    title: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One row with what it says, what is wrong with it, and which records it may mean."""

    row: ImportRow
    said: list[Said]
    problems: list[tuple[str, str]]
    likely: list[Likely]
    twins: Sequence[Twin]

    @property
    def briefly(self) -> list[str]:
        """What a new record would have, in a line: short values whole, and of several of one sort their number."""
        found: dict[str, list[str]] = {}
        for field, _old, new in self.row.differences:
            if new != self.row.title:
                found.setdefault(field, []).append(new)
        return [_brief(field, values) for field, values in found.items()][:MOST_BRIEFLY]

    @property
    def guessed(self) -> list[Said]:
        """What was guessed of a new record, or is to stand instead of what is here."""
        changed = {field for field, _old, _new in self.row.differences}
        is_new = self.row.outcome != Outcome.CHANGE
        return [one for one in self.said if one.is_guessed and one.text and (is_new or one.label in changed)]

    @property
    def stated(self) -> list[Said]:
        return [one for one in self.said if one.text.strip()]


def shown(row: ImportRow, kind: ImportKind, twins: Sequence[Twin] = ()) -> Shown:
    """A row as the review tells it."""
    known = kind.fields_of(row.values)
    labels = {one.key: one.label for one in known}
    return Shown(
        row,
        [_said(row, one) for one in known],
        [(labels.get(key, ""), message) for key, message in row.problems],
        likely(kind, [Match(*one) for one in row.matches]),
        twins,
    )


def likely(kind: ImportKind, matches: Iterable[Match]) -> list[Likely]:
    """Records that a row may mean, or means, as links need them."""
    return [Likely(RECORDS[kind.name], one.ref, one.title) for one in matches]


def _said(row: ImportRow, one: Field) -> Said:
    """A field of a row; a choice in the words that pages have for it, and a day as people write it."""
    text = row.values.get(one.key, "")
    with suppress(Invalid):
        if one.shape is Shape.CHOICE:
            text = one.choices.get(fields.choice(one, text), text)
        elif one.shape is Shape.CHOICES:
            text = "; ".join(one.choices[value] for value in fields.choices(one, text))
        elif one.shape in (Shape.DAY, Shape.STATED) and DAY_OF_A_SHEET.match(text):
            text = fields.stated(one, text).spoken
    return Said(one.label, text, one.key in row.guessed)


def _brief(field: str, values: list[str]) -> str:
    if len(values) > 1:
        return f"{field}: {len(values)}"
    return f"{field}: {values[0]}" if len(values[0]) <= SHORT else field
