"""The action log: what the decisions of a plan's meetings became, and what they put off, as it stands now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager, joinedload

from actions import service
from actions.models import Action, Closure
from actions.request_models import RequestState
from actions.review_models import Decision, Review, Verdict
from actions.reviews.matters import is_to_verify
from actions.reviews.pack import Carried, Named
from actions.reviews.verdicts import told
from actions.schedule import State
from kb.models.record import Record
from kb.permissions import Capability, visible_to
from kb.words import gettext, ngettext, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from actions.schedule import Schedule
    from actions.service import Listed
    from kb.models.plan import Plan
    from kb.permissions import Person

_CLOSURES = {
    Closure.OPEN: gettext("Open"),
    Closure.DONE: gettext("Done"),
    Closure.VERIFIED: gettext("Verified"),
    Closure.STOPPED: gettext("Stopped"),
}


@dataclass(frozen=True)
class Entry:
    """A decision that became an action, or that put its matter off.

    One that did both is two entries. `listed` is the action, and `record` what a matter that was put off is about, as
    far as the person may see them; `stands` says in words how it stands now.
    """

    decision: Decision
    listed: Listed | None
    record: Record | None
    is_deferred: bool
    is_open: bool = False
    stands: str = ""

    @property
    def review(self) -> Review:
        return self.decision.review

    @property
    def owner(self) -> str:
        """The post that the action falls to."""
        owner = self.listed.action.owner if self.listed else None
        return owner.title if owner else ""

    @property
    def due_on(self) -> date | None:
        return self.listed.action.due_on if self.listed else None


def list_entries(
    session: Session, plan: Plan, person: Person, today: date, *, before: date | None = None
) -> list[Entry]:
    """A plan’s entries, or those of its meetings before a day: open ones first, by date; five statements."""
    person.require(Capability.READ_UPDATES)
    decisions = _decisions(session, plan, before)
    latest = _latest(session, plan, before) if any(one.verdict == Verdict.DEFER for one in decisions) else {}
    actions = service.list_by_ids(session, {one.follow_up_id for one in decisions if one.follow_up_id}, person, today)
    ids = {one.record_id for one in decisions if one.record_id}
    query = select(Record).where(Record.id.in_(ids), visible_to(person))
    records = {record.id: record for record in session.scalars(query)} if ids else {}
    closures = _closures(session, decisions)
    made = []
    for decision in decisions:
        record = records.get(decision.record_id or 0)
        if decision.follow_up_id is not None:
            listed = actions.get(decision.follow_up_id)
            made.append(_with_action(Entry(decision, listed, record, is_deferred=False), listed))
        if decision.verdict == Verdict.DEFER:
            entry = Entry(decision, None, record, is_deferred=True)
            made.append(_deferred(entry, latest.get(_key(decision)), closures))
    return sorted(made, key=_place)


def carried(session: Session, plan: Plan, person: Person, before: date, today: date) -> tuple[Carried, ...]:
    """What is open of the meetings before a day, as a pack keeps it."""
    return tuple(
        Carried(
            decided_on=entry.review.meets_on,
            matter=entry.decision.matter,
            record=_named(entry),
            owner=entry.owner,
            due_on=entry.due_on,
            state_words=entry.stands,
            closure=Closure.OPEN,
        )
        for entry in list_entries(session, plan, person, today, before=before)
        if entry.is_open
    )


def standing(schedule: Schedule) -> str:
    """How an open action stands by its dates, as its tag says it."""
    days = abs(schedule.days or 0)
    match schedule.state:
        case State.OVERDUE:
            return ngettext("Overdue %(num)s day", "Overdue %(num)s days", days)
        case State.DUE_SOON if not days:
            return gettext("Due today")
        case State.DUE_SOON:
            return ngettext("Due in %(num)s day", "Due in %(num)s days", days)
        case State.STALE:
            return ngettext("No update %(num)s day", "No update %(num)s days", days)
        case State.NOT_STARTED:
            return gettext("Not started")
        case State.NO_DATE:
            return gettext("No date")
        case _:
            return gettext("On time")


def _decisions(session: Session, plan: Plan, before: date | None) -> Sequence[Decision]:
    """Those that became an action or put a matter off, with all that says how it stands."""
    query = select(Decision).join(Decision.review).where(Review.plan_id == plan.id)
    query = query.where(or_(Decision.follow_up_id.is_not(None), Decision.verdict == Verdict.DEFER))
    if before is not None:
        query = query.where(Review.meets_on < before)
    query = query.options(contains_eager(Decision.review), joinedload(Decision.request), joinedload(Decision.ask))
    return session.scalars(query.order_by(Review.meets_on, Decision.position)).all()


Key = tuple[str, object, int | None]


def _key(decision: Decision) -> Key:
    """What makes two decisions ones on the same matter."""
    if decision.request_id is not None:
        return "request", decision.request_id, None
    if decision.ask_id is not None:
        return "ask", decision.ask_id, None
    return "matter", decision.matter, decision.record_id


def _latest(session: Session, plan: Plan, before: date | None) -> dict[Key, Decision]:
    """The last decision on each matter."""
    query = select(Decision).join(Decision.review).where(Review.plan_id == plan.id)
    if before is not None:
        query = query.where(Review.meets_on < before)
    query = query.options(contains_eager(Decision.review)).order_by(Review.meets_on, Decision.position)
    return {_key(decision): decision for decision in session.scalars(query)}


def _closures(session: Session, decisions: Sequence[Decision]) -> dict[int, str]:
    """How the actions stand whose verifying was put off."""
    ids = {one.record_id for one in decisions if one.record_id and is_to_verify(one.matter)}
    query = select(Action.id, Action.closure).where(Action.id.in_(ids))
    return {row.id: row.closure for row in session.execute(query)} if ids else {}


def _with_action(entry: Entry, listed: Listed | None) -> Entry:
    if listed is None:
        return replace(entry, stands=gettext("The action was deleted, or is not open to you"))
    action = listed.action
    if action.is_open:
        return replace(entry, is_open=True, stands=standing(listed.schedule))
    ended = action.verified_on or action.done_on
    words = _CLOSURES[Closure(action.closure)]
    return replace(entry, stands=gettext("%(how)s on %(day)s", how=words, day=spoken(ended)) if ended else words)


def _deferred(entry: Entry, last: Decision | None, closures: dict[int, str]) -> Entry:
    decision = entry.decision
    if last is not None and last.id != decision.id:
        words = gettext("Deferred again") if last.verdict == Verdict.DEFER else told(last.verdict)
        return replace(entry, stands=gettext("%(how)s on %(day)s", how=words, day=spoken(last.review.meets_on)))
    request, ask = decision.request, decision.ask
    if (decision.request_id and request is None) or (decision.ask_id and ask is None):
        return replace(entry, stands=gettext("Its action was deleted"))
    if request is not None and request.state != RequestState.OPEN:
        ended = {
            RequestState.ACCEPTED: gettext("Accepted on %(day)s"),
            RequestState.REFUSED: gettext("Refused on %(day)s"),
            RequestState.WITHDRAWN: gettext("Withdrawn on %(day)s"),
        }
        return replace(entry, stands=ended[RequestState(request.state)] % {"day": spoken(request.decided_on)})
    if ask is not None and ask.support_answer:
        return replace(entry, stands=gettext("Answered on %(day)s", day=spoken(ask.support_answered_on)))
    closure = closures.get(decision.record_id or 0) if is_to_verify(decision.matter) else None
    if closure is not None and closure != Closure.DONE:
        return replace(entry, stands=_CLOSURES[Closure(closure)])
    return replace(entry, is_open=True, stands=gettext("Waits to be decided"))


def _place(entry: Entry) -> tuple[object, ...]:
    """Open ones by due date, those without one after them; what has ended by meeting, the newest first."""
    review = entry.review
    if entry.is_open:
        return (
            0,
            entry.due_on is None,
            (entry.due_on or review.meets_on).toordinal(),
            review.id,
            entry.decision.position,
        )
    return 1, False, -review.meets_on.toordinal(), review.id, entry.decision.position


def _named(entry: Entry) -> Named | None:
    record = entry.listed.action if entry.listed else entry.record
    return Named(record.kind, record.ref, record.title) if record else None
