"""Meetings of a plan's steering group: finding them, planning them, and writing their cover sheets."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload, undefer

from actions.review_models import Decision, Review
from actions.reviews.cycle import Cycle, cycle_of
from actions.reviews.pack import Cover
from actions.schedule import add_working_days, is_working_day
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

MOST_DAYS, MOST_IN_SERIES = 60, 24
MONTHS_BETWEEN = {"monthly": 1, "two-monthly": 2, "quarterly": 3}
# A pack is the same for everyone who may open it, so it is gathered as somebody without a role reads it.
READER = Person(user_id=0)


@dataclass(frozen=True)
class Arrangements:
    """When and where a meeting is, and how many working days before it owners are asked and answers close."""

    meets_on: date
    place: str = ""
    request_days: int = 15
    close_days: int = 5


@dataclass(frozen=True)
class Arranged:
    """A meeting that was arranged or moved; `moved_from` is the day that was asked for, if nobody works on that."""

    review: Review
    moved_from: date | None = None


def list_reviews(session: Session, plan: Plan, person: Person) -> Sequence[Review]:
    """All meetings of a plan, the newest first; one statement."""
    return session.scalars(_select(person).where(Review.plan_id == plan.id).order_by(Review.meets_on.desc())).all()


def count_decisions(session: Session, reviews: Sequence[Review]) -> dict[int, int]:
    """How many decisions each of these meetings took, by its id."""
    query = select(Decision.review_id, func.count()).where(Decision.review_id.in_([one.id for one in reviews]))
    return dict(session.execute(query.group_by(Decision.review_id)).all())


def get(session: Session, review_id: int, person: Person, *, with_pack: bool = False) -> Review:
    """One meeting with its plan and whoever froze and closed it, or NotFound."""
    query = _select(person).where(Review.id == review_id)
    if with_pack:
        query = query.options(undefer(Review.pack))
    found = session.scalars(query).one_or_none() if 0 < review_id <= LARGEST_KEY else None
    if found is None:
        raise NotFound("meeting", str(review_id))
    return found


def current(reviews: Sequence[Review], today: date) -> Review | None:
    """The meeting that the group prepares for or is at; `reviews` are the newest first.

    It is the next one that is not closed. A past one whose record nobody has closed stays until owners are asked for
    the one after it.
    """
    unclosed = [review for review in reversed(reviews) if not review.is_closed]
    ahead = next((review for review in unclosed if review.meets_on >= today), None)
    past = next((review for review in reversed(unclosed) if review.meets_on < today), None)
    if past is None or (ahead is not None and today >= cycle(ahead).asks_on):
        return ahead
    return past


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


def arrange_series(
    session: Session, plan: Plan, wanted: Arrangements, *, every: str, times: int, by: Person, today: date
) -> list[Arranged]:
    """Several meetings, so many months apart; one that would be on a day off is on the next working day.

    `every` is a key of `MONTHS_BETWEEN`, or nothing for one meeting. Raises Invalid, and makes none, where one of them
    cannot be.
    """
    by.require(Capability.RUN_REVIEW, plan_id=plan.id)
    _check_ahead(wanted.meets_on, today)
    if times > 1 and every not in MONTHS_BETWEEN:
        raise Invalid("every", gettext("Choose how often, or plan one meeting"))
    if not 1 <= times <= MOST_IN_SERIES:
        raise Invalid("times", gettext("Give a number from 1 to %(most)s", most=MOST_IN_SERIES))
    months = MONTHS_BETWEEN.get(every)
    days = [_months_after(wanted.meets_on, number * months) for number in range(times)] if months else [wanted.meets_on]
    planned = [replace(wanted, meets_on=_working(day, plan.nation)) for day in days]
    for one in planned:
        _check(session, plan, one)
        _check_time(one, plan, today)
    return [
        Arranged(arrange(session, plan, one, by=by), _moved(day, one)) for day, one in zip(days, planned, strict=True)
    ]


def _months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month."""
    year, month = divmod(day.month - 1 + months, 12)
    last = monthrange(day.year + year, month + 1)[1]
    return day.replace(year=day.year + year, month=month + 1, day=min(day.day, last))


def _working(day: date, nation: str) -> date:
    return day if is_working_day(day, nation) else add_working_days(day, 1, nation)


def rearrange(
    session: Session, review_id: int, wanted: Arrangements, *, version: int, by: Person, today: date
) -> Arranged:
    """Move a meeting, or change its days; not after its pack was frozen. A new day off becomes the next working day."""
    review = _unfrozen(session, review_id, version, by, wanted)
    asked_for = wanted.meets_on
    if asked_for != review.meets_on:
        _check_ahead(asked_for, today)
        wanted = replace(wanted, meets_on=_working(asked_for, review.plan.nation))
    _check(session, review.plan, wanted, besides=review)
    if (wanted.meets_on, wanted.close_days) != (review.meets_on, review.close_days):
        _check_time(wanted, review.plan, today)
    if wanted.meets_on != review.meets_on:
        history.note(session, review.plan, "meeting", spoken(review.meets_on), spoken(wanted.meets_on), by=by)
    for name, value in vars(wanted).items():
        setattr(review, name, value)
    session.flush()
    return Arranged(review, _moved(asked_for, wanted))


