"""The minutes of a meeting, for the page and for Word: once it is closed, nothing that happens later changes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from actions.models import Action
from actions.reviews.verdicts import told
from kb.exporting.lines import Cell, Line, Look, Run, Table, cell, paragraphs, text
from kb.models.history import Change
from kb.permissions import visible_to
from kb.removal.deleted import WITH_DELETED
from kb.words import gettext, ngettext, spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.orm import Session

    from actions.review_models import Review
    from actions.reviews.matters import Matter
    from actions.reviews.record import Record
    from kb.models.record import Record as AnyRecord
    from kb.permissions import Person

    Address = Callable[[AnyRecord], str]

DECIDED_WIDTHS, FOLLOWING_WIDTHS = (6, 40, 16, 38), (46, 34, 20)
# The lines of an action's history that tell what was agreed at the meeting.
_FIELDS = {"title": "title", "owner": "owner", "owner_id": "owner", "due_on": "due"}


@dataclass(frozen=True)
class Item:
    """A matter as it was decided; `moved` says what became of it otherwise."""

    number: int
    words: str
    record: AnyRecord | None
    verdict: str
    reason: str
    moved: str
    agreed: Agreed | None


@dataclass(frozen=True)
class Agreed:
    """An action as it was agreed; `action` is there while it is not deleted."""

    title: str
    owner: str
    due: str
    action: Action | None


@dataclass(frozen=True)
class Minutes:
    """What was decided on the agenda and besides."""

    agenda: list[Item]
    other: list[Item]

    @property
    def agreed(self) -> list[Agreed]:
        """The actions that decisions became."""
        return [item.agreed for item in (*self.agenda, *self.other) if item.agreed]


def title(review: Review) -> str:
    """What the minutes are called."""
    return gettext("Minutes of the steering group, %(day)s", day=spoken(review.meets_on))


def standing(review: Review) -> str:
    """Whether they may still change, in a sentence."""
    if review.closed_at is None:
        return gettext("Draft: the meeting is not closed yet, so these minutes may still change.")
    day = spoken(review.closed_at.date())
    if review.closed_by is None:
        return gettext("The meeting was closed on %(day)s; these minutes do not change any more.", day=day)
    who = review.closed_by.name
    return gettext("%(who)s closed the meeting on %(day)s; these minutes do not change any more.", who=who, day=day)


def of(session: Session, found: Record, person: Person) -> Minutes:
    """The minutes of a meeting; two statements beside those of its record."""
    ids = [matter.decision.follow_up_id for matter in found.matters if matter.decision]
    agreed = _agreed(session, [id for id in ids if id is not None], person)
    return Minutes(
        [_item(matter, found.review, agreed) for matter in found.agenda],
        [_item(matter, found.review, agreed) for matter in found.other],
    )


def parts(found: Record, minutes: Minutes, address: Address) -> list[Line | Table]:
    """The document’s parts; `address` gives the web address of a record."""
    review, pack = found.review, found.pack
    made: list[Line | Table] = [text(standing(review), Look.NOTICE if review.closed_at is None else Look.QUIET)]
    facts = [(gettext("Held on"), spoken(review.meets_on)), (gettext("Place"), review.place)]
    facts += [(gettext("Pack"), pack.number)] if pack else []
    made += [Line((Run(f"{name}: ", is_bold=True), Run(said))) for name, said in facts if said]
    made.append(text(gettext("Attendance"), Look.HEADING))
    for name, said in ((gettext("Who was there"), review.present), (gettext("Apologies"), review.apologies)):
        made.append(text(name, Look.SUBHEADING))
        made += paragraphs(said) or [text(gettext("Not noted."))]
    made += _decided(gettext("Agenda"), minutes.agenda, address)
    if minutes.other:
        made += _decided(gettext("Any other business"), minutes.other, address)
    if agreed := minutes.agreed:
        made.append(text(gettext("Actions agreed"), Look.HEADING))
        about = ngettext(
            "%(num)s action that a decision became.", "%(num)s actions that decisions became.", len(agreed)
        )
        names = (gettext("Action"), gettext("Owner"), gettext("Due"))
        rows = [_following(one, address) for one in agreed]
        made.append(Table(gettext("Actions agreed"), about, names, FOLLOWING_WIDTHS, rows))
    if review.notes:
        made += [text(gettext("Notes"), Look.HEADING), *paragraphs(review.notes)]
    return made


def _item(matter: Matter, review: Review, agreed: dict[int, Agreed]) -> Item:
    decision = matter.decision
    # What happens after the close is no part of the minutes.
    closed_on = review.closed_at.date() if review.closed_at else None
    is_told = closed_on is None or (matter.moved_on is not None and matter.moved_on < closed_on)
    return Item(
        number=matter.number,
        words=matter.words,
        record=matter.record,
        verdict=told(decision.verdict) if decision else "",
        reason=decision.reason if decision else "",
        moved=matter.moved if is_told else "",
        agreed=agreed.get(decision.follow_up_id or 0) if decision else None,
    )


def _agreed(session: Session, ids: Sequence[int], person: Person) -> dict[int, Agreed]:
    """These actions as they were made: what has changed since then has its first value in their history."""
    if not ids:
        return {}
    query = select(Action).where(Action.id.in_(ids), visible_to(person)).options(joinedload(Action.owner))
    actions = session.scalars(query.execution_options(**{WITH_DELETED: True})).all()
    first: dict[int, dict[str, str]] = {}
    changes = select(Change).where(Change.record_id.in_(ids), Change.field.in_(_FIELDS)).order_by(Change.id)
    for change in session.scalars(changes):
        first.setdefault(change.record_id, {}).setdefault(_FIELDS[change.field], change.old or "")
    made = {}
    for action in actions:
        owner = action.owner.title if action.owner else ""
        stood = {"title": action.title, "owner": owner, "due": spoken(action.due_on), **first.get(action.id, {})}
        made[action.id] = Agreed(**stood, action=action if action.deleted_at is None else None)
    return made


def _decided(heading: str, items: Sequence[Item], address: Address) -> list[Line | Table]:
    made: list[Line | Table] = [text(heading, Look.HEADING)]
    if not items:
        return [*made, text(gettext("The pack asked for no decision."))]
    names = (gettext("No."), gettext("Matter"), gettext("Decision"), gettext("Why, or what was said"))
    about = ngettext("%(num)s matter and what was decided.", "%(num)s matters and what was decided.", len(items))
    return [*made, Table(heading, about, names, DECIDED_WIDTHS, [_row(item, address) for item in items])]


def _row(item: Item, address: Address) -> list[Cell]:
    words = Line((Run(item.words, address=address(item.record) if item.record is not None else ""),))
    verdict = Line(
        (Run(item.verdict or gettext("Not decided"), is_bold=bool(item.verdict), is_quiet=not item.verdict),)
    )
    why = [*paragraphs(item.reason), *paragraphs(item.moved)]
    if item.agreed is not None:
        why.append(text(gettext("It became an action: %(title)s", title=item.agreed.title)))
    return [cell(str(item.number)), Cell((words,)), Cell((verdict,)), Cell(tuple(why))]


def _following(agreed: Agreed, address: Address) -> list[Cell]:
    where = address(agreed.action) if agreed.action is not None else ""
    name = Cell((Line((Run(agreed.title, is_bold=True, address=where),)),))
    return [name, cell(agreed.owner), cell(agreed.due)]
