"""The list of actions, my actions, and the steering page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, request

from actions import columns, documents, group_columns, remarks, service, undelivered
from actions import mine as my
from actions import steering as group
from actions.filters import Filters
from actions.forms import filters
from actions.measures import scorecard, standing_words
from actions.requests import service as requests
from actions.requests import words as request_words
from actions.views.blueprint import bp
from graph import suspect_columns
from graph.gaps import unsupported
from graph.impact import notes as impact_notes
from kb import auth, downloads, suspects, web
from kb.db import now
from kb.paging import PER_PAGE, paged
from kb.permissions import Capability
from kb.suspects import Wanted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from actions.service import Listed
    from actions.steering import Overview
    from graph.network import Node
    from kb.spreadsheets import Sheet
    from kb.suspects import Suspect

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


def _doubtful(overview: Overview) -> Sheet[Suspect]:
    """The suspect links that the steering page counts."""

    def fetch(offset: int, limit: int) -> Sequence[Suspect]:
        wanted = Wanted(plan=overview.plan)
        session, person, today = web.session(), web.person(), web.today()
        return suspects.list_suspects(session, wanted, person=person, today=today, offset=offset, limit=limit)

    return suspect_columns.sheet(downloads.everything(fetch))


def _unsupported(overview: Overview, limit: int) -> tuple[list[Node], list[Listed]]:
    """The open actions of the page that no live source supports, and as many of them as are listed."""
    session, person = web.session(), web.person()
    nodes = unsupported.actions(session, person, overview.plan)
    found: dict[int, Listed] = {}
    ids = [node.id for node in nodes[:limit]]
    for start in range(0, len(ids), service.BATCH):
        found |= service.list_by_ids(session, ids[start : start + service.BATCH], person, web.today())
    return nodes, [found[id] for id in ids if id in found]


@bp.get("/steering")
@auth.requires(Capability.READ)
def steering() -> Response:
    """The steering group's page: numbers, decisions wanted, what is overdue or slipped, latest updates."""
    session, person, today = web.session(), web.person(), web.today()
    plan, is_file = request.args.get("plan"), downloads.are_wanted()
    on_page = group.ON_PAPER if downloads.are_on_paper() else group.ON_THE_PAGE
    limits = group.IN_A_FILE if is_file else on_page
    overview = group.overview(session, person, today, plan=plan, limits=limits)
    without, shown = _unsupported(overview, limits.listed)
    if is_file:
        told = [overview.plan.title] if overview.plan else []
        sheets = group_columns.steering(overview, today, shown, _doubtful(overview))
        return downloads.send("steering", *sheets, filters=told)
    late = [(one.action, one.schedule) for one in overview.late]
    said = remarks.of(session, late, person, today)
    may_know = person.may(Capability.READ_UPDATES)
    lost = undelivered.notices(session, overview.plan, person=person, now=now(), zone=web.settings().timezone)
    about = [overview.plan] if overview.plan else overview.plans
    notes = impact_notes.list_notes(session, person, [plan.id for plan in about], limit=NOTES_SHOWN)
    return web.page(
        "actions/steering.html",
        overview=overview,
        unsupported=without,
        unsupported_shown=shown,
        remarks=said,
        may_know=may_know,
        notices=lost,
        notes=notes,
        finding_of=impact_notes.finding,
        signals=scorecard.signals(session, about, person),
        standing_words=standing_words,
    )
