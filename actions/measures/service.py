"""Finding indicators: the list of a plan, and one with all that its page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from actions.indicator_models import Indicator, Reading, TrajectoryPoint, indicator_figure
from actions.indicators.periods import last_ended, missing
from actions.models import Action, Closure
from kb import records
from kb.models.figure import Figure
from kb.models.link import Link, LinkState, LinkType
from kb.models.organisation import Post
from kb.models.plan import Plan
from kb.models.record import Kind, Record
from kb.narrowing import Narrowing, bears
from kb.permissions import Capability, Person, visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

NONE = "none"
ONLY = ("no-reading", "no-target", "no-link")
SORTS = ("plan", "title")
_SEARCHED = (Indicator.title, Indicator.ref, Indicator.definition, Indicator.unit, Indicator.data_source)


@dataclass(frozen=True)
class IndicatorFilter(Narrowing):
    """What a list of indicators is narrowed to, in the words and refs of the address."""

    plan: str = ""
    words: str = ""
    owner: str = ""
    perspective: str = ""
    frequency: str = ""
    only: str = ""
    sort: str = "plan"


@dataclass(frozen=True)
class Listed:
    """An indicator in a list, with its plan and its newest reading."""

    indicator: Indicator
    plan: Record
    latest: Reading | None


@dataclass(frozen=True)
class Counting:
    """A reading that counts, with its indicator and the plan of that."""

    reading: Reading
    indicator: Indicator
    plan: Record


@dataclass(frozen=True)
class Choices:
    """What the filters of the list offer: ref and title of each, or the words themselves."""

    plans: list[tuple[str, str]]
    owners: list[tuple[str, str]]
    perspectives: list[str]


@dataclass(frozen=True)
class Measured:
    """An action or a priority that an indicator measures, with the link that says why."""

    link: Link
    record: Record


@dataclass(frozen=True)
class Detail:
    """One indicator with everything that its page shows."""

    indicator: Indicator
    plan: Record
    measured: list[Measured]
    readings: list[Reading]  # that count, newest first
    replaced: dict[date, list[Reading]]  # what was corrected, by the day that it was for, newest first
    done: tuple[tuple[date, str], ...]  # the measured actions that were done, by the day

    @property
    def latest(self) -> Reading | None:
        return self.readings[0] if self.readings else None

    @property
    def missing(self) -> tuple[date, ...]:
        """The ends of the periods between the first and the last reading that nobody has read."""
        return tuple(missing([reading.ends_on for reading in reversed(self.readings)], self.indicator.frequency))

    def late(self, today: date) -> date | None:
        """The end of the newest period that should have a reading and has none; counted from the last reading."""
        return last_ended(self.indicator.frequency, self.latest.ends_on, today) if self.latest else None

    @property
    def has_demonstration(self) -> bool:
        return any(reading.is_demonstration for reading in self.readings)


def list_indicators(
    session: Session, person: Person, wanted: IndicatorFilter, *, offset: int = 0, limit: int = 25
) -> tuple[int, list[Listed]]:
    """How many indicators fit, and one page of them with owners, plans and newest readings; four statements."""
    clauses = _clauses(wanted, person)
    total = session.scalar(select(func.count(Indicator.id)).where(*clauses)) or 0
    plan = aliased(Plan, flat=True)
    order = (Indicator.title, Indicator.id) if wanted.sort == "title" else (plan.title, Indicator.position)
    query = (
        select(Indicator, plan)
        .join(plan, plan.id == Indicator.plan_id)
        .where(*clauses)
        .options(joinedload(Indicator.owner).joinedload(Post.organisation))
        .order_by(*order, Indicator.id)
    )
    rows = session.execute(query.offset(offset).limit(limit)).all()
    newest = latest(session, [indicator.id for indicator, _ in rows])
    return total, [Listed(indicator, of, newest.get(indicator.id)) for indicator, of in rows]


def list_readings(
    session: Session, person: Person, wanted: IndicatorFilter, *, offset: int = 0, limit: int = 25
) -> list[Counting]:
    """One page of the readings that count of the indicators that fit, by indicator and then by day; one statement."""
    plan = aliased(Plan, flat=True)
    order = (Indicator.title, Indicator.id) if wanted.sort == "title" else (plan.title, Indicator.position)
    query = (
        select(Reading, Indicator, plan)
        .join(Indicator, Indicator.id == Reading.indicator_id)
        .join(plan, plan.id == Indicator.plan_id)
        .where(Reading.replaced_at.is_(None), *_clauses(wanted, person))
        .order_by(*order, Indicator.id, Reading.ends_on)
    )
    return [Counting(*row) for row in session.execute(query.offset(offset).limit(limit))]


def choices(session: Session, person: Person) -> Choices:
    """The plans, owners and perspectives of the indicators that the person may see; three statements."""
    plans = select(Plan.ref, Plan.title).where(visible_to(person)).order_by(Plan.title)
    owners = (
        select(Post.ref, Post.title)
        .where(Post.id.in_(select(Indicator.owner_id).where(visible_to(person))), visible_to(person))
        .order_by(Post.title, Post.ref)
    )
    perspectives = select(Indicator.perspective).where(visible_to(person), Indicator.perspective != "").distinct()
    return Choices(
        [(ref, title) for ref, title in session.execute(plans)],
        [(ref, title) for ref, title in session.execute(owners)],
        sorted(session.scalars(perspectives)),
    )


def get(session: Session, ref: str, person: Person) -> Indicator:
    """One indicator with its owner, figures, trajectory and readings, or NotFound."""
    figure = selectinload(Indicator.figures.and_(visible_to(person)))
    options = [
        joinedload(Indicator.owner).joinedload(Post.organisation),
        selectinload(Indicator.themes),
        figure.joinedload(Figure.source),
        figure.selectinload(Figure.comparisons.and_(visible_to(person))),
        selectinload(Indicator.trajectory).joinedload(TrajectoryPoint.organisation),
        selectinload(Indicator.readings).options(*_reader(person)),
        selectinload(Indicator.rebases),
    ]
    return records.get(session, Indicator, ref, person=person, options=options)


def detail(session: Session, ref: str, person: Person) -> Detail:
    """Everything that the page of one indicator shows; about a dozen statements, whatever it has."""
    indicator = get(session, ref, person)
    replaced: dict[date, list[Reading]] = {}
    for reading in sorted(indicator.readings, key=lambda one: one.id, reverse=True):
        if reading.replaced_at is not None:
            replaced.setdefault(reading.ends_on, []).append(reading)
    measured = _measured(session, indicator, person)
    return Detail(
        indicator=indicator,
        plan=session.get_one(Plan, indicator.plan_id),
        measured=measured,
        readings=sorted(current(indicator), key=lambda one: one.ends_on, reverse=True),
        replaced=replaced,
        done=_done(session, [one.record.id for one in measured if one.record.kind == Kind.ACTION]),
    )


def current(indicator: Indicator) -> list[Reading]:
    """The readings that count: those that no correction has replaced."""
    return [reading for reading in indicator.readings if reading.replaced_at is None]


def latest(session: Session, ids: Iterable[int]) -> dict[int, Reading]:
    """The newest reading of each of these indicators that has one."""
    last = (
        select(Reading.indicator_id, func.max(Reading.ends_on).label("ends_on"))
        .where(Reading.indicator_id.in_(list(ids)), Reading.replaced_at.is_(None))
        .group_by(Reading.indicator_id)
        .subquery()
    )
    query = (
        select(Reading)
        .join(last, (last.c.indicator_id == Reading.indicator_id) & (last.c.ends_on == Reading.ends_on))
        .where(Reading.replaced_at.is_(None))
    )
    return {reading.indicator_id: reading for reading in session.scalars(query)}


def list_by_ids(session: Session, ids: Iterable[int], *, person: Person) -> dict[int, tuple[Indicator, Reading | None]]:
    """The indicators with these ids that the person may see, each with its newest reading; two statements."""
    wanted = list(ids)
    if not wanted:
        return {}
    newest = latest(session, wanted)
    query = select(Indicator).where(Indicator.id.in_(wanted), visible_to(person))
    return {indicator.id: (indicator, newest.get(indicator.id)) for indicator in session.scalars(query)}


def measuring(session: Session, record: Record, *, person: Person) -> list[tuple[Link, Listed]]:
    """The indicators that measure an action or a priority, each with the link that says why; three statements."""
    of, plan = aliased(Indicator, flat=True), aliased(Plan, flat=True)
    query = (
        select(Link, of, plan)
        .join(of, of.id == Link.to_id)
        .join(plan, plan.id == of.plan_id)
        .where(
            Link.from_id == record.id,
            Link.type == LinkType.MEASURED_BY,
            Link.state != LinkState.RETIRED,
            of.id.in_(select(Indicator.id).where(visible_to(person)).correlate(None)),
        )
        .order_by(of.position, of.id)
    )
    rows = session.execute(query).all()
    newest = latest(session, [indicator.id for _, indicator, _ in rows]) if rows else {}
    return [(link, Listed(indicator, plan_of, newest.get(indicator.id))) for link, indicator, plan_of in rows]


def from_figure(session: Session, figure: Figure, *, person: Person) -> Sequence[Indicator]:
    """The indicators that come from a figure."""
    joined = indicator_figure.c
    query = (
        select(Indicator)
        .where(Indicator.id.in_(select(joined.indicator_id).where(joined.figure_id == figure.id)), visible_to(person))
        .order_by(Indicator.title, Indicator.id)
    )
    return session.scalars(query).all()


def _reader(person: Person) -> list[Any]:
    """Who added a reading is for those alone who may know who people are."""
    return [joinedload(Reading.person)] if person.may(Capability.READ_UPDATES) else []


def _measured(session: Session, indicator: Indicator, person: Person) -> list[Measured]:
    query = (
        select(Link)
        .where(Link.to_id == indicator.id, Link.type == LinkType.MEASURED_BY, Link.state != LinkState.RETIRED)
        .order_by(Link.id)
    )
    links = session.scalars(query).all()
    seen = records.list_by_ids(session, [link.from_id for link in links], person=person) if links else {}
    found = [Measured(link, seen[link.from_id]) for link in links if link.from_id in seen]
    return sorted(found, key=lambda one: (one.record.kind != Kind.PRIORITY, one.record.title))


def _done(session: Session, ids: Sequence[int]) -> tuple[tuple[date, str], ...]:
    if not ids:
        return ()
    query = (
        select(Action.done_on, Action.title)
        .where(Action.id.in_(ids), Action.closure.in_((Closure.DONE, Closure.VERIFIED)), Action.done_on.is_not(None))
        .order_by(Action.done_on, Action.id)
    )
    return tuple((day, title) for day, title in session.execute(query) if day)


def _clauses(wanted: IndicatorFilter, person: Person) -> list[ColumnElement[bool]]:
    clauses = [visible_to(person)]
    if wanted.plan:
        clauses.append(Indicator.plan_id.in_(_ids(Kind.PLAN, wanted.plan)))
    if wanted.owner == NONE:
        clauses.append(Indicator.owner_id.is_(None))
    elif wanted.owner:
        clauses.append(Indicator.owner_id.in_(_ids(Kind.POST, wanted.owner)))
    if wanted.perspective:
        clauses.append(Indicator.perspective == wanted.perspective)
    if wanted.frequency:
        clauses.append(Indicator.frequency == wanted.frequency)
    clauses += _only(wanted.only)
    return [*clauses, *bears(wanted.words, *_SEARCHED)]


def _only(only: str) -> list[ColumnElement[bool]]:
    """One of the findings that a plan's lead looks for."""
    match only:
        case "no-reading":
            read = select(Reading.indicator_id).where(Reading.replaced_at.is_(None))
            return [Indicator.id.not_in(read)]
        case "no-target":
            points = select(TrajectoryPoint.indicator_id)
            return [Indicator.target.is_(None), Indicator.id.not_in(points)]
        case "no-link":
            linked = select(Link.to_id).where(Link.type == LinkType.MEASURED_BY, Link.state != LinkState.RETIRED)
            return [Indicator.id.not_in(linked)]
    return []


def _ids(kind: Kind, ref: str) -> Any:
    return select(Record.id).where(Record.kind == kind, Record.ref == ref).correlate(None)
