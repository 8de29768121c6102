"""What was said last on many actions at once, read as bare columns, since a person may own hundreds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from actions import in_sql
from actions.models import Action, Update

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from kb.permissions import Person


@dataclass(frozen=True, slots=True)
class Word:
    """What is needed of one update."""

    id: int
    action_id: int
    said_on: date
    person_id: int | None
    reported_by: str | None
    support_needed: str
    support_answer: str

    @property
    def is_open_ask(self) -> bool:
        return bool(self.support_needed) and not self.support_answer


@dataclass(frozen=True)
class Said:
    """The newest word on each action, and the ask that nobody has answered."""

    newest: Mapping[int, Word]
    asks: Mapping[int, Word]

    def is_by(self, action_id: int, person: Person) -> bool:
        """Whether the person said the newest word themselves."""
        return action_id in self.newest and self.newest[action_id].person_id == person.user_id

    def is_reported(self, action_id: int) -> bool:
        """Whether a lead wrote the newest word down for the owner."""
        return action_id in self.newest and self.newest[action_id].reported_by is not None


def said_of(session: Session, post_ids: Sequence[int]) -> Said:
    """What was said of the actions of these posts; one statement."""
    owned = select(Action.id).where(Action.owner_id.in_(post_ids)).correlate(None)
    newest = select(func.max(Update.id)).where(Update.action_id.in_(owned)).group_by(Update.action_id)
    telling = or_(Update.id.in_(newest), in_sql.is_open_ask())
    query = select(
        Update.id,
        Update.action_id,
        Update.said_on,
        Update.person_id,
        Update.reported_by,
        Update.support_needed,
        Update.support_answer,
    ).where(Update.action_id.in_(owned), telling)
    found = [Word(*row) for row in session.execute(query.order_by(Update.id))]
    return Said({word.action_id: word for word in found}, {word.action_id: word for word in found if word.is_open_ask})
