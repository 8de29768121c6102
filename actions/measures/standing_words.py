"""Where an indicator stands, in words: “usual variation”, not “common cause”, and what a board should make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions.indicators.run_charts import Unfit, in_a_row
from actions.indicators.special_causes import RUN, Rule
from actions.indicators.variation import Assurance, Variation
from kb.catalogue.amounts import amount, rounded
from kb.words import counted, gettext, ngettext

if TYPE_CHECKING:
    from actions.indicators.variation import Point, Process
    from actions.measures.scorecard import Quarter, Scorecard
    from actions.measures.standing import Standing


def variation(stands: Standing) -> str:
    """The variation icon in words."""
    process = stands.settled
    if process is None:
        return gettext("Run chart only") if stands.run else gettext("Too few readings")
    high = process.last.side > 0
    match process.last.variation:
        case Variation.IMPROVEMENT:
            return gettext("Improving, high") if high else gettext("Improving, low")
        case Variation.CONCERN:
            return gettext("Concern, high") if high else gettext("Concern, low")
        case Variation.NEITHER:
            return gettext("Changing, high") if high else gettext("Changing, low")
        case _:
            return gettext("No real change")


def assurance(stands: Standing, target: float | None) -> str:
    """The assurance icon in words; nothing is judged by limits of a time that is over."""
    process = stands.settled
    if stands.has_moved and process and process.assurance:
        return gettext("Cannot say: its limits no longer fit")
    match process.assurance if process else None:
        case Assurance.PASSES:
            return gettext("Will meet the target")
        case Assurance.FAILS:
            return gettext("Will not meet the target")
        case Assurance.HIT_OR_MISS:
            return gettext("May or may not meet it")
        case _:
            if target is None:
                return gettext("No target")
            return gettext("No better side is set") if process else gettext("Too early to say")


def limits(stands: Standing, unit: str) -> str:
    """The process limits as one range, or how many readings there are of those that they need."""
    if stands.settled:
        now = stands.settled.now.limits
        return f"{rounded(now.lower, now.upper - now.lower, '')}–{rounded(now.upper, now.upper - now.lower, unit)}"
    if stands.run:
        return gettext("Run chart only")
    return gettext("%(count)s of %(needed)s readings", count=stands.counted, needed=stands.needed)


def summary(card: Scorecard) -> str:
    """A scorecard in one line: how many indicators there are, how many are read, and what their icons say."""
    read = sum(row.latest is not None for row in card.rows)
    all_of_them = ngettext("%(num)s indicator", "%(num)s indicators", len(card.rows))
    counts = [
        (card.count(Variation.IMPROVEMENT), gettext("improving")),
        (card.count(Variation.CONCERN), gettext("giving concern")),
        (card.count(Variation.NEITHER), gettext("changing, for better or worse not said")),
        (card.shifted, gettext("with a shift on the run chart")),
        (card.off_trajectory, gettext("off trajectory")),
        (card.missing_target, gettext("that will not meet the target as things run now")),
        (card.moved, gettext("whose limits no longer fit")),
    ]
    told = [f"{counted(number)} {words}" for number, words in counts if number]
    if not read:
        return gettext("%(all)s, and nobody has read one yet.", all=all_of_them)
    if not told:
        known = sum(row.is_known for row in card.rows)
        if not known:
            words = gettext("It is too early to tell a real change from usual ups and downs.")
        elif known < read:
            words = ngettext(
                "The one with enough readings shows no real change.",
                "None of the %(num)s with enough readings shows a real change.",
                known,
            )
        else:
            words = gettext("None shows a real change.")
        return gettext("%(all)s, %(read)s of them read. %(words)s", all=all_of_them, read=counted(read), words=words)
    return gettext(
        "%(all)s, %(read)s of them read: %(told)s.", all=all_of_them, read=counted(read), told=", ".join(told)
    )


def quarter(of: Quarter) -> str:
    """A quarter by its months: July to September 2026."""
    months = {
        1: gettext("January to March %(year)s", year=of.year),
        2: gettext("April to June %(year)s", year=of.year),
        3: gettext("July to September %(year)s", year=of.year),
        4: gettext("October to December %(year)s", year=of.year),
    }
    return months[of.number]


def cause(point: Point) -> str:
    """Why one reading is special; empty for usual variation."""
    if not point.causes:
        return ""
    high = point.side > 0
    kind = next((each.rule for each in point.causes if each.side == point.side), point.causes[0].rule)
    match kind:
        case Rule.OUTSIDE:
            return gettext("above the upper limit") if high else gettext("below the lower limit")
        case Rule.TREND:
            return gettext("part of seven or more that rise") if high else gettext("part of seven or more that fall")
        case Rule.NEAR_LIMIT:
            return (
                gettext("one of two in three near the upper limit")
                if high
                else gettext("one of two in three near the lower limit")
            )
        case Rule.SHIFT:
            return (
                gettext("one of seven or more above the mean")
                if high
                else gettext("one of seven or more below the mean")
            )


def kinds() -> dict[str, str]:
    """What a reading may be, for a key and a table."""
    return {
        Variation.COMMON: gettext("Usual variation"),
        Variation.IMPROVEMENT: gettext("Special cause: improvement"),
        Variation.CONCERN: gettext("Special cause: concern"),
        Variation.NEITHER: gettext("Special cause: neither better nor worse"),
    }


def why(stands: Standing, unit: str) -> str:
    """The variation in one line beside its icon."""
    process = stands.settled
    if process is None:
        return _why_not(stands, unit)
    last, spell = process.last, process.now
    spread = spell.limits.upper - spell.limits.lower
    if not last.causes:
        low, high = rounded(spell.limits.lower, spread, ""), rounded(spell.limits.upper, spread, unit)
        return gettext("It varies between %(low)s and %(high)s as things run now.", low=low, high=high)
    length = _in_a_row(process)
    # The side of what makes it special, which need not be the one that it lies on: a fall may begin above the mean.
    is_run = length >= RUN and spell.limits.side(last.value) == last.side
    mean = rounded(spell.limits.mean, spread, unit)
    if is_run:
        words = (
            gettext("%(num)s readings in a row are above the mean of %(mean)s.", num=length, mean=mean)
            if last.side > 0
            else gettext("%(num)s readings in a row are below the mean of %(mean)s.", num=length, mean=mean)
        )
    else:
        words = gettext("The last reading is %(why)s.", why=cause(last))
    return gettext("%(fact)s Chance alone would seldom do that.", fact=words)


def _why_not(stands: Standing, unit: str) -> str:
    run = stands.run
    if run is None:
        return ngettext(
            "%(num)s reading of the %(needed)s that tell usual ups and downs from a real change.",
            "%(num)s readings of the %(needed)s that tell usual ups and downs from a real change.",
            stands.counted,
            needed=stands.needed,
        )
    reason = (
        gettext("It is read too seldom for limits.")
        if stands.unfit is Unfit.SELDOM
        else gettext("Most readings repeat the one before, so limits would mislead.")
    )
    middle = amount(run.median, unit)
    if run.is_shift:
        side = (
            gettext("The last %(num)s are above the median of %(median)s, a shift.", num=run.length, median=middle)
            if run.side > 0
            else gettext("The last %(num)s are below the median of %(median)s, a shift.", num=run.length, median=middle)
        )
        return f"{reason} {side}"
    return gettext("%(reason)s The median is %(median)s.", reason=reason, median=middle)


def target_sentence(stands: Standing, target: float | None, unit: str) -> str:
    """What the limits say of the target, in a sentence; empty where they say nothing."""
    process = stands.settled
    if process is None or target is None or process.assurance is None:
        return ""
    limits = process.now.limits
    spread = limits.upper - limits.lower
    values = {
        "target": amount(target, unit),
        "upper": rounded(limits.upper, spread, unit),
        "lower": rounded(limits.lower, spread, unit),
    }
    if stands.has_moved:
        return gettext(
            "The limits mix two different times, so they say little about the target of %(target)s.", **values
        )
    match process.assurance:
        case Assurance.HIT_OR_MISS:
            return gettext(
                "The target of %(target)s lies between the limits: by chance some periods meet it and others do not.",
                **values,
            )
        case Assurance.PASSES:
            return (
                gettext(
                    "The target of %(target)s is not above the lower limit of %(lower)s: a usual period meets it.",
                    **values,
                )
                if target <= limits.mean
                else gettext(
                    "The target of %(target)s is not below the upper limit of %(upper)s: a usual period meets it.",
                    **values,
                )
            )
        case Assurance.FAILS:
            return (
                gettext(
                    "The target of %(target)s is above the upper limit of %(upper)s: a usual period misses it.",
                    **values,
                )
                if target >= limits.mean
                else gettext(
                    "The target of %(target)s is below the lower limit of %(lower)s: a usual period misses it.",
                    **values,
                )
            )


def _in_a_row(process: Process) -> int:
    """How many of the last readings of the last spell lie on the side of the mean on which the last one lies."""
    limits, spell = process.now.limits, process.now
    return in_a_row([limits.side(point.value) for point in process.points[spell.first : spell.end]])
