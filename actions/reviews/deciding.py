"""What the group decides on a matter, which takes effect as it is recorded: until its meeting is closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from actions import changing, closing, editing, support
from actions.requests import settling
from actions.review_models import Decision, Verdict
from actions.reviews import agenda
from actions.reviews import service as reviews
from actions.reviews.matters import About, Matter, said_at
from actions.reviews.naming import record_of
from actions.reviews.pack import decode
from actions.reviews.verdicts import told
from kb import history
from kb.db import now
from kb.editing import checked_title
from kb.errors import Conflict, Invalid, NotAllowed, NotFound
from kb.models.record import Record
from kb.permissions import Capability
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from actions.models import Action
    from actions.review_models import Review
    from kb.permissions import Person

_LOCKED = ("closed_at", "frozen_at", "present", "apologies", "notes", "version")


@dataclass(frozen=True, slots=True)
class Said:
    """A decision; `matter` and `about`, a record, are said for other business alone: the agenda has its own."""

    verdict: str
    reason: str
    matter: str = ""
    about: str = ""


def decide(
    session: Session, review_id: int, number: int, said: Said, *, version: int, by: Person, today: date
) -> Matter:
    """Record a decision on a matter, or another one in its place, and let it take effect."""
    review = recordable(session, review_id, by)
    matter = get_matter(session, review, number, by, today)
    _check_version(matter, version)
    _check(matter, said)
    decision = matter.decision
    if decision is None:
        decision = Decision(review_id=review.id, position=number, matter=matter.words)
        session.add(decision)
    elif is_other(matter):
        # What it was said about before has it in its history.
        record = record_of(session, review, said.about, by)
        if matter.record is not None and record is not matter.record:
            _note(session, matter.record, decision, review, by, is_taken_back=True)
        decision.matter, decision.record = checked_title(said.matter), record
        matter = get_matter(session, review, number, by, today)
    _fill(decision, matter, said, by)
    if matter.is_waiting:
        try:
            _take_effect(session, review, matter, decision, by, today)
        except Invalid as error:
            raise Invalid("verdict", str(error)) from error
    # After it, since a line in the history makes another version of the record.
    if matter.touched is not None:
        _note(session, matter.touched, decision, review, by)
    session.flush()
    return matter


def add(session: Session, review_id: int, said: Said, *, by: Person) -> Decision:
    """Record a decision on what is not on the agenda."""
    review = recordable(session, review_id, by)
    last = session.scalar(select(func.max(Decision.position)).where(Decision.review_id == review.id)) or 0
    number = max(last, len(decode(review.pack or b"").wanted)) + 1
    record = record_of(session, review, said.about, by)
    matter = Matter(number=number, about=About.OTHER, words=checked_title(said.matter), record=record)
    _check(matter, said)
    decision = Decision(review_id=review.id, position=number, matter=matter.words, record=record)
    session.add(decision)
    _fill(decision, matter, said, by)
    if record is not None:
        _note(session, record, decision, review, by)
    session.flush()
    return decision


def take_back(session: Session, review_id: int, number: int, *, version: int, by: Person, today: date) -> Matter:
    """Leave a matter undecided again; not where the decision has taken effect."""
    review = recordable(session, review_id, by)
    matter = get_matter(session, review, number, by, today)
    decision = matter.decision
    if decision is None:
        raise Conflict(gettext("Nothing is decided on this matter, so there is nothing to take back."))
    _check_version(matter, version)
    if matter.follow_up is not None:
        title = matter.follow_up.action.title
        raise Conflict(gettext("It became the action “%(title)s”. Delete that first, on its own page.", title=title))
    if matter.touched is not None:
        _note(session, matter.touched, decision, review, by, is_taken_back=True)
    session.delete(decision)
    session.flush()
    return matter


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The action that a decision becomes; `owner` is the ref of a post."""

    title: str
    description: str
    owner: str
    due_on: date | None


def follow_up(session: Session, review_id: int, number: int, wanted: FollowUp, *, by: Person, today: date) -> Action:
    """Make an action of a decision, in the meeting's plan, with its owner and due date."""
    review = recordable(session, review_id, by)
    by.require(Capability.EDIT_PLAN, plan_id=review.plan_id)
    matter = get_matter(session, review, number, by, today)
    decision = matter.decision
    if decision is None:
        raise Conflict(gettext("Decide the matter first; then the decision can become an action."))
    if matter.follow_up is not None:
        raise Conflict(gettext("It is an action already: “%(title)s”.", title=matter.follow_up.action.title))
    if not wanted.owner:
        raise Invalid("owner", gettext("Choose who will do it"))
    if wanted.due_on is None:
        raise Invalid("due_on", gettext("Give the date by which it will be done"))
    changing.check_not_past("due_on", wanted.due_on, today)
    details = editing.ActionDetails(
        title=wanted.title, description=wanted.description, owner=wanted.owner, due_on=wanted.due_on
    )
    action = editing.create(session, review.plan, details, by=by)
    _note(session, action, decision, review, by, words=matter.words)
    decision.follow_up = action
    session.flush()
    return action


