"""What has happened to a plan since its steering group met: each number with its records and the numbers before it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from actions import support
from actions.measures import scorecard
from actions.requests import service as change_requests
from actions.requests import words as request_words
from actions.requests.deciding import Matter
from actions.reviews import beside, counting, service
from actions.reviews.count_words import KEYS
from actions.reviews.happened import happened
from actions.reviews.pack import Count
from graph import collecting, snapshot
from graph.gaps import facts as gap_facts
from graph.gaps import missing
from kb import suspects
from kb.permissions import Capability

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from actions.measures.scorecard import Row
    from actions.models import Update
    from actions.requests.service import Asked
    from actions.review_models import Review
    from actions.reviews.counting import Answers, Found, Stand
    from actions.reviews.cycle import Cycle
    from actions.reviews.pack import Named, Silent
    from graph.gaps.missing import Gap
    from kb.models.plan import Plan
    from kb.permissions import Person

# The meetings whose numbers stand in a row, this one among them.
MEETINGS = 6
NEWEST = 5


@dataclass(frozen=True)
class Since:
    """How the plan stands before a meeting, and what has happened since `day`, that of the meeting before.

    At the first meeting `day` is None, and everything on record counts. `asked` and `answered` count the owners,
    `late` are the ids of the actions answered after the close. `met_on` are the days that
    belong to the trend of each number, the oldest first.
    """

    review: Review | None
    cycle: Cycle | None
    day: date | None
    asked: int
    answered: int
    late: frozenset[int]
    counts: tuple[Count, ...]
    found: Mapping[str, Found]
    met_on: tuple[date, ...]
    stand: Stand
    answers: Answers
    gaps: Mapping[str, Sequence[Gap]]
    asks: Sequence[Update]
    latest: Sequence[Update]
    wanted: Sequence[Asked]
    indicators: Sequence[Row]

    def count(self, key: str) -> Count:
        """One of the numbers."""
        return next(one for one in self.counts if one.key == key)

    def number(self, key: str) -> int:
        return self.count(key).number

    @cached_property
    def silent(self) -> tuple[Silent, ...]:
        """The posts that said nothing, the longest silence first."""
        return counting.silences(self.stand, self.answers)

    @cached_property
    def sources(self) -> tuple[Named, ...]:
        """The sources that changed."""
        return tuple(self.found["sources"].records())

    @cached_property
    def reasons(self) -> dict[int, tuple[str, ...]]:
        """For each action the keys of the numbers that it is in."""
        return counting.reasons(self.found.values())

    @property
    def has_trend(self) -> bool:
        """Whether the numbers of any earlier meeting are known."""
        return any(value is not None for one in self.counts for value in one.trend[:-1])


def since(
    session: Session,
    plan: Plan,
    person: Person,
    today: date,
    reviews: Sequence[Review],
    *,
    review: Review | None = None,
    named: Collection[str] = KEYS,
) -> Since:
    """What the group should know, in a number of statements that does not grow; only for those who read updates.

    `reviews` are all meetings of the plan, the newest first; the one that is prepared is meant unless another is given.
    `named` are the keys of the numbers whose records are wanted, too.
    """
    person.require(Capability.READ_UPDATES)
    review = review or service.current(reviews, today)
    before = service.before(reviews, review) if review else next(iter(reviews), None)
    day, cycle = (before.meets_on if before else None), (service.cycle(review) if review else None)
    with collecting.later():
        stand, gaps = _stand(session, plan, person, today, day, cycle)
        asks, latest = support.asks_and_latest(session, person, plan.id, NEWEST)
        wanted = change_requests.wanted_of(session, person, today, plan_id=plan.id)
        rows = scorecard.scorecard(session, plan, person).rows
        given = counting.answers(stand)
        held = snapshot.current(session)
        found = [
            *counting.closed(stand),
            *counting.overdue(stand),
            *counting.slipped(stand),
            *counting.confidence(stand),
            *counting.silent(stand, given),
            *beside.asks(asks, today),
            *_requests(wanted),
            *beside.signals(rows, day),
            *beside.off_trajectory(scorecard.off_trajectory_of(rows)),
            *beside.sources(stand.happened, held.network, beside.under(held.network, plan.id, held.seen_by(person))),
            *beside.doubts(suspects.list_doubts(session, suspects.Wanted(plan=plan), person=person), today),
            *beside.gaps(gaps),
        ]
        earlier = _earlier(reviews, review)
        return Since(
            review=review,
            cycle=cycle,
            day=day,
            asked=given.asked,
            answered=given.asked - len(given.lacking),
            late=stand.happened.late & {row.node.id for row in stand.facts.actions},
            counts=_counts(found, earlier, named),
            found={one.key: one for one in found},
            met_on=tuple(one.meets_on for one in earlier),
            stand=stand,
            answers=given,
            gaps=gaps,
            asks=asks,
            latest=latest,
            wanted=wanted,
            indicators=rows,
        )


def _stand(
    session: Session, plan: Plan, person: Person, today: date, day: date | None, cycle: Cycle | None
) -> tuple[Stand, Mapping[str, Sequence[Gap]]]:
    """How the actions stand, and the gaps, which are found among the same rows."""
    held = snapshot.current(session)
    facts = gap_facts.read(session, held, person, plan.id, set(), today)
    read = happened(session, plan.id, day, cycle, today)
    stand = counting.Stand(today, day, cycle, plan.stale_after_days, facts, read, held.published)
    return stand, missing.among(held, facts, person, plan.id, today)


def _requests(wanted: Sequence[Asked]) -> list[Found]:
    """What is the group's alone; what a lead may decide too is told beside it."""
    changes = request_words.changes()
    ours = [
        (asked, f"{changes[asked.request.what]}: {request_words.told(asked)}")
        for asked in wanted
        if asked.matter != Matter.ORDINARY
    ]
    return beside.requests(ours, len(wanted) - len(ours))


def _earlier(reviews: Sequence[Review], review: Review | None) -> list[Review]:
    """The meetings before this one whose numbers stand in the row, the oldest first."""
    past = [one for one in reviews if review is None or one.meets_on < review.meets_on]
    return past[: MEETINGS - 1][::-1]


def _counts(found: Sequence[Found], earlier: Sequence[Review], named: Collection[str]) -> tuple[Count, ...]:
    by_key = {one.key: one for one in found}
    counts = []
    for key in KEYS:
        one = by_key[key]
        before = tuple(review.numbers.get(key) if review.is_frozen else None for review in earlier)
        records = tuple(one.records()) if key in named else ()
        counts.append(Count(key, one.number, one.note, (*before, one.number), records))
    return tuple(counts)
