"""Asking for a change of an action: what owners may not change themselves, they propose with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from actions import service
from actions.changing import check_new_due_date, check_not_past
from actions.request_models import ChangeRequest, RequestedChange, RequestState
from actions.requests import service as requests
from actions.requests.service import Wording
from kb import history, records
from kb.db import now
from kb.editing import checked_title
from kb.errors import Invalid, NotFound
from kb.models.organisation import Post
from kb.permissions import Capability
from kb.words import gettext

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from actions.models import Action
    from kb.permissions import Person

# Why an action may end without being done, as requests keep it.
ENDS = ("no-longer-needed", "as-far-as-it-goes")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody asks for; of the values those count that fit `what`. `owner` is the ref of a post."""

    what: str
    reason: str
    due_on: date | None = None
    owner: str = ""
    title: str = ""
    description: str = ""
    ends: str = ""


def propose(session: Session, ref: str, proposal: Proposal, *, by: Person, today: date) -> ChangeRequest:
    """Ask for a change of an action, for someone else to decide; one open request for each kind of change."""
    action = service.get(session, ref, by)
    by.require(Capability.PROPOSE_CHANGE, plan_id=action.plan_id, owner_id=action.owner_id)
    if proposal.what not in set(RequestedChange):
        raise Invalid("what", gettext("Choose what should change"))
    if not action.is_open:
        raise Invalid("what", gettext("The action is closed. Open it again before you ask for a change"))
    if proposal.what in requests.open_of(session, action):
        raise Invalid("what", gettext("This was asked for already and waits for a decision"))
    request = ChangeRequest(
        action=action,
        what=proposal.what,
        proposed_words="",
        reason=proposal.reason.strip(),
        proposer_id=by.user_id,
        made_at=now(),
        made_on=today,
        state=RequestState.OPEN,
        decision="",
    )
    _FILL[RequestedChange(proposal.what)](session, request, proposal, by, today)
    if not request.reason:
        raise Invalid("reason", gettext("Say why, so that someone else can decide"))
    session.add(request)
    # What is asked for stays out of the history, which more people may read.
    history.note(session, action, "request", None, proposal.what, by=by)
    session.flush()
    return request


def check_day(action: Action, day: date | None, today: date) -> None:
    """Raise Invalid where the day cannot become the action's due date."""
    if day is None:
        raise Invalid("due_on", gettext("Give the date by which it will be done"))
    check_not_past("due_on", day, today)
    check_new_due_date(action, day)


def _fill_day(_session: Session, request: ChangeRequest, proposal: Proposal, _by: Person, today: date) -> None:
    check_day(request.action, proposal.due_on, today)
    request.proposed_on = proposal.due_on


def _fill_owner(session: Session, request: ChangeRequest, proposal: Proposal, by: Person, _today: date) -> None:
    if not proposal.owner:
        raise Invalid("owner", gettext("Choose who should own it"))
    try:
        post = records.get(session, Post, proposal.owner, person=by)
    except NotFound:
        raise Invalid("owner", gettext("There is no post called “%(ref)s”", ref=proposal.owner)) from None
    if post.id == request.action.owner_id:
        raise Invalid("owner", gettext("%(post)s owns it already", post=post.title))
    request.proposed_post = post


def _fill_scope(_session: Session, request: ChangeRequest, proposal: Proposal, _by: Person, _today: date) -> None:
    wording = Wording(checked_title(proposal.title), proposal.description.strip())
    if wording == Wording(request.action.title, request.action.description):
        raise Invalid("title", gettext("It says this already; change the words"))
    request.proposed_words = str(wording)


def _fill_end(_session: Session, request: ChangeRequest, proposal: Proposal, _by: Person, _today: date) -> None:
    if proposal.ends not in ENDS:
        raise Invalid("ends", gettext("Say whether it is no longer needed, or done as far as it goes"))
    request.proposed_words = proposal.ends


_FILL = {
    RequestedChange.DUE_DATE: _fill_day,
    RequestedChange.OWNER: _fill_owner,
    RequestedChange.SCOPE: _fill_scope,
    RequestedChange.CLOSURE: _fill_end,
}
