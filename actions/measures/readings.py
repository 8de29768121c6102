"""Readings of an indicator: adding one, and correcting one so that what it was stays on record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from actions.indicator_models import Indicator, Reading
from actions.measures import service
from actions.measures.editing import check_number
from kb import history
from kb.catalogue.amounts import amount
from kb.db import now
from kb.errors import Invalid, NotFound
from kb.permissions import Capability
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from kb.permissions import Person

EARLIEST_YEAR = 1948
WHOLE = 100


@dataclass(frozen=True, slots=True)
class ReadingDetails:
    """What was read for the period that ended on a day."""

    ends_on: date
    value: float
    data_source: str = ""
    quality_note: str = ""


def add(session: Session, ref: str, details: ReadingDetails, *, by: Person, today: date) -> Reading:
    """Write down what was read; a day that has a reading already is corrected, not read twice."""
    return add_to(session, readable(session, ref, by), details, by=by, today=today)


def add_to(session: Session, indicator: Indicator, details: ReadingDetails, *, by: Person, today: date) -> Reading:
    """As `add`, to an indicator that is at hand with its readings."""
    check(indicator, details, by=by, today=today)
    reading = _new(indicator, details, by)
    session.flush()
    history.note(session, indicator, "reading", None, told(reading, indicator), by=by)
    return reading


def correct(
    session: Session, ref: str, reading_id: int, details: ReadingDetails, *, reason: str, by: Person, today: date
) -> Reading:
    """Put another value in the place of a reading; the old one is kept, and shown beneath it."""
    indicator = readable(session, ref, by)
    old = standing(indicator, reading_id)
    return correct_in(session, indicator, old, details, reason=reason, by=by, today=today)


def correct_in(
    session: Session,
    indicator: Indicator,
    old: Reading,
    details: ReadingDetails,
    *,
    reason: str,
    by: Person,
    today: date,
) -> Reading:
    """As `correct`, of an indicator that is at hand with its readings."""
    if not reason.strip():
        raise Invalid("reason", gettext("Say why it is corrected"))
    check(indicator, details, by=by, today=today, besides=old)
    before = told(old, indicator)
    old.replaced_at = now()
    session.flush()  # only one reading of a day may count, so the old one makes room first
    reading = _new(indicator, details, by)
    session.flush()
    history.note(session, indicator, "reading", before, told(reading, indicator), reason=reason.strip(), by=by)
    return reading


def withdraw(session: Session, ref: str, reading_id: int, *, reason: str, by: Person) -> Reading:
    """Let a reading count no longer, with nothing in its place; it is kept, and its history says why it went."""
    indicator = readable(session, ref, by)
    old = standing(indicator, reading_id)
    if not reason.strip():
        raise Invalid("reason", gettext("Say why it is withdrawn"))
    old.replaced_at = now()
    history.note(session, indicator, "reading", told(old, indicator), None, reason=reason.strip(), by=by)
    session.flush()
    return old


def check(
    indicator: Indicator, details: ReadingDetails, *, by: Person, today: date, besides: Reading | None = None
) -> None:
    """Raise NotAllowed or Invalid where this cannot be read; `besides` is the reading whose place it takes."""
    by.require(Capability.ADD_READING, plan_id=indicator.plan_id, owner_id=indicator.owner_id)
    _check(indicator, details, today, besides=besides)


def standing(indicator: Indicator, reading_id: int) -> Reading:
    """The reading with this id that counts, or NotFound."""
    found = next((reading for reading in service.current(indicator) if reading.id == reading_id), None)
    if found is None:
        raise NotFound("reading", str(reading_id))
    return found


def standing_on(indicator: Indicator, day: date) -> Reading | None:
    """The reading that counts for the time until a day; one look at each, since a file asks for each of its rows."""
    return next((one for one in indicator.readings if one.ends_on == day and one.replaced_at is None), None)


def told(reading: Reading, indicator: Indicator) -> str:
    """A reading in words."""
    return f"{spoken(reading.ends_on)}: {amount(reading.value, indicator.unit)}"


def readable(session: Session, ref: str, by: Person) -> Indicator:
    """The indicator, if the person may add readings to it; raises NotFound, NotAllowed."""
    indicator = service.get(session, ref, by)
    by.require(Capability.ADD_READING, plan_id=indicator.plan_id, owner_id=indicator.owner_id)
    return indicator


def _check(indicator: Indicator, details: ReadingDetails, today: date, *, besides: Reading | None) -> None:
    check_number("value", details.value)
    if is_share(indicator) and not 0 <= details.value <= WHOLE:
        raise Invalid("value", gettext("This is a share, so it lies between 0% and 100%. Check the number"))
    if details.ends_on > today:
        raise Invalid("ends_on", gettext("%(day)s is still to come", day=spoken(details.ends_on)))
    if details.ends_on.year < EARLIEST_YEAR:
        raise Invalid("ends_on", gettext("Check the year: nothing was read in %(year)s", year=details.ends_on.year))
    taken = standing_on(indicator, details.ends_on)
    if taken is not None and taken is not besides:
        words = gettext("%(reading)s is there already. Correct that one instead", reading=told(taken, indicator))
        raise Invalid("ends_on", words)


def is_share(indicator: Indicator) -> bool:
    """Whether it says how many of all are counted, in per cent: nothing is below none of them or above all."""
    return indicator.unit.strip() == "%" and bool(indicator.numerator.strip() and indicator.denominator.strip())


def _new(indicator: Indicator, details: ReadingDetails, by: Person) -> Reading:
    reading = Reading(
        ends_on=details.ends_on,
        value=details.value,
        data_source=details.data_source.strip(),
        quality_note=details.quality_note.strip(),
        person_id=by.user_id,
    )
    indicator.readings.append(reading)
    return reading
