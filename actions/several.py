"""Answers for several actions sent at once: those that can stand are kept, the others come back with the reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from actions import service, updates
from actions.models import Action, Update
from kb.errors import Conflict, Invalid, NotAllowed, NotFound
from kb.permissions import Capability
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from actions.service import Listed
    from actions.updates import Said
    from kb.permissions import Person

AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody says of one action; None instead of words repeats the last ones."""

    ref: str
    said: Said | None
    last_update_id: int | None


@dataclass(frozen=True)
class Outcome:
    """Which answers were kept, which were refused and why, and which came after a newer answer; all by ref."""

    sent: list[str] = field(default_factory=list)
    refused: dict[str, Invalid] = field(default_factory=dict)
    overtaken: dict[str, Update] = field(default_factory=dict)


def send(session: Session, answers: Sequence[Answer], *, by: Person, today: date) -> Outcome:
    """Keep every answer that can stand; none of them is lost for the sake of another.

    Whatever an answer is refused for, it is refused before it changes anything, so the others need no undoing.
    """
    outcome = Outcome()
    # Two people who answer for the same actions at once wait for each other in the same order.
    for answer in sorted(answers[:AT_ONCE], key=lambda one: one.ref):
        try:
            _send(session, answer, by, today)
        except Invalid as error:
            outcome.refused[answer.ref] = error
        except (NotAllowed, NotFound):
            outcome.refused[answer.ref] = Invalid("", gettext("This action is not yours to answer any more"))
        except Conflict as conflict:
            newest = session.get_one(Update, conflict.version, options=[*updates.WITH_PEOPLE])
            if _says_the_same(newest, answer, by, today):
                outcome.sent.append(answer.ref)
            else:
                outcome.overtaken[answer.ref] = newest
        else:
            outcome.sent.append(answer.ref)
    return outcome


def _send(session: Session, answer: Answer, by: Person, today: date) -> None:
    last = answer.last_update_id
    if answer.said is None:
        updates.nothing_changed(session, answer.ref, last_update_id=last, by=by, today=today)
    else:
        updates.send_update(session, answer.ref, answer.said, last_update_id=last, by=by, today=today)


def _says_the_same(newest: Update, answer: Answer, by: Person, today: date) -> bool:
    """Whether the newer answer is this one, which was sent twice."""
    if answer.said is None or newest.person_id != by.user_id or newest.said_on != today:
        return False
    said = answer.said
    is_same_day = newest.forecast_on == said.forecast_on or (said.forecast_on is None and said.keeps_forecast)
    return is_same_day and (newest.confidence, newest.narrative) == (said.confidence, said.narrative.strip())


def owned(session: Session, refs: Sequence[str], person: Person, today: date) -> dict[str, Listed]:
    """Those of these actions that the person answers for, by ref."""
    if not person.posts or not refs:
        return {}
    query = service.select_listed(person).where(Action.ref.in_(refs), Action.owner_id.in_(list(person.posts)))
    mine = service.listed(session, query, today)
    return {
        one.action.ref: one
        for one in mine
        if person.may(Capability.UPDATE_ACTION, plan_id=one.action.plan_id, owner_id=one.action.owner_id)
    }


def last_words(session: Session, update_ids: Sequence[int]) -> Mapping[int, Update]:
    """These updates by their action, with whoever sent them."""
    query = select(Update).where(Update.id.in_(update_ids)).options(joinedload(Update.person), joinedload(Update.post))
    return {update.action_id: update for update in session.scalars(query)} if update_ids else {}
