"""Packs as they are frozen, for tests of what reads them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from actions.measures.chart import Lines, draw
from actions.measures.picture import Picture
from actions.reviews.pack import (
    ActionLine,
    Carried,
    Count,
    Cover,
    Gap,
    IndicatorLine,
    Named,
    Pack,
    Read,
    Silent,
    Wanted,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

MEETS_ON = date(2026, 12, 7)
PLAN = Named("plan", "workforce", "Workforce plan")


def line(number: int, **values: Any) -> ActionLine:
    """An action that is overdue, unless something else is said."""
    usual = {
        "record": Named("action", f"action-{number}", f"Action {number}"),
        "owner": "Head of training",
        "due_on": date(2026, 11, 1),
        "first_due_on": date(2026, 10, 1),
        "forecast_on": None,
        "state": "overdue",
        "state_words": "Overdue 22 days",
        "confidence": "at-risk",
        "closure": "open",
        "said": "Work goes on.",
        "said_on": date(2026, 11, 20),
        "reasons": ("overdue",),
    }
    return ActionLine(**{**usual, **values})


def indicator(number: int = 1, values: Sequence[float] = (), **others: Any) -> IndicatorLine:
    """An indicator with a chart of these readings."""
    values = values or [20 + each % 4 for each in range(14)]
    read = [(date(2025, 1, 31) + timedelta(days=30 * place), float(value)) for place, value in enumerate(values)]
    wide, narrow = (draw(read, [], Lines(target=25.0), is_narrow=each) for each in (False, True))
    assert wide is not None
    assert narrow is not None
    usual = {
        "record": Named("indicator", f"indicator-{number}", f"Vacancies {number}"),
        "perspective": "Staff",
        "unit": "%",
        "latest": read[-1][1],
        "latest_on": read[-1][0],
        "target": 25.0,
        "target_words": "2027",
        "variation": "common",
        "variation_words": "No real change",
        "assurance": "fails",
        "assurance_words": "Will not meet the target",
        "mean": 21.5,
        "lower": 18.0,
        "upper": 25.0,
        "said": "It varies between 18 and 25% as things run now.",
        "readings": tuple(Read(day, value) for day, value in reversed(read)),
        "chart": Picture(wide, narrow),
    }
    return IndicatorLine(**{**usual, **others})


def pack(**values: Any) -> Pack:
    """A pack with something in every part of it."""
    action = Named("action", "action-1", "Action 1")
    usual = Pack(
        number="workforce-2026-12-07",
        plan=PLAN,
        meets_on=MEETS_ON,
        place="Room 2",
        since=date(2026, 9, 28),
        frozen_at=datetime(2026, 11, 30, 17, 0, tzinfo=UTC),
        frozen_by="A lead",
        closes_on=date(2026, 11, 30),
        cover=Cover(purposes=("approve", "note"), assurance="reasonable", summary="More was finished than before."),
        asked=3,
        answered=2,
        counts=(
            Count("done", 1, "none verified", (None, 3, 1), (Named("action", "action-3", "Action 3"),)),
            Count("overdue", 1, "", (2, 2, 1), (action,)),
            Count("gaps", 0, "", (4, 2, 0)),
        ),
        wanted=(Wanted("Answer", "Two trainers on loan", "Asked 13 days ago", action, ask_id=4),),
        actions=(line(1), line(2, reasons=(), state="on_time", state_words="On time"), line(3, closure="done")),
        indicators=(indicator(), indicator(2, latest=None, latest_on=None, chart=None, readings=())),
        gaps=(Gap("action-without-owner", "1 action without an owner", (action,)),),
        silent=(Silent(Named("post", "head", "Head of training"), (action,), date(2026, 10, 1)),),
        sources=(Named("source", "strategy", "The strategy", "superseded"),),
        carried=(Carried(date(2026, 9, 28), "Find a venue", None, "", None, "Deferred", "open"),),
    )
    return replace(usual, **values)
