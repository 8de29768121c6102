"""Figures through the API: the list with the filters of its page, and one figure with what it differs from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, jsonify, request

from kb import auth, web
from kb.api.named import iso, limit, named, place
from kb.catalogue import figures
from kb.catalogue.comparisons import whole_of
from kb.forms import figure_filters
from kb.paging import paged
from kb.permissions import Capability

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kb.models.figure import Comparison, Figure

bp = Blueprint("figures_api", __name__, url_prefix="/api/v1/figures")


@bp.get("")
@auth.requires(Capability.READ)
def index() -> ResponseReturnValue:
    """Figures narrowed by the filters of the list page; `limit` up to 100, `page` from 1."""
    session, person = web.session(), web.person()
    wanted = figure_filters.read(request.args)
    total = figures.count(session, wanted, person=person)
    paging = paged(total, limit())
    found = figures.list_figures(session, wanted, person=person, offset=paging.offset, limit=paging.limit)
    return jsonify(total=total, page=paging.page, pages=paging.pages, figures=[told(one) for one in found])


@bp.get("/<ref>")
@auth.requires(Capability.READ)
def detail(ref: str) -> ResponseReturnValue:
    """One figure as its source states it, and the comparisons that it stands in."""
    figure = figures.get(web.session(), ref, person=web.person())
    return jsonify(
        {
            **told(figure),
            "version": figure.version,
            "visibility": figure.visibility,
            "note": figure.note,
            "from": place(figure),
            "comparisons": [_comparison(one) for one in figure.comparisons],
        }
    )


def told(figure: Figure) -> dict[str, Any]:
    """What a list says of a figure; `low` and `high` are the numbers that its value holds, if it holds any."""
    texts = ("value", "low", "high", "unit", "population", "period", "qualifier")
    return {
        **named(figure),
        "source": named(figure.source),
        "figure_kind": figure.figure_kind,
        **{name: getattr(figure, name) for name in texts},
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    whole = whole_of(comparison)
    return {
        **named(comparison),
        "outcome": comparison.outcome,
        "note": comparison.note,
        "settled_on": iso(comparison.settled_on),
        "whole": whole.ref if whole else None,
        "figures": [told(one) for one in comparison.figures],
    }
