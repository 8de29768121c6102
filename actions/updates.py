"""What owners say about their actions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from actions.changing import check_not_past
from actions.models import Action, Confidence, ReportedBy, Update
from kb import history, records
from kb.errors import Conflict, Invalid
from kb.models.record import Record
from kb.permissions import SYSTEM, Capability, Person, visible_to
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

NEWEST_FIRST = (Update.said_on.desc(), Update.id.desc())
WITH_PEOPLE = (joinedload(Update.person), joinedload(Update.post), joinedload(Update.support_answered_by))
_WHAT_ANSWERS_REST_ON = ("version", "closure", "confidence", "forecast_on", "due_on", "last_said_on", "owner_id")


@dataclass(frozen=True, slots=True)
class Said:
    """What an owner says in one update; `forecast_reason` is wanted when the expected date moves.

    `reported_by` says how a lead heard it who writes it down for the owner, `evidence` what shows it. No date means
    that they cannot say; `keeps_forecast` is for those who were not asked, so that what they expected stands.
    """

    confidence: str
    narrative: str
    forecast_on: date | None = None
    forecast_reason: str = ""
    support_needed: str = ""
    evidence: str = ""
    reported_by: str = ""
    keeps_forecast: bool = False


def send_update(
    session: Session, ref: str, said: Said, *, last_update_id: int | None, by: Person, today: date
) -> Update:
    """Keep what the owner, the deputy or a lead says; `last_update_id` is the newest update that they had seen.

    Raises Conflict when there is a newer one, so that a form which is sent twice counts once.
    """
    action = _locked(session, ref, by)
    _require_newest(action, last_update(session, action), last_update_id)
    reported_by = _reported_by(action, said.reported_by, by)
    if said.confidence not in set(Confidence):
        raise Invalid("confidence", gettext("Say whether it is on track, at risk or off track"))
    if not said.narrative.strip():
        raise Invalid("narrative", gettext("Say in a sentence or two what has changed"))
    _check_forecast(action, said, today)
    return _keep(session, action, said, by, today, reported_by)


def nothing_changed(
    session: Session, ref: str, *, last_update_id: int | None, by: Person, today: date, reported_by: str = ""
) -> Update:
    """Say again what was said last; not where the expected date has passed, for then something has changed.

    Pressed twice it counts once: the second press finds what the first one left.
    """
    action = _locked(session, ref, by)
    latest = last_update(session, action)
    if latest is not None and latest.id != last_update_id and is_own_repeat(latest, by, today):
        return latest
    _require_newest(action, latest, last_update_id)
    how = _reported_by(action, reported_by, by)
    expected = expected_on(action)
    if action.confidence is None:
        raise Invalid("confidence", gettext("Nothing has been said yet, so say whether it is on track"))
    if expected is not None and expected < today:
        raise Invalid(
            "forecast_on",
            gettext("It was expected on %(day)s, which has passed; say by when it will be done", day=spoken(expected)),
        )
    return _keep(session, action, Said(action.confidence, _unchanged(), keeps_forecast=True), by, today, how)


def take_back(session: Session, ref: str, update_id: int, *, by: Person, today: date) -> Action:
    """Take back “nothing has changed”, while it is of today, one's own, and the newest word."""
    action = _locked(session, ref, by)
    latest = last_update(session, action)
    if latest is None or latest.id != update_id or not is_own_repeat(latest, by, today) or not action.is_open:
        raise Invalid("update", gettext("There is nothing to undo any more on “%(title)s”.", title=action.title))
    session.delete(latest)
    session.flush()
    before = last_update(session, action)
    history.note(session, action, "update", today, "taken back", by=by)
    action.last_said_on = before.said_on if before else None
    session.flush()
    return action


def is_own_repeat(update: Update, person: Person, today: date) -> bool:
    """Whether this person said today with this update that nothing has changed."""
    return update.person_id == person.user_id and update.said_on == today and update.narrative == _unchanged()


def _unchanged() -> str:
    return gettext("Nothing has changed.")


def _locked(session: Session, ref: str, by: Person) -> Action:
    """The action as it stands now, kept so until the end of the transaction: of two answers one is the newer."""
    action = records.get(session, Action, ref, person=by)
    by.require(Capability.UPDATE_ACTION, plan_id=action.plan_id, owner_id=action.owner_id)
    session.refresh(action, _WHAT_ANSWERS_REST_ON, with_for_update=True)
    return action


