"""Making indicators and changing what they promise: definition, target, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from actions.indicator_models import Direction, Frequency, Indicator
from actions.measures import service
from kb import editing, history, labels, records
from kb.catalogue import figures
from kb.catalogue.amounts import LARGEST, plain
from kb.errors import Invalid
from kb.models.organisation import Post
from kb.models.record import Kind
from kb.permissions import Capability, visible_to
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from sqlalchemy.orm import Session

    from kb.models.figure import Figure
    from kb.models.plan import Plan
    from kb.permissions import Person

MOST_FIGURES = 40
# Columns that the form fills with the words as they were written.
TEXTS = (
    "definition",
    "numerator",
    "denominator",
    "unit",
    "perspective",
    "data_source",
    "baseline_period",
    "target_period",
    "note",
)
_NUMBERS = ("baseline", "target")


@dataclass(frozen=True, slots=True)
class IndicatorDetails:
    """What a lead says about an indicator; the owner is the ref of a post."""

    title: str
    definition: str = ""
    numerator: str = ""
    denominator: str = ""
    unit: str = ""
    direction: str = Direction.NONE
    frequency: str = Frequency.NOT_STATED
    perspective: str = ""
    data_source: str = ""
    baseline: float | None = None
    baseline_period: str = ""
    target: float | None = None
    target_period: str = ""
    target_on: date | None = None
    tolerance: float | None = None
    note: str = ""
    owner: str = ""


def details_of(indicator: Indicator) -> IndicatorDetails:
    """What stands now, as the form shows it; of an indicator that `service.get` gave."""
    return IndicatorDetails(
        title=indicator.title,
        direction=indicator.direction,
        frequency=indicator.frequency,
        target_on=indicator.target_on,
        tolerance=indicator.tolerance or None,
        owner=indicator.owner.ref if indicator.owner else "",
        **{name: getattr(indicator, name) for name in (*TEXTS, *_NUMBERS)},
    )


def create(session: Session, plan: Plan, details: IndicatorDetails, *, by: Person) -> Indicator:
    """Add an indicator to a plan."""
    by.require(Capability.EDIT_PLAN, plan_id=plan.id)
    details = _checked(details)
    # Of the table and not of the class: a deleted indicator keeps its place.
    places = Indicator.__table__.c
    indicator = Indicator(
        ref=records.new_ref(session, Kind.INDICATOR, details.title),
        plan_id=plan.id,
        position=(session.scalar(select(func.max(places.position))) or 0) + 1,
        owner=_owner(session, details.owner, by),
        figures=[],
        trajectory=[],
        readings=[],
        themes=[],
    )
    _fill(indicator, details)
    return editing.make(session, indicator, by=by)


def edit(session: Session, ref: str, details: IndicatorDetails, *, version: int, reason: str, by: Person) -> Indicator:
    """Change an indicator; another target, baseline or definition keeps what it was, and why, in its history."""
    indicator = editable(session, ref, by)
    records.check_version(indicator, version, theirs=_in_words(indicator), chosen=_chosen(indicator))
    details = _checked(details)
    require_reason(reason)
    owner = _owner(session, details.owner, by)
    with session.no_autoflush:
        _fill(indicator, details)
        history.note_changes(session, indicator, by=by, reason=reason.strip())
        if owner is not indicator.owner:
            told = (_title(indicator.owner), _title(owner))
            history.note(session, indicator, "owner", *told, reason=reason.strip(), by=by)
            indicator.owner = owner
    session.flush()
    return indicator


def set_figures(session: Session, ref: str, refs: Iterable[str], *, by: Person) -> Indicator:
    """Say which figures of sources an indicator comes from."""
    indicator = editable(session, ref, by)
    wanted = list(dict.fromkeys(refs))
    if len(wanted) > MOST_FIGURES:
        raise Invalid("chosen", gettext("Choose at most %(number)s figures", number=MOST_FIGURES))
    found = list(figures.by_refs(session, wanted, person=by))
    if unknown := set(wanted) - {figure.ref for figure in found}:
        raise Invalid("chosen", gettext("There is no figure called “%(ref)s”", ref=min(unknown)))
    if set(found) != set(indicator.figures):
        history.note(session, indicator, "figures", _titles(indicator.figures), _titles(found), by=by)
        indicator.figures = found
    session.flush()
    return indicator


def editable(session: Session, ref: str, by: Person) -> Indicator:
    """The indicator, if the person may change it."""
    indicator = service.get(session, ref, by)
    by.require(Capability.EDIT_PLAN, plan_id=indicator.plan_id)
    return indicator


def faults(details: IndicatorDetails) -> list[Invalid]:
    """Everything that is wrong with the details by themselves."""
    return editing.faults(
        lambda: editing.checked_title(details.title),
        lambda: _check("direction", details.direction, set(Direction), gettext("Choose which way is better")),
        lambda: _check("frequency", details.frequency, set(Frequency), gettext("Choose how often it is read")),
        *(partial(check_number, name, getattr(details, name)) for name in _NUMBERS),
        lambda: _check_target(details),
        lambda: _check_tolerance(details.tolerance),
    )


def _checked(details: IndicatorDetails) -> IndicatorDetails:
    """The details with their title in one line; Invalid where something is wrong with them."""
    for fault in faults(details):
        raise fault
    return replace(details, title=editing.checked_title(details.title))


def _check(field: str, value: str, allowed: set[str], words: str) -> None:
    if value not in allowed:
        raise Invalid(field, words)


def _check_target(details: IndicatorDetails) -> None:
    if details.target is None and details.target_on is not None:
        day = spoken(details.target_on)
        raise Invalid("target", gettext("Give the target that is to be reached by %(day)s", day=day))


def _check_tolerance(tolerance: float | None) -> None:
    if tolerance is not None and not 0 <= tolerance <= 100:
        raise Invalid("tolerance", gettext("Give the tolerance as a share of the plan, from 0 to 100 per cent"))


def check_number(field: str, value: float | None) -> None:
    """Refuse what is no number or too large for one."""
    if value is not None and not abs(value) <= LARGEST:
        raise Invalid(field, gettext("That number is too large"))


def require_reason(reason: str) -> None:
    """Refuse a change that nobody explains."""
    if not reason.strip():
        raise Invalid("reason", gettext("Say why it changes"))


def _owner(session: Session, ref: str, by: Person) -> Post | None:
    if not ref:
        return None
    query = select(Post).where(Post.ref == ref, visible_to(by)).options(joinedload(Post.organisation))
    post = session.scalars(query).one_or_none()
    if post is None:
        raise Invalid("owner", gettext("There is no post called “%(ref)s”", ref=ref))
    return post


def _fill(indicator: Indicator, details: IndicatorDetails) -> None:
    indicator.title = details.title
    indicator.direction, indicator.frequency = details.direction, details.frequency
    indicator.target_on = details.target_on
    indicator.tolerance = details.tolerance or 0.0
    for name in _NUMBERS:
        setattr(indicator, name, getattr(details, name))
    for name in TEXTS:
        setattr(indicator, name, getattr(details, name).strip())


def _in_words(indicator: Indicator) -> dict[str, str]:
    """What stands now, by field of the form, for a person to compare with their own."""
    return {
        "title": indicator.title,
        "direction": labels.directions()[indicator.direction],
        "frequency": labels.frequencies()[indicator.frequency],
        "owner": _title(indicator.owner) or "",
        "target_on": spoken(indicator.target_on),
        "tolerance": plain(indicator.tolerance or None),
        **{name: plain(getattr(indicator, name)) for name in _NUMBERS},
        **{name: getattr(indicator, name) for name in TEXTS},
    }


def _chosen(indicator: Indicator) -> dict[str, list[str]]:
    """What is chosen from lists now, as the form sends it."""
    return {
        "direction": [indicator.direction],
        "frequency": [indicator.frequency],
        "owner": [indicator.owner.ref] if indicator.owner else [],
    }


def _title(post: Post | None) -> str | None:
    return post.title if post else None


def _titles(found: Iterable[Figure]) -> str | None:
    return "; ".join(f"{figure.title}: {figure.value}" for figure in found) or None
