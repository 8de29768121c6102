"""The list of change requests as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions.requests import service as requests
from actions.requests import words as request_words
from kb import downloads, web
from kb.columns.words import in_words
from kb.spreadsheets import Column, Kind, Sheet
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from actions.requests.filters import RequestFilter
    from actions.requests.service import Asked


def sheet(wanted: RequestFilter) -> Sheet[Asked]:
    """The requests that fit."""
    session, person, today = web.session(), web.person(), web.today()

    def fetch(offset: int, limit: int) -> Sequence[Asked]:
        return requests.list_requests(session, person, wanted, today, offset=offset, limit=limit)

    return Sheet(gettext("Changes asked for"), columns(), downloads.everything(fetch))


def columns() -> list[Column[Asked]]:
    """What the file says of a request."""
    changes, states = request_words.changes(), request_words.states()
    return [
        Column(gettext("Ref"), lambda one: one.action.ref, width=20),
        Column(gettext("Action"), lambda one: one.action.title, width=50),
        Column(gettext("Plan"), lambda one: one.plan.title),
        Column(gettext("What should change"), lambda one: in_words(changes, one.request.what), width=24),
        Column(gettext("It stood at"), request_words.stood, width=30),
        Column(gettext("Asked for"), request_words.proposed, width=30),
        Column(gettext("Reason"), lambda one: one.request.reason, width=50),
        Column(gettext("Asked on"), lambda one: one.request.made_on, Kind.DATE),
        Column(gettext("Asked by"), lambda one: one.request.proposer.name if one.request.proposer else ""),
        Column(gettext("Where it stands"), lambda one: in_words(states, one.request.state), width=20),
        Column(
            gettext("Who decides"), lambda one: request_words.who_decides(one.matter) if one.is_open else "", width=30
        ),
        Column(gettext("Decided on"), lambda one: one.request.decided_on, Kind.DATE),
        Column(gettext("Decided by"), lambda one: one.request.decided_by.name if one.request.decided_by else ""),
        Column(gettext("Decision"), lambda one: one.request.decision, width=50),
        downloads.page_of(lambda one: one.action),
    ]
