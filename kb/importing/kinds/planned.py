"""What rows share that belong to one plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from kb.errors import Invalid
from kb.importing.fields import Field
from kb.importing.kinds import cells
from kb.importing.kinds.named import key_of
from kb.importing.kinds.sheets import Sheet
from kb.models.record import Record
from kb.permissions import Capability
from kb.words import gettext

if TYPE_CHECKING:
    from kb.importing.kinds.understood import Work
    from kb.importing.proposals import Context
    from kb.models.plan import Plan

R = TypeVar("R", bound=Record)
D = TypeVar("D")
PLAN = "plan"


class Planned(Sheet[R, D]):
    """Rows that become records of the plan for which the file comes in."""

    needs_plan = True

    def require(self, context: Context) -> None:
        context.by.require(Capability.EDIT_PLAN, plan_id=plan_of(context).id)

    def faults(self, context: Context, work: Work[R, D]) -> list[Invalid]:
        plan, said = plan_of(context), cells.clean(work.values.get(PLAN, ""))
        if not said or key_of(said) in {key_of(plan.title), key_of(plan.ref)}:
            return []
        words = gettext("This row is of “%(said)s”; the file comes in for “%(plan)s”", said=said, plan=plan.title)
        return [Invalid(PLAN, words)]

    def no_such(self, context: Context, ref: str) -> str:
        return gettext(
            "“%(plan)s” has nothing called “%(ref)s” of this kind. Correct the Ref, or clear it to add one",
            plan=plan_of(context).title,
            ref=ref,
        )


def plan_of(context: Context) -> Plan:
    """The plan for which the file comes in."""
    if context.plan is None:
        raise Invalid(PLAN, gettext("Choose the plan that these rows belong to"))
    return context.plan


def plan_field() -> Field:
    """The column that names the plan; a file is brought in for one."""
    words = gettext("May stay empty: a file is brought in for one plan. A row of another plan is refused.")
    return Field(PLAN, gettext("Plan"), help=words)
