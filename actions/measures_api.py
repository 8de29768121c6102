"""Indicators through the API: the list with the filters of its page, and one indicator with all its readings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, jsonify, request

from actions.forms import indicator_filters
from actions.measures import service
from kb import auth, web
from kb.api.named import iso, limit, named, place
from kb.paging import paged
from kb.permissions import Capability

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from actions.indicator_models import Indicator, Reading, TrajectoryPoint
    from kb.models.record import Record

bp = Blueprint("indicators_api", __name__, url_prefix="/api/v1/indicators")


@bp.get("")
@auth.requires(Capability.READ)
def index() -> ResponseReturnValue:
    """Indicators narrowed by the filters of the list page; `limit` up to 100, `page` from 1."""
    session, person = web.session(), web.person()
    wanted = indicator_filters.read(request.args)
    total, _ = service.list_indicators(session, person, wanted, limit=0)
    paging = paged(total, limit())
    _, listed = service.list_indicators(session, person, wanted, offset=paging.offset, limit=paging.limit)
    indicators = [_indicator(one.indicator, one.plan, one.latest) for one in listed]
    return jsonify(total=total, page=paging.page, pages=paging.pages, indicators=indicators)


@bp.get("/<ref>")
@auth.requires(Capability.READ)
def detail(ref: str) -> ResponseReturnValue:
    """One indicator with its trajectory, its readings, and what it measures."""
    found = service.detail(web.session(), ref, web.person())
    indicator = found.indicator
    texts = ("definition", "numerator", "denominator", "data_source", "note")
    return jsonify(
        {
            **_indicator(indicator, found.plan, found.latest),
            **{name: getattr(indicator, name) for name in texts},
            "version": indicator.version,
            "visibility": indicator.visibility,
            "themes": [{"ref": theme.ref, "title": theme.title} for theme in indicator.themes],
            "trajectory": [_point(one) for one in indicator.trajectory],
            "readings": [_reading(one) for one in found.readings],
            "figures": [named(one) for one in indicator.figures],
            "measures": [
                {"record": named(one.record), "reason": one.link.reason, "state": one.link.state}
                for one in found.measured
            ],
            "from": place(indicator),
        }
    )


def _indicator(indicator: Indicator, plan: Record, latest: Reading | None) -> dict[str, Any]:
    """What a list says of an indicator."""
    return {
        **named(indicator),
        "plan": named(plan),
        "owner": named(indicator.owner) if indicator.owner else None,
        "unit": indicator.unit,
        "direction": indicator.direction,
        "frequency": indicator.frequency,
        "perspective": indicator.perspective,
        "baseline": indicator.baseline,
        "baseline_period": indicator.baseline_period,
        "target": indicator.target,
        "target_period": indicator.target_period,
        "target_on": iso(indicator.target_on),
        "tolerance": indicator.tolerance,
        "latest": _reading(latest) if latest else None,
    }


def _reading(reading: Reading) -> dict[str, Any]:
    """A reading that counts; one that was made up for the demonstration says so. People are not named."""
    return {
        "ends_on": iso(reading.ends_on),
        "value": reading.value,
        "data_source": reading.data_source,
        "quality_note": reading.quality_note,
        "is_demonstration": reading.is_demonstration,
    }


def _point(point: TrajectoryPoint) -> dict[str, Any]:
    return {
        "period": point.period,
        "ends_on": iso(point.ends_on),
        "value": point.value,
        "organisation": named(point.organisation) if point.organisation else None,
    }
