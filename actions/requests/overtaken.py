"""Requests for a change that end by themselves, because the action does: nobody decides about what is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from actions.request_models import ChangeRequest, RequestState
from kb import history

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from actions.models import Action
    from kb.permissions import Person


def withdraw_all(
    session: Session, action: Action, words: str, *, by: Person, today: date, but: ChangeRequest | None = None
) -> None:
    """Withdraw what waits for a decision on the action, except for one that is being decided; the words say why."""
    query = select(ChangeRequest).where(ChangeRequest.action_id == action.id, ChangeRequest.state == RequestState.OPEN)
    for request in session.scalars(query.order_by(ChangeRequest.id)):
        if request is but:
            continue
        history.note(session, action, "request", request.what, RequestState.WITHDRAWN, reason=words, by=by)
        request.state, request.decision = RequestState.WITHDRAWN, words
        request.decided_by_id, request.decided_on = by.user_id, today