def recordable(session: Session, review_id: int, by: Person) -> Review:
    """A meeting that is recorded still, kept from being closed until this is saved."""
    review = reviews.get(session, review_id, by, with_pack=True)
    by.require(Capability.RECORD_DECISION, plan_id=review.plan_id)
    # Of a close and a decision at once the second waits here, and is told.
    session.refresh(review, _LOCKED, with_for_update=True)
    if not review.is_frozen:
        raise Conflict(gettext("The pack of this meeting is not frozen yet, so it has no record."))
    if review.is_closed:
        day = spoken(review.meets_on)
        raise Conflict(gettext("The meeting of %(day)s is closed, so its record stays as it is.", day=day))
    return review


def get_matter(session: Session, review: Review, number: int, person: Person, today: date) -> Matter:
    """One matter of a frozen meeting by its number, or NotFound."""
    matters = agenda.list_matters(session, review, decode(review.pack or b""), person, today)
    found = next((matter for matter in matters if matter.number == number), None)
    if found is None:
        raise NotFound("matter of this meeting", str(number))
    return found


def is_other(matter: Matter) -> bool:
    """Whether it was not on the agenda."""
    return matter.named is None


def _check_version(matter: Matter, version: int) -> None:
    decision = matter.decision
    if decision is not None and matter.settled:
        raise Conflict(f"{told(decision.verdict)}. {matter.settled}")
    if matter.version == version:
        return
    if decision is None:
        raise Conflict(gettext("The decision on this was taken back while you were writing."), version=0)
    raise Conflict(
        gettext("This was decided while you were writing."),
        theirs={"verdict": told(decision.verdict), "reason": decision.reason},
        chosen={"verdict": [decision.verdict]},
        saved_by=decision.person.name if decision.person else "",
        version=matter.version,
    )


def _check(matter: Matter, said: Said) -> None:
    """Raise NotAllowed or Invalid where this cannot be decided, by this person or at all."""
    if said.verdict not in set(Verdict):
        raise Invalid("verdict", gettext("Choose what was decided"))
    if said.verdict not in matter.verdicts:
        if matter.why_not and (matter.is_own or not matter.obstacle):
            raise NotAllowed(matter.why_not)
        raise Invalid("verdict", matter.obstacle or gettext("%(why)s It can only be noted.", why=matter.moved))
    if said.reason.strip():
        return
    if said.verdict == Verdict.REJECT:
        raise Invalid("reason", gettext("Say why it is rejected"))
    if said.verdict == Verdict.DEFER:
        raise Invalid("reason", gettext("Say why it is deferred, and until when"))
    if matter.about == About.ASK and matter.is_waiting:
        raise Invalid("reason", gettext("Say what support there will be; the owner gets it as the answer"))


def _fill(decision: Decision, matter: Matter, said: Said, by: Person) -> None:
    decision.verdict, decision.reason, decision.person_id = said.verdict, said.reason.strip(), by.user_id
    decision.made_at = now()
    decision.request_id = matter.asked.request.id if matter.asked else None
    decision.ask_id = matter.ask.id if matter.ask else None
    decision.record_id = matter.touched.id if matter.touched is not None else None


def _take_effect(session: Session, review: Review, matter: Matter, decision: Decision, by: Person, today: date) -> None:
    words, verdict = said_at(review, decision.reason), Verdict(decision.verdict)
    if matter.asked is not None and verdict in (Verdict.APPROVE, Verdict.REJECT):
        request = matter.asked.request
        deed = settling.accept if verdict == Verdict.APPROVE else settling.refuse
        deed(session, request.id, words=words, version=request.version, by=by, today=today)
    elif matter.ask is not None and verdict != Verdict.DEFER:
        support.answer_support(session, matter.ask.id, words, by=by, today=today)
    elif matter.action is not None and verdict == Verdict.APPROVE:
        closing.verify(session, matter.action.ref, version=matter.action.version, by=by, today=today)
    elif matter.action is not None and verdict == Verdict.REJECT:
        closing.reopen(session, matter.action.ref, reason=words, version=matter.action.version, by=by)


def _note(
    session: Session,
    record: Record,
    decision: Decision,
    review: Review,
    by: Person,
    *,
    words: str = "",
    is_taken_back: bool = False,
) -> None:
    """A line in the history of what a decision touched: verdict and meeting, and why."""
    day = spoken(review.meets_on)
    line = gettext("%(verdict)s by the steering group on %(day)s", verdict=told(decision.verdict), day=day)
    if is_taken_back:
        history.note(session, record, "decision", line, None, by=by)
    else:
        history.note(session, record, "decision", None, line, reason=words or decision.reason, by=by)
