"""Priorities: the list by sets, and the record of one with what calls for it and what delivers it."""

from __future__ import annotations

from typing import ClassVar

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from actions.brief import briefs
from graph import service as graph
from kb import auth, history, plans, records, web
from kb.errors import Invalid
from kb.forms.base import Form, add_error
from kb.permissions import Capability
from kb.words import gettext

bp = Blueprint("priorities", __name__)


class PriorityForm(Form):
    """Title and summary of a priority, and why they change."""

    page_order: ClassVar[tuple[str, ...]] = ("title", "summary", "reason")
    version = IntegerField(widget=HiddenInput())
    title = StringField(gettext("Title"), [InputRequired(gettext("Give the priority a title")), Length(max=300)])
    summary = TextAreaField(gettext("Summary"), [Length(max=4000)])
    reason = StringField(gettext("Why it changes"), [InputRequired(gettext("Say why it changes")), Length(max=500)])


@bp.get("/priorities")
@auth.requires(Capability.READ)
def index() -> Response:
    """The priorities of every plan, by set."""
    session, person = web.session(), web.person()
    offered = plans.list_plans(session, person=person)
    plan = next((plan for plan in offered if plan.ref == request.args.get("plan")), None)
    sets = plans.list_sets(session, person=person, plan=plan)
    ids = [priority.id for one in sets for priority in one.priorities]
    return web.page(
        "priorities/index.html",
        sets=sets,
        total=len(ids),
        plan=plan,
        offered=offered if len(offered) > 1 else [],
        plans={plan.id: plan for plan in offered},
        strips=graph.strips(session, ids, person),
    )


@bp.get("/priorities/<ref>")
@auth.requires(Capability.READ)
def detail(ref: str) -> Response:
    """One priority."""
    session, person = web.session(), web.person()
    priority = plans.get_priority(session, ref, person=person)
    delivered = plans.actions_of(session, priority)
    of_plan = [priority.plan_id] if priority.plan_id else []
    return web.page(
        "priorities/detail.html",
        priority=priority,
        plan=next(iter(records.list_by_ids(session, of_plan, person=person).values()), None),
        supports=plans.supports_of(session, priority, person=person),
        delivered=delivered,
        briefs=briefs(session, [link.to_id for link in delivered], person=person, today=web.today()),
        strip=graph.strips(session, [priority.id], person).get(priority.id, []),
        changes=history.list_for(session, priority, person=person, limit=10),
        may_edit=person.may(Capability.EDIT_PLAN, plan_id=priority.plan_id),
    )


@bp.route("/priorities/<ref>/edit", methods=["GET", "POST"])
@auth.requires(Capability.EDIT_PLAN)
def edit(ref: str) -> ResponseReturnValue:
    """Reword a priority."""
    session, person = web.session(), web.person()
    priority = plans.get_priority(session, ref, person=person)
    person.require(Capability.EDIT_PLAN, plan_id=priority.plan_id)
    form = PriorityForm(obj=priority)
    if request.method == "POST" and form.validate():
        try:
            plans.edit_priority(session, ref, **form.values(), by=person)
        except Invalid as error:
            add_error(form, error)
        else:
            web.commit()
            web.say(gettext("The priority is saved."))
            return redirect(url_for(".detail", ref=ref), code=303)
    return web.page("priorities/edit.html", form=form, priority=priority, status=422 if form.errors else 200)
