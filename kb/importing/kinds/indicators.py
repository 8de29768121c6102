"""Rows of spreadsheets that are indicators of one plan; what was read of them comes in by rows of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from actions.indicator_models import Indicator
from actions.measures import editing
from actions.measures.editing import IndicatorDetails
from kb import labels
from kb.importing.fields import Field, Shape
from kb.importing.kinds import lookups, owning
from kb.importing.kinds.headed import REF, TITLE
from kb.importing.kinds.planned import Planned, plan_field, plan_of
from kb.importing.kinds.roster import Roster
from kb.importing.kinds.sources import told
from kb.models.record import Kind
from kb.permissions import visible_to
from kb.words import gettext, in_each_language

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kb.errors import Invalid
    from kb.importing.fields import Values
    from kb.importing.kinds.named import Names
    from kb.importing.kinds.understood import Work
    from kb.importing.proposals import Context


class Indicators(Planned[Indicator, IndicatorDetails]):
    """Each row is an indicator; its periods and the figures that it comes from are not for a file to say."""

    name = "indicators"
    kind = Kind.INDICATOR

    def title(self) -> str:
        return gettext("Indicators")

    def fields(self) -> Sequence[Field]:
        return _fields()

    def roster(self, context: Context) -> Roster[Indicator]:
        return roster(context)

    def names(self, context: Context) -> Mapping[str, Names]:
        return {"owner": lookups.posts(context)}

    def blank(self, context: Context) -> IndicatorDetails:
        return IndicatorDetails(title="")

    def details_of(self, context: Context, record: Indicator) -> IndicatorDetails:
        return editing.details_of(record)

    def read(self, context: Context, one: Field, values: Values, standing: Any) -> Any:
        if one.key == "owner":
            return owning.read(context, one.key, values, standing)
        return super().read(context, one, values, standing)

    def faults(self, context: Context, work: Work[Indicator, IndicatorDetails]) -> list[Invalid]:
        return [*super().faults(context, work), *editing.faults(work.new)]

    def create(self, context: Context, details: IndicatorDetails, *, reason: str) -> Indicator:
        return editing.create(context.session, plan_of(context), details, by=context.by)

    def edit(self, context: Context, record: Indicator, details: IndicatorDetails, *, reason: str) -> None:
        editing.edit(context.session, record.ref, details, version=record.version, reason=reason, by=context.by)


def roster(context: Context) -> Roster[Indicator]:
    """The indicators of the plan."""
    if "indicators" not in context.cache:
        context.cache["indicators"] = _roster(context)
    found: Roster[Indicator] = context.cache["indicators"]
    return found


def _roster(context: Context) -> Roster[Indicator]:
    session = context.session
    mine = Indicator.plan_id == plan_of(context).id, visible_to(context.by)

    def fetch(ids: Sequence[int]) -> Sequence[Indicator]:
        query = select(Indicator).where(Indicator.id.in_(ids), *mine).options(joinedload(Indicator.owner))
        return session.scalars(query).all()

    made = Roster(fetch)
    query = select(Indicator.id, Indicator.ref, Indicator.title).where(*mine)
    for row in session.execute(query.order_by(Indicator.id)):
        made.add(*row)
    return made


@in_each_language
def _fields() -> tuple[Field, ...]:
    owner = owning.fields(
        "owner",
        gettext("Owner"),
        gettext("Owner’s organisation"),
        gettext("The title of the post that answers for it."),
        also=("Responsible", "Lead"),
    )
    period = gettext("In words, such as 2020/21.")
    return (
        Field(REF, gettext("Ref"), help=gettext("Stands in our own files. Leave it empty for a new indicator.")),
        Field(
            TITLE,
            gettext("Indicator"),
            also=("Title", "Measure", "Indicator title", "KPI", "Name"),
            is_required=True,
            help=gettext("What is measured. Only a row with a Ref changes it."),
        ),
        plan_field(),
        Field("perspective", gettext("Perspective"), also=("Domain", "Area")),
        Field("definition", gettext("What it says"), Shape.TEXT, also=("Definition", "Description")),
        Field("numerator", gettext("Numerator"), Shape.TEXT),
        Field("denominator", gettext("Denominator"), Shape.TEXT),
        Field("unit", gettext("Unit"), also=("Units",), help=gettext("Such as % or staff.")),
        Field("direction", gettext("Direction"), Shape.CHOICE, choices=labels.directions()),
        Field("frequency", gettext("How often"), Shape.CHOICE, also=("Frequency",), choices=labels.frequencies()),
        Field("baseline", gettext("Baseline"), Shape.NUMBER, help=gettext("A number, in the unit.")),
        Field("baseline_period", gettext("Baseline period"), help=period),
        Field("target", gettext("Target"), Shape.NUMBER, help=gettext("A number, in the unit.")),
        Field("target_period", gettext("Target period"), help=period),
        Field("target_on", gettext("Target by"), Shape.DAY, also=("Target date",)),
        Field(
            "tolerance",
            gettext("Tolerance"),
            Shape.NUMBER,
            help=gettext("By how many per cent a reading may fall short of its trajectory, from 0 to 100."),
        ),
        Field("data_source", gettext("Where it comes from"), Shape.TEXT, also=("Data source", "Source of data")),
        *owner,
        Field("note", gettext("Note"), Shape.TEXT, also=("Notes", "Comment")),
        *told("Latest reading", "Read for the time until", "Demonstration", "Draft", "Page"),
    )
