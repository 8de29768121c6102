"""The scorecard of a plan, and its perspectives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, request, url_for

from actions import indicator_columns
from actions.forms.perspectives import PerspectivesForm
from actions.measures import perspectives as headings
from actions.measures import scorecard as scorecards
from actions.measures import standing_words, track_words
from actions.views.indicators import bp
from kb import auth, downloads, labels, web
from kb.errors import Invalid
from kb.forms.base import add_error
from kb.permissions import Capability
from kb.planning import plans
from kb.words import gettext, ngettext

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@bp.get("/scorecard")
@auth.requires(Capability.READ)
def scorecard() -> ResponseReturnValue:
    """How the measures of one plan are moving, by perspective or quarter by quarter."""
    session, person = web.session(), web.person()
    offered = plans.list_plans(session, person=person)
    plan = plans.choose(offered, request.args.get("plan"), person=person)
    card = scorecards.scorecard(session, plan, person) if plan else None
    if plan and card and downloads.are_wanted():
        return downloads.send(f"scorecard-{plan.ref}", indicator_columns.scorecard(card), filters=[plan.title])
    return web.page(
        "indicators/scorecard.html",
        plan=plan,
        plans=offered if len(offered) > 1 else [],
        card=card,
        by_quarter=request.args.get("by") == "quarter",
        words=standing_words,
        track=track_words,
        labels=labels,
        may_edit=plan is not None and person.may(Capability.EDIT_PLAN, plan_id=plan.id),
    )


@bp.route("/scorecard/<ref>/perspectives", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_PLAN)
def perspectives(ref: str) -> ResponseReturnValue:
    """Name the perspectives of a plan's scorecard and put them in order."""
    session, person = web.session(), web.person()
    plan = plans.get(session, ref, person=person)
    person.require(Capability.EDIT_PLAN, plan_id=plan.id)
    standing = headings.perspectives(session, plan, person)
    posted = request.form if request.method == "POST" else None
    form = PerspectivesForm.offering(plan, standing, posted)
    if posted is not None and (wanted := form.wanted()) is not None:
        version, reason = form.version.data or 0, form.reason.data or ""
        try:
            _, carried = headings.change(session, ref, wanted, version=version, reason=reason, by=person)
        except Invalid as error:
            add_error(form, error)
        else:
            web.commit()
            told = [gettext("The perspectives are saved.")]
            if carried:
                told.append(ngettext("%(num)s indicator went along.", "%(num)s indicators went along.", carried))
            web.say(" ".join(told))
            return redirect(url_for(".scorecard", plan=ref), code=303)
    return web.page("indicators/perspectives.html", form=form, plan=plan, status=422 if form.all_errors else 200)
