"""The list of suspect links, of which several are confirmed or retired at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, request, url_for

from graph import suspect_columns
from graph.views import bp
from kb import auth, downloads, links, suspects, web
from kb.errors import Invalid
from kb.forms.base import add_error
from kb.forms.links import ReasonForm
from kb.models.link import LinkState
from kb.paging import paged, url_with
from kb.permissions import Capability
from kb.planning import plans
from kb.suspects import Wanted
from kb.words import gettext, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from flask.typing import ResponseReturnValue

    from kb.models.plan import Plan
    from kb.suspects import Suspect

RETIRE, CONFIRM = "retire", "confirm"


@bp.get("/suspect-links", endpoint="suspects")
@auth.requires(Capability.READ)
def list_suspects() -> ResponseReturnValue:
    """The links that wait for a person, the longest in doubt first."""
    session, person = web.session(), web.person()
    wanted, _ = _wanted()
    if downloads.are_wanted():

        def fetch(offset: int, limit: int) -> Sequence[Suspect]:
            return suspects.list_suspects(session, wanted, person=person, today=web.today(), offset=offset, limit=limit)

        sheet = suspect_columns.sheet(downloads.everything(fetch))
        return downloads.send("suspect-links", sheet, filters=_told(wanted))
    return _page(ReasonForm(), set())


@bp.post("/suspect-links")
@auth.requires(Capability.SETTLE_LINK)
def settle_suspects() -> ResponseReturnValue:
    """Confirm or retire the links that were ticked, with one reason."""
    session, person = web.session(), web.person()
    form = ReasonForm()
    ids = sorted({int(each) for each in request.form.getlist("link") if each.isdecimal() and len(each) < 19})
    is_retired = request.form.get("deed") == RETIRE
    is_valid = form.validate()
    if request.form.get("deed") not in (RETIRE, CONFIRM):
        form.form_errors.append(gettext("Choose whether the links still hold or are to be retired"))
    elif is_valid:
        try:
            state = LinkState.RETIRED if is_retired else LinkState.CURRENT
            settled = suspects.settle(session, ids, state, reason=form.reason.data or "", by=person)
        except Invalid as error:
            add_error(form, error)
        else:
            web.commit()
            idle = 0 if is_retired else suspects.count_without_source(session, settled, person=person)
            web.say(_said(len(settled), len(ids) - len(settled), is_retired=is_retired, idle=idle))
            return redirect(url_with(format=None), code=303)
    return _page(form, set(ids))


def _page(form: ReasonForm, ticked: set[int]) -> ResponseReturnValue:
    session, person = web.session(), web.person()
    wanted, offered = _wanted()
    waiting = suspects.waiting(session, wanted, person=person)
    paging = paged(waiting.number)
    found = suspects.list_suspects(
        session, wanted, person=person, today=web.today(), offset=paging.offset, limit=paging.limit
    )
    is_narrowing = wanted.plan is not None or wanted.is_mine
    return web.page(
        "graph/suspects.html",
        form=form,
        ticked=ticked,
        wanted=wanted,
        waiting=waiting,
        everything=suspects.waiting(session, Wanted(), person=person).number if is_narrowing else waiting.number,
        paging=paging,
        groups=_by_change(found),
        may_carry=person.may(Capability.EDIT_SHARED),
        who=suspect_columns.who,
        plans=offered if len(offered) > 1 else [],
        phrases=links.PHRASES,
        retire=RETIRE,
        may_settle=any(one.may_settle for one in found),
        clear_url=url_for("graph.suspects"),
        status=422 if form.errors or form.form_errors else 200,
    )


def _wanted() -> tuple[Wanted, Sequence[Plan]]:
    """What the address asks for, and the plans to choose from."""
    offered = plans.list_plans(web.session(), person=web.person())
    plan = next((plan for plan in offered if plan.ref == request.args.get("plan")), None)
    return Wanted(plan, request.args.get("mine") == "1" and bool(web.person().posts)), offered


def _told(wanted: Wanted) -> list[str]:
    told = [wanted.plan.title] if wanted.plan else []
    return [*told, gettext("What hangs on them is mine")] if wanted.is_mine else told


def _by_change(found: Iterable[Suspect]) -> list[Sequence[Suspect]]:
    """Those that one change made suspect, together, in the order of the list."""
    groups: dict[tuple[str, date | None], list[Suspect]] = {}
    for one in found:
        since = one.link.suspect_since
        groups.setdefault((one.link.suspect_because, since.date() if since else None), []).append(one)
    return list(groups.values())


def _said(settled: int, left: int, *, is_retired: bool, idle: int) -> str:
    if is_retired:
        told = ngettext(
            "%(num)s link is retired. It counts no longer.",
            "%(num)s links are retired. They count no longer.",
            settled,
        )
    else:
        told = ngettext("%(num)s link is confirmed.", "%(num)s links are confirmed.", settled)
    if idle and not is_retired:
        told += " " + ngettext(
            "%(num)s supports nothing all the same, since its source counts no longer: it has to be carried.",
            "%(num)s support nothing all the same, since their source counts no longer: they have to be carried.",
            idle,
        )
    if left:
        told += " " + ngettext("%(num)s was decided meanwhile.", "%(num)s were decided meanwhile.", left)
    return told
