"""Rows of spreadsheets that are readings of the indicators of one plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from actions.indicator_models import Indicator
from actions.measures import readings
from actions.measures.readings import ReadingDetails
from kb.editing import faults
from kb.errors import Invalid, KnowledgeBaseError, NotFound
from kb.importing.fields import Field, Shape
from kb.importing.kinds import cells, planned, units
from kb.importing.kinds.headed import REF, Headed
from kb.importing.kinds.named import Names
from kb.importing.kinds.roster import Roster
from kb.importing.kinds.sources import told
from kb.importing.proposals import Applied, Difference, Problem, Proposal, check_reviewed
from kb.models.importing import Outcome
from kb.permissions import Capability, visible_to
from kb.words import gettext, in_each_language, spoken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from actions.indicator_models import Reading
    from kb.importing.fields import Values
    from kb.importing.grid import Table
    from kb.importing.proposals import Context, Reviewed

INDICATOR, DAY, VALUE, UNIT = "indicator", "ends_on", "value", "unit"
_WORDS = ("data_source", "quality_note")


@dataclass
class Read:
    """A row as it was understood: the indicator, the reading that stands for the day, and the one that would."""

    indicator: Indicator | None = None
    standing: Reading | None = None
    details: ReadingDetails | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def outcome(self) -> Outcome:
        """What becomes of the row."""
        if self.problems:
            return Outcome.REFUSE
        if self.standing is None:
            return Outcome.CREATE
        return Outcome.CHANGE if self.changed() else Outcome.SAME

    def differences(self) -> list[Difference]:
        """What would stand in the fields that say something else."""
        labels = {one.key: one.label for one in _fields()}
        return [
            Difference(labels[name], _told(self.standing, name), _told(self.details, name)) for name in self.changed()
        ]

    def changed(self) -> list[str]:
        """The fields in which the row says something else than what stands."""
        old, new = self.standing, self.details
        names = (VALUE, *_WORDS)
        return [
            name for name in names if new is not None and not cells.are_same(getattr(old, name, ""), getattr(new, name))
        ]


class Readings(Headed):
    """Each row is what was read of an indicator for the time until a day; another value for that day corrects it.

    The record of a row is its indicator, which is changed by it.
    """

    name = "readings"
    needs_plan = True
    needed = frozenset({DAY, VALUE})
    right = Capability.ADD_READING

    def title(self) -> str:
        return gettext("Readings")

    def fields(self) -> Sequence[Field]:
        return _fields()

    def recognise(self, table: Table) -> dict[str, str]:
        """As any table, if a column names the indicator, by its title or by its ref."""
        found = super().recognise(table)
        return found if {REF, INDICATOR} & set(found.values()) else {}

    def names(self, context: Context) -> Mapping[str, Names]:
        if "indicator_names" not in context.cache:
            names = context.cache["indicator_names"] = Names(gettext("indicator of this plan"))
            for ref, title in _roster(context).titles.items():
                names.add(ref, title)
        found: Names = context.cache["indicator_names"]
        return {INDICATOR: found}

    def propose(self, context: Context, values: Values, match: str) -> Proposal:
        own = planned.context_of(context, values, self.right)
        if own is None:
            return planned.left_alone(values, self._title(Read(), values))
        context = own
        with context.session.no_autoflush:
            read = self._read(context, values)
        return Proposal(
            outcome=read.outcome,
            title=self._title(read, values),
            record=read.indicator,
            differences=tuple(read.differences()),
            problems=tuple(read.problems),
        )

    def apply(
        self, context: Context, values: Values, match: str, *, reason: str, reviewed: Reviewed = None
    ) -> list[Applied]:
        own = planned.context_of(context, values, self.right)
        if own is None:
            return []
        context = own
        with context.session.no_autoflush:
            read = self._read(context, values)
        if read.problems:
            raise Invalid(read.problems[0].field, " ".join(one.message for one in read.problems))
        if read.outcome == Outcome.SAME or read.indicator is None or read.details is None:
            return []
        check_reviewed(read.differences(), reviewed)
        before = {
            DAY: read.details.ends_on.isoformat(),
            **{name: _told(read.standing, name) for name in (VALUE, *_WORDS)},
        }
        session, indicator, by, today = context.session, read.indicator, context.by, context.today
        try:
            if read.standing is None:
                readings.add_to(session, indicator, read.details, by=by, today=today)
            else:
                readings.correct_in(session, indicator, read.standing, read.details, reason=reason, by=by, today=today)
        except KnowledgeBaseError:
            _roster(context).forget()
            raise
        return [Applied(read.indicator, is_new=False, before=before)]

    def restore(self, context: Context, applied: Applied, *, reason: str) -> None:
        """Let the earlier reading of the day count again, or none where there was none."""
        context = planned.context_in(context, applied.record.plan_id)
        roster, before = _roster(context), applied.before
        if not roster.knows(applied.record.ref):
            raise NotFound(applied.record.kind, applied.record.ref)
        indicator, day = roster.get(applied.record.ref), date.fromisoformat(before[DAY])
        standing = readings.standing_on(indicator, day)
        if standing is None:
            raise Invalid(DAY, gettext("There is no reading for the time until %(day)s any more", day=spoken(day)))
        session, by = context.session, context.by
        if not before[VALUE]:
            readings.withdraw(session, indicator.ref, standing.id, reason=reason, by=by)
            return
        details = ReadingDetails(day, float(before[VALUE]), *(before[name] for name in _WORDS))
        readings.correct(session, indicator.ref, standing.id, details, reason=reason, by=by, today=context.today)

    def remove(self, context: Context, applied: Applied, *, reason: str) -> None:
        """A row makes no record: what it added to an indicator goes as what it changed does."""
        self.restore(context, applied, reason=reason)

    def _title(self, read: Read, values: Values) -> str:
        said = cells.clean(values.get(INDICATOR, "")) or cells.clean(values.get(REF, ""))
        name = read.indicator.title if read.indicator is not None else said
        day = spoken(read.details.ends_on) if read.details is not None else cells.clean(values.get(DAY, ""))
        return ", ".join(filter(None, (name, day)))

    def _read(self, context: Context, values: Values) -> Read:
        context.by.require(self.right, plan_id=planned.plan_of(context).id)
        read, wrong = Read(), planned.unknown_plan(context, values)
        try:
            read.indicator = _roster(context).get(self._meant(context, values))
        except Invalid as fault:
            wrong.append(fault)
        unit = read.indicator.unit if read.indicator is not None else ""
        wrong += units.other(UNIT, values.get(UNIT, ""), unit)
        read_here = (one for one in self.fields() if one.key in (DAY, VALUE, *_WORDS))
        found = {one.key: self._value(one, values, wrong, unit) for one in read_here}
        if found[DAY] is not None and found[VALUE] is not None:
            self._compare(context, read, found, wrong)
        read.problems = [Problem(fault.field, str(fault)) for fault in wrong]
        return read

    def _meant(self, context: Context, values: Values) -> str:
        """The ref of the indicator: the one that stands in the row, else that of the title."""
        ref = cells.clean(values.get(REF, ""))
        if not ref and not cells.clean(values.get(INDICATOR, "")):
            raise Invalid(INDICATOR, gettext("Say which indicator was read"))
        if not ref:
            return self.names(context)[INDICATOR].one(INDICATOR, cells.clean(values.get(INDICATOR, "")))
        if not _roster(context).knows(ref):
            raise Invalid(REF, planned.no_such_in_plan(context, ref))
        return ref

    def _value(self, one: Field, values: Values, wrong: list[Invalid], unit: str) -> object:
        """What a cell says, or nothing where that is wrong."""
        text = values.get(one.key, "")
        try:
            if one.key == VALUE:
                text = units.bare(VALUE, text, unit)
            value = cells.read(one, text)
            cells.check_length(one, value)
        except Invalid as fault:
            wrong.append(fault)
            return None
        if one.is_required and not cells.clean(text):
            wrong.append(Invalid(one.key, gettext("It cannot be empty")))
        return value.day if one.key == DAY else value

    def _compare(self, context: Context, read: Read, found: dict[str, object], wrong: list[Invalid]) -> None:
        """Hold a reading that makes sense by itself against what stands and what the file said before."""
        day, value = found[DAY], found[VALUE]
        assert isinstance(day, date)
        assert isinstance(value, float)
        indicator = read.indicator
        read.standing = readings.standing_on(indicator, day) if indicator is not None else None
        words = {name: str(found[name] or getattr(read.standing, name, "")) for name in _WORDS}
        read.details = ReadingDetails(day, value, **words)
        if indicator is None:
            return
        earlier = context.seen.setdefault(f"{indicator.ref}:{day}", context.place)
        if earlier != context.place:
            wrong.append(Invalid(DAY, gettext("%(place)s is about the same. Keep one of the two", place=earlier)))
        details, by, today = read.details, context.by, context.today
        if read.outcome != Outcome.SAME:
            wrong += faults(lambda: readings.check(indicator, details, by=by, today=today, besides=read.standing))


def _told(reading: Reading | ReadingDetails | None, name: str) -> str:
    if reading is None:
        return ""
    value = getattr(reading, name)
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _roster(context: Context) -> Roster[Indicator]:
    """The indicators of the plan, with what was read of them."""
    if "readings" not in context.cache:
        session = context.session
        mine = Indicator.plan_id == planned.plan_of(context).id, visible_to(context.by)

        def fetch(ids: Sequence[int]) -> Sequence[Indicator]:
            options = joinedload(Indicator.owner), selectinload(Indicator.readings)
            return session.scalars(select(Indicator).where(Indicator.id.in_(ids), *mine).options(*options)).all()

        roster = context.cache["readings"] = Roster(fetch)
        query = select(Indicator.id, Indicator.ref, Indicator.title).where(*mine)
        for row in session.execute(query.order_by(Indicator.id)):
            roster.add(*row)
    found: Roster[Indicator] = context.cache["readings"]
    return found


@in_each_language
def _fields() -> tuple[Field, ...]:
    return (
        Field(
            REF,
            gettext("Ref"),
            also=("Indicator ref",),
            help=gettext("Of the indicator. Stands in our own files; leave it empty to go by the title."),
        ),
        Field(
            INDICATOR,
            gettext("Indicator"),
            also=("Indicator title", "Measure", "KPI"),
            is_required=True,
            help=gettext("The title or the ref of an indicator of the plan. A Ref in the row comes before it."),
        ),
        planned.plan_field(),
        Field(
            DAY,
            gettext("Period end"),
            Shape.STATED,
            also=("Period ending", "Period", "Day", "Date", "Until", "Month", "Read for the time until", "As at"),
            is_required=True,
            help=gettext("The last day of the time that was measured; a month or a year means its last day."),
        ),
        Field(
            VALUE,
            gettext("Value"),
            Shape.NUMBER,
            also=("Reading", "Result", "Actual", "Number"),
            is_required=True,
            help=gettext("A number, in the unit of the indicator. Another one for the same day corrects it."),
        ),
        Field("data_source", gettext("Data source"), Shape.TEXT, also=("Source", "Where it comes from")),
        Field("quality_note", gettext("Quality note"), Shape.TEXT, also=("Note", "Notes", "Quality", "Comment")),
        Field(UNIT, gettext("Unit"), also=("Units",), help=gettext("If it is there, that of the indicator.")),
        *told("Demonstration", "Page"),
    )
