"""Meetings whose packs were frozen, for tests of what comes after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from actions.reviews import pack
from actions.reviews.pack import Cover, Named, Pack, Wanted
from kb.db import now

if TYPE_CHECKING:
    from datetime import date

    from actions.models import Action, Update
    from actions.request_models import ChangeRequest
    from actions.review_models import Review
    from kb.models.plan import Plan
    from tests.factories import Make


def frozen(make: Make, meets_on: date, *wanted: Wanted, plan: Plan | None = None, **values: Any) -> Review:
    """A meeting whose pack wants these decisions."""
    plan = plan or make.the_plan
    made = Pack(
        number=f"{plan.ref}-{meets_on.isoformat()}",
        plan=Named("plan", plan.ref, plan.title),
        meets_on=meets_on,
        place="Room 1",
        since=None,
        frozen_at=now(),
        frozen_by="A lead",
        closes_on=meets_on,
        cover=Cover(),
        asked=0,
        answered=0,
        wanted=wanted,
    )
    content = pack.encode(made)
    kept = {"frozen_at": made.frozen_at, "pack": content, "digest": pack.digest_of(content), **values}
    return make.review(meets_on, plan=plan, **kept)


def of_request(request: ChangeRequest, action: Action) -> Wanted:
    """That a change request is decided."""
    words = "Another due date: 1 March 2027 instead of 1 December 2026"
    return Wanted("Decide", words, "Asked of late", _named(action), request_id=request.id)


def of_ask(ask: Update, action: Action) -> Wanted:
    """That an ask for support is answered."""
    return Wanted("Answer", ask.support_needed, "Asked of late", _named(action), ask_id=ask.id)


def of_done(action: Action) -> Wanted:
    """That an action is verified."""
    return Wanted("Verify", action.title, "Marked done", _named(action))


def of(words: str, record: Any = None) -> Wanted:
    """Any other matter."""
    return Wanted("Decide", words, "", _named(record) if record else Named("", "", ""))


def _named(record: Any) -> Named:
    return Named(record.kind, record.ref, record.title)
