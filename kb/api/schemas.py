"""What the JSON of the API looks like, as schemas of OpenAPI 3.1; a test holds every answer to them."""

from __future__ import annotations

from actions.indicator_models import Direction, Frequency
from actions.models import Closure, Confidence, ReportedBy
from actions.models import Term as ActionTerm
from actions.request_models import RequestedChange, RequestState
from actions.schedule import State
from kb.api.shapes import AMOUNT, DAY, NUMBER, TEXT, YES_OR_NO, Schema, list_of, named, one_of, or_nothing, thing
from kb.dates import Precision
from kb.models.figure import FigureKind, Outcome
from kb.models.link import LinkState, LinkType
from kb.models.plan import ResponseType
from kb.models.record import Kind, Visibility
from kb.models.source import Category, Horizon, ImplicationKind, KeyPointKind, Nation, SourceStatus
from kb.models.term import Language

_RECORD = {"kind": one_of(Kind), "ref": TEXT, "title": TEXT, "url": TEXT}
_LINK = {"reason": TEXT, "state": one_of(LinkState)}
_CALLED = list_of(thing({"priority": named("Record"), **_LINK}))
_THEMES = list_of(thing({"ref": TEXT, "title": TEXT}))
_PLACE = thing({"document": or_nothing(TEXT), "line": or_nothing(NUMBER)})
_SOURCE = {
    **_RECORD,
    "category": one_of(Category),
    "source_kind": TEXT,
    "status": one_of(SourceStatus),
    "publishers": list_of(named("Record")),
    "nations": list_of(one_of(Nation)),
    "published": or_nothing(named("StatedDate")),
    "starts": or_nothing(named("StatedDate")),
    "ends": or_nothing(named("StatedDate")),
}
# What owners say is for people who have signed in; the public gets an action without it.
_SAID = {
    "confidence": or_nothing(one_of(Confidence)),
    "forecast_on": or_nothing(DAY),
    "last_said_on": or_nothing(DAY),
}
_SCHEDULE = thing({"state": one_of(State), "days": or_nothing(NUMBER)})
_ACTION = {
    **_RECORD,
    "plan": named("Record"),
    "owner": or_nothing(named("Record")),
    "starts_on": or_nothing(DAY),
    "due_on": or_nothing(DAY),
    "first_due_on": or_nothing(DAY),
    "schedule": _SCHEDULE,
    "closure": one_of(Closure),
    **_SAID,
}
_KEY_POINT = {
    "ref": TEXT,
    "text": TEXT,
    "kind": one_of(KeyPointKind),
    "where": TEXT,
    "who": TEXT,
    "by": TEXT,
    "measured_by": TEXT,
    "site": TEXT,
    "aspect": TEXT,
    "from": _PLACE,
}
_IMPLICATION = {
    "ref": TEXT,
    "text": TEXT,
    "kind": one_of(ImplicationKind),
    "horizon": or_nothing(one_of(Horizon)),
    "staff_groups": list_of(TEXT),
    "key_points": list_of(TEXT),
    "calls_for": _CALLED,
    "from": _PLACE,
}
_RESPONSE = {
    "ref": TEXT,
    "plan": named("Record"),
    "type": or_nothing(one_of(ResponseType)),
    "text": TEXT,
    "owner": or_nothing(named("Record")),
    "review_by": or_nothing(DAY),
    "sources": list_of(TEXT),
    "calls_for": _CALLED,
    "answered_by": list_of(thing({"action": named("Record"), **_LINK})),
    "from": _PLACE,
}
_UPDATE = {
    "said_on": DAY,
    "post": or_nothing(named("Record")),
    "confidence": or_nothing(one_of(Confidence)),
    "narrative": TEXT,
    "forecast_on": or_nothing(DAY),
    "forecast_reason": TEXT,
    "support_needed": TEXT,
    "support_answer": TEXT,
    "support_answered_on": or_nothing(DAY),
    "reported_by": or_nothing(one_of(ReportedBy)),
    "evidence": TEXT,
}
_FIGURE = {
    **_RECORD,
    "source": named("Record"),
    "figure_kind": one_of(FigureKind),
    "value": TEXT,
    "low": or_nothing(AMOUNT),
    "high": or_nothing(AMOUNT),
    **dict.fromkeys(("unit", "population", "period", "qualifier"), TEXT),
}
_COMPARISON = {
    **_RECORD,
    "outcome": or_nothing(one_of(Outcome)),
    "note": TEXT,
    "settled_on": or_nothing(DAY),
    "whole": or_nothing(TEXT),
    "figures": list_of(named("ListedFigure")),
}
_READING = {
    "ends_on": DAY,
    "value": AMOUNT,
    "data_source": TEXT,
    "quality_note": TEXT,
    "is_demonstration": YES_OR_NO,
}
_INDICATOR = {
    **_RECORD,
    "plan": named("Record"),
    "owner": or_nothing(named("Record")),
    "unit": TEXT,
    "direction": one_of(Direction),
    "frequency": one_of(Frequency),
    "perspective": TEXT,
    "baseline": or_nothing(AMOUNT),
    "baseline_period": TEXT,
    "target": or_nothing(AMOUNT),
    "target_period": TEXT,
    "target_on": or_nothing(DAY),
    "tolerance": AMOUNT,
    "latest": or_nothing(thing(_READING)),
}
_HIT = {
    "kind": one_of(Kind),
    "ref": TEXT,
    "title": TEXT,
    "score": {"type": "number"},
    "found_in": TEXT,
    "excerpt": TEXT,
}

