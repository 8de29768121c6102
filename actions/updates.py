"""What owners say about their actions, and the answers to their asks for support."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from actions import in_sql
from actions.models import Action, Confidence, Update
from kb import history, records
from kb.errors import Conflict, Invalid, NotFound
from kb.models.record import Record
from kb.permissions import Capability, Person, visible_to
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

LARGEST_ID = 2**31 - 1
NEWEST_FIRST = (Update.said_on.desc(), Update.id.desc())


@dataclass(frozen=True, slots=True)
class Said:
    """What an owner says in one update; `forecast_reason` is wanted when the expected date moves."""

    confidence: str
    narrative: str
    forecast_on: date | None = None
    forecast_reason: str = ""
    support_needed: str = ""


def send_update(
    session: Session, ref: str, said: Said, *, last_update_id: int | None, by: Person, today: date
) -> Update:
    """Keep what the owner, the deputy or a lead says; `last_update_id` is the newest update that they had seen.

    Raises Conflict when there is a newer one, so that a form which is sent twice counts once.
    """
    action = _answerable(session, ref, last_update_id, by)
    if said.confidence not in set(Confidence):
        raise Invalid("confidence", gettext("Say whether it is on track, at risk or off track"))
    if not said.narrative.strip():
        raise Invalid("narrative", gettext("Say in a sentence or two what has changed"))
    _check_forecast(action, said, today)
    return _keep(session, action, said, by, today)


def nothing_changed(session: Session, ref: str, *, last_update_id: int | None, by: Person, today: date) -> Update:
    """Say again what was said last; not where the expected date has passed, for then something has changed."""
    action = _answerable(session, ref, last_update_id, by)
    expected = expected_on(action)
    if action.confidence is None:
        raise Invalid("confidence", gettext("Nothing has been said yet, so say whether it is on track"))
    if expected is not None and expected < today:
        raise Invalid(
            "forecast_on",
            gettext("It was expected on %(day)s, which has passed; say by when it will be done", day=spoken(expected)),
        )
    said = Said(action.confidence, gettext("Nothing has changed."), action.forecast_on)
    return _keep(session, action, said, by, today)


def _answerable(session: Session, ref: str, last_update_id: int | None, by: Person) -> Action:
    action = records.get(session, Action, ref, person=by)
    by.require(Capability.UPDATE_ACTION, plan_id=action.plan_id, owner_id=action.owner_id)
    latest = last_update(session, action)
    if latest is not None and latest.id != last_update_id:
        raise Conflict(
            gettext("There is a newer update on “%(title)s” than the one that you had seen.", title=action.title),
            theirs={
                "confidence": latest.confidence or "",
                "narrative": latest.narrative,
                "forecast_on": spoken(latest.forecast_on),
                "forecast_reason": latest.forecast_reason,
                "support_needed": latest.support_needed,
            },
            saved_by=latest.person.name if latest.person else "",
            version=latest.id,
        )
    if not action.is_open:
        raise Invalid("confidence", gettext("This action is closed. Reopen it before you say more about it"))
    return action


def expected_on(action: Action) -> date | None:
    """The day on which the action is expected to end, as far as anybody has said."""
    return action.forecast_on or action.due_on


def may_stay_unchanged(action: Action, today: date) -> bool:
    """Whether there is a last word that could be said again."""
    expected = expected_on(action)
    return action.confidence is not None and (expected is None or expected >= today)


def _check_forecast(action: Action, said: Said, today: date) -> None:
    if said.forecast_on is None:
        return
    if said.forecast_on < today:
        raise Invalid(
            "forecast_on", gettext("%(day)s has passed; give a date from today on", day=spoken(said.forecast_on))
        )
    expected = expected_on(action)
    if expected is not None and said.forecast_on != expected and not said.forecast_reason.strip():
        raise Invalid("forecast_reason", gettext("The date moves from %(day)s: say why", day=spoken(expected)))


def _keep(session: Session, action: Action, said: Said, by: Person, today: date) -> Update:
    update = Update(
        action_id=action.id,
        said_on=today,
        person_id=by.user_id,
        post_id=action.owner_id if action.owner_id in by.posts else None,
        channel=history.channel_of(session),
        confidence=said.confidence,
        narrative=said.narrative.strip(),
        forecast_on=said.forecast_on,
        forecast_reason=said.forecast_reason.strip(),
        support_needed=said.support_needed.strip(),
    )
    session.add(update)
    # What the update says stays out of the history, which more people may read.
    history.note(session, action, "update", None, today, by=by)
    action.confidence = said.confidence
    action.forecast_on = said.forecast_on or action.forecast_on
    action.last_said_on = today
    session.flush()
    return update


def answer_support(session: Session, update_id: int, answer: str, *, by: Person) -> Update:
    """Answer an ask for support; what was answered already is not written over."""
    update = get_ask(session, update_id, by)
    by.require(Capability.ANSWER_SUPPORT, plan_id=update.action.plan_id)
    if update.support_answer:
        raise Conflict(gettext("This was answered while you were writing."), theirs={"answer": update.support_answer})
    if not answer.strip():
        raise Invalid("answer", gettext("Say what support there will be, or why there is none"))
    update.support_answer = answer.strip()
    history.note(session, update.action, "support", None, "answered", by=by)
    return update


def get_ask(session: Session, update_id: int, person: Person) -> Update:
    """The update that asks for support, with its action, post and sender, or NotFound."""
    person.require(Capability.READ_UPDATES)
    query = _with_action(person, None).where(Update.id == update_id, Update.support_needed != "")
    query = query.options(joinedload(Update.person), joinedload(Update.post))
    update = session.scalars(query).one_or_none() if 0 < update_id <= LARGEST_ID else None
    if update is None:
        raise NotFound("ask for support", str(update_id))
    return update


def last_update(session: Session, action: Action) -> Update | None:
    """The newest update, with whoever sent it."""
    query = select(Update).where(Update.action_id == action.id).order_by(*NEWEST_FIRST).limit(1)
    return session.scalars(query.options(joinedload(Update.person))).one_or_none()


def list_for(session: Session, action: Action, person: Person, limit: int | None = None) -> Sequence[Update]:
    """The updates of one action, newest first, with who sent them; none for whoever may not read updates."""
    if not person.may(Capability.READ_UPDATES):
        return ()
    query = select(Update).where(Update.action_id == action.id).order_by(*NEWEST_FIRST).limit(limit)
    return session.scalars(query.options(joinedload(Update.person), joinedload(Update.post))).all()


def list_latest(session: Session, person: Person, limit: int, plan_id: int | None = None) -> Sequence[Update]:
    """The newest updates of all actions that the person may see, with action, sender and post."""
    if not person.may(Capability.READ_UPDATES):
        return ()
    query = _with_action(person, plan_id).order_by(*NEWEST_FIRST).limit(limit)
    return session.scalars(query.options(joinedload(Update.person), joinedload(Update.post))).all()


def list_asks(
    session: Session, person: Person, plan_id: int | None = None, limit: int | None = None
) -> Sequence[Update]:
    """The asks for support on open actions that nobody has answered, the oldest first, with action and post."""
    if not person.may(Capability.READ_UPDATES):
        return ()
    query = _with_action(person, plan_id).where(in_sql.is_open(), in_sql.is_open_ask())
    query = query.options(joinedload(Update.post)).order_by(Update.said_on, Update.id).limit(limit)
    return session.scalars(query).all()


def _with_action(person: Person, plan_id: int | None) -> Select[Update]:
    query = select(Update).join(Update.action).where(visible_to(person)).options(contains_eager(Update.action))
    return query if plan_id is None else query.where(Record.plan_id == plan_id)
