"""Computing the limits of an indicator anew from a day on, and taking that back; both with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from actions.indicator_models import Indicator, Rebase
from actions.measures import service
from actions.measures.standing import current
from kb import history
from kb.db import now
from kb.errors import Invalid, NotFound
from kb.permissions import Capability
from kb.words import gettext, ngettext, spoken

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from kb.permissions import Person

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class RebaseDetails:
    """From when on limits are computed anew, on which readings they rest, and why."""

    starts_on: date
    until: date | None
    reason: str


def rebasable(session: Session, ref: str, by: Person) -> Indicator:
    """The indicator, if the person may compute its limits anew; raises NotFound, NotAllowed."""
    indicator = service.get(session, ref, by)
    by.require(Capability.EDIT_PLAN, plan_id=indicator.plan_id)
    return indicator


def rebase(session: Session, ref: str, details: RebaseDetails, *, by: Person) -> Rebase:
    """Compute limits anew from a day on; raises Invalid where the readings do not allow it."""
    indicator = rebasable(session, ref, by)
    _check(indicator, details)
    made = Rebase(starts_on=details.starts_on, until=details.until, reason=details.reason.strip(), person_id=by.user_id)
    indicator.rebases.append(made)
    session.flush()
    history.note(session, indicator, "limits", None, told(made), reason=made.reason, by=by)
    return made


def withdraw(session: Session, ref: str, rebase_id: int, *, reason: str, by: Person) -> Rebase:
    """Compute limits as before a rebase; it is kept, and the history says why it went."""
    indicator = rebasable(session, ref, by)
    found = standing(indicator, rebase_id)
    if not reason.strip():
        raise Invalid("reason", gettext("Say why the limits are computed as before"))
    found.withdrawn_at = now()
    session.flush()
    history.note(session, indicator, "limits", told(found), None, reason=reason.strip(), by=by)
    return found


def standing(indicator: Indicator, rebase_id: int) -> Rebase:
    """The rebase with this id that counts, or NotFound."""
    found = next((each for each in current(indicator) if each.id == rebase_id), None)
    if found is None:
        raise NotFound("rebase", str(rebase_id))
    return found


def told(rebase: Rebase) -> str:
    """A rebase in words."""
    if rebase.until is None:
        return gettext("Limits from the readings since %(day)s", day=spoken(rebase.starts_on))
    return gettext(
        "Limits from the readings of %(first)s to %(last)s",
        first=spoken(rebase.starts_on),
        last=spoken(rebase.until),
    )


def _check(indicator: Indicator, details: RebaseDetails) -> None:
    if not details.reason.strip():
        raise Invalid("reason", gettext("Say what changed, so that others can judge the new limits"))
    if len(details.reason) > LONGEST_REASON:
        raise Invalid("reason", gettext("Keep the reason under %(most)s letters", most=LONGEST_REASON))
    if details.until is not None and details.until < details.starts_on:
        raise Invalid("until", gettext("The last day lies before the first"))
    if any(each.starts_on == details.starts_on for each in current(indicator)):
        raise Invalid("starts_on", gettext("Limits are computed anew from that day already"))
    days = [reading.ends_on for reading in service.current(indicator)]
    since = sum(day >= details.starts_on for day in days)
    if not since:
        raise Invalid("starts_on", gettext("No reading is from that day or later"))
    if details.until is not None and not any(details.starts_on <= day <= details.until for day in days):
        words = ngettext(
            "No reading lies between these days; %(num)s is later",
            "No reading lies between these days; %(num)s are later",
            since,
        )
        raise Invalid("until", words)