COMPONENTS: dict[str, Schema] = {
    "Record": thing(_RECORD),
    "StatedDate": {
        **thing({"day": DAY, "precision": one_of(Precision), "as_stated": TEXT}),
        "description": "A date as exactly as it is known; `day` is the last day of its month, season or year.",
    },
    "ListedSource": thing({**_SOURCE, "responses": list_of(or_nothing(one_of(ResponseType)))}),
    "Source": thing(
        {
            **_SOURCE,
            "version": NUMBER,
            "visibility": one_of(Visibility),
            "summary": TEXT,
            "publisher_as_stated": TEXT,
            "status_as_stated": TEXT,
            "is_statutory": YES_OR_NO,
            "link": TEXT,
            "curator": or_nothing(named("Record")),
            "review_by": or_nothing(DAY),
            "language": one_of(Language),
            "also_called": list_of(TEXT),
            "also_called_in_welsh": list_of(TEXT),
            "themes": _THEMES,
            "from": _PLACE,
            "key_points": list_of(thing(_KEY_POINT)),
            "implications": list_of(thing(_IMPLICATION)),
            "figures": list_of(named("ListedFigure")),
            "mentions": list_of(thing({"document": TEXT, "line": NUMBER, "named_as": TEXT})),
            "responses": list_of(thing(_RESPONSE)),
            "links": list_of(
                thing({"type": one_of(LinkType), "start": named("Record"), "end": named("Record"), **_LINK})
            ),
        }
    ),
    "ListedAction": thing(_ACTION, optional=_SAID),
    "Action": thing(
        {
            **_ACTION,
            **dict.fromkeys(
                ("description", "timescale", "support_needed", "resources", "measure", "recommendation", "plan_fit"),
                TEXT,
            ),
            "version": NUMBER,
            "visibility": one_of(Visibility),
            "term": or_nothing(one_of(ActionTerm)),
            "sponsor": or_nothing(named("Record")),
            "contributors": list_of(named("Record")),
            "themes": _THEMES,
            "done_on": or_nothing(DAY),
            "verified_on": or_nothing(DAY),
            "is_demonstration_dated": YES_OR_NO,
            "from": _PLACE,
            "milestones": list_of(
                thing({"title": TEXT, "due_on": or_nothing(DAY), "done_on": or_nothing(DAY), "schedule": _SCHEDULE})
            ),
            "links": list_of(thing({"type": one_of(LinkType), "record": named("Record"), **_LINK})),
            "depends_on": list_of(named("Record")),
            "waits_for_this": list_of(named("Record")),
            "due_dates": list_of(DAY),
            "moves": list_of(named("Move")),
            "warnings": list_of(TEXT),
            "unclear": list_of(thing({"field": TEXT, "words": TEXT})),
            "mismatch": TEXT,
            "forecasts": list_of(named("Move")),
            "evidence": list_of(thing({"title": TEXT, "address": TEXT, "added_on": DAY})),
            "updates": list_of(thing(_UPDATE)),
            "changes_asked_for": list_of(named("ChangeRequest")),
        },
        optional=(*_SAID, "mismatch", "forecasts", "evidence", "updates", "changes_asked_for"),
    ),
    "ChangeRequest": {
        **thing(
            {
                "what": one_of(RequestedChange),
                "stood": TEXT,
                "due_on": or_nothing(DAY),
                "owner": or_nothing(named("Record")),
                "words": TEXT,
                "reason": TEXT,
                "asked_on": DAY,
                "state": one_of(RequestState),
                "decided_on": or_nothing(DAY),
                "decision": TEXT,
            }
        ),
        "description": "A change that was asked for; `stood` is what stood then, a wording has its title in line one.",
    },
    "Move": {
        **thing({"from": DAY, "to": DAY, "days": NUMBER, "on": DAY, "reason": TEXT}),
        "description": "One move of a date; `days` is negative where it came forward.",
    },
    "ListedFigure": thing(_FIGURE),
    "Figure": thing(
        {
            **_FIGURE,
            "version": NUMBER,
            "visibility": one_of(Visibility),
            "note": TEXT,
            "from": _PLACE,
            "comparisons": list_of(thing(_COMPARISON)),
        }
    ),
    "ListedIndicator": thing(_INDICATOR),
    "Indicator": thing(
        {
            **_INDICATOR,
            **dict.fromkeys(("definition", "numerator", "denominator", "data_source", "note"), TEXT),
            "version": NUMBER,
            "visibility": one_of(Visibility),
            "themes": _THEMES,
            "trajectory": list_of(
                thing({"period": TEXT, "ends_on": DAY, "value": AMOUNT, "organisation": or_nothing(named("Record"))})
            ),
            "readings": list_of(thing(_READING)),
            "figures": list_of(named("Record")),
            "measures": list_of(thing({"record": named("Record"), **_LINK})),
            "from": _PLACE,
        }
    ),
    "Results": thing(
        {
            "query": TEXT,
            "total": NUMBER,
            "did_you_mean": or_nothing(TEXT),
            "facets": {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": NUMBER}},
            "hits": list_of(thing(_HIT)),
        }
    ),
    "Error": {
        "type": "object",
        "properties": {
            "error": {
                "type": "object",
                "properties": {"status": NUMBER, "message": TEXT},
                "required": ["status", "message"],
            }
        },
        "required": ["error"],
        "additionalProperties": False,
    },
}