def cancel(session: Session, review_id: int, *, version: int, by: Person) -> Plan:
    """Take a meeting out of the plan's cycle; not after its pack was frozen."""
    review = _unfrozen(session, review_id, version, by)
    history.note(session, review.plan, "meeting", spoken(review.meets_on), None, by=by)
    session.delete(review)
    session.flush()
    return review.plan


def write_cover(session: Session, review_id: int, said: Cover, *, version: int, by: Person) -> Review:
    """Keep what the cover sheet says; not after the pack was frozen."""
    review = _unfrozen(session, review_id, version, by, said)
    for name, value in vars(said).items():
        setattr(review, name, value)
    review.purposes, review.assurance = " ".join(said.purposes), said.assurance or None
    session.flush()
    return review


def frozen_words() -> str:
    """Why nothing about a meeting can be changed any more."""
    return gettext("The pack of this meeting is frozen, so this can no longer be changed.")


def check_version(review: Review, version: int, typed: Arrangements | Cover | None = None) -> None:
    """Raise Conflict when somebody has changed the meeting since the person opened it; `typed` is what they wrote."""
    if review.version != version:
        told = gettext("The meeting of %(day)s was changed while you were writing.", day=spoken(review.meets_on))
        raise Conflict(told, theirs=_standing(review, typed), chosen=_chosen(review, typed), version=review.version)


def _standing(review: Review, typed: Arrangements | Cover | None) -> dict[str, str]:
    """What stands now of that which somebody wrote, by field of its form."""
    stands = {name: getattr(review, name) for name in vars(typed)} if typed else {}
    return {name: spoken(value) if name == "meets_on" else str(value or "") for name, value in stands.items()}


def _chosen(review: Review, typed: Arrangements | Cover | None) -> dict[str, list[str]]:
    is_cover = isinstance(typed, Cover)
    return {"purposes": review.purposes.split(), "assurance": [review.assurance or ""]} if is_cover else {}


def _check_ahead(day: date, today: date) -> None:
    if day < today:
        raise Invalid("meets_on", gettext("%(day)s is past: give a day from today on", day=spoken(day)))


def _check_time(wanted: Arrangements, plan: Plan, today: date) -> None:
    """Answers that have closed already would be those of owners whom nobody asked."""
    closes_on = cycle_of(wanted.meets_on, wanted.request_days, wanted.close_days, plan.nation).closes_on
    if closes_on < today:
        told = gettext(
            "Answers would have closed on %(day)s, before anybody is asked: give fewer days, or a later meeting",
            day=spoken(closes_on),
        )
        raise Invalid("close_days", told)


def _moved(asked_for: date, planned: Arrangements) -> date | None:
    return asked_for if planned.meets_on != asked_for else None


def _select(person: Person) -> Select[Review]:
    person.require(Capability.READ_UPDATES)
    query = select(Review).join(Review.plan).where(visible_to(person, Plan))
    loaded = (contains_eager(Review.plan), joinedload(Review.frozen_by), joinedload(Review.closed_by))
    return query.options(*loaded)


def _unfrozen(
    session: Session, review_id: int, version: int, by: Person, typed: Arrangements | Cover | None = None
) -> Review:
    review = get(session, review_id, by)
    by.require(Capability.RUN_REVIEW, plan_id=review.plan_id)
    if review.is_frozen:
        raise Conflict(frozen_words())
    check_version(review, version, typed)
    return review


def _check(session: Session, plan: Plan, wanted: Arrangements, *, besides: Review | None = None) -> None:
    if not 0 <= wanted.close_days <= MOST_DAYS:
        raise Invalid("close_days", gettext("Give a number of working days from 0 to %(most)s", most=MOST_DAYS))
    if wanted.request_days > MOST_DAYS:
        raise Invalid("request_days", gettext("Give a number of working days of at most %(most)s", most=MOST_DAYS))
    if wanted.request_days <= wanted.close_days:
        told = gettext("Owners are asked before their answers close: give more working days than for the close")
        raise Invalid("request_days", told)
    query = select(Review).where(Review.plan_id == plan.id, Review.meets_on == wanted.meets_on)
    standing = session.scalars(query).first()
    if standing is not None and standing is not besides:
        raise Invalid(
            "meets_on", gettext("The group of this plan meets on %(day)s already", day=spoken(wanted.meets_on))
        )
