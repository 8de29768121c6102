"""The meetings for which owners are asked, or will be: each plan's rounds that have not closed."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from actions.models import Action
from actions.review_models import Review
from actions.reviews.cycle import cycle_of
from kb.models.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from actions.reviews.cycle import Cycle

Rounds = dict[int, tuple["Cycle", ...]]


def of_plans(session: Session, nations: Mapping[int, str], today: date) -> Rounds:
    """The rounds of these plans whose answers have not closed, soonest first; one statement.

    `nations` says by plan whose bank holidays count. A frozen pack asks for nothing any more.
    """
    query = (
        select(Review.plan_id, Review.meets_on, Review.request_days, Review.close_days)
        .where(Review.plan_id.in_(list(nations)), Review.meets_on >= today, Review.frozen_at.is_(None))
        .order_by(Review.meets_on)
    )
    found: dict[int, list[Cycle]] = defaultdict(list)
    for row in session.execute(query):
        cycle = cycle_of(row.meets_on, row.request_days, row.close_days, nations[row.plan_id])
        if cycle.closes_on >= today:
            found[row.plan_id].append(cycle)
    return {plan_id: tuple(cycles) for plan_id, cycles in found.items()}


def are_asked(rounds: Rounds, until: date) -> Iterator[ColumnElement[bool]]:
    """Of actions: conditions of which one holds where an answer for a round that begins until a day is lacking."""
    said_on = Action.__table__.c.last_said_on
    for plan_id, cycles in rounds.items():
        asked = [cycle.asks_on for cycle in cycles if cycle.asks_on <= until]
        if asked:
            yield and_(Record.__table__.c.plan_id == plan_id, or_(said_on.is_(None), said_on < max(asked)))
