"""What lies on the group's table before a meeting: its numbers, what to decide, what is late, and what else stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from actions import service, steering
from actions.indicators.variation import Variation
from actions.models import Closure, Confidence
from actions.reviews.beside import is_new_signal
from actions.reviews.since import Since, since
from actions.schedule import SOON_DAYS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from actions.measures.scorecard import Row
    from actions.review_models import Review
    from actions.service import Listed
    from actions.steering import Decision, Limits
    from graph.gaps.missing import Gap
    from kb.models.plan import Plan
    from kb.permissions import Person

# A gap of the plan that the page names, and the key of its number.
_GAPS = {
    "no_owner": "action-without-owner",
    "no_measure": "action-without-measure",
    "no_source": "action-without-source",
}


@dataclass(frozen=True)
class Standing:
    """A number of today beside those of the meeting: of the list of actions by its filters, or of a kind of gap."""

    key: str
    number: int
    filters: dict[str, str]
    gap: str = ""


@dataclass(frozen=True)
class Table:
    """One page before a meeting; `signals` are the indicators with a special last reading, the new ones first."""

    since: Since
    late: Sequence[Listed]
    late_number: int
    decisions: Sequence[Decision]
    decisions_number: int
    standing: Sequence[Standing]
    unsupported: Sequence[Gap]
    signals: Sequence[tuple[Row, bool]]


def lay(session: Session, plan: Plan, person: Person, today: date, reviews: Sequence[Review], limits: Limits) -> Table:
    """Everything of a chosen plan with a meeting ahead, in a number of statements that does not grow."""
    found = since(session, plan, person, today, reviews, named=())
    late = _late(found)
    rows = found.stand.facts.actions
    done = sorted(
        (row for row in rows if row.closure == Closure.DONE), key=lambda row: (row.done_on is None, row.done_on)
    )
    shown, to_verify = late[: limits.listed], [row.node.id for row in done[: limits.decisions]]
    listed = _listed(session, [*shown, *to_verify], person, today)
    known = [listed[id] for id in to_verify if id in listed]
    decisions = steering.decisions(found.asks, found.wanted, known, person, when=steering.ago(today))
    return Table(
        since=found,
        late=[listed[id] for id in shown if id in listed],
        late_number=len(late),
        decisions=decisions[: limits.decisions],
        decisions_number=len(found.asks) + len(found.wanted) + len(done),
        standing=_standing(found, plan, today),
        unsupported=found.gaps["action-without-source"],
        signals=_signals(found),
    )


def _late(found: Since) -> list[int]:
    """What is overdue, the worst first, then what has slipped without being so, the furthest first."""
    return list(dict.fromkeys((*found.found["overdue"].ids, *found.found["slipped"].ids)))


def _listed(session: Session, ids: Sequence[int], person: Person, today: date) -> dict[int, Listed]:
    known: dict[int, Listed] = {}
    for start in range(0, len(ids), service.BATCH):
        known |= service.list_by_ids(session, ids[start : start + service.BATCH], person, today)
    return known


def _standing(found: Since, plan: Plan, today: date) -> list[Standing]:
    """What a number since the last meeting does not tell; only what there is."""
    of_plan = {"plan": plan.ref}
    off_track = sum(row.confidence == Confidence.OFF_TRACK for row in found.stand.facts.open_actions)
    soon = sum(row.due_on is not None and 0 <= (row.due_on - today).days <= SOON_DAYS for row in found.stand.begun())
    numbers = [
        Standing("off_track", off_track, {**of_plan, "confidence": Confidence.OFF_TRACK, "closure": Closure.OPEN}),
        Standing("due_soon", soon, {**of_plan, "schedule": "due_soon"}),
        *(Standing(key, len(found.gaps[gap]), of_plan, gap) for key, gap in _GAPS.items()),
    ]
    return [one for one in numbers if one.number]


def _signals(found: Since) -> list[tuple[Row, bool]]:
    special = [(row, is_new_signal(row, found.day)) for row in found.indicators if is_new_signal(row, None)]
    order = [Variation.CONCERN, Variation.NEITHER, Variation.IMPROVEMENT, None]
    return sorted(special, key=lambda one: (not one[1], order.index(one[0].variation)))
