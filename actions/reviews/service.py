"""Meetings of a plan's steering group: finding them, planning them, and writing their cover sheets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, undefer

from actions.review_models import Review
from actions.reviews.cycle import Cycle, cycle_of
from actions.reviews.pack import Cover
from kb import history
from kb.db import LARGEST_KEY
from kb.errors import Conflict, Invalid, NotFound
from kb.models.plan import Plan
from kb.permissions import Capability, Person, visible_to
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

MOST_DAYS = 60
# A pack is the same for everyone who may open it, so it is gathered as somebody without a role reads it.
READER = Person(user_id=0)


@dataclass(frozen=True)
class Arrangements:
    """When and where a meeting is, and how many working days before it owners are asked and answers close."""

    meets_on: date
    place: str = ""
    request_days: int = 15
    close_days: int = 5


def list_reviews(session: Session, plan: Plan, person: Person) -> Sequence[Review]:
    """All meetings of a plan, the newest first; one statement."""
    return session.scalars(_select(person).where(Review.plan_id == plan.id).order_by(Review.meets_on.desc())).all()


def get(session: Session, review_id: int, person: Person, *, with_pack: bool = False) -> Review:
    """One meeting with its plan and whoever froze and closed it, or NotFound."""
    query = _select(person).where(Review.id == review_id)
    if with_pack:
        query = query.options(undefer(Review.pack))
    found = session.scalars(query).one_or_none() if 0 < review_id <= LARGEST_KEY else None
    if found is None:
        raise NotFound("meeting", str(review_id))
    return found


def current(reviews: Sequence[Review]) -> Review | None:
    """The meeting that the group prepares for or is at: the first that nobody has closed yet."""
    return next((review for review in reversed(reviews) if not review.is_closed), None)


def before(reviews: Sequence[Review], review: Review) -> Review | None:
    """The meeting before another; `reviews` are the newest first."""
    return next((one for one in reviews if one.meets_on < review.meets_on), None)


def cycle(review: Review) -> Cycle:
    """The days of its cycle, by the bank holidays of its plan's nation."""
    return cycle_of(review.meets_on, review.request_days, review.close_days, review.plan.nation)


def cover(review: Review) -> Cover:
    """Its cover sheet as it stands."""
    return Cover(
        purposes=tuple(review.purposes.split()),
        assurance=review.assurance or "",
        assurance_reason=review.assurance_reason,
        objective=review.objective,
        risk=review.risk,
        seen_before=review.seen_before,
        equality=review.equality,
        recommendation=review.recommendation,
        summary=review.summary,
        lead_director=review.lead_director,
        prepared_by=review.prepared_by,
    )


def arrange(session: Session, plan: Plan, wanted: Arrangements, *, by: Person) -> Review:
    """A new meeting of the plan's group; what the cover sheet of the last one said of the plan carries over."""
    by.require(Capability.RUN_REVIEW, plan_id=plan.id)
    _check(session, plan, wanted)
    last = session.scalars(
        select(Review).where(Review.plan_id == plan.id).order_by(Review.meets_on.desc()).limit(1)
    ).first()
    review = Review(plan=plan, **vars(wanted))
    if last is not None:
        review.purposes, review.objective, review.risk = last.purposes, last.objective, last.risk
        review.lead_director, review.prepared_by = last.lead_director, last.prepared_by
    session.add(review)
    history.note(session, plan, "meeting", None, spoken(wanted.meets_on), by=by)
    session.flush()
    return review


def rearrange(session: Session, review_id: int, wanted: Arrangements, *, version: int, by: Person) -> Review:
    """Move a meeting, or change its days; not after its pack was frozen."""
    review = _unfrozen(session, review_id, version, by)
    _check(session, review.plan, wanted, besides=review)
    if wanted.meets_on != review.meets_on:
        history.note(session, review.plan, "meeting", spoken(review.meets_on), spoken(wanted.meets_on), by=by)
    for name, value in vars(wanted).items():
        setattr(review, name, value)
    session.flush()
    return review


def cancel(session: Session, review_id: int, *, version: int, by: Person) -> Plan:
    """Take a meeting out of the plan's cycle; not after its pack was frozen."""
    review = _unfrozen(session, review_id, version, by)
    history.note(session, review.plan, "meeting", spoken(review.meets_on), None, by=by)
    session.delete(review)
    session.flush()
    return review.plan


def write_cover(session: Session, review_id: int, said: Cover, *, version: int, by: Person) -> Review:
    """Keep what the cover sheet says; not after the pack was frozen."""
    review = _unfrozen(session, review_id, version, by)
    for name, value in vars(said).items():
        setattr(review, name, value)
    review.purposes, review.assurance = " ".join(said.purposes), said.assurance or None
    session.flush()
    return review


def check_version(review: Review, version: int) -> None:
    """Raise Conflict when somebody has changed the meeting since the person opened it."""
    if review.version != version:
        told = gettext("The meeting of %(day)s was changed while you were writing.", day=spoken(review.meets_on))
        raise Conflict(told, version=review.version)


def _select(person: Person) -> Select[Review]:
    person.require(Capability.READ_UPDATES)
    query = select(Review).join(Review.plan).where(visible_to(person, Plan))
    loaded = (contains_eager(Review.plan), joinedload(Review.frozen_by), joinedload(Review.closed_by))
    return query.options(*loaded)


def _unfrozen(session: Session, review_id: int, version: int, by: Person) -> Review:
    review = get(session, review_id, by)
    by.require(Capability.RUN_REVIEW, plan_id=review.plan_id)
    if review.is_frozen:
        raise Conflict(gettext("The pack of this meeting is frozen, so this can no longer be changed."))
    check_version(review, version)
    return review


def _check(session: Session, plan: Plan, wanted: Arrangements, *, besides: Review | None = None) -> None:
    if not 0 <= wanted.close_days <= MOST_DAYS:
        raise Invalid("close_days", gettext("Give a number of working days from 0 to %(most)s", most=MOST_DAYS))
    if not wanted.close_days < wanted.request_days <= MOST_DAYS:
        told = gettext("Owners are asked before their answers close: give more working days than for the close")
        raise Invalid("request_days", told)
    query = select(Review).where(Review.plan_id == plan.id, Review.meets_on == wanted.meets_on)
    standing = session.scalars(query).first()
    if standing is not None and standing is not besides:
        raise Invalid("meets_on", gettext("This plan’s group already meets on that day"))
