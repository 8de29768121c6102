"""A plan's reminders: when people are written to, pausing that, and what will be sent in the next days."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, request, url_for

from actions.reminding import foresight
from kb import auth, downloads, labels, web
from kb.columns import reminders as columns
from kb.errors import Invalid
from kb.forms.base import add_error
from kb.forms.reminders import PauseForm, PolicyForm
from kb.permissions import Capability
from kb.planning import plans, reminder_policy
from kb.words import gettext

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kb.models.plan import Plan

bp = Blueprint("reminders", __name__)
MOST_SHOWN = 100


@bp.route("/plans/<ref>/reminders", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_PLAN)
def index(ref: str) -> ResponseReturnValue:
    """The policy of a plan, what it does, and what will be sent; a stale save answers 409 with both versions."""
    plan = _plan(ref)
    form = PolicyForm(plan)
    if request.method == "POST" and form.validate():
        try:
            foresight.change_policy(
                web.session(),
                ref,
                form.policy(),
                version=form.version.data or 0,
                reason=form.reason.data or "",
                by=web.person(),
                today=web.today(),
                settings=web.settings(),
            )
        except Invalid as error:
            add_error(form, error)
        else:
            web.commit()
            web.say(gettext("The reminders of this plan are saved."))
            return redirect(url_for(".index", ref=ref), code=303)
    return _page(plan, form, None)


@bp.post("/plans/<ref>/reminders/pause")
@auth.requires(Capability.EDIT_PLAN)
def pause(ref: str) -> ResponseReturnValue:
    """Write to nobody about this plan, or write again."""
    plan = _plan(ref)
    form, is_paused = PauseForm(plan), bool(request.form.get("is_paused"))
    if form.validate():
        try:
            reminder_policy.set_paused(
                web.session(),
                ref,
                is_paused=is_paused,
                version=form.version.data or 0,
                reason=form.why.data or "",
                by=web.person(),
            )
        except Invalid as error:
            form.form_errors.append(str(error))
        else:
            web.commit()
            web.say(gettext("Nobody is written to about this plan now.") if is_paused else gettext("Reminders go on."))
            return redirect(url_for(".index", ref=ref), code=303)
    return _page(plan, None, form)


def _plan(ref: str) -> Plan:
    plan = plans.get(web.session(), ref, person=web.person())
    web.person().require(Capability.EDIT_PLAN, plan_id=plan.id)
    return plan


def _page(plan: Plan, form: PolicyForm | None, pausing: PauseForm | None) -> ResponseReturnValue:
    today, settings = web.today(), web.settings()
    sendings = foresight.list_sendings(web.session(), plan, today=today, settings=settings)
    if downloads.are_wanted():
        return downloads.send(f"reminders-{plan.ref}", columns.of_sendings(sendings))
    refused = any(one is not None and (one.errors or one.form_errors) for one in (form, pausing))
    return web.page(
        "plans/reminders.html",
        status=422 if refused else 200,
        plan=plan,
        form=form or PolicyForm(plan, is_posted=False),
        pausing=pausing or PauseForm(plan, is_posted=False),
        policy=reminder_policy.policy_of(plan),
        zone=plan.timezone or settings.timezone,
        nation=labels.nations().get(plan.nation) or labels.nations()["england"],
        sendings=sendings[:MOST_SHOWN],
        total=len(sendings),
        people=len({one.user_id for one in sendings}),
        mails=len({(one.day, one.user_id, one.due.stage.kind if one.is_single else "") for one in sendings}),
        why=foresight.WHY,
        page_of=columns.page_of,
        until=today + timedelta(days=foresight.DAYS_SHOWN - 1),
    )
