"""When a plan's people are written to: its policy, changing it, and pausing all its reminders."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import available_timezones

from sqlalchemy import select

from kb import editing, history
from kb.errors import Invalid
from kb.models.plan import Plan
from kb.models.record import Record
from kb.permissions import Capability
from kb.planning import plans
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from kb.permissions import Person

LONGEST_DAYS = 366
MOST_WORKING_DAYS = 260
# Daily mails are answered by nobody; what is asked every other day is asked about ten times in four weeks.
SHORTEST_BETWEEN = 2
SHORTEST_SILENCE = 7
# The parts of a policy that are days, in the order of the form.
DAYS = (
    "first_days_before",
    "second_days_before",
    "overdue_every_days",
    "stale_after_days",
    "sponsor_after_days",
    "steering_after_days",
)
# The clocks change between midnight and three, and nobody is written to at night.
EARLIEST_HOUR, LATEST_HOUR = 4, 22


class _HasPolicy(Protocol):
    """A plan, or a row with its columns."""

    first_days_before: int
    second_days_before: int
    overdue_every_days: int
    stale_after_days: int
    sponsor_after_days: int
    steering_after_days: int
    write_at_hour: int
    timezone: str


@dataclass(frozen=True, slots=True)
class Policy:
    """When people are written to; days before a date and days until others hear of it may be 0, which means never.

    What belongs to no plan, such as a source, follows these defaults.
    """

    first_days_before: int = 30
    second_days_before: int = 7
    overdue_every_days: int = 7
    stale_after_days: int = 28
    sponsor_after_days: int = 5
    steering_after_days: int = 15
    write_at_hour: int = 8
    timezone: str = ""


@dataclass(frozen=True, slots=True)
class Ruled:
    """A plan as reminders know it."""

    id: int
    title: str
    nation: str
    policy: Policy
    is_paused: bool


SHARED = Ruled(0, "", "", Policy(), is_paused=False)
_NAMES = tuple(field.name for field in fields(Policy))


def policy_of(plan: _HasPolicy) -> Policy:
    """The policy that stands in the columns of a plan."""
    return Policy(**{name: getattr(plan, name) for name in _NAMES})


def list_ruled(session: Session) -> Mapping[int, Ruled]:
    """Every plan with its policy, by id; what belongs to no plan stands under 0."""
    plan = Plan.__table__.c
    query = (
        select(plan.id, plan.nation, plan.is_paused, *(plan[name] for name in _NAMES), Record.__table__.c.title)
        .join(Record.__table__, Record.__table__.c.id == plan.id)
        .where(Record.__table__.c.deleted_at.is_(None))
        .order_by(plan.id)
    )
    return {0: SHARED, **{row.id: ruled_of(row) for row in session.execute(query)}}


def ruled_of(plan: Any) -> Ruled:
    """A plan, or a row of one, as reminders know it."""
    return Ruled(plan.id, plan.title, plan.nation, policy_of(plan), is_paused=plan.is_paused)


def change(session: Session, ref: str, policy: Policy, *, version: int, reason: str, by: Person) -> Plan:
    """Give a plan another policy; Conflict where somebody saved the plan meanwhile."""
    plan = _editable(session, ref, version, by)
    check(policy)
    editing.change(session, plan, asdict(policy), reason=reason, by=by)
    session.flush()
    return plan


def set_paused(session: Session, ref: str, *, is_paused: bool, version: int, reason: str, by: Person) -> Plan:
    """Write to nobody about this plan from now on, or write again; the reason stays in its history."""
    plan = _editable(session, ref, version, by)
    if plan.is_paused == is_paused:
        raise Invalid("", gettext("It is paused already") if is_paused else gettext("It is not paused"))
    if not reason.strip():
        raise Invalid("reason", gettext("Say why"))
    history.note(session, plan, "reminders_paused", plan.is_paused, is_paused, reason=reason.strip(), by=by)
    plan.is_paused = is_paused
    session.flush()
    return plan


def check(policy: Policy) -> None:
    """Raise Invalid for the first value that cannot be."""
    for name, least, most in (
        ("first_days_before", 0, LONGEST_DAYS),
        ("second_days_before", 0, LONGEST_DAYS),
        ("overdue_every_days", SHORTEST_BETWEEN, LONGEST_DAYS),
        ("stale_after_days", SHORTEST_SILENCE, LONGEST_DAYS),
        ("sponsor_after_days", 0, MOST_WORKING_DAYS),
        ("steering_after_days", 0, MOST_WORKING_DAYS),
        ("write_at_hour", EARLIEST_HOUR, LATEST_HOUR),
    ):
        if not least <= getattr(policy, name) <= most:
            raise Invalid(name, gettext("Give a number from %(least)s to %(most)s", least=least, most=most))
    if policy.first_days_before and policy.second_days_before >= policy.first_days_before:
        raise Invalid("second_days_before", gettext("The second reminder comes after the first, so give fewer days"))
    if policy.sponsor_after_days and 0 < policy.steering_after_days < policy.sponsor_after_days:
        raise Invalid("steering_after_days", gettext("The sponsor hears of it first, so give at least as many days"))
    if policy.timezone and policy.timezone not in _zones():
        words = gettext("“%(zone)s” is no time zone. Give one such as Europe/London", zone=policy.timezone)
        raise Invalid("timezone", words)


@cache
def _zones() -> frozenset[str]:
    """The zones that are named by a place: what is left out are a machine’s own names for whatever it is set to."""
    placed = {name for name in available_timezones() if "/" in name}
    return frozenset({"UTC", *(name for name in placed if not name.startswith(("Etc/", "posix/", "right/")))})


def _editable(session: Session, ref: str, version: int, by: Person) -> Plan:
    plan = plans.get(session, ref, person=by)
    by.require(Capability.EDIT_PLAN, plan_id=plan.id)
    editing.check_version(plan, version, asdict(policy_of(plan)))
    return plan
