"""The timeline: actions with their milestones, slips and what they wait for, on one line of time."""

from __future__ import annotations

from flask import Response, request

from actions import timeline_columns, timeline_picturing
from actions.forms import timeline_filters
from actions.timeline import choosing, service
from actions.views.blueprint import bp
from kb import auth, downloads, web
from kb.paging import paged
from kb.permissions import Capability

PER_PAGE, ON_PAPER, UNDATED_ON_PAPER = 30, 100, 200


@bp.get("/timeline")
@auth.requires(Capability.READ)
def timeline() -> Response:
    """The reader's own plan over the next months, or what the filters in the address say."""
    session, person, today = web.session(), web.person(), web.today()
    asked, wrong = timeline_filters.read(request.args)
    wanted, choices = service.offered(session, asked, person)
    chosen = choosing.choose(session, wanted, person, today)
    totals = service.totals(session, chosen, today)
    if downloads.are_wanted():
        sheet = timeline_columns.sheet(chosen, choices, totals)
        return downloads.send("timeline", sheet, filters=timeline_filters.told(wanted, choices))
    is_paper = downloads.are_on_paper()
    paging = paged(totals.shown, ON_PAPER if is_paper else PER_PAGE)
    found = service.page(
        session,
        chosen,
        choices,
        totals.span,
        today,
        offset=paging.offset,
        limit=paging.limit,
        undated=UNDATED_ON_PAPER if is_paper else service.UNDATED_SHOWN,
    )
    sections = timeline_picturing.sections(found, totals, wanted.by)
    pictures = timeline_picturing.pictures(sections, totals, person, today) if sections else None
    may_know = person.may(Capability.READ_UPDATES)
    return web.page(
        "actions/timeline.html",
        wanted=wanted,
        wrong=wrong,
        plan=choices.plan,
        offered=timeline_filters.offered(wanted, choices),
        totals=totals,
        paging=paging,
        sections=sections,
        pictures=pictures,
        sheets=timeline_picturing.sheets(sections, pictures.wide, totals, person, today)
        if pictures and is_paper
        else [],
        said=timeline_picturing.sentence(found, totals, wanted),
        told={entry.action.id: timeline_picturing.told(entry, may_know) for entry in found.entries},
        undated=found.undated,
        may_know=may_know,
    )
