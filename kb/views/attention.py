"""What the home page says of a plan: where to start, what waits, and its numbers from end to end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from actions import service as actions
from actions.filters import Filters
from graph import service as graph
from kb.planning import waiting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from graph.gaps.missing import Gap
    from graph.service import Extent, Weight
    from kb.models.plan import Plan
    from kb.models.source import Source
    from kb.permissions import Person
    from kb.planning.waiting import Doubt, Review


@dataclass(frozen=True)
class Over:
    """A source that is over with nothing in its place, and what it carries."""

    source: Source
    weight: Weight


@dataclass(frozen=True)
class Attention:
    """What waits in one plan; at most one of `over`, `review` and `gap` says where to start."""

    over: Over | None
    review: Review | None
    gap: str | None
    reviews: Sequence[Review]
    overdue_reviews: int
    doubts: Sequence[Doubt]
    last_confirmed: datetime | None
    gaps: Mapping[str, Sequence[Gap]]
    extent: Extent
    by_schedule: Mapping[str, int]
    until: date

    @property
    def doubtful_links(self) -> int:
        return sum(len(doubt.links) for doubt in self.doubts)

    @property
    def gap_count(self) -> int:
        return sum(map(len, self.gaps.values()))


def of(session: Session, person: Person, plan: Plan, today: date) -> Attention:
    """What waits in a plan, as far as the person may see it."""
    until = today + waiting.REVIEW_AHEAD
    reviews = waiting.list_reviews(session, plan, person=person, until=until)
    overdue = [review for review in reviews if review.response.review_by and review.response.review_by < today]
    doubts = waiting.list_doubts(session, plan, person=person)
    found = graph.gaps(session, person, plan, today, has_pairs=False)
    gaps = {kind: listed for kind, listed in found.items() if listed}
    over = _costliest(session, person, plan, today)
    review = None if over else next(iter(overdue), None)
    return Attention(
        over=over,
        review=review,
        gap=None if over or review else max(gaps, key=lambda kind: len(gaps[kind]), default=None),
        reviews=reviews,
        overdue_reviews=len(overdue),
        doubts=doubts,
        last_confirmed=None if doubts else waiting.last_confirmed(session, plan, person=person),
        gaps=gaps,
        extent=graph.extent(session, person, plan),
        by_schedule=actions.counts_by_schedule(session, person, Filters(plan=plan.ref), today),
        until=until,
    )


def _costliest(session: Session, person: Person, plan: Plan, today: date) -> Over | None:
    """Of the sources that are over with nothing in their place the one on which most rests, alone before all."""
    sources = waiting.list_over(session, plan, person=person, today=today)
    weights = graph.weigh(session, [source.id for source in sources], person, plan)
    carrying = [Over(source, weights[source.id]) for source in sources if weights[source.id].all]
    return max(carrying, key=lambda over: (over.weight.alone, over.weight.all), default=None)
