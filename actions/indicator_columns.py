"""The list of indicators as a file, and what was read of them as another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions.measures import service, standing_words
from kb import downloads, labels, web
from kb.columns.words import draft, in_words
from kb.spreadsheets import Column, Kind, Sheet
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from actions.measures.scorecard import Quarter, Row, Scorecard
    from actions.measures.service import Counting, IndicatorFilter, Listed


def sheet(wanted: IndicatorFilter) -> Sheet[Listed]:
    """The indicators that fit, each with its newest reading."""
    session, person = web.session(), web.person()

    def fetch(offset: int, limit: int) -> Sequence[Listed]:
        return service.list_indicators(session, person, wanted, offset=offset, limit=limit)[1]

    return Sheet(gettext("Indicators"), columns(), downloads.everything(fetch))


def readings(wanted: IndicatorFilter) -> Sheet[Counting]:
    """The readings that count of the indicators that fit."""
    session, person = web.session(), web.person()

    def fetch(offset: int, limit: int) -> Sequence[Counting]:
        return service.list_readings(session, person, wanted, offset=offset, limit=limit)

    made_up = gettext("Demonstration reading")
    columns: list[Column[Counting]] = [
        Column(gettext("Ref"), lambda one: one.indicator.ref, width=24),
        Column(gettext("Indicator"), lambda one: one.indicator.title, width=50),
        Column(gettext("Plan"), lambda one: one.plan.title),
        Column(gettext("Period end"), lambda one: one.reading.ends_on, Kind.DATE),
        Column(gettext("Value"), lambda one: one.reading.value, Kind.NUMBER),
        Column(gettext("Unit"), lambda one: one.indicator.unit, width=16),
        Column(gettext("Data source"), lambda one: one.reading.data_source, width=40),
        Column(gettext("Quality note"), lambda one: one.reading.quality_note, width=40),
        Column(gettext("Demonstration"), lambda one: made_up if one.reading.is_demonstration else "", width=20),
        downloads.page_of(lambda one: one.indicator),
    ]
    return Sheet(gettext("Readings"), columns, downloads.everything(fetch))


def scorecard(card: Scorecard) -> Sheet[Row]:
    """The scorecard: where each indicator stands, and its last reading in each quarter."""

    def limit(side: str) -> Callable[[Row], float | None]:
        return lambda row: getattr(row.stands.settled.now.limits, side) if row.stands.settled else None

    def read_in(quarter: Quarter) -> Callable[[Row], float | None]:
        return lambda row: row.by_quarter[quarter].value if quarter in row.by_quarter else None

    columns: list[Column[Row]] = [
        Column(gettext("Perspective"), lambda row: row.indicator.perspective, width=20),
        Column(gettext("Ref"), lambda row: row.indicator.ref, width=24),
        Column(gettext("Indicator"), lambda row: row.indicator.title, width=50),
        Column(gettext("Unit"), lambda row: row.indicator.unit, width=16),
        Column(gettext("Latest reading"), lambda row: row.latest.value if row.latest else None, Kind.NUMBER),
        Column(gettext("Period end"), lambda row: row.latest.ends_on if row.latest else None, Kind.DATE),
        Column(gettext("Target"), lambda row: row.indicator.target, Kind.NUMBER),
        Column(gettext("Variation"), lambda row: standing_words.variation(row.stands), width=20),
        Column(gettext("Assurance"), lambda row: standing_words.assurance(row.stands, row.indicator.target), width=24),
        Column(gettext("Mean"), limit("mean"), Kind.NUMBER),
        Column(gettext("Lower limit"), limit("lower"), Kind.NUMBER),
        Column(gettext("Upper limit"), limit("upper"), Kind.NUMBER),
        Column(gettext("Readings"), lambda row: row.stands.count, Kind.NUMBER),
        Column(gettext("Planned"), lambda row: row.against[1].planned if row.against else None, Kind.NUMBER),
        Column(gettext("Short by"), lambda row: row.against[1].short_by if row.against else None, Kind.NUMBER),
        *(Column(standing_words.quarter(each), read_in(each), Kind.NUMBER) for each in card.quarters),
        Column(gettext("Demonstration"), lambda row: _made_up(row), width=20),
        downloads.page_of(lambda row: row.indicator),
    ]
    return Sheet(gettext("Scorecard"), columns, card.rows)


def _made_up(row: Row) -> str:
    return gettext("Demonstration readings") if row.latest and row.latest.is_demonstration else ""


def columns() -> list[Column[Listed]]:
    """What the file says of an indicator."""
    directions, frequencies = labels.directions(), labels.frequencies()
    return [
        Column(gettext("Ref"), lambda one: one.indicator.ref, width=24),
        Column(gettext("Indicator"), lambda one: one.indicator.title, width=50),
        Column(gettext("Plan"), lambda one: one.plan.title),
        Column(gettext("Perspective"), lambda one: one.indicator.perspective, width=20),
        Column(gettext("What it says"), lambda one: one.indicator.definition, width=50),
        Column(gettext("Numerator"), lambda one: one.indicator.numerator),
        Column(gettext("Denominator"), lambda one: one.indicator.denominator),
        Column(gettext("Unit"), lambda one: one.indicator.unit, width=16),
        Column(gettext("Direction"), lambda one: in_words(directions, one.indicator.direction), width=18),
        Column(gettext("How often"), lambda one: in_words(frequencies, one.indicator.frequency), width=14),
        Column(gettext("Baseline"), lambda one: one.indicator.baseline, Kind.NUMBER),
        Column(gettext("Baseline period"), lambda one: one.indicator.baseline_period, width=20),
        Column(gettext("Target"), lambda one: one.indicator.target, Kind.NUMBER),
        Column(gettext("Target period"), lambda one: one.indicator.target_period, width=20),
        Column(gettext("Target by"), lambda one: one.indicator.target_on, Kind.DATE),
        Column(gettext("Tolerance"), lambda one: one.indicator.tolerance or None, Kind.NUMBER),
        Column(gettext("Latest reading"), lambda one: one.latest.value if one.latest else None, Kind.NUMBER),
        Column(gettext("Read for the time until"), lambda one: one.latest.ends_on if one.latest else None, Kind.DATE),
        Column(
            gettext("Demonstration"),
            lambda one: gettext("Demonstration reading") if one.latest and one.latest.is_demonstration else "",
            width=20,
        ),
        Column(gettext("Where it comes from"), lambda one: one.indicator.data_source, width=40),
        Column(gettext("Owner"), lambda one: one.indicator.owner.title if one.indicator.owner else ""),
        Column(
            gettext("Owner’s organisation"),
            lambda one: one.indicator.owner.organisation.title if one.indicator.owner else "",
        ),
        Column(gettext("Note"), lambda one: one.indicator.note, width=40),
        Column(gettext("Draft"), lambda one: draft(one.indicator), width=8),
        downloads.page_of(lambda one: one.indicator),
    ]
