"""The steering group's page, and the records behind each of its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, request, url_for

from actions import group_columns, remarks, service, undelivered
from actions import steering as group
from actions.measures import scorecard, standing_words
from actions.reviews import count_words, table
from actions.reviews import service as reviews
from actions.reviews.since import since
from actions.views.blueprint import bp
from graph import suspect_columns
from graph.gaps import unsupported
from graph.impact import notes as impact_notes
from kb import auth, downloads, suspects, web
from kb.db import now
from kb.errors import NotFound
from kb.paging import paged
from kb.permissions import Capability
from kb.suspects import Wanted
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from actions.review_models import Review
    from actions.service import Listed
    from actions.steering import Choice, Limits, Overview
    from graph.network import Node
    from kb.models.plan import Plan
    from kb.spreadsheets import Sheet
    from kb.suspects import Suspect

# Of the what-if notes; their own page has all.
NOTES_SHOWN = 5


@bp.get("/steering")
@auth.requires(Capability.READ)
def steering() -> Response:
    """What has happened since the last meeting where one is planned, else how things stand."""
    choice = group.choose(web.session(), web.person(), request.args.get("plan"))
    on_page = group.ON_PAPER if downloads.are_on_paper() else group.ON_THE_PAGE
    limits = group.IN_A_FILE if downloads.are_wanted() else on_page
    planned = _planned(choice.plan)
    if choice.plan is not None and reviews.current(planned, web.today()) is not None:
        return _before_a_meeting(choice, choice.plan, planned, limits)
    return _as_it_stands(choice, planned, limits)


def _planned(plan: Plan | None) -> Sequence[Review]:
    """The meetings of a plan, for those who may know of them."""
    if plan is None or not web.person().may(Capability.READ_UPDATES):
        return ()
    return reviews.list_reviews(web.session(), plan, web.person())


def _before_a_meeting(choice: Choice, plan: Plan, planned: Sequence[Review], limits: Limits) -> Response:
    session, person, today = web.session(), web.person(), web.today()
    found = table.lay(session, plan, person, today, planned, limits)
    if downloads.are_wanted():
        sheets = group_columns.meeting(found, _doubtful(plan))
        return downloads.send("steering", *sheets, filters=[plan.title])
    late = [(one.action, one.schedule) for one in found.late]
    return web.page(
        "actions/meeting.html",
        choice=choice,
        plan=plan,
        table=found,
        since=found.since,
        titles=count_words.titles(),
        beside=count_words.BESIDE,
        planned=planned,
        remarks=remarks.of(session, late, person, today, milestones=found.since.stand.happened.milestones),
        **_around(plan, [plan]),
    )


def _as_it_stands(choice: Choice, planned: Sequence[Review], limits: Limits) -> Response:
    session, person, today = web.session(), web.person(), web.today()
    overview = group.overview(session, person, today, choice=choice, limits=limits)
    without, shown = _unsupported(overview, limits.listed)
    if downloads.are_wanted():
        told = [overview.plan.title] if overview.plan else []
        sheets = group_columns.steering(overview, today, shown, _doubtful(overview.plan))
        return downloads.send("steering", *sheets, filters=told)
    late = [(one.action, one.schedule) for one in overview.late]
    about = [overview.plan] if overview.plan else overview.plans
    return web.page(
        "actions/steering.html",
        overview=overview,
        unsupported=without,
        unsupported_shown=shown,
        planned=planned,
        remarks=remarks.of(session, late, person, today),
        signals=scorecard.signals(session, about, person),
        **_around(overview.plan, about),
    )


def _around(plan: Plan | None, about: Sequence[Plan]) -> dict[str, Any]:
    """What stands on the page in either case: mails that did not arrive, and what-if notes."""
    session, person = web.session(), web.person()
    return {
        "may_know": person.may(Capability.READ_UPDATES),
        "may_run": plan is not None and person.may(Capability.RUN_REVIEW, plan_id=plan.id),
        "notices": undelivered.notices(session, plan, person=person, now=now(), zone=web.settings().timezone),
        "notes": impact_notes.list_notes(session, person, [one.id for one in about], limit=NOTES_SHOWN),
        "finding_of": impact_notes.finding,
        "standing_words": standing_words,
    }


@bp.get("/steering/since")
@auth.requires(Capability.READ_UPDATES)
def list_since() -> Response:
    """All that one number of the steering page counts, and what it was at earlier meetings."""
    session, person, today = web.session(), web.person(), web.today()
    choice = group.choose(session, person, request.args.get("plan"))
    key = request.args.get("key", "")
    if choice.plan is None or key not in count_words.KEYS:
        raise NotFound("number", key)
    found = since(session, choice.plan, person, today, _planned(choice.plan), named=[key])
    count, title = found.count(key), count_words.titles()[key]
    if downloads.are_wanted():
        told = [choice.plan.title, title]
        return downloads.send(f"since-{key}", *group_columns.counted(count, title, found.met_on), filters=told)
    paging = paged(count.number)
    return web.page(
        "actions/since.html",
        plan=choice.plan,
        since=found,
        count=count,
        heading=title,
        meaning=count_words.meanings()[key],
        elsewhere=_elsewhere(key, choice.plan),
        is_standing=key in count_words.STANDING,
        paging=paging,
        shown=count.records[paging.offset : paging.offset + paging.limit],
    )


def _elsewhere(key: str, plan: Plan) -> tuple[str, str] | None:
    """The page on which something is done about what a number counts: its words and its address."""
    pages = {
        "overdue": (gettext("Among all actions"), url_for("actions.index", plan=plan.ref, schedule="overdue")),
        "asks": (gettext("Among all actions"), url_for("actions.index", plan=plan.ref, only="asks")),
        "requests": (gettext("All changes that were asked for"), url_for("requests.index", plan=plan.ref)),
        "signals": (gettext("Whole scorecard"), url_for("indicators.scorecard", plan=plan.ref)),
        "off-trajectory": (gettext("Whole scorecard"), url_for("indicators.scorecard", plan=plan.ref)),
        "suspect": (gettext("Look at them and decide"), url_for("graph.suspects", plan=plan.ref)),
        "gaps": (gettext("By kind, with what mends them"), url_for("graph.gaps", plan=plan.ref)),
    }
    return pages.get(key)


def _doubtful(plan: Plan | None) -> Sheet[Suspect]:
    """The suspect links that the steering page counts."""

    def fetch(offset: int, limit: int) -> Sequence[Suspect]:
        session, person, today = web.session(), web.person(), web.today()
        wanted = Wanted(plan=plan)
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
