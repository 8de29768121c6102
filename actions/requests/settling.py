"""Deciding what was asked for: whoever accepts it changes the action in the same transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions import changing, closing, service
from actions.request_models import RequestedChange, RequestState
from actions.requests import service as requests
from actions.requests.deciding import Matter
from kb import history
from kb.errors import Conflict, Invalid, NotAllowed
from kb.permissions import Capability
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from actions.request_models import ChangeRequest
    from actions.requests.service import Asked
    from kb.permissions import Person


def accept(session: Session, request_id: int, *, words: str, version: int, by: Person, today: date) -> Asked:
    """Make the change that was asked for; its history has the reason, and the words of whoever decided."""
    asked = _decidable(session, request_id, version, by, today)
    if obstacle := why_not_apply(asked, today):
        # It may stand in the way because somebody has accepted the same while this was being read.
        session.expire(asked.request)
        _check_version(requests.get(session, request_id, by, today).request, version)
        raise Invalid("answer", obstacle)
    _apply(session, asked, words.strip(), by, today)
    _settle(session, asked.request, RequestState.ACCEPTED, words, by, today)
    return asked


def refuse(session: Session, request_id: int, *, words: str, version: int, by: Person, today: date) -> Asked:
    """Leave the action as it is, and say why."""
    asked = _decidable(session, request_id, version, by, today)
    if not words.strip():
        raise Invalid("decision", gettext("Say why not; whoever asked reads it"))
    history.note(session, asked.action, "request", asked.request.what, RequestState.REFUSED, by=by)
    _settle(session, asked.request, RequestState.REFUSED, words, by, today)
    return asked


def withdraw(session: Session, request_id: int, *, version: int, by: Person, today: date) -> Asked:
    """Take back what one has asked for, before it is decided."""
    asked = requests.get(session, request_id, by, today)
    if not asked.is_of(by):
        raise NotAllowed(gettext("Only the person who asked for a change can withdraw it."))
    _check_version(asked.request, version)
    history.note(session, asked.action, "request", asked.request.what, RequestState.WITHDRAWN, by=by)
    _settle(session, asked.request, RequestState.WITHDRAWN, "", by, today)
    return asked


def why_not_decide(asked: Asked, person: Person) -> str:
    """Why this person may not decide it, as a sentence; nothing when they may, or when nobody has to any more."""
    if not asked.is_open or asked.may_be_decided_by(person):
        return ""
    if asked.is_of(person):
        return gettext("You asked for it, so someone else has to decide.")
    if asked.matter == Matter.ORDINARY or not person.may(Capability.DECIDE_CHANGE, plan_id=asked.action.plan_id):
        return gettext("Only a strategy lead or a member of the steering group can decide this.")
    if asked.matter == Matter.OVERDUE:
        return gettext("The action is overdue, so only a member of the steering group can decide this.")
    return gettext("The due date was moved before, so only a member of the steering group can decide this.")


def why_not_apply(asked: Asked, today: date) -> str:
    """Why it can no longer be accepted, as a sentence; nothing when it can."""
    request, action = asked.request, asked.action
    if not asked.is_open:
        return ""
    if not action.is_open:
        return gettext("The action has been closed since this was asked for, so it cannot be accepted any more.")
    if asked.has_moved:
        return _moved(asked)
    if request.what == RequestedChange.OWNER and request.proposed_post is None:
        return gettext("The post that was asked for is not there any more, so this cannot be accepted.")
    if request.proposed_post is not None and request.proposed_post_id == action.owner_id:
        return gettext("%(post)s owns it already.", post=request.proposed_post.title)
    if request.proposed_on is not None and request.proposed_on < today:
        return gettext("%(day)s has passed, so it cannot become the due date.", day=spoken(request.proposed_on))
    if request.proposed_on is not None and action.starts_on is not None and request.proposed_on < action.starts_on:
        return gettext("The action starts on %(day)s by now, after this date.", day=spoken(action.starts_on))
    return ""


def _moved(asked: Asked) -> str:
    action = asked.action
    match asked.request.what:
        case RequestedChange.DUE_DATE:
            now_due = spoken(action.due_on) or gettext("no date")
            return gettext("The due date has changed since this was asked for: it is %(now)s now.", now=now_due)
        case RequestedChange.OWNER:
            owner = action.owner.title if action.owner else gettext("nobody")
            return gettext("The owner has changed since this was asked for: it is %(now)s now.", now=owner)
        case RequestedChange.SCOPE:
            return gettext("The action was reworded since this was asked for.")
        case _:
            return gettext("The action was closed and opened again since this was asked for.")


def _decidable(session: Session, request_id: int, version: int, by: Person, today: date) -> Asked:
    """The open request that this person may decide, as they saw it."""
    asked = requests.get(session, request_id, by, today)
    by.require(Capability.DECIDE_CHANGE, plan_id=asked.action.plan_id)
    _check_version(asked.request, version)
    if refusal := why_not_decide(asked, by):
        raise NotAllowed(refusal)
    return asked


def _check_version(request: ChangeRequest, version: int) -> None:
    """Raise Conflict where it is decided already; there is nothing to send again, so it bears no version."""
    if request.state == RequestState.OPEN and request.version == version:
        return
    said = {
        RequestState.OPEN: gettext("This request has changed since you opened it. Load the page again and look."),
        RequestState.ACCEPTED: gettext("This was accepted before your answer came."),
        RequestState.REFUSED: gettext("This was refused before your answer came."),
        RequestState.WITHDRAWN: gettext("This was withdrawn before your answer came."),
    }
    saved_by = request.decided_by.name if request.decided_by else ""
    raise Conflict(said[RequestState(request.state)], theirs={"decision": request.decision}, saved_by=saved_by)


def _apply(session: Session, asked: Asked, words: str, by: Person, today: date) -> None:
    request = asked.request
    # Read again with all that a change of it needs.
    action = service.get(session, asked.action.ref, by)
    reason = gettext("Asked for: “%(reason)s”", reason=request.reason)
    if words:
        reason = gettext("%(reason)s Decided: “%(words)s”", reason=reason, words=words)
    match request.what:
        case RequestedChange.DUE_DATE:
            assert request.proposed_on is not None
            changing.set_due_date(session, action, request.proposed_on, reason=reason, by=by)
        case RequestedChange.OWNER:
            assert request.proposed_post is not None
            changing.set_owner(session, action, request.proposed_post, reason=reason, by=by)
        case RequestedChange.SCOPE:
            wording = asked.proposed_wording
            changing.set_wording(session, action, wording.title, wording.description, reason=reason, by=by)
        case _:
            closing.end_undone(session, action, request, reason=reason, by=by, today=today)


def _settle(session: Session, request: ChangeRequest, state: RequestState, words: str, by: Person, today: date) -> None:
    request.state, request.decision = state, words.strip()
    request.decided_by_id, request.decided_on = by.user_id, today
    session.flush()
    session.expire(request, ["decided_by"])
