"""What rows share that belong to one plan: the one for which the file comes in, unless they name another."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import select

from kb.editing import faults
from kb.errors import Invalid
from kb.exporting.marks import mark_of
from kb.importing.fields import Field
from kb.importing.kinds import cells
from kb.importing.kinds.headed import REF
from kb.importing.kinds.headings import MARKS
from kb.importing.kinds.named import Names, key_of
from kb.importing.kinds.sheets import Sheet
from kb.importing.proposals import Applied, Difference, Problem, Proposal
from kb.models.importing import Outcome
from kb.models.plan import Plan
from kb.models.record import Kind, Record
from kb.permissions import Capability, visible_to
from kb.words import gettext, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy.orm import Session

    from kb.importing.fields import Values
    from kb.importing.kinds.understood import Work
    from kb.importing.proposals import Context, Reviewed
    from kb.permissions import Person

R = TypeVar("R", bound=Record)
D = TypeVar("D")
PLAN = "plan"
# In the cache of a context: that its plan is another than the one for which the file comes in.
_OTHER = "is of another plan"
# In the cache of a context: the refs of its records by the marks that our documents bear.
_MARKED = "refs by marks"


class Planned(Sheet[R, D]):
    """Rows that become records of one plan; those of a plan that the person may not change are left alone."""

    needs_plan = True
    kind: Kind

    def require(self, context: Context) -> None:
        context.by.require(self.right, plan_id=plan_of(context).id)

    def fields_of(self, values: Values) -> Sequence[Field]:
        if values.get(MARKS):  # as of a row with a Ref: what the file does not have stays as it is
            return [one for one in self.fields() if not one.is_told and one.key in values]
        return super().fields_of(values)

    def propose(self, context: Context, values: Values, match: str) -> Proposal:
        values = self._as_marked(context, values)
        own = context_of(context, values, self.right)
        if own is None:
            return left_alone(values, cells.clean(values.get("title", "")))
        return super().propose(own, values, match)

    def apply(
        self, context: Context, values: Values, match: str, *, reason: str, reviewed: Reviewed = None
    ) -> list[Applied]:
        values = self._as_marked(context, values)
        own = context_of(context, values, self.right)
        return [] if own is None else super().apply(own, values, match, reason=reason, reviewed=reviewed)

    def restore(self, context: Context, applied: Applied, *, reason: str) -> None:
        super().restore(context_in(context, applied.record.plan_id), applied, reason=reason)

    def _as_marked(self, context: Context, values: Values) -> Values:
        """A row of a document of ours with the plan and the Ref whose marks it bears; others as they are."""
        marks = values.get(MARKS, "").split()
        if not marks:
            return values
        plans = _plans(context).by_ref
        plan = next((plan for ref, plan in plans.items() if mark_of(Kind.PLAN, ref) in marks), context.plan)
        of_plan = context_in(context, plan.id if plan is not None else None)
        if _MARKED not in of_plan.cache and plan is not None and of_plan.by.may(self.right, plan_id=plan.id):
            of_plan.cache[_MARKED] = {mark_of(self.kind, ref): ref for ref in self.roster(of_plan).titles}
        refs: dict[str, str] = of_plan.cache.get(_MARKED, {})
        ref = next((refs[one] for one in marks if one in refs), "")
        return {**({PLAN: plan.title} if plan is not None else {}), **({REF: ref} if ref else {}), **values}

    def faults(self, context: Context, work: Work[R, D]) -> list[Invalid]:
        return unknown_plan(context, work.values)

    def _differences(self, context: Context, work: Work[R, D]) -> Iterator[Difference]:
        yield from super()._differences(context, work)
        if work.record is None and _OTHER in context.cache:
            yield Difference(gettext("Plan"), "", plan_of(context).title)

    def no_such(self, context: Context, ref: str) -> str:
        return no_such_in_plan(context, ref)


def plan_of(context: Context) -> Plan:
    """The plan that the row at hand belongs to."""
    if context.plan is None:
        raise Invalid(PLAN, gettext("Choose the plan that these rows belong to"))
    return context.plan


def no_such_in_plan(context: Context, ref: str) -> str:
    """What to say of a Ref that is not there."""
    return gettext(
        "“%(plan)s” has nothing called “%(ref)s” of this kind. Correct the Ref, or clear it to add one",
        plan=plan_of(context).title,
        ref=ref,
    )


def plan_field() -> Field:
    """The column that names the plan; where it says nothing it is the one that the file comes in for."""
    words = gettext(
        "May stay empty: a file is brought in for one plan. A row that names another plan goes there, or is left alone "
        "if you may not change that plan."
    )
    return Field(PLAN, gettext("Plan"), help=words)


@dataclass(frozen=True)
class Plans:
    """The plans that a person may see, and their names."""

    by_ref: dict[str, Plan]
    names: Names

    @classmethod
    def seen_by(cls, session: Session, by: Person) -> Plans:
        """Read them all; there are few."""
        found = {plan.ref: plan for plan in session.scalars(select(Plan).where(visible_to(by)).order_by(Plan.id))}
        names = Names(gettext("plan"))
        for ref, plan in found.items():
            names.add(ref, plan.title)
        return cls(found, names)

    def named(self, text: str) -> Plan | None:
        """The one plan of this title or ref."""
        refs = self.names.refs(text)
        return self.by_ref[refs[0]] if len(refs) == 1 else None


def context_of(context: Context, values: Values, right: Capability) -> Context | None:
    """The context of a row's own plan; None where that is another, and the person has not the right in it."""
    said = cells.clean(values.get(PLAN, ""))
    plan = None if is_named(context.plan, said) else _plans(context).named(said)
    if plan is None:
        return context
    return context_in(context, plan.id) if context.by.may(right, plan_id=plan.id) else None