def _require_newest(action: Action, latest: Update | None, last_update_id: int | None) -> None:
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


def is_for_owner(action: Action, person: Person) -> bool:
    """Whether this person would write down what another one, who owns the action, has told them."""
    return person is not SYSTEM and action.owner_id is not None and action.owner_id not in person.posts


def _reported_by(action: Action, how: str, by: Person) -> str | None:
    if not is_for_owner(action, by):
        return None
    if how not in set(ReportedBy):
        raise Invalid("reported_by", gettext("Say how you heard it: by telephone, by mail or in a meeting"))
    return how


class Expected(Protocol):
    """An action as far as its owner's last word tells when it ends."""

    @property
    def confidence(self) -> str | None: ...

    @property
    def due_on(self) -> date | None: ...

    @property
    def forecast_on(self) -> date | None: ...


def expected_on(action: Expected) -> date | None:
    """The day on which the action is expected to end, as far as anybody has said."""
    return action.forecast_on or action.due_on


def still_expected_on(action: Expected, today: date) -> date | None:
    """The day that a form is filled in with: the expected one, until it has passed."""
    expected = expected_on(action)
    return None if expected is None or expected < today else expected


def may_stay_unchanged(action: Expected, today: date) -> bool:
    """Whether there is a last word that could be said again."""
    expected = expected_on(action)
    return action.confidence is not None and (expected is None or expected >= today)


def _check_forecast(action: Action, said: Said, today: date) -> None:
    if said.forecast_on is None:
        return
    check_not_past("forecast_on", said.forecast_on, today)
    expected = expected_on(action)
    if expected is not None and said.forecast_on != expected and not said.forecast_reason.strip():
        raise Invalid("forecast_reason", gettext("The date moves from %(day)s: say why", day=spoken(expected)))


def _forecast(action: Action, said: Said) -> date | None:
    """What the owner expects; the due date that the form was filled in with is nobody's forecast."""
    if said.forecast_on is None:
        return action.forecast_on if said.keeps_forecast else None
    return None if said.forecast_on == expected_on(action) == action.due_on else said.forecast_on


def _keep(session: Session, action: Action, said: Said, by: Person, today: date, reported_by: str | None) -> Update:
    forecast_on = _forecast(action, said)
    update = Update(
        action_id=action.id,
        said_on=today,
        person_id=by.user_id,
        post_id=action.owner_id if action.owner_id in by.posts or reported_by else None,
        reported_by=reported_by,
        channel=history.channel_of(session),
        confidence=said.confidence,
        narrative=said.narrative.strip(),
        forecast_on=forecast_on,
        forecast_reason=said.forecast_reason.strip(),
        support_needed=said.support_needed.strip(),
        evidence=said.evidence.strip(),
    )
    session.add(update)
    # What the update says stays out of the history, which more people may read.
    history.note(session, action, "update", None, today, by=by)
    action.confidence = said.confidence
    action.forecast_on = forecast_on
    action.last_said_on = today
    session.flush()
    return update


def last_update(session: Session, action: Action) -> Update | None:
    """The newest update, with whoever sent it and whoever answered its ask."""
    query = select(Update).where(Update.action_id == action.id).order_by(*NEWEST_FIRST).limit(1)
    return session.scalars(query.options(*WITH_PEOPLE)).one_or_none()


def list_for(session: Session, action: Action, person: Person, limit: int | None = None) -> Sequence[Update]:
    """The updates of one action, newest first, with who sent them; none for whoever may not read updates."""
    if not person.may(Capability.READ_UPDATES):
        return ()
    query = select(Update).where(Update.action_id == action.id).order_by(*NEWEST_FIRST).limit(limit)
    return session.scalars(query.options(*WITH_PEOPLE)).all()


def with_action(person: Person, plan_id: int | None) -> Select[Update]:
    """The query of updates on actions that the person may see, with their actions."""
    query = select(Update).join(Update.action).where(visible_to(person)).options(contains_eager(Update.action))
    return query if plan_id is None else query.where(Record.plan_id == plan_id)
