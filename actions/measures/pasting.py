"""Readings from a pasted column: what each line would do, and then all of them or none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from actions.measures import columns_pasted, readings, service
from actions.measures.readings import ReadingDetails
from kb.errors import Invalid
from kb.permissions import Capability
from kb.words import gettext, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from actions.indicator_models import Indicator, Reading
    from actions.measures.columns_pasted import Line
    from kb.permissions import Person


@dataclass(frozen=True, slots=True)
class Proposed:
    """A pasted line, the reading that stands for its day, and why it cannot be written, if so."""

    line: Line
    standing: Reading | None = None
    problem: str = ""

    @property
    def deed(self) -> str:
        """What becomes of it: refuse, add, correct, or same."""
        if self.problem:
            return "refuse"
        if self.standing is None:
            return "add"
        return "same" if self.standing.value == self.line.value else "correct"


def propose(indicator: Indicator, text: str, *, by: Person, today: date) -> list[Proposed]:
    """What each pasted line would do; raises Invalid where there is nothing to read, or too much."""
    try:
        lines = columns_pasted.read(text, indicator.unit)
    except ValueError as error:
        raise Invalid("column", str(error)) from error
    if not lines:
        raise Invalid("column", gettext("Paste the days and their numbers, one to a line"))
    standing = {reading.ends_on: reading for reading in service.current(indicator)}
    return [_proposed(indicator, line, standing, by, today) for line in lines]


def write(
    session: Session,
    indicator: Indicator,
    found: Sequence[Proposed],
    *,
    data_source: str,
    reason: str,
    by: Person,
    today: date,
) -> None:
    """Write every line as proposed, or none: raises Invalid where one cannot be, or a correction has no reason."""
    by.require(Capability.ADD_READING, plan_id=indicator.plan_id, owner_id=indicator.owner_id)
    refused = [one for one in found if one.deed == "refuse"]
    if refused:
        words = ngettext("Mend or leave out line %(lines)s", "Mend or leave out lines %(lines)s", len(refused),
                         lines=", ".join(str(one.line.number) for one in refused))  # fmt: skip
        raise Invalid("column", words)
    if any(one.deed == "correct" for one in found) and not reason.strip():
        raise Invalid("reason", gettext("Say why the readings that are there already are corrected"))
    for one in found:
        if one.deed == "add":
            readings.add_to(session, indicator, _details(one.line, data_source), by=by, today=today)
        elif one.deed == "correct" and one.standing is not None:
            details = _corrected(one.line, one.standing, data_source, indicator)
            readings.correct_in(session, indicator, one.standing, details, reason=reason, by=by, today=today)


def count(found: Sequence[Proposed]) -> dict[str, int]:
    """How many lines there are of each deed."""
    return {deed: sum(one.deed == deed for one in found) for deed in ("add", "correct", "same", "refuse")}


def _proposed(indicator: Indicator, line: Line, standing: dict[date, Reading], by: Person, today: date) -> Proposed:
    if line.problem or line.day is None:
        return Proposed(line, problem=line.problem)
    there = standing.get(line.day)
    try:
        readings.check(indicator, _details(line, ""), by=by, today=today, besides=there)
    except Invalid as error:
        return Proposed(line, there, str(error))
    return Proposed(line, there)


def _corrected(line: Line, there: Reading, data_source: str, indicator: Indicator) -> ReadingDetails:
    """What stands in the place of a reading: it keeps its note, and its source unless the form names one of its own.

    The form comes with the source of the indicator filled in, so that alone says nothing of one reading.
    """
    said = data_source.strip()
    kept = there.data_source if there.data_source and said in ("", indicator.data_source.strip()) else said
    return replace(_details(line, kept), quality_note=there.quality_note)


def _details(line: Line, data_source: str) -> ReadingDetails:
    assert line.day is not None
    assert line.value is not None
    return ReadingDetails(line.day, line.value, data_source)
