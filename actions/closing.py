"""Done by the owner, verified by someone else, stopped by decision, and opened again when it was not so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions.models import Action, Closure, Update
from actions.requests import overtaken
from kb import history, records
from kb.errors import Invalid, NotAllowed
from kb.permissions import Capability, Person
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from actions.request_models import ChangeRequest


def mark_done(session: Session, ref: str, *, evidence: str, version: int, by: Person, today: date) -> Action:
    """Say that an action is done, and what shows it; the evidence is kept as its last update."""
    action = records.get(session, Action, ref, person=by)
    by.require(Capability.UPDATE_ACTION, plan_id=action.plan_id, owner_id=action.owner_id)
    _check_version(action, version)
    if not action.is_open:
        raise Invalid("evidence", gettext("It is closed already, since %(day)s", day=spoken(action.done_on)))
    if not evidence.strip():
        raise Invalid("evidence", gettext("Say what shows that it is done, so that someone else can verify it"))
    session.add(
        Update(
            action_id=action.id,
            said_on=today,
            person_id=by.user_id,
            post_id=action.owner_id if action.owner_id in by.posts else None,
            channel=history.channel_of(session),
            narrative=gettext("It is done."),
            evidence=evidence.strip(),
        )
    )
    _close(session, action, Closure.DONE, by)
    action.done_on, action.done_by_id, action.last_said_on = today, by.user_id, today
    overtaken.withdraw_all(session, action, gettext("The action was marked done"), by=by, today=today)
    session.flush()
    return action


def end_undone(
    session: Session, action: Action, request: ChangeRequest, *, reason: str, by: Person, today: date
) -> None:
    """End an action that will not be done, or no further, as one person asked for and another decided.

    It was stopped, which is neither done nor verified; its last update says how it ended, its request who decided.
    """
    ended = {
        "no-longer-needed": gettext("Closed unfinished: it is no longer needed."),
        "as-far-as-it-goes": gettext("Closed unfinished: it is done as far as it goes."),
    }
    session.add(
        Update(
            action_id=action.id,
            said_on=today,
            person_id=request.proposer_id,
            channel=history.channel_of(session),
            narrative=ended[request.proposed_words],
            evidence=request.reason,
        )
    )
    _close(session, action, Closure.STOPPED, by, reason)
    action.done_on, action.done_by_id, action.last_said_on = today, request.proposer_id, today
    overtaken.withdraw_all(session, action, gettext("The action was stopped"), by=by, today=today, but=request)
    session.flush()


def verify(session: Session, ref: str, *, version: int, by: Person, today: date) -> Action:
    """Confirm that a done action is done; never by whoever marked it done."""
    action = records.get(session, Action, ref, person=by)
    if refusal := why_not_verify(action, by):
        raise NotAllowed(refusal)
    _check_version(action, version)
    if action.closure != Closure.DONE:
        raise Invalid("closure", gettext("Only what its owner has marked done can be verified"))
    _close(session, action, Closure.VERIFIED, by)
    action.verified_on, action.verified_by_id = today, by.user_id
    overtaken.withdraw_all(session, action, gettext("The action was verified"), by=by, today=today)
    session.flush()
    return action


def reopen(session: Session, ref: str, *, reason: str, version: int, by: Person) -> Action:
    """Open a closed action again, with the reason; what others verified or decided to stop, only they may open."""
    action = records.get(session, Action, ref, person=by)
    require_reopening(action, by)
    _check_version(action, version)
    if action.is_open:
        raise Invalid("reason", gettext("It is open already"))
    if not reason.strip():
        is_stopped = action.closure == Closure.STOPPED
        words = gettext("Say why it is taken up again") if is_stopped else gettext("Say why it is not done after all")
        raise Invalid("reason", words)
    _close(session, action, Closure.OPEN, by, reason)
    action.done_on = action.done_by_id = action.verified_on = action.verified_by_id = None
    session.flush()
    return action


def may_verify(action: Action, person: Person) -> bool:
    """Whether the action waits for being verified and this person may do it."""
    return action.closure == Closure.DONE and not why_not_verify(action, person)


def why_not_verify(action: Action, person: Person) -> str:
    """Why this person may not verify the action, as a sentence; nothing when they may."""
    if not person.may(Capability.VERIFY_ACTION, plan_id=action.plan_id):
        return gettext("Only a strategy lead or a member of the steering group can verify that an action is done.")
    if person.user_id is not None and action.done_by_id == person.user_id:
        return gettext("You marked this action done, so someone else has to verify it.")
    return ""


def may_reopen(action: Action, person: Person) -> bool:
    """Whether the action is closed and this person may open it again."""
    return not action.is_open and _may_open(action, person)


def require_reopening(action: Action, by: Person) -> None:
    """Raise NotAllowed unless this person may open the action again."""
    if not _may_open(action, by):
        by.require(Capability.VERIFY_ACTION, plan_id=action.plan_id)


def require_unsettled(action: Action) -> None:
    """Raise NotAllowed where somebody has verified or ended the action on the strength of what stands there."""
    if action.is_settled:
        raise NotAllowed(gettext("It is verified or stopped, so what shows it stays as it is. Open it again first."))


def _may_open(action: Action, person: Person) -> bool:
    if person.may(Capability.VERIFY_ACTION, plan_id=action.plan_id):
        return True
    is_owner = person.may(Capability.UPDATE_ACTION, plan_id=action.plan_id, owner_id=action.owner_id)
    return is_owner and not action.is_settled


def _check_version(action: Action, version: int) -> None:
    records.check_version(action, version, theirs={"closure": action.closure})


def _close(session: Session, action: Action, closure: Closure, by: Person, reason: str = "") -> None:
    history.note(session, action, "closure", action.closure, closure, reason=reason, by=by)
    action.closure = closure
