"""The list of key points: what sources promise, advise and have learnt."""

from __future__ import annotations

from flask import Blueprint, Response, request

from kb import auth, downloads, labels, web
from kb.catalogue import key_points
from kb.columns import figures as columns
from kb.forms import key_point_filters
from kb.paging import PER_PAGE, offset_asked, paged
from kb.permissions import Capability

bp = Blueprint("key_points", __name__)


@bp.get("/key-points")
@auth.requires(Capability.READ)
def index() -> Response:
    """The key points of all sources, narrowed by the filters in the address."""
    session, person = web.session(), web.person()
    wanted = key_point_filters.read(request.args)
    if downloads.are_wanted():
        return downloads.send("key-points", columns.of_key_points(wanted))
    facets = key_points.facets(session, person=person)
    asked = offset_asked()
    total, found = key_points.list_key_points(session, wanted, person=person, offset=asked, limit=PER_PAGE)
    paging = paged(total)
    if paging.offset != asked:  # there is no such page: show the nearest
        _, found = key_points.list_key_points(session, wanted, person=person, offset=paging.offset, limit=paging.limit)
    return web.page(
        "key_points/index.html",
        key_points=found,
        paging=paging,
        wanted=wanted,
        offered=key_point_filters.offered(facets, wanted),
        everything=sum(facets.kinds.values()),
        labels=labels,
    )
