"""Starting a plan and changing what is written down about it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from kb import editing, history, records
from kb.catalogue import naming
from kb.errors import Invalid
from kb.models.plan import Plan
from kb.models.record import Kind
from kb.models.source import Nation, Source
from kb.models.user import Membership, Role
from kb.permissions import Capability, Person
from kb.planning import plans
from kb.words import gettext

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

# Of the plan's open actions, in per cent, what is too much for one post unless the plan says otherwise.
USUAL_SHARE = 25


@dataclass(frozen=True, slots=True)
class PlanDetails:
    """What a plan is; `source` names the source that publishes it, by title or short name, where there is one."""

    title: str
    summary: str = ""
    nation: str = ""
    source: str = ""
    heavy_post_percent: int = USUAL_SHARE


def details_of(plan: Plan) -> PlanDetails:
    """What stands now, as the form shows it; of a plan that `plans.get` gave."""
    source = plan.source.title if plan.source else ""
    return PlanDetails(plan.title, plan.summary, plan.nation, source, plan.heavy_post_percent)


def create(session: Session, details: PlanDetails, *, by: Person) -> Plan:
    """Start a plan; whoever does so leads it."""
    by.require(Capability.MANAGE_PLANS)
    values = _checked(details)
    ref = records.new_ref(session, Kind.PLAN, details.title)
    plan = Plan(ref=ref, source=_source(session, details, None, by), **values)
    editing.make(session, plan, by=by)
    if by.user_id is not None:
        session.add(Membership(user_id=by.user_id, plan_id=plan.id, role=Role.LEAD))
        history.note(session, plan, "role", None, f"{by.name}: {Role.LEAD}", by=by)
        session.flush()
    return plan


def edit(session: Session, ref: str, details: PlanDetails, *, version: int, reason: str, by: Person) -> Plan:
    """Change a plan."""
    plan = plans.get(session, ref, person=by)
    by.require(Capability.EDIT_PLAN, plan_id=plan.id)
    editing.check_version(plan, version, asdict(details_of(plan)), chosen=["nation"])
    values, source, was = _checked(details), _source(session, details, plan, by), plan.source
    with session.no_autoflush:
        editing.change(session, plan, values, reason=reason, by=by)
        before, after = ([one.title] if one else [] for one in (was, source))
        if editing.note_words(session, plan, "source", before, after, reason=reason, by=by):
            plan.source = source
    session.flush()
    return plan


def _checked(details: PlanDetails) -> dict[str, object]:
    """The columns as they will stand; Invalid for what cannot."""
    editing.check_choice("nation", [details.nation], {"", *Nation})
    if not 1 <= details.heavy_post_percent <= 100:
        raise Invalid("heavy_post_percent", gettext("Give a share from 1 to 100 per cent"))
    return {
        "title": editing.checked_title(details.title),
        "summary": details.summary.strip(),
        "nation": details.nation,
        "heavy_post_percent": details.heavy_post_percent,
    }


def _source(session: Session, details: PlanDetails, plan: Plan | None, by: Person) -> Source | None:
    named = details.source.strip()
    if not named or (plan and plan.source and named == plan.source.title):
        return plan.source if plan and named else None
    return naming.find(session, Source, named, "source", by=by)
