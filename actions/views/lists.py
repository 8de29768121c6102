"""The list of actions, and my actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, request

from actions import columns, documents, group_columns, remarks, service
from actions import mine as my
from actions.filters import Filters
from actions.forms import filters
from actions.requests import service as requests
from actions.requests import words as request_words
from actions.views.blueprint import bp
from kb import auth, downloads, suspects, web
from kb.paging import PER_PAGE, paged
from kb.permissions import Capability
from kb.suspects import Wanted

if TYPE_CHECKING:
    pass

# Of the what-if notes; their own page has all.
NOTES_SHOWN = 5


@bp.get("/actions")
@auth.requires(Capability.READ)
def index() -> Response:
    """All actions, narrowed by the filters in the address."""
    session, person, today = web.session(), web.person(), web.today()
    wanted = filters.read(request.args)
    if documents.matrix_is_wanted():
        return documents.matrix(service.stream_actions(session, person, wanted, today), _told(wanted))
    if downloads.are_wanted():
        return downloads.send("actions", columns.sheet(wanted), filters=_told(wanted))
    counts = service.counts_by_schedule(session, person, wanted, today)
    total = sum(counts.get(state, 0) for state in wanted.schedule or counts)
    paging = paged(total)
    found = service.list_actions(session, person, wanted, today, offset=paging.offset, limit=paging.limit)
    everything = total
    if not total and wanted.is_narrowing:
        everything = service.count(session, person, Filters(), today)
    choices = service.choices(session, person)
    may_know = person.may(Capability.READ_UPDATES)
    return web.page(
        "actions/index.html",
        listed=found,
        remarks=remarks.of(session, [(one.action, one.schedule) for one in found], person, today),
        paging=paging,
        wanted=wanted,
        everything=everything,
        offered=filters.offered(wanted, counts, choices, may_know=may_know),
        may_know=may_know,
        may_add=person.may(Capability.EDIT_PLAN),
    )


def _told(wanted: Filters) -> list[str]:
    """What is filtered, in words."""
    session, person = web.session(), web.person()
    choices = service.choices(session, person)
    offered = filters.offered(wanted, {}, choices, may_know=person.may(Capability.READ_UPDATES))
    return [one["text"] for one in offered["on"]]


@bp.get("/my-actions")
@auth.requires_sign_in
def mine() -> Response:
    """What needs an answer from whoever asks, for all posts that they hold or deputise for."""
    session, person, today = web.session(), web.person(), web.today()
    found = my.my_actions(session, person, today)
    if downloads.are_wanted():
        return downloads.send("my-actions", group_columns.mine(found))
    group = request.args.get("group", "")
    if group not in my.GROUPS:
        return web.page(
            "actions/mine.html",
            mine=found,
            group="",
            paging=None,
            first_shown=PER_PAGE,
            asked=requests.open_by(session, person, today),
            decided=requests.decided_for(session, person, today),
            request_words=request_words,
            to_confirm=suspects.waiting(session, Wanted(is_mine=True), person=person).number if person.posts else 0,
        )
    items = getattr(found, group)
    paging = paged(len(items))
    return web.page("actions/mine.html", mine=found, group=group, paging=paging, first_shown=PER_PAGE)