def context_in(context: Context, plan_id: int | None) -> Context:
    """The context of a plan, which remembers the rows of that plan alone."""
    if context.plan is not None and plan_id == context.plan.id:
        return context
    plan = next((one for one in _plans(context).by_ref.values() if one.id == plan_id), None)
    if plan is None:
        return context
    cache = context.cache.setdefault(f"{_OTHER}:{plan.id}", {_OTHER: True})
    return replace(context, plan=plan, cache=cache, seen=cache.setdefault("seen", {}))


def is_named(plan: Plan | None, said: str) -> bool:
    """Whether a cell names this plan, or none."""
    return not said or (plan is not None and key_of(said) in {key_of(plan.title), key_of(plan.ref)})


def left_alone(values: Values, title: str) -> Proposal:
    """What becomes of a row of a plan that the person may not change."""
    words = gettext("It belongs to another plan, “%(plan)s”", plan=cells.clean(values[PLAN]))
    return Proposal(Outcome.SAME, title, problems=(Problem(PLAN, words),))


def unknown_plan(context: Context, values: Values) -> list[Invalid]:
    """What is wrong with the plan that a row names, where it names none that is there."""
    said = cells.clean(values.get(PLAN, ""))
    return [] if is_named(context.plan, said) else faults(lambda: _plans(context).names.one(PLAN, said))


def plans_said(session: Session, by: Person, rows: Iterable[Values]) -> Counter[str]:
    """How many rows name each plan: in their column of the plan, or by the mark that they bear where we wrote them."""
    plans = Plans.seen_by(session, by).by_ref
    titles = {mark_of(Kind.PLAN, ref): plan.title for ref, plan in plans.items()}

    def said(values: Values) -> str:
        marked = (titles[mark] for mark in values.get(MARKS, "").split() if mark in titles)
        return values.get(PLAN, "") or next(marked, "")

    return Counter(map(said, rows))


def notes_on_plans(
    session: Session, plan: Plan | None, by: Person, right: Capability, said: Mapping[str, int]
) -> list[str]:
    """In a sentence each, how many rows of a file go to other plans, and how many of such are left alone.

    `said` counts the rows by what stands in their column of the plan.
    """
    others = {text: number for text, number in said.items() if not is_named(plan, cells.clean(text))}
    plans = Plans.seen_by(session, by) if others else None
    going: Counter[str] = Counter()
    staying: Counter[str] = Counter()
    for text, number in others.items():
        other = plans.named(cells.clean(text)) if plans is not None else None
        if other is not None:
            (going if by.may(right, plan_id=other.id) else staying)[other.title] += number
    notes = []
    if going:
        notes.append(
            ngettext(
                "%(num)s row belongs to another plan and goes there: %(plans)s.",
                "%(num)s rows belong to other plans and go there: %(plans)s.",
                going.total(),
                plans=_listed(going),
            )
        )
    if staying:
        notes.append(
            ngettext(
                "%(num)s row is left alone, since it belongs to a plan that you may not change: %(plans)s.",
                "%(num)s rows are left alone, since they belong to plans that you may not change: %(plans)s.",
                staying.total(),
                plans=_listed(staying),
            )
        )
    return notes


def _listed(titles: Counter[str]) -> str:
    return ", ".join(f"“{title}” ({number})" for title, number in titles.items())


def _plans(context: Context) -> Plans:
    """Read once, and only when a row names another plan than the file's."""
    if "plans" not in context.cache:
        context.cache["plans"] = Plans.seen_by(context.session, context.by)
    found: Plans = context.cache["plans"]
    return found
