"""The perspectives of a plan's scorecard: their names and order, and the indicators that bear them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from actions.indicator_models import Indicator
from kb import editing, history
from kb.errors import Invalid
from kb.models.plan import Plan
from kb.permissions import Capability, visible_to
from kb.planning import plans
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from kb.permissions import Person

MOST = 20
LONGEST = 100


@dataclass(frozen=True, slots=True)
class Perspective:
    """One heading of a scorecard; `is_listed` ones are in the plan's own list, others only on indicators."""

    name: str
    is_listed: bool
    indicators: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a heading shall be called, and what it was called until now; nothing for a new one."""

    name: str
    was: str = ""
    is_listed: bool = True


def listed(plan: Plan) -> list[str]:
    """The perspectives of a plan in its order."""
    return [line.strip() for line in plan.perspectives.splitlines() if line.strip()]


def key(name: str) -> str:
    """What two spellings of one perspective have in common."""
    return " ".join(name.split()).casefold()


def perspectives(session: Session, plan: Plan, person: Person) -> list[Perspective]:
    """Those of the plan's list, then those that its indicators bear besides; one statement."""
    query = select(Indicator.perspective).where(Indicator.plan_id == plan.id, visible_to(person))
    borne = list(session.scalars(query.where(Indicator.perspective != "").order_by(Indicator.position, Indicator.id)))
    names = {key(name): (name, True) for name in listed(plan)}
    for name in borne:
        names.setdefault(key(name), (name, False))
    number = Counter(key(name) for name in borne)
    return [Perspective(name, is_listed, number[found]) for found, (name, is_listed) in names.items()]


def offered(session: Session, plan_id: int | None, person: Person) -> list[str]:
    """What the form of an indicator suggests; two statements."""
    plan = session.scalar(select(Plan).where(Plan.id == plan_id, visible_to(person)))
    return [one.name for one in perspectives(session, plan, person)] if plan else []


def change(
    session: Session, ref: str, wanted: Iterable[Wanted], *, version: int, reason: str, by: Person
) -> tuple[Plan, int]:
    """Write the list anew, in the order given; how many indicators were carried along to another name."""
    plan = plans.get(session, ref, person=by)
    by.require(Capability.EDIT_PLAN, plan_id=plan.id)
    editing.check_version(plan, version, {"perspectives": plan.perspectives})
    chosen = [Wanted(" ".join(one.name.split()), one.was, one.is_listed) for one in wanted]
    _check(chosen)
    if not reason.strip():
        raise Invalid("reason", gettext("Say why it changes"))
    names = [one.name for one in chosen if one.name and one.is_listed]
    renamed = {key(one.was): one.name for one in chosen if one.was and one.name and one.was != one.name}
    carried = _carry(session, plan, renamed, reason, by) if renamed else 0
    editing.change(session, plan, {"perspectives": "\n".join(names)}, reason=reason, by=by)
    session.flush()
    return plan, carried


def _carry(session: Session, plan: Plan, renamed: Mapping[str, str], reason: str, by: Person) -> int:
    """Give the indicators of a perspective its new name, each with its history."""
    query = select(Indicator).where(Indicator.plan_id == plan.id, visible_to(by), Indicator.perspective != "")
    carried = 0
    for indicator in session.scalars(query):
        name = renamed.get(key(indicator.perspective))
        if name is not None and name != indicator.perspective:
            indicator.perspective = name
            history.note_changes(session, indicator, by=by, reason=reason.strip())
            carried += 1
    return carried


def _check(chosen: Sequence[Wanted]) -> None:
    names = [one.name for one in chosen if one.name]
    if len(names) > MOST:
        raise Invalid("", gettext("Give at most %(most)s perspectives", most=MOST))
    seen: set[str] = set()
    for name in names:
        if len(name) > LONGEST:
            raise Invalid("", gettext("Keep each perspective under %(most)s letters", most=LONGEST))
        if key(name) in seen:
            raise Invalid("", gettext("“%(name)s” stands twice. Give each perspective a name of its own", name=name))
        seen.add(key(name))
