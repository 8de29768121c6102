"""Everything that a pack says, read from the records as they stand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from actions import service as actions
from actions import slips, steering
from actions.filters import Filters
from actions.models import Action, Closure, Update
from actions.reviews import action_log, reading, service
from actions.reviews.pack import ActionLine, Gap, Named, Pack, Wanted
from actions.reviews.since import since
from graph.gaps import headings
from kb.models.record import Kind
from kb.words import gettext, spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from actions.review_models import Review
    from actions.reviews.since import Since
    from actions.service import Listed
    from graph.gaps.missing import Gap as FoundGap
    from kb.models.record import Record

# What is late comes first, then what is soon; what is closed comes last.
_WORST_FIRST = ("overdue", "stale", "due_soon", "no_date", "on_time", "not_started", "closed")


def gather(session: Session, review: Review, today: date, now: datetime, *, by: str = "") -> Pack:
    """The pack of a meeting as it would be frozen now, `by` somebody; of published records only, the same for all."""
    plan, reader = review.plan, service.READER
    found = since(session, plan, reader, today, service.list_reviews(session, plan, reader), review=review)
    listed = _listed(session, review, today)
    indicators = reading.lines(session, plan, reader)
    return Pack(
        number=f"{plan.ref}-{review.meets_on.isoformat()}",
        plan=Named(Kind.PLAN, plan.ref, plan.title),
        meets_on=review.meets_on,
        place=review.place,
        since=found.day,
        frozen_at=now,
        frozen_by=by,
        closes_on=service.cycle(review).closes_on,
        cover=service.cover(review),
        asked=found.asked,
        answered=found.answered,
        counts=found.counts,
        wanted=_wanted(found, listed),
        actions=_actions(session, review, found, listed),
        indicators=indicators,
        gaps=tuple(_gap(kind, some) for kind, some in found.gaps.items() if some),
        silent=found.silent,
        sources=found.sources,
        carried=action_log.carried(session, plan, reader, review.meets_on, today),
        is_demonstration=plan.is_demonstration or any(line.is_demonstration for line in indicators),
    )


def _wanted(found: Since, listed: Iterable[Listed]) -> tuple[Wanted, ...]:
    """What the group is asked to decide; days are told by their dates, since "three days ago" would not stay true."""
    done = [one for one in listed if one.action.closure == Closure.DONE]
    done.sort(key=lambda one: (one.action.done_on is None, one.action.done_on, one.action.id))

    def when(day: date) -> str:
        return gettext("on %(day)s", day=spoken(day))

    return tuple(
        Wanted(one.verb, one.words, one.note, _named(one.action), one.request_id, one.update_id)
        for one in steering.decisions(found.asks, found.wanted, done, service.READER, when=when)
    )


def _listed(session: Session, review: Review, today: date) -> list[Listed]:
    """Every action of the plan, but for those that were stopped."""
    some = actions.stream_actions(session, service.READER, Filters(plan=review.plan.ref), today)
    return [one for batch in some for one in batch if one.action.closure != Closure.STOPPED]


def _actions(session: Session, review: Review, found: Since, listed: Sequence[Listed]) -> tuple[ActionLine, ...]:
    reader = service.READER
    ids = [one.action.id for one in listed]
    moved, said = slips.moves_of(session, ids, reader), _newest_words(session, review)
    lines = [
        replace(
            _line(one, found),
            moves=len(moved.get(one.action.id, ())),
            said=said.get(one.action.id, ""),
            is_late_answer=one.action.id in found.late,
        )
        for one in listed
    ]
    return tuple(sorted(lines, key=lambda line: (not line.is_exception, _WORST_FIRST.index(line.state))))


def _line(one: Listed, found: Since) -> ActionLine:
    action = one.action
    return ActionLine(
        record=_named(action),
        owner=action.owner.title if action.owner else "",
        due_on=action.due_on,
        first_due_on=action.baseline_due_on,
        forecast_on=action.forecast_on,
        state=one.schedule.state,
        state_words=action_log.standing(one.schedule) if action.is_open else "",
        confidence=action.confidence or "",
        closure=action.closure,
        said_on=action.last_said_on,
        reasons=found.reasons.get(action.id, ()),
    )


def _newest_words(session: Session, review: Review) -> Mapping[int, str]:
    """What was said last on each action of the plan; one statement."""
    newest = select(func.max(Update.id)).join(Action, Action.id == Update.action_id)
    newest = newest.where(Action.plan_id == review.plan_id).group_by(Update.action_id)
    query = select(Update.action_id, Update.narrative).where(Update.id.in_(newest))
    return {row.action_id: row.narrative for row in session.execute(query)}


def _gap(kind: str, some: Iterable[FoundGap]) -> Gap:
    records = tuple(Named(gap.kind, gap.ref, gap.title, gap.detail) for gap in some)
    return Gap(kind, headings.of(kind, len(records)).heading, records)


def _named(record: Record) -> Named:
    return Named(record.kind, record.ref, record.title)
