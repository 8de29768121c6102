"""The members of one plan, as its lead and administrators set them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, request, url_for

from kb import auth, web
from kb.accounts import members, users
from kb.errors import Invalid
from kb.forms import people as forms
from kb.forms.base import add_error
from kb.models.user import Role
from kb.permissions import Capability
from kb.planning import plans
from kb.words import gettext

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kb.models.plan import Plan

bp = Blueprint("members", __name__)


@bp.route("/plans/<ref>/members", methods=["GET", "POST"])
@auth.requires(Capability.MANAGE_MEMBERS)
def index(ref: str) -> ResponseReturnValue:
    """Who has which role in a plan, and giving one to somebody who has none."""
    session, by = web.session(), web.person()
    plan = plans.get(session, ref, person=by)
    by.require(Capability.MANAGE_MEMBERS, plan_id=plan.id)
    if request.method == "GET":
        return _page_of(plan)
    form = forms.MemberForm(members.list_active(session, plan, person=by))
    if form.validate():
        user = users.get(session, int(form.person.data or 0))
        try:
            members.add(session, user, plan, form.chosen, by=by)
        except Invalid as error:
            add_error(form, error)
        else:
            web.commit()
            web.say(gettext("%(name)s has a role in this plan now.", name=user.name))
            return redirect(url_for(".index", ref=ref), code=303)
    return _page_of(plan, form)


@bp.post("/plans/<ref>/members/<int(max=2147483647):user_id>")
@auth.requires(Capability.MANAGE_MEMBERS)
def set_role(ref: str, user_id: int) -> ResponseReturnValue:
    """Give a member another role, or none."""
    session, by = web.session(), web.person()
    plan, form = plans.get(session, ref, person=by), forms.RoleForm()
    user = members.get_member(session, plan, user_id, person=by)
    refused = form.role.errors[0] if not form.validate() else ""
    if not refused:
        try:
            members.set_role(session, user, plan, forms.role_of(form.role), by=by)
        except Invalid as error:
            refused = str(error)
    if refused:
        return _page_of(plan, refused=refused)
    web.commit()
    web.say(gettext("The role of %(name)s is changed.", name=user.name))
    # Whoever took their own role as lead may not see the list any more.
    is_own = user_id == by.user_id and not by.is_administrator and form.role.data != Role.LEAD
    return redirect(web.url_of(plan) if is_own else url_for(".index", ref=ref), code=303)


def _page_of(plan: Plan, form: forms.MemberForm | None = None, *, refused: str = "") -> Response:
    session, person = web.session(), web.person()
    listed = members.list_members(session, plan, person=person, today=web.today())
    ids = {one.user.id for one in listed}
    others = [user for user in members.list_active(session, plan, person=person) if user.id not in ids]
    form = form or forms.MemberForm(others)
    return web.page(
        "plans/members.html",
        plan=plan,
        members=listed,
        form=form,
        may_add=bool(others),
        role_choices=forms.role_choices(none=gettext("No role")),
        has_lead=any(one.role is Role.LEAD for one in listed),
        refused=refused,
        status=422 if form.errors or refused else 200,
    )
