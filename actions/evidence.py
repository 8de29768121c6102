"""Papers and pages elsewhere that show how far an action has come: a title and a web address, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from actions.closing import require_unsettled
from actions.models import Action, Evidence
from kb import history, records
from kb.catalogue.source_editing import check_link
from kb.editing import LONGEST_TITLE, checked_title
from kb.errors import Invalid, NotFound
from kb.permissions import Capability
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from kb.permissions import Person

MOST = 50
FIELD = "evidence"


def list_for(session: Session, action: Action, person: Person) -> Sequence[Evidence]:
    """What shows how far the action is, with who added it; none for whoever may not read updates."""
    if not person.may(Capability.READ_UPDATES):
        return ()
    query = select(Evidence).where(Evidence.action_id == action.id).order_by(Evidence.id)
    return session.scalars(query.options(joinedload(Evidence.person))).all()


def add(session: Session, ref: str, *, title: str, address: str, by: Person, today: date) -> Evidence:
    """Add a link; only whole web addresses are taken, since whatever stands here becomes a link on a page."""
    action = _answerable(session, ref, by)
    wrong = gettext("Say what it is, in up to %(number)s characters", number=LONGEST_TITLE)
    title, address = checked_title(title, wrong), address.strip()
    if not address:
        raise Invalid("address", gettext("Give the whole web address, starting with https:// or http://"))
    check_link(address, "address")
    known = session.scalars(select(Evidence).where(Evidence.action_id == action.id)).all()
    if any(one.address == address for one in known):
        raise Invalid("address", gettext("This address is among the evidence already"))
    if len(known) >= MOST:
        raise Invalid("address", gettext("There are %(number)s already; remove one first", number=MOST))
    evidence = Evidence(action_id=action.id, title=title, address=address, added_on=today, person_id=by.user_id)
    session.add(evidence)
    history.note(session, action, FIELD, None, f"{title} ({address})", by=by)
    session.flush()
    return evidence


def remove(session: Session, ref: str, evidence_id: int, *, by: Person) -> None:
    """Take a link away; what it was stays in the history."""
    action = _answerable(session, ref, by)
    query = select(Evidence).where(Evidence.id == evidence_id, Evidence.action_id == action.id)
    evidence = session.scalars(query).one_or_none()
    if evidence is None:
        raise NotFound("evidence", str(evidence_id))
    history.note(session, action, FIELD, f"{evidence.title} ({evidence.address})", None, by=by)
    session.delete(evidence)
    session.flush()


def _answerable(session: Session, ref: str, by: Person) -> Action:
    action = records.get(session, Action, ref, person=by)
    by.require(Capability.UPDATE_ACTION, plan_id=action.plan_id, owner_id=action.owner_id)
    require_unsettled(action)
    return action
