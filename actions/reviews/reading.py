"""The scorecard as a pack keeps it: each indicator with its icons in words, its readings and its chart as drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions.measures import scorecard, standing_words
from actions.measures import service as measures
from actions.measures.picture import picture_of
from actions.reviews.pack import IndicatorLine, Named, Read
from kb.words import spoken

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from actions.measures.scorecard import Row
    from kb.models.plan import Plan
    from kb.permissions import Person


def lines(session: Session, plan: Plan, person: Person) -> tuple[IndicatorLine, ...]:
    """Every indicator of the plan, in the order of its scorecard; about a dozen statements for each that is read."""
    return tuple(_line(session, row, person) for row in scorecard.scorecard(session, plan, person).rows)


def _line(session: Session, row: Row, person: Person) -> IndicatorLine:
    indicator, stands = row.indicator, row.stands
    process = stands.settled
    limits = process.now.limits if process else None
    found = measures.detail(session, indicator.ref, person) if row.latest else None
    special = {point.day: standing_words.cause(point) for point in stands.process.points} if stands.process else {}
    readings = found.readings if found else []
    return IndicatorLine(
        record=Named(indicator.kind, indicator.ref, indicator.title),
        perspective=indicator.perspective,
        unit=indicator.unit,
        latest=row.latest.value if row.latest else None,
        latest_on=row.latest.ends_on if row.latest else None,
        target=indicator.target,
        target_words=indicator.target_period or (spoken(indicator.target_on) if indicator.target_on else ""),
        variation=process.variation or "" if process else "",
        variation_words=standing_words.variation(stands),
        assurance=stands.judged.assurance or "" if stands.judged else "",
        assurance_words=standing_words.assurance(stands, indicator.target),
        mean=limits.mean if limits else None,
        lower=limits.lower if limits else None,
        upper=limits.upper if limits else None,
        said=_said(row),
        readings=tuple(Read(one.ends_on, one.value, special.get(one.ends_on, "")) for one in readings),
        chart=picture_of(found, stands) if found else None,
        is_high=process is not None and process.last.side > 0,
        has_moved=stands.has_moved,
        is_demonstration=any(one.is_demonstration for one in readings),
    )


def _said(row: Row) -> str:
    """What the chart shows, in a sentence or two; nothing where nobody has read it."""
    if row.latest is None:
        return ""
    unit = row.indicator.unit
    told = standing_words.why(row.stands, unit)
    reached = standing_words.target_sentence(row.stands, row.indicator.target, unit)
    return f"{told} {reached}".strip()
