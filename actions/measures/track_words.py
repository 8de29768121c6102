"""What was read beside what was planned, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions.indicators.on_track import Track
from kb.catalogue.amounts import amount, rounded
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from actions.indicator_models import Indicator, Reading
    from actions.indicators.on_track import Against


def gap(value: float, unit: str) -> str:
    """How far two numbers lie apart; of two shares that is in points, not in per cent of either."""
    number = rounded(abs(value), value)
    return gettext("%(number)s points", number=number) if unit.strip() == "%" else amount(abs(round(value, 6)), unit)


def short_by(found: Against, unit: str) -> str:
    """How far a reading falls short: 210 staff, 12%."""
    told = gap(found.short_by, unit)
    return told if found.share is None else f"{told}, {rounded(found.share, found.share, '%')}"


def beside(found: Against, unit: str) -> str:
    """One row of the table: on plan, and by how much it is ahead, or by how much it is short."""
    match found.track:
        case Track.SHORT:
            return short_by(found, unit)
        case Track.WITHIN:
            return gettext("%(gap)s, which is tolerated", gap=short_by(found, unit))
        case Track.ON_PLAN:
            return gettext("on plan")
        case Track.NEITHER:
            return _difference(found, unit)


def brief(found: Against, unit: str) -> str:
    """Beside a reading in a scorecard; nothing where no side is better."""
    match found.track:
        case Track.SHORT:
            return gettext("off trajectory by %(gap)s", gap=short_by(found, unit))
        case Track.WITHIN:
            return gettext("on trajectory, within what is tolerated")
        case Track.ON_PLAN:
            return gettext("on trajectory")
        case Track.NEITHER:
            return ""


def sentence(indicator: Indicator, reading: Reading, found: Against) -> str:
    """The newest reading that something was planned for, beside it."""
    unit = indicator.unit
    values = {
        "read": amount(reading.value, unit),
        "planned": amount(found.planned, unit),
        "day": spoken(reading.ends_on),
        "gap": short_by(found, unit) if found.short_by else _difference(found, unit),
        "tolerance": amount(indicator.tolerance, "%"),
    }
    match found.track:
        case Track.SHORT:
            told = gettext(
                "Off trajectory: %(read)s on %(day)s, against a plan of %(planned)s. Short by %(gap)s.", **values
            )
            if indicator.tolerance:
                told += " " + gettext("Up to %(tolerance)s is tolerated.", **values)
            return told
        case Track.WITHIN:
            return gettext(
                "On trajectory: %(read)s on %(day)s, against a plan of %(planned)s. Short by %(gap)s, within the "
                "%(tolerance)s that is tolerated.",
                **values,
            )
        case Track.ON_PLAN:
            return gettext("On trajectory: %(read)s on %(day)s, against a plan of %(planned)s.", **values)
        case Track.NEITHER:
            return gettext("%(read)s on %(day)s, against a plan of %(planned)s: %(gap)s.", **values)


def parts_apart(apart: float, unit: str) -> str:
    """Whether the parts of a plan add up to all together, or by how much not."""
    if not apart:
        return gettext("add up")
    told = gap(apart, unit)
    return gettext("%(gap)s too many", gap=told) if apart > 0 else gettext("%(gap)s too few", gap=told)


def _difference(found: Against, unit: str) -> str:
    if not round(found.difference, 6):
        return gettext("as planned")
    told = gap(found.difference, unit)
    return gettext("%(gap)s more", gap=told) if found.difference > 0 else gettext("%(gap)s less", gap=told)
