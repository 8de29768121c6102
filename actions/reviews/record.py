"""The record of a meeting: who was there, what became of each matter, notes, and the close that locks it."""

from __future__ import annotations

from dataclasses import asdict, astuple, dataclass
from typing import TYPE_CHECKING
from zlib import crc32

from actions.reviews import action_log, agenda, deciding
from actions.reviews import service as reviews
from actions.reviews.pack import decode
from kb import history
from kb.db import now
from kb.errors import Conflict
from kb.permissions import Capability
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from actions.review_models import Review
    from actions.reviews.action_log import Entry
    from actions.reviews.matters import Matter
    from actions.reviews.pack import Pack
    from kb.permissions import Person


@dataclass(frozen=True)
class Record:
    """A meeting with its matters; without a pack, before that is frozen, there is none.

    `carried` is what earlier meetings left open, without what is a matter of this one; `may_record` says whether this
    person may add to it now.
    """

    review: Review
    pack: Pack | None
    matters: list[Matter]
    carried: list[Entry]
    may_record: bool
    may_add_actions: bool

    @property
    def agenda(self) -> list[Matter]:
        return [matter for matter in self.matters if not deciding.is_other(matter)]

    @property
    def other(self) -> list[Matter]:
        """Any other business."""
        return [matter for matter in self.matters if deciding.is_other(matter)]

    @property
    def undecided(self) -> list[Matter]:
        return [matter for matter in self.matters if matter.decision is None]

    @property
    def follow_ups(self) -> list[Matter]:
        """The matters whose decisions became actions."""
        return [matter for matter in self.matters if matter.follow_up is not None]


@dataclass(frozen=True, slots=True)
class Notes:
    """Who was there, who sent apologies, and what else was said."""

    present: str
    apologies: str
    notes: str

    @property
    def version(self) -> int:
        """A number that is another one as soon as something else is noted."""
        return crc32("\0".join(astuple(self)).encode())


def get(session: Session, review_id: int, person: Person, today: date, *, with_carried: bool = True) -> Record:
    """The record of a meeting, or NotFound."""
    review = reviews.get(session, review_id, person, with_pack=True)
    pack = decode(review.pack) if review.pack else None
    matters = agenda.list_matters(session, review, pack, person, today) if pack else []
    carried: list[Entry] = []
    if pack and with_carried:
        found = action_log.list_entries(session, review.plan, person, today, before=review.meets_on)
        carried = [entry for entry in found if entry.is_open and not _is_on(matters, entry)]
    may_record = pack is not None and not review.is_closed
    may_record = may_record and person.may(Capability.RECORD_DECISION, plan_id=review.plan_id)
    may_add_actions = may_record and person.may(Capability.EDIT_PLAN, plan_id=review.plan_id)
    return Record(review, pack, matters, carried, may_record, may_add_actions)


def _is_on(matters: Sequence[Matter], entry: Entry) -> bool:
    """Whether what an earlier meeting put off is a matter of this one."""
    decision = entry.decision
    return entry.is_deferred and any(
        (matter.asked is not None and matter.asked.request.id == decision.request_id)
        or (matter.ask is not None and matter.ask.id == decision.ask_id)
        or matter.words == decision.matter
        for matter in matters
    )


def notes_of(review: Review) -> Notes:
    """What is noted of a meeting."""
    return Notes(review.present, review.apologies, review.notes)


def write(session: Session, review_id: int, said: Notes, *, version: int, by: Person) -> Review:
    """Keep who was there and what was noted; not after the meeting is closed."""
    review = deciding.recordable(session, review_id, by)
    stand = notes_of(review)
    if stand != said and stand.version != version:
        told = gettext("Who was there, or the notes, were changed while you were writing.")
        raise Conflict(told, theirs=asdict(stand), version=stand.version)
    review.present, review.apologies, review.notes = said.present, said.apologies, said.notes
    session.flush()
    return review


def close(session: Session, review_id: int, *, by: Person) -> Review:
    """Lock the record; what is undecided stays so, and nothing in it changes any more."""
    review = deciding.recordable(session, review_id, by)
    review.closed_at, review.closed_by_id = now(), by.user_id
    history.note(session, review.plan, "meeting_closed", None, spoken(review.meets_on), by=by)
    session.flush()
    return review
